"""``scipy.interpolate``: B-splines, and the interpolators that are made of them.

The recursion of de Boor, on all points at once; coefficients of interpolating splines solve a banded system.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import blank, defines, known, unsupported
from srcgrad.definitions.scipy_interpolate.piecewise import (
    double,
    finished,
    inside,
    like_points,
    placed,
    property_of,
    wrapped,
)
from srcgrad.runtime import sparse_pattern, sparse_solve, stop_gradient

BSpline = interpolate.BSpline
HIDDEN = isinstance(getattr(BSpline, "c", None), property)


@defines(*property_of(BSpline, "c"))
def coefficients(self):
    return self._c if HIDDEN else self.c


@defines(*property_of(BSpline, "t"))
def knots(self):
    return self._t if HIDDEN else self.t


@defines(BSpline.tck.fget)
def tck(self):
    return knots(self), coefficients(self), self.k


def spline(t, c, k, extrapolate, axis):
    made = blank(BSpline)
    if HIDDEN:
        made._t, made._c = t, c
    else:
        made.t, made.c = t, c
    made.k = k
    made.extrapolate = extrapolate
    made.axis = axis
    return made


@defines(BSpline)
def bspline(t, c, k, extrapolate=True, axis=0):
    c = double(c)
    axis = known(axis) % np.ndim(c)
    return spline(double(t), np.moveaxis(c, axis, 0), known(k), extrapolate, axis)


# --- evaluation -----------------------------------------------------------------------------------


def basis(t, k, p):
    """The interval of each point, and the ``k + 1`` splines that are not 0 there (de Boor 1978)."""
    found = np.searchsorted(stop_gradient(t), stop_gradient(p), side="right") - 1
    i = np.clip(found, k, len(t) - k - 2)
    values = [np.where(np.isnan(stop_gradient(p)), np.nan, 1.0)]
    for j in range(1, k + 1):
        saved = np.zeros(np.shape(p))
        following = []
        for r in range(j):
            right, left = t[i + r + 1], t[i + 1 - j + r]
            part = values[r] / (right - left)
            following.append(saved + (right - p) * part)
            saved = (p - left) * part
        following.append(saved)
        values = following
    return i, values


def combined(t, c, k, p):
    """The spline at points, those outside by its first and last piece."""
    i, values = basis(t, k, p)
    y = np.zeros(np.shape(p) + np.shape(c)[1:], c.dtype)
    for r in range(k + 1):
        y = y + like_points(y, values[r]) * c[i - k + r]
    return y


def lowered(t, c, k):
    """Knots, coefficients and degree of the derivative."""
    n = len(t) - k - 1
    h = like_points(c, t[k + 1 : n + k] - t[1:n])
    there = h > 0
    slope = np.where(there, np.diff(c[:n], axis=0) * k / np.where(there, h, 1.0), 0.0)
    return t[1:-1], slope, k - 1


def at_points(t, c, k, p, nu, extrapolate):
    """The derivative of an order."""
    nu = known(nu)
    start, end = t[k], t[len(t) - k - 1]
    if extrapolate == "periodic":
        p = wrapped(p, start, end)
    above = nu > k
    for _ in range(0 if above else nu):
        t, c, k = lowered(t, c, k)
    y = combined(t, c, k, p)
    y = 0.0 * y if above else y
    return inside(y, p, start, end) if extrapolate in (False, "periodic") else y


@defines(BSpline.__call__)
def call(self, x, nu=0, extrapolate=None):
    p = double(x)
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    y = at_points(knots(self), coefficients(self), self.k, p, nu, extrapolate)
    return finished(placed(y, p, self.axis))


# --- derivatives and integrals --------------------------------------------------------------------


@defines(BSpline.derivative)
def derivative(self, nu=1):
    nu = known(nu)
    if nu < 0:
        return antiderivative(self, -nu)
    t, c, k = knots(self), coefficients(self), self.k
    if nu > k:
        unsupported("an order above the degree")
    for _ in range(nu):
        t, c, k = lowered(t, c, k)
    return spline(t, padded(t, c), k, self.extrapolate, self.axis)


def padded(t, c):
    """Coefficients as many as knots, as FITPACK has them."""
    return np.concatenate((c, np.zeros((len(t) - len(c), *np.shape(c)[1:]), c.dtype)))


def raised(t, c, k):
    """Knots, coefficients and degree of the integral from the first knot on."""
    n = len(t) - k - 1
    sums = np.cumsum(c[:n] * like_points(c, t[k + 1 :] - t[:n]), axis=0) / (k + 1)
    first = np.zeros((1, *np.shape(c)[1:]), c.dtype)
    last = np.broadcast_to(sums[-1:], (k + 2, *np.shape(c)[1:]))
    return np.concatenate((t[:1], t, t[-1:])), np.concatenate((first, sums, last)), k + 1


@defines(BSpline.antiderivative)
def antiderivative(self, nu=1):
    nu = known(nu)
    if nu < 0:
        return derivative(self, -nu)
    t, c, k = knots(self), coefficients(self), self.k
    for _ in range(nu):
        t, c, k = raised(t, c, k)
    extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
    return spline(t, c, k, extrapolate, self.axis)


@defines(BSpline.integrate)
def integrate(self, a, b, extrapolate=None):
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    t, k = knots(self), self.k
    start, end = t[k], t[len(t) - k - 1]
    t, c, k = raised(t, coefficients(self), k)
    if extrapolate == "periodic":
        return finished(periods(t, c, k, start, end, b) - periods(t, c, k, start, end, a))
    a, b = double(a), double(b)
    if not extrapolate:
        a, b = np.clip(a, start, end), np.clip(b, start, end)
    return finished(combined(t, c, k, b) - combined(t, c, k, a))


def periods(t, c, k, start, end, p):
    count = np.floor(stop_gradient((p - start) / (end - start)))
    whole = combined(t, c, k, double(end)) - combined(t, c, k, double(start))
    return count * whole + combined(t, c, k, double(p - count * (end - start)))


# --- interpolation --------------------------------------------------------------------------------


def usual_knots(x, k):
    """Knots of an interpolating spline: without those next to the ends, for odd degrees."""
    if k == 1:
        return np.concatenate((x[:1], x, x[-1:]))
    inner = (
        x[(k + 1) // 2 : -((k + 1) // 2)] if k % 2 else (x[1:] + x[:-1])[k // 2 : -(k // 2)] / 2.0
    )
    return np.concatenate((np.repeat(x[:1], k + 1), inner, np.repeat(x[-1:], k + 1)))


def solved(t, x, y, k):
    """The coefficients of the spline through data along the first axis."""
    i, values = basis(t, k, x)
    n = len(x)
    rows = np.concatenate([np.arange(n) for _ in range(k + 1)])
    columns = np.concatenate([i - k + r for r in range(k + 1)])
    pattern = sparse_pattern("coo", (rows, columns), (n, len(t) - k - 1))
    found = sparse_solve(pattern, np.concatenate(values), np.reshape(y, (n, -1)))
    return np.reshape(found, np.shape(y))


ENDS = ("natural", "clamped")


def end_of(bc_type, near, far):
    """What times the outermost three coefficients is 0: the second or the first derivative."""
    if bc_type == "clamped":
        return np.array([-1.0, 1.0, 0.0])
    return np.stack([1.0 / near, -1.0 / near - 1.0 / far, 1.0 / far])


def with_ends(x, y, bc_type):
    """Knots and coefficients of the cubic spline with these ends, with a knot at every point."""
    t, n = np.concatenate((np.repeat(x[:1], 3), x, np.repeat(x[-1:], 3))), len(x)
    i, values = basis(t, 3, x)
    ends = [
        end_of(bc_type, t[4] - t[1], t[5] - t[2]),
        end_of(bc_type, t[-2] - t[-5], t[-3] - t[-6]),
    ]
    outer = np.arange(3)
    rows = np.concatenate([np.arange(n) + 1 for _ in range(4)] + [0 * outer, 0 * outer + n + 1])
    columns = np.concatenate([i - 3 + r for r in range(4)] + [outer, n + 1 - outer])
    pattern = sparse_pattern("coo", (rows, columns), (n + 2, n + 2))
    none = np.zeros((1, *np.shape(y)[1:]))
    wanted = np.concatenate((none, y, none))
    found = sparse_solve(pattern, np.concatenate(values + ends), np.reshape(wanted, (n + 2, -1)))
    return t, np.reshape(found, np.shape(wanted))


@defines(interpolate.make_interp_spline)
def make_interp_spline(x, y, k=3, t=None, bc_type=None, axis=0, check_finite=True):
    k = known(k)
    free = bc_type in (None, "not-a-knot")
    if (k == 0 and t is not None) or not (free or (k == 3 and t is None and bc_type in ENDS)):
        unsupported("boundary conditions")
    x, y = double(x), double(y)
    axis = known(axis) % np.ndim(y)
    y = np.moveaxis(y, axis, 0)
    if len(x) != len(y):
        raise ValueError("Shapes of x and y are incompatible")
    if np.any(np.diff(x) <= 0):
        raise ValueError("Expect x to be a 1D strictly increasing sequence.")
    if k == 0:
        return spline(np.concatenate((x, x[-1:])), y, 0, True, axis)
    if not free:
        t, c = with_ends(x, y, bc_type)
        return spline(t, c, k, True, axis)
    if t is None:
        t = usual_knots(x, k)
        c = y if k == 1 else solved(t, x, y, k)
    else:
        t = double(t)
        if len(t) != len(x) + k + 1:
            raise ValueError("The number of derivatives at boundaries does not match")
        c = solved(t, x, y, k)
    return spline(t, c, k, True, axis)


# --- FITPACK --------------------------------------------------------------------------------------


def fitpack(t, c, k, p, nu, ext):
    """``splev``: outside extrapolated, 0, an error, or as at the ends."""
    ext = known(ext)
    if ext not in (0, 1, 2, 3) or (ext == 3 and known(nu) > 0):
        unsupported("this ext=")
    p = double(p)
    start, end = t[k], t[len(t) - k - 1]
    outside = (stop_gradient(p) < stop_gradient(start)) | (stop_gradient(p) > stop_gradient(end))
    if ext == 2 and np.any(outside):
        raise ValueError("Error code returned by splev: 1")
    y = at_points(t, c, k, np.clip(p, start, end) if ext == 3 else p, nu, True)
    return finished(np.where(outside, 0.0, y) if ext == 1 else y)


@defines(interpolate.splev)
def splev(x, tck, der=0, ext=0):
    if isinstance(tck, BSpline):
        if known(ext) not in (0, 1):
            unsupported("this ext=")
        return call(tck, x, der, known(ext) == 0)
    t, c, k = tck
    if isinstance(c, list | tuple):
        unsupported("several splines")
    return fitpack(double(t), double(c), known(k), x, der, ext)


@defines(interpolate.UnivariateSpline.__call__)
def univariate(self, x, nu=0, ext=None):
    t, c, k = self._eval_args
    return fitpack(t, c, k, x, nu, self.ext if ext is None else ext)


def surface(tx, ty, c, kx, ky, x, y):
    """The sum of products of splines, at pairs of points; those outside are moved to the rim."""
    x = np.clip(x, tx[kx], tx[len(tx) - kx - 1])
    y = np.clip(y, ty[ky], ty[len(ty) - ky - 1])
    i, a = basis(tx, kx, x)
    j, b = basis(ty, ky, y)
    z = np.zeros(np.broadcast_shapes(np.shape(x), np.shape(y)))
    for r in range(kx + 1):
        for s in range(ky + 1):
            z = z + a[r] * b[s] * c[i - kx + r, j - ky + s]
    return z


def derived(tx, ty, c, kx, ky, dx, dy):
    for _ in range(dx):
        tx, c, kx = lowered(tx, c, kx)
    for _ in range(dy):
        ty, turned, ky = lowered(ty, np.transpose(c), ky)
        c = np.transpose(turned)
    return tx, ty, c, kx, ky


BIVARIATE = interpolate.BivariateSpline.__mro__[1]


@defines(BIVARIATE.__call__)
def bivariate(self, x, y, dx=0, dy=0, grid=True):
    (tx, ty, c), (kx, ky) = self.tck[:3], self.degrees
    return of_surface(tx, ty, c, kx, ky, x, y, known(dx), known(dy), grid)


def of_surface(tx, ty, c, kx, ky, x, y, dx, dy, grid):
    if dx > kx - 1 or dy > ky - 1:
        unsupported("an order of the degree or above")
    c = np.reshape(c, (len(tx) - kx - 1, len(ty) - ky - 1))
    tx, ty, c, kx, ky = derived(tx, ty, c, kx, ky, dx, dy)
    x, y = double(x), double(y)
    if grid:
        x, y = np.reshape(x, (-1, 1)), np.reshape(y, (-1,))
        if np.any(np.diff(x[:, 0]) < 0) or np.any(np.diff(y) < 0):
            raise ValueError("x and y must be increasing when `grid` is True")
    return finished(surface(tx, ty, c, kx, ky, x, y))


@defines(interpolate.BivariateSpline.ev)
def ev(self, xi, yi, dx=0, dy=0):
    return bivariate(self, xi, yi, dx, dy, False)


@defines(interpolate.bisplev)
def bisplev(x, y, tck, dx=0, dy=0):
    tx, ty, c, kx, ky = tck
    x, y = np.atleast_1d(double(x)), np.atleast_1d(double(y))
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError("First two entries should be rank-1 arrays.")
    tx, ty, c = double(tx), double(ty), double(c)
    z = of_surface(tx, ty, c, known(kx), known(ky), x, y, known(dx), known(dy), True)
    if len(x) > 1:
        return z
    return z[0] if len(y) > 1 else z[0][0]


@defines(interpolate.RectBivariateSpline)
def rect_bivariate(x, y, z, bbox=None, kx=3, ky=3, s=0, maxit=20):
    kx, ky = known(kx), known(ky)
    if bbox is not None or s != 0 or kx % 2 == 0 or ky % 2 == 0:
        unsupported("smoothing, a box, or even degrees")
    x, y, z = np.ravel(double(x)), np.ravel(double(y)), double(z)
    if np.any(np.diff(x) <= 0) or np.any(np.diff(y) <= 0):
        raise ValueError("x and y must be strictly increasing")
    tx, ty = usual_knots(x, kx), usual_knots(y, ky)
    c = solved(tx, x, z, kx) if kx > 1 else z
    c = np.transpose(solved(ty, y, np.transpose(c), ky)) if ky > 1 else c
    made = blank(interpolate.RectBivariateSpline)
    made.tck = tx, ty, np.ravel(c)
    made.degrees = kx, ky
    return made
