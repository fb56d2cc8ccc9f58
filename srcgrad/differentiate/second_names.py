"""One name for each value: ``same`` statements, which other passes leave, are taken out.

Before::

    n = np.shape(x)
    n0 = same(n)
    y = f(n0)

After::

    n = np.shape(x)
    y = f(n)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let


def resolved(function: Function) -> Function:
    """The function without statements that give a value a second name."""
    table: dict[str, Any] = {}
    for statement in ir.walk(function.body):
        if isinstance(statement, Let) and statement.op == "same":
            table[str(statement.target)] = ir.rename(statement.args[0], table)
    if not table:
        return function

    def kept(block: Block) -> Block:
        left = (s for s in block if not (isinstance(s, Let) and s.op == "same"))
        return tuple(ir.map_blocks(statement, kept) for statement in left)

    body = tuple(ir.map_operands(statement, table) for statement in kept(function.body))
    return replace(function, body=body, result=ir.rename(function.result, table))
