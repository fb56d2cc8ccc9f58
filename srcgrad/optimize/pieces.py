"""The part of a joined array that belongs to one operand, as a slice.

Before::

    y = np.concatenate((a, b))
    a_bar = piece(y_bar, 0, (a, b))

After::

    a_bar = y_bar[:a.shape[0]]
"""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.optimize.patterns import Definitions, again, identity
from srcgrad.rules.builder import Builder


@identity("piece")
def _piece(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The part of a joined array that belongs to an operand, by the sizes of the operands."""
    whole, number, xs, axis = let.args
    count = b.kind(whole).ndim
    if not isinstance(axis, Const) or not isinstance(axis.value, int) or not count:
        return None
    found = [b.kind(x) for x in xs]
    place = axis.value % count if axis.value < 0 else min(axis.value, count - 1)
    if any(kind.base != "array" or kind.ndim != count for kind in found):
        return None
    sizes = [(kind.shape or ())[place] for kind in found]
    part = _by_numbers(sizes, number.value) or _by_shapes(xs, number.value, place, b)
    index = (*[Const(slice(None))] * place, part)
    return again(let, "getitem", whole, index if place else index[0])


def _by_numbers(sizes: list[Any], number: int) -> Const | None:
    """The slice, where the sizes in front of it are known, and its own or all those behind it."""
    before, size, after = sizes[:number], sizes[number], sizes[number + 1 :]
    if not all(isinstance(size, int) for size in before):
        return None
    start = sum(before)
    if isinstance(size, int):
        return Const(slice(start, start + size))
    if all(isinstance(size, int) for size in after):
        return Const(slice(start or None, -sum(after) or None))
    return None


def _by_shapes(xs: tuple[Operand, ...], number: int, place: int, b: Builder) -> Operand:
    """The slice whose ends are sums of the lengths that the call finds."""
    ends: list[Operand] = [Const(None)]
    for x in xs[: number + 1]:
        size = b.size(x, Const(place), kind=kinds.INT)
        ends.append(size if len(ends) == 1 else b.emit("add", ends[-1], size, kind=kinds.INT))
    stop = Const(None) if number == len(xs) - 1 else ends[-1]
    return b.emit("slice", ends[-2], stop, Const(None))
