"""Diagonals, padding, tiles and repeats, and their adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    dtype_of,
    is_array,
    is_number,
    known,
    overload,
    register_jitable,
    transposed,
    tuple_setitem,
)

register_jitable(runtime.grown)


@overload(runtime.undiagonal)
def _undiagonal(v: Any, shape: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    if len(shape) != 2:
        return None

    def impl(v: Any, shape: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
        out = np.zeros(shape, v.dtype)
        matrix = transposed(out, (axis1 % 2, axis2 % 2))
        down, right = max(-offset, 0), max(offset, 0)
        for i in range(min(matrix.shape[0] - down, matrix.shape[1] - right)):
            matrix[i + down, i + right] = v[i if len(v) > 1 else 0]
        return out

    return impl


@overload(runtime.untile)
def _untile(v: Any, shape: Any, reps: Any) -> Any:
    rank, have = v.ndim, len(shape)
    if have == 0:
        return lambda v, shape, reps: np.sum(v)

    def impl(v: Any, shape: Any, reps: Any) -> Any:
        out = np.zeros(shape, v.dtype)
        at = shape
        for place in np.ndindex(v.shape):
            for k in range(have):
                at = tuple_setitem(at, k, place[rank - have + k] % shape[k])
            out[at] += v[place]
        return out

    return impl


def pad_widths(pad_width: Any, shape: Any, side: Any) -> Any:
    """The width before (``side`` 0) or after (1) each axis."""
    raise NotImplementedError


@overload(pad_widths)
def _pad_widths(pad_width: Any, shape: Any, side: Any) -> Any:
    if is_number(pad_width):

        def same(pad_width: Any, shape: Any, side: Any) -> Any:
            result = shape
            for k in range(len(shape)):
                result = tuple_setitem(result, k, pad_width)
            return result

        return same
    if isinstance(pad_width, types.BaseTuple) and isinstance(pad_width[0], types.BaseTuple):
        one = len(pad_width) == 1

        def pairs(pad_width: Any, shape: Any, side: Any) -> Any:
            result = shape
            for k in range(len(shape)):
                result = tuple_setitem(result, k, pad_width[0 if one else k][side])
            return result

        return pairs

    def pair(pad_width: Any, shape: Any, side: Any) -> Any:
        result = shape
        for k in range(len(shape)):
            result = tuple_setitem(result, k, pad_width[side])
        return result

    return pair


@register_jitable
def source_of(i: Any, size: Any, mode: Any) -> Any:
    """The element that ``np.pad`` copies to position ``i``, counted from the first of ``x``."""
    if 0 <= i < size:
        return i
    if mode == "edge":
        return 0 if i < 0 else size - 1
    if mode == "wrap":
        return i % size
    if mode == "symmetric":
        i = i % (2 * size)
        return i if i < size else 2 * size - 1 - i
    if mode == "reflect":
        if size == 1:
            return 0
        i = i % (2 * size - 2)
        return i if i < size else 2 * size - 2 - i
    return -1


@overload(runtime.unpad)
def _unpad(v: Any, shape: Any, pad_width: Any, mode: Any = "constant") -> Any:
    def impl(v: Any, shape: Any, pad_width: Any, mode: Any = "constant") -> Any:
        out = np.zeros(shape, v.dtype)
        before = pad_widths(pad_width, shape, 0)
        at = shape
        for place in np.ndindex(v.shape):
            inside = True
            for k in range(len(shape)):
                source = source_of(place[k] - before[k], shape[k], mode)
                inside = inside and source >= 0
                at = tuple_setitem(at, k, max(source, 0))
            if inside:
                out[at] += v[place]
        return out

    return impl


@overload(runtime.linspace_bar)
def _linspace_bar(v: Any, shape: Any, end: Any, num: Any, endpoint: Any, axis: Any) -> Any:
    if v.ndim != 1 or len(shape):
        return None
    kind = dtype_of(v).type

    def impl(v: Any, shape: Any, end: Any, num: Any, endpoint: Any, axis: Any) -> Any:
        steps = max(num - 1 if endpoint else num, 1)
        result = 0.0
        for k in range(num):
            t = k / steps
            result += v[k] * (t if end else 1.0 - t)
        return kind(result)

    return impl


@overload(np.pad)
def _pad(array: Any, pad_width: Any, mode: Any = "constant") -> Any:
    def impl(array: Any, pad_width: Any, mode: Any = "constant") -> Any:
        before = pad_widths(pad_width, array.shape, 0)
        after = pad_widths(pad_width, array.shape, 1)
        shape = array.shape
        for k in range(array.ndim):
            shape = tuple_setitem(shape, k, before[k] + array.shape[k] + after[k])
        out = np.zeros(shape, array.dtype)
        at = array.shape
        for place in np.ndindex(shape):
            inside = True
            for k in range(array.ndim):
                source = source_of(place[k] - before[k], array.shape[k], mode)
                inside = inside and source >= 0
                at = tuple_setitem(at, k, max(source, 0))
            if inside:
                out[place] = array[at]
        return out

    return impl


@overload(np.repeat)
def _repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    if known(axis) is None or not is_array(a):
        return None

    def impl(a: Any, repeats: Any, axis: Any = None) -> Any:
        k = axis % a.ndim
        index = np.repeat(np.arange(a.shape[k]), repeats)
        out = np.empty(tuple_setitem(a.shape, k, len(index)), a.dtype)
        for place in np.ndindex(out.shape):
            out[place] = a[tuple_setitem(place, k, index[place[k]])]
        return out

    return impl


@overload(np.tile)
def _tile(A: Any, reps: Any) -> Any:  # noqa: N803  (NumPy's name)
    if is_number(A):
        return lambda A, reps: np.full(reps, A)  # noqa: N803
    rank, several = A.ndim, isinstance(reps, types.BaseTuple)
    count = len(reps) if several else 1
    extra = (1,) * max(count - rank, 0)
    missing = max(rank - count, 0)

    def impl(A: Any, reps: Any) -> Any:  # noqa: N803
        base = np.ascontiguousarray(A).reshape(extra + A.shape)
        shape = base.shape
        for k in range(count):
            times = reps[k] if several else reps
            shape = tuple_setitem(shape, missing + k, shape[missing + k] * times)
        out = np.empty(shape, A.dtype)
        at = base.shape
        for place in np.ndindex(shape):
            for k in range(base.ndim):
                at = tuple_setitem(at, k, place[k] % base.shape[k])
            out[place] = base[at]
        return out

    return impl
