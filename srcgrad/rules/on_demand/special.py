"""``scipy.special``. Formulas are those of the NIST Digital Library of Mathematical Functions.

By orders and shape parameters for which there is no formula, derivatives are central differences
(``runtime/differences.py``); what has no line has no derivative, and is refused where it is active.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as sp

from srcgrad.ir.kinds import Kind, array
from srcgrad.rules import ranges
from srcgrad.rules.facts import broadcast_numbers, opaque, per_function
from srcgrad.rules.facts import elementwise as by_ufunc
from srcgrad.rules.operation import OPS, Arg, numeric_kinds
from srcgrad.rules.registry import adjoint, constant
from srcgrad.rules.registry import elementwise as registered
from srcgrad.runtime import difference, unbroadcast, with_place


def floating(*args: Arg) -> Kind:
    """Broadcasting; float32 and complex numbers stay, all else is float64."""
    if any((kind.dtype or "").startswith("complex") for kind in numeric_kinds(args)):
        return broadcast_numbers("complex128", args)
    narrow = all(
        kind.dtype == "float32" or kind.base in ("int", "float") for kind in numeric_kinds(args)
    ) and any(kind.dtype == "float32" for kind in numeric_kinds(args))
    return broadcast_numbers("float32" if narrow else "float64", args)


@per_function
def of_function(function: Any) -> Callable[..., Kind]:
    """What the ufunc itself gives."""
    return by_ufunc(function) if isinstance(function, np.ufunc) else floating


def wide(z: Arg, *rest: Arg) -> Kind:
    """Broadcasting; complex64 stays, all else is complex128."""
    return broadcast_numbers(
        "complex64" if z.kind.dtype == "complex64" else "complex128", (z, *rest[:1])
    )


def harmonic(n: Arg, m: Arg, theta: Arg, phi: Arg) -> Kind:
    """Broadcasting; complex."""
    return array_of(broadcast_numbers("complex128", (n, m, theta, phi)))


def floating_array(*args: Arg) -> Kind:
    """``polygamma``: in double precision."""
    return array_of(broadcast_numbers("float64", args))


def array_of(kind: Kind) -> Kind:
    """Of numbers, an array without dimensions."""
    return array(kind.dtype, ()) if kind.base == "scalar" else kind


def elementwise(*names: str, **options: Any) -> Any:
    """Register a rule for functions of ``scipy.special``."""
    options = {"facts": of_function, "cost": 10, "regular": 0.5, **options}

    def decorate(rule: Any) -> Any:
        for name in names:
            spelling = f"scipy.special.{name}"
            function = getattr(sp, name, None)  # some are newer than others
            if function is not None:
                registered(function, key=spelling, spelling=spelling, **options)(rule)
        return rule

    return decorate


def by_name(name: Any, places: Any, xs: Any) -> Kind:
    """That of the arguments, but complex where the function is."""
    known = OPS.get(f"scipy.special.{name.const}")
    made = floating(*xs) if known is None else known.facts(*xs)
    return made if (made.dtype or "").startswith("complex") else floating(*xs)


@adjoint(difference, facts=by_name, cost=10, holomorphic=True)
def difference_(y_bar, y, name, places, *xs):
    x_bar = unbroadcast(y_bar * difference(name, with_place(places, k), *xs), np.shape(x))
    y_dot = difference(name, with_place(places, k), *xs) * x_dot


constant(with_place, facts=opaque, foldable=True, cost=1)(lambda places, k: None)


# --- the error function (2 / sqrt(pi) = 1.128..., sqrt(pi) / 2 = 0.886...) ---------------------


@elementwise("erf", values=ranges.tame, holomorphic=True)
def erf(y_bar, y, x):
    x_bar = 1.1283791670955126 * y_bar * np.exp(-x * x)


@elementwise("erfc", values=ranges.bounded, holomorphic=True)
def erfc(y_bar, y, x):
    x_bar = -1.1283791670955126 * y_bar * np.exp(-x * x)


@elementwise("erfcx", holomorphic=True)
def erfcx(y_bar, y, x):
    x_bar = y_bar * (2.0 * x * y - 1.1283791670955126)


@elementwise("erfinv")
def erfinv(y_bar, y, x):  # inf at x = +-1
    x_bar = 0.8862269254527580 * y_bar * np.exp(y * y)


@elementwise("erfcinv")
def erfcinv(y_bar, y, x):
    x_bar = -0.8862269254527580 * y_bar * np.exp(y * y)


@elementwise("erfi", holomorphic=True)
def erfi(y_bar, y, x):
    x_bar = 1.1283791670955126 * y_bar * np.exp(x * x)


@elementwise("dawsn", values=ranges.tame, holomorphic=True)
def dawsn(y_bar, y, x):
    x_bar = y_bar * (1.0 - 2.0 * x * y)


@elementwise("ndtr", values=ranges.bounded, holomorphic=True)
def ndtr(y_bar, y, x):  # 1 / sqrt(2 pi) = 0.398...
    x_bar = 0.3989422804014327 * y_bar * np.exp(-0.5 * x * x)


@elementwise("log_ndtr", values=ranges.tame, holomorphic=True)
def log_ndtr(y_bar, y, x):
    x_bar = 0.3989422804014327 * y_bar * np.exp(-0.5 * x * x - y)


@elementwise("ndtri")
def ndtri(y_bar, y, x):  # sqrt(2 pi) = 2.506...
    x_bar = 2.5066282746310002 * y_bar * np.exp(0.5 * y * y)


# --- the gamma function and its kin -----------------------------------------------------------


@elementwise("gamma", holomorphic=True)
def gamma(y_bar, y, x):
    x_bar = y_bar * y * sp.digamma(x)


@elementwise("gammaln")
@elementwise("loggamma", holomorphic=True)
def gammaln(y_bar, y, x):
    x_bar = y_bar * sp.digamma(x)


@elementwise("rgamma", holomorphic=True)
def rgamma(y_bar, y, x):
    x_bar = -y_bar * y * sp.digamma(x)


@elementwise("digamma", "psi")
def digamma(y_bar, y, x):
    x_bar = y_bar * sp.zeta(2.0, x)  # DLMF 5.15.1


@elementwise("polygamma", facts=floating_array)
def polygamma(y_bar, y, n, x):
    """The order is a whole number."""
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
    a_bar = y_bar * difference("gammainc", (0,), a, x)
    x_bar = y_bar * np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


@elementwise("gammaincc")
def gammaincc(y_bar, y, a, x):
    a_bar = -y_bar * difference("gammainc", (0,), a, x)
    x_bar = -y_bar * np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


@elementwise("betainc")
def betainc(y_bar, y, a, b, x):
    a_bar = y_bar * difference("betainc", (0,), a, b, x)
    b_bar = y_bar * difference("betainc", (1,), a, b, x)
    x_bar = y_bar * np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))


@elementwise("stdtr")
def stdtr(y_bar, y, df, t):
    df_bar = y_bar * difference("stdtr", (0,), df, t)
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


@elementwise("xlogy", holomorphic=True)
def xlogy(y_bar, y, x, z):
    x_bar = y_bar * np.log(z)
    z_bar = y_bar * x / z


@elementwise("xlog1py", holomorphic=True)
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


@elementwise("wofz", facts=wide, holomorphic=True, regular=1.0)
def wofz(y_bar, y, z):
    z_bar = y_bar * (1.1283791670955126j - 2.0 * z * y)


@elementwise("lambertw", facts=wide, holomorphic=True, regular=1.0)
def lambertw(y_bar, y, z, k=0, tol=1e-8):  # inf at -1 / e
    z_bar = y_bar * np.exp(-y) / (1.0 + y)


# --- powers and logarithms ---------------------------------------------------------------------


@elementwise("exp2", values=ranges.exponential)
def exp2(y_bar, y, x):
    x_bar = 0.6931471805599453 * y_bar * y


@elementwise("exp10", values=ranges.exponential)
def exp10(y_bar, y, x):
    x_bar = 2.302585092994046 * y_bar * y


@elementwise("expm1", values=ranges.growing, holomorphic=True)
def expm1(y_bar, y, x):
    x_bar = y_bar * (y + 1.0)


@elementwise("log1p", values=ranges.logarithm_of_more, holomorphic=True)
def log1p(y_bar, y, x):
    x_bar = y_bar / (1.0 + x)


@elementwise("cbrt", values=ranges.tame)
def cbrt(y_bar, y, x):
    x_bar = y_bar / (3.0 * y * y)


@elementwise("exprel")
def exprel(y_bar, y, x):
    x_bar = 0.5 * y_bar * sp.hyp1f1(2.0, 3.0, x)


@elementwise("cosm1", values=ranges.tame)
def cosm1(y_bar, y, x):
    x_bar = -y_bar * np.sin(x)


@elementwise("powm1")
def powm1(y_bar, y, x, p):
    x_bar = y_bar * p * np.power(x, p - 1.0)
    p_bar = y_bar * (y + 1.0) * np.log(x)


@elementwise("boxcox")
def boxcox(y_bar, y, x, lmbda):  # log(x) * exprel(lmbda * log(x))
    t = np.log(x)
    x_bar = y_bar * np.power(x, lmbda - 1.0)
    lmbda_bar = 0.5 * y_bar * t * t * sp.hyp1f1(2.0, 3.0, lmbda * t)


@elementwise("boxcox1p")
def boxcox1p(y_bar, y, x, lmbda):
    t = np.log1p(x)
    x_bar = y_bar * np.power(1.0 + x, lmbda - 1.0)
    lmbda_bar = 0.5 * y_bar * t * t * sp.hyp1f1(2.0, 3.0, lmbda * t)


@elementwise("inv_boxcox")
def inv_boxcox(y_bar, y, x, lmbda):  # log(1 + t) / t is hyp2f1(1, 1, 2, -t): DLMF 15.4.1
    x_bar = y_bar * y / (1.0 + lmbda * x)
    lmbda_bar = -0.5 * y_bar * y * x * x * sp.hyp2f1(2.0, 2.0, 3.0, -lmbda * x)


@elementwise("inv_boxcox1p")
def inv_boxcox1p(y_bar, y, x, lmbda):
    x_bar = y_bar * (y + 1.0) / (1.0 + lmbda * x)
    lmbda_bar = -0.5 * y_bar * (y + 1.0) * x * x * sp.hyp2f1(2.0, 2.0, 3.0, -lmbda * x)


@elementwise("softplus")
def softplus(y_bar, y, x):
    x_bar = y_bar * sp.expit(x)


# --- of degrees (pi / 180 = 0.0174...) --------------------------------------------------------------


@elementwise("sindg", values=ranges.tame)
def sindg(y_bar, y, x):
    x_bar = 0.017453292519943295 * y_bar * sp.cosdg(x)


@elementwise("cosdg", values=ranges.tame)
def cosdg(y_bar, y, x):
    x_bar = -0.017453292519943295 * y_bar * sp.sindg(x)


@elementwise("tandg")
def tandg(y_bar, y, x):
    x_bar = 0.017453292519943295 * y_bar * (1.0 + y * y)


@elementwise("cotdg")
def cotdg(y_bar, y, x):
    x_bar = -0.017453292519943295 * y_bar * (1.0 + y * y)


@elementwise("radian", values=ranges.tame)
def radian(y_bar, y, d, m, s):  # degrees, minutes, seconds
    d_bar = 0.017453292519943295 * y_bar
    m_bar = 0.0002908882086657216 * y_bar
    s_bar = 4.84813681109536e-06 * y_bar


@elementwise("sph_harm_y", facts=harmonic, holomorphic=True)
def sph_harm_y(y_bar, y, n, m, theta, phi):  # by the ladder of orders, finite at the poles
    n_bar = None
    m_bar = None
    more = np.sqrt(np.maximum((n - m) * (n + m + 1.0), 0.0)) * np.exp(-1j * phi)
    less = np.sqrt(np.maximum((n + m) * (n - m + 1.0), 0.0)) * np.exp(1j * phi)
    up = more * sp.sph_harm_y(n, m + 1, theta, phi)
    down = less * sp.sph_harm_y(n, m - 1, theta, phi)
    theta_bar = y_bar * (up - down) / 2.0
    phi_bar = y_bar * 1j * m * y
