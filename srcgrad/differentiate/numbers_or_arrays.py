"""A number on one path where another has an array that is written: there a copy goes on.

Before::

    if c > 0.0:
        y = np.zeros(3)
        y[0] = x
    else:
        y = 0.0

After::

    if c > 0.0:
        t = np.zeros(3)
        t[0] = x
        y = t.copy()
    else:
        y = 0.0

What goes on is a value then, of either kind, and is adjoined as one. It is done where nothing could
tell the copy from the array: where none of its elements is written any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import written_by
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.program_order import program_order
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, If, Let, Statement
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def with_paths_apart(function: Function, alias: Aliases, names: Names) -> Function:
    """The function in which written arrays and numbers do not meet, where copies can stand."""
    mixed = {
        name
        for name in alias.merged
        if function.kinds[name].base == "any" and alias.is_buffer(name)
    }
    return _Apart(function, alias, names, mixed).run() if mixed else function


class _Apart:
    def __init__(self, function: Function, alias: Aliases, names: Names, mixed: set[str]) -> None:
        self.function, self.alias, self.names, self.mixed = function, alias, names, mixed
        self.where = program_order(function.body)
        self.made = {
            name: number
            for number, s in enumerate(self.where.statements)
            for name in (*ir.defined(s), *ir.local(s))
        }
        self.writes = [
            (number, name)
            for number, s in enumerate(self.where.statements)
            if isinstance(s, Let)
            for name in written_by(s, function.kinds)
        ] + alias.unseen
        self.held = {alias.root(name) for name in alias.held}

    def run(self) -> Function:
        return ir.updated(self.function, body=self.block(self.function.body))

    def block(self, block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            number = self.where.position[id(statement)]
            if isinstance(statement, Let):
                found.append(statement)
            elif isinstance(statement, If):
                inner: Any = ir.map_blocks(statement, self.block)
                found.append(self.branch(inner, number))
            else:
                found += self.loop(ir.map_blocks(statement, self.block), number)
        return ir.as_block(found, block)

    def branch(self, statement: If, number: int) -> If:
        end = self.end_of(number)
        then, orelse, merges = list(statement.then), list(statement.orelse), []
        for merge in statement.merges:
            if merge.out in self.mixed:
                loops = self.where.loops[number]
                a = self.copied(merge.then, then, end, loops, statement)
                b = self.copied(merge.orelse, orelse, end, loops, statement)
                merge = replace(merge, then=a, orelse=b)
            merges.append(merge)
        return replace(statement, then=tuple(then), orelse=tuple(orelse), merges=tuple(merges))

    def loop(self, statement: Any, number: int) -> list[Statement]:
        """Copies of what goes in stand before it, of what goes round at its end."""
        inside, around = self.where.loops[number], self.where.loops[number][:-1]
        before: list[Statement] = []
        body, carries = list(statement.body), []
        for carry in statement.carries:
            if carry.phi in self.mixed:
                init = self.copied(carry.init, before, number, around, statement)
                end = self.end_of(number)
                carry = replace(
                    carry, init=init, next=self.copied(carry.next, body, end, inside, statement)
                )
            carries.append(carry)
        return [*before, replace(statement, body=tuple(body), carries=tuple(carries))]

    def end_of(self, number: int) -> int:
        """The position of the last statement inside of the one at ``number``."""
        inner = list(ir.walk((self.where.statements[number],)))
        return number + len(inner) - 1

    def copied(
        self, value: Any, block: list[Statement], end: int, loops: tuple[str, ...], at: Any
    ) -> Any:
        """A copy of an array, made in ``block``, if it is not written after ``end``."""
        kinds = self.function.kinds
        if not isinstance(value, str) or kinds[value].base != "array":
            return value
        root = self.alias.root(value)
        if root in self.held:
            return value
        later = [(number, name) for number, name in self.writes if self.alias.root(name) == root]
        if not all(number <= end and self.is_new(name, loops) for number, name in later):
            return value
        copy = self.names.fresh(ir.base(value), kinds[value])
        block.append(Let(copy, "np.copy", OPS["np.copy"].complete((value,)), at.origin))
        return copy

    def is_new(self, name: str, loops: tuple[str, ...]) -> bool:
        """Whether what is written by this name is made anew in each iteration of ``loops``."""
        while name in self.alias.base:
            name = self.alias.base[name]
        if not loops:
            return True
        number = self.made.get(name)
        if number is None or not set(loops) <= set(self.where.loops[number]):
            return False
        maker = self.where.statements[number]
        return isinstance(maker, Let) and OPS[maker.op].gives_new(maker.args, self.names.kind)
