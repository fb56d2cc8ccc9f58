"""``scipy.stats``: distributions of vectors and matrices; density estimates by kernels."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_stats.discrete import of_full_rank

LOG_PI = 1.1447298858494002
LOG_2 = 0.6931471805599453

# --- Student's t ------------------------------------------------------------------------------------


@defines(stats.multivariate_t.logpdf)
def multivariate_t_logpdf(x, loc=None, shape=1, df=1):
    x, shape = np.asarray(x), np.asarray(shape)
    if shape.ndim != 2 or x.ndim < 1:
        unsupported("a shape that is no matrix")
    size = shape.shape[0]
    centred = x if loc is None else x - loc
    solved = np.reshape(
        np.linalg.solve(shape, np.reshape(centred, (-1, size)).T).T, np.shape(centred)
    )
    length = np.sum(centred * solved, axis=-1)
    t = 0.5 * (df + size)
    constants = special.gammaln(t) - special.gammaln(0.5 * df) - 0.5 * size * (np.log(df) + LOG_PI)
    return constants - 0.5 * np.linalg.slogdet(shape)[1] - t * np.log1p(length / df)


@defines(stats.multivariate_t.pdf)
def multivariate_t_pdf(x, loc=None, shape=1, df=1, allow_singular=False):
    if allow_singular:
        of_full_rank(np.asarray(shape))
    return np.exp(multivariate_t_logpdf(x, loc, shape, df))


# --- Wishart ----------------------------------------------------------------------------------------


def matrices(x, scale):
    x, scale = np.asarray(x), np.asarray(scale)
    if x.ndim != 2 or scale.ndim != 2:
        unsupported("several matrices, or numbers")
    return x, scale


def log_gamma(a, size):
    """The logarithm of the multivariate gamma function."""
    found = 0.25 * size * (size - 1) * LOG_PI
    return found + np.sum(special.gammaln(a - 0.5 * np.arange(size)))


@defines(stats.wishart.logpdf)
def wishart_logpdf(x, df, scale):
    x, scale = matrices(x, scale)
    size = scale.shape[0]
    inside = 0.5 * (df - size - 1.0) * np.linalg.slogdet(x)[1]
    inside = inside - 0.5 * np.trace(np.linalg.solve(scale, x))
    volume = 0.5 * df * (size * LOG_2 + np.linalg.slogdet(scale)[1])
    return inside - volume - log_gamma(0.5 * df, size)


@defines(stats.wishart.pdf)
def wishart_pdf(x, df, scale):
    return np.exp(wishart_logpdf(x, df, scale))


@defines(stats.invwishart.logpdf)
def invwishart_logpdf(x, df, scale):
    x, scale = matrices(x, scale)
    size = scale.shape[0]
    volume = 0.5 * df * (np.linalg.slogdet(scale)[1] - size * LOG_2)
    inside = 0.5 * (df + size + 1.0) * np.linalg.slogdet(x)[1]
    inside = inside + 0.5 * np.trace(np.linalg.solve(x, scale))
    return volume - inside - log_gamma(0.5 * df, size)


@defines(stats.invwishart.pdf)
def invwishart_pdf(x, df, scale):
    return np.exp(invwishart_logpdf(x, df, scale))


# --- shares and counts ------------------------------------------------------------------------------


@defines(stats.dirichlet.entropy)
def dirichlet_entropy(alpha):
    alpha = np.asarray(alpha)
    whole, size = np.sum(alpha), alpha.shape[0]
    volume = np.sum(special.gammaln(alpha)) - special.gammaln(whole)
    moved = (whole - size) * special.digamma(whole)
    return volume + moved - np.sum((alpha - 1.0) * special.digamma(alpha))


@defines(stats.dirichlet.mean)
def dirichlet_mean(alpha):
    alpha = np.asarray(alpha)
    return alpha / np.sum(alpha)


@defines(stats.dirichlet.var)
def dirichlet_var(alpha):
    alpha = np.asarray(alpha)
    whole = np.sum(alpha)
    return alpha * (whole - alpha) / (whole * whole * (whole + 1.0))


@defines(stats.multinomial.logpmf)
def multinomial_logpmf(x, n, p):
    x, p = np.asarray(x), np.asarray(p)
    if p.ndim != 1:
        unsupported("several vectors of probabilities")
    p = np.concatenate([p[:-1], np.reshape(1.0 - np.sum(p[:-1]), (1,))])  # as SciPy takes it
    found = special.gammaln(np.asarray(n) + 1.0)
    found = found + np.sum(special.xlogy(x, p) - special.gammaln(x + 1.0), axis=-1)
    return np.where(np.all(x >= 0, axis=-1) & (np.sum(x, axis=-1) == n), found, -np.inf)[()]


@defines(stats.multinomial.pmf)
def multinomial_pmf(x, n, p):
    return np.exp(multinomial_logpmf(x, n, p))


# --- density estimates --------------------------------------------------------------------------------


class Kernels:
    """``gaussian_kde(dataset, bw_method, weights)``: its points are differentiated, too."""

    def __init__(self, dataset, bw_method, weights):
        self.dataset = np.atleast_2d(np.asarray(dataset))
        self.d, self.n = self.dataset.shape
        if weights is None:
            self.weights = np.full(self.n, 1.0 / self.n)
        else:
            self.weights = np.asarray(weights) / np.sum(np.asarray(weights))
        self.neff = 1.0 / np.sum(self.weights * self.weights)
        if bw_method is None or bw_method == "scott":
            self.factor = self.neff ** (-1.0 / (self.d + 4))
        elif bw_method == "silverman":
            self.factor = (self.neff * (self.d + 2.0) / 4.0) ** (-1.0 / (self.d + 4))
        else:
            self.factor = bw_method
        mean = np.sum(self.weights * self.dataset, axis=1, keepdims=True)
        centred = self.dataset - mean
        spread = (centred * self.weights) @ centred.T / (1.0 - np.sum(self.weights**2))
        self.covariance = spread * self.factor**2

    def logpdf(self, x):
        return log_estimate(self.dataset, self.covariance, self.weights, x)

    def pdf(self, x):
        return np.exp(self.logpdf(x))

    def evaluate(self, points):
        return np.exp(self.logpdf(points))

    def __call__(self, points):
        return np.exp(self.logpdf(points))


def log_estimate(dataset, covariance, weights, x):
    """The logarithm of the sum of Gaussian densities around the points of ``dataset``."""
    points = np.atleast_2d(np.asarray(x))
    d, n = dataset.shape
    if points.shape[0] != d:
        raise NotImplementedError("one point as a vector")
    apart = np.reshape(points[:, :, None] - dataset[:, None, :], (d, -1))
    length = np.sum(apart * np.linalg.solve(covariance, apart), axis=0)
    volume = d * (LOG_PI + LOG_2) + np.linalg.slogdet(covariance)[1]
    energy = np.reshape(-0.5 * length, (-1, n)) - 0.5 * volume
    return special.logsumexp(energy, axis=1, b=weights)


@defines(stats.gaussian_kde)
def gaussian_kde(dataset, bw_method=None, weights=None):
    if bw_method is not None and callable(bw_method):
        unsupported("a bandwidth by a function")
    return Kernels(dataset, bw_method, weights)
