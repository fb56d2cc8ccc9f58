"""The Bessel functions of ``scipy.special`` and their kin: derivatives are neighbours.

By DLMF 10.6, 10.29, 10.51. By the order there is no closed form: these derivatives are differences.
"""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from srcgrad.ir.kinds import Kind
from srcgrad.rules import ranges
from srcgrad.rules.on_demand.elliptic import several
from srcgrad.rules.on_demand.special import elementwise, wide
from srcgrad.rules.operation import Arg
from srcgrad.runtime import difference


@elementwise("j0", values=ranges.tame)
def j0(y_bar, y, x):
    x_bar = -y_bar * sp.j1(x)


@elementwise("j1", values=ranges.tame)
def j1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.j0(x) - sp.jv(2.0, x))


@elementwise("jv", "jn", holomorphic=True)
def jv(y_bar, y, v, x):
    v_bar = y_bar * difference("jv", (0,), v, x)
    x_bar = 0.5 * y_bar * (sp.jv(v - 1.0, x) - sp.jv(v + 1.0, x))


@elementwise("y0")
def y0(y_bar, y, x):
    x_bar = -y_bar * sp.y1(x)


@elementwise("y1")
def y1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.y0(x) - sp.yv(2.0, x))


@elementwise("yn")
def yn(y_bar, y, n, x):
    """The order is a whole number, or made one."""
    x_bar = 0.5 * y_bar * (sp.yn(np.trunc(n) - 1, x) - sp.yn(np.trunc(n) + 1, x))


@elementwise("yv", holomorphic=True)
def yv(y_bar, y, v, x):
    v_bar = y_bar * difference("yv", (0,), v, x)
    x_bar = 0.5 * y_bar * (sp.yv(v - 1.0, x) - sp.yv(v + 1.0, x))


@elementwise("i0")
def i0(y_bar, y, x):
    x_bar = y_bar * sp.i1(x)


@elementwise("i1")
def i1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.i0(x) + sp.iv(2.0, x))


@elementwise("iv", holomorphic=True)
def iv(y_bar, y, v, x):
    v_bar = y_bar * difference("iv", (0,), v, x)
    x_bar = 0.5 * y_bar * (sp.iv(v - 1.0, x) + sp.iv(v + 1.0, x))


@elementwise("i0e", values=ranges.bounded)
def i0e(y_bar, y, x):
    x_bar = y_bar * (sp.i1e(x) - np.sign(x) * y)


@elementwise("i1e", values=ranges.tame)
def i1e(y_bar, y, x):
    x_bar = y_bar * (0.5 * (sp.i0e(x) + sp.ive(2.0, x)) - np.sign(x) * y)


@elementwise("ive")
def ive(y_bar, y, v, x):
    v_bar = y_bar * difference("ive", (0,), v, x)
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


@elementwise("kv", holomorphic=True)
def kv(y_bar, y, v, x):
    v_bar = y_bar * difference("kv", (0,), v, x)
    x_bar = -0.5 * y_bar * (sp.kv(v - 1.0, x) + sp.kv(v + 1.0, x))


@elementwise("kn")
def kn(y_bar, y, n, x):
    """The order is a whole number."""
    m = n // 1
    x_bar = -0.5 * y_bar * (sp.kn(np.abs(m - 1), x) + sp.kn(m + 1, x))


@elementwise("jve")
def jve(y_bar, y, v, x):
    v_bar = y_bar * difference("jve", (0,), v, x)
    x_bar = 0.5 * y_bar * (sp.jve(v - 1.0, x) - sp.jve(v + 1.0, x))


@elementwise("yve")
def yve(y_bar, y, v, x):
    v_bar = y_bar * difference("yve", (0,), v, x)
    x_bar = 0.5 * y_bar * (sp.yve(v - 1.0, x) - sp.yve(v + 1.0, x))


@elementwise("kve", holomorphic=True)
def kve(y_bar, y, v, x):
    v_bar = y_bar * difference("kve", (0,), v, x)
    x_bar = y_bar * (y - 0.5 * (sp.kve(v - 1.0, x) + sp.kve(v + 1.0, x)))


# --- of a complex variable ------------------------------------------------------------------------


def second_wide(v: Arg, z: Arg) -> Kind:
    return wide(z, v)


HANKEL = {"facts": second_wide, "holomorphic": True}


@elementwise("hankel1", **HANKEL)
def hankel1(y_bar, y, v, z):
    v_bar = y_bar * difference("hankel1", (0,), v, z)
    z_bar = 0.5 * y_bar * (sp.hankel1(v - 1.0, z) - sp.hankel1(v + 1.0, z))


@elementwise("hankel2", **HANKEL)
def hankel2(y_bar, y, v, z):
    v_bar = y_bar * difference("hankel2", (0,), v, z)
    z_bar = 0.5 * y_bar * (sp.hankel2(v - 1.0, z) - sp.hankel2(v + 1.0, z))


