"""``scipy.stats``: summaries within limits, of angles, of powers; estimates of cumulants."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import as_is, defines
from srcgrad.definitions.scipy_stats.hypotheses import inexact, named, number, samples_of
from srcgrad.definitions.scipy_stats.policies import of_samples
from srcgrad.definitions.scipy_stats.samples import kurtosis, plain, sample, scored, skew

DESCRIBED = named(stats.describe, "DescribeResult")


@defines(stats.describe)
def describe(a, axis=0, ddof=1, bias=True, nan_policy="propagate"):
    a, axis = sample(a, axis)
    if nan_policy == "omit" and a.ndim == 1:
        a = a[np.logical_not(np.isnan(a))]
    else:
        plain(nan_policy, False)
    if a.size == 0:
        raise ValueError("The input must not be empty.")
    ends = np.min(a, axis=axis), np.max(a, axis=axis)
    mean, variance = np.mean(a, axis=axis), np.var(a, axis=axis, ddof=ddof)
    shape = skew(a, axis, bias), kurtosis(a, axis, True, bias)
    return DESCRIBED(a.shape[axis], ends, mean, variance, *shape)


# --- within limits -----------------------------------------------------------------------------------


def within(a, limits, inclusive):
    """Which of the numbers are between the limits."""
    inside = np.ones(a.shape, bool)
    if limits is None:
        return inside
    (low, high), (with_low, with_high) = limits, inclusive
    if low is not None:
        inside = inside & (a >= low if with_low else a > low)
    if high is not None:
        inside = inside & (a <= high if with_high else a < high)
    return inside


def limited(a, limits, inclusive, axis, nan_policy, keepdims):
    plain(nan_policy, keepdims)
    (a,) = samples_of((a,), axis)
    return a, within(a, limits, inclusive)


def mean_of(a, inside):
    count = np.sum(inside, axis=-1, dtype=a.dtype)
    return np.where(count > 0, np.sum(np.where(inside, a, 0.0), axis=-1) / count, np.nan)[()]


def variance_of(a, inside, ddof):
    apart = np.where(inside, a - np.expand_dims(mean_of(a, inside), -1), 0.0)
    free = np.sum(inside, axis=-1, dtype=a.dtype) - ddof
    return np.where(free > 0, np.sum(apart**2, axis=-1) / free, np.nan)[()]


@defines(stats.tmean)
def tmean(
    a,
    limits=None,
    inclusive=(True, True),
    axis=None,
    *,
    nan_policy="propagate",
    keepdims=False,
):
    a, inside = limited(a, limits, inclusive, axis, nan_policy, keepdims)
    return mean_of(a, inside)


@defines(stats.tvar)
def tvar(
    a,
    limits=None,
    inclusive=(True, True),
    axis=0,
    ddof=1,
    *,
    nan_policy="propagate",
    keepdims=False,
):
    a, inside = limited(a, limits, inclusive, axis, nan_policy, keepdims)
    return variance_of(a, inside, ddof)


@defines(stats.tstd)
def tstd(
    a,
    limits=None,
    inclusive=(True, True),
    axis=0,
    ddof=1,
    *,
    nan_policy="propagate",
    keepdims=False,
):
    a, inside = limited(a, limits, inclusive, axis, nan_policy, keepdims)
    return np.sqrt(variance_of(a, inside, ddof))


@defines(stats.tsem)
def tsem(
    a,
    limits=None,
    inclusive=(True, True),
    axis=0,
    ddof=1,
    *,
    nan_policy="propagate",
    keepdims=False,
):
    a, inside = limited(a, limits, inclusive, axis, nan_policy, keepdims)
    return np.sqrt(variance_of(a, inside, ddof) / np.sum(inside, axis=-1, dtype=a.dtype))


@defines(stats.tmin)
def tmin(a, lowerlimit=None, axis=0, inclusive=True, nan_policy="propagate", *, keepdims=False):
    a, inside = limited(a, (lowerlimit, None), (inclusive, True), axis, nan_policy, keepdims)
    found = np.min(np.where(inside, a, np.inf), axis=-1)
    return np.where(np.any(inside, axis=-1), found, np.nan)[()]


@defines(stats.tmax)
def tmax(a, upperlimit=None, axis=0, inclusive=True, nan_policy="propagate", *, keepdims=False):
    a, inside = limited(a, (None, upperlimit), (True, inclusive), axis, nan_policy, keepdims)
    found = np.max(np.where(inside, a, -np.inf), axis=-1)
    return np.where(np.any(inside, axis=-1), found, np.nan)[()]


# --- cumulants, and scores ---------------------------------------------------------------------------


def cumulant(a, order):
    """Fisher's k-statistic, by central moments."""
    n = number(a)
    apart = a - np.mean(a, axis=-1, keepdims=True)
    second = np.sum(apart**2, axis=-1)
    if order == 1:
        return np.mean(a, axis=-1)
    if order == 2:
        return second / (n - 1.0)
    if order == 3:
        return n * np.sum(apart**3, axis=-1) / ((n - 1.0) * (n - 2.0))
    fourth = n * (n + 1.0) * np.sum(apart**4, axis=-1) - 3.0 * (n - 1.0) * second**2
    return fourth / ((n - 1.0) * (n - 2.0) * (n - 3.0))


