"""Arithmetic on numbers that no iteration changes, moved in front of the loop.

Before::

    for i in range(n):
        y = y + 2.0 * r * x[i]

After::

    t = 2.0 * r
    for i in range(n):
        y = y + t * x[i]

Only what cannot fail is moved, since the loop may run no iteration at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, Let, Statement, While
from srcgrad.rules.operation import OPS

NUMBERS = ("float", "scalar")


def hoisted(function: Function) -> Function:
    """The function with constant arithmetic in front of its loops."""
    kinds = function.kinds

    def block(inner: Block) -> Block:
        found: list[Statement] = []
        for statement in inner:
            statement = ir.map_blocks(statement, block)
            if isinstance(statement, For | While):
                found.extend(loop(statement))
            else:
                found.append(statement)
        return tuple(found)

    def loop(statement: For | While) -> list[Statement]:
        inside = {name for s in ir.walk((statement,)) for name in (*ir.defined(s), *ir.local(s))}
        before: list[Statement] = []
        rest: list[Statement] = []
        for s in statement.body:
            if isinstance(s, Let) and is_number(s) and inside.isdisjoint(ir.names(s.args)):
                before.append(s)
                inside.discard(str(s.target))
            else:
                rest.append(s)
        return [*before, replace(statement, body=tuple(rest))] if before else [statement]

    def is_number(let: Let) -> bool:
        operands: list[Any] = [let.target, *ir.names(let.args)]
        return (
            OPS[let.op].total
            and OPS[let.op].rule is not None
            and let.target is not None
            and not ir.base(let.target)
            and all(kinds[name].base in NUMBERS for name in operands)
        )

    body = block(function.body)
    return function if body == function.body else replace(function, body=body)
