"""``scipy.interpolate``: piecewise polynomials, and the interpolators that are such.

By the points, the coefficients, the breakpoints and the data. At a breakpoint, slopes are those to its right.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcgrad.definitions import blank, defines, known, unsupported
from srcgrad.runtime import sparse_pattern, sparse_solve, stop_gradient

PPoly = interpolate.PPoly
BASE = PPoly.__mro__[1]
HIDDEN = isinstance(getattr(PPoly, "c", None), property)  # ``c`` and ``x`` read ``_c`` and ``_x``


def property_of(cls, name):
    """The function that reads an attribute, if it is a property."""
    found = getattr(cls, name, None)
    return [found.fget] if isinstance(found, property) else []


@defines(*property_of(PPoly, "c"))
def coefficients(self):
    return self._c if HIDDEN else self.c


@defines(*property_of(PPoly, "x"))
def breakpoints(self):
    return self._x if HIDDEN else self.x


def piecewise(cls, c, x, extrapolate, axis):
    made = blank(cls)
    if HIDDEN:
        made._c, made._x = c, x
    else:
        made.c, made.x = c, x
    made.extrapolate = extrapolate
    made.axis = axis
    return made


def double(x):
    """An array in double precision, as all splines compute."""
    x = np.asarray(x)
    return x if x.dtype.kind == "c" else x.astype(np.float64)


@defines(PPoly)
def ppoly(c, x, extrapolate=None, axis=0):
    c, x, axis = double(c), double(x), known(axis)
    if axis != 0:
        c = np.moveaxis(np.moveaxis(c, axis + 1, 0), axis + 1, 0)
    return piecewise(PPoly, c, x, True if extrapolate is None else extrapolate, axis)


def finished(y):
    """SciPy gives an array of no axes at one point, where arithmetic makes a number."""
    return np.array(y) if np.ndim(y) == 0 else y


# --- evaluation -----------------------------------------------------------------------------------


def wrapped(p, start, end):
    """Points in the first period."""
    return start + (p - start) % (end - start)


def interval(x, p):
    """The interval of each point; those outside belong to the first and the last one."""
    x, p = stop_gradient(x), stop_gradient(p)
    sign = np.where(x[-1] < x[0], -1.0, 1.0)
    found = np.searchsorted(sign * x, sign * p, side="right") - 1
    return np.clip(found, 0, len(x) - 2)


def like_points(values, p):
    """What belongs to points, to be combined with what has more axes."""
    return np.reshape(p, np.shape(p) + (1,) * (np.ndim(values) - np.ndim(p)))


def inside(values, p, start, end):
    """NaN for points outside."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    there = (stop_gradient(p) >= stop_gradient(low)) & (stop_gradient(p) <= stop_gradient(high))
    return np.where(like_points(values, there), values, np.nan)


def polynomials(c, x, p, nu):
    """The derivative of order ``nu`` at points, by Horner's rule."""
    i = interval(x, p)
    y = np.zeros(np.shape(p) + np.shape(c)[2:], c.dtype)
    s = np.reshape(p - x[i], np.shape(p) + (1,) * (np.ndim(c) - 2))
    order = len(c) - 1
    for k in range(order + 1 - nu):
        factor = 1.0
        for j in range(nu):
            factor = factor * (order - k - j)
        y = y * s + factor * c[k][i]
    return y


def placed(values, p, axis):
    """The axes of the points where the axis of interpolation was."""
    n = np.ndim(p)
    if axis == 0 or n == 0:
        return values
    rest = range(n, np.ndim(values))
    return np.transpose(values, (*rest[:axis], *range(n), *rest[axis:]))


def evaluated(c, x, p, nu, extrapolate):
    """The values; points outside by the first and last polynomial, or NaN, or by periods."""
    if extrapolate == "periodic":
        return inside(
            polynomials(c, x, wrapped(p, x[0], x[-1]), nu), wrapped(p, x[0], x[-1]), x[0], x[-1]
        )
    y = polynomials(c, x, p, nu)
    return y if extrapolate else inside(y, p, x[0], x[-1])


