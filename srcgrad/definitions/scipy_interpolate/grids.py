"""``scipy.interpolate``: lines and grids."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import defines, known, unsupported
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
from srcgrad.runtime import stop_gradient

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
