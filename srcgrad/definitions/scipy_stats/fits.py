"""``scipy.stats``: how well a distribution fits a sample, entropy by its spacings, and its quantiles."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_stats.hypotheses import Result, Tested, inexact, number, samples_of
from srcgrad.definitions.scipy_stats.samples import plain
from srcgrad.runtime import stop_gradient

# --- Cramér and von Mises (Csörgő and Faraway 1996) --------------------------------------------------

TERMS = 16  # those after are below 1e-7 wherever the probability is not 0


def limit(x, k):
    """The distribution function for very many numbers: their equation 1.3."""
    y = 4.0 * k + 1.0
    q = y**2 / (16.0 * x)
    scale = np.exp(special.gammaln(k + 0.5) - special.gammaln(k + 1.0)) * np.sqrt(y) / np.pi**1.5
    return np.sum(scale / np.sqrt(x) * np.exp(-q) * special.kv(0.25, q), axis=-1)


def second(y):
    z = y**2 / 4.0
    bessel = special.kv(0.25, z) + special.kv(0.75, z)
    return np.exp(-z) * (y / 2.0) ** 1.5 * bessel / math.sqrt(math.pi)


def third(y):
    z = y**2 / 4.0
    bessel = 2.0 * special.kv(0.25, z) + 3.0 * special.kv(0.75, z) - special.kv(1.25, z)
    return np.exp(-z) * (y / 2.0) ** 2.5 * bessel / math.sqrt(math.pi)


def correction(x, k):
    """What is missing of it for a sample, times its size: their equation 1.10."""
    m, root = 2.0 * k + 1.0, 2.0 * np.sqrt(x)
    seconds = m * second((4.0 * k + 3.0) / root) / 9.0 + 7.0 * m / 144.0 * (
        second((4.0 * k + 1.0) / root) + second((4.0 * k + 5.0) / root)
    )
    thirds = third((4.0 * k + 1.0) / root) / 72.0 + (m + 2.0) * (k + 0.5) / 6.0 * third(
        (4.0 * k + 5.0) / root
    )
    scale = special.gamma(k + 0.5) / (np.pi * special.gamma(k + 1.0))
    return -np.sum(scale * (seconds / x**0.75 + thirds / x**1.25), axis=-1)


@defines(stats.cramervonmises)
def cramervonmises(rvs, cdf, args=(), *, axis=0, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if isinstance(cdf, str):
        cdf = getattr(stats, cdf).cdf
    (x,) = samples_of((rvs,), axis)
    n = number(x)
    if n <= 1:
        raise ValueError("The sample must contain at least two observations.")
    middles = ((2.0 * np.arange(1.0, n + 1.0) - 1.0) / (2.0 * n)).astype(x.dtype)
    w = 1.0 / (12.0 * n) + np.sum((middles - cdf(np.sort(x, axis=-1), *args)) ** 2, axis=-1)
    k, at = np.arange(float(TERMS)), np.clip(w, 1.0 / (12.0 * n), n / 3.0)[..., None]
    below = limit(at, k) * (1.0 + 1.0 / (12.0 * n)) + correction(at, k) / n
    below = np.where(w >= n / 3.0, 1.0, np.where(w > 1.0 / (12.0 * n), below, 0.0))
    return Tested(w, np.maximum(1.0 - below, 0.0)[()])


# --- Anderson and Darling ----------------------------------------------------------------------------


class Fitted(Result):
    """The result of ``anderson``."""

    def __init__(self, statistic, given):
        self.statistic, self.fit_result = statistic, given.fit_result
        self.critical_values = np.asarray(given.critical_values, dtype=float)
        self.significance_level = np.asarray(given.significance_level, dtype=float)

    def numbers(self):
        return self.statistic, self.critical_values, self.significance_level


@defines(stats.anderson)
def anderson(x, dist="norm", **options):
    x = inexact(x)
    if x.ndim != 1 or options or not isinstance(dist, str) or dist.lower() not in ("norm", "expon"):
        unsupported("parameters that are fitted by iteration, or method=")
    n, y, mean = x.shape[0], np.sort(x), np.mean(x)
    if dist.lower() == "norm":
        z = (y - mean) / np.std(x, ddof=1)
        below, above = special.log_ndtr(z), special.log_ndtr(-z)
    else:
        z = y / mean
        below, above = np.log(-np.expm1(-z)), -z
    odd = (2.0 * np.arange(1.0, n + 1.0) - 1.0) / n
    statistic = -n - np.sum(odd * (below + np.flip(above)))
    return Fitted(statistic, as_is(stats.anderson, stop_gradient(x), dist))


# --- entropy by spacings -----------------------------------------------------------------------------


def spaced(x, m):
    """How far apart the numbers are that are ``2 m`` places from each other; the ends repeat."""
    shape = (*x.shape[:-1], m)
    ends = np.broadcast_to(x[..., :1], shape), np.broadcast_to(x[..., -1:], shape)
    x = np.concatenate([ends[0], x, ends[1]], axis=-1)
    return x[..., 2 * m :] - x[..., : -2 * m]


def by_slopes(x, m):
    """Correa's estimate: by lines through ``2 m + 1`` numbers."""
    n = x.shape[-1]
    apart = np.arange(-m, m + 1)[:, None]
    near = x[..., np.clip(np.arange(n) + apart, 0, n - 1)]
    near = near - np.mean(near, axis=-2, keepdims=True)
    ratio = np.sum(near * apart, axis=-2) / (n * np.sum(near**2, axis=-2))
    return -np.mean(np.log(ratio), axis=-1)


