"""``scipy.stats``: discrete and multivariate distributions."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_stats.continuous import LOG_ROOT
from srcgrad.runtime import stop_gradient

# --- discrete distributions: whole numbers k inside the support ---------------------------------


def where_whole(found, k, last, allowed):
    """The logarithm of a probability at whole numbers of the support; NaN of impossible parameters."""
    outside = (k < 0) | (k > last) | (np.floor(k) < k)
    return np.where(allowed, np.where(outside, -np.inf, found), np.nan)[()]


def probability(p):
    return (np.asarray(p) >= 0.0) & (np.asarray(p) <= 1.0)


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    k = np.asarray(k) - loc
    found = special.xlogy(k, mu) - special.gammaln(k + 1.0) - mu
    return where_whole(found, k, np.inf, np.asarray(mu) >= 0.0)


@defines(stats.poisson.pmf)
def poisson_pmf(k, mu, loc=0):
    return np.exp(poisson_logpmf(k, mu, loc))


@defines(stats.poisson.cdf)
def poisson_cdf(k, mu, loc=0):
    k = np.floor(np.asarray(k) - loc)
    found = np.where(k < 0, 0.0, special.gammaincc(np.where(k < 0, 0.0, k) + 1.0, mu))
    return np.where(np.asarray(mu) >= 0.0, found, np.nan)[()]


@defines(stats.bernoulli.logpmf)
def bernoulli_logpmf(k, p, loc=0):
    k = np.asarray(k) - loc
    found = special.xlogy(k, p) + special.xlog1py(1.0 - k, -p)
    return where_whole(found, k, 1, probability(p))


@defines(stats.bernoulli.pmf)
def bernoulli_pmf(k, p, loc=0):
    return np.exp(bernoulli_logpmf(k, p, loc))


@defines(stats.binom.logpmf)
def binom_logpmf(k, n, p, loc=0):
    k = np.asarray(k) - loc
    ways = special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    found = ways + special.xlogy(k, p) + special.xlog1py(n - k, -p)
    count = np.asarray(n)
    return where_whole(found, k, count, probability(p) & (count >= 0) & (np.floor(count) == count))


@defines(stats.binom.pmf)
def binom_pmf(k, n, p, loc=0):
    return np.exp(binom_logpmf(k, n, p, loc))


@defines(stats.nbinom.logpmf)
def nbinom_logpmf(k, n, p, loc=0):
    k = np.asarray(k) - loc
    ways = special.gammaln(n + k) - special.gammaln(k + 1.0) - special.gammaln(n)
    found = ways + n * np.log(p) + special.xlog1py(k, -p)
    allowed = probability(p) & (np.asarray(p) > 0.0) & (np.asarray(n) > 0)
    return where_whole(found, k, np.inf, allowed)


@defines(stats.nbinom.pmf)
def nbinom_pmf(k, n, p, loc=0):
    return np.exp(nbinom_logpmf(k, n, p, loc))


# --- multivariate distributions -----------------------------------------------------------------


@defines(stats.dirichlet.logpdf)
def dirichlet_logpdf(x, alpha):
    x, alpha = np.asarray(x), np.asarray(alpha)
    shares = special.xlogy((alpha - 1.0), x.T).T
    return np.sum(shares, axis=0) + special.gammaln(np.sum(alpha)) - np.sum(special.gammaln(alpha))


@defines(stats.dirichlet.pdf)
def dirichlet_pdf(x, alpha):
    return np.exp(dirichlet_logpdf(x, alpha))


def covariance(mean, cov):
    cov = np.asarray(cov).astype(np.float64)
    if cov.ndim == 2:
        return cov
    if mean is None or np.ndim(mean) != 1:
        unsupported("a covariance that is no matrix, without a mean vector")
    return cov * np.eye(np.size(mean))  # one variance, or one for each component


def of_full_rank(cov):
    spread = np.linalg.eigvalsh(stop_gradient(cov))
    if np.min(spread) <= 1e6 * np.finfo(float).eps * np.max(np.abs(spread)):
        raise NotImplementedError("derivatives by a covariance that is singular")


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1, allow_singular=False):
    x, cov = np.asarray(x), covariance(mean, cov)
    if x.ndim < 1:
        unsupported("a number")
    if allow_singular:
        of_full_rank(cov)
    centred = x if mean is None else x - mean
    points = np.reshape(centred, (-1, cov.shape[0]))
    solved = np.reshape(np.linalg.solve(cov, points.T).T, np.shape(centred))
    volume = np.linalg.slogdet(cov)[1]
    return -0.5 * (np.sum(centred * solved, axis=-1) + volume) - LOG_ROOT * cov.shape[0]


@defines(stats.multivariate_normal.pdf)
def multivariate_normal_pdf(x, mean=None, cov=1, allow_singular=False):
    return np.exp(multivariate_normal_logpdf(x, mean, cov, allow_singular))


@defines(stats.multivariate_normal.entropy)
def multivariate_normal_entropy(mean=None, cov=1):
    cov = covariance(mean, cov)
    return 0.5 * np.linalg.slogdet(cov)[1] + (LOG_ROOT + 0.5) * cov.shape[0]
