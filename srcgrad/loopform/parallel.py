"""Loops whose iterations are independent, shared among threads.

Before::

    for i in range(n):
        for j in range(m):
            s += x[i, j] * w[i]
            w_bar[j] += x[i, j]

After::

    if n * m > 50000:
        parts = np.empty((16,))
        rows = np.zeros((16, m))
        for part in prange(16):
            s0 = 0.0
            first = start_of(part, 16, n)
            for turn in range(start_of(part + 1, 16, n) - first):
                i = first + turn
                for j in range(m):
                    s0 += x[i, j] * w[i]
                    rows[part, j] += x[i, j]
            parts[part] = s0
        for i in range(16):
            s += parts[i]
        for i in range(16):
            for j in range(m):
                w_bar[j] += rows[i, j]
    else:
        ...

The parts, and the order in which they are added up, do not depend on the number of threads. Of nested
loops the outermost is shared. ``apart`` says which loops may be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import (
    Block,
    Carry,
    Const,
    For,
    Function,
    If,
    Let,
    Merge,
    Operand,
    Statement,
)
from srcgrad.loopform import EACH, SHARED
from srcgrad.loopform.apart import Apart, Plan, made_in
from srcgrad.loopform.fuse import fresh
from srcgrad.loopform.lengths import measured
from srcgrad.loopform.views import subscript
from srcgrad.optimize.dead import eliminate
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import CALL, OPS

PARTS = 16  # of each loop; as many threads can have some
WORTH = 200_000  # additions: what takes less is done before threads have begun
COPY = 4  # additions: what an element of a copy takes
CALLED = 20  # what a call of a function such as ``exp`` takes


def parallel(function: Function, names: Names) -> Function:
    """The function with loops that threads share."""
    found = _Parallel(function, names)
    body = found.block(function.body)
    return eliminate(replace(function, body=body)) if found.shared else function


class _Parallel:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.apart = Apart(function, names)
        self.shared = False

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        for k, s in enumerate(block):
            plan = self.apart.plan(s, fresh(block[:k])) if isinstance(s, For) else None
            found = None if plan is None else _Shared(plan, self.names, self.apart).statements()
            self.shared = self.shared or found is not None
            result += [ir.map_blocks(s, self.block)] if found is None else found
        return ir.as_block(result, block)


class _Shared:
    """One loop, as threads share it."""

    def __init__(self, plan: Plan, names: Names, apart: Apart) -> None:
        self.plan, self.loop, self.names, self.apart = plan, plan.loop, names, apart
        self.inside = {plan.loop.var, *made_in(plan.loop.body)}
        self.b = Builder(names, plan.loop.adjoint)
        self.b.origin = plan.loop.origin
        self.sums: dict[
            Operand, tuple[Operand, int]
        ] = {}  # what was made of something and a number

    def statements(self) -> list[Statement] | None:
        """What stands in the place of the loop; None if that does not pay, or must not be."""
        condition = self.condition()
        if condition is None:
            return None
        always = condition == Const(True)
        outs = {c.phi: c.out if always else self.fresh(c.out) for c in self.carries}
        before = self.b.take()
        self.run(outs)
        then = self.b.take()
        if always:
            return [*before, *then]
        carries = tuple(replace(c, out=self.fresh(c.out)) for c in self.carries)
        ends = zip(self.carries, carries, strict=True)
        merges = tuple(Merge(c.out, outs[c.phi], serial.out) for c, serial in ends)
        orelse = (replace(self.loop, carries=carries),)
        branch = If(condition, then, orelse, merges, self.loop.origin, self.loop.adjoint)
        return [*before, branch]

    @property
    def carries(self) -> tuple[Carry, ...]:
        return self.loop.carries

    def kind(self, name: str) -> Any:
        return self.names.kinds[name]

    # --- whether it is worth it ---------------------------------------------------------------

    def condition(self) -> Operand | None:
        """Whether there is enough to do, and nothing raises; None if it is known that not so."""
        count, weight = self.work()
        least = rounded(WORTH // weight)
        if isinstance(count, Const) and count.value <= least:
            return None
        found = [self.test("gt", count, Const(least))]
        for name in self.plan.summed:
            copies = self.product(self.sizes(name), Const(-(-COPY * PARTS // weight)))
            found.append(self.test("gt", count, copies))
        for check in self.plan.checks:
            tests = self.holds(check)
            if tests is None:
                return None
            found += tests
        if Const(False) in found:
            return None
        tests = [test for test in dict.fromkeys(found) if test != Const(True)]
        whole = tests[0] if tests else Const(True)
        for test in tests[1:]:
            whole = self.b.emit("bool_and", whole, test, kind=kinds.BOOL)
        return whole

    def test(self, op: str, a: Operand, b: Operand) -> Operand:
        return self.b.emit(op, a, b, kind=kinds.BOOL)

    def product(self, factors: list[Operand], first: Operand) -> Operand:
        for factor in factors:
            first = factor if first == Const(1) else self.integer("mul", first, factor)
        return first

    def integer(self, op: str, a: Operand, b: Operand) -> Operand:
        """A statement on integers; ``n - 1 + 1`` is ``n``."""
        if op in ("add", "sub") and isinstance(b, Const):
            more = b.value if op == "add" else -b.value
            name, shift = self.shifted(a)
            if shift + more == 0:
                return name
            up = shift + more > 0
            found = self.b.emit(
                "add" if up else "sub", name, Const(abs(shift + more)), kind=kinds.INT
            )
            self.sums[found] = name, shift + more
            return found
        return self.b.emit(op, a, b, kind=kinds.INT)

    def shifted(self, a: Operand) -> tuple[Operand, int]:
        """An operand as another one, and what is more than that."""
        if a in self.sums:
            return self.sums[a]
        made = self.apart.bounds.made.get(a) if isinstance(a, str) else None
        name, shift = self.apart.bounds.shifted(made) if isinstance(made, Let) else (None, 0)
        return (a, 0) if name is None else (name, shift)

    def work(self) -> tuple[Operand, int]:
        """How often the innermost of the loops run, and how many additions long they are."""
        chain = deepest(self.loop)
        lets = [s for s in ir.walk(chain[-1].body) if isinstance(s, Let)]
        weight = sum(CALLED if OPS[s.op].cost >= CALL else 1 for s in lets)
        turns = [self.turns(loop) for loop in chain]
        return self.product([t for t in turns if t is not None], Const(1)), max(weight, 1)

    def turns(self, loop: For) -> Operand | None:
        """How often a loop runs; None if that is not known before the loop that is shared."""
        if loop.step not in (Const(1), Const(-1)):
            return None
        ends = (loop.start, loop.stop) if loop.step == Const(1) else (loop.stop, loop.start)
        low, high = (self.outside(end, k) for k, end in enumerate(ends))
        return None if low is None or high is None else self.integer("sub", high, low)

    def outside(self, operand: Operand, top: int, more: int = 0) -> Operand | None:
        """An integer, or the least or greatest that it may be, in front of the loop; None if unknown."""
        if operand not in self.inside:
            return self.integer("add", operand, Const(more)) if more else operand
        made = self.apart.bounds.made.get(str(operand))
        if isinstance(made, For) and made.step in (Const(1), Const(-1)):
            up = made.step == Const(1)
            if up == bool(top):
                return self.outside(made.stop, top, more - 1 if up else more + 1)
            return self.outside(made.start, top, more)
        if not isinstance(made, Let):
            return None
        name, shift = self.apart.bounds.shifted(made)
        if name is not None:
            return self.outside(name, top, more + shift)
        return self.size(made, more)

    def size(self, made: Let, more: int) -> Operand | None:
        """The size of an array that is there before the loop."""
        found = measured(made, self.apart.bounds.made)
        if found is None or found[0] in self.inside:
            return None
        size = self.b.size(found[0], Const(found[1]), kind=kinds.INT)
        return self.integer("add", size, Const(more))

    def sizes(self, name: str) -> list[Operand]:
        return [
            Const(dim) if isinstance(dim, int) else self.b.size(name, Const(axis), kind=kinds.INT)
            for axis, dim in enumerate(self.kind(name).shape)
        ]

    def holds(self, check: Let) -> list[Operand] | None:
        """Tests of which none fails where a check in the loop does not raise; None: not known."""
        if check.op == "check_some":
            end = self.outside(check.args[0], 0)
            return None if end is None else [self.test("gt", end, Const(0))]
        if check.op != "check_place":
            return None
        x, axis, place = check.args
        low, high = self.outside(place, 0), self.outside(place, 1)
        if x in self.inside or low is None or high is None or not isinstance(axis, Const):
            return None
        size = self.sizes(x)[axis.value]
        if isinstance(place, Const) and place.value < 0:
            return [self.test("ge", size, Const(-place.value))]
        least = self.apart.bounds.low(place)
        positive = least is not None and least >= 0
        above = [] if positive else [self.test("ge", low, Const(0))]
        return [*above, self.test("lt", high, size)]

    # --- the parallel loop --------------------------------------------------------------------

    def run(self, outs: dict[str, str]) -> None:
        """The loop over parts, and what adds up what they give."""
        b, loop = self.b, self.loop
        part = self.names.fresh("part", kinds.INT)
        kept = {c.phi: self.kept(c) for c in self.carries}
        copies = {name: self.copies(name) for name in self.plan.summed}
        with b.nested() as body:
            table = {str(let.target): self.own(let) for let in self.plan.private}
            table.update((name, self.fresh(name)) for name in sorted(self.inside))
            inner, ends = self.part_of(part, table)
            for name, copy in copies.items():
                inner = replace(inner, body=in_copy(inner.body, name, copy, part))
            b.add(inner)
            for phi, array in kept.items():
                b.effect("setitem", array, part, ends[phi])
        shared = For(part, Const(0), Const(PARTS), Const(1), (), body.block, loop.origin)
        b.add(replace(shared, adjoint=loop.adjoint, label=SHARED))
        for c in self.carries:
            self.total(c, kept[c.phi], outs[c.phi])
        for name, copy in copies.items():
            self.added(name, copy)

    def fresh(self, name: str) -> str:
        return self.names.fresh(ir.base(name), self.kind(name))

    def kept(self, carry: Carry) -> str:
        """An array for what the parts give for a number."""
        dtype = self.kind(carry.phi).dtype
        return self.allocated("np.empty", (Const(PARTS),), dtype, (PARTS,))

    def copies(self, name: str) -> str:
        """An array with a copy for each part of an array that is only added to."""
        kind = self.kind(name)
        shape = (Const(PARTS), *self.sizes(name))
        return self.allocated("np.zeros", shape, kind.dtype, (PARTS, *kind.shape))

    def allocated(self, op: str, shape: tuple[Operand, ...], dtype: Any, dims: Any) -> str:
        found = self.b.emit(op, shape, dtype_operand(dtype), kind=kinds.array(dtype, dims))
        return str(found)

    def own(self, let: Let) -> str:
        """An array of each part's own."""
        name = self.fresh(str(let.target))
        self.b.add(replace(let, target=name))
        return name

    def part_of(self, part: str, table: dict[str, str]) -> tuple[For, dict[str, str]]:
        """The iterations of one part, with names of their own; and what they give.

        They are counted from 0 up, so that the compiler sees that no place is negative.
        """
        loop, b = self.loop, self.b
        low, high = loop.start, loop.stop
        if loop.step != Const(1):
            low, high = (self.integer("add", end, Const(1)) for end in (high, low))
        count = self.integer("sub", high, low)
        following = b.emit("add", part, Const(1), kind=kinds.INT)
        first = b.emit("start_of", part, Const(PARTS), count, base="first", kind=kinds.INT)
        end = b.emit("start_of", following, Const(PARTS), count, kind=kinds.INT)
        turns = b.emit("sub", end, first, kind=kinds.INT)
        carries, found = [], {}
        for c in self.carries:
            phi, out = self.fresh(c.phi), self.fresh(c.out)
            table[c.phi], found[c.phi] = phi, out
            init = zero(self.kind(c.phi)) if self.plan.totals[c.phi] == "add" else c.init
            carries.append((phi, init, c.next, out))
        inner = tuple(Carry(phi, i, ir.rename(n, table), out) for phi, i, n, out in carries)
        turn = self.names.fresh("turn", kinds.INT)
        with b.nested() as body:
            place = turn if low == Const(0) else b.emit("add", low, turn, kind=kinds.INT)
            b.add(Let(table[loop.var], "add", (first, place), loop.origin, loop.adjoint))
            for s in unchecked(loop.body):
                b.add(ir.rename_all(s, table))
        form = replace(loop, var=turn, start=Const(0), stop=turns, step=Const(1), carries=inner)
        return replace(form, body=body.block), found

    def total(self, carry: Carry, kept: str, out: str) -> None:
        """``total += parts[i]`` for all parts."""
        b, op = self.b, self.plan.totals[carry.phi]
        phi, index = self.fresh(carry.phi), self.names.fresh("i", kinds.INT)
        with b.nested() as body:
            term = b.emit("getitem", kept, index, kind=self.kind(carry.phi))
            result = b.emit(op, phi, term, kind=self.kind(carry.phi))
        joined = Carry(phi, carry.init, result, out)
        self.loop_over(index, Const(PARTS), body.block, (joined,))

    def added(self, name: str, copy: str) -> None:
        """``x += copies[i]`` for all parts."""
        sizes = self.sizes(name)
        at = [self.names.fresh(letter, kinds.INT) for letter in "ijklmn"[: len(sizes) + 1]]
        with self.b.nested() as body:
            dtype = self.kind(name).dtype
            term = self.b.emit("getitem", copy, tuple(at), kind=kinds.scalar(dtype))
            self.b.effect("additem", name, subscript(at[1:]), term)
        block = body.block
        for index, size in reversed(list(zip(at[1:], sizes, strict=True))):
            with self.b.nested() as body:
                self.loop_over(index, size, block, ())
            block = body.block
        self.loop_over(at[0], Const(PARTS), block, ())

    def loop_over(self, var: str, stop: Operand, body: Block, carries: tuple[Carry, ...]) -> None:
        found = For(var, Const(0), stop, Const(1), carries, body, self.loop.origin)
        self.b.add(replace(found, adjoint=self.loop.adjoint, label=EACH))


