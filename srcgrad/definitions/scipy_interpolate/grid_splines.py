"""Splines over grids: products of those along the axes."""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import as_is
from srcgrad.definitions.scipy_interpolate.splines import call, make_interp_spline
from srcgrad.runtime import stop_gradient

SPLINES = {"slinear": 1, "cubic": 3, "quintic": 5}


def on_splines(grid, values, method, xi):
    """By the coefficients that SciPy finds by iteration, which move as those of the spline itself do."""
    fixed = [stop_gradient(axis) for axis in grid]
    found = as_is(solved, stop_gradient(values), method, *fixed)
    c, points = values, [np.ravel(xi[..., k]) for k in range(len(grid))]
    splines = [make_interp_spline(axis, np.eye(len(axis)), SPLINES[method]) for axis in grid]
    for k in range(len(grid)):
        c = np.moveaxis(np.tensordot(splines[k].c, c, axes=(1, k)), 0, k)
    c = np.reshape(np.asarray(found, dtype=c.dtype), c.shape) + (c - stop_gradient(c))
    for k in range(len(grid)):
        weights = call(
            interpolate.BSpline(splines[k].t, np.eye(len(grid[k])), splines[k].k), points[k]
        )
        if k == 0:
            c = np.tensordot(weights, c, axes=(1, 0))
        else:
            c = np.sum(np.reshape(weights, (*weights.shape, *[1] * (c.ndim - 2))) * c, axis=1)
    return np.reshape(c, (*xi.shape[:-1], *values.shape[len(grid) :]))


def solved(values, method, *grid):
    """The coefficients that SciPy finds."""
    made = interpolate.RegularGridInterpolator(grid, values, method)
    return made._spline.c