@defines(stats.differential_entropy)
def differential_entropy(
    values,
    *,
    window_length=None,
    base=None,
    axis=0,
    method="auto",
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    (x,) = samples_of((values,), axis)
    x, n, method = np.sort(x, axis=-1), x.shape[-1], method.lower()
    m = math.floor(math.sqrt(n) + 0.5) if window_length is None else window_length
    if m < 1 or 2 * m >= n:
        raise ValueError("Window length must be positive and less than half the sample size.")
    if method == "auto":
        method = "van es" if n <= 10 else "ebrahimi" if n <= 1000 else "vasicek"
    if method == "vasicek":
        found = np.mean(np.log(n / (2.0 * m) * spaced(x, m)), axis=-1)
    elif method == "van es":
        found = np.sum(np.log((n + 1.0) / m * (x[..., m:] - x[..., :-m])), axis=-1) / (n - m)
        found = found + np.sum(1.0 / np.arange(m, n + 1.0)) + np.log(m / (n + 1.0))
    elif method == "ebrahimi":
        i = np.arange(1.0, n + 1.0)
        share = np.where(i <= m, 1.0 + (i - 1.0) / m, 2.0)
        share = np.where(i >= n - m + 1, 1.0 + (n - i) / m, share)
        found = np.mean(np.log(n * spaced(x, m) / (share * m)), axis=-1)
    elif method == "correa":
        found = by_slopes(x, m)
    else:
        raise ValueError("`method` must be 'vasicek', 'van es', 'correa', 'ebrahimi' or 'auto'.")
    return (found if base is None else found / np.log(base)).astype(x.dtype)[()]


# --- quantiles ---------------------------------------------------------------------------------------

if hasattr(stats, "quantile"):
    OWN = ("harrell-davis", "winsor")  # methods that NumPy does not know

    @defines(stats.quantile)
    def quantile(x, p, *, method="linear", axis=0, keepdims=None, weights=None):
        x = inexact(x)
        if np.ndim(p) > 0 and (np.ndim(p) != 1 or x.ndim != 1 or keepdims is not None):
            unsupported("quantiles that differ between samples")
        if weights is not None or method in OWN or method.startswith("round"):
            unsupported("weights=, methods that NumPy does not know")
        if np.ndim(p) == 1 or not (axis is None or x.ndim == 1):
            found = np.quantile(x, p, axis=axis, method=method)
            return np.expand_dims(found, axis) if keepdims else found
        found = np.quantile(np.ravel(x), np.reshape(p, 1), method=method)
        return np.reshape(found, (1,) * x.ndim) if keepdims else found[0]
