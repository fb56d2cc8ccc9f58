"""Differences, convolution, interpolation, and special functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    is_number,
    ndim_of,
    overload,
    register_jitable,
)
from srcgrad.backend.numba_overloads.elementwise import elementwise


@overload(runtime.undiff)
def _undiff(v: Any, n: Any, axis: Any, shape: Any) -> Any:
    if v.ndim != 1:
        return None

    def impl(v: Any, n: Any, axis: Any, shape: Any) -> Any:
        if v.size == 0:
            return np.zeros(shape, v.dtype)
        for _ in range(n):
            longer = np.zeros(len(v) + 1, v.dtype)
            longer[1:] += v
            longer[:-1] -= v
            v = longer
        return v

    return impl


@overload(runtime.exponent_of)
def _exponent_of(x: Any) -> Any:
    return lambda x: np.int64(math.frexp(x)[1])


# --- interpolation ----------------------------------------------------------------------------


@register_jitable
def segment(x: Any, xp: Any) -> Any:
    """The knot to the left of ``x``."""
    k = np.searchsorted(xp, x, side="right") - 1
    return min(max(k, 0), len(xp) - 2)


def points(x: Any) -> Any:
    """A number, or the elements of an array, as a vector."""
    raise NotImplementedError


@overload(points)
def _points(x: Any) -> Any:
    if is_number(x):
        return lambda x: np.array([x])
    return lambda x: np.ascontiguousarray(x).reshape(x.size)


def values_at(v: Any, x: Any) -> Any:
    """``v`` broadcast to the shape of ``x``, as a vector."""
    raise NotImplementedError


@overload(values_at)
def _values_at(v: Any, x: Any) -> Any:
    if is_number(x):
        return lambda v, x: points(v)
    if is_number(v):
        return lambda v, x: np.full(x.size, v)
    return lambda v, x: points(np.broadcast_to(v, x.shape))


@register_jitable
def slopes(x: Any, xp: Any, fp: Any) -> Any:
    out = np.zeros(len(x))
    for i in range(len(x)):
        k = segment(x[i], xp)
        if xp[0] <= x[i] <= xp[-1]:
            rise = np.float64(fp[k + 1]) - np.float64(fp[k])
            out[i] = rise / (np.float64(xp[k + 1]) - np.float64(xp[k]))
    return out


@overload(runtime.interp_slope)
def _interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    if ndim_of(x) == 0:
        return lambda x, xp, fp: slopes(points(x), xp, fp)[0]
    return lambda x, xp, fp: slopes(points(x), xp, fp).reshape(x.shape)


@overload(runtime.unslope)
def _unslope(v: Any, x: Any, xp: Any) -> Any:
    def impl(v: Any, x: Any, xp: Any) -> Any:
        out = np.zeros(len(xp))
        at, values = points(x), values_at(v, x)
        for i in range(len(at)):
            k = segment(at[i], xp)
            if xp[0] <= at[i] <= xp[-1]:
                part = values[i] / (np.float64(xp[k + 1]) - np.float64(xp[k]))
                out[k + 1] += part
                out[k] -= part
        return out

    return impl


@overload(runtime.uninterp)
def _uninterp(v: Any, x: Any, xp: Any) -> Any:
    def impl(v: Any, x: Any, xp: Any) -> Any:
        out = np.zeros(len(xp))
        at, values = points(x), values_at(v, x)
        for i in range(len(at)):
            k = segment(at[i], xp)
            first, second = np.float64(xp[k]), np.float64(xp[k + 1])
            share = min(max((at[i] - first) / (second - first), 0.0), 1.0)
            out[k + 1] += values[i] * share
            out[k] += values[i] * (1.0 - share)
        return out

    return impl


# --- special functions ------------------------------------------------------------------------


@elementwise(runtime.sinc_derivative)
def _sinc_derivative(x: Any, n: Any) -> Any:
    z2 = (np.pi * x) ** 2
    scale = (-np.pi * np.pi) ** n
    if z2 < (n + 1.0) ** 2:
        series = 1.0
        for k in range(14 + n, 0, -1):
            series = 1.0 - series * z2 / (2.0 * k * (2 * n + 2 * k + 1))
        for k in range(n):
            series = series / (2.0 * k + 3.0)
        return scale * series
    below, here = np.cos(np.sqrt(z2)), np.sin(np.sqrt(z2)) / np.sqrt(z2)
    for k in range(n):
        below, here = here, ((2.0 * k + 1.0) * here - below) / z2
    return scale * here
