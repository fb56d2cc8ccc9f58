"""Subscripts, loops and lists. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.exceptions import AxisError

from srcgrad.errors import CompileError, SizesDiffer
from srcgrad.runtime.basics import check_cotangent


def add_at(x: Any, index: Any, v: Any) -> None:
    """``x[index] += v`` where an element that ``index`` names twice receives both."""
    np.add.at(x, index, v)


def stored_adjoint(x_bar: Any, index: Any) -> Any:
    """The adjoint of ``v`` in ``x[index] = v``: of equal indices, the last one is stored."""
    pieces = x_bar[index]
    order = np.zeros(np.shape(x_bar), dtype=np.intp)
    numbers = np.arange(pieces.size).reshape(pieces.shape)
    order[index] = numbers
    return np.where(order[index] == numbers, pieces, 0.0 * pieces)


def stored(v: Any, index: Any, like: Any) -> Any:
    """Zeros with the shape of ``like`` and ``v`` stored at ``index``: what ``stored_adjoint`` undoes."""
    out = np.zeros_like(like)
    out[index] = v
    return out


def check_index(x: Any, index: Any) -> None:
    """Raise ``IndexError`` if ``x[index]`` does."""
    x[index]


def check_place(x: Any, axis: int, place: int) -> None:
    """Raise ``IndexError`` if an axis of ``x`` has no such place."""
    size = np.shape(x)[axis]
    if not -size <= place < size:
        raise IndexError(f"index {place} is out of bounds for axis {axis} with size {size}")


def check_places(x: Any, axis: int, places: Any) -> None:
    """Raise ``IndexError`` if an axis of ``x`` has not all of these places."""
    for place in np.asarray(places).flat:
        check_place(x, axis, place)


def check_size(x: Any, axis: int, size: int) -> None:
    """Raise ``SizesDiffer`` if an axis of ``x`` has another size than was assumed."""
    if np.shape(x)[axis] != size:
        raise SizesDiffer


def check_exponent(p: int) -> None:
    """Raise ``CompileError`` for a negative power of an int: compiled, those are ints."""
    if p < 0:
        raise CompileError(NEGATIVE)


NEGATIVE = (
    "an int has a negative power\n"
    "  why: powers of ints are ints in compiled code, since it has one class for each variable\n"
    "  try: float(base) ** exponent, or leave out jit=True"
)


def check_axis(axis: int, ndim: int, prefix: str) -> None:
    """Raise ``AxisError`` unless an array of ``ndim`` dimensions has this axis, as NumPy says it."""
    if not -ndim <= axis < ndim:
        if prefix:
            raise AxisError(axis, ndim, prefix)
        raise AxisError(axis, ndim)


def check_axes(first: int, second: int, ndim: int) -> None:
    """Raise ``ValueError`` if two axes of an array are one."""
    if first % ndim == second % ndim:
        raise ValueError("duplicate value in 'axis'")


def check_some(size: int) -> None:
    """Raise the ``ValueError`` of an extremum of no elements."""
    if size <= 0:
        raise ValueError("zero-size array to reduction operation which has no identity")


def check_mask(x: Any, mask: Any, axis: int) -> None:
    """Raise ``IndexError`` if a mask for the axes of ``x`` from ``axis`` on has other sizes."""
    if np.shape(x)[axis : axis + np.ndim(mask)] != np.shape(mask):
        raise IndexError("boolean index did not match indexed array")


def range_length(start: int, stop: int, step: int) -> int:
    """``len(range(start, stop, step))``."""
    return len(range(start, stop, step))


def stacked(xs: Any, axis: int = 0, some: bool = False, places: bool = False) -> Any:
    """The items of a list as one array, along a new axis; of none, ``ValueError`` for ``some``.

    For ``places``, which a subscript names, none are an array of integers.
    """
    if some and not len(xs):
        raise ValueError("need at least one array to stack")
    if axis == 0 and len(xs) and not isinstance(xs[0], np.ndarray | list):
        return np.array(xs)  # numbers
    if not len(xs):
        return np.array([], dtype=np.intp if places else np.float64)
    return np.stack(xs, axis=axis)


def joined(xs: Any, axis: int = 0) -> Any:
    """The arrays of a list, one behind the other along an axis."""
    return np.concatenate(xs, axis=axis)


def zeros_of(xs: Any) -> Any:
    """A list of zeros with the shapes of the items of ``xs``."""
    return [
        zeros_of(x)
        if isinstance(x, list)
        else np.zeros(x.shape, x.dtype)
        if isinstance(x, np.ndarray)
        else 0.0
        for x in xs
    ]


def add_pieces(x_bars: Any, y_bar: Any, axis: int) -> None:
    """The adjoint of ``stacked``: each item's adjoint receives its piece."""
    for k, piece in enumerate(np.moveaxis(y_bar, axis, 0) if axis else y_bar):
        if isinstance(x_bars[k], list):
            add_pieces(x_bars[k], piece, 0)
        else:
            x_bars[k] = x_bars[k] + piece


def add_items(x_bars: Any, v_bars: Any) -> None:
    """Each item's adjoint receives that of the same item of another list."""
    for k, v_bar in enumerate(v_bars):
        if isinstance(v_bar, list | tuple):
            add_items(x_bars[k], v_bar)
        else:
            x_bars[k] = x_bars[k] + v_bar


def check_items(y_bar: Any, y: Any) -> None:
    """Raises ``CotangentError`` if the adjoint of a list has other lengths or shapes."""
    if isinstance(y, list) and (not isinstance(y_bar, list | tuple) or len(y) != len(y_bar)):
        from srcgrad.errors import CotangentError

        shown = (
            f"a list of {len(y_bar)}" if isinstance(y_bar, list | tuple) else type(y_bar).__name__
        )
        raise CotangentError(
            f"the cotangent is {shown}, the output is a list of {len(y)}\n"
            "  why: a cotangent has the structure of the output\n  try: pass one item for each"
        )
    if isinstance(y, list):
        for part, item in zip(y_bar, y, strict=True):
            check_items(part, item)
    else:
        check_cotangent(y_bar, np.shape(y))


def add_parts(x_bars: Any, y_bar: Any, axis: int) -> None:
    """The adjoint of ``joined``: each item's adjoint receives its part."""
    start = 0
    y_bar = np.moveaxis(y_bar, axis, 0)
    for k, x_bar in enumerate(x_bars):
        stop = start + np.shape(x_bar)[axis]
        part = np.moveaxis(y_bar[start:stop], 0, axis)
        if isinstance(x_bar, list):
            add_pieces(x_bar, part, 0)
        else:
            x_bars[k] = x_bar + part
        start = stop