@elementwise("hankel1e", **HANKEL)
def hankel1e(y_bar, y, v, z):
    v_bar = y_bar * difference("hankel1e", (0,), v, z)
    z_bar = y_bar * (0.5 * (sp.hankel1e(v - 1.0, z) - sp.hankel1e(v + 1.0, z)) - 1j * y)


@elementwise("hankel2e", **HANKEL)
def hankel2e(y_bar, y, v, z):
    v_bar = y_bar * difference("hankel2e", (0,), v, z)
    z_bar = y_bar * (0.5 * (sp.hankel2e(v - 1.0, z) - sp.hankel2e(v + 1.0, z)) + 1j * y)


# --- spherical: DLMF 10.51.1 and 10.51.4; of order 0 the first term is 0; SciPy cuts the order -----


@elementwise("spherical_jn", holomorphic=True)
def spherical_jn(y_bar, y, n, z):
    m = n // 1
    t = m * sp.spherical_jn(np.abs(m - 1), z) - (m + 1) * sp.spherical_jn(m + 1, z)
    z_bar = y_bar * t / (2 * m + 1)


@elementwise("spherical_yn", holomorphic=True)
def spherical_yn(y_bar, y, n, z):
    m = n // 1
    t = m * sp.spherical_yn(np.abs(m - 1), z) - (m + 1) * sp.spherical_yn(m + 1, z)
    z_bar = y_bar * t / (2 * m + 1)


@elementwise("spherical_in", holomorphic=True)
def spherical_in(y_bar, y, n, z):
    m = n // 1
    t = m * sp.spherical_in(np.abs(m - 1), z) + (m + 1) * sp.spherical_in(m + 1, z)
    z_bar = y_bar * t / (2 * m + 1)


@elementwise("spherical_kn", holomorphic=True)
def spherical_kn(y_bar, y, n, z):
    m = n // 1
    t = m * sp.spherical_kn(np.abs(m - 1), z) + (m + 1) * sp.spherical_kn(m + 1, z)
    z_bar = -y_bar * t / (2 * m + 1)


# --- Struve (DLMF 11.4.29 and 11.4.30, 1 / sqrt(pi) = 0.564...), Kelvin (10.61), integrals -------------


@elementwise("struve")
def struve(y_bar, y, v, x):
    v_bar = y_bar * difference("struve", (0,), v, x)
    t = 0.5641895835477563 * np.power(0.5 * x, v) * sp.rgamma(v + 1.5)
    x_bar = 0.5 * y_bar * (sp.struve(v - 1.0, x) - sp.struve(v + 1.0, x) + t)


@elementwise("modstruve")
def modstruve(y_bar, y, v, x):
    v_bar = y_bar * difference("modstruve", (0,), v, x)
    t = 0.5641895835477563 * np.power(0.5 * x, v) * sp.rgamma(v + 1.5)
    x_bar = 0.5 * y_bar * (sp.modstruve(v - 1.0, x) + sp.modstruve(v + 1.0, x) + t)


@elementwise("ber")
def ber(y_bar, y, x):
    x_bar = y_bar * sp.berp(x)


@elementwise("bei")
def bei(y_bar, y, x):
    x_bar = y_bar * sp.beip(x)


@elementwise("ker")
def ker(y_bar, y, x):
    x_bar = y_bar * sp.kerp(x)


@elementwise("kei")
def kei(y_bar, y, x):
    x_bar = y_bar * sp.keip(x)


@elementwise("berp")
def berp(y_bar, y, x):
    x_bar = -y_bar * (sp.bei(x) + y / x)


@elementwise("beip")
def beip(y_bar, y, x):
    x_bar = y_bar * (sp.ber(x) - y / x)


@elementwise("kerp")
def kerp(y_bar, y, x):
    x_bar = -y_bar * (sp.kei(x) + y / x)


@elementwise("keip")
def keip(y_bar, y, x):
    x_bar = y_bar * (sp.ker(x) - y / x)


@several("itj0y0", count=2)
def itj0y0(y_bar, y, x):
    x_bar = y_bar[0] * sp.j0(x) + y_bar[1] * sp.y0(x)
    y_dot = (sp.j0(x) * x_dot, sp.y0(x) * x_dot)


@several("iti0k0", count=2)
def iti0k0(y_bar, y, x):
    x_bar = y_bar[0] * sp.i0(x) + y_bar[1] * sp.k0(x)
    y_dot = (sp.i0(x) * x_dot, sp.k0(x) * x_dot)


@elementwise("itstruve0")
def itstruve0(y_bar, y, x):
    x_bar = y_bar * sp.struve(0.0, x)


@elementwise("itmodstruve0")
def itmodstruve0(y_bar, y, x):
    x_bar = y_bar * sp.modstruve(0.0, x)
