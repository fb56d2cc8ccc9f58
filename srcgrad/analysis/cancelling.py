"""What cancels: a maximum that is taken away and put back, as in a softmax, passes no derivative.

``m + np.log(np.sum(np.exp(x - m)))`` is the same whatever ``m`` is. That is shown by following what
becomes of each value if ``m`` is shifted by some ``d`` (``rules.shifts``): it becomes ``v + c * d`` or
``v * exp(c * d)``, with a number ``c``. Where ``c`` is 0 for all that the function returns, the
derivative by ``m`` is exactly 0; computed, it is rounding.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Operand, Statement
from srcgrad.rules import shifts
from srcgrad.rules.operation import OPS
from srcgrad.rules.shifts import Shift, Unknown, Use

REDUCTIONS = (shifts.selected, shifts.averaged)
CHOICES = (*REDUCTIONS, shifts.chosen)


def cancelling(function: Function, alias: Aliases) -> set[str]:
    """The maxima, minima, means and chosen values on which no result depends."""
    chosen = (name for s in ir.walk(function.body) for name in _chosen(s))
    candidates = [name for name in chosen if _is_new_number(name, function, alias)]
    if not candidates:
        return set()
    follow = _Follow(function, alias)
    return {name for name in candidates if follow.cancels(name)}


def _is_new_number(name: str, function: Function, alias: Aliases) -> bool:
    """Whether a value is real, and shares memory with nothing that was there before."""
    kind = function.kinds[name]
    real = kind.floating and kind.dtype is not None and np.dtype(kind.dtype).kind == "f"
    return real and (kind.immutable or alias.root(name) == name)


def _chosen(statement: Statement) -> list[str]:
    """What a statement chooses among other values."""
    if isinstance(statement, If):
        return [merge.out for merge in statement.merges]
    if not isinstance(statement, Let) or statement.target is None:
        return []
    op = OPS[statement.op]
    return [statement.target] if op.shift in CHOICES or op.picks else []


class _Follow:
    """What becomes of the values of a function if one of them is shifted."""

    def __init__(self, function: Function, alias: Aliases) -> None:
        self.function = function
        self.alias = alias
        self.order = list(ir.walk(function.body))
        self.block: dict[int, Block] = dict(_blocks(function.body))
        self.made = {s.target: s for s in self.order if isinstance(s, Let)}
        self.roots = Counter(alias.root(name) for name in function.kinds if alias.is_buffer(name))
        self.readers: dict[str, list[int]] = {}
        for k, statement in enumerate(self.order):
            for name in set(ir.uses(statement)):
                self.readers.setdefault(name, []).append(k)
        self.shifts: dict[str, Shift] = {}  # as far as has been seen
        self.waiting: list[int] = []  # the statements to see, the next one first
        self.at = -1  # the last one that was seen

    def cancels(self, name: str) -> bool:
        """Whether the results are the same however ``name`` is shifted."""
        self.shifts, self.waiting, self.at = {}, [], -1
        try:
            self.note(name, Shift(False, 1.0, (), self.axes(name)))
            while self.waiting:
                at = heapq.heappop(self.waiting)
                if at > self.at:
                    self.at = at
                    statement = self.order[at]
                    assert isinstance(statement, Let)
                    self.see(statement)
        except Unknown:
            return False
        return not any(n in self.shifts for n in ir.names(self.function.result))

    def axes(self, name: str) -> shifts.Axes:
        """Each axis of a value has shifts of its own, but for those that a reduction leaves."""
        let = self.made.get(name)
        if let is None or OPS[let.op].shift not in REDUCTIONS:
            ndim = self.function.kinds[name].ndim
            if ndim is None:
                raise Unknown
            return tuple(range(ndim))
        if let.args[1] == Const(None):
            return ()
        given = list(range(Use((), let.args, self.kind_of).ndim(0)))
        keepdims = let.args[[p.name for p in OPS[let.op].params].index("keepdims")]
        return shifts.trimmed(shifts.reduced_axes(let.args[1], keepdims, given))

    def kind_of(self, operand: Operand) -> Kind:
        if isinstance(operand, str):
            return self.function.kinds[operand]
        return kinds.of_constant(operand.value)

    def see(self, statement: Let) -> None:
        """Note what becomes of what a statement gives."""
        if not any(name in self.shifts for name in ir.uses(statement)):
            return
        op = OPS[statement.op]
        if statement.op in ("setitem", "additem"):
            self.store(statement)
        elif op.flat:
            return
        elif statement.target is None or op.shift is None:
            if not self.reads_shapes_only(statement):
                raise Unknown
        else:
            self.note(statement.target, op.shift(self.use(statement.args)))

    def reads_shapes_only(self, let: Let) -> bool:
        """Whether what is shifted is asked for its shape alone."""
        op = OPS[let.op]
        read = zip(op.params, let.args, strict=True)
        return all(
            param.name in op.shape_only
            for param, arg in read
            if any(name in self.shifts for name in ir.names(arg))
        )

    def use(self, args: tuple[Any, ...]) -> Use:
        """The operands with their shifts, which the first two may have, but nothing inside of one."""
        found = tuple(self.shifts.get(arg) if isinstance(arg, str) else None for arg in args[:2])
        seen = sum(shift is not None for shift in found)
        if sum(name in self.shifts for name in ir.names(args)) != seen:
            raise Unknown
        return Use(found, args, self.kind_of)

    def store(self, let: Let) -> None:
        """All elements of an array are new, or added to: of one that has no other name."""
        array, index, value = let.args
        made = self.made.get(array)
        if made is None or self.block[id(made)] is not self.block[id(let)]:
            raise Unknown
        if index != Const(Ellipsis) or self.roots[self.alias.root(array)] != 1:
            raise Unknown
        now = self.use((array, value))
        found = shifts.added(now) if let.op == "additem" else now.shifts[1]
        self.shifts.pop(array, None)
        self.note(array, found)

    def note(self, name: str, shift: Shift | None) -> None:
        """Note what becomes of a value, and that its readers are to be seen."""
        if shift is not None:
            if not self.function.kinds[name].floating:
                raise Unknown  # whole numbers do not follow a small shift
            self.shifts[name] = shift
            for reader in self.readers.get(name, ()):
                if not isinstance(self.order[reader], Let):
                    raise Unknown  # it goes round a loop, or comes out of a branch
                if reader > self.at:
                    heapq.heappush(self.waiting, reader)


def _blocks(block: Block) -> Iterator[tuple[int, Block]]:
    """Each statement, by its id, and the block that it stands in."""
    for statement in block:
        yield id(statement), block
        for inner in ir.blocks(statement):
            yield from _blocks(inner)
