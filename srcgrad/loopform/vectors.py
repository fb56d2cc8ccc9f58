"""Elementary functions in loops, in the form of which a compiler computes several numbers at once.

Before::                        After::

    for i in range(n):              for i in range(n):
        y[i] = np.exp(x[i])             y[i] = exp(x[i])

A single number takes longer so: what is made of what an iteration hands to the next stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def several_at_once(function: Function, names: Names) -> Function:
    """The function with vector forms in its innermost loops."""

    def statement(s: Statement) -> Statement:
        if isinstance(s, For) and not any(isinstance(t, For | While) for t in ir.walk(s.body)):
            return ir.map_blocks(s, _Innermost(s, names).block)
        return ir.map_blocks(s, block)

    def block(found: Block) -> Block:
        return ir.as_block(map(statement, found), found)

    return ir.updated(function, body=block(function.body))


class _Innermost:
    """The body of a loop; ``handed`` is what depends on what the iteration before has left."""

    def __init__(self, loop: For, names: Names) -> None:
        self.kinds = names.kinds
        self.handed = {carry.phi for carry in loop.carries}

    def block(self, block: Block) -> Block:
        return ir.as_block(map(self.statement, block), block)

    def statement(self, s: Statement) -> Statement:
        if isinstance(s, If):
            found = ir.map_blocks(s, self.block)
            self.handed |= {m.out for m in s.merges if self.is_handed((s.cond, m.then, m.orelse))}
            return found
        assert isinstance(s, Let)
        if self.is_handed(s.args):
            self.handed |= {str(s.target)}
            return s
        vector = OPS[s.op].vector
        return replace(s, op=vector) if vector and self.of_doubles((s.target, *s.args)) else s

    def is_handed(self, args: Iterable[Any]) -> bool:
        return not self.handed.isdisjoint(ir.names(tuple(args)))

    def of_doubles(self, operands: tuple[Any, ...]) -> bool:
        return all(isinstance(x, str) and self.kinds[x].is_double for x in operands)
