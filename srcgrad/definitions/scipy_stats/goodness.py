"""``scipy.stats``: tests of counts and of the shape of a sample, and probabilities joined."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_stats.hypotheses import (
    KURTOSIS,
    NORMAL,
    POWER,
    SKEW,
    Result,
    Tested,
    inexact,
    number,
    samples_of,
    tails,
)
from srcgrad.definitions.scipy_stats.policies import of_samples
from srcgrad.definitions.scipy_stats.samples import kurtosis, pairs, plain, skew

POWERS = {
    "pearson": 1.0,
    "log-likelihood": 0.0,
    "freeman-tukey": -0.5,
    "mod-log-likelihood": -1.0,
    "neyman": -2.0,
    "cressie-read": 2.0 / 3.0,
}


@defines(stats.power_divergence)
@of_samples("f_obs", "f_exp", paired=True)
def power_divergence(
    f_obs, f_exp=None, ddof=0, axis=0, lambda_=None, *, nan_policy="propagate", keepdims=False
):
    plain(nan_policy, keepdims)
    return divergence(f_obs, f_exp, ddof, axis, lambda_, True)


@defines(stats.chisquare)
@of_samples("f_obs", "f_exp", paired=True)
def chisquare(
    f_obs,
    f_exp=None,
    ddof=0,
    axis=0,
    *,
    sum_check=True,
    nan_policy="propagate",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    return divergence(f_obs, f_exp, ddof, axis, "pearson", sum_check)


def divergence(f_obs, f_exp, ddof, axis, lambda_, sum_check):
    if isinstance(lambda_, str):
        if lambda_ not in POWERS:
            raise ValueError(f"invalid string for lambda_: {lambda_!r}.")
        lambda_ = POWERS[lambda_]
    power = 1.0 if lambda_ is None else lambda_
    (obs,) = samples_of((f_obs,), axis)
    if f_exp is None:
        exp = np.mean(obs, axis=-1, keepdims=True)
    else:
        both = pairs(f_obs, f_exp, axis)
        obs, exp = samples_of(both[:2], both[2])
        if sum_check:
            check_sums(np.sum(obs, axis=-1), np.sum(exp, axis=-1))
    if power == 1:
        terms = (obs - exp) ** 2 / exp
    elif power == 0:
        terms = 2.0 * special.xlogy(obs, obs / exp)
    elif power == -1:
        terms = 2.0 * special.xlogy(exp, exp / obs)
    else:
        terms = obs * ((obs / exp) ** power - 1.0) / (0.5 * power * (power + 1.0))
    found = np.sum(terms, axis=-1)
    return POWER(found, special.chdtrc(number(terms) - 1.0 - ddof, found))


def check_sums(ours, theirs):
    apart = np.abs(ours - theirs) / np.minimum(ours, theirs)
    if np.any(apart > np.finfo(np.result_type(ours, theirs)).eps ** 0.5):
        raise ValueError(
            "For each axis slice, the sum of the observed frequencies must agree with the sum of the "
            "expected frequencies"
        )


@defines(stats.contingency.expected_freq)
def expected_freq(observed):
    observed = np.asarray(observed).astype(float)
    found = np.ones_like(observed)
    for k in range(observed.ndim):
        others = tuple(j for j in range(observed.ndim) if j != k)
        found = found * np.sum(observed, axis=others, keepdims=True)
    return found / np.sum(observed) ** (observed.ndim - 1)


class Contingency(Result):
    """The result of ``chi2_contingency``."""

    def __init__(self, statistic, pvalue, dof, expected):
        self.statistic, self.pvalue = statistic, pvalue
        self.dof, self.expected_freq = dof, expected

    def numbers(self):
        return self.statistic, self.pvalue, self.dof, self.expected_freq


@defines(stats.chi2_contingency)
def chi2_contingency(observed, correction=True, lambda_=None, *, method=None):
    observed = inexact(observed)
    if method is not None or observed.ndim < 2:
        unsupported("method=, counts along a line")
    if np.any(observed < 0):
        raise ValueError("All values in `observed` must be nonnegative.")
    if observed.size == 0:
        raise ValueError("No data; `observed` has size 0.")
    expected = expected_freq(observed)
    if np.any(expected == 0):
        raise ValueError("The internally computed table of expected frequencies has a zero element")
    dof = observed.size - sum(observed.shape) + observed.ndim - 1
    if dof == 0:
        raise NotImplementedError("derivatives of a table with one row or column")
    apart = expected - observed
    if dof == 1 and correction:
        observed = observed + np.minimum(0.5, np.abs(apart)) * np.sign(apart)
    ddof = observed.size - 1 - dof
    found = divergence(np.ravel(observed), np.ravel(expected), ddof, 0, lambda_, True)
    return Contingency(found[0], found[1], dof, expected)


# --- the normal distribution -------------------------------------------------------------------------


@defines(stats.jarque_bera)
def jarque_bera(x, *, axis=None, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    (x,) = samples_of((x,), axis)
    found = number(x) / 6.0 * (skew(x, -1) ** 2 + kurtosis(x, -1) ** 2 / 4.0)
    return Tested(found, special.chdtrc(2.0, found))


@defines(stats.skewtest)
def skewtest(a, axis=0, nan_policy="propagate", alternative="two-sided", *, keepdims=False):
    plain(nan_policy, keepdims)
    (a,) = samples_of((a,), axis)
    n = number(a)
    if n < 8:
        raise NotImplementedError("derivatives of tests of fewer than 8 numbers")
    b = 3.0 * (n**2 + 27.0 * n - 70.0) * (n + 1.0) * (n + 3.0)
    b = b / ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0))
    w = math.sqrt(2.0 * (b - 1.0)) - 1.0
    y = skew(a, -1) * math.sqrt((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0)))
    y = np.where(y == 0, 1.0, y) / math.sqrt(2.0 / (w - 1.0))
    z = (np.log(y + np.sqrt(y**2 + 1.0)) / math.sqrt(0.5 * math.log(w)))[()]
    return SKEW(z, tails(special.ndtr(z), special.ndtr(-z), alternative))


@defines(stats.kurtosistest)
def kurtosistest(a, axis=0, nan_policy="propagate", alternative="two-sided", *, keepdims=False):
    plain(nan_policy, keepdims)
    (a,) = samples_of((a,), axis)
    n = number(a)
    if n < 5:
        raise NotImplementedError("derivatives of tests of fewer than 5 numbers")
    spread = 24.0 * n * (n - 2.0) * (n - 3.0)
    spread = math.sqrt(spread / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0)))
    x = (kurtosis(a, -1, False) - 3.0 * (n - 1.0) / (n + 1.0)) / spread
    b = 6.0 * (n * n - 5.0 * n + 2.0) / ((n + 7.0) * (n + 9.0))
    b = b * math.sqrt(6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0)))
    c = 6.0 + 8.0 / b * (2.0 / b + math.sqrt(1.0 + 4.0 / b**2))
    below = 1.0 + x * math.sqrt(2.0 / (c - 4.0))
    root = np.sign(below) * ((1.0 - 2.0 / c) / np.abs(below)) ** (1.0 / 3.0)
    z = (1.0 - 2.0 / (9.0 * c) - root) / math.sqrt(2.0 / (9.0 * c))
    return KURTOSIS(z, tails(special.ndtr(z), special.ndtr(-z), alternative))


@defines(stats.normaltest)
def normaltest(a, axis=0, nan_policy="propagate", *, keepdims=False):
    plain(nan_policy, keepdims)
    found = skewtest(a, axis)[0] ** 2 + kurtosistest(a, axis)[0] ** 2
    return NORMAL(found, special.chdtrc(2.0, found))


# --- probabilities -----------------------------------------------------------------------------------


@defines(stats.combine_pvalues)
@of_samples("pvalues", "weights", paired=True)
def combine_pvalues(
    pvalues, method="fisher", weights=None, *, axis=0, nan_policy="propagate", keepdims=False
):
    plain(nan_policy, keepdims)
    given = (pvalues,) if weights is None else (pvalues, weights)
    p, w = samples_of((given[0], given[-1]), axis)
    n = number(p)
    if method == "fisher":
        found = -2.0 * np.sum(np.log(p), axis=-1)
        return Tested(found, special.chdtrc(2.0 * n, found))
    if method == "pearson":
        found = 2.0 * np.sum(np.log1p(-p), axis=-1)
        return Tested(found, special.chdtr(2.0 * n, -found))
    if method == "mudholkar_george":
        found = np.sum(np.log1p(-p), axis=-1) - np.sum(np.log(p), axis=-1)
        df = 5.0 * n + 4.0
        scale = math.sqrt(3.0 / n) / math.pi * math.sqrt(df / (df - 2.0))
        return Tested(found, special.stdtr(df, -found * scale))
    if method == "tippett":
        found = np.min(p, axis=-1)
        return Tested(found, special.betainc(1.0, n, found))
    if method != "stouffer":
        raise ValueError(f"Invalid method {method!r}.")
    w = np.ones_like(p) if weights is None else w
    found = -np.sum(w * special.ndtri(p), axis=-1) / np.linalg.norm(w, axis=-1)
    return Tested(found, special.ndtr(-found))
