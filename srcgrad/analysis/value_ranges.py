"""Which values may be infinite or NaN, and by what; which are never negative, or never 0."""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias_classes import Aliases, is_store
from srcgrad.analysis.shadows import moves
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let, Statement
from srcgrad.rules import ranges
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import GIVEN, NEVER, POSITIVE, TOP, Range
from srcgrad.rules.slopes import range_of


class ValueRanges:
    """The ranges of all names of a function; arrays that are written have that of their class."""

    def __init__(self, function: Function, alias: Aliases) -> None:
        self.kinds: dict[str, Kind] = function.kinds
        self.alias = alias
        self.table: dict[str, Range] = {self.node(name): Range(GIVEN) for name in function.params}
        statements = list(ir.walk(function.body))
        self.changed = True
        while self.changed:
            self.changed = False
            for statement in statements:
                self.visit(statement)

    def node(self, name: str) -> str:
        return self.alias.root(name) if self.alias.is_buffer(name) else name

    def of(self, operand: Any) -> Range:
        if isinstance(operand, Const):
            return ranges.of_constant(operand.value)
        if not isinstance(operand, str):
            return ranges.meet(*map(self.of, ir.leaves(operand)))
        kind = self.kinds[operand]
        found = self.table.get(self.node(operand), TOP)
        if kind.floating or kind.base == "list":
            return found
        return Range(NEVER, found.sign if kind.dim is None else POSITIVE)

    def visit(self, statement: Statement) -> None:
        if not isinstance(statement, Let):
            for target, source in moves(statement):
                if source is not None:
                    self.lower(target, self.of(source))
        elif is_store(statement) or statement.op == "push":
            found = self.of(statement.args[-1])
            self.lower(
                statement.args[0], Range(found.hazard) if statement.op != "setitem" else found
            )
        elif statement.target is not None:
            self.lower(statement.target, self.result(statement))

    def result(self, statement: Let) -> Range:
        args = statement.args
        if self.of_structure(statement):
            return Range(GIVEN)
        if statement.op in ("getitem", "pop", "same"):
            return self.of(args[0])
        if OPS[statement.op].effect:
            return Range(GIVEN)
        same = len(args) == 2 and isinstance(args[0], str) and args[0] == args[1]
        return range_of(statement.op, [self.of(arg) for arg in args], same)

    def of_structure(self, statement: Let) -> bool:
        """Whether it reads what an object or a container holds: that is given as an input is."""
        if statement.op == "outside":
            return True
        held = statement.args[0] if statement.args else None
        reads = statement.op == "getitem" or OPS[statement.op].view == "held"
        return reads and isinstance(held, str) and self.kinds[held].base == "opaque"

    def lower(self, name: str, found: Range) -> None:
        node = self.node(name)
        have = self.table.get(node, TOP)
        new = ranges.meet(have, found)
        if new != have:
            self.table[node] = new
            self.changed = True
