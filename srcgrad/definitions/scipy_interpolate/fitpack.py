"""``scipy.interpolate``: what FITPACK does to splines of one variable, and the polynomial through points."""

from __future__ import annotations

import math

import numpy as np
from scipy import interpolate

from srcgrad.definitions import defines, known, unsupported
from srcgrad.definitions.scipy_interpolate.piecewise import double, finished, like_points
from srcgrad.definitions.scipy_interpolate.splines import (
    BSpline,
    antiderivative,
    at_points,
    combined,
    derivative,
    integrate,
    lowered,
    padded,
    raised,
)


def parts(tck):
    t, c, k = tck
    if isinstance(c, list | tuple):
        unsupported("several splines")
    return double(t), double(c), known(k)


@defines(interpolate.splint)
def splint(a, b, tck, full_output=0):
    if full_output:
        unsupported("the integrals of the basis")
    if isinstance(tck, BSpline):
        return integrate(tck, a, b, False)
    t, c, k = parts(tck)
    if c.ndim != 1:
        unsupported("several splines")
    start, end = t[k], t[len(t) - k - 1]
    t, c, k = raised(t, c, k)
    return combined(t, c, k, np.clip(b, start, end)) - combined(t, c, k, np.clip(a, start, end))


@defines(interpolate.splder)
def splder(tck, n=1):
    n = known(n)
    if isinstance(tck, BSpline):
        return derivative(tck, n)
    if n < 0:
        return splantider(tck, -n)
    t, c, k = parts(tck)
    if n > k:
        unsupported("an order above the degree")
    if len(c) != len(t):
        raise ValueError("operands could not be broadcast together")
    for _ in range(n):
        if np.any(t[k + 1 : -1] == t[1 : -k - 1]):
            raise ValueError("The spline has internal repeated knots and is not differentiable")
        t, c, k = lowered(t, c, k)
        c = padded(t, c)
    return t, c, k


@defines(interpolate.splantider)
def splantider(tck, n=1):
    n = known(n)
    if isinstance(tck, BSpline):
        return antiderivative(tck, n)
    if n < 0:
        return splder(tck, -n)
    t, c, k = parts(tck)
    if len(c) != len(t):
        raise ValueError("operands could not be broadcast together")
    for _ in range(n):
        t, c, k = raised(t, c, k)
    return t, c, k


@defines(interpolate.spalde)
def spalde(x, tck):
    t, c, k = parts(tck)
    if c.ndim != 1 or np.ndim(x) != 0:
        unsupported("several splines or points")
    if x < t[k] or x > t[len(t) - k - 1]:
        raise TypeError("Invalid input data. t(k)<=x<=t(n-k+1) must hold.")
    return np.stack([at_points(t, c, k, double(x), nu, True) for nu in range(k + 1)])


@defines(interpolate.barycentric_interpolate)
def barycentric_interpolate(xi, yi, x, axis=0, *, der=0, rng=None):
    """Newton's divided differences: the same polynomial, without a case for the points themselves."""
    if not isinstance(der, int):
        unsupported("derivatives of several orders")
    xi, yi, x = double(xi), double(yi), double(x)
    axis = known(axis) % np.ndim(yi)
    c = np.moveaxis(yi, axis, 0)
    if axis != 0 and np.ndim(x) > 1:
        unsupported("points on several axes")
    terms = [c[0]]
    for k in range(1, len(xi)):
        c = (c[1:] - c[:-1]) / like_points(c, xi[k:] - xi[:-k])
        terms.append(c[0])
    p = like_points(np.zeros(np.shape(x) + np.shape(yi)[1:]), x)
    found = [terms[-1] + 0.0 * p] + [0.0 * p] * der  # Taylor coefficients
    for k in range(len(xi) - 2, -1, -1):
        for order in range(der, 0, -1):
            found[order] = found[order] * (p - xi[k]) + found[order - 1]
        found[0] = found[0] * (p - xi[k]) + terms[k]
    return finished(found[der] * math.factorial(der))
