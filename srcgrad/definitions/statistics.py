"""Python's ``statistics``: of floats, whose exact sums it rounds once."""

from __future__ import annotations

import math
import statistics

import numpy as np

from srcgrad.definitions import defines, unsupported


def numbers(data):
    return np.asarray(data)


def double(data):
    """Numbers of which the result is one of Python's."""
    return np.asarray(data).astype(np.float64)


@defines(statistics.mean)
def mean(data):
    return np.mean(numbers(data))


@defines(statistics.fmean)
def fmean(data, weights=None):
    return np.average(double(data), weights=weights)


@defines(statistics.geometric_mean)
def geometric_mean(data):
    return np.exp(np.mean(np.log(double(data))))


@defines(statistics.harmonic_mean)
def harmonic_mean(data, weights=None):
    return 1.0 / np.average(1.0 / numbers(data), weights=weights)


@defines(statistics.variance)
def variance(data, xbar=None):
    data = numbers(data)
    if xbar is not None:
        return np.sum((data - xbar) ** 2) / (data.shape[0] - 1)
    return np.var(data, ddof=1)


@defines(statistics.pvariance)
def pvariance(data, mu=None):
    data = numbers(data)
    return np.var(data) if mu is None else np.mean((data - mu) ** 2)


@defines(statistics.stdev)
def stdev(data, xbar=None):
    return np.sqrt(variance(double(data), xbar))


@defines(statistics.pstdev)
def pstdev(data, mu=None):
    return np.sqrt(pvariance(double(data), mu))


@defines(statistics.median)
def median(data):
    return np.median(numbers(data))


@defines(statistics.median_low)
def median_low(data):
    data = numbers(data)
    return np.sort(data)[(data.shape[0] - 1) // 2]


@defines(statistics.median_high)
def median_high(data):
    data = numbers(data)
    return np.sort(data)[data.shape[0] // 2]


def parts(x, y):
    """The sums of products of the deviations."""
    x, y = double(x), double(y)
    x, y = x - np.mean(x), y - np.mean(y)
    return np.sum(x * x), np.sum(x * y), np.sum(y * y)


@defines(statistics.covariance)
def covariance(x, y, /):
    return parts(x, y)[1] / (len(x) - 1)


@defines(statistics.correlation)
def correlation(x, y, /, *, method="linear"):
    if method != "linear":
        unsupported("ranks")
    xx, xy, yy = parts(x, y)
    return xy / np.sqrt(xx * yy)


class Normal:
    """``NormalDist(mu, sigma)``"""

    def __init__(self, mu, sigma):
        self.mean = mu
        self.stdev = sigma
        self.variance = sigma * sigma
        self.median = mu
        self.mode = mu

    def pdf(self, x):
        z = (x - self.mean) / self.stdev
        return math.exp(-0.5 * z * z) / (math.sqrt(2.0 * math.pi) * self.stdev)

    def cdf(self, x):
        return 0.5 * math.erfc((self.mean - x) / (self.stdev * math.sqrt(2.0)))

    def inv_cdf(self, p):
        if not isinstance(p, float):
            unsupported("a quantile at a point that is computed")
        return self.mean + self.stdev * statistics.NormalDist().inv_cdf(p)

    def zscore(self, x):
        return (x - self.mean) / self.stdev


@defines(statistics.NormalDist)
def normal(mu=0.0, sigma=1.0):
    return Normal(mu, sigma)
