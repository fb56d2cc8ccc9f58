"""``scipy.stats``: tests by ranks, which do not move with the data, and by the distance of distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_stats.hypotheses import Result, samples_of
from srcgrad.definitions.scipy_stats.policies import of_samples
from srcgrad.definitions.scipy_stats.samples import plain
from srcgrad.runtime import stop_gradient

BY_RANKS = (
    "ansari brunnermunzel cramervonmises_2samp fligner friedmanchisquare kendalltau kruskal "
    "mannwhitneyu mood page_trend_test percentileofscore rankdata ranksums somersd spearmanr "
    "weightedtau wilcoxon"
)


def still(value):
    """What it is, without a derivative."""
    return stop_gradient(value) if isinstance(value, float | np.ndarray) else value


def constant_of(function: Any) -> Any:
    """The definition of a function of ranks."""

    def by_ranks(*args, **keywords):
        keywords = {name: still(value) for name, value in keywords.items()}
        return as_is(function, *[still(arg) for arg in args], **keywords)

    return by_ranks


for name in BY_RANKS.split():
    defines(getattr(stats, name))(constant_of(getattr(stats, name)))


class Distance(Result):
    """The result of a test of Kolmogorov and Smirnov."""

    def __init__(self, statistic, pvalue, location, sign):
        self.statistic, self.pvalue = statistic, pvalue
        self.statistic_location, self.statistic_sign = location, sign

    def each(self, change):
        parts = self.statistic, self.pvalue, self.statistic_location, self.statistic_sign
        return Distance(*[change(one) for one in parts])


@defines(stats.ks_2samp)
@of_samples("data1", "data2")
def ks_2samp(
    data1,
    data2,
    alternative="two-sided",
    method="auto",
    *,
    axis=0,
    nan_policy="propagate",
    keepdims=False,
):
    """Ranks again, but for the place where the distance is largest, which is one of the numbers."""
    plain(nan_policy, keepdims)
    one, two = samples_of((data1, data2), axis)
    if one.ndim != 1:
        unsupported("several tests")
    given = as_is(stats.ks_2samp, stop_gradient(one), stop_gradient(two), alternative, method)
    both = np.concatenate([one, two])
    at = both[np.argmax(stop_gradient(both) == given.statistic_location)]
    return Distance(given.statistic, given.pvalue, at, given.statistic_sign)


@defines(stats.ks_1samp)
def ks_1samp(
    x,
    cdf,
    args=(),
    alternative="two-sided",
    method="auto",
    *,
    axis=0,
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    (x,) = samples_of((x,), axis)
    if x.ndim != 1:
        unsupported("several tests")
    n = x.shape[0]
    x = np.sort(x)
    f = cdf(x, *args)
    above, below = np.arange(1.0, n + 1) / n - f, f - np.arange(0.0, n) / n
    high, low = np.argmax(above), np.argmax(below)
    side = alternative.lower()[0]
    if side == "g":
        return Distance(above[high], stats.ksone.sf(above[high], n), x[high], np.int8(1))
    if side == "l":
        return Distance(below[low], stats.ksone.sf(below[low], n), x[low], np.int8(-1))
    up = above[high] > below[low]
    found = np.where(up, above[high], below[low])[()]
    if method in ("auto", "exact"):
        p = stats.kstwo.sf(found, n)
    elif method == "asymp":
        p = stats.kstwobign.sf(found * np.sqrt(n))
    else:
        p = 2.0 * stats.ksone.sf(found, n)
    p = np.clip(p, 0.0, 1.0)
    at = np.where(up, x[high], x[low])[()]
    return Distance(found, p, at, np.where(up, np.int8(1), np.int8(-1))[()])


@defines(stats.kstest)
def kstest(
    rvs,
    cdf,
    args=(),
    N=20,
    alternative="two-sided",
    method="auto",
    *,
    axis=0,
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    if callable(rvs) or isinstance(rvs, str):
        unsupported("numbers that are drawn")
    if isinstance(cdf, str):
        return ks_1samp(rvs, getattr(stats, cdf).cdf, args, alternative, method, axis=axis)
    if callable(cdf):
        return ks_1samp(rvs, cdf, args, alternative, method, axis=axis)
    return ks_2samp(rvs, cdf, alternative, method, axis=axis)


# --- a line by the median of slopes ------------------------------------------------------------------


class Slopes(Result):
    """The result of ``theilslopes``."""

    def __init__(self, slope, intercept, low_slope, high_slope):
        self.slope, self.intercept = slope, intercept
        self.low_slope, self.high_slope = low_slope, high_slope

    def numbers(self):
        return self.slope, self.intercept, self.low_slope, self.high_slope

    def each(self, change):
        return Slopes(*[change(one) for one in self.numbers()])


def limits_of(x, y, number, alpha):
    """The places among the sorted slopes between which the slope is with this confidence."""
    n, z = len(y), stats.norm.ppf(min(alpha, 1.0 - alpha) / 2.0)
    spread = n * (n - 1) * (2 * n + 5)
    for values in (x, y):
        counts = np.unique(values, return_counts=True)[1]
        spread -= np.sum((counts * (counts - 1) * (2 * counts + 5))[counts > 1])
    half = z * np.sqrt(spread / 18.0)
    low = max(int(np.round((number + half) / 2.0)) - 1, 0)
    return np.array([low, min(int(np.round((number - half) / 2.0)), number - 1)])


@defines(stats.theilslopes)
@of_samples("y", "x", paired=True)
def theilslopes(
    y,
    x=None,
    alpha=0.95,
    method="separate",
    *,
    axis=None,
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    if axis is not None and np.ndim(y) != 1:
        unsupported("several lines")
    y = np.ravel(y).astype(float)
    x = np.arange(y.shape[0], dtype=float) if x is None else np.ravel(x).astype(float)
    first, second = np.nonzero(stop_gradient(x)[:, None] > stop_gradient(x))
    slopes = np.sort((y[first] - y[second]) / (x[first] - x[second]))
    ends = as_is(limits_of, stop_gradient(x), stop_gradient(y), slopes.shape[0], alpha)
    limits = slopes[np.asarray(ends, dtype=int)]
    slope = np.median(slopes)
    if method == "joint":
        intercept = np.median(y - slope * x)
    elif method == "separate":
        intercept = np.median(y) - slope * np.median(x)
    else:
        raise ValueError("method must be either 'joint' or 'separate'.")
    return Slopes(slope, intercept, limits[0], limits[1])


class Line(Slopes):
    """The result of ``siegelslopes``."""

    def __init__(self, slope, intercept):
        self.slope, self.intercept = slope, intercept

    def numbers(self):
        return self.slope, self.intercept

    def each(self, change):
        return Line(change(self.slope), change(self.intercept))


@defines(stats.siegelslopes)
@of_samples("y", "x", paired=True)
def siegelslopes(
    y, x=None, method="hierarchical", *, axis=None, nan_policy="propagate", keepdims=False
):
    plain(nan_policy, keepdims)
    if axis is not None and np.ndim(y) != 1:
        unsupported("several lines")
    y = np.ravel(y).astype(float)
    x = np.arange(y.shape[0], dtype=float) if x is None else np.ravel(x).astype(float)
    apart = x[:, None] - x
    other = apart != 0.0
    widths = np.where(other, apart, 1.0)
    slope = np.median(median_of(other, (y[:, None] - y) / widths))
    if method == "hierarchical":
        intercept = np.median(y - slope * x)
    elif method == "separate":
        intercept = np.median(median_of(other, (y * x[:, None] - y[:, None] * x) / widths))
    else:
        raise ValueError("method can only be 'hierarchical' or 'separate'")
    return Line(slope, intercept)


def median_of(kept, rows):
    """The median of each row, of what is kept."""
    return np.nanmedian(np.where(kept, rows, np.nan), axis=1)