def in_copy(block: Block, name: str, copy: str, part: str) -> Block:
    """A block that adds to the copy of a part."""
    result: list[Statement] = []
    for s in block:
        if isinstance(s, Let) and s.op == "additem" and s.args[0] == name:
            s = replace(s, args=(copy, (part, *operands_of(s.args[1])), s.args[2]))
        result.append(ir.map_blocks(s, lambda inner: in_copy(inner, name, copy, part)))
    return tuple(result)


def unchecked(block: Block) -> Block:
    """A block without what only raises."""
    left = (s for s in block if not (isinstance(s, Let) and OPS[s.op].asserts))
    return tuple(ir.map_blocks(s, unchecked) for s in left)


def deepest(loop: For) -> list[For]:
    """A loop, and those inside it that are nested deepest."""
    inner = [deepest(s) for s in ir.walk(loop.body) if isinstance(s, For)]
    return [loop, *max(inner, key=len, default=[])]


def zero(kind: Any) -> Const:
    """What a sum of this kind begins with."""
    number = np.dtype(kind.dtype).type(0)
    short = kind.base == "scalar" and kind.dtype not in ("float64", "int64", "complex128")
    return Const(number if short else number.item())


def rounded(number: int) -> int:
    """A number with one digit that is not 0."""
    place = 10 ** (len(str(number)) - 1)
    return number // place * place
