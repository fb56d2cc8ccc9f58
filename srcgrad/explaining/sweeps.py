"""A derivative's two sweeps, and what the second reads of the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from srcgrad.analysis.alias import view_of
from srcgrad.backend.nest import nested
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import REVERSE, is_mark
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While


class Placed(NamedTuple):
    """A statement, with the loops and whether there are branches around it."""

    statement: Statement
    loops: tuple[For | While, ...]
    in_branch: bool


def placed(
    block: Block, loops: tuple[For | While, ...] = (), in_branch: bool = False
) -> Iterator[Placed]:
    """All statements of a block."""
    for statement in block:
        yield Placed(statement, loops, in_branch)
        if isinstance(statement, If):
            for inner in ir.blocks(statement):
                yield from placed(inner, loops, True)
        elif isinstance(statement, For):
            yield from placed(statement.body, (*loops, statement), in_branch)
        elif isinstance(statement, While):
            for inner in ir.blocks(statement):
                yield from placed(inner, (*loops, statement), in_branch)


class Sweeps:
    """The forward and the reverse sweep of a function, as they are printed."""

    def __init__(self, function: Function) -> None:
        self.function = function
        marks = [k for k, s in enumerate(function.body) if is_reverse_mark(s)]
        at = marks[0] if marks else 0
        self.forward, self.reverse = function.body[:at], function.body[at:]
        self.inline = nested(function)
        self.made = {s.target: s for s in ir.walk(self.forward) if isinstance(s, Let) and s.target}
        self.defined = {
            name for s in ir.walk(self.forward) for name in (*ir.defined(s), *ir.local(s))
        }
        self.readers: dict[str, list[Statement]] = defaultdict(list)
        for statement in ir.walk(self.reverse):
            for name in ir.uses(statement):
                self.read(name, statement)
        for name in ir.names(function.result):
            self.read(name, None)

    def read(self, name: str, statement: Statement | None) -> None:
        """Note a reader of a value, or of what the value is computed from where it is read."""
        found = self.readers[name]
        if statement is not None:
            found.append(statement)
        if name in self.inline and name in self.defined:
            for operand in ir.names(self.inline[name].args):
                self.read(operand, statement)

    def holds(self, name: str) -> bool:
        """Whether a value of the forward sweep is still there when the reverse sweep reads it."""
        return name in self.readers and name in self.defined and name not in self.inline

    def owner(self, name: str) -> tuple[str, bool]:
        """The value whose memory a value is, and whether that is certain."""
        certain = True
        while name in self.made:
            view = view_of(self.made[name], self.function.kinds)
            if view is None:
                break
            name, certain = view[0], certain and view[1]
        return name, certain


def is_reverse_mark(statement: Statement) -> bool:
    return is_mark(statement) and statement.args[0] == REVERSE
