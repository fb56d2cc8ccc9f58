"""Recurrences along an axis: products of the others, cumulative products and their adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    axes_of,
    dtype_of,
    fill,
    is_array,
    kept_first,
    known,
    overload,
    register_jitable,
    rows_of,
    transposed,
    tuple_setitem,
)


@register_jitable
def from_rows(rows: Any, shape: Any, axes: Any) -> Any:
    """An array of ``shape`` from ``rows_of`` it."""
    order = kept_first(shape, axes)
    moved = shape
    back = shape
    for k in range(len(shape)):
        moved = tuple_setitem(moved, k, shape[order[k]])
        back = tuple_setitem(back, order[k], k)
    return np.ascontiguousarray(transposed(rows.reshape(moved), back))


@register_jitable
def products_before(rows: Any, direction: Any) -> Any:
    out = np.ones_like(rows)
    n = rows.shape[1]
    for i in range(len(rows)):
        product = rows.dtype.type(1)
        for j in range(n):
            at = j if direction > 0 else n - 1 - j
            out[i, at] = product
            product *= rows[i, at]
    return out


@overload(runtime.exclusive_product)
def _exclusive_product(a: Any, axis: Any, direction: Any = 1) -> Any:
    if not is_array(a) or a.ndim == 0:
        return lambda a, axis, direction=1: 1.0

    def impl(a: Any, axis: Any, direction: Any = 1) -> Any:
        axes = axes_of(axis, a.shape)
        return from_rows(products_before(rows_of(a, axes), direction), a.shape, axes)

    return impl


@overload(runtime.horner)
def _horner(v: Any, a: Any, axis: Any, direction: Any = 1) -> Any:
    def impl(v: Any, a: Any, axis: Any, direction: Any = 1) -> Any:
        axes = axes_of(axis, a.shape)
        values, factors = rows_of(v, axes), rows_of(a, axes)
        return from_rows(recurrence(values, factors, direction), a.shape, axes)

    return impl


@register_jitable
def recurrence(v: Any, a: Any, direction: Any) -> Any:
    """``h[i] = v[i+1] + a[i+1] * h[i+1]`` in each row, from 0 at its end (-1: mirrored)."""
    out = np.zeros_like(v)
    n = v.shape[1]
    for i in range(len(v)):
        for j in range(n - 2, -1, -1):
            at, later = (j, j + 1) if direction > 0 else (n - 1 - j, n - 2 - j)
            out[i, at] = v[i, later] + a[i, later] * out[i, later]
    return out


@register_jitable
def cumulated(rows: Any, out: Any) -> Any:
    for i in range(len(rows)):
        fill(out[i], np.cumsum(rows[i]))
    return out


@overload(np.cumsum)
def _cumsum(a: Any, axis: Any = None) -> Any:
    if known(axis) is None:
        return None
    dtype = np.cumsum(np.zeros(1, dtype_of(a))).dtype

    def impl(a: Any, axis: Any = None) -> Any:
        axes = axes_of(axis, a.shape)
        rows = rows_of(a, axes).astype(dtype)
        return from_rows(cumulated(rows, np.empty_like(rows)), a.shape, axes)

    return impl


@overload(runtime.median_weights)
def _median_weights(a: Any, axis: Any) -> Any:
    def impl(a: Any, axis: Any) -> Any:
        axes = axes_of(axis, a.shape)
        return from_rows(middle(rows_of(a, axes)), a.shape, axes)

    return impl


@register_jitable
def middle(rows: Any) -> Any:
    out = np.zeros_like(rows)
    n = rows.shape[1]
    for i in range(len(rows)):
        order = np.argsort(rows[i], kind="mergesort")
        out[i, order[(n - 1) // 2]] += 0.5
        out[i, order[n // 2]] += 0.5
    return out
