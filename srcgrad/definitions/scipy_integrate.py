"""``scipy.integrate``: rules for sampled functions, and of fixed order; integrals inside of others."""

from __future__ import annotations

import numpy as np
from scipy import integrate
from scipy.special import roots_legendre

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.calculus import trapezoid as numpy_trapezoid


@defines(integrate.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    return numpy_trapezoid(y, x, dx, axis)


@defines(integrate.cumulative_trapezoid)
def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    y = np.moveaxis(np.asarray(y), axis, -1)
    widths = dx
    if x is not None:
        widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    found = np.cumsum(widths * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        found = np.concatenate((initial + 0.0 * y[..., :1], found), axis=-1)
    return np.moveaxis(found, -1, axis)


@defines(integrate.simpson)
def simpson(y, x=None, *, dx=1.0, axis=-1):
    """Parabolas through three points each; the last interval of an even number by Cartwright's."""
    y = np.moveaxis(np.asarray(y), axis, -1)
    if y.dtype != np.float64:
        unsupported("numbers of single precision")
    n = y.shape[-1]
    if x is None:
        widths = np.full(n - 1, dx)
    else:
        widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    if n <= 2:
        return np.sum(0.5 * widths * (y[..., 1:] + y[..., :-1]), axis=-1)
    if n % 2 == 1:
        return parabolas(y, widths)
    h0, h1 = widths[..., -2], widths[..., -1]
    last = (
        ratio(2.0 * h1**2 + 3.0 * h0 * h1, 6.0 * (h1 + h0)) * y[..., -1]
        + ratio(h1**2 + 3.0 * h0 * h1, 6.0 * h0) * y[..., -2]
        - ratio(h1**3, 6.0 * h0 * (h0 + h1)) * y[..., -3]
    )
    return parabolas(y[..., :-1], widths[..., :-1]) + last


@defines(integrate.romb)
def romb(y, dx=1.0, axis=-1, show=False):
    y = np.moveaxis(np.asarray(y), axis, -1)
    return dx * (y @ as_is(integrate.romb, np.eye(y.shape[-1])))


def parabolas(y, widths):
    """The integral of parabolas through an odd number of points."""
    h0, h1 = widths[..., 0::2], widths[..., 1::2]
    whole = h0 + h1
    first = y[..., 0:-2:2] * (2.0 - ratio(h1, h0))
    middle = y[..., 1:-1:2] * ratio(whole * whole, h0 * h1)
    return np.sum(whole / 6.0 * (first + middle + y[..., 2::2] * (2.0 - ratio(h0, h1))), axis=-1)


def ratio(a, b):
    """``a / b``, and 0 where two points are one."""
    return np.where(b == 0.0, 0.0, a / np.where(b == 0.0, 1.0, b))


@defines(integrate.cumulative_simpson)
def cumulative_simpson(y, *, x=None, dx=1.0, axis=-1, initial=None):
    """Each interval by the parabola through the point after it, or before, in turn."""
    y = np.moveaxis(np.asarray(y), axis, -1)
    if y.dtype != np.float64 or np.ndim(dx) != 0:
        unsupported("numbers of single precision, or an array for dx")
    n = y.shape[-1]
    if x is None:
        widths = np.full(n - 1, dx)
    else:
        widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
        if np.any(widths <= 0.0):
            raise ValueError("Input x must be strictly increasing.")
    if n < 3:
        parts = 0.5 * widths * (y[..., 1:] + y[..., :-1])
    else:
        before = first_parts(y, widths)
        after = first_parts(y[..., ::-1], widths[..., ::-1])[..., ::-1]
        even = np.concatenate((before, after[..., -1:]), axis=-1)
        odd = np.concatenate((after[..., :1], after), axis=-1)
        parts = np.where(np.arange(n - 1) % 2 == 1, odd, even)
    found = np.cumsum(parts, axis=-1)
    if initial is not None:
        found = np.concatenate((0.0 * y[..., :1] + initial, found + initial), axis=-1)
    return np.moveaxis(found, -1, axis)


def first_parts(y, widths):
    """The integral of the parabola through three points from the first to the second, for each."""
    h0, h1 = widths[..., :-1], widths[..., 1:]
    whole = h0 + h1
    part = h0 / whole
    weights = 3.0 - part, 3.0 + h0**2 / (whole * h1) + part, -part * h0 / h1
    return (
        h0 / 6.0 * (weights[0] * y[..., :-2] + weights[1] * y[..., 1:-1] + weights[2] * y[..., 2:])
    )


@defines(integrate.fixed_quad)
def fixed_quad(func, a, b, args=(), n=5):
    if np.isinf(a) or np.isinf(b):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    x, w = roots_legendre(n)
    y = (b - a) * (x + 1.0) / 2.0 + a
    return (b - a) / 2.0 * np.sum(w * func(y, *args), axis=-1), None


@defines(integrate.dblquad)
def dblquad(func, a, b, gfun, hfun, args=(), epsabs=1.49e-8, epsrel=1.49e-8):
    """One integral inside of another, as SciPy does it; the estimate of the error is not known."""

    def rows(x):
        low = gfun(x) if callable(gfun) else gfun
        high = hfun(x) if callable(hfun) else hfun
        inner = lambda y: func(y, x, *args)  # noqa: E731
        return integrate.quad(inner, low, high, epsabs=epsabs, epsrel=epsrel)[0]

    return integrate.quad(rows, a, b, epsabs=epsabs, epsrel=epsrel)[0], error_of_dblquad


@defines(integrate.tplquad)
def tplquad(func, a, b, gfun, hfun, qfun, rfun, args=(), epsabs=1.49e-8, epsrel=1.49e-8):
    def planes(x):
        low = gfun(x) if callable(gfun) else gfun
        high = hfun(x) if callable(hfun) else hfun

        def rows(y):
            first = qfun(x, y) if callable(qfun) else qfun
            last = rfun(x, y) if callable(rfun) else rfun
            inner = lambda z: func(z, y, x, *args)  # noqa: E731
            return integrate.quad(inner, first, last, epsabs=epsabs, epsrel=epsrel)[0]

        return integrate.quad(rows, low, high, epsabs=epsabs, epsrel=epsrel)[0]

    return integrate.quad(planes, a, b, epsabs=epsabs, epsrel=epsrel)[0], error_of_dblquad


@defines(integrate.nquad)
def nquad(func, ranges, args=None, opts=None, full_output=False):
    if opts is not None or full_output:
        unsupported("opts= and full_output=")
    args = () if args is None else args
    return nested(func, ranges, args, len(ranges) - 1, ()), error_of_dblquad


def nested(func, ranges, args, k, outer):
    """The integral over the variable of this number, and over those before it."""
    limits = ranges[k](*outer, *args) if callable(ranges[k]) else ranges[k]
    if k == 0:
        inner = lambda t: func(t, *outer, *args)  # noqa: E731
    else:
        inner = lambda t: nested(func, ranges, args, k - 1, (t, *outer))  # noqa: E731
    return integrate.quad(inner, limits[0], limits[1])[0]


def error_of_dblquad():
    """Stands for the estimate, which is no number here."""
