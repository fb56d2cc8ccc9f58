"""The Bessel functions of ``scipy.special``: derivatives are neighbours, by DLMF 10.6 and 10.29."""

from __future__ import annotations

import numpy as np
from scipy import special as sp

from srcgrad.rules import ranges
from srcgrad.rules.on_demand.special import elementwise


@elementwise("j0", values=ranges.tame)
def j0(y_bar, y, x):
    x_bar = -y_bar * sp.j1(x)


@elementwise("j1", values=ranges.tame)
def j1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.j0(x) - sp.jv(2.0, x))


@elementwise("jv", "jn")
def jv(y_bar, y, v, x):
    """There is no closed form of the derivative by the order."""
    x_bar = 0.5 * y_bar * (sp.jv(v - 1.0, x) - sp.jv(v + 1.0, x))


@elementwise("y0")
def y0(y_bar, y, x):
    x_bar = -y_bar * sp.y1(x)


@elementwise("y1")
def y1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.y0(x) - sp.yv(2.0, x))


@elementwise("yn")
def yn(y_bar, y, n, x):
    """The order is a whole number."""
    x_bar = 0.5 * y_bar * (sp.yn(n - 1, x) - sp.yn(n + 1, x))


@elementwise("yv")
def yv(y_bar, y, v, x):
    """There is no closed form of the derivative by the order."""
    x_bar = 0.5 * y_bar * (sp.yv(v - 1.0, x) - sp.yv(v + 1.0, x))


@elementwise("i0")
def i0(y_bar, y, x):
    x_bar = y_bar * sp.i1(x)


@elementwise("i1")
def i1(y_bar, y, x):
    x_bar = 0.5 * y_bar * (sp.i0(x) + sp.iv(2.0, x))


@elementwise("iv")
def iv(y_bar, y, v, x):
    """There is no closed form of the derivative by the order."""
    x_bar = 0.5 * y_bar * (sp.iv(v - 1.0, x) + sp.iv(v + 1.0, x))


@elementwise("i0e", values=ranges.bounded)
def i0e(y_bar, y, x):
    x_bar = y_bar * (sp.i1e(x) - np.sign(x) * y)


@elementwise("i1e", values=ranges.tame)
def i1e(y_bar, y, x):
    x_bar = y_bar * (0.5 * (sp.i0e(x) + sp.ive(2.0, x)) - np.sign(x) * y)


@elementwise("ive")
def ive(y_bar, y, v, x):
    """There is no closed form of the derivative by the order."""
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
    """There is no closed form of the derivative by the order."""
    x_bar = -0.5 * y_bar * (sp.kv(v - 1.0, x) + sp.kv(v + 1.0, x))
