"""Adjoints of reductions, differences, convolution, interpolation. NumPy only: generated code calls these."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcgrad.runtime.basics import _normalized, unreduce


def count(shape: tuple[int, ...], axis: Any) -> int:
    """The number of elements that a reduction of this shape over ``axis`` joins."""
    return math.prod([shape[k] for k in _normalized(axis, len(shape))])


def freedom(shape: tuple[int, ...], axis: Any, ddof: Any) -> Any:
    """The divisor of ``np.var``."""
    return max(count(shape, axis) - ddof, 0)


def first_largest(xs: Any) -> int:
    """Where ``max(xs)`` finds what it gives: the first of equals, and what it makes of NaN."""
    if np.ndim(xs) == 1 and len(xs) and not np.any(np.isnan(xs)):
        return int(np.argmax(xs))
    if len(xs) == 0:
        max(())  # it raises
    return max(range(len(xs)), key=xs.__getitem__)


def first_smallest(xs: Any) -> int:
    """Where ``min(xs)`` finds what it gives."""
    if np.ndim(xs) == 1 and len(xs) and not np.any(np.isnan(xs)):
        return int(np.argmin(xs))
    if len(xs) == 0:
        min(())  # it raises
    return min(range(len(xs)), key=xs.__getitem__)


def ties(a: Any, y: Any, axis: Any, keepdims: bool) -> Any:
    """The extremum ``y`` of ``a``, shared evenly: 1 over their number where ``a`` equals it."""
    if axis is None and isinstance(a, np.ndarray) and a.ndim:
        at = np.equal(a, y)
        number = np.count_nonzero(at)
        return at.astype(a.dtype) if number == 1 else np.divide(at, number, dtype=a.dtype)
    at = np.equal(a, unreduce(y, np.shape(a), axis, keepdims))
    number = np.sum(at, axis=_normalized(axis, np.ndim(a)), keepdims=True)
    return np.divide(at, number, dtype=np.asarray(a).dtype).reshape(np.shape(a))[()]


def to_ties(v: Any, a: Any, y: Any, axis: Any, keepdims: bool) -> Any:
    """``v``, shared evenly among the elements of ``a`` that equal its extremum ``y``; 0 for others.

    NaN for all if none equals it, as it is NaN.
    """
    found = _places_of_ties(v, a, y, axis, keepdims)
    if found is None:
        shares = unreduce(v, np.shape(a), axis, keepdims) * ties(a, y, axis, keepdims)
        return np.ascontiguousarray(shares) if np.ndim(a) else shares
    out = np.zeros(np.shape(a), a.dtype)
    out.reshape(-1)[found[0]] = found[1]
    return out


def add_to_ties(x: Any, v: Any, a: Any, y: Any, axis: Any, keepdims: bool) -> None:
    """``x += to_ties(v, a, y, axis, keepdims)``"""
    found = _places_of_ties(v, a, y, axis, keepdims) if x.flags.c_contiguous else None
    if found is None:
        x += to_ties(v, a, y, axis, keepdims)
    else:
        x.reshape(-1)[found[0]] += found[1]


def _places_of_ties(v: Any, a: Any, y: Any, axis: Any, keepdims: bool) -> Any:
    """The places in ``a``, flat, that share ``v``, and the shares; None if it is not so simple.

    It is for the extremum of all elements, and along one axis without ties.
    """
    if not isinstance(a, np.ndarray) or not a.ndim:
        return None
    if axis is None or a.ndim == 1:
        (places,) = np.equal(a, y).reshape(-1).nonzero()
        shares = np.reshape(v, -1) if keepdims else v
        return (places, shares / places.size) if places.size else None
    if not isinstance(axis, int):
        return None
    shape = a.shape
    k = axis % len(shape)
    n, behind = shape[k], math.prod(shape[k + 1 :])
    at = np.equal(a, y if keepdims else np.reshape(y, (*shape[:k], 1, *shape[k + 1 :])))
    (places,), shares = at.reshape(-1).nonzero(), np.reshape(v, -1)
    if places.size != shares.size:
        return None
    if behind == 1:
        lines = places // max(n, 1)
        return (places, shares) if (lines == np.arange(shares.size)).all() else None
    lines = places // (n * behind) * behind + places % behind if places.size else places
    return (places, shares[lines]) if at.any(axis=k).all() else None


def median_weights(a: Any, axis: Any) -> Any:
    """1 at the element in the middle, or 1/2 at each of two; 0 elsewhere."""

    def weights(line: Any) -> Any:
        n = line.shape[-1]
        middle = np.argsort(line, axis=-1, kind="stable")[..., (n - 1) // 2 : n // 2 + 1]
        out = np.zeros_like(line)
        np.put_along_axis(out, middle, 1.0 if n % 2 else 0.5, axis=-1)
        return out

    return _along_lines(weights, axis, a)


def others(a: Any, axis: Any) -> Any:
    """For each element of ``a`` the product of the others that ``np.prod`` over ``axis`` joins."""
    return exclusive_product(a, axis) * exclusive_product(a, axis, -1)


def exclusive_product(a: Any, axis: Any, direction: int = 1) -> Any:
    """For each element of ``a`` the product of those before it (-1: after it) along ``axis``."""
    return _along_lines(_product_before, axis, a, direction=direction)


def horner(v: Any, a: Any, axis: Any, direction: int = 1) -> Any:
    """``h[i] = v[i+1] + a[i+1] * h[i+1]`` along ``axis``, from 0 at its end (-1: mirrored)."""
    return _along_lines(_horner, axis, v, a, direction=direction)


def _product_before(line: Any) -> Any:
    out = np.ones_like(line)
    np.cumprod(line[..., :-1], axis=-1, out=out[..., 1:])
    return out


def _horner(v: Any, a: Any) -> Any:
    out = np.zeros_like(v)
    before = _product_before(a)
    size = np.abs(before)
    limit = np.sqrt(np.finfo(a.dtype).tiny)
    if np.all((size > limit) & (size < 1.0 / limit)):  # divide by the products: one pass
        later = np.cumsum((v * before)[..., :0:-1], axis=-1)[..., ::-1]
        np.divide(later, before[..., 1:], out=out[..., :-1])
    else:
        for i in range(a.shape[-1] - 2, -1, -1):
            out[..., i] = v[..., i + 1] + a[..., i + 1] * out[..., i + 1]
    return out


def _along_lines(function: Any, axis: Any, *arrays: Any, direction: int = 1) -> Any:
    """``function`` of arrays of one shape with all of ``axis`` joined into one last axis."""
    shape = np.shape(arrays[0])
    axes = _normalized(axis, len(shape))
    last = tuple(range(len(shape) - len(axes), len(shape)))
    moved = [np.moveaxis(x, axes, last) for x in arrays]
    lines = [x.reshape(*x.shape[: len(shape) - len(axes)], count(shape, axis)) for x in moved]
    if lines[0].size == 0:
        return arrays[0].copy()
    result = function(*[x[..., ::direction] for x in lines])[..., ::direction]
    result = np.moveaxis(result.reshape(moved[0].shape), last, axes)
    return result if isinstance(arrays[0], np.ndarray) else result[()]


def undiff(v: Any, n: int, axis: int, shape: tuple[int, ...]) -> Any:
    """The adjoint of ``np.diff`` for an operand of this shape."""
    if v.size == 0:
        return np.zeros(shape, v.dtype)
    zero = np.zeros([1 if k == axis % v.ndim else size for k, size in enumerate(v.shape)], v.dtype)
    for _ in range(n):
        v = -np.diff(v, axis=axis, prepend=zero, append=zero)
    return v


def lag_part(v: Any, a: Any, b: Any, mode: str, mirrored: bool = False) -> Any:
    """What ``np.convolve`` (mirrored: ``np.correlate``) in ``mode`` keeps of the full result ``v``.

    ``a`` and ``b`` are the shapes of its operands.
    """
    return v[_kept_lags(a, b, mode, mirrored)]


def full_lag(v: Any, a: Any, b: Any, mode: str, mirrored: bool = False) -> Any:
    """``v`` between the zeros that make it a full result: the adjoint of ``lag_part``."""
    full = np.zeros(math.prod(a) + math.prod(b) - 1, v.dtype)
    full[_kept_lags(a, b, mode, mirrored)] = v
    return full


def _kept_lags(a: Any, b: Any, mode: str, mirrored: bool) -> slice:
    m, n = math.prod(a), math.prod(b)
    short, long = min(m, n), max(m, n)
    start, length = 0, short + long - 1
    if mode == "same":
        start, length = (short - 1) // 2, long
    elif mode == "valid":
        start, length = short - 1, long - short + 1
    if mirrored and m < n:
        start = short + long - 1 - length - start
    return slice(start, start + length)


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """The slope of ``np.interp(x, xp, fp)`` at ``x``: 0 outside, to the right at a knot."""
    fp, xp = np.asarray(fp, "float64"), np.asarray(xp, "float64")
    left, inside = _segments(x, xp)
    slope = (np.take(fp, left + 1) - np.take(fp, left)) / (
        np.take(xp, left + 1) - np.take(xp, left)
    )
    return np.where(inside, slope, 0.0)[()]


def unslope(v: Any, x: Any, xp: Any) -> Any:
    """The adjoint of ``interp_slope`` as a function of ``fp``."""
    xp = np.asarray(xp, "float64")
    left, inside = _segments(x, xp)
    part = np.where(inside, v / (np.take(xp, left + 1) - np.take(xp, left)), 0.0)
    out = np.zeros(np.shape(xp))
    np.add.at(out, left + 1, part)
    np.add.at(out, left, -part)
    return out


def uninterp(v: Any, x: Any, xp: Any) -> Any:
    """The adjoint of ``np.interp(x, xp, fp)`` as a function of ``fp``."""
    xp = np.asarray(xp, "float64")
    left, _ = _segments(x, xp)
    first, second = np.take(xp, left), np.take(xp, left + 1)
    share_of_second = np.clip((x - first) / (second - first), 0.0, 1.0)
    out = np.zeros(np.shape(xp))
    np.add.at(out, left + 1, v * share_of_second)
    np.add.at(out, left, v * (1.0 - share_of_second))
    return out


def _segments(x: Any, xp: Any) -> Any:
    """The knot to the left of each ``x``, and whether ``x`` is inside the knots."""
    left = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    return left, (np.asarray(x) >= xp[0]) & (np.asarray(x) <= xp[-1])
