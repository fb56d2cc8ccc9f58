"""Tapes as arrays: what a counted loop keeps has its place by the numbers of its iterations.

Before::

    tape = []
    for i in range(n):                  for i in range(n - 1, -1, -1):
        tape.append(x)                      x = tape.pop()

After::

    tape = np.empty((n,))
    for i in range(n):                  for i in range(n - 1, -1, -1):
        tape[i] = x                         x = tape[i]

Where it is not known on entry how often a loop runs, ``growing`` makes the array. A list stays where
it is not known on entry how large an array is that is kept; and of arrays that are written into, of
which the tape must hold the very object.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeGuard

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.bounds import bounds
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement, While
from srcgrad.loopform.shrinking import is_counted, less
from srcgrad.loopform.sizes import Sizes, after_heading
from srcgrad.loopform.views import subscript
from srcgrad.rules.builder import Builder, Names, dtype_operand

SCALARS = ("float", "int", "bool", "complex", "scalar")


class Axis(NamedTuple):
    """An axis of a tape, along a loop: its places are ``var - start``, up to its end."""

    label: str
    start: Operand
    end: tuple[Operand, int]  # an operand, known before the loops, and what is more than it


@dataclass
class Use:
    """A push or pop, and the loops around it, the outermost first; None among them: no ``for``."""

    let: Let
    loops: tuple[For | None, ...]


class Values:
    """Which values of a function can lie in an array."""

    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.sizes = Sizes(function, names)

    def fit(self, pushed: Any, popped: Any, before: Statement | None, rows: bool = False) -> bool:
        """Whether they are numbers, or arrays of a size known before a statement of the body.

        With ``rows``, they may be shorter than what is known.
        """
        if not isinstance(pushed, str):
            return False
        kind = self.names.kinds[pushed]
        if kind.base in SCALARS:
            return kind.dtype is not None
        if kind.base != "array" or not kind.shape:
            return False
        if self.alias.is_buffer(pushed) or self.alias.is_buffer(str(popped)):
            return False
        return all(
            self.known(dim, before) or (rows and self.is_row(dim, before)) for dim in kind.shape
        )

    def is_row(self, dim: Dim, before: Statement | None) -> bool:
        """Whether a size shrinks in a loop of the body."""
        label = before.label if isinstance(before, For) else None
        return (kinds.parted(str(dim))[0], label) in self.names.lengths

    def known(self, dim: Dim, before: Statement | None) -> bool:
        """Whether a size is there in front of a statement of the body."""
        if dim in self.sizes.unsettled:
            return False
        known = isinstance(dim, int) or self.sizes.is_given(dim)
        return known or self.early(dim, before) is not None

    def early(self, dim: Dim, before: Statement | None) -> tuple[str, int] | None:
        """An array in front of a statement of the body that has a size, and its axis."""
        for statement in self.function.body:
            if statement is before:
                break
            for name in ir.defined(statement):
                kind = self.names.kinds[name]
                if kind.base == "array" and dim in (kind.shape or ()):
                    return name, (kind.shape or ()).index(dim)
        return None

    def size(self, dim: Dim, before: Statement | None, b: Builder) -> Operand:
        """The size of an array that a tape keeps."""
        found = self.early(dim, before)
        if self.is_row(dim, before):
            return less(self.names.largest[kinds.parted(str(dim))[0]], dim, b)
        if isinstance(dim, int) or self.sizes.is_given(dim) or found is None:
            return self.sizes.length_of(dim, b)
        return b.size(found[0], Const(found[1]), kind=kinds.INT)


def arrays_for_tapes(function: Function, names: Names) -> Function:
    """The function with arrays for those of its tapes whose sizes are known on entry."""
    return _Tapes(function, names).run()


class _Tapes:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.values = Values(function, names)
        self.bounds = bounds(function)
        self.sizes = self.values.sizes
        self.pushes: dict[str, list[Use]] = {}
        self.pops: dict[str, list[Use]] = {}
        self.gather(function.body, ())
        self.axes: dict[str, tuple[Axis, ...]] = {}
        self.array: dict[str, str] = {}

    def gather(self, block: Block, around: tuple[For | None, ...]) -> None:
        for statement in block:
            if isinstance(statement, Let):
                if statement.op in ir.TAPES:
                    found = self.pushes if statement.op == "push" else self.pops
                    found.setdefault(statement.args[0], []).append(Use(statement, around))
                continue
            loop = statement if isinstance(statement, For) else None
            inner = (*around, loop) if isinstance(statement, For | While) else around
            if not around and loop is None:
                inner = (None,)  # a loop in a branch: what it makes is not seen behind it
            for nested in ir.blocks(statement):
                self.gather(nested, inner)

    def run(self) -> Function:
        made: dict[str, list[str]] = {}
        for tape in list(self.pushes):
            axes = self.axes_of(tape)
            if axes is not None:
                self.axes[tape] = axes
                made.setdefault(axes[0].label, []).append(tape)
        if not self.axes:
            return self.function
        body: list[Statement] = []
        for statement in self.function.body:
            if isinstance(statement, Let) and statement.target in self.axes:
                continue  # the list
            if isinstance(statement, For):
                for tape in made.get(statement.label, ()):
                    body += self.made(tape)
            body.append(self.changed(statement))
        return replace(self.function, body=after_heading(tuple(body), self.sizes.lines()))

    # --- which tapes ------------------------------------------------------------------------

    def axes_of(self, tape: str) -> tuple[Axis, ...] | None:
        """The axes of a tape along loops; None if it stays a list."""
        pushes, pops = self.pushes[tape], self.pops.get(tape, [])
        if len(pushes) != 1 or len(pops) != 1 or self.names.kinds[tape].base != "tape":
            return None
        push, pop = pushes[0], pops[0]
        forward, backward = push.loops, pop.loops
        if not forward or None in forward or len(forward) != len(backward):
            return None
        if any(
            there is None or here is None or there.label != here.label + "'" or not here.label
            for here, there in zip(forward, backward, strict=True)
        ):
            return None
        if not self.values.fit(push.let.args[1], pop.let.target, forward[0], rows=True):
            return None
        axes = [self.axis(loop, forward) for loop in forward if loop is not None]
        return None if None in axes else tuple(axis for axis in axes if axis is not None)

    def axis(self, loop: For, around: tuple[For | None, ...]) -> Axis | None:
        """The axis along a loop, if all its places are known before the outermost one."""
        step = loop.step.value if isinstance(loop.step, Const) else 0
        if type(step) is not int or step == 0:
            return None
        first, last = (loop.start, loop.stop) if step > 0 else (loop.stop, loop.start)
        outermost = around[0]
        assert outermost is not None
        start: Operand = Const(0)
        if step > 0 and self.is_early(first, outermost):
            start = first
        else:
            least = self.bounds.low(first)
            if least is None or least < (0 if step > 0 else -1):
                return None
        end = self.top(last, around, 0 if step > 0 else 1)
        return None if end is None else Axis(loop.label, start, end)

    def is_early(self, operand: Operand, loop: For) -> bool:
        """Whether an operand is there before a loop of the body."""
        if isinstance(operand, Const) or operand in self.function.params:
            return True
        before = itertools.takewhile(lambda statement: statement is not loop, self.function.body)
        return any(operand in ir.defined(statement) for statement in before)

    def top(
        self, operand: Operand, around: tuple[For | None, ...], more: int
    ) -> tuple[Operand, int] | None:
        """A bound of an integer plus ``more``, known before the loops."""
        outermost = around[0]
        assert outermost is not None
        if self.is_early(operand, outermost):
            return operand, more
        made = self.bounds.made.get(str(operand))
        if isinstance(made, For) and made in around and isinstance(made.step, Const):
            if made.step.value > 0:
                return self.top(made.stop, around, more - 1)
            return self.top(made.start, around, more)
        name, shift = self.bounds.shifted(made if isinstance(made, Let) else None)
        return None if name is None else self.top(name, around, more + shift)

    # --- the arrays -------------------------------------------------------------------------

    def made(self, tape: str) -> list[Statement]:
        """The array of a tape, as long as its loops."""
        push = self.pushes[tape][0].let
        value = self.names.kinds[push.args[1]]
        b = Builder(self.names, True)
        b.site = push.site
        lengths = [self.length(axis, b) for axis in self.axes[tape]]
        shape = value.shape or () if value.base == "array" else ()
        loop = self.pushes[tape][0].loops[0]
        lengths += [self.values.size(dim, loop, b) for dim in shape]
        dims = tuple(kinds.fresh_dim() for _ in self.axes[tape]) + tuple(
            kinds.fresh_dim() if is_counted(dim, self.names) else dim for dim in shape
        )
        kind = Kind("array", value.dtype, dims)
        self.array[tape] = self.names.arrays[tape] = self.names.fresh(ir.base(tape), kind)
        args = tuple(lengths), dtype_operand(value.dtype)
        b.add(Let(self.array[tape], "np.empty", args, None, True))
        return list(b.take())

    def length(self, axis: Axis, b: Builder) -> Operand:
        operand, more = axis.end
        if isinstance(operand, Const) and isinstance(axis.start, Const):
            return Const(max(operand.value + more - axis.start.value, 0))
        found: Operand = operand
        if more:
            found = b.emit("add", found, Const(more), kind=kinds.INT)
        if axis.start != Const(0):
            found = b.emit("sub", found, axis.start, kind=kinds.INT)
        low = self.bounds.low(operand) if isinstance(operand, str) else 0
        if low is not None and low + more >= 0 and axis.start == Const(0):
            return found
        return b.emit("max", (found, Const(0)), kind=kinds.INT)

    def changed(self, statement: Statement) -> Any:
        if not isinstance(statement, Let):
            return ir.map_blocks(statement, self.block)
        return statement

    def block(self, block: Block) -> Block:
        made = {name for statement in block for name in ir.defined(statement)}
        early = {  # arrays are kept where they are made, so that one nest does both
            s.args[1]: s
            for s in block
            if self.is_placed(s) and s.op == "push" and s.args[1] in made
            if self.names.kinds[s.args[1]].base == "array"
        }
        result: list[Statement] = []
        first = [s for s in block if self.is_placed(s) and s.op == "push" and self.is_row(s, made)]
        for statement in block:
            if first and not self.counts(statement):
                result += [let for push in first for let in self.placed(push)]
                early.update((push.args[1], push) for push in first)
                first = []
            if not self.is_placed(statement):
                result.append(self.changed(statement))
            elif statement.op == "pop" or statement.args[1] not in early:
                result += self.placed(statement)
            for name in ir.defined(statement):
                if name in early:
                    result += self.placed(early[name])
        return tuple(result)

    def is_row(self, push: Let, made: set[str]) -> bool:
        """Whether an array that shrinks has come from the last iteration, to be kept first."""
        kind = self.names.kinds[push.args[1]]
        dims = kind.shape or () if kind.base == "array" else ()
        return push.args[1] not in made and any(is_counted(dim, self.names) for dim in dims)

    def counts(self, statement: Statement) -> bool:
        """Whether a statement is of those that count what shrinks."""
        target = statement.target if isinstance(statement, Let) else None
        return target is not None and self.names.kinds[target].base == "int"

    def is_placed(self, statement: Statement) -> TypeGuard[Let]:
        """Whether a statement is a push on, or pop from, a tape that is an array."""
        return (
            isinstance(statement, Let)
            and statement.op in ir.TAPES
            and statement.args[0] in self.array
        )

    def placed(self, let: Let) -> list[Statement]:
        """``tape[i, j] = x`` or ``x = tape[i, j]``"""
        tape = let.args[0]
        uses = self.pushes if let.op == "push" else self.pops
        b = Builder(self.names, True)
        b.origin, b.site = let.origin, let.site
        index: list[Operand] = []
        for axis, loop in zip(self.axes[tape], uses[tape][0].loops, strict=True):
            assert loop is not None
            at: Operand = loop.var
            if axis.start != Const(0):
                at = b.emit("sub", at, axis.start, kind=kinds.INT)
            index.append(at)
        value = str(let.args[1] if let.op == "push" else let.target)
        kept = self.names.kinds[value]
        outermost = uses[tape][0].loops[0]
        for dim in (kept.shape or ()) if kept.base == "array" else ():
            index.append(self.row(dim, outermost, b))
        place = subscript(index)
        if let.op == "push":
            b.effect("setitem", self.array[tape], place, value)
        else:
            b.add(replace(let, op="getitem", args=(self.array[tape], place)))
        return list(b.take())

    def row(self, dim: Dim, loop: For | None, b: Builder) -> Operand:
        """What an array takes of its row of a tape: all of it, unless it shrinks in the loop."""
        length = self.names.lengths.get((kinds.parted(str(dim))[0], loop.label if loop else ""))
        if length is None:
            return Const(slice(None))
        return b.emit("slice", Const(None), less(length, dim, b), Const(None))