@defines(PPoly.__call__)
def ppoly_call(self, x, nu=0, extrapolate=None):
    if not isinstance(self, PPoly):
        unsupported("another basis")
    p = double(x)
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    y = evaluated(coefficients(self), breakpoints(self), p, nu, extrapolate)
    return finished(placed(y, p, self.axis))


# --- derivatives and integrals --------------------------------------------------------------------


@defines(PPoly.derivative)
def derivative(self, nu=1):
    if nu < 0:
        return antiderivative(self, -nu)
    c = coefficients(self)
    for _ in range(nu):
        c = differentiated(c)
    return piecewise(type(self), c, breakpoints(self), self.extrapolate, self.axis)


def differentiated(c):
    order = len(c) - 1
    if order == 0:
        return np.zeros_like(c)
    return c[:-1] * np.reshape(np.arange(order, 0, -1.0), (-1,) + (1,) * (np.ndim(c) - 1))


@defines(PPoly.antiderivative)
def antiderivative(self, nu=1):
    if nu <= 0:
        return derivative(self, -nu)
    c, x = coefficients(self), breakpoints(self)
    for _ in range(nu):
        c = integrated(c, x)
    extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
    return piecewise(type(self), c, x, extrapolate, self.axis)


def integrated(c, x):
    """The coefficients of a continuous primitive, which is 0 at the first breakpoint."""
    order = len(c)
    divided = c / np.reshape(np.arange(order, 0, -1.0), (-1,) + (1,) * (np.ndim(c) - 1))
    h = np.reshape(np.diff(x), (-1,) + (1,) * (np.ndim(c) - 2))
    pieces = np.zeros(np.shape(c)[1:], c.dtype)
    for k in range(order):
        pieces = (pieces + divided[k]) * h
    starts = np.cumsum(pieces, axis=0) - pieces
    return np.concatenate((divided, starts[None]))


@defines(PPoly.integrate)
def integrate(self, a, b, extrapolate=None):
    extrapolate = self.extrapolate if extrapolate is None else extrapolate
    x = breakpoints(self)
    c = integrated(coefficients(self), x)
    if extrapolate == "periodic":
        return finished(periods(c, x, b) - periods(c, x, a))
    return finished(
        evaluated(c, x, double(b), 0, extrapolate) - evaluated(c, x, double(a), 0, extrapolate)
    )


def periods(c, x, p):
    """The integral from the first breakpoint on of what goes on with its period."""
    start, period = x[0], x[-1] - x[0]
    count = np.floor(stop_gradient((p - start) / period))
    whole = evaluated(c, x, double(x[-1]), 0, True)
    return count * whole + evaluated(c, x, double(p - count * period), 0, True)


# --- interpolators --------------------------------------------------------------------------------


def prepared(x, y, axis):
    """Breakpoints, the data along the first axis, and that axis."""
    x, y = double(x), double(y)
    axis = known(axis) % np.ndim(y)
    if x.shape[0] < 2 or x.shape[0] != y.shape[axis]:
        raise ValueError("`x` must contain at least 2 elements, as many as `y` along `axis`.")
    if np.any(np.diff(x) <= 0):
        raise ValueError("`x` must be strictly increasing sequence.")
    return x, np.moveaxis(y, axis, 0), axis


def widths(x, y):
    """The widths of the intervals, to be combined with the data."""
    return np.reshape(np.diff(x), (-1,) + (1,) * (np.ndim(y) - 1))


def hermite(cls, x, y, s, extrapolate, axis):
    """The piecewise cubic polynomial of values and slopes."""
    h = widths(x, y)
    slope = np.diff(y, axis=0) / h
    t = (s[:-1] + s[1:] - 2.0 * slope) / h
    c = np.stack((t / h, (slope - s[:-1]) / h - t, s[:-1], y[:-1]))
    return piecewise(cls, c, x, True if extrapolate is None else extrapolate, axis)


