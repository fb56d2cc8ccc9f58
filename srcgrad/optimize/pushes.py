"""The forward sweep with pushes of what is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad import ir
from srcgrad.ir import Block, Const, For, If, Let, Statement, While


class Pushes:
    """Puts the pushes into the forward sweep."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def with_values(self, block: Block) -> Block:
        """What is kept has a value on every path: a zero where the primal has none."""

        wanted = self.sources_of_kept()

        def fill(name: str, value: Any) -> Any:
            if value is not None or name not in wanted:
                return value
            kind = self.kinds[name]
            if kind.base != "array":
                return Const(0.0)
            return Const(np.dtype(kind.dtype).type(0))  # it has a shape, as arrays have

        def visit(inner: Block) -> Block:
            found: list[Statement] = []
            for statement in inner:
                statement = ir.map_blocks(statement, visit)
                if isinstance(statement, If):
                    statement = replace(statement, merges=tuple(
                        ir.Merge(m.out, fill(m.out, m.then), fill(m.out, m.orelse))
                        for m in statement.merges))
                elif isinstance(statement, For | While):
                    statement = replace(statement, carries=tuple(
                        replace(c, init=fill(c.phi, fill(c.out, c.init)))
                        for c in statement.carries))
                found.append(statement)
            return tuple(found)

        return visit(block)

    def sources_of_kept(self) -> set[str]:
        """The names that reach what is kept through merges and carries."""
        wanted = set(self.kept) | set(self.shapes)
        while True:
            size = len(wanted)
            for statement in ir.walk(self.forward):
                if isinstance(statement, If):
                    for m in statement.merges:
                        if m.out in wanted:
                            wanted.update(ir.names((m.then, m.orelse)))
                elif isinstance(statement, For | While):
                    for c in statement.carries:
                        if c.phi in wanted or c.out in wanted:
                            wanted.update(ir.names((c.phi, c.out, c.init, c.next)))
            if len(wanted) == size:
                return wanted

    def insert_pushes(self, block: Block, where: tuple[str, int]) -> Block:
        result: list[Statement] = []
        for statement in block:
            if isinstance(statement, If):
                statement = replace(
                    statement, then=self.insert_pushes(statement.then, (statement.label, 0)),
                    orelse=self.insert_pushes(statement.orelse, (statement.label, 1)),
                )
            elif isinstance(statement, For):
                body = self.insert_pushes(statement.body, (statement.label, 0))
                statement = replace(statement, body=(*self.pushes(ir.local(statement)), *body))
            elif isinstance(statement, While):
                body = self.insert_pushes(statement.body, (statement.label, 0))
                early = ir.local(statement) + [
                    name for item in statement.head for name in ir.defined(item)
                ]
                statement = replace(statement, body=(*self.pushes(early), *body))
            result.append(statement)
            if where[0]:
                result.extend(self.pushes(ir.defined(statement)))
        return tuple(result)

    def pushes(self, defined: list[str]) -> list[Let]:
        found = []
        for name in defined:
            if name in self.shapes:
                shape = self.shapes[name]
                found.append(Let(shape, "np.shape", (name,), None, True))
                found.append(self.push(shape))
            elif name in self.kept:
                found.append(self.push(name))
        return found

    def push(self, name: str) -> Let:
        return Let(None, "push", (self.kept[name], name), None, True)
