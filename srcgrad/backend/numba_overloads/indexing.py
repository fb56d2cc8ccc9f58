"""Indices: additions at indices that may repeat, and the adjoints of gathering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    is_array,
    is_number,
    known,
    overload,
    register_jitable,
    total,
    tuple_setitem,
)
from srcgrad.errors import CompileError, SizesDiffer
from srcgrad.runtime.subscripts import NEGATIVE

# --- x[index] += v ----------------------------------------------------------------------------


def held(v: Any) -> Any:
    """What is added, as an array that no addition changes: ``v`` may be a part of ``x``."""
    raise NotImplementedError


@overload(held)
def _held(v: Any) -> Any:
    return (lambda v: v.copy()) if is_array(v) else (lambda v: np.asarray(v))


@overload(runtime.add_at)
def _add_at(x: Any, index: Any, v: Any) -> Any:
    if is_array(index) and isinstance(index.dtype, types.Integer):
        return _add_at_integers(x, index, v)
    if is_array(index) and isinstance(index.dtype, types.Boolean) and index.ndim == x.ndim:
        return _add_at_mask(v)

    def impl(x: Any, index: Any, v: Any) -> None:
        places = np.arange(x.size).reshape(x.shape)[index]
        values = np.broadcast_to(held(v), places.shape)
        flat = x.flat
        for k, place in np.ndenumerate(places):
            flat[place] += values[k]

    def single(x: Any, index: Any, v: Any) -> None:
        x[index] += v

    if is_number(index) or (isinstance(index, types.BaseTuple) and not any(map(is_array, index))):
        return single
    return impl


def _add_at_integers(x: Any, index: Any, v: Any) -> Any:
    if x.ndim == 1:

        def vector(x: Any, index: Any, v: Any) -> None:
            values = np.broadcast_to(held(v), index.shape)
            for k, place in np.ndenumerate(index):
                x[place] += values[k]

        return vector

    def rows(x: Any, index: Any, v: Any) -> None:
        values = np.broadcast_to(held(v), index.shape + x.shape[1:])
        for k, place in np.ndenumerate(index):
            x[place] += values[k]

    return rows


def _add_at_mask(v: Any) -> Any:
    def impl(x: Any, index: Any, v: Any) -> None:
        values = np.broadcast_to(held(v), (np.sum(index),))
        at = 0
        for k, chosen in np.ndenumerate(index):
            if chosen:
                x[k] += values[at]
                at += 1

    return impl


@overload(runtime.check_index)
def _check_index(x: Any, index: Any) -> Any:
    def impl(x: Any, index: Any) -> None:
        x[index]

    return impl


@overload(runtime.check_place)
def _check_place(x: Any, axis: Any, place: Any) -> Any:
    def impl(x: Any, axis: Any, place: Any) -> None:
        if not -x.shape[axis] <= place < x.shape[axis]:
            raise IndexError("index is out of bounds")

    return impl


@overload(runtime.check_places)
def _check_places(x: Any, axis: Any, places: Any) -> Any:
    def impl(x: Any, axis: Any, places: Any) -> None:
        for place in places.flat:
            if not -x.shape[axis] <= place < x.shape[axis]:
                raise IndexError("index is out of bounds")

    return impl


@overload(runtime.check_size)
def _check_size(x: Any, axis: Any, size: Any) -> Any:
    def impl(x: Any, axis: Any, size: Any) -> None:
        if x.shape[axis] != size:
            raise SizesDiffer

    return impl


@overload(runtime.check_exponent)
def _check_exponent(p: Any) -> Any:
    def impl(p: Any) -> None:
        if p < 0:
            raise CompileError(NEGATIVE)

    return impl


@overload(runtime.check_some)
def _check_some(size: Any) -> Any:
    def impl(size: Any) -> None:
        if size <= 0:
            raise ValueError("zero-size array to reduction operation which has no identity")

    return impl


@overload(runtime.check_mask)
def _check_mask(x: Any, mask: Any, axis: Any) -> Any:
    count = mask.ndim

    def impl(x: Any, mask: Any, axis: Any) -> None:
        for k in range(count):
            if x.shape[axis + k] != mask.shape[k]:
                raise IndexError("boolean index did not match indexed array")

    return impl


@overload(runtime.stored_adjoint)
def _stored_adjoint(x_bar: Any, index: Any) -> Any:
    arrays = (
        [index]
        if is_array(index)
        else [t for t in index if is_array(t)]
        if isinstance(index, types.BaseTuple)
        else []
    )
    if not any(isinstance(t.dtype, types.Integer) for t in arrays):  # no index occurs twice
        return lambda x_bar, index: runtime.owned(x_bar[index])

    def impl(x_bar: Any, index: Any) -> Any:
        places = np.arange(x_bar.size).reshape(x_bar.shape)[index]
        last = np.zeros(x_bar.size, np.int64)
        pieces = np.zeros(places.shape, x_bar.dtype)
        at = 0
        for place in places.flat:
            last[place] = at
            at += 1
        at = 0
        flat = x_bar.flat
        for k, place in np.ndenumerate(places):
            if last[place] == at:
                pieces[k] = flat[place]
            at += 1
        return pieces

    return impl


@overload(runtime.stored)
def _stored(v: Any, index: Any, like: Any) -> Any:
    def impl(v: Any, index: Any, like: Any) -> Any:
        out = np.zeros_like(like)
        out[index] = v
        return out

    return impl


# --- gathering along one axis -----------------------------------------------------------------


@register_jitable
def scattered(v: Any, index: Any, shape: Any, axis: Any) -> Any:
    """Zeros of ``shape`` to which the pieces of ``v`` along ``axis`` are added at flat ``index``."""
    size = shape[axis]
    before = after = 1
    for k in range(len(shape)):
        if k < axis:
            before *= shape[k]
        elif k > axis:
            after *= shape[k]
    out = np.zeros((before, size, after), v.dtype)
    pieces = np.ascontiguousarray(v).reshape((before, index.size, after))
    for i in range(before):
        for j in range(index.size):
            out[i, index[j]] += pieces[i, j]
    return out.reshape(shape)


def flat_index(index: Any) -> Any:
    """An index as a vector of ints."""
    raise NotImplementedError


@overload(flat_index)
def _flat_index(index: Any) -> Any:
    if is_number(index):
        return lambda index: np.array([index])
    if is_array(index):
        return lambda index: np.ascontiguousarray(index).reshape(index.size)
    return lambda index: np.array(index).reshape(-1)


@overload(runtime.gathered)
def _gathered(v: Any, index: Any, shape: Any, axis: Any = 0) -> Any:
    if is_number(v):
        return lambda v, index, shape, axis=0: scattered(
            np.array([v]), flat_index(index), shape, axis % len(shape)
        )
    return lambda v, index, shape, axis=0: scattered(v, flat_index(index), shape, axis % len(shape))


@overload(runtime.untake)
def _untake(v: Any, shape: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
    if known(axis) is None:

        def whole(v: Any, shape: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
            index = within(flat_index(indices), total(shape), mode)
            return runtime.gathered(v, index, (total(shape),), 0).reshape(shape)

        return whole

    def impl(v: Any, shape: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
        index = within(flat_index(indices), shape[axis], mode)
        return runtime.gathered(v, index, shape, axis)

    return impl


@register_jitable
def within(index: Any, size: Any, mode: Any) -> Any:
    """Indices by the rule of ``np.take``'s ``mode``."""
    if mode == "wrap":
        return index % size
    if mode == "clip":
        return np.minimum(np.maximum(index, 0), size - 1)
    return index


