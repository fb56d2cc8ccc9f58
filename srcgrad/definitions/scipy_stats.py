"""``scipy.stats``: densities of common distributions."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import defines, unsupported

LOG_ROOT = 0.9189385332046727  # log(sqrt(2 pi))


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    return -0.5 * z * z - LOG_ROOT - np.log(scale)


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0.0, scale=1.0):
    return np.exp(norm_logpdf(x, loc, scale))


@defines(stats.norm.cdf)
def norm_cdf(x, loc=0.0, scale=1.0):
    return special.ndtr((x - loc) / scale)


@defines(stats.norm.sf)
def norm_sf(x, loc=0.0, scale=1.0):
    return special.ndtr((loc - x) / scale)


@defines(stats.norm.logcdf)
def norm_logcdf(x, loc=0.0, scale=1.0):
    return special.log_ndtr((x - loc) / scale)


@defines(stats.norm.logsf)
def norm_logsf(x, loc=0.0, scale=1.0):
    return special.log_ndtr((loc - x) / scale)


@defines(stats.norm.ppf)
def norm_ppf(q, loc=0.0, scale=1.0):
    return loc + scale * special.ndtri(q)


@defines(stats.expon.logpdf)
def expon_logpdf(x, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    return np.where(z >= 0.0, -z - np.log(scale), -np.inf)


@defines(stats.laplace.logpdf)
def laplace_logpdf(x, loc=0.0, scale=1.0):
    return -np.abs(x - loc) / scale - np.log(2.0 * scale)


@defines(stats.cauchy.logpdf)
def cauchy_logpdf(x, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    return -np.log(np.pi * scale * (1.0 + z * z))


@defines(stats.t.logpdf)
def t_logpdf(x, df, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    return (special.gammaln(0.5 * (df + 1.0)) - special.gammaln(0.5 * df)
            - 0.5 * np.log(np.pi * df) - 0.5 * (df + 1.0) * np.log1p(z * z / df) - np.log(scale))


@defines(stats.gamma.logpdf)
def gamma_logpdf(x, a, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    inside = np.where(z > 0.0, z, 1.0)
    found = special.xlogy(a - 1.0, inside) - inside - special.gammaln(a) - np.log(scale)
    return np.where(z > 0.0, found, -np.inf)


@defines(stats.beta.logpdf)
def beta_logpdf(x, a, b, loc=0.0, scale=1.0):
    z = (x - loc) / scale
    inside = np.where((z > 0.0) & (z < 1.0), z, 0.5)
    found = (special.xlogy(a - 1.0, inside) + special.xlog1py(b - 1.0, -inside)
             - special.betaln(a, b) - np.log(scale))
    return np.where((z > 0.0) & (z < 1.0), found, -np.inf)


@defines(stats.poisson.logpmf)
def poisson_logpmf(k, mu, loc=0):
    k = np.asarray(k) - loc
    return special.xlogy(k, mu) - special.gammaln(k + 1.0) - mu


@defines(stats.multivariate_normal.logpdf)
def multivariate_normal_logpdf(x, mean=None, cov=1, allow_singular=False):
    x, cov = np.asarray(x), np.asarray(cov)
    if allow_singular or cov.ndim != 2 or x.ndim not in (1, 2):
        unsupported("this form of the covariance")
    centred = x if mean is None else x - mean
    solved = np.linalg.solve(cov, centred.T).T
    volume = np.linalg.slogdet(cov)[1]
    return -0.5 * (np.sum(centred * solved, axis=-1) + volume) - LOG_ROOT * cov.shape[0]
