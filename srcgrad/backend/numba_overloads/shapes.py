"""Shapes: what moves, splits and joins elements, and the check of the cotangent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numpy.lib.stride_tricks import as_strided

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    axes_of,
    cut_along,
    dtype_of,
    has,
    is_array,
    is_number,
    known,
    ndim_of,
    overload,
    register_jitable,
    transposed,
    tuple_setitem,
)
from srcgrad.backend.numba_overloads.reductions import kept_shape
from srcgrad.errors import CotangentError


@overload(runtime.check_cotangent)
def _check_cotangent(y_bar: Any, shape: Any) -> Any:
    if ndim_of(y_bar) != len(shape):

        def wrong(y_bar: Any, shape: Any) -> None:
            raise CotangentError(np.shape(y_bar), shape)

        return wrong
    if ndim_of(y_bar) == 0:
        return lambda y_bar, shape: None

    def impl(y_bar: Any, shape: Any) -> None:
        if y_bar.shape != shape:
            raise CotangentError(y_bar.shape, shape)

    return impl


# --- axes moved -------------------------------------------------------------------------------


@overload(runtime.mT)
def _matrix_transpose(a: Any) -> Any:
    if a.ndim == 2:
        return lambda a: a.T
    return lambda a: np.swapaxes(a, -1, -2)


@overload(np.transpose, first=True)
def _transpose(a: Any, axes: Any = None) -> Any:
    """By axes that are given."""
    if not is_array(a) or not isinstance(axes, types.UniTuple) or len(axes) != a.ndim:
        return None

    def impl(a: Any, axes: Any = None) -> Any:
        order = axes
        for k in range(a.ndim):
            if not -a.ndim <= axes[k] < a.ndim:
                raise ValueError("transpose: an axis is out of bounds")
            order = tuple_setitem(order, k, axes[k] % a.ndim)
            for j in range(k):
                if order[j] == order[k]:
                    raise ValueError("repeated axis in transpose")
        return transposed(a, order)

    return impl


@overload(np.swapaxes, first=True)
def _swapaxes(a: Any, axis1: Any, axis2: Any) -> Any:
    def impl(a: Any, axis1: Any, axis2: Any) -> Any:
        order = axes_of(None, a.shape)
        i, j = axis1 % a.ndim, axis2 % a.ndim
        return transposed(a, tuple_setitem(tuple_setitem(order, i, j), j, i))

    return impl


@overload(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    def impl(a: Any, source: Any, destination: Any) -> Any:
        old, new = axes_of(source, a.shape), axes_of(destination, a.shape)
        return transposed(a, moved(a.shape, old, new))

    return impl


@register_jitable
def moved(shape: Any, old: Any, new: Any) -> Any:
    """The permutation that moves axes ``old`` to places ``new`` and keeps the others in order."""
    order = shape
    for k in range(len(old)):
        order = tuple_setitem(order, new[k], old[k])
    at = 0
    for k in range(len(shape)):
        if not has(old, k):
            while has(new, at):
                at += 1
            order = tuple_setitem(order, at, k)
            at += 1
    return order


@overload(np.expand_dims)
def _expand_dims(a: Any, axis: Any) -> Any:
    if is_number(a):
        count = len(axis) if isinstance(axis, types.BaseTuple) else 1
        ones = (1,) * count
        return lambda a, axis: np.full(ones, a)
    if not isinstance(axis, types.BaseTuple):
        extra = (1,)
    else:
        extra = (1,) * len(axis)  # type: ignore[assignment]
    contiguous = a.layout == "C"

    def impl(a: Any, axis: Any) -> Any:
        shape, strides = extra + a.shape, extra + a.strides
        axes = axes_of(axis, shape)
        at = 0
        for k in range(len(shape)):
            if has(axes, k):
                shape = tuple_setitem(shape, k, 1)
            else:
                shape = tuple_setitem(shape, k, a.shape[at])
                strides = tuple_setitem(strides, k, a.strides[at])
                at += 1
        return a.reshape(shape) if contiguous else as_strided(a, shape, strides)

    return impl


@overload(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Any:
    if known(axis) is None:
        return None
    if a.layout == "C":
        return lambda a, axis=None: a.reshape(kept_shape(a.shape, axes_of(axis, a.shape)))

    def impl(a: Any, axis: Any = None) -> Any:
        axes = axes_of(axis, a.shape)
        for k in axes:
            if a.shape[k] != 1:
                raise ValueError(
                    "cannot select an axis to squeeze out which has size not equal to one"
                )
        return as_strided(a, kept_shape(a.shape, axes), kept_shape(a.strides, axes))

    return impl


@overload(np.reshape)
def _reshape(a: Any, shape: Any) -> Any:
    if is_number(a):
        return lambda a, shape: np.array([a]).reshape(shape)
    if a.layout == "C":
        return None
    return lambda a, shape: np.ascontiguousarray(a).reshape(shape)


@overload(runtime.inverse)
def _inverse(axes: Any) -> Any:
    if known(axes) is None:
        return lambda axes: None

    def impl(axes: Any) -> Any:
        result = axes_of(axes, axes)
        order = axes_of(axes, axes)
        for k in range(len(order)):
            result = tuple_setitem(result, order[k], k)
        return result

    return impl


@overload(runtime.negated)
def _negated(shift: Any) -> Any:
    if isinstance(shift, types.BaseTuple):
        if len(shift) == 1:
            return lambda shift: (-shift[0],)
        return lambda shift: (-shift[0], *runtime.negated(shift[1:]))
    return lambda shift: -shift


@overload(np.roll)
def _roll(a: Any, shift: Any, axis: Any = None) -> Any:
    several = isinstance(shift, types.BaseTuple)
    if isinstance(axis, types.BaseTuple):
        if len(axis) == 0:
            return lambda a, shift, axis=None: a.copy()
        if several:
            return lambda a, shift, axis=None: np.roll(
                np.roll(a, shift[0], axis[0]), shift[1:], axis[1:]
            )
        return lambda a, shift, axis=None: np.roll(np.roll(a, shift, axis[0]), shift, axis[1:])
    if known(axis) is None or several:
        return None

    def impl(a: Any, shift: Any, axis: Any = None) -> Any:
        out = np.empty_like(a)
        k, size = axis % a.ndim, a.shape[axis]
        at = shift % max(size, 1)
        cut_along(out, k, at, size)[...] = cut_along(a, k, 0, size - at)
        cut_along(out, k, 0, at)[...] = cut_along(a, k, size - at, size)
        return out

    return impl


@overload(np.flip)
def _flip(m: Any, axis: Any = None) -> Any:
    """A view, as NumPy's: the walk from the other end."""
    if known(axis) is None:
        return None

    def impl(m: Any, axis: Any = None) -> Any:
        parts = whole(m.shape)
        for k in axes_of(axis, m.shape):
            parts = tuple_setitem(parts, k, slice(None, None, -1))
        return m[parts]

    return impl


def whole(shape: Any) -> Any:
    """A slice of all there is, for each axis."""
    raise NotImplementedError


@overload(whole)
def _whole(shape: Any) -> Any:
    if len(shape) == 1:
        return lambda shape: (slice(None, None, 1),)
    return lambda shape: (slice(None, None, 1), *whole(shape[1:]))


@overload(np.triu, first=True)
def _triu(m: Any, k: Any = 0) -> Any:
    return _triangle(m, above=True)


@overload(np.tril, first=True)
def _tril(m: Any, k: Any = 0) -> Any:
    return _triangle(m, above=False)


def _triangle(m: Any, above: bool) -> Any:
    """The elements on one side of a diagonal, with zeros for the others."""
    if not is_array(m) or m.ndim < 2:
        return None
    zero = dtype_of(m).type(0)

    def impl(m: Any, k: Any = 0) -> Any:
        out = np.empty(m.shape, m.dtype)
        for at in np.ndindex(m.shape):
            off = at[-1] - at[-2] - k
            out[at] = m[at] if (off >= 0 if above else off <= 0) else zero
        return out

    return impl