@defines(stats.kstat)
def kstat(data, n=2, *, axis=None, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if n not in (1, 2, 3, 4):
        raise ValueError("k-statistics only supported for 1<=n<=4")
    (a,) = samples_of((data,), axis)
    return cumulant(a, n)


@defines(stats.kstatvar)
def kstatvar(data, n=2, *, axis=None, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if n not in (1, 2):
        raise ValueError("Only n=1 or n=2 supported.")
    (a,) = samples_of((data,), axis)
    size, second = number(a), cumulant(a, 2)
    if n == 1:
        return second / size
    return (2.0 * size * second**2 + (size - 1.0) * cumulant(a, 4)) / (size * (size + 1.0))


@defines(stats.zmap)
def zmap(scores, compare, axis=0, ddof=0, nan_policy="propagate"):
    return scored(inexact(scores), inexact(compare), axis, ddof, nan_policy)


@defines(stats.gstd)
def gstd(a, axis=0, ddof=1, *, keepdims=False, nan_policy="propagate"):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    return np.exp(np.std(np.log(a), axis=axis, ddof=ddof))


@defines(stats.yeojohnson_llf)
@of_samples("data")
def yeojohnson_llf(lmb, data, *, axis=0, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    (a,) = samples_of((data,), axis)
    spread = np.log(np.var(stats.yeojohnson(a, lmb), axis=-1))
    logs = np.sum(np.sign(a) * np.log1p(np.abs(a)), axis=-1)
    return (lmb - 1.0) * logs - number(a) / 2.0 * spread


# --- angles ------------------------------------------------------------------------------------------


def mean_direction(samples, high, low, axis, nan_policy, keepdims):
    """The means of sine and cosine."""
    plain(nan_policy, keepdims)
    (a,) = samples_of((samples,), axis)
    angles = (a - low) * 2.0 * np.pi / (high - low)
    return np.mean(np.sin(angles), axis=-1), np.mean(np.cos(angles), axis=-1)


@defines(stats.circmean)
def circmean(samples, high=2 * np.pi, low=0, axis=None, nan_policy="propagate", *, keepdims=False):
    sine, cosine = mean_direction(samples, high, low, axis, nan_policy, keepdims)
    angle = np.arctan2(sine, cosine) * ((high - low) / (2.0 * np.pi))
    return angle % (high - low) + low


def strength(samples, high, low, axis, nan_policy, keepdims):
    sine, cosine = mean_direction(samples, high, low, axis, nan_policy, keepdims)
    return np.minimum(np.sqrt(sine**2 + cosine**2), 1.0)


@defines(stats.circvar)
def circvar(samples, high=2 * np.pi, low=0, axis=None, nan_policy="propagate", *, keepdims=False):
    return 1.0 - strength(samples, high, low, axis, nan_policy, keepdims)


@defines(stats.circstd)
def circstd(
    samples,
    high=2 * np.pi,
    low=0,
    axis=None,
    nan_policy="propagate",
    *,
    normalize=False,
    keepdims=False,
):
    found = np.sqrt(-2.0 * np.log(strength(samples, high, low, axis, nan_policy, keepdims)))
    return found if normalize else found * ((high - low) / (2.0 * np.pi))


# --- moments by order statistics ---------------------------------------------------------------------


def moment_weights(n, number):
    """The weights of sorted numbers in their L-moments, one row for each order."""
    found, places = np.zeros((number, n)), np.arange(n)
    for r in range(number):
        for k in range(min(r + 1, n)):
            share = special.binom(places, k) / special.binom(n - 1, k) / n
            found[r] += (-1.0) ** (r - k) * special.binom(r, k) * special.binom(r + k, k) * share
    found[n:] = np.nan
    return found


if hasattr(stats, "lmoment"):

    @defines(stats.lmoment)
    def lmoment(
        sample,
        order=None,
        *,
        axis=0,
        sorted=False,
        standardize=True,
        nan_policy="propagate",
        keepdims=False,
    ):
        plain(nan_policy, keepdims)
        (a,) = samples_of((sample,), axis)
        order = np.asarray([1, 2, 3, 4] if order is None else order)
        number = max(int(np.max(order)), 2)
        lines = a if sorted else np.sort(a, axis=-1)
        weights = np.asarray(as_is(moment_weights, a.shape[-1], number), dtype=a.dtype)
        found = np.moveaxis(lines @ weights.T, -1, 0)
        if standardize and number > 2:
            found = np.concatenate((found[:2], found[2:] / found[1]))
        return found[order - 1]
