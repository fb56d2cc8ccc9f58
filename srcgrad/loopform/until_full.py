"""A loop that grows tapes runs until they are full, inside of one that lets them grow.

Before::

    while y > 0.0:
        if k == tape.shape[0]:
            tape = grown(tape)
        tape[k] = y
        y -= dt
        k += 1

After::

    more = True
    while more:
        n = tape.shape[0]
        while y > 0.0 and k < n:
            tape[k] = y
            y -= dt
            k += 1
        more = y > 0.0
        if more:
            tape = grown(tape)

An array that a loop may exchange for another has its users counted in each iteration: of short
iterations, that is half of the time.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Carry, Const, For, If, Let, Merge, Operand, Statement, While
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS


def until_full(loop: While, names: Names) -> While:
    """The loop as two, if that is how its tapes may grow; else the loop as it is."""
    at = next((k for k, s in enumerate(loop.body) if not isinstance(s, Let)), None)
    grows = None if at is None else loop.body[at]
    if at is None or not isinstance(grows, If) or not _may_be_two(loop, at, grows, names):
        return loop
    return _Two(loop, names, at, grows).outer()


def _may_be_two(loop: While, at: int, grows: If, names: Names) -> bool:
    """Whether nothing but a test of one length stands before tapes grow, and the head has no effect."""
    room = loop.body[: at + 1]
    lets = [s for s in ir.walk((*loop.head, *grows.then)) if not isinstance(s, If)]
    if not all(_is_short(s, names) for s in ir.walk((*loop.body[at + 1 :], *loop.head))):
        return False
    if not all(isinstance(s, Let) and not OPS[s.op].effect and not OPS[s.op].foreign for s in lets):
        return False
    made = {n for s in room for n in ir.defined(s)} - {m.out for m in grows.merges}
    if made & {*ir.all_uses(loop.body[at + 1 :]), *(n for c in loop.carries for n in _next(c))}:
        return False
    test = [s for s in room if isinstance(s, Let) and s.target == grows.cond]
    outside = {n for s in room[:-1] if s not in test for n in ir.uses(s)} - made
    if not outside <= {str(m.orelse) for m in grows.merges}:
        return False
    goes_on = {c.phi: c.next for c in loop.carries}
    grown = all(goes_on.get(str(m.orelse)) == m.out for m in grows.merges)
    tested = len(test) == 1 and test[0].op == "eq" and not grows.orelse
    known = all(c.init is not None for c in loop.carries)
    return tested and grown and known and names.kind(loop.cond).dtype == "bool"


def _is_short(statement: Statement, names: Names) -> bool:
    """Whether a statement makes numbers, and is no loop."""
    if isinstance(statement, For | While):
        return False
    return all(names.kinds[name].immutable for name in ir.defined(statement))


def _next(carry: Carry) -> list[str]:
    return list(ir.names((carry.next,)))


class _Two:
    """A loop, as the one inside and the one around it."""

    def __init__(self, loop: While, names: Names, at: int, grows: If) -> None:
        self.loop, self.names, self.at, self.grows = loop, names, at, grows
        self.tapes = {str(m.orelse): m for m in grows.merges}
        self.carries = [c for c in loop.carries if c.phi not in self.tapes]
        self.around = {c.phi: self.again(c.phi) for c in self.carries}
        self.after = {c.phi: self.again(c.phi) for c in self.carries}
        self.b = Builder(names, True)
        self.b.origin = loop.origin

    def again(self, name: str) -> str:
        return self.names.fresh(ir.base(name), self.names.kinds[name])

    def outer(self) -> While:
        before = [s for s in self.loop.body[: self.at] if isinstance(s, Let)]
        test = next(s for s in before if s.target == self.grows.cond)
        before.remove(test)
        inner = self.inner(*test.args)
        head, cond = self.head_again()
        more = self.names.fresh("more", kinds.BOOL)
        merges = tuple(Merge(self.again(m.out), m.then, m.orelse) for m in self.grows.merges)
        grows = replace(self.grows, cond=cond, merges=merges)
        tapes = {str(m.orelse): m.out for m in merges}
        carries = [Carry(more, Const(True), cond, self.names.fresh("more", kinds.BOOL))]
        for c in self.loop.carries:
            if c.phi in tapes:
                carries.append(replace(c, next=tapes[c.phi]))
            else:
                carries.append(replace(c, phi=self.around[c.phi], next=self.after[c.phi]))
        body = (*before, inner, *head, grows)
        whole = replace(self.loop, carries=tuple(carries), head=(), cond=more, body=body)
        return replace(whole, label=more)

    def inner(self, place: Operand, size: Operand) -> While:
        """The loop while there is room."""
        room = self.b.emit("lt", place, size, kind=kinds.BOOL)
        cond = self.b.emit("np.logical_and", self.loop.cond, room, kind=kinds.BOOL)
        head = (*self.loop.head, *self.b.take())
        as_it_is = {m.out: str(m.orelse) for m in self.grows.merges}
        body = tuple(ir.map_operands(s, as_it_is) for s in self.loop.body[self.at + 1 :])
        carries = tuple(
            Carry(c.phi, self.around[c.phi], c.next, self.after[c.phi]) for c in self.carries
        )
        return replace(self.loop, carries=carries, head=head, cond=cond, body=body)

    def head_again(self) -> tuple[list[Statement], Operand]:
        """What the loop tests, behind the one inside."""
        made = [n for s in ir.walk(self.loop.head) for n in (*ir.defined(s), *ir.local(s))]
        table = self.after | {name: self.again(name) for name in made}
        head = [ir.rename_all(s, table) for s in self.loop.head]
        return head, ir.rename(self.loop.cond, table)
