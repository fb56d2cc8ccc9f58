"""Correlations and splines on grids, and their adjoints. SciPy is imported where it is called."""

from __future__ import annotations

import importlib
import itertools
from math import comb, factorial
from typing import Any

import numpy as np

# modes of scipy.ndimage -> those of np.pad
PADDED = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "mirror": "reflect",
    "nearest": "edge",
    "wrap": "wrap",
    "grid-wrap": "wrap",
    "constant": "constant",
    "grid-constant": "constant",
}
BLOCK = 1 << 14  # points that are done at once
SHORT = 64  # an axis along which nothing of one end reaches the other

# --- correlation: with y[i] = sum w[k] x[i + k - m // 2 - origin], the three parts of sum v y ---------


def correlated(x: Any, w: Any, mode: str, cval: float, origins: tuple[int, ...]) -> Any:
    """``scipy.ndimage.correlate``, for weights of the rank of ``x``."""
    ndimage = importlib.import_module("scipy.ndimage")
    return ndimage.correlate(x, w, None, mode, cval, origins)


def uncorrelated(v: Any, w: Any, mode: str, origins: tuple[int, ...]) -> Any:
    """The adjoint of ``correlated`` by ``x``: what falls on the border is folded back."""
    ndimage = importlib.import_module("scipy.ndimage")
    if v.size == 0:
        return np.zeros_like(v)
    wide = np.pad(v, [(m - 1, m - 1) for m in w.shape])
    whole = ndimage.correlate(wide, np.flip(w), np.float64, "constant")
    for axis, (m, n) in enumerate(zip(w.shape, v.shape, strict=True)):
        cut = np.moveaxis(whole, axis, 0)[m // 2 : m // 2 + n + m - 1]
        whole = np.moveaxis(_folded(cut, n, m // 2 + origins[axis], mode), 0, axis)
    return whole.astype(v.dtype)


def _folded(g: Any, n: int, left: int, mode: str) -> Any:
    """The adjoint of padding ``n`` elements, ``left`` of them before, along the first axis."""
    found = g[left : left + n].copy()
    if PADDED[mode] != "constant":
        places = np.pad(np.arange(n), (left, len(g) - n - left), mode=PADDED[mode])  # type: ignore[call-overload]
        for k in itertools.chain(range(left), range(left + n, len(g))):
            found[places[k]] += g[k]
    return found


def correlation_taps(
    x: Any, v: Any, shape: tuple[int, ...], mode: str, cval: float, origins: tuple[int, ...]
) -> Any:
    """The adjoint of ``correlated`` by weights of this shape."""
    found = np.zeros(shape)
    if v.size == 0:
        return found
    x, v = np.asarray(x, np.float64), np.asarray(v, np.float64)
    befores = [m // 2 + origin for m, origin in zip(shape, origins, strict=True)]
    widths = [(before, m - 1 - before) for before, m in zip(befores, shape, strict=True)]
    given = {"constant_values": cval} if PADDED[mode] == "constant" else {}
    wide = np.pad(x, widths, mode=PADDED[mode], **given)  # type: ignore[call-overload]
    for k in np.ndindex(shape):
        found[k] = np.sum(wide[tuple(slice(a, a + n) for a, n in zip(k, v.shape, strict=True))] * v)
    return found


# --- splines: their coefficients ----------------------------------------------------------------------


def spline_coefficients(x: Any, axes: tuple[int, ...], order: int, mode: str) -> Any:
    """The coefficients of the spline through ``x``, along axes, in double precision."""
    ndimage = importlib.import_module("scipy.ndimage")
    found = np.asarray(x, np.float64)
    for axis in axes if found.size else ():
        found = ndimage.spline_filter1d(found, order, axis, np.float64, mode)
    return found


def spline_adjoint(v: Any, axes: tuple[int, ...], order: int, mode: str) -> Any:
    """The adjoint of ``spline_coefficients``.

    The matrix of the spline is symmetric; if the ends are mirrored, it is with half of its end rows.
    That of short axes is taken as SciPy has it, whose ends are not exactly so.
    """
    found = np.asarray(v, np.float64)
    for axis in axes if found.size and order > 1 else ():
        n = found.shape[axis]
        if n <= SHORT:
            matrix = spline_coefficients(np.eye(n), (0,), order, mode)
            found = np.moveaxis(np.moveaxis(found, axis, -1) @ matrix, -1, axis)
            continue
        halves = np.ones([n if k == axis % found.ndim else 1 for k in range(found.ndim)])
        if mode not in ("reflect", "grid-mirror", "grid-wrap", "nearest"):
            halves.flat[0] = halves.flat[-1] = 0.5
        found = halves * spline_coefficients(found / halves, (axis,), order, mode)
    return found


# --- splines: their values and derivatives ------------------------------------------------------------


def sampled(c: Any, q: Any, order: int, mode: str, cval: float, m: int) -> Any:
    """The ``m``-th derivatives of a spline at points: an axis of each coordinate for each of them.

    ``q`` has one row for each axis of the coefficients ``c``, as in ``scipy.ndimage``.
    """
    if m == 0:
        ndimage = importlib.import_module("scipy.ndimage")
        return ndimage.map_coordinates(c, q, np.float64, order, mode, cval, prefilter=False)
    rank, points = len(q), q[0].size
    found = np.zeros((rank,) * m + (points,))
    for part in _blocks(points):
        taps = _taps(q.reshape(rank, -1)[:, part], c.shape, order, mode, m)
        values = c[taps.places]
        if mode == "grid-constant":
            values = np.where(taps.inside, values, cval)
        for js in itertools.product(range(rank), repeat=m):
            place: Any = (*js, part)
            found[place] = _contracted(values, [taps.weights[k][js.count(k)] for k in range(rank)])
    return found.reshape((rank,) * m + q.shape[1:])


def scattered(v: Any, q: Any, shape: tuple[int, ...], order: int, mode: str, m: int) -> Any:
    """The adjoint of ``sampled`` by coefficients of this shape."""
    rank, points = len(q), q[0].size
    flat = np.zeros(int(np.prod(shape)))
    v = np.asarray(v, np.float64).reshape((rank,) * m + (points,))
    for part in _blocks(points):
        taps = _taps(q.reshape(rank, -1)[:, part], shape, order, mode, m)
        total: Any = 0.0
        for js in itertools.product(range(rank), repeat=m):
            place: Any = (*js, part)
            product = v[place].reshape((-1,) + (1,) * rank)
            for k in range(rank):
                product = product * _along(taps.weights[k][js.count(k)], k, rank)
            total = total + product
        total = np.where(taps.inside, total, 0.0)
        places = np.broadcast_to(np.ravel_multi_index(taps.places, shape), total.shape)
        flat += np.bincount(places.ravel(), total.ravel(), flat.size)
    return flat.reshape(shape)


def inner_axes(m: int) -> tuple[int, ...]:
    """The axes of ``m`` derivatives behind a first one."""
    return tuple(range(1, m + 1))


def _blocks(points: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, points, BLOCK)]


class _Taps:
    """The coefficients that make a value: places, whether they are inside, weights by derivative."""

    places: tuple[Any, ...]
    inside: Any
    weights: list[list[Any]]


def _taps(q: Any, shape: tuple[int, ...], order: int, mode: str, m: int) -> _Taps:
    rank = len(shape)
    found = _Taps()
    found.weights, places, inside = [], [], np.ones((1,) * (rank + 1), bool)
    own = "mirror" if mode in ("constant", "wrap") else mode
    for k, n in enumerate(shape):
        at, slope = q[k], np.ones_like(q[k])
        if mode not in ("grid-constant", "nearest"):
            at, slope = _mapped(at, n, mode)
        start = np.floor(at if order % 2 else at + 0.5) - order // 2
        taps = start[:, None] + np.arange(order + 1)
        within = np.ones_like(taps, bool)
        if mode == "grid-constant":
            within = (taps >= 0) & (taps < n)
            row = np.clip(taps, 0, n - 1)
        else:
            row = _mapped(taps, n, own)[0]
        lost = np.isnan(at)[:, None]  # the constant, or no number
        places.append(_along(np.where(lost, 0, row).astype(int), k, rank))
        inside = inside & _along(within & ~lost, k, rank)
        t = at[:, None] - taps
        found.weights.append(
            [
                np.where(lost, 0.0, slope[:, None] ** nu * spline_weight(t, order, nu))
                for nu in range(m + 1)
            ]
        )
    found.places, found.inside = tuple(places), inside
    return found


def _along(rows: Any, k: int, rank: int) -> Any:
    """Rows of taps as an array of points and an axis for each coordinate, the ``k``-th of them."""
    return rows.reshape(len(rows), *(rows.shape[1] if j == k else 1 for j in range(rank)))


def _contracted(values: Any, weights: list[Any]) -> Any:
    """The sum over taps of values times the weights of each axis."""
    for row in reversed(weights):
        values = np.sum(values * row.reshape(len(row), *(1,) * (values.ndim - 2), -1), axis=-1)
    return values


def spline_weight(t: Any, order: int, nu: int) -> Any:
    """The ``nu``-th derivative of the centred B-spline of this order (Schoenberg 1946)."""
    if nu > order:
        return np.zeros_like(t)
    if nu:
        lower = [spline_weight(t + shift, order - 1, nu - 1) for shift in (0.5, -0.5)]
        return lower[0] - lower[1]
    if order == 0:
        return ((t >= -0.5) & (t < 0.5)).astype(np.float64)
    half = 0.5 * (order + 1)
    terms = [
        (-1) ** k * comb(order + 1, k) * np.maximum(half - np.abs(t) - k, 0.0) ** order
        for k in range(order + 1)
    ]
    return sum(terms) / factorial(order)


def _mapped(c: Any, n: int, mode: str) -> tuple[Any, Any]:
    """Where a coordinate outside is read, and the slope of that; NaN where a constant is read."""
    c = np.asarray(c, np.float64)
    one, below, above = np.ones_like(c), c < 0, c > n - 1
    if mode == "constant":
        return np.where(below | above, np.nan, c), one
    if mode == "nearest":
        return np.clip(c, 0, n - 1), np.where(below | above, 0.0, 1.0)
    if n == 1:
        return np.where(below | above, 0.0, c), np.where(below | above, 0.0, 1.0)
    if mode in ("wrap", "grid-wrap"):
        size = n - 1 if mode == "wrap" else n
        up = np.trunc(-c / size) + 1 if mode == "wrap" else np.trunc((-1 - c) / size) + 1
        return np.where(
            below, c + size * up, np.where(above, c - size * np.trunc(c / size), c)
        ), one
    whole = 2 * n - 2 if mode == "mirror" else 2 * n
    shift = 0 if mode == "mirror" else 1
    low = c + whole * np.trunc(-c / whole)
    turned = low <= 1 - n if mode == "mirror" else low < -n
    low, low_slope = np.where(turned, low + whole, -low - shift), np.where(turned, 1.0, -1.0)
    high = c - whole * np.trunc(c / whole)
    high, high_slope = (
        np.where(high >= n, whole - high - shift, high),
        np.where(high >= n, -1.0, 1.0),
    )
    return (
        np.where(below, low, np.where(above, high, c)),
        np.where(below, low_slope, np.where(above, high_slope, one)),
    )
