"""What calls that are kept may return of what they are passed, and what objects may hold.

An object that is made of an array, or is passed one, is of the array's class: what is stored into
one may be read from the other. An array that a call returns is a doubtful view of those it got.
"""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias_classes import is_object, objects_in, outside_name
from srcgrad.analysis.doubtful import Doubt
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules.kept import of_statement
from srcgrad.rules.operation import OPS

ARRAYS = ("array", "any")


class KeptResults:
    """Goes through the statements of a function in their order."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.doubts: list[Doubt] = []
        self.joined: list[tuple[str, str]] = []
        self.taken: list[tuple[str, str]] = []  # (list, what may be taken from it)
        self.tuples: dict[str, tuple[int, list[str]]] = {}  # several results: of what they may be

    def see(self, statement: Let, number: int) -> None:
        if OPS[statement.op].foreign:
            self.call(statement, number)
        elif statement.target is not None and statement.args:
            self.part(statement, number)
        elif statement.op == "setitem" and self.base(statement.args[0]) == "opaque":
            for name in ir.names(statement.args[-1]):
                if self.base(name) in (*ARRAYS, "opaque", "list"):
                    self.joined.append((statement.args[0], name))

    def base(self, operand: Any) -> str:
        if isinstance(operand, Const):
            return "opaque" if is_object(operand) else ""
        return self.kinds[operand].base if isinstance(operand, str) else ""

    def call(self, statement: Let, number: int) -> None:
        given = [n for n in ir.names(statement.args) if self.base(n) in ARRAYS]
        objects = list(objects_in(statement, self.kinds))
        if not (given or objects) or not of_statement(statement, self.kinds).shares:
            return
        if objects:
            self.joined += [(objects[0], name) for name in (*objects[1:], *given)]
        self.result(statement, number, [*objects, *given])

    def result(
        self, statement: Let, number: int, sources: list[str], copyable: bool = True
    ) -> None:
        """What a statement gives may be one of ``sources``, or hold it."""
        target = statement.target
        base = self.base(target)
        if target is None:
            return
        if base in ("opaque", "list", "tape"):
            self.joined += [(source, target) for source in sources]
        elif base in ARRAYS:
            copyable = copyable and base == "array"
            self.doubts += [Doubt(number, statement, s, False, copyable) for s in sources]
            self.taken += [(source, target) for source in sources if self.is_list(source)]
        elif base == "tuple":
            self.tuples[target] = number, sources

    def is_list(self, name: str) -> bool:
        return name in self.kinds and self.kinds[name].base in ("list", "tape")

    def part(self, statement: Let, number: int) -> None:
        """A part, or a view, of an object is of its class."""
        first = statement.args[OPS[statement.op].viewed]
        if isinstance(first, str) and first in self.tuples and statement.op == "getitem":
            number, sources = self.tuples[first]
            self.result(statement, number, sources, False)
            return
        if self.base(first) != "opaque" or statement.op == "getattr":  # of a known structure
            return
        source = outside_name(first) if isinstance(first, Const) else first
        base = self.base(statement.target)
        view = OPS[statement.op].view
        if view != "never" and (base == "opaque" or (view != "held" and base in ARRAYS)):
            self.joined.append((source, str(statement.target)))
