"""``scipy.stats``: summaries of samples."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.averages import in_dtype
from srcgrad.definitions.scipy_stats.policies import of_samples

INTERQUARTILE = float(2 * np.sqrt(2) * special.erfinv(0.5))  # of the normal distribution


def plain(nan_policy, keepdims):
    if nan_policy != "propagate" or keepdims:
        unsupported("nan_policy= or keepdims=")


def sample(a, axis):
    """The numbers, and the axis along which they are one sample."""
    a = np.asarray(a)
    if axis is None:
        return np.ravel(a), 0
    return a, axis


def pairs(a, other, axis):
    """Two arrays of one shape, or what they are along ``axis=None``, and the axis of a sample."""
    if axis is None:
        return np.ravel(a), np.ravel(other), 0
    if np.ndim(a) == 0 or np.ndim(other) == 0:
        unsupported("a number beside an array")
    a, other = np.broadcast_arrays(a, other)
    return a, other, axis


def central(a, axis, order):
    """The mean of a power of the deviations."""
    return np.mean((a - np.mean(a, axis=axis, keepdims=True)) ** order, axis=axis)


def weighed(a, weights, axis):
    if weights is not None:
        return pairs(a, weights, axis)
    a, axis = sample(a, axis)
    return a, None, axis


@defines(stats.moment)
def moment(a, order=1, axis=0, nan_policy="propagate", *, center=None, keepdims=False):
    plain(nan_policy, keepdims)
    if not isinstance(order, int):
        unsupported("several orders")
    a, axis = sample(a, axis)
    if center is not None:
        return np.mean((a - center) ** order, axis=axis)
    return 0.0 * np.mean(a, axis=axis) if order == 1 else central(a, axis, order)


@defines(stats.skew)
def skew(a, axis=0, bias=True, nan_policy="propagate", *, keepdims=False):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    found = central(a, axis, 3) / central(a, axis, 2) ** 1.5
    n = a.shape[axis]
    if not bias and n > 2:
        found = np.sqrt((n - 1.0) * n) / (n - 2.0) * found
    return found


@defines(stats.kurtosis)
def kurtosis(a, axis=0, fisher=True, bias=True, nan_policy="propagate", *, keepdims=False):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    found = central(a, axis, 4) / central(a, axis, 2) ** 2.0
    n = a.shape[axis]
    if not bias and n > 3:
        found = 1.0 / (n - 2) / (n - 3) * ((n**2 - 1.0) * found - 3 * (n - 1) ** 2.0) + 3.0
    return found - 3.0 if fisher else found


@defines(stats.zscore)
def zscore(a, axis=0, ddof=0, nan_policy="propagate"):
    a = np.asarray(a)
    return scored(a, a, axis, ddof, nan_policy)


def scored(scores, a, axis, ddof, nan_policy):
    """How many deviations of a sample numbers are from its mean; NaNs may be left out of it."""
    if nan_policy != "omit":
        plain(nan_policy, False)
        deviation = np.std(a, axis=axis, ddof=ddof, keepdims=True)
        return (scores - np.mean(a, axis=axis, keepdims=True)) / deviation
    kept = np.logical_not(np.isnan(scores))
    deviation = np.nanstd(a, axis=axis, ddof=ddof, keepdims=True)
    apart = np.where(kept, scores, 0.0) - np.nanmean(a, axis=axis, keepdims=True)
    return np.where(kept, apart / deviation, np.nan)


@defines(stats.gmean)
@of_samples("a", "weights", paired=True)
def gmean(a, axis=0, dtype=None, weights=None, *, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    a, weights, axis = weighed(in_dtype(a, dtype), weights, axis)
    return np.exp(np.average(np.log(a), axis=axis, weights=weights))


@defines(stats.hmean)
@of_samples("a", "weights", paired=True)
def hmean(a, axis=0, dtype=None, *, weights=None, nan_policy="propagate", keepdims=False):
    return pmean(
        a, -1, axis=axis, dtype=dtype, weights=weights, nan_policy=nan_policy, keepdims=keepdims
    )


@defines(stats.pmean)
@of_samples("a", "weights", paired=True)
def pmean(a, p, *, axis=0, dtype=None, weights=None, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if isinstance(p, float) and p == 0.0:
        unsupported("the power 0")
    a, weights, axis = weighed(in_dtype(a, dtype), weights, axis)
    return np.average(a ** float(p), axis=axis, weights=weights) ** (1.0 / p)


@defines(stats.sem)
def sem(a, axis=0, ddof=1, nan_policy="propagate", *, keepdims=False):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    return np.std(a, axis=axis, ddof=ddof) / a.shape[axis] ** 0.5


@defines(stats.variation)
def variation(a, axis=0, nan_policy="propagate", ddof=0, *, keepdims=False):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    return np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)


@defines(stats.entropy)
@of_samples("pk", "qk", paired=True)
def entropy(pk, qk=None, base=None, axis=0, *, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    if qk is None:
        pk, axis = sample(pk, axis)
    else:
        pk, qk, axis = pairs(pk, qk, axis)
    pk = pk / np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        found = np.sum(special.entr(pk), axis=axis)
    else:
        qk = qk / np.sum(qk, axis=axis, keepdims=True)
        found = np.sum(special.rel_entr(pk, qk), axis=axis)
    return found if base is None else found / np.log(base)


@defines(stats.trim_mean)
def trim_mean(a, proportiontocut, axis=0, *, nan_policy="propagate", keepdims=False):
    plain(nan_policy, keepdims)
    a, axis = sample(a, axis)
    n = a.shape[axis]
    cut = int(proportiontocut * n)
    return np.mean(np.moveaxis(np.sort(a, axis=axis), axis, 0)[cut : n - cut], axis=0)


@defines(stats.iqr)
def iqr(
    x,
    axis=None,
    rng=(25, 75),
    scale=1.0,
    nan_policy="propagate",
    interpolation="linear",
    keepdims=False,
):
    plain(nan_policy, keepdims)
    if isinstance(scale, str):
        if scale.lower() != "normal":
            raise ValueError(f"{scale} not a valid scale for `iqr`")
        scale = INTERQUARTILE
    low = np.percentile(x, rng[0], axis=axis, method=interpolation)
    return (np.percentile(x, rng[1], axis=axis, method=interpolation) - low) / scale


@defines(stats.median_abs_deviation)
def median_abs_deviation(x, axis=0, center=None, scale=1.0, nan_policy="propagate"):
    plain(nan_policy, False)
    if center is not None:
        unsupported("center=")
    if isinstance(scale, str):
        if scale.lower() != "normal":
            raise ValueError(f"{scale} is not a valid scale value.")
        scale = INTERQUARTILE / 2.0
    x, axis = sample(x, axis)
    return np.median(np.abs(x - np.median(x, axis=axis, keepdims=True)), axis=axis) / scale


@defines(stats.boxcox_llf)
@of_samples("data")
def boxcox_llf(lmb, data, *, axis=0, keepdims=False, nan_policy="propagate"):
    plain(nan_policy, keepdims)
    data, axis = sample(data, axis)
    powers = np.log(data) if isinstance(lmb, float) and lmb == 0.0 else data**lmb / lmb
    spread, logs = np.var(powers, axis=axis), np.sum(np.log(data), axis=axis)
    return (lmb - 1.0) * logs - data.shape[axis] / 2.0 * np.log(spread)


@defines(stats.boxcox)
def boxcox(x, lmbda=None, alpha=None, optimizer=None):
    if lmbda is None or alpha is not None:
        unsupported("an exponent that is fitted")
    x = np.asarray(x)
    if isinstance(lmbda, float | int) and lmbda == 0:
        return np.log(x)
    return np.expm1(lmbda * np.log(x)) / lmbda


@defines(stats.wasserstein_distance)
def wasserstein_distance(u_values, v_values, u_weights=None, v_weights=None):
    return distance_of(u_values, v_values, u_weights, v_weights, 1)


@defines(stats.energy_distance)
def energy_distance(u_values, v_values, u_weights=None, v_weights=None):
    return np.sqrt(2.0) * distance_of(u_values, v_values, u_weights, v_weights, 2)


def distance_of(u, v, u_weights, v_weights, p):
    """The distance of two empirical distribution functions."""
    if u_weights is not None or v_weights is not None:
        unsupported("weights")
    u, v = np.sort(np.asarray(u)), np.sort(np.asarray(v))
    both = np.sort(np.concatenate([u, v]))
    widths = np.diff(both)
    below_u = np.searchsorted(u, both[:-1], "right") / u.shape[0]
    below_v = np.searchsorted(v, both[:-1], "right") / v.shape[0]
    if p == 1:
        return np.sum(np.abs(below_u - below_v) * widths)
    return np.sqrt(np.sum((below_u - below_v) ** 2 * widths))
