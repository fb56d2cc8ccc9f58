"""Operations with several results: each result that is read gets one name, beside the operation.

Derivatives belong to arrays and numbers, so the sweeps give adjoints and tangents to the items of
a tuple, never to the tuple. Before::

    t = np.linalg.eigh(a)
    if c:
        w = t[0]

After::

    t = np.linalg.eigh(a)
    w = t[0]
    if c:
        ...
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let
from srcgrad.rules.operation import OPS


def has_several(op: str, kind: Kind) -> bool:
    """Whether an operation gives a tuple of which some items may carry derivatives."""
    return (
        kind.base == "tuple"
        and OPS[op].rule is not None
        and any(item.floating for item in kind.items)
    )


def item_of(statement: Let, tuples: dict[str, dict[int, str]]) -> int | None:
    """Which item of an unpacked tuple a statement reads."""
    if statement.op != "getitem" or statement.args[0] not in tuples:
        return None
    index = statement.args[1]
    return index.value if isinstance(index, Const) and isinstance(index.value, int) else None


class Unpacked(NamedTuple):
    """``items`` holds the names of the items of each tuple, those that are read."""

    function: Function
    items: dict[str, dict[int, str]]


def unpacked(function: Function) -> Unpacked:
    """The function with each item of a tuple read once, directly after the tuple is made."""
    lets = [s for s in ir.walk(function.body) if isinstance(s, Let)]
    tuples: dict[str, dict[int, str]] = {
        str(s.target): {}
        for s in lets
        if s.target is not None and has_several(s.op, function.kinds[s.target])
    }
    if not tuples:
        return Unpacked(function, {})
    table: dict[str, str] = {}
    reads: dict[tuple[str, int], Let] = {}
    for statement in lets:
        number = item_of(statement, tuples)
        if number is None:
            continue
        owner, target = statement.args[0], str(statement.target)
        number %= len(function.kinds[owner].items)
        if number in tuples[owner]:
            table[target] = tuples[owner][number]
        else:
            tuples[owner][number] = target
            reads[owner, number] = statement

    def visit(block: Block) -> Block:
        found: list[ir.Statement] = []
        for statement in block:
            if not isinstance(statement, Let):
                found.append(ir.map_blocks(statement, visit))
            elif item_of(statement, tuples) is None:
                found.append(statement)
                found.extend(
                    replace(reads[str(statement.target), k], origin=statement.origin)
                    for k in sorted(tuples.get(str(statement.target), ()))
                )
        return tuple(found)

    body = tuple(ir.map_operands(s, table) for s in visit(function.body))
    result = ir.rename(function.result, table)
    return Unpacked(replace(function, body=body, result=result), tuples)
