"""Factorisations of complex matrices; adjoints are unconjugated (see ``analysis/complex``)."""

from __future__ import annotations

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules import linalg_facts as facts
from srcgrad.rules.facts import shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint, constant
from srcgrad.runtime import complex_qr, complex_svd, exponents, gaps, mT, roots_of


@adjoint(np.linalg.eig, facts=facts.eig, cost=10, holomorphic=True, or_real=True)
def eig(y_bar, y, a):  # Boeddeker et al. 2017; eigenvectors of length 1, of any phase
    v = y[1]
    m = mT(v) @ y_bar[1]
    along = mT(v) @ np.conj(v) * np.expand_dims(np.real(np.diagonal(m, 0, -2, -1)), -2)
    r = (m - along) * gaps(y[0]) @ mT(v) + np.expand_dims(y_bar[0], -1) * mT(v)
    a_bar = np.linalg.solve(mT(v), r)
    d = np.linalg.solve(v, a_dot @ v)
    w = v @ (gaps(y[0]) * d)
    y_dot = (
        np.diagonal(d, 0, -2, -1),
        w - v * np.expand_dims(np.real(np.sum(np.conj(v) * w, axis=-2)), -2),
    )


@adjoint(complex_qr, facts=facts.qr, cost=10, holomorphic=True)
def qr(y_bar, y, a):  # Walter & Lehmann 2018; R has a real diagonal
    m = y_bar[1] @ mT(y[1]) - mT(y[0]) @ y_bar[0]
    t = (np.triu(m) + np.triu(m, 1)) / 2
    a_bar = mT(np.linalg.solve(y[1], mT(y_bar[0] + np.conj(y[0]) @ (t + np.conj(mT(t))))))
    s = mT(np.linalg.solve(mT(y[1]), mT(a_dot)))
    c = np.conj(mT(y[0])) @ s
    h = (np.tril(c) + np.tril(c, -1)) / 2
    w = h - np.conj(mT(h))
    y_dot = (s - y[0] @ (c - w), (c - w) @ y[1])


@adjoint(complex_svd, facts=facts.svd, cost=10, holomorphic=True)
def svd(y_bar, y, a, full_matrices=True):  # Townsend 2016, Wan & Zhang 2019; of any phase
    u = y[0]
    v = np.conj(mT(y[2]))
    s = np.expand_dims(y[1], -2)
    v_bar = np.conj(mT(y_bar[2]))
    p = mT(u) @ y_bar[0]
    q = mT(v) @ v_bar
    m = p * gaps(y[1] * y[1])
    n = q * gaps(y[1] * y[1])
    turn = np.diagonal(p - q, 0, -2, -1) / (4.0 * y[1])
    core = (m + np.conj(mT(m))) * s + mT(s) * (n + np.conj(mT(n)))
    scale = np.conj(u) * np.expand_dims(y_bar[1] + turn - np.conj(turn), -2)
    left = (y_bar[0] - np.conj(u) @ p) / s + np.conj(u) @ core + scale
    a_bar = left @ mT(v) + np.conj(u) @ np.conj(mT((v_bar - np.conj(v) @ q) / s))
    d = np.conj(mT(u)) @ a_dot @ v
    t = np.diagonal(d, 0, -2, -1) / (4.0 * y[1])
    w = np.expand_dims(t - np.conj(t), -2)
    g = gaps(y[1] * y[1])
    u_dot = u @ (g * (d * s + np.conj(mT(d * s)))) + u * w + (a_dot @ v - u @ d) / s
    right = (np.conj(mT(a_dot)) @ u - v @ np.conj(mT(d))) / s
    v_dot = v @ (g * (mT(s) * d + np.conj(mT(mT(s) * d)))) - v * w + right
    y_dot = (u_dot, np.real(np.diagonal(d, 0, -2, -1)), np.conj(mT(v_dot)))


def of_degree(p: Arg) -> Kind:
    """As many as there are powers: zeros at either end count for themselves."""
    return kinds.array(np.result_type(facts.inexact(p), np.complex64), (kinds.fresh_dim(),))


def of_powers(p: Arg) -> Kind:
    return kinds.array("float64", shape_of(p.kind))


@adjoint(roots_of, facts=of_degree, cost=10, holomorphic=True, or_real=True)
def roots_of_(y_bar, y, p):  # of the implicit function; nan or inf for roots that are equal
    e = exponents(p)
    slope = np.sum(p * e * np.power(np.expand_dims(y, -1), np.maximum(e - 1.0, 0.0)), axis=-1)
    powers = np.power(np.expand_dims(y, -1), e)
    p_bar = -np.sum(np.expand_dims(y_bar / slope, -1) * powers, axis=0)
    y_dot = -np.sum(powers * p_dot, axis=-1) / slope


constant(exponents, facts=of_powers, shape_only=("p",), holomorphic=True, cost=2)(lambda p: None)
