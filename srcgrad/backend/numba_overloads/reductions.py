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


def reduction(function: Any, *, dtype: bool = False) -> None:
    """Overload a reduction of NumPy for ``axis`` and ``keepdims``; with ``dtype`` it has that too."""
    if not dtype:

        @overload(function, prefer_literal=True)
        def plain(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
            if numba_has(a, axis, keepdims):
                return None
            how, shape_of = way(a, axis, keepdims)
            return lambda a, axis=None, out=None, keepdims=False: how(function, a, axis, shape_of)

        return

    @overload(function, prefer_literal=True)
    def typed(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
    ) -> Any:
        if numba_has(a, axis, keepdims) or known(dtype) is not None:
            return None
        how, shape_of = way(a, axis, keepdims)
        return lambda a, axis=None, dtype=None, out=None, keepdims=False: how(
            function, a, axis, shape_of
        )


def way(a: Any, axis: Any, keepdims: Any) -> tuple[Any, Any]:
    """What reduces by a function of one row, and what gives the shape of the result."""
    if is_number(a):
        return of_number, kept_shape
    if a.ndim == 0:
        return of_no_dimensions, kept_shape
    keep = known(keepdims)
    if keep not in (True, False):
        raise refuse("keepdims must be a literal True or False")
    if joins_all(axis, a) and not keep:
        return of_all, kept_shape
    return reduced, ones_at if keep else kept_shape


def joins_all(axis: Any, a: Any) -> bool:
    """Whether a reduction over ``axis`` gives one number."""
    return known(axis) is None or a.ndim == (len(axis) if isinstance(axis, types.BaseTuple) else 1)


def numba_has(a: Any, axis: Any, keepdims: Any) -> bool:
    """Whether Numba itself reduces this, to one number."""
    return not (is_array(a) or is_number(a)) or (
        is_array(a) and a.ndim > 0 and known(axis) is None and known(keepdims) is False
    )


@register_jitable
def of_number(row: Any, a: Any, axis: Any, shape_of: Any) -> Any:
    return row(np.array([a]))


@register_jitable
def of_no_dimensions(row: Any, a: Any, axis: Any, shape_of: Any) -> Any:
    return row(np.array([a[()]]))


@register_jitable
def of_all(row: Any, a: Any, axis: Any, shape_of: Any) -> Any:
    return row(np.ascontiguousarray(a).reshape(a.size))


@register_jitable
def reduced(row: Any, a: Any, axis: Any, shape_of: Any) -> Any:
    """A reduction over ``axis``: compiled once for all values that it has."""
    axes = axes_of(axis, a.shape)
    return each_row(row, rows_of(a, axes)).reshape(shape_of(a.shape, axes))


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


for with_dtype in (np.sum, np.mean):
    reduction(with_dtype, dtype=True)
for without_dtype in (np.prod, np.max, np.min, np.all, np.any):
    reduction(without_dtype)


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
    if is_number(a):
        return lambda a, axis, ddof, keepdims: variance(np.array([a]), axis, ddof, False)
    if not is_array(a):
        return None
    kind = inexact(a, real=True).type
    keep = known(keepdims)
    if joins_all(axis, a) and not keep:
        return lambda a, axis, ddof, keepdims: centred_squares(
            np.ascontiguousarray(a).reshape((1, a.size)), ddof, np.empty(1, kind)
        )[0]
    shape_of = ones_at if keep else kept_shape
    return lambda a, axis, ddof, keepdims: variances_along(a, axis, ddof, kind, shape_of)


@register_jitable
def variances_along(a: Any, axis: Any, ddof: Any, kind: Any, shape_of: Any) -> Any:
    axes = axes_of(axis, a.shape)
    rows = rows_of(a, axes)
    return centred_squares(rows, ddof, np.empty(len(rows), kind)).reshape(shape_of(a.shape, axes))


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
