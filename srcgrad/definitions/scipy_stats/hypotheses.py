"""``scipy.stats``: tests of hypotheses whose statistics move with the data, and lines fitted to data."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import scipy
from scipy import special, stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_stats.policies import of_samples
from srcgrad.definitions.scipy_stats.samples import plain


class Result:
    """Numbers with names, of which the first are unpacked as a tuple is."""

    statistic: Any
    pvalue: Any

    def numbers(self):
        return self.statistic, self.pvalue

    def __iter__(self):
        return iter(self.numbers())

    def __getitem__(self, place):
        return self.numbers()[place]

    def __len__(self):
        return len(self.numbers())


class Tested(Result):
    """A statistic, and how probable a more extreme one is."""

    def __init__(self, statistic, pvalue):
        self.statistic, self.pvalue = statistic, pvalue

    def each(self, change):
        return Tested(change(self.statistic), change(self.pvalue))


def named(function: Any, name: str) -> Any:
    """The class of a function's results, a named tuple."""
    return getattr(sys.modules[function.__module__], name, Tested)


F_ONEWAY = named(stats.f_oneway, "F_onewayResult")
POWER = named(stats.chisquare, "Power_divergenceResult")
BARTLETT = named(stats.bartlett, "BartlettResult")
LEVENE = named(stats.levene, "LeveneResult")
SKEW = named(stats.skewtest, "SkewtestResult")
KURTOSIS = named(stats.kurtosistest, "KurtosistestResult")
NORMAL = named(stats.normaltest, "NormaltestResult")
STUDENT = named(stats.ttest_ind_from_stats, "Ttest_indResult")


NARROW = tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17)  # whether single stays single


def inexact(a):
    a = np.asarray(a)
    if a.dtype == np.float32 and not NARROW:
        unsupported("single precision, in this version")
    return a if a.dtype.kind == "f" else a.astype(float)


def samples_of(samples, axis):
    """Samples of one precision along the last axis."""
    samples = [inexact(one) for one in samples]
    samples = [one.astype(np.result_type(*samples)) for one in samples]
    if axis is None:
        return [np.ravel(one) for one in samples]
    for one in samples:
        if one.ndim != samples[0].ndim:
            unsupported("samples of several dimensions")
    return [np.moveaxis(one, axis, -1) for one in samples]


def number(one):
    return float(one.shape[-1])


def tails(below, above, alternative):
    """The probability of what is more extreme, by the two tails and both."""
    if alternative == "less":
        return below
    if alternative == "greater":
        return above
    if alternative != "two-sided":
        raise ValueError("`alternative` must be 'less', 'greater', or 'two-sided'.")
    return 2.0 * np.minimum(below, above)


# --- means: Student's t ------------------------------------------------------------------------------


class TTested(Result):
    """The result of a t-test."""

    def __init__(self, estimate, null, error, df, alternative):
        self.statistic = (estimate - null) / error
        self.df = np.broadcast_to(df, np.shape(self.statistic))[()]
        self.estimate, self.error, self.alternative = estimate, error, alternative
        self.null = null
        t = self.statistic
        self.pvalue = tails(special.stdtr(df, t), special.stdtr(df, -t), alternative)

    def each(self, change):
        estimate, error, df = change(self.estimate), change(self.error), change(self.df)
        return TTested(estimate, self.null, error, df, self.alternative)

    def confidence_interval(self, confidence_level=0.95):
        if self.alternative == "less":
            high = special.stdtrit(self.df, confidence_level)
            return ConfidenceInterval(-np.inf * np.ones_like(high), self.moved(high))
        if self.alternative == "greater":
            low = special.stdtrit(self.df, 1.0 - confidence_level)
            return ConfidenceInterval(self.moved(low), np.inf * np.ones_like(low))
        low = special.stdtrit(self.df, (1.0 - confidence_level) / 2.0)
        high = special.stdtrit(self.df, 1.0 - (1.0 - confidence_level) / 2.0)
        return ConfidenceInterval(self.moved(low), self.moved(high))

    def moved(self, t):
        return t * self.error + self.estimate


ConfidenceInterval = named(stats.ttest_1samp, "ConfidenceInterval")


def student(means, variances, numbers, equal_var, alternative):
    (m, k), (v, w), (a, b) = means, variances, numbers
    if equal_var:
        df = a + b - 2.0
        v, w = np.where(a == 1, 0.0, v), np.where(b == 1, 0.0, w)
        error = np.sqrt(((a - 1.0) * v + (b - 1.0) * w) / df * (1.0 / a + 1.0 / b))
    else:
        v, w = v / a, w / b
        df = (v + w) ** 2 / (v**2 / (a - 1.0) + w**2 / (b - 1.0))
        df, error = np.where(np.isnan(df), 1.0, df), np.sqrt(v + w)
    return TTested(m - k, 0.0, error, df, alternative)


