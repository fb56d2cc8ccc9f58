"""``scipy.stats``: densities and distribution functions of continuous distributions."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcgrad.definitions import OWNERS, defines

OWNERS += [stats.rv_continuous, stats.rv_discrete, type(stats.multivariate_normal).__mro__[1]]
LOG_ROOT = 0.9189385332046727  # log(sqrt(2 pi))


def wide(x):
    """In double precision, as SciPy computes."""
    return np.asarray(x, dtype=np.float64)


def valid(found, *positive):
    """NaN of parameters that no distribution has, as SciPy has it."""
    there = np.asarray(positive[0]) > 0.0
    for parameter in positive[1:]:
        there = there & (np.asarray(parameter) > 0.0)
    return np.where(there, found, np.nan)[()]


@defines(stats.norm.logpdf)
def norm_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(-0.5 * z * z - LOG_ROOT - np.log(scale), scale)


@defines(stats.norm.pdf)
def norm_pdf(x, loc=0.0, scale=1.0):
    return np.exp(norm_logpdf(x, loc, scale))


@defines(stats.norm.cdf)
def norm_cdf(x, loc=0.0, scale=1.0):
    return valid(special.ndtr((wide(x) - loc) / scale), scale)


@defines(stats.norm.sf)
def norm_sf(x, loc=0.0, scale=1.0):
    return valid(special.ndtr((loc - wide(x)) / scale), scale)


@defines(stats.norm.logcdf)
def norm_logcdf(x, loc=0.0, scale=1.0):
    return valid(special.log_ndtr((wide(x) - loc) / scale), scale)


@defines(stats.norm.logsf)
def norm_logsf(x, loc=0.0, scale=1.0):
    return valid(special.log_ndtr((loc - wide(x)) / scale), scale)


@defines(stats.norm.ppf)
def norm_ppf(q, loc=0.0, scale=1.0):
    return valid(loc + scale * special.ndtri(wide(q)), scale)


@defines(stats.expon.logpdf)
def expon_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(np.where(z < 0.0, -np.inf, -z - np.log(scale)), scale)


@defines(stats.expon.pdf)
def expon_pdf(x, loc=0.0, scale=1.0):
    return np.exp(expon_logpdf(x, loc, scale))


@defines(stats.expon.cdf)
def expon_cdf(x, loc=0.0, scale=1.0):
    return valid(-np.expm1(-np.maximum((wide(x) - loc) / scale, 0.0)), scale)


@defines(stats.expon.sf)
def expon_sf(x, loc=0.0, scale=1.0):
    return valid(np.exp(-np.maximum((wide(x) - loc) / scale, 0.0)), scale)


@defines(stats.uniform.logpdf)
def uniform_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(np.where((z < 0.0) | (z > 1.0), -np.inf, 0.0 * z - np.log(scale)), scale)


@defines(stats.uniform.pdf)
def uniform_pdf(x, loc=0.0, scale=1.0):
    return np.exp(uniform_logpdf(x, loc, scale))


@defines(stats.uniform.cdf)
def uniform_cdf(x, loc=0.0, scale=1.0):
    return valid(np.clip((wide(x) - loc) / scale, 0.0, 1.0), scale)


@defines(stats.laplace.logpdf)
def laplace_logpdf(x, loc=0.0, scale=1.0):
    return valid(-np.abs(wide(x) - loc) / scale - np.log(2.0 * scale), scale)


@defines(stats.laplace.pdf)
def laplace_pdf(x, loc=0.0, scale=1.0):
    return np.exp(laplace_logpdf(x, loc, scale))


@defines(stats.cauchy.logpdf)
def cauchy_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(-np.log(np.pi * scale * (1.0 + z * z)), scale)


@defines(stats.cauchy.pdf)
def cauchy_pdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(1.0 / (np.pi * scale * (1.0 + z * z)), scale)


@defines(stats.cauchy.cdf)
def cauchy_cdf(x, loc=0.0, scale=1.0):
    return valid(0.5 + np.arctan((wide(x) - loc) / scale) / np.pi, scale)


@defines(stats.logistic.logpdf)
def logistic_logpdf(x, loc=0.0, scale=1.0):
    z = np.abs((wide(x) - loc) / scale)  # the density is even
    return valid(-z - 2.0 * np.log1p(np.exp(-z)) - np.log(scale), scale)


@defines(stats.logistic.pdf)
def logistic_pdf(x, loc=0.0, scale=1.0):
    return np.exp(logistic_logpdf(x, loc, scale))


@defines(stats.logistic.cdf)
def logistic_cdf(x, loc=0.0, scale=1.0):
    return valid(special.expit((wide(x) - loc) / scale), scale)


@defines(stats.lognorm.logpdf)
def lognorm_logpdf(x, s, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    inside = np.log(np.where(z <= 0.0, 1.0, z))
    found = -0.5 * (inside / s) ** 2 - inside - LOG_ROOT - np.log(s * scale)
    return valid(np.where(z <= 0.0, -np.inf, found), scale, s)


@defines(stats.lognorm.pdf)
def lognorm_pdf(x, s, loc=0.0, scale=1.0):
    return np.exp(lognorm_logpdf(x, s, loc, scale))


@defines(stats.lognorm.cdf)
def lognorm_cdf(x, s, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    inside = np.log(np.where(z <= 0.0, 1.0, z))
    return valid(np.where(z <= 0.0, 0.0, special.ndtr(inside / s)), scale, s)


@defines(stats.weibull_min.logpdf)
def weibull_logpdf(x, c, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    inside = np.where(z < 0.0, 1.0, z)
    found = np.log(c) + special.xlogy(c - 1.0, inside) - inside**c - np.log(scale)
    return valid(np.where(z < 0.0, -np.inf, found), scale, c)


@defines(stats.weibull_min.pdf)
def weibull_pdf(x, c, loc=0.0, scale=1.0):
    return np.exp(weibull_logpdf(x, c, loc, scale))


@defines(stats.t.logpdf)
def t_logpdf(x, df, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(
        special.gammaln(0.5 * (df + 1.0))
        - special.gammaln(0.5 * df)
        - 0.5 * np.log(np.pi * df)
        - 0.5 * (df + 1.0) * np.log1p(z * z / df)
        - np.log(scale),
        scale,
        df,
    )


@defines(stats.t.pdf)
def t_pdf(x, df, loc=0.0, scale=1.0):
    return np.exp(t_logpdf(x, df, loc, scale))


@defines(stats.t.cdf)
def t_cdf(x, df, loc=0.0, scale=1.0):
    return valid(special.stdtr(df, (wide(x) - loc) / scale), scale, df)


@defines(stats.t.sf)
def t_sf(x, df, loc=0.0, scale=1.0):
    return valid(special.stdtr(df, (loc - wide(x)) / scale), scale, df)


@defines(stats.t.logcdf)
def t_logcdf(x, df, loc=0.0, scale=1.0):
    return valid(np.log(special.stdtr(df, (wide(x) - loc) / scale)), scale, df)


@defines(stats.gamma.logpdf)
def gamma_logpdf(x, a, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    inside = np.where(z < 0.0, 1.0, z)
    found = special.xlogy(a - 1.0, inside) - inside - special.gammaln(a) - np.log(scale)
    return valid(np.where(z < 0.0, -np.inf, found), scale, a)


@defines(stats.gamma.pdf)
def gamma_pdf(x, a, loc=0.0, scale=1.0):
    return np.exp(gamma_logpdf(x, a, loc, scale))


@defines(stats.gamma.cdf)
def gamma_cdf(x, a, loc=0.0, scale=1.0):
    return valid(special.gammainc(a, np.maximum((wide(x) - loc) / scale, 0.0)), scale, a)


@defines(stats.invgamma.logpdf)
def invgamma_logpdf(x, a, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    inside = np.where(z <= 0.0, 1.0, z)
    found = -(a + 1.0) * np.log(inside) - special.gammaln(a) - 1.0 / inside - np.log(scale)
    return valid(np.where(z <= 0.0, -np.inf, found), scale, a)


@defines(stats.invgamma.pdf)
def invgamma_pdf(x, a, loc=0.0, scale=1.0):
    return np.exp(invgamma_logpdf(x, a, loc, scale))


@defines(stats.chi2.logpdf)
def chi2_logpdf(x, df, loc=0.0, scale=1.0):
    return gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.pdf)
def chi2_pdf(x, df, loc=0.0, scale=1.0):
    return np.exp(gamma_logpdf(x, 0.5 * df, loc, 2.0 * scale))


@defines(stats.chi2.cdf)
def chi2_cdf(x, df, loc=0.0, scale=1.0):
    return gamma_cdf(x, 0.5 * df, loc, 2.0 * scale)


@defines(stats.chi2.sf)
def chi2_sf(x, df, loc=0.0, scale=1.0):
    return valid(
        special.gammaincc(0.5 * df, np.maximum(0.5 * (wide(x) - loc) / scale, 0.0)), scale, df
    )


@defines(stats.beta.logpdf)
def beta_logpdf(x, a, b, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    outside = (z < 0.0) | (z > 1.0)
    inside = np.where(outside, 0.5, z)
    found = (
        special.xlogy(a - 1.0, inside)
        + special.xlog1py(b - 1.0, -inside)
        - special.betaln(a, b)
        - np.log(scale)
    )
    return valid(np.where(outside, -np.inf, found), scale, a, b)


@defines(stats.beta.pdf)
def beta_pdf(x, a, b, loc=0.0, scale=1.0):
    return np.exp(beta_logpdf(x, a, b, loc, scale))


@defines(stats.beta.cdf)
def beta_cdf(x, a, b, loc=0.0, scale=1.0):
    return valid(special.betainc(a, b, np.clip((wide(x) - loc) / scale, 0.0, 1.0)), scale, a, b)


@defines(stats.gumbel_r.logpdf)
def gumbel_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(-z - np.exp(-z) - np.log(scale), scale)


@defines(stats.gumbel_r.pdf)
def gumbel_pdf(x, loc=0.0, scale=1.0):
    return np.exp(gumbel_logpdf(x, loc, scale))


@defines(stats.gumbel_r.cdf)
def gumbel_cdf(x, loc=0.0, scale=1.0):
    return valid(np.exp(-np.exp(-(wide(x) - loc) / scale)), scale)


@defines(stats.halfnorm.logpdf)
def halfnorm_logpdf(x, loc=0.0, scale=1.0):
    z = (wide(x) - loc) / scale
    return valid(np.where(z < 0.0, -np.inf, norm_logpdf(x, loc, scale) + 0.6931471805599453), scale)


@defines(stats.halfnorm.pdf)
def halfnorm_pdf(x, loc=0.0, scale=1.0):
    return np.exp(halfnorm_logpdf(x, loc, scale))
