"""``scipy.special``: elliptic integrals and functions, by chapters 19 and 22 of the DLMF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as sp

from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import per_function
from srcgrad.rules.linalg_facts import several as tuple_of
from srcgrad.rules.on_demand.special import elementwise, of_function
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import difference, unbroadcast


def several(*names: str, count: int, **options: Any) -> Any:
    """Register a rule for functions of ``scipy.special`` that give ``count`` arrays."""

    @per_function
    def facts(function: Any) -> Callable[..., Kind]:
        single = of_function(function)
        return lambda *args: tuple_of(*(single(*args) for _ in range(count)))

    def decorate(rule: Any) -> Any:
        for name in names:
            spelling = f"scipy.special.{name}"
            given = {"facts": facts, "cost": 10, "regular": 0.5, **options}
            adjoint(getattr(sp, name), key=spelling, spelling=spelling, **given)(rule)
        return rule

    return decorate


# --- complete and incomplete, by Legendre -----------------------------------------------------------


@elementwise("ellipk")
def ellipk(y_bar, y, m):  # DLMF 19.25.1 and 19.18.1
    m_bar = y_bar * sp.elliprd(0.0, 1.0, 1.0 - m) / 6.0


@elementwise("ellipkm1")
def ellipkm1(y_bar, y, p):  # ellipk(1 - p)
    p_bar = -y_bar * sp.elliprd(0.0, 1.0, p) / 6.0


@elementwise("ellipe")
def ellipe(y_bar, y, m):  # DLMF 19.4.1 and 19.25.1
    m_bar = -y_bar * sp.elliprd(0.0, 1.0 - m, 1.0) / 6.0


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


@several("ellipj", count=4)
def ellipj(y_bar, y, u, m):  # DLMF 22.13.1 to 22.13.3, 22.16.8; nan by m at m = 0 and 1
    s = y[0]
    c = y[1]
    d = y[2]
    # the amplitude, y[3], at which ellipkinc is u: its derivative is that of the implicit function
    t = -d * ((sp.ellipeinc(y[3], m) / m - s * c / d) / (1.0 - m) - u / m) / 2.0
    slope = y_bar[0] * c - y_bar[1] * s - y_bar[2] * m * s * c / d + y_bar[3]
    u_bar = unbroadcast(slope * d, np.shape(u))
    m_bar = unbroadcast(slope * t - y_bar[2] * s * s / (2.0 * d), np.shape(m))
    turn = d * u_dot + t * m_dot
    y_dot = (c * turn, -s * turn, -(m * s * c * turn + 0.5 * s * s * m_dot) / d, turn)


# --- symmetric, by Carlson --------------------------------------------------------------------------


@elementwise("elliprf", holomorphic=True)
def elliprf(y_bar, y, a, b, c):  # DLMF 19.18.1
    a_bar = -y_bar * sp.elliprd(b, c, a) / 6.0
    b_bar = -y_bar * sp.elliprd(a, c, b) / 6.0
    c_bar = -y_bar * sp.elliprd(a, b, c) / 6.0


@elementwise("elliprc", holomorphic=True)
def elliprc(y_bar, y, a, b):  # elliprf(a, b, b), of degree -1/2
    t = sp.elliprd(b, b, a) / 6.0
    a_bar = -y_bar * t
    b_bar = y_bar * (a * t - 0.5 * y) / b


@elementwise("elliprg", holomorphic=True)
def elliprg(y_bar, y, a, b, c):  # by the integral 19.16.3
    t = 3.0 * sp.elliprf(a, b, c)
    a_bar = y_bar * (t - a * sp.elliprd(b, c, a)) / 12.0
    b_bar = y_bar * (t - b * sp.elliprd(a, c, b)) / 12.0
    c_bar = y_bar * (t - c * sp.elliprd(a, b, c)) / 12.0


@elementwise("elliprd", holomorphic=True)
def elliprd(y_bar, y, a, b, c):
    """By differences: the formulas divide by differences of the arguments."""
    a_bar = y_bar * difference("elliprd", (0,), a, b, c)
    b_bar = y_bar * difference("elliprd", (1,), a, b, c)
    c_bar = y_bar * difference("elliprd", (2,), a, b, c)


@elementwise("elliprj", holomorphic=True)
def elliprj(y_bar, y, a, b, c, p):
    """By differences, likewise."""
    a_bar = y_bar * difference("elliprj", (0,), a, b, c, p)
    b_bar = y_bar * difference("elliprj", (1,), a, b, c, p)
    c_bar = y_bar * difference("elliprj", (2,), a, b, c, p)
    p_bar = y_bar * difference("elliprj", (3,), a, b, c, p)
