"""The largest of many numbers, found among integers, of which a compiler compares several at once.

Before::                                  After::

    m = x[0]                                  t = ordinal(x[0])
    for i in range(n):                        for i in range(n):
        m = np.maximum(m, x[i])                   t = max(t, ordinal(x[i]))
                                              m = of_ordinal(t)

Comparisons of doubles have NaN to mind, and so are done one after the other. The smallest is the
largest of the negatives, with another sign.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, For, Function, Let, Operand, Statement
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS


def found_among_integers(function: Function, names: Names) -> Function:
    """The function with integers for the extrema that its innermost loops look for."""

    def block(found: Block) -> Block:
        return ir.as_block([made for s in found for made in statement(s)], found)

    def statement(s: Statement) -> Block:
        if isinstance(s, For) and all(isinstance(inner, Let) for inner in s.body):
            return _Search(s, names).made()
        return (ir.map_blocks(s, block),)

    return ir.updated(function, body=block(function.body))


class _Search:
    """An innermost loop, and what looks for extrema in it."""

    def __init__(self, loop: For, names: Names) -> None:
        self.loop = loop
        self.names = names
        self.b = Builder(names, adjoint=loop.adjoint)
        self.b.origin = loop.origin
        self.lets = {s.target: s for s in loop.body if isinstance(s, Let)}
        self.uses = Counter(ir.all_uses(loop.body))

    def made(self) -> Block:
        """The loop, with statements before and after it where there are extrema."""
        before: list[Statement] = []
        after: list[Statement] = []
        carries: list[Carry] = []
        inside: dict[Statement, Block] = {}
        for carry in self.loop.carries:
            let = self.extremum(carry)
            if let is None or carry.init is None:
                carries.append(carry)
                continue
            start = self.ordinal(carry.init, let)
            before += self.b.take()
            phi, out = (self.names.fresh("", kinds.INT) for _ in range(2))  # of no number's name
            value = next(arg for arg in let.args if arg != carry.phi)
            larger = self.b.emit("max", (phi, self.ordinal(value, let)), kind=kinds.INT)
            inside[let] = self.b.take()
            carries.append(Carry(phi, start, larger, out))
            after += self.number(carry.out, out, let)
        if not inside:
            return (self.loop,)
        body = [made for s in self.loop.body for made in inside.get(s, (s,))]
        return (*before, replace(self.loop, body=tuple(body), carries=tuple(carries)), *after)

    def extremum(self, carry: Carry) -> Let | None:
        """The statement that makes what goes round: the larger or smaller one, and no more of it."""
        let = self.lets.get(str(carry.next))
        if let is None or not OPS[let.op].extreme or carry.phi not in let.args:
            return None
        if self.uses[carry.phi] != 1 or self.uses[str(carry.next)]:
            return None
        return let if all(self.names.kind(x).is_double for x in (carry.next, *let.args)) else None

    def ordinal(self, x: Operand, let: Let) -> Operand:
        turned = self.b.emit("neg", x) if OPS[let.op].extreme < 0 else x
        return self.b.emit("ordinal", turned)

    def number(self, target: str, ordinal: str, let: Let) -> Block:
        """What the loop has found, as the number that it stands for."""
        if OPS[let.op].extreme > 0:
            return (Let(target, "of_ordinal", (ordinal,), self.b.origin, self.b.adjoint),)
        found = self.b.emit("of_ordinal", ordinal)
        return *self.b.take(), Let(target, "neg", (found,), self.b.origin, self.b.adjoint)