@defines(stats.ttest_ind)
@of_samples("a", "b")
def ttest_ind(
    a,
    b,
    *,
    axis=0,
    equal_var=True,
    nan_policy="propagate",
    alternative="two-sided",
    trim=0,
    method=None,
    keepdims=False,
):
    plain(nan_policy, keepdims)
    if trim != 0 or method is not None:
        unsupported("trim=, method=")
    a, b = samples_of((a, b), axis)
    means = np.mean(a, axis=-1), np.mean(b, axis=-1)
    variances = np.var(a, axis=-1, ddof=1), np.var(b, axis=-1, ddof=1)
    return student(means, variances, (number(a), number(b)), equal_var, alternative)


@defines(stats.ttest_ind_from_stats)
def ttest_ind_from_stats(
    mean1, std1, nobs1, mean2, std2, nobs2, equal_var=True, alternative="two-sided"
):
    variances = np.asarray(std1) ** 2, np.asarray(std2) ** 2
    means = np.asarray(mean1), np.asarray(mean2)
    found = student(means, variances, (nobs1, nobs2), equal_var, alternative)
    return STUDENT(found.statistic, found.pvalue)


@defines(stats.ttest_1samp)
def ttest_1samp(
    a, popmean, axis=0, nan_policy="propagate", alternative="two-sided", *, keepdims=False
):
    plain(nan_policy, keepdims)
    if np.ndim(popmean) != 0:
        unsupported("several means")
    (a,) = samples_of((a,), axis)
    n = number(a)
    error = np.sqrt(np.var(a, axis=-1, ddof=1) / n)
    return TTested(np.mean(a, axis=-1), popmean, error, n - 1.0, alternative)


@defines(stats.ttest_rel)
@of_samples("a", "b", paired=True)
def ttest_rel(a, b, axis=0, nan_policy="propagate", alternative="two-sided", *, keepdims=False):
    plain(nan_policy, keepdims)
    a, b = samples_of((a, b), axis)
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("unequal length arrays")
    return ttest_1samp(a - b, 0.0, -1, alternative=alternative)


# --- two variables -----------------------------------------------------------------------------------


class Correlated(Result):
    """The result of ``pearsonr``."""

    def __init__(self, statistic, pvalue, n, alternative):
        self.statistic = self.correlation = statistic
        self.pvalue, self.n, self.alternative = pvalue, n, alternative

    def confidence_interval(self, confidence_level=0.95, method=None):
        if method is not None or self.alternative != "two-sided":
            unsupported("method=, one tail")
        half = special.ndtri(0.5 + confidence_level / 2.0) / np.sqrt(self.n - 3.0)
        z, few = np.arctanh(self.statistic), self.n <= 3
        low, high = np.tanh(z - half), np.tanh(z + half)
        return ConfidenceInterval(np.where(few, -1.0, low)[()], np.where(few, 1.0, high)[()])


@defines(stats.pearsonr)
def pearsonr(x, y, *, alternative="two-sided", method=None, axis=0):
    if method is not None:
        unsupported("method=")
    x, y = samples_of((x, y), axis)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError("`x` and `y` must have the same length along `axis`.")
    n = number(x)
    if n < 2:
        raise ValueError("`x` and `y` must have length at least 2.")
    u, v = x - np.mean(x, axis=-1, keepdims=True), y - np.mean(y, axis=-1, keepdims=True)
    u = u / np.linalg.norm(u, axis=-1, keepdims=True)
    v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    r = np.clip(np.sum(u * v, axis=-1), -1.0, 1.0)
    a = n / 2.0 - 1.0
    below, above = special.betainc(a, a, (r + 1.0) / 2.0), special.betainc(a, a, (1.0 - r) / 2.0)
    p = tails(below, above, alternative)
    if n == 2:
        r, p = np.round(r), np.where(np.isnan(r), np.nan, 1.0)
    return Correlated(r, p, n, alternative)


