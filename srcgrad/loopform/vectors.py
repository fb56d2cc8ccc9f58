"""Elementary functions in loops, in the form of which a compiler computes several numbers at once.

Before::                                        After::

    for i in range(n):                              for i in range(n):
        y[i] = np.exp(x[i]) * x[i] ** -1.5              y[i] = exp(x[i]) * half_power(x[i], -3)

A single number takes longer so: what is made of what an iteration hands to the next stays as it is.
Powers of halves are roots and products, which are faster anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Statement, While
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS

HALVES = (-7.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 7.0)  # exponents, twice


def several_at_once(function: Function, names: Names) -> Function:
    """The function with vector forms in its innermost loops."""

    def statement(s: Statement) -> Statement:
        if isinstance(s, Let):
            return by_root(s, names)
        if isinstance(s, For) and not any(isinstance(t, For | While) for t in ir.walk(s.body)):
            return ir.map_blocks(s, _Innermost(s, names).block)
        return ir.map_blocks(s, block)

    def block(found: Block) -> Block:
        return ir.as_block(map(statement, found), found)

    return ir.updated(function, body=block(function.body))


def by_root(let: Let, names: Names) -> Let:
    """A power of halves by the root that it is a power of."""
    if OPS[let.op].symbol is not ast.Pow or not isinstance(let.args[1], Const):
        return let
    exponent = let.args[1].value
    if type(exponent) is not float or 2.0 * exponent not in HALVES:
        return let
    if not of_doubles((let.target, let.args[0]), names):
        return let
    return replace(let, op="half_power", args=(let.args[0], Const(int(2.0 * exponent))))


def of_doubles(operands: tuple[Any, ...], names: Names) -> bool:
    return all(isinstance(x, str) and names.kinds[x].is_double for x in operands)


class _Innermost:
    """The body of a loop; ``handed`` is what depends on what the iteration before has left."""

    def __init__(self, loop: For, names: Names) -> None:
        self.names = names
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
            return by_root(s, self.names)
        vector = OPS[s.op].vector
        if vector and of_doubles((s.target, *s.args), self.names):
            return replace(s, op=vector)
        return by_root(s, self.names)

    def is_handed(self, args: Iterable[Any]) -> bool:
        return not self.handed.isdisjoint(ir.names(tuple(args)))
