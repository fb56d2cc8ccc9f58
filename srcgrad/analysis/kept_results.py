"""What calls that are kept may return of what they are passed, and what objects may hold.

An object that is made of an array, or is passed one, may hold it, as a list holds its items. An
array that a call returns is a doubtful view of those it got.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from srcgrad.analysis.alias_classes import (
    Aliases,
    is_object,
    is_store,
    objects_in,
    objects_written,
    outside_name,
)
from srcgrad.analysis.doubtful import Doubt
from srcgrad.analysis.program_order import ProgramOrder
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules.kept import of_statement
from srcgrad.rules.operation import OPS

ARRAYS = ("array", "any")
REFERENCES = (*ARRAYS, "opaque", "list", "tape")


class KeptResults:
    """Goes through the statements of a function in their order."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.doubts: list[Doubt] = []
        self.joined: list[tuple[str, str]] = []  # objects of which one may be the other
        self.held: list[tuple[str, str, int]] = []  # (object, what it may hold, since where)
        self.taken: list[tuple[str, str]] = []  # (list, what may be taken from it)
        self.tuples: dict[str, tuple[int, list[str]]] = {}  # several results: of what they may be

    def see(self, statement: Let, number: int) -> None:
        if OPS[statement.op].foreign:
            self.call(statement, number)
        elif statement.target is not None and OPS[statement.op].view == "unknown":
            names = ir.names(statement.args)
            self.result(statement, number, [n for n in names if self.base(n) in REFERENCES])
        elif statement.target is not None and statement.args:
            self.part(statement, number)
        elif statement.op == "setitem" and self.base(statement.args[0]) == "opaque":
            self.hold(statement.args[0], ir.names(statement.args[-1]), number)

    def base(self, operand: Any) -> str:
        if isinstance(operand, Const):
            return "opaque" if is_object(operand) else ""
        return self.kinds[operand].base if operand in self.kinds else "opaque"

    def hold(self, owner: str, names: Iterable[str], number: int) -> None:
        """An object may hold these, or be one of those that are objects."""
        for name in names:
            if self.base(name) == "opaque":
                self.joined.append((owner, name))
            elif self.base(name) in (*ARRAYS, "list", "tape"):
                self.held.append((owner, name, number))

    def call(self, statement: Let, number: int) -> None:
        given = [n for n in ir.names(statement.args) if self.base(n) in ARRAYS]
        holders = list(objects_in(statement, self.kinds))
        if not (given or holders) or not of_statement(statement, self.kinds).shares:
            return
        sources = [*holders, *given]
        owner = next((n for n in holders if self.base(n) == "opaque"), None)
        if owner is not None:
            self.hold(owner, sources, number)
        method = isinstance(statement.args[0], str)  # its array was seen to be a new one
        if not (method and self.base(statement.target) in ARRAYS):
            self.result(statement, number, sources)

    def result(
        self, statement: Let, number: int, sources: list[str], copyable: bool = True
    ) -> None:
        """What a statement gives may be one of ``sources``, or hold it."""
        target = statement.target
        if target is None:
            return
        base = self.base(target)
        if base == "opaque":
            self.hold(target, sources, number)
        elif base in ARRAYS:
            copyable = copyable and base == "array"
            self.doubts += [Doubt(number, statement, s, False, copyable) for s in sources]
            self.taken += [(s, target) for s in sources if self.base(s) in ("list", "tape")]
        elif base == "tuple":
            self.tuples[target] = number, sources

    def part(self, statement: Let, number: int) -> None:
        """A part, or a view, of an object is of its class."""
        first = statement.args[OPS[statement.op].viewed]
        if isinstance(first, str) and first in self.tuples and statement.op == "getitem":
            number, sources = self.tuples[first]
            self.result(statement, number, sources, False)
            return
        if not isinstance(first, str | Const) or self.base(first) != "opaque":
            return
        source = outside_name(first) if isinstance(first, Const) else first
        view = OPS[statement.op].view
        structure = statement.op == "getattr" or (
            statement.op == "getitem" and self.base(statement.target) in ARRAYS
        )  # of an input, or of what else is taken apart
        if view != "never" and not structure:
            self.result(statement, number, [source])


def written_unseen(
    where: ProgramOrder, held: list[tuple[str, str, int]], found: Aliases
) -> list[tuple[int, str]]:
    """``(position, name)`` of what a statement may write through an object that holds it by then."""
    pairs = [*held, *((holder, item, -1) for holder, item in found.holds)]
    made = {n: at for at, s in enumerate(where.statements) for n in ir.defined(s)}
    used = {n for s in where.statements if isinstance(s, Let) for n in ir.names(s.args)}
    writes: list[tuple[int, str]] = []

    def since(later: int, earlier: int, item: str) -> bool:
        """Whether what is held since ``earlier`` is what its name means later."""
        root, loops = found.root(item), set(where.loops.get(earlier, ()))
        anew = loops and all(
            n in made and loops <= set(where.loops[made[n]]) for n in used if found.root(n) == root
        )
        return later > earlier if anew or earlier < 0 else where.may_follow(later, earlier)

    for number, statement in enumerate(where.statements):
        owners = written_objects(statement, found.kinds) if isinstance(statement, Let) else []
        reached = {found.root(name) for name in owners}
        size = 0
        while len(reached) > size:
            size = len(reached)
            for holder, item, at in pairs:
                if found.root(holder) in reached and since(number, at, item):
                    reached.add(found.root(item))
                    writes.append((number, item))
    return list(dict.fromkeys(writes))


def written_objects(statement: Let, kinds: dict[str, Kind]) -> list[str]:
    """The objects that a statement stores into, or may write into."""
    if OPS[statement.op].foreign:
        return objects_written(statement, kinds)
    owner = statement.args[0] if is_store(statement) else None
    return [owner] if isinstance(owner, str) and kinds[owner].base == "opaque" else []
