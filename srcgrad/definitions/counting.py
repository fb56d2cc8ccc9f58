"""Histograms, bins, sets; interpolation beyond the ends; padding by other than copies."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.runtime import stop_gradient


@defines(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    x = np.asarray(x)
    if weights is None:
        return as_is(np.bincount, x, None, minlength)
    found = np.zeros(np.size(as_is(np.bincount, x, None, minlength)))
    np.add.at(found, x, weights)
    return found


@defines(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    if isinstance(bins, str):
        unsupported("a rule for the bins")
    a = np.ravel(a)
    edges = edges_of(a, bins, range)
    if weights is None:
        counts = as_is(np.histogram, stop_gradient(a), stop_gradient(edges))[0]
        if not density:
            return counts, edges
        counts = np.asarray(counts, dtype=float)
    else:
        weights = np.ravel(weights)
        ends, points = stop_gradient(edges), stop_gradient(a)
        last = edges.shape[0] - 2
        bin_of = np.clip(np.searchsorted(ends, points, side="right") - 1, 0, last)
        inside = (points >= ends[0]) & (points <= ends[-1])
        counts = np.zeros(edges.shape[0] - 1, dtype=weights.dtype)
        np.add.at(counts, bin_of, np.where(inside, weights, 0))
    return (counts / np.diff(edges) / np.sum(counts) if density else counts), edges


@defines(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    if isinstance(bins, str):
        unsupported("a rule for the bins")
    return edges_of(np.ravel(a), bins, range)


def edges_of(a, bins, range):
    if np.ndim(bins) == 1:
        return np.asarray(bins)
    first, last = (np.min(a), np.max(a)) if range is None else range
    if first == last:  # equal numbers lie in the middle
        first, last = first - 0.5, last + 0.5
    return np.linspace(first, last, bins + 1)


@defines(np.digitize)
def digitize(x, bins, right=False):
    return as_is(np.digitize, stop_gradient(np.asarray(x)), stop_gradient(np.asarray(bins)), right)


@defines(np.union1d)
def union1d(ar1, ar2):
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


@defines(np.unique)
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None):
    ar = np.asarray(ar)
    if axis is not None or ar.dtype.kind != "f":
        unsupported("rows")
    if not (return_index or return_inverse or return_counts):
        line = np.sort(np.ravel(ar))
        return line[np.concatenate((np.ones(1, bool), line[1:] != line[:-1]))]
    found = as_is(np.unique, stop_gradient(ar), True, return_inverse, return_counts)
    values = np.ravel(ar)[found[1]]
    return (values,) + (found[1:] if return_index else found[2:])


@defines(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    xp = np.asarray(xp)
    if period is not None:
        return periodic(x, xp, np.asarray(fp), period)
    found = np.interp(x, xp, fp)
    if left is not None:
        found = np.where(x < xp[0], left, found)
    if right is not None:
        found = np.where(x > xp[-1], right, found)
    return found


def periodic(x, xp, fp, period):
    """Interpolation of a periodic function: the knots go on at both ends."""
    period = np.abs(period)
    x, xp = np.asarray(x) % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return np.interp(x, xp, np.concatenate((fp[-1:], fp, fp[:1])))


@defines(np.clip)
def clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None):
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    return np.clip(a, low, high)


def clip_method(a, min=None, max=None, out=None):
    """``a.clip(...)``, which has names that the function has from NumPy 2.1 on."""
    return np.clip(a, min, max, out)


@defines(np.round, np.around)
def around(a, decimals=0, out=None):
    unsupported("out=")


@defines(np.angle)
def angle(z, deg=False):
    z = np.asarray(z)
    found = np.arctan2(np.imag(z), np.real(z))
    return np.rad2deg(found) if deg else found


@defines(np.real_if_close)
def real_if_close(a, tol=100):
    a = np.asarray(a)
    if a.dtype.kind == "c":
        unsupported("complex numbers, whose values decide")
    return a


@defines(np.i0)
def i0(x):
    unsupported("no rule yet")


@defines(np.modf)
def modf(x):
    whole = np.trunc(x)
    return x - whole, whole


@defines(np.frexp)
def frexp(x):
    power = as_is(np.frexp, stop_gradient(x))[1]
    return np.ldexp(x, -power), power


@defines(np.divmod, divmod)
def divided(x, y):
    return x // y, x % y


@defines(np.spacing)
def spacing(x):
    return as_is(np.spacing, stop_gradient(x))


@defines(np.nextafter)
def nextafter(x1, x2):
    return x1 + as_is(
        np.subtract, as_is(np.nextafter, stop_gradient(x1), stop_gradient(x2)), stop_gradient(x1)
    )


@defines(np.float_power)
def float_power(x1, x2):
    return np.power(np.asarray(x1).astype(float), x2)
