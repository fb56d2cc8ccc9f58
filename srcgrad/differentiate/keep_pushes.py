"""The forward sweep with pushes of what is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.given_sizes import GivenSizes
from srcgrad.analysis.shadows import nothing, sources, with_values
from srcgrad.differentiate.keeping import Keeping
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, If, Let, Statement, While


class Pushes(Keeping):
    """Puts the pushes into the forward sweep."""

    def with_values(self, block: Block) -> Block:
        """What is kept has a value on every path: a zero where the primal has none."""

        wanted = sources(self.forward, {*self.kept, *self.shapes})
        inputs = tuple(p for p in self.function.params if p not in self.seeds)
        sizes = GivenSizes(replace(self.function, params=inputs), self.names)

        def fill(name: str, value: Any) -> Any:
            if value is not None or name not in wanted:
                return value
            return nothing(self.kinds[name], self.names, sizes)

        return with_values(block, fill)

    def insert_pushes(
        self, block: Block, where: tuple[str, int], early: tuple[str, ...] = ()
    ) -> Block:
        """A block with pushes: together, but before the variable of a pushed name is reused."""
        result: list[Statement] = []
        pending = [name for name in early if self.is_pushed(name)]
        for statement in block:
            if {ir.base(name) for name in pending} & assigned(statement):
                result.extend(self.pushes(pending))
                pending = []
            if isinstance(statement, If):
                statement = replace(
                    statement,
                    then=self.insert_pushes(statement.then, (statement.label, 0)),
                    orelse=self.insert_pushes(statement.orelse, (statement.label, 1)),
                )
            elif isinstance(statement, For):
                statement = replace(
                    statement,
                    body=self.insert_pushes(
                        statement.body, (statement.label, 0), tuple(ir.local(statement))
                    ),
                )
            elif isinstance(statement, While):
                head = [name for item in statement.head for name in ir.defined(item)]
                statement = replace(
                    statement,
                    body=self.insert_pushes(
                        statement.body, (statement.label, 0), (*ir.local(statement), *head)
                    ),
                )
            result.append(statement)
            if where[0]:
                pending.extend(filter(self.is_pushed, ir.defined(statement)))
        return (*result, *self.pushes(pending))

    def is_pushed(self, name: str) -> bool:
        return name in self.shapes or name in self.kept

    def pushes(self, names: list[str]) -> list[Let]:
        """Pushes side by side; of some names the shape alone is kept."""
        shapes = [
            Let(self.shapes[name], "np.shape", (name,), None, True)
            for name in names
            if name in self.shapes
        ]
        return shapes + [self.push(self.shapes.get(name, name)) for name in names]

    def push(self, name: str) -> Let:
        return Let(None, "push", (self.kept[name], name), None, True)


def assigned(statement: Statement) -> set[str]:
    """The variables of the user that a statement and those inside it assign."""
    return {
        ir.base(name)
        for inner in ir.walk((statement,))
        for name in (*ir.defined(inner), *ir.local(inner))
    } - {""}
