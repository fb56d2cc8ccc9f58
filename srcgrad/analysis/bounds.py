"""Which subscripts are in range for certain: ``x[i]`` in ``for i in range(len(x))``."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.analyses import analysis
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Const, For, Function, Let
from srcgrad.rules.indexing import is_advanced, placed
from srcgrad.rules.operation import OPS, Arg


class Size(NamedTuple):
    """A number ``dim + offset``, where ``dim`` is the symbol of a size, or None for 0."""

    dim: str | None
    offset: int


def sizes_of(dim: Dim) -> list[Size]:
    """Numbers that a dimension is never below: ``n-2`` is 2 less than ``n``, but not negative."""
    if isinstance(dim, int):
        return [Size(None, dim)]
    name, less = kindlib.parted(dim)
    shorter = [Size(name, -less)] if less else []
    return [Size(dim, 0), *shorter]


def least(dim: Dim | None) -> int | None:
    """A number that what is computed of sizes is never below: ``n-m``, say, may be negative."""
    if dim is None or isinstance(dim, int):
        return dim
    name, less = kindlib.parted(dim)
    return None if "-" in name else -less


class Bounds:
    """What the integers of a function are at least and at most."""

    def __init__(self, function: Function) -> None:
        self.kinds: dict[str, Kind] = function.kinds
        self.made: dict[str, Let | For] = {}
        for statement in ir.walk(function.body):
            if isinstance(statement, For):
                self.made[statement.var] = statement
            elif isinstance(statement, Let) and statement.target is not None:
                self.made[statement.target] = statement

    def in_range(self, x: str, index: Any) -> bool:
        """Whether ``x[index]`` raises no ``IndexError``, whatever the inputs are."""
        shape = self.kinds[x].shape
        parts = None if shape is None else placed(index, len(shape), self.arg)
        if shape is None or parts is None:
            return False
        return all(
            self.fits(operand, part, shape[axis : axis + count])
            for operand, part, axis, count in parts
        )

    def arg(self, operand: Any) -> Arg:
        if isinstance(operand, Const):
            return Arg(kindlib.of_constant(operand.value), operand.value)
        return Arg(self.kinds[operand])

    def fits(self, operand: Any, part: Arg, sizes: tuple[Dim, ...]) -> bool:
        """Whether a part of an index is in range where there are ``sizes``."""
        if part.kind.base == "slice" or part.const is None or part.const is Ellipsis:
            return True
        if part.kind.is_mask:
            return part.kind.shape == sizes
        if is_advanced(part) or part.kind.base != "int" or len(sizes) != 1:
            return False
        low, high = self.low(operand), self.high(operand)
        if low is None or high is None:
            return False
        if low < 0:
            return isinstance(sizes[0], int) and -low <= sizes[0] and high == Size(None, low)
        return any(
            high.dim == size.dim and high.offset < size.offset for size in sizes_of(sizes[0])
        )

    def low(self, operand: Any) -> int | None:
        """A number that an integer is never below."""
        if isinstance(operand, Const):
            return operand.value if type(operand.value) is int else None
        made = self.made.get(operand)
        if isinstance(made, For):
            step = made.step.value if isinstance(made.step, Const) else 0
            if step > 0:
                return self.low(made.start)
            stop = self.low(made.stop) if step < 0 else None
            return None if stop is None else stop + 1
        name, more = self.shifted(made)
        found = None if name is None else self.low(name)
        if found is not None:
            return found + more
        if isinstance(made, Let) and made.op in ("add", "mul"):
            lows = [low for arg in made.args if (low := self.low(arg)) is not None]
            if len(lows) < 2 or (made.op == "mul" and min(lows) < 0):
                return None
            return sum(lows) if made.op == "add" else prod(lows)
        return 0 if self.is_size(made) else least(self.kinds[operand].dim)

    def is_size(self, made: Let | For | None) -> bool:
        """Whether a statement gives the size of something, or an item of a shape."""
        if not isinstance(made, Let):
            return False
        owner = self.made.get(made.args[0]) if made.op == "getitem" else None
        of_shape = isinstance(owner, Let) and owner.op == "np.shape"
        dim = self.kinds[made.target].dim if made.target else None
        return of_shape or (dim is not None and bool(OPS[made.op].shape_only))

    def size_named(self, name: str) -> Dim | None:
        """The size that an integer is for certain: ``n-2`` that is computed may be negative."""
        dim = self.kinds[name].dim
        certain = isinstance(dim, int) or least(dim) == 0 or self.is_size(self.made.get(name))
        return dim if certain else None

    def high(self, operand: Any) -> Size | None:
        """A number that an integer is never above."""
        if isinstance(operand, Const):
            return Size(None, operand.value) if type(operand.value) is int else None
        made = self.made.get(operand)
        if isinstance(made, For):
            step = made.step.value if isinstance(made.step, Const) else 0
            if step < 0:
                return self.high(made.start)
            stop = self.high(made.stop) if step > 0 else None
            return None if stop is None else Size(stop.dim, stop.offset - 1)
        name, more = self.shifted(made)
        found = None if name is None else self.high(name)
        if found is not None:
            return Size(found.dim, found.offset + more)
        dim = self.kinds[operand].dim
        return sizes_of(dim)[0] if dim is not None else None

    def shifted(self, made: Let | For | None) -> tuple[str | None, int]:
        """``(i, c)`` of a statement that gives ``i + c``."""
        if not isinstance(made, Let) or made.op not in ("add", "sub"):
            return None, 0
        a, b = made.args
        if isinstance(a, str) and isinstance(b, Const) and type(b.value) is int:
            return a, b.value if made.op == "add" else -b.value
        if isinstance(b, str) and isinstance(a, Const) and type(a.value) is int:
            return (b, a.value) if made.op == "add" else (None, 0)
        return None, 0


@analysis
def bounds(function: Function) -> Bounds:
    """What the integers of a function are at least and at most."""
    return Bounds(function)
