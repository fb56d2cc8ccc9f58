"""Adjoints of loops: the mirrored loop, and the adjoints that go round it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.differentiate.sweeping import ELSEWHERE, Sweeping
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, For, Let, Operand, While


class LoopSweep(Sweeping):
    """Reverse mode of ``For`` and ``While``."""

    def for_loop(self, loop: For) -> For:
        """The iterations run backwards, with the loop's own bounds."""
        start, stop, step = self.backwards(loop)
        carries, body, forwards, left = self.loop(loop, (loop.body,))
        self.at(loop)
        self.mirrored(loop, self.mirror(loop.var), (start, stop, step), carries, body)
        self.after(left)
        return replace(loop, body=forwards[0], carries=self.twin_carries(loop))

    def mirrored(
        self, loop: For | While, var: str, bounds: Any, carries: tuple[Carry, ...], body: Block
    ) -> None:
        """The reversed loop, unless nothing is left to do in it."""
        if body or carries:
            start, stop, step = bounds
            label = loop.label + "'"
            self.b.add(For(var, start, stop, step, carries, body, loop.origin, True, label))

    def mirror(self, var: str) -> str:
        return self.names.fresh(ir.base(var), self.kind(var))

    def backwards(self, loop: For) -> tuple[Operand, Operand, Operand]:
        """The bounds of ``reversed(range(start, stop, step))``."""
        self.at(loop)
        if isinstance(loop.step, Const) and loop.step.value in (1, -1):
            less = Const(loop.step.value)
            return (
                self.b.emit("sub", loop.stop, less),
                self.b.emit("sub", loop.start, less),
                Const(-loop.step.value),
            )
        count = self.b.emit("range_length", loop.start, loop.stop, loop.step)
        span = self.b.emit("mul", self.b.emit("sub", count, Const(1)), loop.step)
        return (
            self.b.emit("add", loop.start, span),
            self.b.emit("sub", loop.start, loop.step),
            self.b.emit("neg", loop.step),
        )

    def while_loop(self, loop: While) -> tuple[ir.Statement, ...]:
        """The forward sweep counts the iterations; as many are run backwards."""
        count = [self.names.fresh("count", kindlib.INT) for _ in range(3)]
        carries, body, forwards, left = self.loop(loop, (loop.head, loop.body))
        if not (body or carries):
            head, inner = forwards
            return (replace(loop, head=head, body=inner, carries=self.twin_carries(loop)),)
        self.at(loop)
        last = self.b.emit("sub", count[2], Const(1))
        var = self.names.fresh("i", kindlib.INT)
        self.mirrored(loop, var, (last, Const(-1), Const(-1)), carries, body)
        self.after(left)
        increment = Let(count[1], "add", (count[0], Const(1)), loop.origin, True)
        counter = Carry(count[0], Const(0), count[1], count[2])
        return (
            replace(
                loop,
                head=forwards[0],
                body=(*forwards[1], increment),
                carries=(*self.twin_carries(loop), counter),
            ),
        )

    def twin_carries(self, loop: For | While) -> tuple[Carry, ...]:
        twins = tuple(
            Carry(
                self.twins[c.phi],
                self.twin(c.init),
                self.twins.get(str(c.next), c.next),
                self.twins[c.out],
            )
            for c in loop.carries
            if c.phi in self.twins
        )
        carries = tuple(c for c in loop.carries if c.phi not in self.originals)
        return carries + twins

    def sized_bar(self, carry: Carry, like: Operand | None) -> str:
        """A name for the adjoint of a carry, where that is ``like``: it may change its size."""
        bar = self.fresh_bar(carry.phi)
        kind, given = self.kind(bar), None if like is None else self.kind(like)
        if given is not None and kind.base == given.base == "array":
            self.names.kinds[bar] = replace(kind, shape=given.shape)
        return bar

    def loop(self, loop: For | While, blocks: tuple[Block, ...]) -> Any:
        """The carries and the body of the reversed loop, and the blocks of the forward one."""
        outside = self.enter(loop)
        active = [c for c in loop.carries if c.phi in self.active and c.phi not in self.twins]
        ends = {c.phi: self.start_value(c) for c in active}
        phis = {c.phi: self.sized_bar(c, c.next) for c in active}
        entry = {name: self.bar.get(name) for name in outside}
        inits = {name: self.zero(name) if value is None else value for name, value in entry.items()}
        bars = {name: self.fresh_bar(name, self.is_open(name)) for name in outside}
        bar, shadow = dict(self.bar), dict(self.shadow)
        self.bar = {**bar, **bars}
        with self.b.nested() as inner:
            for carry in active:
                value = self.spread(phis[carry.phi], carry)
                self.accumulate(carry.next, value, self.elsewhere(carry))
            forwards = [self.sweep(block) for block in reversed(blocks)][::-1]
            nexts = {c.phi: self.before_iteration(c) for c in active}
            after = {name: self.bar[name] for name in outside}
        self.bar, self.shadow = bar, shadow
        carries = []
        for carry in active:
            out = self.sized_bar(carry, carry.init)
            carries.append(Carry(phis[carry.phi], ends[carry.phi], nexts[carry.phi], out))
        changed = [name for name in outside if after[name] != bars[name]]
        for name in changed:
            out = self.fresh_bar(name, self.is_open(name))
            carries.append(Carry(bars[name], inits[name], after[name], out))
            self.bar[name] = out
        table = {bars[name]: inits[name] for name in outside if name not in changed}
        body = (
            tuple(ir.map_operands(item, table) for item in inner.block) if table else (inner.block)
        )
        left = [(carry, closed.out) for carry, closed in zip(active, carries, strict=False)]
        return tuple(carries), body, forwards, left

    def after(self, left: list[tuple[Carry, str]]) -> None:
        """After the reversed loop, what is left goes to the initial values."""
        self.b.origin = None
        for carry, value in left:
            if carry.init is not None:
                self.accumulate(carry.init, value, self.elsewhere(carry))

    def elsewhere(self, carry: Carry) -> Operand | None:
        """Which elements a carry uses: if a companion goes round with it, that says it."""
        return ELSEWHERE if carry.phi in self.companions else None

    def spread(self, value: Operand, carry: Carry) -> Operand:
        """The adjoint that goes round, in the shape of this iteration's array."""
        open_ended = self.is_open(carry.phi) and not self.kind(carry.phi).immutable
        if not open_ended or not isinstance(carry.next, str):
            return value
        self.names.kinds[str(value)] = kindlib.anything(self.kind(carry.phi).dtype)
        return self.b.emit("spread", value, self.like(carry.next), kind=self.kind(carry.next))

    def before_iteration(self, carry: Carry) -> Operand:
        found = self.adjoint_of(carry.phi)
        return self.zero(carry.phi) if found is None else found

    def start_value(self, carry: Carry) -> Operand:
        found = self.adjoint_of(carry.out)
        if found is None:
            return self.zero(carry.out)
        if carry.out in self.memory and self.alias.base.get(carry.out) is not None:
            return self.own(found, carry.out)
        return found