@defines(interpolate.CubicHermiteSpline)
def cubic_hermite(x, y, dydx, axis=0, extrapolate=None):
    x, y, axis = prepared(x, y, axis)
    s = np.moveaxis(double(dydx), axis, 0)
    return hermite(interpolate.CubicHermiteSpline, x, y, s, extrapolate, axis)


@defines(interpolate.PchipInterpolator)
def pchip(x, y, axis=0, extrapolate=None):
    x, y, axis = prepared(x, y, axis)
    if y.dtype.kind == "c":
        unsupported("complex data")
    s = monotone(widths(x, y), np.diff(y, axis=0) / widths(x, y))
    return hermite(interpolate.PchipInterpolator, x, y, s, extrapolate, axis)


def monotone(h, m):
    """Slopes by Fritsch and Butland: weighted harmonic means, 0 at extrema."""
    if len(m) == 1:
        return np.concatenate((m, m))
    flat = (np.sign(m[1:]) != np.sign(m[:-1])) | (m[1:] == 0) | (m[:-1] == 0)
    left, right = np.where(flat, 1.0, m[:-1]), np.where(flat, 1.0, m[1:])
    w1, w2 = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    inner = np.where(flat, 0.0, (w1 + w2) / (w1 / left + w2 / right))
    first, last = at_end(h[0], h[1], m[0], m[1]), at_end(h[-1], h[-2], m[-1], m[-2])
    return np.concatenate((first[None], inner, last[None]))


