"""The factorisations of ``np.linalg``."""

from __future__ import annotations

import numpy as np

from srcgrad.rules import linalg_facts as facts
from srcgrad.rules.registry import adjoint, linear
from srcgrad.runtime import (
    folded,
    gaps,
    mT,
    of_lower,
)


@adjoint(np.linalg.cholesky, facts=facts.of_first, triangle=True, cost=10, holomorphic=True)
def cholesky(y_bar, y, a):  # Murray 2016, "Differentiation of the Cholesky decomposition"
    m = mT(y) @ np.tril(y_bar)
    h = np.linalg.solve(np.conj(mT(y)), np.triu(mT(m)) + np.triu(mT(m), 1))
    s = np.linalg.solve(mT(y), mT(h))
    a_bar = (s + np.conj(mT(s))) / 4
    g = np.conj(mT(np.linalg.solve(y, (a_dot + np.conj(mT(a_dot))) / 2)))
    d = np.conj(mT(np.linalg.solve(y, g)))
    y_dot = y @ ((np.tril(d) + np.tril(d, -1)) / 2)


@adjoint(np.linalg.eigh, facts=facts.eigh, triangle=True, cost=10, holomorphic=True)
def eigh(y_bar, y, a):  # Giles 2008; nan for vectors of equal eigenvalues
    v = y[1]
    m = mT(v) @ y_bar[1] * gaps(y[0])
    s = (np.conj(v) @ m + np.conj(v) * np.expand_dims(y_bar[0], -2)) @ mT(v)
    a_bar = (s + np.conj(mT(s))) / 2
    d = np.conj(mT(v)) @ ((a_dot + np.conj(mT(a_dot))) / 2) @ v
    y_dot = (np.real(np.diagonal(d, 0, -2, -1)), v @ (gaps(y[0]) * d))


@adjoint(np.linalg.eigvalsh, facts=facts.eigvalsh, triangle=True, cost=10, holomorphic=True)
def eigvalsh(y_bar, y, a):
    v = np.linalg.eigh(a)[1]
    a_bar = np.conj(v) * np.expand_dims(y_bar, -2) @ mT(v)
    y_dot = np.real(np.sum(np.conj(v) * ((a_dot + np.conj(mT(a_dot))) / 2 @ v), axis=-2))


@linear(of_lower, facts=facts.of_first)
def of_lower_(y_bar, y, a):
    a_bar = folded(y_bar)


@linear(folded, facts=facts.of_first)
def folded_(y_bar, y, v):
    v_bar = of_lower(y_bar)


@adjoint(gaps, facts=facts.gaps, holomorphic=True)
def gaps_(y_bar, y, w):
    t = y_bar * y * y
    w_bar = np.sum(t, axis=-1) - np.sum(t, axis=-2)
    y_dot = (np.expand_dims(w_dot, -1) - np.expand_dims(w_dot, -2)) * y * y


@adjoint(np.linalg.qr, facts=facts.qr, cost=10)
def qr(y_bar, y, a):  # Walter & Lehmann 2018; at least as many rows as columns
    m = y[1] @ mT(y_bar[1]) - mT(y_bar[0]) @ y[0]
    a_bar = mT(np.linalg.solve(y[1], mT(y_bar[0] + y[0] @ (np.tril(m) + mT(np.tril(m, -1))))))
    s = mT(np.linalg.solve(mT(y[1]), mT(a_dot)))
    c = mT(y[0]) @ s
    w = np.tril(c, -1) - mT(np.tril(c, -1))
    y_dot = (s - y[0] @ (c - w), (c - w) @ y[1])


@adjoint(np.linalg.svd, facts=facts.svd, cost=10)
def svd(y_bar, y, a, full_matrices=True):  # Townsend 2016; full_matrices if a is square only
    # nan for vectors of singular values that are equal or 0
    u = y[0]
    v = mT(y[2])
    s = np.expand_dims(y[1], -2)
    v_bar = mT(y_bar[2])
    m = mT(u) @ y_bar[0] * gaps(y[1] * y[1])
    n = mT(v) @ v_bar * gaps(y[1] * y[1])
    core = (m + mT(m)) * s + mT(s) * (n + mT(n))
    left = (y_bar[0] - u @ (mT(u) @ y_bar[0])) / s + u @ core + u * np.expand_dims(y_bar[1], -2)
    a_bar = left @ mT(v) + u @ mT((v_bar - v @ (mT(v) @ v_bar)) / s)
    d = mT(u) @ a_dot @ v
    u_dot = u @ (gaps(y[1] * y[1]) * (d * s + mT(d * s))) + (a_dot @ v - u @ d) / s
    v_dot = v @ (gaps(y[1] * y[1]) * (mT(s) * d + mT(mT(s) * d))) + (mT(a_dot) @ u - v @ mT(d)) / s
    y_dot = (u_dot, np.diagonal(d, 0, -2, -1), mT(v_dot))


@adjoint(np.linalg.svdvals, facts=facts.svdvals, cost=10, holomorphic=True)
def svdvals(y_bar, y, a):
    f = np.linalg.svd(a, full_matrices=False)
    a_bar = np.conj(f[0]) * np.expand_dims(y_bar, -2) @ np.conj(f[2])
    y_dot = np.real(np.sum(np.conj(f[0]) * (a_dot @ np.conj(mT(f[2]))), axis=-2))


@adjoint(np.linalg.pinv, facts=facts.pinv, cost=10, holomorphic=True)
def pinv(y_bar, y, a):  # Golub & Pereyra 1973; where the rank does not change
    g = mT(y_bar) @ y @ np.conj(mT(y))
    h = np.conj(mT(y)) @ y @ mT(y_bar)
    a_bar = np.conj(g - a @ (y @ g) + h - h @ y @ a) - mT(y) @ y_bar @ mT(y)
    p = y @ np.conj(mT(y)) @ np.conj(mT(a_dot))
    q = np.conj(mT(a_dot)) @ np.conj(mT(y)) @ y
    y_dot = p - p @ a @ y + q - y @ (a @ q) - y @ a_dot @ y
