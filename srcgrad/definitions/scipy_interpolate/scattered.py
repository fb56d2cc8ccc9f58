"""``scipy.interpolate``: data at scattered points, by triangles, by the nearest, by radial functions.

Which triangle a point lies in, and which point is the nearest, are constants.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import as_is, defines, known, unsupported
from srcgrad.definitions.scipy_interpolate.grids import coordinates, inexact, interp1d
from srcgrad.definitions.scipy_interpolate.piecewise import double, finished, like_points
from srcgrad.runtime import nearest_point, simplex_vertices, stop_gradient


def scattered(points):
    """Points as rows of coordinates; those along a line are no such."""
    return coordinates(points, len(points)) if isinstance(points, tuple) else double(points)


def rescaled(points, like):
    """Points as SciPy scales those of ``like`` to a cube."""
    size = np.max(like, axis=0) - np.min(like, axis=0)
    return (points - np.mean(like, axis=0)) / np.where(size > 0, size, 1.0)


@defines(interpolate.griddata)
def griddata(points, values, xi, method="linear", fill_value=np.nan, rescale=False):
    points = scattered(points)
    if points.ndim == 1 or points.shape[-1] == 1:
        if method not in ("nearest", "linear", "cubic"):
            unsupported("this method")
        xi = xi[0] if isinstance(xi, tuple) else xi
        fills = "extrapolate" if method == "nearest" else fill_value
        return interp1d(np.ravel(points), values, method, 0, True, False, fills)(xi)
    if method == "nearest":
        return nearest_nd(points, values, rescale)(xi)
    if method == "cubic" and points.shape[-1] == 2:
        return interpolate.CloughTocher2DInterpolator(
            points, values, fill_value=fill_value, rescale=rescale
        )(xi)
    if method != "linear":
        unsupported("this method")
    return linear_nd(points, values, fill_value, rescale)(xi)


def on_triangles(points, values, xi, fill_value, rescale):
    """Linear between the corners of the simplex that each of ``xi`` lies in."""
    xi = coordinates(xi, points.shape[-1])
    still, at = stop_gradient(points), stop_gradient(xi)
    found = (
        simplex_vertices(rescaled(still, still), rescaled(at, still))
        if rescale
        else simplex_vertices(still, at)
    )
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

    def __init__(self, points, values, fill_value, rescale):
        self.points, self.values, self.fill_value = points, values, fill_value
        self.rescale = rescale

    def __call__(self, *xi):
        xi = xi if len(xi) > 1 else xi[0]
        return on_triangles(self.points, self.values, xi, self.fill_value, self.rescale)


@defines(interpolate.LinearNDInterpolator)
def linear_nd(points, values, fill_value=np.nan, rescale=False):
    points = scattered(points)
    if points.ndim != 2:
        unsupported("a triangulation")
    return Scattered(points, inexact(values), fill_value, rescale)


def linear_nd_call(self, *xi):
    """``LinearNDInterpolator.__call__``"""
    if self.scale is not None:
        unsupported("rescale=")
    xi = xi if len(xi) > 1 else xi[0]
    y = on_triangles(self.points, self.values, xi, self.fill_value, False)
    return np.reshape(y, (*np.shape(y)[:-1], *self.values_shape))


class Nearest:
    """What ``NearestNDInterpolator`` makes."""

    def __init__(self, points, values, rescale):
        self.points, self.values, self.rescale = points, values, rescale

    def __call__(self, *xi):
        still = self.points
        at = nearest_place(xi, still.shape[-1])
        if self.rescale:
            still, at = rescaled(still, still), rescaled(at, still)
        return finished(self.values[nearest_point(still, at)])


def nearest_place(xi, count):
    """The points of a call, which do not move what is nearest."""
    return stop_gradient(coordinates(xi if len(xi) > 1 else xi[0], count))


@defines(interpolate.NearestNDInterpolator)
def nearest_nd(x, y, rescale=False, tree_options=None):
    points = scattered(x)
    if points.ndim != 2 or tree_options is not None:
        unsupported("other trees")
    return Nearest(stop_gradient(points), double(y), rescale)


@defines(interpolate.NearestNDInterpolator.__call__)
def nearest_nd_call(self, *xi):
    if self.scale is not None:
        unsupported("rescale=")
    at = nearest_place(xi, np.shape(self.points)[1])
    return finished(double(self.values)[nearest_point(self.tree, at)])


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
