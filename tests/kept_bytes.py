"""What a generated adjoint really keeps: its forward sweep is run, and the numbers are counted."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

MARK = "# reverse sweep"
HERE = "__kept__"
NUMBERS = (np.ndarray, np.generic, float, int, complex)


def kept_bytes(entry: Any, function: Any, inputs: tuple[Any, ...], cotangents: list[Any]) -> int:
    """The bytes of what the reverse sweep reads of the forward sweep, inputs left out.

    What is on tapes counts as often as it was pushed; memory that variables share counts once.
    """
    if MARK not in entry.source:
        return 0
    text = entry.source.replace(MARK, f"raise {HERE}(locals())", 1)
    tree = ast.parse(text)
    name = entry.facts.name
    body = next(s for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == name).body
    at = next(k for k, s in enumerate(body) if isinstance(s, ast.Raise))
    wanted = live(body[at + 1 :], set())
    found = {}

    class Kept(Exception):
        def __init__(self, table: dict[str, Any]) -> None:
            found.update(table)

    space = dict(entry.generated.__globals__)
    space[HERE] = Kept
    exec(compile(tree, "kept", "exec"), space)
    everything = (*inputs, *entry.captured(function))
    given = {id(owner(x)) for x in leaves((everything, cotangents)) if isinstance(x, np.ndarray)}
    try:
        space[name](*everything, *cotangents)
    except Kept:
        pass
    total, seen = 0, set(given)
    for variable in sorted(wanted & found.keys()):
        value = found[variable]
        if isinstance(value, list) and "tape" in variable:
            total += sum(size(x) for x in leaves(value))
        elif isinstance(value, np.ndarray):
            if id(owner(value)) not in seen:
                seen.add(id(owner(value)))
                total += owner(value).nbytes
        elif not any(value is leaf for leaf in leaves((everything, cotangents))):
            total += size(value)
    return total


def owner(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def leaves(value: Any) -> list[Any]:
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in leaves(item)]
    if isinstance(value, dict):
        return leaves(list(value.values()))
    return [value]


def size(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(map(size, value))
    return np.asarray(value).nbytes if isinstance(value, NUMBERS) else 0


def live(block: list[Any], after: set[str]) -> set[str]:
    """The names that statements read before they assign them."""
    for statement in reversed(block):
        if isinstance(statement, ast.For):
            inner = set(after)
            for _ in range(2):
                inner |= live(statement.body, inner | after) - stored(statement.target)
            after = inner | loaded(statement.iter)
        elif isinstance(statement, ast.While):
            after = after | loaded(statement.test) | live(statement.body, set(after))
        elif isinstance(statement, ast.If):
            branches = live(statement.body, set(after)) | live(statement.orelse, set(after))
            after = branches | loaded(statement.test)
        elif isinstance(statement, ast.With | ast.Try):
            after = after | loaded(statement)
        else:
            after = (after - stored(statement)) | loaded(statement)
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                after.add(statement.target.id)
    return after


def loaded(node: Any) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def stored(node: Any) -> set[str]:
    if isinstance(node, ast.AugAssign):
        return set()
    return {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