@defines(stats.pointbiserialr)
@of_samples("x", "y", paired=True)
def pointbiserialr(x, y, *, axis=0, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    return Tested(*pearsonr(x, y, axis=axis))


class Line(Result):
    """The result of ``linregress``."""

    def __init__(self, slope, intercept, rvalue, pvalue, stderr, intercept_stderr):
        self.slope, self.intercept, self.rvalue = slope, intercept, rvalue
        self.pvalue, self.stderr, self.intercept_stderr = pvalue, stderr, intercept_stderr

    def numbers(self):
        return self.slope, self.intercept, self.rvalue, self.pvalue, self.stderr

    def each(self, change):
        return Line(*[change(one) for one in (*self.numbers(), self.intercept_stderr)])


NO_R = float(stats.linregress([0.0, 1.0, 2.0], [1.0, 1.0, 1.0]).rvalue)  # of equal values


@defines(stats.linregress)
@of_samples("x", "y", paired=True)
def linregress(x, y, alternative="two-sided", *, axis=0, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    x, y = inexact(x).astype(np.float64), inexact(y).astype(np.float64)
    if axis is None:
        x, y = np.ravel(x), np.ravel(y)
    if x.ndim != 1 or y.ndim != 1:
        unsupported("several lines")
    n = number(x)
    if n == 0 or number(y) == 0:
        raise ValueError("Inputs must not be empty.")
    if n != number(y):
        raise ValueError("all the input array dimensions must match exactly")
    if n > 1 and np.all(x == x[0]):
        raise ValueError("Cannot calculate a linear regression if all x values are identical")
    mean = np.mean(x)
    u, v = x - mean, y - np.mean(y)
    sx, sxy, sy = np.mean(u * u), np.mean(u * v), np.mean(v * v)
    slope = sxy / sx
    intercept = np.mean(y) - slope * mean
    r = np.where(sy == 0.0, NO_R, np.clip(sxy / np.sqrt(sx * sy), -1.0, 1.0))[()]
    if n == 2:
        same = np.where(y[0] == y[1], 1.0, 0.0)
        return Line(slope, intercept, r, same, 0.0 * slope, 0.0 * slope)
    df = n - 2.0
    t = r * np.sqrt(df / ((1.0 - r + 1e-20) * (1.0 + r + 1e-20)))
    p = tails(special.stdtr(df, t), special.stdtr(df, -t), alternative)
    error = np.sqrt((1.0 - r**2) * sy / sx / df)
    return Line(slope, intercept, r, p, error, error * np.sqrt(sx + mean**2))


# --- variances, and means of several samples ---------------------------------------------------------


@defines(stats.f_oneway)
@of_samples()
def f_oneway(*samples, axis=0, equal_var=True, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if len(samples) < 2:
        raise TypeError(f"at least two inputs are required; got {len(samples)}.")
    samples = samples_of(samples, axis)
    whole = np.concatenate(samples, axis=-1)
    flat = [np.all(one == one[..., :1], axis=-1) for one in samples]
    if not equal_var:
        f, above, below = welch(samples)
        return F_ONEWAY(*probable(f, above, below, flat, whole))
    centre = np.mean(whole, axis=-1)
    between = sum(number(one) * (np.mean(one, axis=-1) - centre) ** 2 for one in samples)
    within = sum(
        np.sum((one - np.mean(one, axis=-1, keepdims=True)) ** 2, axis=-1) for one in samples
    )
    above, below = len(samples) - 1.0, number(whole) - len(samples)
    f = (between / above) / (within / below)
    return F_ONEWAY(*probable(f, above, below, flat, whole))


def probable(f, above, below, flat, whole):
    """A ratio of variances, but of samples of equal numbers, and how probable a larger one is."""
    f = np.where(np.all(np.stack(flat), axis=0), np.inf, f)
    f = np.where(np.all(whole == whole[..., :1], axis=-1), np.nan, f)[()]
    return f, special.fdtrc(above, below, f)


def welch(samples):
    """The statistic of means where variances differ, and its degrees of freedom."""
    k, numbers = len(samples), [number(one) for one in samples]
    means = [np.mean(one, axis=-1) for one in samples]
    w = [n / np.var(one, axis=-1, ddof=1) for n, one in zip(numbers, samples, strict=True)]
    total = sum(w)
    centre = sum(v * m for v, m in zip(w, means, strict=True)) / total
    between = sum(v * (m - centre) ** 2 for v, m in zip(w, means, strict=True)) / (k - 1.0)
    rest = sum((1.0 - v / total) ** 2 / (n - 1.0) for v, n in zip(w, numbers, strict=True))
    f = between / (1.0 + 2.0 * (k - 2.0) / (k**2 - 1.0) * rest)
    return f, k - 1.0, (k**2 - 1.0) / (3.0 * rest)


@defines(stats.bartlett)
@of_samples()
def bartlett(*samples, axis=0, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    k = len(samples)
    if k < 2:
        raise ValueError("Must enter at least two input sample vectors.")
    samples = samples_of(samples, axis)
    freedom = [number(one) - 1.0 for one in samples]
    variances = [np.var(one, axis=-1, ddof=1) for one in samples]
    total = sum(freedom)
    pooled = sum(n * v for n, v in zip(freedom, variances, strict=True)) / total
    logs = sum(n * np.log(v) for n, v in zip(freedom, variances, strict=True))
    scale = 1.0 + (sum(1.0 / n for n in freedom) - 1.0 / total) / (3.0 * (k - 1.0))
    t = (total * np.log(pooled) - logs) / scale
    return BARTLETT(np.maximum(t, 0.0), special.chdtrc(k - 1.0, t))


def middle_of(a, center, proportiontocut):
    """What the distances of a sample are taken from."""
    if center == "trimmed":
        cut = int(proportiontocut * a.shape[-1])
        a = np.sort(a, axis=-1)[..., cut : a.shape[-1] - cut]
    middle = np.median if center == "median" else np.mean
    return middle(a, axis=-1, keepdims=True)


@defines(stats.levene)
@of_samples()
def levene(
    *samples,
    center="median",
    proportiontocut=0.05,
    axis=0,
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    if len(samples) < 2:
        raise ValueError("Must provide at least two samples.")
    if center not in ("mean", "median", "trimmed"):
        raise ValueError("center must be 'mean', 'median' or 'trimmed'.")
    if center == "trimmed" and not NARROW:
        unsupported("center='trimmed', in this version")
    samples = samples_of(samples, axis)
    apart = [np.abs(z - middle_of(z, center, proportiontocut)) for z in samples]
    return LEVENE(*f_oneway(*apart, axis=-1))
