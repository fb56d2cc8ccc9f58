"""Lists of numbers that no iteration changes, made in front of the loop.

Before::

    for k in range(n):
        total += [a, b, c][k % 3]

After::

    t = [a, b, c]
    for k in range(n):
        total += t[k % 3]

The adjoint, too, is then one list for all iterations.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While
from srcgrad.rules.operation import OPS


def lists_in_front(function: Function) -> Function:
    """The function with lists of numbers that are only read in front of the loops around them."""
    made = {s.target for s in ir.walk(function.body) if isinstance(s, Let) and s.op == "list_of"}
    if not made:
        return function
    return _Hoisting(function, made.difference(_changed(function))).function()


def _changed(function: Function) -> set[Any]:
    """The names that something else than a subscript or a length reads."""
    found = set(ir.names(function.result))
    for statement in ir.walk(function.body):
        if not isinstance(statement, Let):
            found.update(ir.uses(statement))
        elif statement.op == "getitem" or OPS[statement.op].shape_only:
            found.update(ir.names(statement.args[1:]))
        else:
            found.update(ir.names(statement.args))
    return found


class _Hoisting:
    def __init__(self, whole: Function, lists: set[Any]) -> None:
        self.whole = whole
        self.lists = lists  # that are only read

    def function(self) -> Function:
        body = self.block(self.whole.body)
        return ir.updated(self.whole, body=body)

    def block(self, block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            statement = ir.map_blocks(statement, self.block)
            if isinstance(statement, For | While):
                found.extend(self.loop(statement))
            else:
                found.append(statement)
        return ir.as_block(found, block)

    def loop(self, loop: For | While) -> list[Statement]:
        inside = {name for s in ir.walk((loop,)) for name in (*ir.defined(s), *ir.local(s))}
        before: list[Statement] = []
        body = self.without(loop.body, inside, before)
        return [*before, replace(loop, body=body)] if before else [loop]

    def without(self, block: Block, inside: set[str], before: list[Statement]) -> Block:
        """A block of a loop, whose constant lists go to ``before``; also of branches in it."""
        rest: list[Statement] = []
        for s in block:
            if isinstance(s, Let) and s.target in self.lists and self.is_constant(s, inside):
                before.append(s)
            elif isinstance(s, If):
                rest.append(ir.map_blocks(s, lambda part: self.without(part, inside, before)))
            else:
                rest.append(s)
        return tuple(rest)

    def is_constant(self, let: Let, inside: set[str]) -> bool:
        operands = ir.names(let.args)
        kinds = self.whole.kinds
        return inside.isdisjoint(operands) and all(kinds[name].immutable for name in operands)
