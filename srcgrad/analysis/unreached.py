"""Which values may have elements that no input reaches, and what stands there, for forward mode.

A selection puts numbers of its own in the place of what it leaves out, and so do an array of zeros
that is filled in part, padding, and a branch, ::

    y = np.where(x > 0.0, x, 0.0)      # no input reaches the zeros ...
    z = np.sqrt(y)                     # ... where the slope is infinite

and there the tangent is exactly 0, whatever the slope is: see ``_Tangents.elementwise``. What tells
where is a tangent that is 0 there and, but by chance, nowhere else: that of ``y`` here, and for what is
computed from ``y`` by element, round loops, too. Of numbers that are read from arrays nothing is
followed. ``analysis.selection`` is the same question for reverse mode.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias_classes import Aliases, is_store
from srcgrad.analysis.selection import hazard
from srcgrad.analysis.uses import left_out
from srcgrad.analysis.value_ranges import ValueRanges
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, While
from srcgrad.rules import ranges
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import LOSERS, NEVER, NONNEGATIVE, PLACES, POLE, Range
from srcgrad.rules.slopes import Lines, line_of

ZERO = Range(NEVER, NONNEGATIVE, 0)
PASSES = 4  # over a loop, until what goes round it settles
OWN = ""  # the tangent of the name itself; a name of an array that is written is one of several


class Unreached(ValueRanges):
    """The ranges of a function's values where no input reaches them."""

    def __init__(self, function: Function, active: set[str], alias: Aliases) -> None:
        self.active = active
        self.tests: dict[str, str] = {}  # what has such places -> whose tangent is 0 there, or OWN
        self.there: dict[str, Range] = {}  # what it holds there
        super().__init__(function, alias)
        self.run(function.body)

    def of(self, operand: Operand) -> Range:
        found = self.there.get(self.node(operand)) if isinstance(operand, str) else None
        return super().of(operand) if found is None else found

    def test(self, statement: Let, name: str, line: str) -> str | None:
        """Whose tangent is 0 where a slope by an operand may be infinite; None if there is no such place."""
        found = self.tests.get(self.node(name))
        if found is None or hazard(statement, line, self) != POLE:
            return None
        return name if found == OWN else found

    def tells(self, name: Any) -> bool:
        """Whether no input reaches a part of a value, and its own tangent says which."""
        return name in self.active and self.tests.get(self.node(name)) == OWN

    def note(self, name: str, found: Range | None, test: str = OWN) -> None:
        if found is not None and name in self.active:
            self.there[self.node(name)] = found
            self.tests[self.node(name)] = test

    def of_sides(self, *operands: Any) -> Range | None:
        """What is left where no input reaches what is one of these; None if there is no such place."""
        return one_of([self.of(x) for x in operands if self.is_number(x) and self.may_stand(x)])

    def may_stand(self, operand: Any) -> bool:
        return operand not in self.active or self.tells(operand)

    def is_number(self, operand: Any) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) in (int, float)
        return isinstance(operand, str) and self.kinds[operand].floating

    # --- statements ---------------------------------------------------------------------------

    def run(self, block: Block) -> None:
        for statement in block:
            if isinstance(statement, Let):
                self.follow(statement)
            elif isinstance(statement, For | While):
                self.go_round(statement)
            else:
                self.run(statement.then)
                self.run(statement.orelse)
                for merge in statement.merges:
                    self.note(merge.out, self.of_sides(merge.then, merge.orelse))

    def go_round(self, loop: For | While) -> None:
        """What goes round a loop has such places where it had them before, or gets them in it."""
        start = dict(self.tests), dict(self.there)
        for carry in loop.carries:
            self.note(carry.phi, self.of_sides(carry.init))
        for _ in range(PASSES):
            before = dict(self.tests), dict(self.there)
            self.pass_over(loop)
            for carry in loop.carries:
                self.note(carry.phi, self.of_sides(carry.init, carry.next))
            if (self.tests, self.there) == before:
                break
        else:  # what stands there does not settle
            self.tests, self.there = start
            self.pass_over(loop)
            return
        for carry in loop.carries:
            self.note(carry.out, self.of_sides(carry.init, carry.next))

    def pass_over(self, loop: For | While) -> None:
        for block in ir.blocks(loop):
            self.run(block)

    def follow(self, statement: Let) -> None:
        if is_store(statement):
            name, value = statement.args[0], statement.args[-1]
            if statement.op == "setitem" and name in self.active and value not in self.active:
                before = [self.of(name)] if self.tells(name) else []
                self.note(name, one_of([*before, self.of(value)]))
            return
        name = str(statement.target)
        if name not in self.active or self.kinds[name].base == "tuple":
            return
        found = active_args(statement, self.active) if OPS[statement.op].rule is not None else []
        if statement.op in ("getitem", "same"):
            if self.tells(statement.args[0]) and not self.kinds[name].immutable:
                self.note(name, self.of(statement.args[0]))
        elif not found:  # an array, into which something active is stored
            if self.kinds[name].base == "array":
                self.note(name, self.result(statement))
        elif self.chooses(statement, found):
            self.note(name, self.of_sides(*statement.args) or self.nothing(found))
        elif any(param.several for param in OPS[statement.op].params):
            self.note(name, self.of_sides(*ir.leaves(statement.args)))
        elif OPS[statement.op].moves == PLACES and self.kinds[name].base == "array":
            self.note(name, ZERO)
        else:
            self.computed(statement, found)

    def chooses(self, statement: Let, found: list[tuple[str, int, str]]) -> bool:
        """Whether the elements of the result are such of one operand or another."""
        lines = [f"{param}_bar" for param, _, _ in found]
        op = OPS[statement.op]
        if not op.elementwise or any(param.several for param in op.params):
            return False
        return all((left_out(op, line) or 0) >= LOSERS for line in lines)

    def nothing(self, found: list[tuple[str, int, str]]) -> Range | None:
        """What stands where a choice has left out all that it may be of."""
        return ZERO if len(found) == 1 else None

    def computed(self, statement: Let, found: list[tuple[str, int, str]]) -> None:
        """What is computed from values of which parts are not reached."""
        op, target = OPS[statement.op], str(statement.target)
        params = {param.name: param for param in op.params}
        moved = all(self.moved(statement, line_of(params[param])) for param, _, _ in found)
        if moved and all(self.tells(name) for _, _, name in found):
            self.note(target, self.result(statement))
        elif len(found) == 1 and op.elementwise:
            name = found[0][2]
            test = self.tests.get(self.node(name))
            alike = same_shape(self.kinds[name], self.kinds[target])
            if test is not None and alike and not self.alias.is_buffer(name):
                self.note(target, self.result(statement), name if test == OWN else test)

    def moved(self, statement: Let, line: str) -> bool:
        """Whether an operation moves its operand's tangent, or multiplies it by a constant."""
        op = OPS[statement.op]
        assert op.rule is not None
        if op.rule.style == "linear":
            return True
        if op.rule.style != "elementwise":
            return False
        given = dict(zip((param.name for param in op.params), statement.args, strict=True))
        expression = Lines(op.rule).lines[line].expression
        factors = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)} - {"y_bar"}
        return all(
            isinstance(arg, Const) and np.all(arg.value)  # not 0
            for arg in map(given.get, factors)
        )


def one_of(found: list[Range]) -> Range | None:
    """The range of one of some values."""
    return found[0] if len(found) == 1 else ranges.meet(*found) if found else None
