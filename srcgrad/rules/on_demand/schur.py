"""Schur's form ``a = z @ t @ z^H``: the columns turn by ``dz = z @ (y - y^H)``, ``y`` strictly lower."""

from __future__ import annotations

import numpy as np

from srcgrad.ir.kinds import Kind
from srcgrad.rules.linalg_facts import of_first, several
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint
from srcgrad.runtime import below_solved, below_solved_across, mT, schur_form, schur_triangle


def both(a: Arg, *rest: Arg) -> Kind:
    return several(of_first(a), of_first(a))


@adjoint(schur_form, facts=both, cost=10, holomorphic=True)
def schur_form_(y_bar, y, a, sort=None):  # nan where an eigenvalue stands twice
    t = schur_triangle(y[0])
    z = y[1]
    s = np.triu(y_bar[0])
    g = mT(z) @ y_bar[1] + mT(t) @ s - s @ mT(t)
    inner = s + below_solved_across(t, np.tril(g - np.conj(mT(g)), -1))
    a_bar = np.conj(z) @ inner @ mT(z)
    m = np.conj(mT(z)) @ a_dot @ z
    turn = below_solved(t, np.tril(m, -1))
    x = turn - np.conj(mT(turn))
    y_dot = (np.triu(m + t @ x - x @ t), z @ x)


@adjoint(schur_triangle, facts=of_first, holomorphic=True)
def schur_triangle_(y_bar, y, t):
    t_bar = np.triu(y_bar)
    y_dot = np.triu(t_dot)


@adjoint(below_solved, facts=of_first, cost=10, holomorphic=True)
def below_solved_(y_bar, y, t, g):
    w = below_solved_across(t, np.tril(y_bar, -1))
    t_bar = np.triu(w @ mT(y) - mT(y) @ w)
    g_bar = w
    s = np.triu(t_dot)
    y_dot = below_solved(t, np.tril(g_dot - y @ s + s @ y, -1))


@adjoint(below_solved_across, facts=of_first, cost=10, holomorphic=True)
def below_solved_across_(y_bar, y, t, g):
    w = below_solved(t, np.tril(y_bar, -1))
    t_bar = np.triu(y @ mT(w) - mT(w) @ y)
    g_bar = w
    s = mT(np.triu(t_dot))
    y_dot = below_solved_across(t, np.tril(g_dot - y @ s + s @ y, -1))
