"""Which values may have elements that no input reaches, and what stands there, for forward mode.

A selection puts numbers of its own in the place of what it leaves out, ::

    y = np.where(x > 0.0, x, 0.0)      # no input reaches the zeros ...
    z = np.sqrt(y)                     # ... where the slope is infinite

and there the tangent is exactly 0, whatever the slope is: see ``Tangents.elementwise``. Followed is
what keeps tangents that are not 0 apart from those that are; of what goes round a loop, nothing.
``analysis.selection`` is the same question for reverse mode.
"""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias_classes import Aliases, is_store
from srcgrad.analysis.selection import hazard
from srcgrad.analysis.uses import leaves_out, left_out
from srcgrad.analysis.value_ranges import ValueRanges
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Const, Function, If, Let, Operand
from srcgrad.rules import ranges
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import LOSERS, NEVER, NONNEGATIVE, PLACES, POLE, REJECTED, Range
from srcgrad.rules.slopes import Lines, line_of

ZERO = Range(NEVER, NONNEGATIVE, 0)


class Unreached(ValueRanges):
    """The ranges of a function's values where no input reaches them."""

    def __init__(self, function: Function, active: set[str], alias: Aliases) -> None:
        self.active = active
        self.filled: set[str] = set()  # what has such places
        self.there: dict[str, Range] = {}  # what it holds there, and what is computed from it
        super().__init__(function, alias)
        for statement in ir.walk(function.body):
            if isinstance(statement, Let):
                self.follow(statement)
            elif isinstance(statement, If):
                for merge in statement.merges:
                    self.note(merge.out, self.of_side(merge.then), self.of_side(merge.orelse))

    def of(self, operand: Operand) -> Range:
        found = self.there.get(self.node(operand)) if isinstance(operand, str) else None
        return super().of(operand) if found is None else found

    def note(self, name: str, *found: Range | None) -> None:
        known = [part for part in found if part is not None]
        if known and name in self.active:
            self.filled.add(self.node(name))
            self.there[self.node(name)] = one_of(known)

    def of_side(self, operand: Operand | None) -> Range | None:
        """What a merge takes from a branch if no input reaches it."""
        if operand is None or (operand in self.active and not self.is_filled(str(operand))):
            return None
        return self.of(operand)

    def is_filled(self, name: str) -> bool:
        return self.node(name) in self.filled

    def follow(self, statement: Let) -> None:
        if is_store(statement):
            if statement.op == "setitem" and leaves_out(statement.args[1], self.kinds) == REJECTED:
                name, _, value = statement.args
                made = self.of(value) if value not in self.active else ZERO
                self.note(name, made, self.there.get(self.node(name)))
            return
        name = str(statement.target)
        if name not in self.active or self.kinds[name].base == "tuple":
            return
        if statement.op in ("getitem", "same"):
            if isinstance(statement.args[0], str) and self.is_filled(statement.args[0]):
                self.note(name, self.of(statement.args[0]))
        elif OPS[statement.op].rule is not None:
            self.note(name, self.made(statement))

    def made(self, statement: Let) -> Range | None:
        """What an operation has where no input reaches its result; None if there is no such place."""
        op, found = OPS[statement.op], active_args(statement, self.active)
        assert op.rule is not None
        params = {param.name: param for param in op.params}
        lines = {name: line_of(params[param]) for param, _, name in found}
        if len(found) != 1:
            both = found and all(self.is_filled(name) for name in lines)
            return self.result(statement) if both else None
        [(name, line)] = lines.items()
        moves = left_out(op, line) or 0
        if moves >= LOSERS:
            others = [
                self.of(arg)
                for arg in statement.args
                if arg not in self.active and self.is_number(arg)
            ]
            return one_of(others) if others else ZERO
        if moves == PLACES and op.rule.style == "linear":
            same = same_shape(self.kinds[name], self.kinds[str(statement.target)])
            return ZERO if same else self.of(name) if self.is_filled(name) else None
        if not self.is_filled(name):
            return None
        self.there[self.node(str(statement.target))] = self.result(statement)
        return self.of(str(statement.target)) if self.moved(statement, line) else None

    def is_number(self, operand: Any) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) in (int, float)
        return isinstance(operand, str) and self.kinds[operand].floating

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
        return all(isinstance(given.get(name), Const) for name in factors)

    def is_harmful(self, statement: Let, name: str, line: str) -> bool:
        """Whether the slope by an operand may be infinite where no input reaches it."""
        return self.is_filled(name) and hazard(statement, line, self) == POLE


def one_of(found: list[Range]) -> Range:
    """The range of one of some values."""
    return found[0] if len(found) == 1 else ranges.meet(*found)
