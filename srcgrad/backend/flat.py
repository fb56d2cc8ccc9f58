"""An adjoint as compiled code takes it: flat parameters, flat results, one precision.

Before, for ``x: (float32[n], {"k": float}), how: str``::

    def f_vjp(x, how, y_bar):
        k = x[1]["k"]
        x_bar = 2.0 * x[0] * y_bar
        return ((x_bar, {"k": k_bar}), None)

After::

    def f_vjp(x, k, y_bar):
        x_bar = np.float32(2.0) * x * y_bar
        return x_bar, k_bar

Containers, None, strings and unused inputs stay outside: ``Layout`` takes arguments apart and puts
results together. What Numba does otherwise than NumPy is written in its way: see ``legal``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcgrad.analysis.recursion import procedures
from srcgrad.backend.error_texts import outside
from srcgrad.backend.legal import legal
from srcgrad.backend.overlap import buffered
from srcgrad.errors import CompileError, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let
from srcgrad.ir.origin import NOWHERE
from srcgrad.ir.trees import map_tree
from srcgrad.ir.verify import verify
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS
from srcgrad.values.signature import Structure

GENERATORS = (np.random.RandomState, random.Random)
Path = tuple[tuple[bool, Any], ...]  # steps from an argument to a leaf: (is an attribute, key)


@dataclass(frozen=True)
class Leaf:
    """A place in the result: the number of the flat result, and its kind in plain mode."""

    number: int
    kind: Kind


@dataclass(frozen=True)
class Layout:
    """How arguments become flat parameters, and flat results become the result."""

    params: tuple[tuple[int, Path, Kind], ...]  # argument, path in it, kind
    result: Any  # a tree of Leaf and Const
    lines: tuple[tuple[int, ir.Origin], ...] = ()  # where each generated line comes from
    boundscheck: bool = False  # whether Numba has to look after subscripts
    kept: int = 0  # how many parameters, the first ones, are what compiled code gave out
    unclear: tuple[
        int, ...
    ] = ()  # flat results that go back to compiled code, whose type must be said
    changed: tuple[int, ...] = ()  # the flat parameters that are arrays and are written back
    parallel: bool = False  # whether threads share loops of the function


def flattened(
    function: Function, specs: tuple[Any, ...], names: Names, checks: bool = True
) -> tuple[Function, Layout]:
    """The function with flat parameters and results; ``specs`` are those of its parameters.

    Parameters beyond ``specs`` are numbers and arrays. Without ``checks``, subscripts are taken to
    be in range. Raises ``CompileError`` for a function that changes a list, dict or object from
    outside, or draws random numbers.
    """
    refuse_changes(function)
    refuse_draws(function)
    paths, table = _paths(function, specs)
    wholes = _wholes(function, names)
    function = buffered(function, names)
    body = _without(function.body, set(paths).union(wholes) - set(function.params))
    parts = list(dict.fromkeys(table.values()))
    table.update((name, ir.rename(source, table)) for name, source in wholes.items())
    body = tuple(ir.map_operands(statement, table) for statement in body)
    result = ir.rename(function.result, table)
    used = set(ir.all_uses(body)) | set(ir.names(result))
    places = _places(function, paths, parts, used)
    outputs: list[str] = []
    tree = result_tree(result, outputs, names)
    flat = replace(
        function,
        params=tuple(place[0] for place in places),
        body=legal(outside(body, names), names, frozenset(place[0] for place in places), checks),
        result=tuple(outputs),
    )
    for procedure in procedures(flat):
        inner = buffered(procedure.body, names)
        inner = replace(inner, body=outside(inner.body, names))
        procedure.function = replace(inner, body=legal(inner.body, names, frozenset(), checks))
    verify(flat)
    params = tuple((p, path, names.kinds[n]) for n, p, path in places)
    owners = {s.args[0] for s in ir.walk(body) if isinstance(s, Let) and s.op == "change"}
    changed = tuple(k for k, name in enumerate(flat.params) if name in owners)
    return flat, Layout(params, tree, changed=changed)


def refuse_draws(function: Function) -> None:
    """Raises ``CompileError`` where random numbers come of a generator that Python code shares.

    Numba has generators of its own in the place of ``np.random``'s and ``random``'s, with other seeds.
    """
    found = [
        Refusal(
            f"`{s.args[0].value.__name__}` draws from a generator that compiled code does not share",
            "Numba's numbers would be others, whatever the seed",
            "leave out jit=True, or pass the numbers as an input",
            *(s.origin.place if s.origin else NOWHERE),
            error=CompileError,
        )
        for s in ir.walk(function.body)
        if isinstance(s, Let) and OPS[s.op].foreign and s.args and isinstance(s.args[0], Const)
        if isinstance(getattr(s.args[0].value, "__self__", None), GENERATORS)
    ]
    if found:
        raise refuse(found)


def refuse_changes(function: Function) -> None:
    found = [
        Refusal(
            f"`{ir.base(s.args[0])}` from outside is changed in compiled code",
            "compiled code has the numbers and arrays in it, and not the object itself",
            "leave out jit=True, or return what is to be kept",
            *(s.origin.place if s.origin else NOWHERE),
            error=CompileError,
        )
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.op == "change" and function.kinds[s.args[0]].base != "array"
    ]
    if found:
        raise refuse(found)


# --- parameters -------------------------------------------------------------------------------


def _paths(
    function: Function, specs: tuple[Any, ...]
) -> tuple[dict[str, tuple[int, Path, Any]], dict[str, str]]:
    """Where each part of an argument is, by name, and names of one leaf joined into one."""
    paths: dict[str, tuple[int, Path, Any]] = {
        param: (number, (), specs[number])
        for number, param in enumerate(function.params)
        if number < len(specs)
    }
    first: dict[Any, str] = {}
    table: dict[str, str] = {}
    for statement in ir.walk(function.body):
        found = _part(statement, paths)
        if found is None or not isinstance(statement, Let) or statement.target is None:
            continue
        paths[statement.target] = found
        if not isinstance(found[2], Structure):
            name = first.setdefault(found[:2], statement.target)
            table[statement.target] = name
    return paths, table


def _part(statement: Any, paths: dict[str, tuple[int, Path, Any]]) -> Any:
    """The argument, path and spec behind ``owner[key]`` or ``owner.key`` of a container."""
    if not isinstance(statement, Let) or statement.op not in ir.PARTS:
        return None
    owner, key = statement.args[:2]
    known = paths.get(owner) if isinstance(owner, str) else None
    if known is None or not isinstance(known[2], Structure) or not isinstance(key, Const):
        return None
    number, path, spec = known
    item = spec.items[spec.keys.index(key.value)]
    return number, (*path, (statement.op == "getattr", key.value)), item


def _wholes(function: Function, names: Names) -> dict[str, str]:
    """Names of ``x[...]``, which Numba does not have, with the ``x`` that they refer to."""
    found: dict[str, str] = {}
    for statement in ir.walk(function.body):
        if (
            isinstance(statement, Let)
            and statement.op == "getitem"
            and (
                statement.args[1] == Const(Ellipsis)
                and statement.target is not None
                and names.kind(statement.args[0]).base == "array"
            )
        ):
            source = statement.args[0]
            found[statement.target] = found.get(source, source)
    return found


def _without(block: Block, dropped: set[str]) -> Block:
    """A block without the statements that take containers apart."""
    kept: list[Any] = []
    for statement in block:
        if isinstance(statement, Let) and statement.target in dropped:
            continue
        kept.append(ir.map_blocks(statement, lambda inner: _without(inner, dropped)))
    return tuple(kept)


def _places(
    function: Function,
    paths: dict[str, tuple[int, Path, Any]],
    parts: list[str],
    used: set[str],
) -> list[tuple[str, int, Path]]:
    """The flat parameters in the order of the arguments: name, argument, path."""
    leaves = [name for name in parts if name in used]
    found = []
    for number, param in enumerate(function.params):
        if param in used:
            found.append((param, number, ()))
        found += [(name, number, paths[name][1]) for name in leaves if paths[name][0] == number]  # type: ignore[misc]
    return found  # type: ignore[return-value]


# --- results ----------------------------------------------------------------------------------


def result_tree(result: Any, outputs: list[str], names: Names) -> Any:
    """The result as a tree of ``Leaf`` and ``Const``; ``outputs`` gathers the flat results."""

    def leaf(operand: Any) -> Any:
        if isinstance(operand, Const):
            return operand
        if operand not in outputs:
            outputs.append(operand)
        return Leaf(outputs.index(operand), names.kinds[operand])

    return map_tree(leaf, result)
