"""Arrays joined along an axis, and the parts of their adjoints."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    cut_along,
    dtype_of,
    fill,
    inexact,
    is_array,
    is_number,
    known,
    ndim_of,
    overload,
    register_jitable,
    tuple_setitem,
)
from srcgrad.errors import CotangentError


def extent(xs: Any, k: Any, axis: Any, rank: Any) -> Any:
    """The sizes along ``axis`` of ``xs[:k]`` together; all elements of each without an axis."""
    raise NotImplementedError


@overload(extent)
def _extent(xs: Any, k: Any, axis: Any, rank: Any) -> Any:
    if isinstance(xs, types.UniTuple | types.List) and not len_is_zero(xs):

        def uniform(xs: Any, k: Any, axis: Any, rank: Any) -> Any:
            result = 0
            for j in range(k):
                result += length_along(xs[j], axis, rank)
            return result

        return uniform
    if len(xs) == 0:
        return lambda xs, k, axis, rank: 0

    def impl(xs: Any, k: Any, axis: Any, rank: Any) -> Any:
        if k == 0:
            return 0
        return length_along(xs[0], axis, rank) + extent(xs[1:], k - 1, axis, rank)

    return impl


def len_is_zero(xs: Any) -> bool:
    return isinstance(xs, types.BaseTuple) and len(xs) == 0


def length_along(x: Any, axis: Any, rank: Any) -> Any:
    """The size of ``x`` along ``axis`` among arrays of ``rank`` dimensions."""
    raise NotImplementedError


@overload(length_along)
def _length_along(x: Any, axis: Any, rank: Any) -> Any:
    if is_number(x):
        return lambda x, axis, rank: 1
    if known(axis) is None:
        return lambda x, axis, rank: x.size
    return lambda x, axis, rank: x.shape[axis % rank] if x.ndim == rank else 1


@overload(runtime.piece, prefer_literal=True)
def _piece(y_bar: Any, k: Any, xs: Any, axis: Any = 0) -> Any:
    """Only for a literal ``k`` if ``xs`` has several types."""
    rank = y_bar.ndim
    along = 0 if known(axis) is None else axis
    several = isinstance(xs, types.BaseTuple) and not isinstance(xs, types.UniTuple)
    number = known(k) if several else 0
    item = xs.types[number] if several else xs.dtype
    numeric, place = ndim_of(item) == 0, known(along) % rank

    def start(y_bar: Any, k: Any, xs: Any, axis: Any = 0) -> Any:
        a = extent(xs, k, axis, rank)
        return y_bar[a]

    if numeric and rank == 1:
        return start

    def only(y_bar: Any, k: Any, xs: Any, axis: Any = 0) -> Any:
        a = extent(xs, k, axis, rank)
        return np.ascontiguousarray(cut_along(y_bar, place, a, a + 1)).reshape(1)[0]

    if numeric:
        return only

    def impl(y_bar: Any, k: Any, xs: Any, axis: Any = 0) -> Any:
        x = xs[number]
        a = extent(xs, k, axis, rank)
        part = cut_along(y_bar, place, a, a + length_along(x, axis, rank))
        return np.ascontiguousarray(part).reshape(x.shape)

    def varying(y_bar: Any, k: Any, xs: Any, axis: Any = 0) -> Any:
        x = xs[k]
        a = extent(xs, k, axis, rank)
        part = cut_along(y_bar, place, a, a + length_along(x, axis, rank))
        return np.ascontiguousarray(part).reshape(x.shape)

    return impl if several else varying


@overload(runtime.embedded, prefer_literal=True)
def _embedded(v: Any, k: Any, xs: Any, axis: Any, shape: Any) -> Any:
    rank = len(shape)
    place = 0 if known(axis) is None else known(axis) % rank
    if is_number(v):
        dtype = dtype_of(v)

        def number(v: Any, k: Any, xs: Any, axis: Any, shape: Any) -> Any:
            out = np.zeros(shape, dtype)
            out[extent(xs, k, axis, rank)] = v
            return out

        return number

    def impl(v: Any, k: Any, xs: Any, axis: Any, shape: Any) -> Any:
        out = np.zeros(shape, v.dtype)
        a = extent(xs, k, axis, rank)
        part = cut_along(out, place, a, a + v.size // max(math.prod(shape) // shape[place], 1))
        fill(part, np.ascontiguousarray(v).reshape(part.shape))
        return out

    return impl


@overload(runtime.array_of)
def _array_of(xs: Any, dtype: Any = None) -> Any:
    if known(dtype) is None:
        return lambda xs, dtype=None: np.array(xs)
    if isinstance(xs, types.Sequence) and is_array(xs.dtype):
        return lambda xs, dtype=None: np.array(xs).astype(dtype)
    return lambda xs, dtype=None: np.array(xs, dtype)


def alike(xs: Any) -> Any:
    """Numbers of one type: those of a tuple of several types as floats."""
    raise NotImplementedError


@overload(alike)
def _alike(xs: Any) -> Any:
    if not isinstance(xs, types.Tuple) or len(xs) == 0:
        return lambda xs: xs
    if len(xs) == 1:
        return lambda xs: (np.float64(xs[0]),)
    return lambda xs: (np.float64(xs[0]), *alike(xs[1:]))


@overload(runtime.first_largest)
@overload(runtime.which_max)
def _which_max(xs: Any) -> Any:
    def impl(xs: Any) -> Any:
        numbers = alike(xs)
        best = 0
        for k in range(1, len(numbers)):
            if numbers[k] > numbers[best]:
                best = k
        return best

    return impl


@overload(runtime.first_smallest)
@overload(runtime.which_min)
def _which_min(xs: Any) -> Any:
    def impl(xs: Any) -> Any:
        numbers = alike(xs)
        best = 0
        for k in range(1, len(numbers)):
            if numbers[k] < numbers[best]:
                best = k
        return best

    return impl


@overload(runtime.picked)
def _picked(v: Any, k: Any, i: Any) -> Any:
    if is_number(v):
        return lambda v, k, i: v if k == i else v - v if np.isfinite(v) else 0.0
    return lambda v, k, i: v if k == i else np.zeros_like(v)


@overload(np.array)
def _array(object: Any, dtype: Any = None) -> Any:
    """A list or a tuple of arrays of one type and shape."""
    if not isinstance(object, types.List | types.UniTuple) or not is_array(object.dtype):
        return None

    def impl(object: Any, dtype: Any = None) -> Any:
        out = np.empty((len(object), *object[0].shape), object[0].dtype)
        for k in range(len(object)):
            fill(out[k], object[k])
        return out

    return impl


# --- lists of arrays --------------------------------------------------------------------------


@overload(runtime.stacked)
def _stacked(xs: Any, axis: Any = 0, some: Any = False, places: Any = False) -> Any:
    number = ndim_of(xs.dtype) == 0
    first = known(axis) == 0

    def impl(xs: Any, axis: Any = 0, some: Any = False, places: Any = False) -> Any:
        if some and len(xs) == 0:
            raise ValueError("need at least one array to stack")
        if number:
            return np.array(xs)
        if len(xs) == 0:
            raise ValueError("an array of an empty list has other axes than compiled code knows")
        return np.array(xs) if first else np.moveaxis(np.array(xs), 0, axis)

    return impl


@overload(runtime.joined)
def _joined(xs: Any, axis: Any = 0) -> Any:
    def impl(xs: Any, axis: Any = 0) -> Any:
        place = axis % xs[0].ndim
        size = 0
        for x in xs:
            size += x.shape[place]
        out = np.empty(tuple_setitem(xs[0].shape, place, size), xs[0].dtype)
        at = 0
        for x in xs:
            fill(cut_along(out, place, at, at + x.shape[place]), x)
            at += x.shape[place]
        return out

    return impl


@overload(runtime.zeros_of)
def _zeros_of(xs: Any) -> Any:
    if is_number(xs.dtype):
        zero = inexact(xs.dtype).type(0)
        return lambda xs: [zero for _ in xs]
    return lambda xs: [np.zeros_like(x) for x in xs]


@overload(runtime.add_items)
def _add_items(x_bars: Any, v_bars: Any) -> Any:
    def impl(x_bars: Any, v_bars: Any) -> None:
        for k in range(len(x_bars)):
            x_bars[k] = x_bars[k] + v_bars[k]

    return impl


@overload(runtime.check_items)
def _check_items(y_bar: Any, y: Any) -> Any:
    if not isinstance(y, types.List):
        return lambda y_bar, y: runtime.check_cotangent(y_bar, np.shape(y))

    def impl(y_bar: Any, y: Any) -> None:
        if len(y_bar) != len(y):
            raise CotangentError((len(y_bar),), (len(y),))
        for k in range(len(y)):
            runtime.check_items(y_bar[k], y[k])

    return impl


@register_jitable
def total(x: Any, y: Any) -> Any:
    """``x + y`` of one shape."""
    out = x.copy()
    if x.shape != y.shape:
        raise ValueError("arrays of different shapes are added to each other")
    for at in np.ndindex(x.shape):
        out[at] += y[at]
    return out


@overload(runtime.add_pieces, prefer_literal=True)
def _add_pieces(x_bars: Any, y_bar: Any, axis: Any) -> Any:
    def numbers(x_bars: Any, y_bar: Any, axis: Any) -> None:
        for k in range(len(x_bars)):
            x_bars[k] = x_bars[k] + y_bar[k]

    def rows(x_bars: Any, y_bar: Any, axis: Any) -> None:
        for k in range(len(x_bars)):
            x_bars[k] = total(x_bars[k], y_bar[k])

    def impl(x_bars: Any, y_bar: Any, axis: Any) -> None:
        pieces = np.moveaxis(y_bar, axis, 0)
        for k in range(len(x_bars)):
            x_bars[k] = total(x_bars[k], pieces[k])

    if y_bar.ndim == 1:
        return numbers
    return rows if known(axis) == 0 else impl


@overload(runtime.add_parts)
def _add_parts(x_bars: Any, y_bar: Any, axis: Any) -> Any:
    def impl(x_bars: Any, y_bar: Any, axis: Any) -> None:
        at = 0
        place = axis % y_bar.ndim
        for k in range(len(x_bars)):
            size = x_bars[k].shape[place]
            x_bars[k] = x_bars[k] + cut_along(y_bar, place, at, at + size)
            at += size

    return impl
