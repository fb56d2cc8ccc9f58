"""Solutions, determinants, norms, and their adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    axes_of,
    inexact,
    is_array,
    known,
    overload,
    register_jitable,
    rows_of,
)
from srcgrad.backend.numba_overloads.reductions import kept_shape, ones_at


@register_jitable
def solved(a: Any, v: Any) -> Any:
    return np.linalg.solve(np.ascontiguousarray(a), np.ascontiguousarray(v))


@overload(runtime.solve_like)
def _solve_like(a: Any, v: Any, b: Any) -> Any:
    return (lambda a, v, b: solved(a, v)) if a.ndim == 2 and v.ndim <= 2 else None


@overload(runtime.outer_like)
def _outer_like(t: Any, y: Any, b: Any) -> Any:
    if b.ndim == 1:
        return (lambda t, y, b: np.outer(t, y)) if t.ndim == 1 else None
    return lambda t, y, b: t @ runtime.mT(y)


@overload(runtime.times_like)
def _times_like(a: Any, v: Any, b: Any) -> Any:
    return lambda a, v, b: a @ v


@overload(runtime.cofactor)
def _cofactor(a: Any) -> Any:
    if a.ndim != 2:
        return None

    dtype = inexact(a)

    def impl(a: Any) -> Any:
        u, s, vh = np.linalg.svd(np.ascontiguousarray(a))
        sign = np.linalg.det(u) * np.linalg.det(vh)
        rest = np.empty(len(s), dtype)
        for k in range(len(s)):
            rest[k] = sign * np.prod(s[:k]) * np.prod(s[k + 1 :])
        return (np.conj(u) * rest) @ np.conj(vh)

    return impl


@overload(runtime.of_lower)
def _of_lower(a: Any) -> Any:
    if a.ndim != 2:
        return None

    def impl(a: Any) -> Any:
        out = np.empty_like(a)
        for i in range(len(a)):
            for j in range(i + 1):
                out[j, i] = np.conj(a[i, j])
                out[i, j] = a[i, j]
        return out

    return impl


@overload(runtime.folded)
def _folded(v: Any) -> Any:
    if v.ndim != 2:
        return None

    def impl(v: Any) -> Any:
        out = np.zeros_like(v)
        for i in range(len(v)):
            for j in range(i):
                out[i, j] = v[i, j] + np.conj(v[j, i])
            out[i, i] = v[i, i]
        return out

    return impl


@overload(runtime.gaps)
def _gaps(w: Any) -> Any:
    if w.ndim != 1:
        return None

    def impl(w: Any) -> Any:
        out = np.zeros((len(w), len(w)), w.dtype)
        for i in range(len(w)):
            for j in range(len(w)):
                if i != j:
                    out[i, j] = 1 / (w[j] - w[i])
        return out

    return impl


@overload(runtime.inv_or_inf)
def _inv_or_inf(a: Any) -> Any:
    if a.ndim != 2:
        return None

    dtype = inexact(a)

    def impl(a: Any) -> Any:
        whole = np.ascontiguousarray(a)
        if np.linalg.slogdet(whole)[0] != 0:
            return np.ascontiguousarray(np.linalg.inv(whole)).astype(dtype)
        return (np.ascontiguousarray(runtime.cofactor(a).T) / np.linalg.det(whole)).astype(dtype)

    return impl


@overload(np.linalg.svdvals)
def _svdvals(x: Any) -> Any:
    if x.ndim != 2:
        return None
    return lambda x: np.linalg.svd(np.ascontiguousarray(x), False)[1]


@register_jitable
def one_row(x: Any) -> Any:
    return np.ascontiguousarray(x).reshape(1, x.size)


@register_jitable
def rows(x: Any) -> Any:
    return x


def as_matrices(*arrays: Any) -> Any:
    """For each array, what makes a matrix of it; None where one has more axes, or none."""
    ranks = [x.ndim if is_array(x) else 0 for x in arrays]
    return [one_row if n == 1 else rows for n in ranks] if set(ranks) <= {1, 2} else None


@overload(runtime.kron_bar_a)
def _kron_bar_a(y_bar: Any, a: Any, b: Any) -> Any:
    made = as_matrices(y_bar, a, b)
    if made is None:
        return None
    of_y, of_a, of_b = made

    def impl(y_bar: Any, a: Any, b: Any) -> Any:
        y, own, other = of_y(y_bar), of_a(a), of_b(b)
        n, m = other.shape
        out = np.empty(own.shape, y_bar.dtype)
        for i in range(own.shape[0]):
            for j in range(own.shape[1]):
                out[i, j] = np.sum(y[i * n : i * n + n, j * m : j * m + m] * other)
        return out.reshape(a.shape)

    return impl


@overload(runtime.kron_bar_b)
def _kron_bar_b(y_bar: Any, a: Any, b: Any) -> Any:
    made = as_matrices(y_bar, a, b)
    if made is None:
        return None
    of_y, of_a, of_b = made

    def impl(y_bar: Any, a: Any, b: Any) -> Any:
        y, own, other = of_y(y_bar), of_b(b), of_a(a)
        n, m = own.shape
        out = np.empty(own.shape, y_bar.dtype)
        for i in range(n):
            for j in range(m):
                out[i, j] = np.sum(y[i::n, j::m] * other)
        return out.reshape(b.shape)

    return impl


@overload(runtime.norm_power)
def _norm_power(ord: Any) -> Any:
    if known(ord) in (None, "fro"):
        return lambda ord: 1.0
    if isinstance(ord, types.UnicodeType | types.StringLiteral):
        return lambda ord: 1.0 if ord == "fro" else 0.0
    return lambda ord: 0.0 if ord == 0 or np.isinf(ord) else ord - 1.0


@overload(runtime.norm_factor, prefer_literal=True)
def _norm_factor(
    x: Any, r: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, n: Any = 0
) -> Any:
    """The 2-norm, and any norm of vectors; not those of matrices."""
    if not is_array(x):
        return None
    order = known(ord)
    euclidean = order in (None, "fro")
    if not (euclidean or is_of_vectors(x, axis)):
        return None

    def impl(
        x: Any, r: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, n: Any = 0
    ) -> Any:
        return power_share(
            x, runtime.unreduce(r, x.shape, axis, keepdims), 2.0 if euclidean else float(ord), n
        )

    def general(
        x: Any, r: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, n: Any = 0
    ) -> Any:
        return share_of_order(x, runtime.unreduce(r, x.shape, axis, keepdims), float(ord), axis, n)

    return impl if euclidean else general


def is_of_vectors(x: Any, axis: Any) -> bool:
    """Whether a norm is one of vectors: over one axis."""
    if known(axis) is None:
        return bool(x.ndim == 1)
    return not isinstance(axis, types.BaseTuple) or len(axis) == 1


@register_jitable
def share_of_order(x: Any, r: Any, p: Any, axis: Any, n: Any) -> Any:
    """``power_share``, also of an infinite order: compiled once for all orders."""
    if np.isinf(p):
        if n > 0:
            return x.dtype.type(0) * x
        hit = (np.abs(x) == r).astype(x.dtype)
        return np.sign(x) * hit / np.sum(hit, axis=axis, keepdims=True)
    return power_share(x, r, p, n)


@register_jitable
def power_share(x: Any, r: Any, p: Any, n: Any) -> Any:
    """The derivative of the norm ``r`` of order ``p`` by ``x``; ``n`` more with ``r`` held fixed."""
    out = np.zeros_like(x)
    scale = 1.0
    for k in range(1, n + 1):
        scale *= p - k
    if p == 0 or scale == 0:
        return x.dtype.type(0) * x
    for place in np.ndindex(x.shape):
        v, whole = x[place], r[place]
        if whole == 0 or (v == 0 and p <= 1):
            continue
        if p == 2:
            out[place] = (v if n == 0 else 1.0) / whole
        else:
            size = scale * np.abs(v) ** (p - 1.0 - n) / whole ** (p - 1.0)
            out[place] = size * np.sign(v) ** (n + 1)
    return out


@register_jitable
def row_norms(rows: Any, p: Any, out: Any) -> Any:
    """The norm of order ``p`` of each row, in ``out``."""
    for k in range(len(rows)):
        sizes = np.abs(rows[k])
        if p == np.inf:
            out[k] = np.max(sizes)
        elif p == -np.inf:
            out[k] = np.min(sizes)
        elif p == 0:
            out[k] = np.sum(sizes != 0)
        elif p == 1:
            out[k] = np.sum(sizes)
        elif p == 2:
            out[k] = np.sqrt(np.sum(sizes * sizes))
        else:
            out[k] = np.sum(sizes**p) ** (1.0 / p)
    return out


@overload(np.linalg.norm, prefer_literal=True)
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """Norms of vectors along an axis; those of matrices are the 2-norm of all elements only."""
    if not is_array(x) or (known(axis) is None and known(keepdims) is False):
        return None
    euclidean = known(ord) in (None, "fro")
    if not (euclidean or is_of_vectors(x, axis)):
        return None
    kind = inexact(x, real=True).type
    shape_of = ones_at if known(keepdims) else kept_shape
    if euclidean:
        return lambda x, ord=None, axis=None, keepdims=False: norms_along(
            x, 2.0, axis, kind, shape_of
        )
    return lambda x, ord=None, axis=None, keepdims=False: norms_along(
        x, float(ord), axis, kind, shape_of
    )


@register_jitable
def norms_along(x: Any, p: Any, axis: Any, kind: Any, shape_of: Any) -> Any:
    """The norms of order ``p``: compiled once for all orders."""
    axes = axes_of(axis, x.shape)
    rows = rows_of(x, axes)
    return row_norms(rows, p, np.empty(len(rows), kind)).reshape(shape_of(x.shape, axes))