@overload(runtime.untake_along)
def _untake_along(v: Any, shape: Any, indices: Any, axis: Any) -> Any:
    if known(axis) is None:
        return lambda v, shape, indices, axis: runtime.gathered(
            v, indices, (total(shape),), 0
        ).reshape(shape)

    def impl(v: Any, shape: Any, indices: Any, axis: Any) -> Any:
        out = np.zeros(shape, v.dtype)
        spread = np.broadcast_to(indices, v.shape)
        for place in np.ndindex(v.shape):
            at = tuple_setitem(single_at(place, shape), axis % len(shape), spread[place])
            out[at] += v[place]
        return out

    return impl


@overload(runtime.unrepeat)
def _unrepeat(v: Any, shape: Any, repeats: Any, axis: Any = None) -> Any:
    if known(axis) is None:
        return lambda v, shape, repeats, axis=None: runtime.gathered(
            v, np.repeat(np.arange(total(shape)), repeats), (total(shape),), 0
        ).reshape(shape)
    return lambda v, shape, repeats, axis=None: runtime.gathered(
        v, np.repeat(np.arange(shape[axis]), repeats), shape, axis
    )


@overload(runtime.undelete)
def _undelete(v: Any, shape: Any, obj: Any, axis: Any = None) -> Any:
    if known(axis) is None:
        return lambda v, shape, obj, axis=None: runtime.gathered(
            v, np.delete(np.arange(total(shape)), obj), (total(shape),), 0
        ).reshape(shape)
    return lambda v, shape, obj, axis=None: runtime.gathered(
        v, np.delete(np.arange(shape[axis]), obj), shape, axis
    )


@overload(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    if known(axis) is None or arr.ndim != indices.ndim:
        return None

    def impl(arr: Any, indices: Any, axis: Any = -1) -> Any:
        along = axis % arr.ndim
        shape = joint_but_along(arr.shape, indices.shape, along)
        index = np.broadcast_to(indices, shape)
        out = np.empty(shape, arr.dtype)
        for place in np.ndindex(shape):
            at = tuple_setitem(single_at(place, arr.shape), along, index[place])
            out[place] = arr[at]
        return out

    return impl


@register_jitable
def joint_but_along(a: Any, b: Any, axis: Any) -> Any:
    """The shape to which two shapes broadcast, with the size of ``b`` along ``axis``."""
    shape = b
    for k in range(len(a)):
        if k != axis and a[k] != b[k]:
            if a[k] != 1 and b[k] != 1:
                raise IndexError("shape mismatch: the indices do not broadcast with the array")
            shape = tuple_setitem(shape, k, a[k] if b[k] == 1 else b[k])
    return shape


@register_jitable
def single_at(place: Any, shape: Any) -> Any:
    """``place`` in an array of this shape, which was broadcast."""
    at = place
    for k in range(len(shape)):
        if shape[k] == 1:
            at = tuple_setitem(at, k, 0)
    return at
