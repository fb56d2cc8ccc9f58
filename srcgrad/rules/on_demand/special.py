"""``scipy.special``. Formulas are those of the NIST Digital Library of Mathematical Functions.

Orders and shape parameters without a line have no derivative: where one is active, it is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special as sp

from srcgrad.ir.kinds import Kind
from srcgrad.rules import ranges
from srcgrad.rules.facts import broadcast_numbers
from srcgrad.rules.operation import Arg, numeric_kinds
from srcgrad.rules.ranges import Values
from srcgrad.rules.registry import elementwise as registered


def floating(*args: Arg) -> Kind:
    """Broadcasting; float32 and complex numbers stay, all else is float64."""
    if any((kind.dtype or "").startswith("complex") for kind in numeric_kinds(args)):
        return broadcast_numbers("complex128", args)
    narrow = all(
        kind.dtype == "float32" or kind.base in ("int", "float") for kind in numeric_kinds(args)
    ) and any(kind.dtype == "float32" for kind in numeric_kinds(args))
    return broadcast_numbers("float32" if narrow else "float64", args)


def wide(z: Arg, *rest: Arg) -> Kind:
    """Broadcasting; complex64 stays, all else is complex128."""
    return broadcast_numbers(
        "complex64" if z.kind.dtype == "complex64" else "complex128", (z, *rest[:1])
    )


def elementwise(*names: str, values: Values | None = None, regular: float = 0.5) -> Any:
    """Register a rule for functions of ``scipy.special``."""

    def decorate(rule: Any) -> Any:
        for name in names:
            spelling = f"scipy.special.{name}"
            options = {"cost": 10, "key": spelling, "spelling": spelling}
            registered(
                getattr(sp, name), facts=floating, values=values, regular=regular, **options
            )(rule)
        return rule

    return decorate


# --- the error function (2 / sqrt(pi) = 1.128..., sqrt(pi) / 2 = 0.886...) ---------------------


@elementwise("erf", values=ranges.tame)
def erf(y_bar, y, x):
    x_bar = 1.1283791670955126 * y_bar * np.exp(-x * x)


@elementwise("erfc", values=ranges.bounded)
def erfc(y_bar, y, x):
    x_bar = -1.1283791670955126 * y_bar * np.exp(-x * x)


@elementwise("erfcx")
def erfcx(y_bar, y, x):
    x_bar = y_bar * (2.0 * x * y - 1.1283791670955126)


@elementwise("erfinv")
def erfinv(y_bar, y, x):  # inf at x = +-1
    x_bar = 0.8862269254527580 * y_bar * np.exp(y * y)


@elementwise("erfcinv")
def erfcinv(y_bar, y, x):
    x_bar = -0.8862269254527580 * y_bar * np.exp(y * y)


@elementwise("erfi")
def erfi(y_bar, y, x):
    x_bar = 1.1283791670955126 * y_bar * np.exp(x * x)


@elementwise("dawsn", values=ranges.tame)
def dawsn(y_bar, y, x):
    x_bar = y_bar * (1.0 - 2.0 * x * y)


@elementwise("ndtr", values=ranges.bounded)
def ndtr(y_bar, y, x):  # 1 / sqrt(2 pi) = 0.398...
    x_bar = 0.3989422804014327 * y_bar * np.exp(-0.5 * x * x)


@elementwise("log_ndtr", values=ranges.tame)
def log_ndtr(y_bar, y, x):
    x_bar = 0.3989422804014327 * y_bar * np.exp(-0.5 * x * x - y)


@elementwise("ndtri")
def ndtri(y_bar, y, x):  # sqrt(2 pi) = 2.506...
    x_bar = 2.5066282746310002 * y_bar * np.exp(0.5 * y * y)


# --- the gamma function and its kin -----------------------------------------------------------


@elementwise("gamma")
def gamma(y_bar, y, x):
    x_bar = y_bar * y * sp.digamma(x)


@elementwise("gammaln", "loggamma")
def gammaln(y_bar, y, x):
    x_bar = y_bar * sp.digamma(x)


@elementwise("rgamma")
def rgamma(y_bar, y, x):
    x_bar = -y_bar * y * sp.digamma(x)


@elementwise("digamma", "psi")
def digamma(y_bar, y, x):
    x_bar = y_bar * sp.polygamma(1, x)


@elementwise("polygamma")
def polygamma(y_bar, y, n, x):
    x_bar = y_bar * sp.polygamma(n + 1, x)


@elementwise("beta")
def beta(y_bar, y, a, b):
    a_bar = y_bar * y * (sp.digamma(a) - sp.digamma(a + b))
    b_bar = y_bar * y * (sp.digamma(b) - sp.digamma(a + b))


@elementwise("betaln")
def betaln(y_bar, y, a, b):
    a_bar = y_bar * (sp.digamma(a) - sp.digamma(a + b))
    b_bar = y_bar * (sp.digamma(b) - sp.digamma(a + b))


@elementwise("gammainc")
def gammainc(y_bar, y, a, x):
    x_bar = y_bar * np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


@elementwise("gammaincc")
def gammaincc(y_bar, y, a, x):
    x_bar = -y_bar * np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


@elementwise("betainc")
def betainc(y_bar, y, a, b, x):
    x_bar = y_bar * np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))


@elementwise("stdtr")
def stdtr(y_bar, y, df, t):
    scale = np.exp(sp.gammaln(0.5 * df + 0.5) - sp.gammaln(0.5 * df)) / np.sqrt(
        3.141592653589793 * df
    )
    t_bar = y_bar * scale * np.exp(-(0.5 * df + 0.5) * np.log1p(t * t / df))


# --- logistic functions, entropies ------------------------------------------------------------


@elementwise("expit", values=ranges.bounded)
def expit(y_bar, y, x):
    x_bar = y_bar * y * (1.0 - y)


@elementwise("log_expit", values=ranges.tame)
def log_expit(y_bar, y, x):
    x_bar = y_bar * sp.expit(-x)


@elementwise("logit")
def logit(y_bar, y, x):  # inf at 0 and 1
    x_bar = y_bar / (x * (1.0 - x))


@elementwise("xlogy")
def xlogy(y_bar, y, x, z):
    x_bar = y_bar * np.log(z)
    z_bar = y_bar * x / z


@elementwise("xlog1py")
def xlog1py(y_bar, y, x, z):
    x_bar = y_bar * np.log1p(z)
    z_bar = y_bar * x / (1.0 + z)


@elementwise("entr")
def entr(y_bar, y, x):  # inf at 0
    x_bar = -y_bar * (np.log(x) + 1.0)


@elementwise("rel_entr")
def rel_entr(y_bar, y, x, z):
    x_bar = y_bar * (np.log(x / z) + 1.0)
    z_bar = -y_bar * x / z


@elementwise("kl_div")
def kl_div(y_bar, y, x, z):
    x_bar = y_bar * np.log(x / z)
    z_bar = y_bar * (1.0 - x / z)


# --- of a complex variable (2j / sqrt(pi) = 1.128...j) ------------------------------------------


@registered(sp.wofz, facts=wide, cost=10, key="scipy.special.wofz", spelling="scipy.special.wofz")
def wofz(y_bar, y, z):
    z_bar = y_bar * (1.1283791670955126j - 2.0 * z * y)


@registered(
    sp.lambertw,
    facts=wide,
    cost=10,
    key="scipy.special.lambertw",
    spelling="scipy.special.lambertw",
)
def lambertw(y_bar, y, z, k=0, tol=1e-8):  # inf at -1 / e
    z_bar = y_bar * np.exp(-y) / (1.0 + y)


# --- exponential integrals, elliptic integrals, the dilogarithm -------------------------------


@elementwise("exp1")
def exp1(y_bar, y, x):
    x_bar = -y_bar * np.exp(-x) / x


@elementwise("expi")
def expi(y_bar, y, x):
    x_bar = y_bar * np.exp(x) / x


@elementwise("spence")
def spence(y_bar, y, x):  # nan at 1
    x_bar = y_bar * np.log(x) / (1.0 - x)


@elementwise("ellipk")
def ellipk(y_bar, y, m):  # nan at 0
    m_bar = y_bar * (sp.ellipe(m) / (1.0 - m) - y) / (2.0 * m)


@elementwise("ellipe")
def ellipe(y_bar, y, m):  # nan at 0
    m_bar = y_bar * (y - sp.ellipk(m)) / (2.0 * m)


@elementwise("ellipkinc")
def ellipkinc(y_bar, y, phi, m):  # nan at m = 0 and 1
    root = np.sqrt(1.0 - m * np.sin(phi) ** 2)
    phi_bar = y_bar / root
    m_bar = (
        y_bar
        * ((sp.ellipeinc(phi, m) / m - np.sin(2.0 * phi) / (2.0 * root)) / (1.0 - m) - y / m)
        / 2.0
    )


@elementwise("ellipeinc")
def ellipeinc(y_bar, y, phi, m):  # nan at m = 0
    phi_bar = y_bar * np.sqrt(1.0 - m * np.sin(phi) ** 2)
    m_bar = y_bar * (y - sp.ellipkinc(phi, m)) / (2.0 * m)


@elementwise("exp2", values=ranges.exponential)
def exp2(y_bar, y, x):
    x_bar = 0.6931471805599453 * y_bar * y


@elementwise("exp10", values=ranges.exponential)
def exp10(y_bar, y, x):
    x_bar = 2.302585092994046 * y_bar * y


@elementwise("expm1", values=ranges.growing)
def expm1(y_bar, y, x):
    x_bar = y_bar * (y + 1.0)


@elementwise("log1p", values=ranges.logarithm_of_more)
def log1p(y_bar, y, x):
    x_bar = y_bar / (1.0 + x)


@elementwise("cbrt", values=ranges.tame)
def cbrt(y_bar, y, x):
    x_bar = y_bar / (3.0 * y * y)


# --- Bessel functions -------------------------------------------------------------------------


@elementwise("j0", values=ranges.tame)
def j0(y_bar, y, x):
    x_bar = -y_bar * sp.j1(x)


@elementwise("j1", values=ranges.tame)
def j1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.j0(x) - sp.jv(2.0, x))


@elementwise("jv", "jn")
def jv(y_bar, y, v, x):
    x_bar = 0.5 * y_bar * (sp.jv(v - 1.0, x) - sp.jv(v + 1.0, x))


@elementwise("y0")
def y0(y_bar, y, x):
    x_bar = -y_bar * sp.y1(x)


@elementwise("y1")
def y1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.y0(x) - sp.yv(2.0, x))


@elementwise("yv", "yn")
def yv(y_bar, y, v, x):
    x_bar = 0.5 * y_bar * (sp.yv(v - 1.0, x) - sp.yv(v + 1.0, x))


@elementwise("i0")
def i0(y_bar, y, x):
    x_bar = y_bar * sp.i1(x)


@elementwise("i1")
def i1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.i0(x) + sp.iv(2.0, x))


@elementwise("iv")
def iv(y_bar, y, v, x):
    x_bar = 0.5 * y_bar * (sp.iv(v - 1.0, x) + sp.iv(v + 1.0, x))


@elementwise("i0e", values=ranges.bounded)
def i0e(y_bar, y, x):
    x_bar = y_bar * (sp.i1e(x) - np.sign(x) * y)


@elementwise("i1e", values=ranges.tame)
def i1e(y_bar, y, x):
    x_bar = y_bar * (0.5 * (sp.i0e(x) + sp.ive(2.0, x)) - np.sign(x) * y)


@elementwise("ive")
def ive(y_bar, y, v, x):
    x_bar = y_bar * (0.5 * (sp.ive(v - 1.0, x) + sp.ive(v + 1.0, x)) - np.sign(x) * y)


@elementwise("k0")
def k0(y_bar, y, x):
    x_bar = -y_bar * sp.k1(x)


@elementwise("k1")
def k1(y_bar, y, x):
    x_bar = -0.5 * y_bar * (sp.k0(x) + sp.kv(2.0, x))


@elementwise("k0e")
def k0e(y_bar, y, x):
    x_bar = y_bar * (y - sp.k1e(x))


@elementwise("k1e")
def k1e(y_bar, y, x):
    x_bar = y_bar * (y - sp.k0e(x) - y / x)


@elementwise("kv")
def kv(y_bar, y, v, x):
    x_bar = -0.5 * y_bar * (sp.kv(v - 1.0, x) + sp.kv(v + 1.0, x))
