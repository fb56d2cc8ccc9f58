"""Sums, products, extrema, moments over axes, and how their adjoints are spread and gathered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad.backend.numba_overloads.common import (
    axes_of,
    has,
    inexact,
    is_array,
    is_number,
    known,
    overload,
    refuse,
    register_jitable,
    rows_of,
    tuple_setitem,
)

# --- the shapes of results --------------------------------------------------------------------


def kept_shape(shape: Any, axes: Any) -> Any:
    """The sizes of the axes that are not reduced."""
    raise NotImplementedError


@overload(kept_shape)
def _kept_shape(shape: Any, axes: Any) -> Any:
    rest = len(shape) - len(axes)
    if rest == 0:
        return lambda shape, axes: ()

    def impl(shape: Any, axes: Any) -> Any:
        result = shape[:rest]
        at = 0
        for k in range(len(shape)):
            if not has(axes, k):
                result = tuple_setitem(result, at, shape[k])
                at += 1
        return result

    return impl


@register_jitable
def ones_at(shape: Any, axes: Any) -> Any:
    """``shape`` with 1 for each of ``axes``."""
    result = shape
    for k in range(len(shape)):
        if has(axes, k):
            result = tuple_setitem(result, k, 1)
    return result


# --- reductions -------------------------------------------------------------------------------


def reduction(function: Any, row: Any, *extra: str) -> None:
    """Overload a reduction of NumPy for ``axis`` and ``keepdims``; ``row`` reduces one row."""

    def choose(a: Any, axis: Any, keepdims: Any) -> Any:
        if is_number(a):
            return lambda a, axis, keepdims: row(np.array([a]))
        if not is_array(a):
            return None
        if a.ndim == 0:
            return lambda a, axis, keepdims: row(np.array([a[()]]))
        keep = known(keepdims)
        if keep not in (True, False):
            raise refuse("keepdims must be a literal True or False")
        if joins_all(axis, a) and not keep:
            return lambda a, axis, keepdims: row(np.ascontiguousarray(a).reshape(a.size))
        if keep:

            def kept(a: Any, axis: Any, keepdims: Any) -> Any:
                axes = axes_of(axis, a.shape)
                return each_row(row, rows_of(a, axes)).reshape(ones_at(a.shape, axes))

            return kept

        def impl(a: Any, axis: Any, keepdims: Any) -> Any:
            axes = axes_of(axis, a.shape)
            return each_row(row, rows_of(a, axes)).reshape(kept_shape(a.shape, axes))

        return impl

    stub = _stub(choose)
    _register(function, stub, extra)


def _stub(choose: Any) -> Any:
    def stub(a: Any, axis: Any, keepdims: Any) -> Any:
        raise NotImplementedError

    overload(stub, prefer_literal=True)(choose)
    return stub


def joins_all(axis: Any, a: Any) -> bool:
    """Whether a reduction over ``axis`` gives one number."""
    return known(axis) is None or a.ndim == (len(axis) if isinstance(axis, types.BaseTuple) else 1)


def numba_has(a: Any, axis: Any, keepdims: Any) -> bool:
    """Whether Numba itself reduces this, to one number."""
    return not (is_array(a) or is_number(a)) or (
        is_array(a) and a.ndim > 0 and known(axis) is None and known(keepdims) is False
    )


def _register(function: Any, stub: Any, extra: tuple[str, ...]) -> None:
    """Give ``function`` the overload ``stub``, with NumPy's order of parameters."""
    if not extra:

        @overload(function, prefer_literal=True)
        def plain(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
            if numba_has(a, axis, keepdims):
                return None
            return lambda a, axis=None, out=None, keepdims=False: stub(a, axis, keepdims)

        return

    @overload(function, prefer_literal=True)
    def typed(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
    ) -> Any:
        if numba_has(a, axis, keepdims) or known(dtype) is not None:
            return None
        return lambda a, axis=None, dtype=None, out=None, keepdims=False: stub(a, axis, keepdims)


@register_jitable
def each_row(row: Any, rows: Any) -> Any:
    """The results of ``row`` on all rows."""
    first = row(np.zeros(1, rows.dtype))
    out = np.empty(len(rows), type_of(first))
    for k in range(len(rows)):
        out[k] = row(rows[k])
    return out


def type_of(x: Any) -> Any:
    """The dtype of a number."""
    raise NotImplementedError


@overload(type_of)
def _type_of(x: Any) -> Any:
    dtype = types.NumberClass(types.unliteral(x)) if not isinstance(x, types.Boolean) else None
    if dtype is None:
        return lambda x: np.bool_
    numpy_dtype = np.dtype(str(types.unliteral(x))).type
    return lambda x: numpy_dtype


@register_jitable
def row_sum(x: Any) -> Any:
    return np.sum(x)


@register_jitable
def row_product(x: Any) -> Any:
    return np.prod(x)


@register_jitable
def row_max(x: Any) -> Any:
    return np.max(x)


@register_jitable
def row_min(x: Any) -> Any:
    return np.min(x)


@register_jitable
def row_mean(x: Any) -> Any:
    return np.mean(x)


@register_jitable
def row_all(x: Any) -> Any:
    return np.all(x)


@register_jitable
def row_any(x: Any) -> Any:
    return np.any(x)


reduction(np.sum, row_sum, "dtype")
reduction(np.prod, row_product)
reduction(np.mean, row_mean, "dtype")
reduction(np.max, row_max)
reduction(np.min, row_min)
reduction(np.all, row_all)
reduction(np.any, row_any)


# --- variance ---------------------------------------------------------------------------------


@register_jitable
def centred_squares(rows: Any, ddof: Any, out: Any) -> Any:
    """The variance of each row, in ``out``."""
    for k in range(len(rows)):
        row = rows[k]
        middle = np.sum(row) / len(row)
        sum_of_squares = 0.0
        for v in row:
            sum_of_squares += abs(v - middle) ** 2
        out[k] = sum_of_squares / max(len(row) - ddof, 0)
    return out


def variance(a: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
    """``np.var`` with all its parameters."""
    raise NotImplementedError


@overload(variance, prefer_literal=True)
def _variance(a: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
    if not is_array(a):
        return None
    dtype = inexact(a, real=True)
    if known(keepdims):

        def kept(a: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
            axes = axes_of(axis, a.shape)
            rows = rows_of(a, axes)
            found = centred_squares(rows, ddof, np.empty(len(rows), dtype))
            return found.reshape(ones_at(a.shape, axes))

        return kept
    if joins_all(axis, a):
        return lambda a, axis, ddof, keepdims: centred_squares(
            np.ascontiguousarray(a).reshape((1, a.size)), ddof, np.empty(1, dtype)
        )[0]

    def impl(a: Any, axis: Any, ddof: Any, keepdims: Any) -> Any:
        axes = axes_of(axis, a.shape)
        rows = rows_of(a, axes)
        found = centred_squares(rows, ddof, np.empty(len(rows), dtype))
        return found.reshape(kept_shape(a.shape, axes))

    return impl


@overload(np.var, prefer_literal=True)
def _var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
) -> Any:
    return lambda a, axis=None, dtype=None, out=None, ddof=0, keepdims=False: variance(
        a, axis, ddof, keepdims
    )


@overload(np.std, prefer_literal=True)
def _std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
) -> Any:
    return lambda a, axis=None, dtype=None, out=None, ddof=0, keepdims=False: np.sqrt(
        variance(a, axis, ddof, keepdims)
    )
