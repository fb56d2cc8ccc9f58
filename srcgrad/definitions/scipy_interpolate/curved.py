"""``scipy.interpolate``: cubics on triangles, after Clough and Tocher.

Each triangle has three parts, with a cubic on each; neighbours have one slope along their common side.
The numbers are Bernstein's coefficients, named as in Farin 1986, "Triangular Bernstein-Bézier patches".
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_interpolate.grids import coordinates, inexact
from srcgrad.definitions.scipy_interpolate.piecewise import double
from srcgrad.definitions.scipy_interpolate.scattered import linear_nd_call, rescaled, scattered
from srcgrad.runtime import curved_slopes, patch_vertices, stop_gradient


class Curved:
    """What ``CloughTocher2DInterpolator`` makes."""

    def __init__(self, points, values, slopes, fill_value, rescale):
        self.points, self.values, self.slopes = points, values, slopes
        self.fill_value, self.rescale = fill_value, rescale

    def __call__(self, *xi):
        xi = coordinates(xi if len(xi) > 1 else xi[0], 2)
        at = rescaled(xi, self.points) if self.rescale else xi
        where = rescaled(self.points, self.points) if self.rescale else self.points
        n = np.shape(self.values)[0]
        y = on_patches(where, np.reshape(self.values, (n, -1)), self.slopes, at, self.fill_value)
        return np.reshape(y, (*np.shape(xi)[:-1], *np.shape(self.values)[1:]))


@defines(interpolate.CloughTocher2DInterpolator)
def clough_tocher(points, values, fill_value=np.nan, tol=1e-06, maxiter=400, rescale=False):
    points, values = scattered(points), inexact(values)
    if points.ndim != 2 or values.dtype.kind == "c":
        unsupported("a triangulation, complex data")
    points, values = double(points), double(values)
    where = rescaled(points, points) if rescale else points
    slopes = curved_slopes(where, np.reshape(values, (np.shape(values)[0], -1)), tol, maxiter)
    return Curved(points, values, slopes, fill_value, rescale)


@defines(interpolate.CloughTocher2DInterpolator.__call__, interpolate.LinearNDInterpolator.__call__)
def on_triangles_call(self, *xi):
    """One function of SciPy's, or two."""
    if isinstance(self, interpolate.LinearNDInterpolator):
        return linear_nd_call(self, *xi)
    xi = coordinates(xi if len(xi) > 1 else xi[0], 2)
    at = xi if self.scale is None else (xi - self.offset) / self.scale
    y = on_patches(self.points, self.values, self.grad, at, self.fill_value)
    return np.reshape(y, (*np.shape(xi)[:-1], *self.values_shape))


def on_patches(points, values, slopes, xi, fill_value):
    """The values at ``xi``, one a row."""
    xi = np.reshape(xi, (-1, 2))
    found = patch_vertices(stop_gradient(points), stop_gradient(xi))
    there, corners = found[:, 0, 0] + found[:, 0, 1] >= 0, np.abs(found[:, 0])
    p = points[corners]
    weights = barycentric(p, xi)
    bends = [bend(p, points, found[:, k + 1], k)[:, None] for k in range(3)]
    sides = [p[:, (k + 1) % 3] - p[:, k] for k in range(3)]
    y = cubic(values[corners], slopes[corners], sides, bends, weights[:, :, None])
    return np.where(there[:, None], y, fill_value)


def barycentric(p, x):
    """The weights of the corners ``p`` that give ``x``."""
    last = p[:, 2]
    sides = np.swapaxes(p[:, :2] - last[:, None, :], -1, -2)
    weights = np.linalg.solve(sides, (x - last)[:, :, None])[:, :, 0]
    return np.concatenate((weights, 1.0 - np.sum(weights, axis=-1, keepdims=True)), axis=-1)


def bend(p, points, other, k):
    """Where, along side ``k``, the line to the middle of the neighbour ``other`` crosses it."""
    middle = np.mean(points[np.maximum(other, 0)], axis=1)
    c = barycentric(p, middle)
    one, two = c[:, (k + 1) % 3], c[:, (k + 2) % 3]
    crossing = (2.0 * two + one - 1.0) / (2.0 - 3.0 * two - 3.0 * one)
    return np.where(other[:, 0] >= 0, crossing, -0.5)


def along(slope, side):
    return np.sum(slope * side[:, None, :], axis=-1) / 3.0


def inner(bend, a, b, c, d, left, right):
    """The coefficient in the middle of a part, for slopes across its side that are linear."""
    return (bend * (d - 3.0 * c + 3.0 * b - a) + (2.0 * b - a - c) + left + right) / 2.0


def cubic(f, slopes, sides, bends, weights):
    """The cubic with these values and slopes at the corners, of several data at once."""
    c3000, c0300, c0030 = f[:, 0], f[:, 1], f[:, 2]
    e12, e23, e31 = sides
    c2100 = c3000 + along(slopes[:, 0], e12)
    c1200 = c0300 - along(slopes[:, 1], e12)
    c0210 = c0300 + along(slopes[:, 1], e23)
    c0120 = c0030 - along(slopes[:, 2], e23)
    c1020 = c0030 + along(slopes[:, 2], e31)
    c2010 = c3000 - along(slopes[:, 0], e31)
    c2001 = (c2100 + c2010 + c3000) / 3.0
    c0201 = (c1200 + c0300 + c0210) / 3.0
    c0021 = (c1020 + c0120 + c0030) / 3.0
    c0111 = inner(bends[0], c0300, c0210, c0120, c0030, c0021, c0201)
    c1011 = inner(bends[1], c0030, c1020, c2010, c3000, c2001, c0021)
    c1101 = inner(bends[2], c3000, c2100, c1200, c0300, c2001, c0201)
    c1002 = (c1101 + c1011 + c2001) / 3.0
    c0102 = (c1101 + c0111 + c0201) / 3.0
    c0012 = (c1011 + c0111 + c0021) / 3.0
    c0003 = (c1002 + c0102 + c0012) / 3.0
    least = np.min(weights, axis=1)
    b1, b2, b3, b4 = (
        weights[:, 0] - least,
        weights[:, 1] - least,
        weights[:, 2] - least,
        3.0 * least,
    )
    outer = b1**3 * c3000 + b2**3 * c0300 + b3**3 * c0030 + b4**3 * c0003
    outer = outer + 3.0 * b1**2 * (b2 * c2100 + b3 * c2010 + b4 * c2001)
    outer = outer + 3.0 * b2**2 * (b1 * c1200 + b3 * c0210 + b4 * c0201)
    outer = outer + 3.0 * b3**2 * (b1 * c1020 + b2 * c0120 + b4 * c0021)
    outer = outer + 3.0 * b4**2 * (b1 * c1002 + b2 * c0102 + b3 * c0012)
    return outer + 6.0 * b4 * (b1 * b2 * c1101 + b1 * b3 * c1011 + b2 * b3 * c0111)
