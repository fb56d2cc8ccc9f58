"""``scipy.special``: quotients of gamma functions, zeta functions, incomplete gamma and beta functions
and their inverses, the distribution functions made of them. By a parameter without a formula,
derivatives are differences.
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from srcgrad.rules.on_demand.special import elementwise
from srcgrad.rules.registry import constant
from srcgrad.runtime import difference, masked


@elementwise("poch")
def poch(y_bar, y, z, m):  # gamma(z + m) / gamma(z)
    z_bar = y_bar * y * (sp.digamma(z + m) - sp.digamma(z))
    m_bar = y_bar * y * sp.digamma(z + m)


@elementwise("binom")
def binom(y_bar, y, n, k):
    n_bar = y_bar * y * (sp.digamma(n + 1.0) - sp.digamma(n - k + 1.0))
    k_bar = y_bar * y * (sp.digamma(n - k + 1.0) - sp.digamma(k + 1.0))


# --- zeta functions: their derivatives by the order are known as series only -----------------------


@elementwise("zeta", regular=2.0)
def zeta(y_bar, y, x, q=1):  # DLMF 25.11.17
    x_bar = y_bar * difference("zeta_above_1", (0,), x - 1.0, q)
    q_bar = -y_bar * x * sp.zeta(x + 1.0, q)


@elementwise("zetac", regular=2.0)
def zetac(y_bar, y, x):
    x_bar = y_bar * difference("zeta_above_1", (0,), x - 1.0, 1.0)


# --- of the incomplete gamma function --------------------------------------------------------------


@elementwise("gammaincinv")
def gammaincinv(y_bar, y, a, p):
    t = y_bar * np.exp(y + sp.gammaln(a) - sp.xlogy(a - 1.0, y))
    a_bar = -t * difference("gammainc", (0,), a, y)
    p_bar = t


@elementwise("gammainccinv")
def gammainccinv(y_bar, y, a, p):
    t = y_bar * np.exp(y + sp.gammaln(a) - sp.xlogy(a - 1.0, y))
    a_bar = -t * difference("gammainc", (0,), a, y)
    p_bar = -t


@elementwise("gdtr")
def gdtr(y_bar, y, a, b, x):  # gammainc(b, a * x)
    t = y_bar * np.exp(sp.xlogy(b - 1.0, a * x) - a * x - sp.gammaln(b))
    a_bar = t * x
    b_bar = y_bar * difference("gammainc", (0,), b, a * x)
    x_bar = t * a


@elementwise("gdtrc")
def gdtrc(y_bar, y, a, b, x):
    t = -y_bar * np.exp(sp.xlogy(b - 1.0, a * x) - a * x - sp.gammaln(b))
    a_bar = t * x
    b_bar = -y_bar * difference("gammainc", (0,), b, a * x)
    x_bar = t * a


@elementwise("chdtr")
def chdtr(y_bar, y, v, x):  # gammainc(v / 2, x / 2)
    v_bar = 0.5 * y_bar * difference("gammainc", (0,), 0.5 * v, 0.5 * x)
    x_bar = 0.5 * y_bar * np.exp(sp.xlogy(0.5 * v - 1.0, 0.5 * x) - 0.5 * x - sp.gammaln(0.5 * v))


@elementwise("chdtrc")
def chdtrc(y_bar, y, v, x):
    v_bar = -0.5 * y_bar * difference("gammainc", (0,), 0.5 * v, 0.5 * x)
    x_bar = -0.5 * y_bar * np.exp(sp.xlogy(0.5 * v - 1.0, 0.5 * x) - 0.5 * x - sp.gammaln(0.5 * v))


@elementwise("chdtri")
def chdtri(y_bar, y, v, p):  # chdtrc(v, y) = p
    t = 2.0 * y_bar * np.exp(sp.gammaln(0.5 * v) + 0.5 * y - sp.xlogy(0.5 * v - 1.0, 0.5 * y))
    v_bar = -0.5 * t * difference("gammainc", (0,), 0.5 * v, 0.5 * y)
    p_bar = -t


@elementwise("pdtr")
def pdtr(y_bar, y, k, m):  # gammaincc(floor(k) + 1, m)
    k_bar = None
    m_bar = -y_bar * np.exp(sp.xlogy(np.floor(k), m) - m - sp.gammaln(np.floor(k) + 1.0))


@elementwise("pdtrc")
def pdtrc(y_bar, y, k, m):
    k_bar = None
    m_bar = y_bar * np.exp(sp.xlogy(np.floor(k), m) - m - sp.gammaln(np.floor(k) + 1.0))


# --- of the incomplete beta function ---------------------------------------------------------------


@elementwise("betaincc")
def betaincc(y_bar, y, a, b, x):
    a_bar = -y_bar * difference("betainc", (0,), a, b, x)
    b_bar = -y_bar * difference("betainc", (1,), a, b, x)
    x_bar = -y_bar * np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))


@elementwise("betaincinv")
def betaincinv(y_bar, y, a, b, p):
    t = y_bar * np.exp(sp.betaln(a, b) - sp.xlogy(a - 1.0, y) - sp.xlog1py(b - 1.0, -y))
    a_bar = -t * difference("betainc", (0,), a, b, y)
    b_bar = -t * difference("betainc", (1,), a, b, y)
    p_bar = t


@elementwise("betainccinv")
def betainccinv(y_bar, y, a, b, p):
    t = y_bar * np.exp(sp.betaln(a, b) - sp.xlogy(a - 1.0, y) - sp.xlog1py(b - 1.0, -y))
    a_bar = -t * difference("betainc", (0,), a, b, y)
    b_bar = -t * difference("betainc", (1,), a, b, y)
    p_bar = -t


@elementwise("bdtr", regular=0.25)
def bdtr(y_bar, y, k, n, p):  # betainc(n - floor(k), floor(k) + 1, 1 - p); n is a whole number
    m = n // 1
    f = np.floor(k)
    k_bar = None
    p_bar = -y_bar * np.exp(
        sp.xlogy(f, p) + sp.xlog1py(m - f - 1.0, -p) - sp.betaln(m - f, f + 1.0)
    )


@elementwise("bdtrc", regular=0.25)
def bdtrc(y_bar, y, k, n, p):
    m = n // 1
    f = np.floor(k)
    k_bar = None
    p_bar = y_bar * np.exp(sp.xlogy(f, p) + sp.xlog1py(m - f - 1.0, -p) - sp.betaln(m - f, f + 1.0))


@elementwise("bdtri", regular=0.25)
def bdtri(y_bar, y, k, n, p):  # bdtr(k, n, y) = p
    m = n // 1
    f = np.floor(k)
    k_bar = None
    p_bar = -y_bar * np.exp(
        sp.betaln(m - f, f + 1.0) - sp.xlogy(f, y) - sp.xlog1py(m - f - 1.0, -y)
    )


@elementwise("nbdtr", regular=0.25)
def nbdtr(y_bar, y, k, n, p):  # betainc(n, k + 1, p); k and n are whole numbers
    f = k // 1
    m = n // 1
    p_bar = y_bar * np.exp(sp.xlogy(m - 1.0, p) + sp.xlog1py(f, -p) - sp.betaln(m, f + 1.0))


@elementwise("nbdtrc", regular=0.25)
def nbdtrc(y_bar, y, k, n, p):
    f = k // 1
    m = n // 1
    p_bar = -y_bar * np.exp(sp.xlogy(m - 1.0, p) + sp.xlog1py(f, -p) - sp.betaln(m, f + 1.0))


@elementwise("fdtr")
def fdtr(y_bar, y, a, b, x):  # betainc(a / 2, b / 2, a x / (b + a x))
    t = a * x / (b + a * x)
    a_bar = y_bar * difference("fdtr", (0,), a, b, x)
    b_bar = y_bar * difference("fdtr", (1,), a, b, x)
    x_bar = (
        y_bar
        * np.exp(sp.xlogy(0.5 * a, t) + sp.xlog1py(0.5 * b, -t) - sp.betaln(0.5 * a, 0.5 * b))
        / x
    )


@elementwise("fdtrc")
def fdtrc(y_bar, y, a, b, x):
    t = a * x / (b + a * x)
    a_bar = -y_bar * difference("fdtr", (0,), a, b, x)
    b_bar = -y_bar * difference("fdtr", (1,), a, b, x)
    x_bar = (
        -y_bar
        * np.exp(sp.xlogy(0.5 * a, t) + sp.xlog1py(0.5 * b, -t) - sp.betaln(0.5 * a, 0.5 * b))
        / x
    )


@elementwise("fdtri")
def fdtri(y_bar, y, a, b, p):  # fdtr(a, b, y) = p
    t = a * y / (b + a * y)
    s = (
        y_bar
        * y
        * np.exp(sp.betaln(0.5 * a, 0.5 * b) - sp.xlogy(0.5 * a, t) - sp.xlog1py(0.5 * b, -t))
    )
    a_bar = -s * difference("fdtr", (0,), a, b, y)
    b_bar = -s * difference("fdtr", (1,), a, b, y)
    p_bar = s


@elementwise("stdtrit")
def stdtrit(y_bar, y, df, p):  # stdtr(df, y) = p
    scale = np.exp(sp.gammaln(0.5 * df) - sp.gammaln(0.5 * df + 0.5)) * np.sqrt(
        3.141592653589793 * df
    )
    t = y_bar * scale * np.exp((0.5 * df + 0.5) * np.log1p(y * y / df))
    df_bar = -t * difference("stdtr", (0,), df, y)
    p_bar = t


# --- of the normal distribution (sqrt(2 pi) = 2.506...) and others ----------------------------------


@elementwise("ndtri_exp", regular=-0.5)
def ndtri_exp(y_bar, y, x):  # log_ndtr(y) = x
    x_bar = 2.5066282746310002 * y_bar * np.exp(x + 0.5 * y * y)


@elementwise("nrdtrimn")
def nrdtrimn(y_bar, y, p, std, x):  # x - std * ndtri(p)
    t = sp.ndtri(p)
    p_bar = -2.5066282746310002 * y_bar * std * np.exp(0.5 * t * t)
    std_bar = -y_bar * t
    x_bar = y_bar


@elementwise("nrdtrisd", regular=0.25)
def nrdtrisd(y_bar, y, mn, p, x):  # (x - mn) / ndtri(p)
    t = sp.ndtri(p)
    mn_bar = -y_bar / t
    p_bar = -2.5066282746310002 * y_bar * y * np.exp(0.5 * t * t) / t
    x_bar = y_bar / t


@elementwise("owens_t")
def owens_t(y_bar, y, h, a):  # Owen 1956; 1 / sqrt(8 pi) = 0.1994..., 1 / (2 pi) = 0.1591...
    h_bar = -0.19947114020071635 * y_bar * np.exp(-0.5 * h * h) * sp.erf(0.7071067811865476 * a * h)
    a_bar = 0.15915494309189535 * y_bar * np.exp(-0.5 * h * h * (1.0 + a * a)) / (1.0 + a * a)


@elementwise("voigt_profile")
def voigt_profile(y_bar, y, x, sigma, gamma):
    """The real part of the Faddeeva function: DLMF 7.19.1, 7.10.2; nan at ``sigma`` 0.

    ``1 / sqrt(2)`` is 0.707..., ``2j / sqrt(pi)`` 1.128...j, ``1 / (2 sqrt(pi))`` 0.282...
    """
    z = 0.7071067811865476 * (x + 1j * gamma) / sigma
    slope = 0.28209479177387814 * (1.1283791670955126j - 2.0 * z * sp.wofz(z)) / (sigma * sigma)
    x_bar = y_bar * np.real(slope)
    gamma_bar = -y_bar * np.imag(slope)
    sigma_bar = -y_bar * (y / sigma + np.real(1.4142135623730951 * z * slope))


@elementwise("tklmbda")
def tklmbda(y_bar, y, x, lmbda):  # (y**lmbda - (1 - y)**lmbda) / lmbda = x; nan at lmbda = 0
    inside = (y > 0.0) & (y < 1.0)
    p = np.power(y, lmbda)
    q = np.power(1.0 - y, lmbda)
    t = masked(y_bar / (p / y + q / (1.0 - y)), inside)
    x_bar = t
    lmbda_bar = masked(t * (x - p * np.log(y) + q * np.log1p(-y)) / lmbda, inside)


@elementwise("kolmogorov")
def kolmogorov(y_bar, y, x):
    """The slope is a series without a closed form."""
    x_bar = y_bar * difference("kolmogorov", (0,), x)


@elementwise("smirnov")
def smirnov(y_bar, y, n, x):
    """``n`` is a whole number; the slope by ``x`` is a sum without a closed form."""
    x_bar = y_bar * difference("smirnov", (1,), n, x)


constant(sp.gammasgn, key="scipy.special.gammasgn", spelling="scipy.special.gammasgn")(
    lambda x: None
)
constant(sp.round, key="scipy.special.round", spelling="scipy.special.round")(lambda x: None)