def at_end(h0, h1, m0, m1):
    """The slope of the parabola through three points, limited so that the shape is kept."""
    d = ((2.0 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    limited = np.where((np.sign(m0) != np.sign(m1)) & (np.abs(d) > 3.0 * np.abs(m0)), 3.0 * m0, d)
    return np.asarray(np.where(np.sign(d) != np.sign(m0), 0.0, limited))


@defines(interpolate.Akima1DInterpolator)
def akima(x, y, axis=0, *, method="akima", extrapolate=None):
    x, y, axis = prepared(x, y, axis)
    if y.dtype.kind == "c" or method not in ("akima", "makima"):
        unsupported("complex data, or this method")
    s = by_neighbours(np.diff(y, axis=0) / widths(x, y), method)
    extrapolate = False if extrapolate is None else extrapolate
    return hermite(interpolate.Akima1DInterpolator, x, y, s, extrapolate, axis)


def by_neighbours(m, method):
    """Slopes by those of two intervals on each side (Akima 1970)."""
    if len(m) == 1:
        return np.concatenate((m, m))
    first, last = 2.0 * m[0] - m[1], 2.0 * m[-1] - m[-2]
    before, after = 2.0 * first - m[0], 2.0 * last - m[-1]
    m = np.concatenate((before[None], first[None], m, last[None], after[None]))
    dm = np.abs(np.diff(m, axis=0))
    f1, f2 = dm[2:], dm[:-2]
    if method == "makima":
        pm = np.abs(m[1:] + m[:-1])
        f1, f2 = f1 + 0.5 * pm[2:], f2 + 0.5 * pm[:-2]
    f12 = f1 + f2
    there = f12 > 1e-9 * np.max(f12)
    ratio = f2 / np.where(there, f12, 1.0)
    return np.where(there, m[1:-2] + ratio * (m[2:-1] - m[1:-2]), 0.5 * (m[3:] + m[:-3]))


# --- cubic splines --------------------------------------------------------------------------------


@defines(interpolate.CubicSpline)
def cubic_spline(x, y, axis=0, bc_type="not-a-knot", extrapolate=None):
    x, y, axis = prepared(x, y, axis)
    start, end = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    if start == "periodic":
        s = periodic_slopes(x, y)
    else:
        s = slopes(x, y, condition(start), condition(end))
    if extrapolate is None:
        extrapolate = "periodic" if start == "periodic" else True
    return hermite(interpolate.CubicSpline, x, y, s, extrapolate, axis)


def condition(bc):
    if not isinstance(bc, str):
        return known(bc[0]), bc[1]
    if bc == "not-a-knot":
        return bc
    if bc not in ("clamped", "natural"):
        unsupported("this boundary condition")
    return (1, 0.0) if bc == "clamped" else (2, 0.0)


def slopes(x, y, start, end):
    """The slopes at the breakpoints that make the second derivative continuous."""
    h = np.diff(x)
    slope = np.diff(y, axis=0) / widths(x, y)
    if start == "not-a-knot" and end == "not-a-knot" and len(x) == 3:
        bend = (slope[1] - slope[0]) / (x[2] - x[0])
        return np.stack((slope[0] - h[0] * bend, slope[0] + h[0] * bend, slope[1] + h[1] * bend))
    d0, u0, b0 = end_row(h, slope, start)
    d1, l1, b1 = end_row(-h[::-1], slope[::-1], end)
    hy = widths(x, y)
    inner = 3.0 * (hy[1:] * slope[:-1] + hy[:-1] * slope[1:])
    zero = np.zeros(1)
    diagonal = np.concatenate((one(d0), 2.0 * (h[:-1] + h[1:]), one(d1)))
    lower = np.concatenate((h[1:], one(l1), zero))
    upper = np.concatenate((zero, one(u0), h[:-1]))
    b = np.concatenate((b0[None], inner, b1[None]))
    n = len(x)
    pattern = sparse_pattern("dia", (np.array([-1, 0, 1]),), (n, n))
    found = sparse_solve(pattern, np.stack((lower, diagonal, upper)), np.reshape(b, (n, -1)))
    return np.reshape(found, np.shape(b))


def one(x):
    return np.reshape(x, (1,))


def end_row(h, slope, bc):
    """What holds at the first breakpoint, of the first two slopes; from the end, ``h`` is negative."""
    sign = np.sign(stop_gradient(h[0]))
    if bc == "not-a-knot":
        if len(h) == 1:
            return 1.0 + 0.0 * h[0], 0.0 * h[0], np.asarray(slope[0])
        d = h[0] + h[1]
        b = ((h[0] + 2.0 * d) * h[1] * slope[0] + h[0] ** 2 * slope[1]) / d
        return sign * h[1], sign * d, np.asarray(sign * b)
    if bc[0] == 1:
        return 1.0 + 0.0 * h[0], 0.0 * h[0], np.asarray(bc[1] + 0.0 * slope[0])
    if bc[0] != 2:
        unsupported("this boundary condition")
    b = -0.5 * bc[1] * h[0] ** 2 + 3.0 * h[0] * slope[0]
    return sign * 2.0 * h[0], sign * h[0], np.asarray(sign * b)


def periodic_slopes(x, y):
    if not np.allclose(stop_gradient(y[0]), stop_gradient(y[-1]), rtol=1e-15, atol=1e-15):
        raise ValueError("The first and last `y` point must be identical for `periodic`.")
    h = np.diff(x)
    hy = widths(x, y)
    slope = np.diff(y, axis=0) / hy
    before, hy_before = np.roll(h, 1), np.roll(hy, 1, axis=0)
    b = 3.0 * (hy * np.roll(slope, 1, axis=0) + hy_before * slope)
    n = len(h)
    i = np.arange(n)
    places = np.concatenate((i, i, i)), np.concatenate((np.roll(i, 1), i, np.roll(i, -1)))
    data = np.concatenate((h, 2.0 * (before + h), before))
    found = sparse_solve(sparse_pattern("coo", places, (n, n)), data, np.reshape(b, (n, -1)))
    s = np.reshape(found, np.shape(b))
    return np.concatenate((s, s[:1]))


@defines(interpolate.pchip_interpolate)
def pchip_interpolate(xi, yi, x, der=0, axis=0):
    return of_order(pchip(xi, yi, axis), x, der)


def of_order(spline, x, der):
    if np.ndim(der) != 0:
        unsupported("several orders")
    return ppoly_call(spline, x, der)
