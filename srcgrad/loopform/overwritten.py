"""Arrays that each iteration of a loop overwrites before it reads them.

Before, an array for all iterations, which might as well be one for each::

    t = np.empty((m,))
    for i in range(n):
        for j in range(m):
            t[j] = x[i, j] ** 2
        for j in range(m):
            y[i, j] = t[j] / t[0]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from srcgrad.analysis.bounds import Bounds
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Operand, While
from srcgrad.loopform.fuse import ELEMENTS, Element
from srcgrad.loopform.lengths import measured
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

Point = tuple[Any, int]  # a name, or the symbol of a size, or None for 0; and what is more
Part = tuple[Point, Point]  # places from one to another, without it
Around = tuple[For, ...]


class Overwritten:
    """What is stored, and read, in the iterations of loops."""

    def __init__(self, function: Function, bounds: Bounds, unsettled: Iterable[Dim]) -> None:
        self.kinds = function.kinds
        self.bounds = bounds
        self.unsettled = frozenset(unsettled)

    def allocation(self, base: str, accesses: list[Element], loop: For) -> Let | None:
        """What allocates an array of which each iteration reads what it stored; None if not so."""
        made = self.bounds.made.get(base)
        if not isinstance(made, Let) or not OPS[made.op].allocates:
            return None
        if not any(e.let.op == "setitem" for e in accesses):
            return None
        found = self.after(loop.body, base, (), [])
        return None if found is None else made

    def zeros(self, base: str, loop: For) -> Let | None:
        """What makes an array of zeros, which each iteration leaves as such; None if not so."""
        made = self.bounds.made.get(base)
        if not isinstance(made, Let) or not OPS[made.op].zeros:
            return None
        writing = [s for s in loop.body if stores((s,), base)]
        last = writing[-1] if writing else None
        if not isinstance(last, For):
            return None
        (store, *others), shape = stores((last,), base), self.kinds[base].shape or ()
        if others or store.op != "setitem" or store.args[2] != Const(0.0):
            return None
        whole = tuple(part for part in map(self.all_of, shape) if part is not None)
        if len(whole) != len(shape):
            return None
        found = self.after((last,), base, (), [whole])
        return made if found and whole in found[1:] else None

    def after(
        self, block: Block, base: str, around: Around, known: list[tuple[Part, ...]]
    ) -> list[tuple[Part, ...]] | None:
        """The places that are stored after a block, if ``known`` are before; None: others are read."""
        known = list(known)
        for s in block:
            if isinstance(s, Let):
                if s.op not in ELEMENTS or s.args[0] != base:
                    continue
                at = operands_of(s.args[1])
                if s.op == "setitem":
                    known.append(tuple(self.single(place) for place in at))
                elif not any(self.covers(parts, at, around, base) for parts in known):
                    return None
            elif isinstance(s, If) or isinstance(s, While):
                if any(self.after(b, base, around, known) is None for b in ir.blocks(s)):
                    return None
            else:
                found = self.after(s.body, base, (*around, s), known)
                if found is None:
                    return None
                known += [p for q in found[len(known) :] if (p := self.along(q, s)) is not None]
        return known

    def single(self, place: Operand) -> Part:
        name, more = self.point(place)
        return (name, more), (name, more + 1)

    def along(self, parts: tuple[Part, ...], loop: For) -> tuple[Part, ...] | None:
        """The places that all iterations of a loop store, of those that one does."""
        here = self.single(loop.var)
        axes = [k for k, part in enumerate(parts) if part == here]
        if len(axes) != 1 or self.mentions(parts, loop, axes[0]):
            return None
        whole = self.range(loop)
        return whole and (*parts[: axes[0]], whole, *parts[axes[0] + 1 :])

    def mentions(self, parts: tuple[Part, ...], loop: For, axis: int) -> bool:
        """Whether other axes are at places that change with a loop."""
        inside = {loop.var, *(name for s in ir.walk(loop.body) for name in ir.defined(s))}
        inside |= {name for s in ir.walk(loop.body) for name in ir.local(s)}
        others = (part for k, part in enumerate(parts) if k != axis)
        return any(name in inside for part in others for name, _ in part)

    def range(self, loop: For) -> Part | None:
        """The places that the variable of a loop has, in any order."""
        if loop.step == Const(1):
            return self.point(loop.start), self.end(loop)
        if loop.step == Const(-1):
            (low, more), (high, less) = self.point(loop.stop), self.point(loop.start)
            return (low, more + 1), (high, less + 1)
        return None

    def point(self, operand: Operand) -> Point:
        """An integer as a name, or the size that it is, and what is more."""
        if isinstance(operand, Const):
            return None, int(operand.value)
        made = self.bounds.made.get(operand)
        name, more = self.bounds.shifted(made) if isinstance(made, Let) else (None, 0)
        found, more = (operand, 0) if name is None else (name, more)
        dim = self.size(found)
        if isinstance(dim, int):
            return None, dim + more
        return (found if dim is None or dim in self.unsettled else ("size", dim)), more

    def size(self, name: str) -> Dim | None:
        """The size that an integer is."""
        made = self.bounds.made.get(name)
        x, axis = (isinstance(made, Let) and measured(made, self.bounds.made)) or ("", 0)
        shape = self.kinds[x].shape if x else None
        return self.bounds.size_named(name) if not shape or axis >= len(shape) else shape[axis]

    def covers(
        self, parts: tuple[Part, ...], at: tuple[Operand, ...], around: Around, base: str
    ) -> bool:
        """Whether an element lies among those that were stored."""
        shape = self.kinds[base].shape or ()
        return all(
            self.has(part, place, around) or part == self.all_of(dim)
            for part, place, dim in zip(parts, at, shape, strict=True)
        )

    def end(self, loop: For) -> Point:
        """Where a loop ends: from 0 to ``max(n - 2, 0)`` is to ``n - 2``, but not to one more."""
        name, more = self.point(loop.stop)
        low = self.bounds.low(loop.start)
        alike = more <= 0 and low is not None and low >= 0
        return self.shorter(name[1], more) if alike and isinstance(name, tuple) else (name, more)

    def shorter(self, dim: str, more: int = 0) -> Point:
        name, less = kinds.parted(dim)
        return ("size", name), more - less

    def all_of(self, dim: Dim) -> Part | None:
        if isinstance(dim, int):
            return (None, 0), (None, dim)
        return None if dim in self.unsettled else ((None, 0), self.shorter(dim))

    def has(self, part: Part, place: Operand, around: Around) -> bool:
        """Whether a place lies in a part of an axis."""
        if part == self.single(place):
            return True
        loop = next((s for s in around if s.var == place), None)
        if loop is not None:
            found = self.range(loop)
            return found is not None and self.within(found, part)
        return self.within(self.single(place), part)

    def within(self, inner: Part, outer: Part) -> bool:
        (a, b), (c, d) = inner, outer
        return a[0] == c[0] and a[1] >= c[1] and b[0] == d[0] and b[1] <= d[1]


def stores(block: Block, base: str) -> list[Let]:
    """The statements that store into an array."""
    lets = (s for s in ir.walk(block) if isinstance(s, Let) and s.op in ir.STORES)
    return [s for s in lets if s.args[0] == base]
