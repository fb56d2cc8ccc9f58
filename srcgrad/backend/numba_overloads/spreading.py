"""The adjoints of broadcasting and of reductions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    axes_of,
    broadcast,
    dtype_of,
    is_array,
    is_number,
    known,
    ndim_of,
    overload,
    tuple_setitem,
)
from srcgrad.backend.numba_overloads.reductions import ones_at


@overload(runtime.unbroadcast)
def _unbroadcast(v: Any, shape: Any) -> Any:
    if not (is_array(v) or is_number(v)):
        return None
    rank, have = len(shape), ndim_of(v)
    if is_number(v):
        return (lambda v, shape: np.full(shape, v)) if rank else (lambda v, shape: v)
    if rank == 0:
        return lambda v, shape: np.sum(v)
    if rank > have:
        if have == 0:
            return lambda v, shape: np.full(shape, v[()])
        return lambda v, shape: broadcast(v, shape).copy()
    extra = have - rank
    same_rank = extra == 0

    def impl(v: Any, shape: Any) -> Any:
        if same_rank and v.shape == shape:
            return contiguous(v)
        out = np.zeros(shape, v.dtype)
        at = shape
        for place in np.ndindex(v.shape):
            for k in range(rank):
                at = tuple_setitem(at, k, place[extra + k] if shape[k] != 1 else 0)
            out[at] += v[place]
        return out

    return impl


def contiguous(v: Any) -> Any:
    """``v``, copied if its type is not that of a new array."""
    raise NotImplementedError


@overload(contiguous)
def _contiguous(v: Any) -> Any:
    if v.layout == "C" and v.mutable:
        return lambda v: v
    return lambda v: v.copy() if v.ndim else v


@overload(runtime.unreduce)
def _unreduce(y_bar: Any, shape: Any, axis: Any, keepdims: Any) -> Any:
    rank, have = len(shape), ndim_of(y_bar)
    if rank == 0:
        return lambda y_bar, shape, axis, keepdims: y_bar
    if is_number(y_bar):
        return lambda y_bar, shape, axis, keepdims: np.full(shape, y_bar)
    if have == 0:
        return lambda y_bar, shape, axis, keepdims: np.full(shape, y_bar[()])
    if have == rank:
        return lambda y_bar, shape, axis, keepdims: broadcast(y_bar, shape).copy()

    def impl(y_bar: Any, shape: Any, axis: Any, keepdims: Any) -> Any:
        small = ones_at(shape, axes_of(axis, shape))
        return broadcast(np.ascontiguousarray(y_bar).reshape(small), shape).copy()

    return impl


@overload(runtime.count)
def _count(shape: Any, axis: Any) -> Any:
    if len(shape) == 0:
        return lambda shape, axis: 1
    if known(axis) is None:
        return lambda shape, axis: math.prod(shape)

    def impl(shape: Any, axis: Any) -> Any:
        result = 1
        for k in axes_of(axis, shape):
            result *= shape[k]
        return result

    return impl


@overload(runtime.ties)
def _ties(a: Any, y: Any, axis: Any, keepdims: Any) -> Any:
    if is_number(a):
        one = dtype_of(a).type(1)
        return lambda a, y, axis, keepdims: one
    if a.ndim == 0:
        return lambda a, y, axis, keepdims: np.ones_like(a)

    def impl(a: Any, y: Any, axis: Any, keepdims: Any) -> Any:
        at = (a == runtime.unreduce(y, a.shape, axis, keepdims)).astype(a.dtype)
        return at / broadcast(np.sum(at, axis=axis, keepdims=True), at.shape)

    return impl


@overload(runtime.to_ties)
def _to_ties(v: Any, a: Any, y: Any, axis: Any, keepdims: Any) -> Any:
    if is_number(a) or a.ndim == 0:
        return lambda v, a, y, axis, keepdims: v * runtime.ties(a, y, axis, keepdims)

    def impl(v: Any, a: Any, y: Any, axis: Any, keepdims: Any) -> Any:
        return runtime.unreduce(v, a.shape, axis, keepdims) * runtime.ties(a, y, axis, keepdims)

    return impl


@overload(runtime.add_to_ties)
def _add_to_ties(x: Any, v: Any, a: Any, y: Any, axis: Any, keepdims: Any) -> Any:
    def impl(x: Any, v: Any, a: Any, y: Any, axis: Any, keepdims: Any) -> None:
        x += runtime.to_ties(v, a, y, axis, keepdims)

    return impl


@overload(runtime.spread)
def _spread(v: Any, x: Any) -> Any:
    if is_number(x):
        return lambda v, x: v
    if is_number(v):
        return lambda v, x: np.full(x.shape, v, x.dtype)
    if v.ndim == 0:
        return lambda v, x: np.full(x.shape, v[()], x.dtype)
    return lambda v, x: broadcast(v, x.shape).copy()
