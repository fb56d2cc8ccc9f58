"""``scipy.stats``: discrete and multivariate distributions."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import DEFINITIONS, OWNERS, defines, unsupported
from srcgrad.definitions.scipy_stats import LOG_ROOT

# --- discrete distributions: whole numbers k inside the support ---------------------------------


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    k = np.asarray(k) - loc
    return special.xlogy(k, mu) - special.gammaln(k + 1.0) - mu


@defines(stats.poisson.pmf)
def poisson_pmf(k, mu, loc=0):
    return np.exp(poisson_logpmf(k, mu, loc))


@defines(stats.poisson.cdf)
def poisson_cdf(k, mu, loc=0):
    return special.gammaincc(np.floor(np.asarray(k) - loc) + 1.0, mu)


@defines(stats.bernoulli.logpmf)
def bernoulli_logpmf(k, p, loc=0):
    k = np.asarray(k) - loc
    return special.xlogy(k, p) + special.xlog1py(1.0 - k, -p)


@defines(stats.bernoulli.pmf)
def bernoulli_pmf(k, p, loc=0):
    return np.exp(bernoulli_logpmf(k, p, loc))


@defines(stats.binom.logpmf)
def binom_logpmf(k, n, p, loc=0):
    k = np.asarray(k) - loc
    ways = special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    return ways + special.xlogy(k, p) + special.xlog1py(n - k, -p)


@defines(stats.binom.pmf)
def binom_pmf(k, n, p, loc=0):
    return np.exp(binom_logpmf(k, n, p, loc))


@defines(stats.nbinom.logpmf)
def nbinom_logpmf(k, n, p, loc=0):
    k = np.asarray(k) - loc
    ways = special.gammaln(n + k) - special.gammaln(k + 1.0) - special.gammaln(n)
    return ways + n * np.log(p) + special.xlog1py(k, -p)


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
    cov = np.asarray(cov)
    if cov.ndim == 2:
        return cov
    if mean is None or np.ndim(mean) != 1:
        unsupported("a covariance that is no matrix, without a mean vector")
    return cov * np.eye(np.size(mean))  # one variance, or one for each component


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1, allow_singular=False):
    x, cov = np.asarray(x), covariance(mean, cov)
    if allow_singular or x.ndim not in (1, 2):
        unsupported("a singular covariance, or points in several dimensions")
    centred = x if mean is None else x - mean
    solved = np.linalg.solve(cov, centred.T).T
    volume = np.linalg.slogdet(cov)[1]
    return -0.5 * (np.sum(centred * solved, axis=-1) + volume) - LOG_ROOT * cov.shape[0]


@defines(stats.multivariate_normal.pdf)
def multivariate_normal_pdf(x, mean=None, cov=1, allow_singular=False):
    return np.exp(multivariate_normal_logpdf(x, mean, cov, allow_singular))


@defines(stats.multivariate_normal.entropy)
def multivariate_normal_entropy(mean=None, cov=1):
    cov = covariance(mean, cov)
    return 0.5 * np.linalg.slogdet(cov)[1] + (LOG_ROOT + 0.5) * cov.shape[0]


# --- distributions with their parameters ----------------------------------------------------------


class Frozen:
    """``norm(loc, scale)``: a distribution with its parameters."""

    def __init__(self, distribution, args, keywords):
        self.distribution = distribution
        self.args = args
        self.keywords = keywords

    def pdf(self, x):
        return self.distribution.pdf(x, *self.args, **self.keywords)

    def logpdf(self, x):
        return self.distribution.logpdf(x, *self.args, **self.keywords)

    def pmf(self, k):
        return self.distribution.pmf(k, *self.args, **self.keywords)

    def logpmf(self, k):
        return self.distribution.logpmf(k, *self.args, **self.keywords)

    def cdf(self, x):
        return self.distribution.cdf(x, *self.args, **self.keywords)

    def logcdf(self, x):
        return self.distribution.logcdf(x, *self.args, **self.keywords)

    def sf(self, x):
        return self.distribution.sf(x, *self.args, **self.keywords)

    def logsf(self, x):
        return self.distribution.logsf(x, *self.args, **self.keywords)

    def ppf(self, q):
        return self.distribution.ppf(q, *self.args, **self.keywords)

    def isf(self, q):
        return self.distribution.isf(q, *self.args, **self.keywords)

    def rvs(self, size=1, random_state=None):
        return self.distribution.rvs(
            *self.args, size=size, random_state=random_state, **self.keywords
        )

    def mean(self):
        return self.distribution.mean(*self.args, **self.keywords)

    def var(self):
        return self.distribution.var(*self.args, **self.keywords)

    def std(self):
        return self.distribution.std(*self.args, **self.keywords)

    def median(self):
        return self.distribution.median(*self.args, **self.keywords)

    def entropy(self):
        return self.distribution.entropy(*self.args, **self.keywords)


def freezing(distribution):
    def freeze(*args, **keywords):
        return Frozen(distribution, args, keywords)

    return freeze


for method in list(DEFINITIONS):
    if isinstance(getattr(method, "__self__", None), tuple(OWNERS)):
        DEFINITIONS[method.__self__] = freezing(method.__self__)
