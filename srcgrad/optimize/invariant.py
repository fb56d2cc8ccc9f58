"""What no iteration changes, moved in front of the loop: arithmetic on numbers, and lists of numbers.

Before::

    for i in range(n):
        y = y + 2.0 * r * x[i] * [a, b, c][i % 3]

After::

    t = 2.0 * r
    weights = [a, b, c]
    for i in range(n):
        y = y + t * x[i] * weights[i % 3]

Only what cannot fail is moved, since the loop may run no iteration at all. Lists are moved in the
primal, so that their adjoint, too, is one list for all iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While
from srcgrad.rules.operation import OPS

NUMBERS = ("float", "scalar")


def hoisted(function: Function) -> Function:
    """The function with constant arithmetic in front of its loops."""
    kinds = function.kinds

    def is_number(let: Let) -> bool:
        operands: list[Any] = [let.target, *ir.names(let.args)]
        return (
            OPS[let.op].total
            and OPS[let.op].rule is not None
            and let.target is not None
            and not ir.base(let.target)
            and all(kinds[name].base in NUMBERS for name in operands)
        )

    return _InFront(is_number, branches=False).function(function)


def lists_in_front(function: Function) -> Function:
    """The function with lists of numbers that are only read in front of the loops around them."""
    kinds = function.kinds
    made = {s.target for s in ir.walk(function.body) if isinstance(s, Let) and s.op == "list_of"}
    if not made:
        return function
    made -= _changed(function)

    def is_list(let: Let) -> bool:
        return let.target in made and all(kinds[name].immutable for name in ir.names(let.args))

    return _InFront(is_list, branches=True).function(function)


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


class _InFront:
    """Moves what ``movable`` says; with ``branches``, out of those of a loop, too."""

    def __init__(self, movable: Callable[[Let], bool], branches: bool) -> None:
        self.movable = movable
        self.branches = branches

    def function(self, function: Function) -> Function:
        return ir.updated(function, body=self.block(function.body))

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
        """A block of a loop, of which what does not depend on what is ``inside`` goes to ``before``."""
        rest: list[Statement] = []
        for s in block:
            if isinstance(s, Let) and self.movable(s) and inside.isdisjoint(ir.names(s.args)):
                before.append(s)
                inside.discard(str(s.target))
            elif self.branches and isinstance(s, If):
                rest.append(ir.map_blocks(s, lambda part: self.without(part, inside, before)))
            else:
                rest.append(s)
        return tuple(rest)
