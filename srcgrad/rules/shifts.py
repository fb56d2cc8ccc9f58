"""How operations hand on a shift: what becomes of their results if an operand is shifted by ``d``.

A value that ``m`` was taken from becomes ``v - d`` if ``m`` becomes ``m + d``; its exponential becomes
``v * exp(-d)``. ``d`` is one number, or an array: then a value has a different ``d`` along some of
its axes. An operation's ``shift`` says what its result becomes; None where that is what it was.
``analysis.cancelling`` asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Operand

Factors = tuple[tuple[str, int], ...]  # numbers that ``d`` is multiplied by, with their powers
BASIC = (int, slice, type(None), type(Ellipsis))  # parts of subscripts; True is another axis
Axes = tuple[int | None, ...]  # for the last axes of a value: which axis of ``d`` goes along it


class Unknown(Exception):
    """It cannot be said what a result becomes."""


class Shift(NamedTuple):
    """A value becomes ``v + by * d``; or, if ``scales``, ``v * exp(by * d)``."""

    scales: bool
    by: float
    factors: Factors
    axes: Axes

    def times(self, number: float, factors: Factors = ()) -> Shift:
        powers = dict(self.factors)
        for name, power in factors:
            powers[name] = powers.get(name, 0) + power
        left = tuple(sorted((name, power) for name, power in powers.items() if power))
        return self._replace(by=self.by * number, factors=left)

    def and_of(self, other: Shift) -> Shift | None:
        """Both at once."""
        if self._replace(by=0.0) != other._replace(by=0.0):
            raise Unknown
        by = self.by + other.by
        return self._replace(by=by) if by else None


class Use(NamedTuple):
    """An operation with the shifts of its first operands, None where there is none."""

    shifts: tuple[Shift | None, ...]
    args: tuple[Any, ...]
    kind_of: Callable[[Any], Kind]

    def only(self) -> Shift:
        """The shift of the first operand, which is the only one that has one."""
        first, *rest = self.shifts
        if first is None or any(rest):
            raise Unknown
        return first

    def ndim(self, k: int) -> int:
        """The number of axes of an operand."""
        count = self.kind_of(self.args[k]).ndim
        if count is None:
            raise Unknown
        return count

    def constant(self, k: int) -> Any:
        arg = self.args[k]
        if not isinstance(arg, Const):
            raise Unknown
        return arg.value


def trimmed(axes: Any) -> Axes:
    """The axes from the first one along which ``d`` varies."""
    axes = tuple(axes)
    while axes and axes[0] is None:
        axes = axes[1:]
    return axes


def whole(shift: Shift, ndim: int) -> list[int | None]:
    """For each axis of a value: which axis of ``d`` goes along it."""
    missing = ndim - len(shift.axes)
    if missing < 0:
        raise Unknown
    return [None] * missing + list(shift.axes)


# --- elementwise ----------------------------------------------------------------------------


def same(use: Use) -> Shift | None:
    return use.only()


def chosen(use: Use) -> Shift | None:
    """``np.maximum`` and its kin: of operands that are shifted alike."""
    a, b = use.shifts
    if a != b:
        raise Unknown
    return a


def negative(use: Use) -> Shift | None:
    only = use.only()
    return only if only.scales else only.times(-1.0)


def added(use: Use) -> Shift | None:
    a, b = use.shifts
    if any(shift is not None and shift.scales for shift in (a, b)):
        return chosen(use)
    return b if a is None else a if b is None else a.and_of(b)


def subtracted(use: Use) -> Shift | None:
    a, b = use.shifts
    minus = b if b is None or b.scales else b.times(-1.0)
    return added(use._replace(shifts=(a, minus)))


def multiplied(use: Use) -> Shift | None:
    a, b = use.shifts
    if a is None or b is None:
        shift, other = (b, use.args[0]) if a is None else (a, use.args[1])
        assert shift is not None
        return shift if shift.scales else shift.times(*_number(use, other, 1))
    if not (a.scales and b.scales):
        raise Unknown
    return a.and_of(b)


def divided(use: Use) -> Shift | None:
    a, b = use.shifts
    if b is None:
        assert a is not None
        return a if a.scales else a.times(*_number(use, use.args[1], -1))
    if not b.scales or (a is not None and not a.scales):
        raise Unknown
    inverse = b.times(-1.0)
    return inverse if a is None else a.and_of(inverse)


def _number(use: Use, operand: Operand, power: int) -> tuple[float, Factors]:
    """A number that ``d`` is multiplied by."""
    if isinstance(operand, Const):
        if not isinstance(operand.value, int | float) or not operand.value:
            raise Unknown
        try:
            return float(operand.value) ** power, ()
        except OverflowError:
            raise Unknown from None
    if not use.kind_of(operand).immutable:
        raise Unknown
    return 1.0, ((operand, power),)


def exponential(use: Use) -> Shift | None:
    only = use.only()
    if only.scales:
        raise Unknown
    return only._replace(scales=True)


def logarithm(use: Use) -> Shift | None:
    only = use.only()
    if not only.scales:
        raise Unknown
    return only._replace(scales=False)


# --- axes -----------------------------------------------------------------------------------


def summed(use: Use) -> Shift | None:
    """``np.sum``: of what is scaled alike."""
    if not use.only().scales:
        raise Unknown
    return _reduced(use, use.args[1], use.args[3])


def averaged(use: Use) -> Shift | None:
    """``np.mean``."""
    return _reduced(use, use.args[1], use.args[3])


def selected(use: Use) -> Shift | None:
    """``np.max`` and its kin: of what is shifted alike."""
    return _reduced(use, use.args[1], use.args[2])


def reduced_axes(axis: Any, keepdims: Any, axes: list[Any]) -> list[Any]:
    """What is left of the axes of an array; what is reduced and kept is None."""
    if not (isinstance(axis, Const) and isinstance(keepdims, Const)):
        raise Unknown
    if axis.value is None:
        gone = range(len(axes))
    elif isinstance(axis.value, int | tuple):
        given = axis.value if isinstance(axis.value, tuple) else (axis.value,)
        if not all(isinstance(k, int) and -len(axes) <= k < len(axes) for k in given):
            raise Unknown
        gone = [k % len(axes) for k in given]
    else:
        raise Unknown
    kept = [None if k in gone else axis for k, axis in enumerate(axes)]
    return kept if keepdims.value else [axis for k, axis in enumerate(kept) if k not in gone]


def _reduced(use: Use, axis: Any, keepdims: Any) -> Shift | None:
    only = use.only()
    if not only.axes:
        return only
    axes = whole(only, use.ndim(0))
    left = reduced_axes(axis, keepdims, axes)
    if sum(k is not None for k in left) < sum(k is not None for k in axes):
        raise Unknown  # it sums over different shifts
    return only._replace(axes=trimmed(left))


def spread(use: Use) -> Shift | None:
    """``unreduce``: a reduced array along all axes again."""
    only = use.only()
    if not only.axes:
        return only
    return only if use.constant(3) else inserted(use._replace(args=(use.args[0], use.args[2])))


def moved(use: Use) -> Shift | None:
    """The elements in another shape: known if all of them are shifted alike."""
    only = use.only()
    if only.axes:
        raise Unknown
    return only


def reshaped(use: Use) -> Shift | None:
    """``np.reshape``: of a vector that becomes a column, too."""
    only = use.only()
    if not only.axes:
        return only
    sizes = use.args[1] if isinstance(use.args[1], tuple) else ()
    if isinstance(use.args[1], Const) and isinstance(use.args[1].value, tuple):
        sizes = tuple(map(Const, use.args[1].value))
    if use.ndim(0) != 1 or sum(size != Const(1) for size in sizes) != 1:
        raise Unknown
    return only._replace(axes=trimmed(None if size == Const(1) else only.axes[0] for size in sizes))


def inserted(use: Use) -> Shift | None:
    """``np.expand_dims``."""
    only = use.only()
    if not only.axes:
        return only
    at = use.constant(1)
    if not isinstance(at, int):
        raise Unknown
    axes = whole(only, use.ndim(0))
    axes.insert(at % (len(axes) + 1), None)
    return only._replace(axes=trimmed(axes))


def item(use: Use) -> Shift | None:
    """``x[index]``: axes that are kept, new ones, and elements of those that are alike."""
    only = use.only()
    if not only.axes:
        return only
    index = use.constant(1)
    parts = list(index) if isinstance(index, tuple) else [index]
    if not all(type(part) in BASIC for part in parts):  # an array is compared in elements
        raise Unknown
    axes = whole(only, use.ndim(0))
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    at = parts.index(Ellipsis)
    parts[at : at + 1] = [slice(None)] * (len(axes) - taken)
    left: list[int | None] = []
    for part in parts:
        if part is None:
            left.append(None)
        elif part == slice(None):
            left.append(axes.pop(0))
        elif isinstance(part, int | slice) and axes.pop(0) is None:
            left += [None] if isinstance(part, slice) else []
        else:
            raise Unknown
    return only._replace(axes=trimmed(left))


def product(use: Use) -> Shift | None:
    """``a @ b``: along the axis that is summed over, all are scaled alike."""
    a, b = use.shifts
    if a is None or b is not None or not a.scales:
        raise Unknown
    if not a.axes:
        return a
    if use.ndim(1) not in (1, 2) or a.axes[-1] is not None:
        raise Unknown
    return a if use.ndim(1) == 2 else a._replace(axes=trimmed(a.axes[:-1]))
