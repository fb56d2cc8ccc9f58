"""Checks of the IR between passes: names are defined once, before use, in scope, with a kind."""

from __future__ import annotations

from typing import Any

from srcgrad.errors import InternalError
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, While


def verify(function: Function) -> None:
    """Check a function. Raises ``InternalError``, with the function printed, if it is not valid."""
    check = _Check(function)
    check.block(function.body)
    check.read(function.result)


class _Check:
    """One walk; ``scope`` holds the names that may be read at the point it has come to."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.params = frozenset(function.params)
        self.scope = set(function.params)
        self.seen: set[str] = set()

    def fail(self, what: str) -> None:
        raise InternalError(f"{what}\n{ir.show(self.function)}")

    def read(self, value: Any) -> None:
        for name in ir.names(value):
            if name not in self.scope:
                self.fail(f"{name} is read out of scope")

    def define(self, names: list[str]) -> list[str]:
        """Bring names into scope; those of them that were not in it."""
        for name in names:
            if name in self.seen and name not in self.params:
                self.fail(f"{name} is assigned twice")
            if name not in self.function.kinds:
                self.fail(f"{name} has no kind")
            self.seen.add(name)
        new = [name for name in names if name not in self.scope]
        self.scope.update(names)
        return new

    def block(self, block: Block) -> list[str]:
        """Check a block; the names that it brings into scope."""
        found: list[str] = []
        for statement in block:
            if isinstance(statement, Let):
                self.read(statement.args)
            elif isinstance(statement, If):
                found += self.branch(statement)
            else:
                self.loop(statement)
            found += self.define(ir.defined(statement))
        return found

    def branch(self, statement: If) -> list[str]:
        """The names of both sides: Python's variables outlive the branch."""
        self.read(statement.cond)
        then = self.block(statement.then)
        self.read([merge.then for merge in statement.merges])
        self.scope.difference_update(then)
        orelse = self.block(statement.orelse)
        self.read([merge.orelse for merge in statement.merges])
        self.scope.update(then)
        return then + orelse

    def loop(self, loop: For | While) -> None:
        self.read([carry.init for carry in loop.carries])
        if isinstance(loop, For):
            self.read((loop.start, loop.stop, loop.step))
        inner = self.define(ir.local(loop))
        if isinstance(loop, While):
            inner += self.block(loop.head)
            self.read(loop.cond)
        inner += self.block(loop.body)
        self.read([carry.next for carry in loop.carries])
        self.scope.difference_update(inner)
