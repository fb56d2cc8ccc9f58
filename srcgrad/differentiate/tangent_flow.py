"""Tangents through branches and loops: merges and carries beside those of the primal."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from srcgrad.analysis.shadows import may_be_undefined, sources
from srcgrad.differentiate.tangents import Tangents
from srcgrad.ir.nodes import Carry, For, If, Merge, Operand, While


class TangentFlow(Tangents):
    """Forward mode of ``If``, ``For`` and ``While``."""

    def branch(self, statement: If) -> None:
        merged = [m for m in statement.merges if self.is_carried(m.out)]
        blocks, sides = [], []
        for block, side in ((statement.then, "then"), (statement.orelse, "orelse")):
            with self.b.nested() as inner:
                self.block(block)
                sides.append([self.carried(getattr(m, side)) for m in merged])
            blocks.append(inner.block)
        for m in merged:
            self.dot[m.out] = self.fresh(m.out)
        moved = tuple(
            Merge(str(self.dot[m.out]), a, b) for m, a, b in zip(merged, *sides, strict=True)
        )
        self.b.add(
            replace(statement, then=blocks[0], orelse=blocks[1], merges=statement.merges + moved)
        )

    def is_carried(self, name: str) -> bool:
        """Whether a value has a tangent that goes through branches and loops beside it."""
        return name in self.active or name in self.doubtful

    @cached_property
    def doubtful(self) -> set[str]:
        """Arrays without derivative that become active ones, and may have no value.

        Their tangents are zeros of their shape, made where they have one.
        """
        body = self.function.body
        found = may_be_undefined(body) & sources(body, set(self.active))
        kinds = self.names.kinds
        return {name for name in found if kinds[name].floating and not kinds[name].immutable}

    def carried(self, operand: Operand | None) -> Operand | None:
        return None if operand is None else self.tangent(operand)

    def enter(self, loop: For | While) -> list[tuple[Carry, Operand | None]]:
        """The carries that have tangents, and the tangents of their initial values."""
        found = []
        for carry in loop.carries:
            if self.is_carried(carry.phi):
                found.append((carry, self.carried(carry.init)))
                self.dot[carry.phi] = self.fresh(carry.phi)
        return found

    def leave(self, entered: Any, nexts: list[Operand]) -> tuple[Carry, ...]:
        carries = []
        for (carry, init), value in zip(entered, nexts, strict=True):
            self.dot[carry.out] = self.fresh(carry.out)
            carries.append(Carry(str(self.dot[carry.phi]), init, value, str(self.dot[carry.out])))
        return tuple(carries)

    def for_loop(self, loop: For) -> None:
        entered = self.enter(loop)
        with self.b.nested() as inner:
            self.block(loop.body)
            nexts = [self.tangent(carry.next) for carry, _ in entered]
        carries = loop.carries + self.leave(entered, nexts)
        self.b.add(replace(loop, carries=carries, body=inner.block))

    def while_loop(self, loop: While) -> None:
        entered = self.enter(loop)
        with self.b.nested() as head:
            self.block(loop.head)
        with self.b.nested() as inner:
            self.block(loop.body)
            nexts = [self.tangent(carry.next) for carry, _ in entered]
        carries = loop.carries + self.leave(entered, nexts)
        self.b.add(replace(loop, carries=carries, head=head.block, body=inner.block))
