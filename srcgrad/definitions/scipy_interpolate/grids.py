"""``scipy.interpolate``: lines, grids, scattered data."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import as_is, defines, known, unsupported
from srcgrad.definitions.scipy_interpolate.grid_splines import SPLINES, on_splines
from srcgrad.definitions.scipy_interpolate.piecewise import (
    double,
    finished,
    interval,
    like_points,
    placed,
)
from srcgrad.definitions.scipy_interpolate.splines import call as spline_call
from srcgrad.definitions.scipy_interpolate.splines import make_interp_spline
from srcgrad.runtime import simplex_vertices, stop_gradient

ORDERS = ("zero", "slinear", "quadratic", "cubic")


class Line:
    """What ``interp1d`` makes."""

    def __init__(self, x, y, kind, axis, fill_value, bounds_error):
        self.x, self.y, self.kind, self.axis = x, y, kind, axis
        self.fill_value, self.bounds_error = fill_value, bounds_error

    def __call__(self, x):
        y = np.moveaxis(self.y, self.axis, 0)
        extrapolated = isinstance(self.fill_value, str)
        below, above = (
            self.fill_value if isinstance(self.fill_value, tuple) else (self.fill_value,) * 2
        )
        if extrapolated and self.kind in ("previous", "next"):
            extrapolated = False
            below, above = (np.nan, y[-1]) if self.kind == "previous" else (y[0], np.nan)
        strict = not extrapolated if self.bounds_error is None else self.bounds_error
        if isinstance(self.fill_value, tuple) or not is_nan(self.fill_value):
            strict = bool(self.bounds_error)
        return along(self.x, y, self.kind, self.axis, (below, above), strict, extrapolated, x)


def is_nan(value):
    return isinstance(value, float) and value != value


@defines(interpolate.interp1d)
def interp1d(
    x,
    y,
    kind="linear",
    axis=-1,
    copy=True,
    bounds_error=None,
    fill_value=np.nan,
    assume_sorted=False,
):
    x, y = np.asarray(x), inexact(y)
    axis, kind = known(axis) % np.ndim(y), known(kind)
    if not assume_sorted:
        order = np.argsort(stop_gradient(x), kind="stable")
        x, y = x[order], np.take(y, order, axis=axis)
    return Line(x, y, kind, axis, fill_value, bounds_error)


def inexact(x):
    x = np.asarray(x)
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def along(x, y, kind, axis, fills, strict, extrapolated, points):
    """The interpolant at points; outside by a value, an error, or its own first and last piece."""
    p = inexact(points)
    made = by_kind(x, y, kind, p)
    if not extrapolated:
        below, above = (
            stop_gradient(p) < stop_gradient(x[0]),
            stop_gradient(p) > stop_gradient(x[-1]),
        )
        if strict and (np.any(below) or np.any(above)):
            raise ValueError("A value in x_new is outside of the interpolation range.")
        dtype = made.dtype
        made = np.where(like_points(made, below), fills[0], made)
        made = np.where(like_points(made, above), fills[1], made).astype(dtype)
    return finished(placed(made, p, axis))


def by_kind(x, y, kind, p):
    if isinstance(kind, int) or kind in ORDERS:
        order = kind if isinstance(kind, int) else ORDERS.index(kind)
        return spline_call(make_interp_spline(x, y, order), p)
    if kind == "linear":
        i = interval(x, p)
        slope = (y[i + 1] - y[i]) / like_points(y[i], x[i + 1] - x[i])
        return slope * like_points(slope, p - x[i]) + y[i]
    return y[nearest(kind, stop_gradient(x), stop_gradient(p))]


def nearest(kind, x, p):
    """The numbers of the data that stand for points."""
    n = len(x)
    if kind == "nearest":
        return np.clip(np.searchsorted(x[1:] / 2.0 + x[:-1] / 2.0, p, side="left"), 0, n - 1)
    if kind == "nearest-up":
        return np.clip(np.searchsorted(x[1:] / 2.0 + x[:-1] / 2.0, p, side="right"), 0, n - 1)
    if kind == "previous":
        return np.clip(np.searchsorted(x, p, side="right"), 1, n) - 1
    if kind != "next":
        unsupported("this kind")
    return np.clip(np.searchsorted(x, p, side="left"), 0, n - 1)


@defines(interpolate.interp1d.__call__)
def interp1d_call(self, x):
    if not isinstance(self, interpolate.interp1d):
        unsupported("another interpolator")  # which inherits this method as well
    if self._kind == "spline":
        unsupported("a spline from outside")
    y = np.moveaxis(self.y, self.axis, 0)
    shape = np.shape(y)[1:]
    if self._extrapolate:
        return along(self.x, y, self._kind, self.axis, (0.0, 0.0), False, True, x)
    fills = filled(self._fill_value_below, shape), filled(self._fill_value_above, shape)
    return along(self.x, y, self._kind, self.axis, fills, self.bounds_error, False, x)


def filled(value, shape):
    return np.reshape(value, ()) if len(shape) == 0 and np.ndim(value) > 0 else value


# --- grids ----------------------------------------------------------------------------------------


class Grid:
    """What ``RegularGridInterpolator`` makes."""

    def __init__(self, grid, values, method, bounds_error, fill_value):
        self.grid, self.values, self.method = grid, values, method
        self.bounds_error, self.fill_value = bounds_error, fill_value

    def __call__(self, xi, method=None, *, nu=None):
        method = self.method if method is None else method
        if nu is not None:
            unsupported("nu=")
        return on_grid(self.grid, self.values, method, self.bounds_error, self.fill_value, xi)


@defines(interpolate.RegularGridInterpolator)
def regular_grid(
    points,
    values,
    method="linear",
    bounds_error=True,
    fill_value=np.nan,
    *,
    solver=None,
    solver_args=None,
):
    if (
        method not in ("linear", "nearest", *SPLINES)
        or solver is not None
        or solver_args is not None
    ):
        unsupported("this method")
    grid, values = [double(axis) for axis in points], inexact(values)
    for axis in grid:
        if np.any(np.diff(axis) <= 0):
            raise NotImplementedError("the points of an axis decrease")
    return Grid(tuple(grid), values, method, bounds_error, fill_value)


@defines(interpolate.interpn)
def interpn(points, values, xi, method="linear", bounds_error=True, fill_value=np.nan):
    return regular_grid(points, values, method, bounds_error, fill_value)(xi)


STORED = isinstance(getattr(interpolate.RegularGridInterpolator, "grid", None), property)


@defines(interpolate.RegularGridInterpolator.__call__)
def regular_grid_call(self, xi, method=None, *, nu=None):
    method = self.method if method is None else method
    if method not in ("linear", "nearest", *SPLINES) or nu is not None:
        unsupported("this method")
    grid, values = (self._grid, self._values) if STORED else (self.grid, self.values)
    return on_grid(grid, values, method, self.bounds_error, self.fill_value, xi)


def coordinates(xi, count):
    """Points as an array whose last axis is that of the coordinates."""
    if isinstance(xi, tuple):
        return np.stack(np.broadcast_arrays(*[double(x) for x in xi]), axis=-1)
    xi = double(xi)
    return np.reshape(xi, (-1, count)) if np.ndim(xi) == 1 else xi


def on_grid(grid, values, method, bounds_error, fill_value, xi):
    """Multilinear, by splines, or of the nearest point of the grid."""
    count = len(grid)
    xi = coordinates(xi, count)
    corners = [((), np.ones(np.shape(xi)[:-1]))]
    outside = np.zeros(np.shape(xi)[:-1], bool)
    for k in range(count):
        x, g = xi[..., k], grid[k]
        if len(g) < 2:
            raise NotImplementedError("an axis of one point")
        outside = (
            outside
            | (stop_gradient(x) < stop_gradient(g[0]))
            | (stop_gradient(x) > stop_gradient(g[-1]))
        )
        if method in SPLINES:
            continue
        i = interval(g, x)
        d = (x - g[i]) / (g[i + 1] - g[i])
        if method == "nearest":
            i = i + (stop_gradient(d) > 0.5)
            corners = [((*place, i), weight) for place, weight in corners]
        else:
            corners = [
                ((*place, i + s), weight * (d if s else 1.0 - d))
                for place, weight in corners
                for s in range(2)
            ]
    if bounds_error and np.any(outside):
        raise ValueError("One of the requested xi is out of bounds")
    if method in SPLINES:
        y = on_splines(grid, values, method, xi)
    elif method == "nearest":
        y = values[corners[0][0]]
    else:
        y = sum([values[place] * like_points(values[place], weight) for place, weight in corners])
    nan = np.any(np.isnan(stop_gradient(xi)), axis=-1)
    if not bounds_error and fill_value is not None:
        y = np.where(like_points(y, outside), fill_value, y)
    return np.asarray(np.where(like_points(y, nan), np.nan, y))


# --- scattered data -------------------------------------------------------------------------------


@defines(interpolate.griddata)
def griddata(points, values, xi, method="linear", fill_value=np.nan, rescale=False):
    if method != "linear" or rescale or isinstance(points, tuple) or np.ndim(points) != 2:
        unsupported("this method")
    points, values = double(points), inexact(values)
    xi = coordinates(xi, 2) if isinstance(xi, tuple) else double(xi)
    found = simplex_vertices(stop_gradient(points), stop_gradient(xi))
    vertices, there = np.abs(found), found[..., 0] + found[..., 1] >= 0
    last = points[vertices[..., -1]]
    sides = np.swapaxes(points[vertices[..., :-1]] - last[..., None, :], -1, -2)
    weights = np.linalg.solve(sides, (xi - last)[..., None])[..., 0]
    weights = np.concatenate((weights, 1.0 - np.sum(weights, axis=-1, keepdims=True)), axis=-1)
    corners = values[vertices]
    y = np.sum(corners * like_points(corners, weights), axis=np.ndim(xi) - 1)
    return np.where(like_points(y, there), y, fill_value)


class Scattered:
    """What ``LinearNDInterpolator`` makes."""

    def __init__(self, points, values, fill_value):
        self.points, self.values, self.fill_value = points, values, fill_value

    def __call__(self, *xi):
        xi = xi if len(xi) > 1 else xi[0]
        return griddata(self.points, self.values, xi, fill_value=self.fill_value)


@defines(interpolate.LinearNDInterpolator)
def linear_nd(points, values, fill_value=np.nan, rescale=False):
    if rescale or isinstance(points, tuple) or np.ndim(points) != 2:
        unsupported("a triangulation, or rescale=")
    return Scattered(double(points), inexact(values), fill_value)


@defines(interpolate.LinearNDInterpolator.__call__)
def linear_nd_call(self, *xi):
    if self.scale is not None:
        unsupported("rescale=")
    xi = xi if len(xi) > 1 else xi[0]
    y = griddata(self.points, self.values, xi, fill_value=self.fill_value)
    return np.reshape(y, (*np.shape(y)[:-1], *self.values_shape))


# --- radial functions -----------------------------------------------------------------------------

SCALED = ("linear", "thin_plate_spline", "cubic", "quintic")
DEGREES = {"multiquadric": 0, "linear": 0, "thin_plate_spline": 1, "cubic": 1, "quintic": 2}


class Radial:
    """What ``RBFInterpolator`` makes."""

    def __init__(self, y, kernel, epsilon, powers, shift, scale, coefficients, shape):
        self.y, self.kernel, self.epsilon, self.powers = y, kernel, epsilon, powers
        self.shift, self.scale, self.coefficients, self.shape = shift, scale, coefficients, shape

    def __call__(self, x):
        return radial_sum(
            double(x), self.y, self.kernel, self.epsilon, self.powers,
            self.shift, self.scale, self.coefficients, self.shape,
        )  # fmt: skip


def radial_sum(x, y, kernel, epsilon, powers, shift, scale, coefficients, shape):
    parts = distances(x * epsilon, y * epsilon, kernel), monomials((x - shift) / scale, powers)
    return np.reshape(np.concatenate(parts, axis=1) @ coefficients, (len(x), *shape))


def distances(x, y, kernel):
    """The function of the distance, of all pairs."""
    square = np.sum((x[:, None] - y) ** 2, axis=-1)
    if kernel == "gaussian":
        return np.exp(-square)
    if kernel == "multiquadric":
        return -np.sqrt(square + 1.0)
    if kernel == "inverse_multiquadric":
        return 1.0 / np.sqrt(square + 1.0)
    if kernel == "inverse_quadratic":
        return 1.0 / (square + 1.0)
    apart = square > 0
    r = np.sqrt(np.where(apart, square, 1.0))
    if kernel == "thin_plate_spline":
        return np.where(apart, square * np.log(r), 0.0)
    if kernel == "cubic":
        return np.where(apart, square * r, 0.0)
    if kernel == "quintic":
        return np.where(apart, -(square**2) * r, 0.0)
    if kernel != "linear":
        unsupported("this kernel")
    return np.where(apart, -r, 0.0)


def monomials(x, powers):
    made = np.ones((len(x), len(powers)))
    for k in range(np.shape(x)[1]):
        made = made * x[:, k : k + 1] ** powers[:, k]
    return made


@defines(interpolate.RBFInterpolator)
def rbf(y, d, neighbors=None, smoothing=0.0, kernel="thin_plate_spline", epsilon=None, degree=None):
    if neighbors is not None or (epsilon is None and kernel not in SCALED):
        unsupported("neighbors=, or without epsilon=")
    y, d = double(y), double(d)
    if d.dtype.kind == "c":
        unsupported("complex data")
    epsilon = 1.0 if epsilon is None else epsilon
    degree = known(degree)
    degree = max(DEGREES.get(kernel, -1), 0) if degree is None else degree
    powers = as_is(exponents, np.shape(y)[1], degree)
    low, high = np.min(y, axis=0), np.max(y, axis=0)
    shift, scale = (high + low) / 2.0, (high - low) / 2.0
    scale = np.where(scale == 0, 1.0, scale)
    p = monomials((y - shift) / scale, powers)
    kernels = distances(y * epsilon, y * epsilon, kernel) + np.diag(smoothing * np.ones(len(y)))
    left = np.concatenate((kernels, np.transpose(p)))
    right = np.concatenate((p, np.zeros((len(powers), len(powers)))))
    values = np.reshape(d, (len(y), -1))
    data = np.concatenate((values, np.zeros((len(powers), np.shape(values)[1]))))
    found = np.linalg.solve(np.concatenate((left, right), axis=1), data)
    return Radial(y, kernel, epsilon, powers, shift, scale, found, np.shape(d)[1:])


def exponents(count, degree):
    """The exponents of all monomials up to a degree, one a row."""
    from itertools import combinations_with_replacement

    found = [
        [chosen.count(k) for k in range(count)]
        for total in range(degree + 1)
        for chosen in combinations_with_replacement(range(count), total)
    ]
    return np.array(found, int).reshape(-1, count)


@defines(interpolate.RBFInterpolator.__call__)
def rbf_call(self, x):
    if self.neighbors is not None:
        unsupported("neighbors=")
    return radial_sum(
        double(x), self.y, self.kernel, self.epsilon, self.powers,
        self._shift, self._scale, self._coeffs, self.d_shape,
    )  # fmt: skip
