"""``scipy.interpolate``: splines that are fitted to data, by least squares and with a penalty.

Knots and the weight of the penalty are what is passed: where the data choose them, nothing is covered.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import blank, defines, known, unsupported
from srcgrad.definitions.scipy_interpolate.fitpack import spalde, splantider, splder, splint
from srcgrad.definitions.scipy_interpolate.piecewise import double, like_points
from srcgrad.definitions.scipy_interpolate.splines import (
    basis,
    padded,
    solved,
    spline,
    usual_knots,
)
from srcgrad.runtime import sparse_pattern, sparse_solve

EXTRAPOLATED = {0: 0, 1: 1, 2: 2, 3: 3, "extrapolate": 0, "zeros": 1, "raise": 2, "const": 3}


def least_squares(t, x, y, k, w):
    """The coefficients for which the sum of the squares of ``w * (spline - y)`` is least."""
    i, values = basis(t, k, x)
    n = len(t) - k - 1
    square = np.ones(len(x)) if w is None else double(w) ** 2
    pairs = [(r, s) for r in range(k + 1) for s in range(k + 1)]
    places = [np.concatenate([i - k + pair[side] for pair in pairs]) for side in (0, 1)]
    data = np.concatenate([values[r] * values[s] * square for r, s in pairs])
    b = np.zeros((n, *np.shape(y)[1:]), y.dtype)
    for r in range(k + 1):
        np.add.at(b, i - k + r, like_points(y, values[r] * square) * y)
    pattern = sparse_pattern("coo", (places[0], places[1]), (n, n))
    return np.reshape(sparse_solve(pattern, data, np.reshape(b, (n, -1))), np.shape(b))


@defines(interpolate.make_lsq_spline)
def make_lsq_spline(x, y, t, k=3, w=None, axis=0, check_finite=True, *, method="qr"):
    k = known(k)
    x, y, t = double(x), double(y), double(t)
    axis = known(axis) % np.ndim(y)
    y = np.moveaxis(y, axis, 0)
    if len(x) != len(y):
        raise ValueError("Shapes of x and y are incompatible")
    if np.any(np.diff(t) < 0):
        raise ValueError("Expect t to be a 1D strictly increasing sequence.")
    if k > 0 and np.any((x < t[k]) | (x > t[len(t) - k])):
        raise ValueError("Out of bounds w/ x.")
    if np.any(np.diff(x) < 0) or (method != "qr" and np.any(np.diff(x) == 0)):
        raise ValueError("Expect x to be a 1D increasing sequence.")
    return spline(t, least_squares(t, x, y, k, w), k, True, axis)


# --- a penalty on the second derivative -----------------------------------------------------------


@defines(interpolate.make_smoothing_spline)
def make_smoothing_spline(x, y, w=None, lam=None, *, axis=0):
    """Values and second derivatives by one banded system (Reinsch 1967); coefficients by their blossoms."""
    if lam is None or np.ndim(lam) != 0:
        unsupported("a penalty that the data choose, or several")
    x, y = double(x), double(y)
    if y.dtype.kind == "c":
        unsupported("complex numbers")
    axis = known(axis) % np.ndim(y)
    y = np.moveaxis(y, axis, 0)
    n = len(x)
    w = np.ones(n) if w is None else double(w)
    if np.any(np.diff(x) <= 0):
        raise ValueError("``x`` should be an ascending array")
    if n != len(y):
        raise ValueError("``x`` should be 1D")
    if np.any(w <= 0):
        raise ValueError("Invalid vector of weights")
    if n <= 4:
        raise ValueError("``x`` and ``y`` length must be at least 5")
    if lam < 0:
        raise ValueError("Regularization parameter should be non-negative")
    flat = np.reshape(y, (n, -1))
    values, bends = smoothed(x, flat, w, lam)
    t = np.concatenate((np.repeat(x[:1], 3), x, np.repeat(x[-1:], 3)))
    c = blossoms(x, values, bends)
    return spline(t, np.reshape(c, (n + 2, *np.shape(y)[1:])), 3, True, axis)


def smoothed(x, y, w, lam):
    """The spline and its second derivative at the knots."""
    h = np.diff(x)
    first, last = 1.0 / h[:-1], 1.0 / h[1:]
    middle = -first - last
    u = lam / w
    zero, two = np.zeros(1), np.zeros(2)
    diagonal = (h[:-1] + h[1:]) / 3.0
    diagonal = diagonal + first**2 * u[:-2] + middle**2 * u[1:-1] + last**2 * u[2:]
    beside = h[1:-1] / 6.0 + middle[:-1] * first[1:] * u[1:-2] + last[:-1] * middle[1:] * u[2:-1]
    beyond = last[:-2] * first[2:] * u[2:-2]
    rows = (
        np.concatenate((beyond, two)),
        np.concatenate((beside, zero)),
        diagonal,
        np.concatenate((zero, beside)),
        np.concatenate((two, beyond)),
    )
    n = len(x) - 2
    pattern = sparse_pattern("dia", (np.array([-2, -1, 0, 1, 2]),), (n, n))
    slope = np.diff(y, axis=0) / h[:, None]
    inner = sparse_solve(pattern, np.stack(rows), slope[1:] - slope[:-1])
    none = np.zeros((1, np.shape(y)[1]))
    bends = np.concatenate((none, inner, none))
    turns = np.diff(bends, axis=0) / h[:, None]
    forces = np.concatenate((turns[:1], turns[1:] - turns[:-1], -turns[-1:]))
    return y - u[:, None] * forces, bends


def blossoms(x, y, bends):
    """Coefficients of the cubic spline with these values and second derivatives at the knots."""
    n = len(x)
    middle = np.clip(np.arange(n + 2) - 1, 0, n - 1)
    j = np.minimum(middle, n - 2)
    before = x[np.clip(np.arange(n + 2) - 2, 0, n - 1)] - x[j]
    here = x[middle] - x[j]
    after = x[np.clip(np.arange(n + 2), 0, n - 1)] - x[j]
    h = np.diff(x)[:, None]
    turn = np.diff(bends, axis=0) / h
    slope = np.diff(y, axis=0) / h - h * (2.0 * bends[:-1] + bends[1:]) / 6.0
    once = ((before + here + after) / 3.0)[:, None]
    twice = ((before * here + before * after + here * after) / 6.0)[:, None]
    thrice = (before * here * after / 6.0)[:, None]
    return y[j] + once * slope[j] + twice * bends[j] + thrice * turn[j]


# --- FITPACK --------------------------------------------------------------------------------------


def whole_knots(x, t, xb, xe, k):
    """Knots with those at the ends, which are those of the data if they are not given."""
    start = x[:1] if xb is None else np.reshape(double(xb), (1,))
    end = x[-1:] if xe is None else np.reshape(double(xe), (1,))
    return np.concatenate((np.repeat(start, k + 1), double(t), np.repeat(end, k + 1)))


def fitted(x, y, w, xb, xe, k, t):
    """Knots and coefficients: through the data if there are no knots, else by least squares."""
    x, y = np.ravel(double(x)), np.ravel(double(y))
    if y.dtype.kind == "c" or not 1 <= k <= 5:
        unsupported("complex numbers, or another degree")
    if len(x) != len(y):
        raise ValueError("x and y should have a same length")
    if t is None:
        if xb is not None or xe is not None:
            unsupported("other ends than those of the data")
        if np.any(np.diff(x) <= 0):
            raise ValueError("x must be strictly increasing if s = 0")
        knots = usual_knots(x, k)
        return knots, y if k == 1 else solved(knots, x, y, k)
    if np.any(np.diff(x) < 0):
        raise ValueError("x must be increasing")
    knots = whole_knots(x, t, xb, xe, k)
    if np.any(np.diff(knots[k : len(knots) - k]) <= 0):
        raise ValueError("Interior knots t must satisfy Schoenberg-Whitney conditions")
    return knots, least_squares(knots, x, y, k, w)


@defines(interpolate.splrep)
def splrep(
    x,
    y,
    w=None,
    xb=None,
    xe=None,
    k=3,
    task=0,
    s=None,
    t=None,
    full_output=0,
    per=0,
    quiet=1,
):
    k, task = known(k), known(task)
    exact = s == 0 if s is not None else w is None
    if full_output or per or not (task == -1 or (task == 0 and t is None and exact)):
        unsupported("smoothing, by which the data choose the knots; periodic splines")
    knots, c = fitted(x, y, w, xb, xe, k, t)
    return knots, padded(knots, c), k


def univariate_of(cls, t, c, k, ext):
    made = blank(cls)
    made._eval_args = t, c, k
    made.ext = EXTRAPOLATED[known(ext)]
    return made


def through(x, y, w=None, bbox=(None, None), k=3, ext=0, check_finite=False):
    k = known(k)
    t, c = fitted(x, y, w, bbox[0], bbox[1], k, None)
    return univariate_of(interpolate.InterpolatedUnivariateSpline, t, padded(t, c), k, ext)


defines(interpolate.InterpolatedUnivariateSpline)(through)


@defines(interpolate.UnivariateSpline)
def smoothing(x, y, w=None, bbox=(None, None), k=3, s=None, ext=0, check_finite=False):
    if s is None or s != 0:
        unsupported("smoothing, by which the data choose the knots")
    return through(x, y, w, bbox, k, ext)


@defines(interpolate.LSQUnivariateSpline)
def by_knots(x, y, t, w=None, bbox=(None, None), k=3, ext=0, check_finite=False):
    k = known(k)
    t, c = fitted(x, y, w, bbox[0], bbox[1], k, t)
    return univariate_of(interpolate.LSQUnivariateSpline, t, padded(t, c), k, ext)


@defines(interpolate.UnivariateSpline.derivative)
def derivative(self, n=1):
    t, c, k = splder(self._eval_args, n)
    return univariate_of(interpolate.UnivariateSpline, t, c, k, 1 if self.ext == 3 else self.ext)


@defines(interpolate.UnivariateSpline.antiderivative)
def antiderivative(self, n=1):
    t, c, k = splantider(self._eval_args, n)
    return univariate_of(interpolate.UnivariateSpline, t, c, k, self.ext)


@defines(interpolate.UnivariateSpline.integral)
def integral(self, a, b):
    return splint(a, b, self._eval_args)


@defines(interpolate.UnivariateSpline.derivatives)
def derivatives(self, x):
    return spalde(x, self._eval_args)


@defines(interpolate.UnivariateSpline.get_coeffs)
def get_coeffs(self):
    t, c, k = self._eval_args
    return c[: len(t) - k - 1]


@defines(interpolate.UnivariateSpline.get_knots)
def get_knots(self):
    t, _, k = self._eval_args
    return t[k : len(t) - k]
