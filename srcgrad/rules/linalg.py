"""Products of arrays and ``np.linalg``."""

from __future__ import annotations

import operator

import numpy as np

from srcgrad.rules import linalg_facts as facts
from srcgrad.rules.facts import opaque, python_float
from srcgrad.rules.ranges import WHOLE, magnitude, tame
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.rules.shape_facts import permuted
from srcgrad.runtime import (
    cofactor,
    cross_like,
    dot_bar_a,
    dot_bar_b,
    einsum_part,
    gaps,
    inner,
    inner_bar_a,
    inner_bar_b,
    inverse_or_zero,
    kron_bar_a,
    kron_bar_b,
    matmul_bar_a,
    matmul_bar_b,
    mT,
    next_slots,
    norm_factor,
    norm_power,
    outer_like,
    solve_like,
    tensordot_bar_a,
    tensordot_bar_b,
    times_like,
    unbroadcast,
    undiagonal,
    unreduce,
)

# --- products: bilinear, so each adjoint is a product again -----------------------------------


@adjoint(operator.matmul, np.matmul, facts=facts.matmul, values=tame, cost=10)
def matmul(y_bar, y, a, b):
    a_bar = matmul_bar_a(y_bar, a, b)
    b_bar = matmul_bar_b(y_bar, a, b)
    y_dot = a_dot @ b + a @ b_dot


@adjoint(matmul_bar_a, facts=facts.like_first, values=tame, shape_only=("a",), cost=10)
def matmul_bar_a_(y_bar, y, v, a, b):
    v_bar = y_bar @ b
    b_bar = matmul_bar_b(v, y_bar, b)
    y_dot = matmul_bar_a(v_dot, a, b) + matmul_bar_a(v, a, b_dot)


@adjoint(matmul_bar_b, facts=facts.like_second, values=tame, shape_only=("b",), cost=10)
def matmul_bar_b_(y_bar, y, v, a, b):
    v_bar = a @ y_bar
    a_bar = matmul_bar_a(v, a, y_bar)
    y_dot = matmul_bar_b(v_dot, a, b) + matmul_bar_b(v, a_dot, b)


@linear(mT, facts=permuted, moves=WHOLE, view="always", cost=1)
def mT_(y_bar, y, a):
    a_bar = mT(y_bar)


@adjoint(np.dot, facts=facts.dot, values=tame, cost=10)
def dot(y_bar, y, a, b):
    a_bar = dot_bar_a(y_bar, a, b)
    b_bar = dot_bar_b(y_bar, a, b)
    y_dot = np.dot(a_dot, b) + np.dot(a, b_dot)


@adjoint(dot_bar_a, facts=facts.like_first, values=tame, shape_only=("a",), cost=10)
def dot_bar_a_(y_bar, y, v, a, b):
    v_bar = np.dot(y_bar, b)
    b_bar = dot_bar_b(v, y_bar, b)
    y_dot = dot_bar_a(v_dot, a, b) + dot_bar_a(v, a, b_dot)


@adjoint(dot_bar_b, facts=facts.like_second, values=tame, shape_only=("b",), cost=10)
def dot_bar_b_(y_bar, y, v, a, b):
    v_bar = np.dot(a, y_bar)
    a_bar = dot_bar_a(v, a, y_bar)
    y_dot = dot_bar_b(v_dot, a, b) + dot_bar_b(v, a_dot, b)


@adjoint(np.inner, facts=facts.inner, values=tame, cost=10)
def np_inner(y_bar, y, a, b):
    a_bar = inner_bar_a(y_bar, a, b)
    b_bar = inner_bar_b(y_bar, a, b)
    y_dot = np.inner(a_dot, b) + np.inner(a, b_dot)


@adjoint(inner_bar_a, facts=facts.like_first, values=tame, shape_only=("a",), cost=10)
def inner_bar_a_(y_bar, y, v, a, b):
    v_bar = np.inner(y_bar, b)
    b_bar = inner_bar_b(v, y_bar, b)
    y_dot = inner_bar_a(v_dot, a, b) + inner_bar_a(v, a, b_dot)


@adjoint(inner_bar_b, facts=facts.like_second, values=tame, shape_only=("b",), cost=10)
def inner_bar_b_(y_bar, y, v, a, b):
    v_bar = np.inner(a, y_bar)
    a_bar = inner_bar_a(v, a, y_bar)
    y_dot = inner_bar_b(v_dot, a, b) + inner_bar_b(v, a_dot, b)


@adjoint(np.tensordot, facts=facts.tensordot, values=tame, cost=10)
def tensordot(y_bar, y, a, b, axes=2):
    a_bar = tensordot_bar_a(y_bar, a, b, axes)
    b_bar = tensordot_bar_b(y_bar, a, b, axes)
    y_dot = np.tensordot(a_dot, b, axes) + np.tensordot(a, b_dot, axes)


@adjoint(tensordot_bar_a, facts=facts.like_first, values=tame, shape_only=("a",), cost=10)
def tensordot_bar_a_(y_bar, y, v, a, b, axes=2):
    v_bar = np.tensordot(y_bar, b, axes)
    b_bar = tensordot_bar_b(v, y_bar, b, axes)
    y_dot = tensordot_bar_a(v_dot, a, b, axes) + tensordot_bar_a(v, a, b_dot, axes)


@adjoint(tensordot_bar_b, facts=facts.like_second, values=tame, shape_only=("b",), cost=10)
def tensordot_bar_b_(y_bar, y, v, a, b, axes=2):
    v_bar = np.tensordot(a, y_bar, axes)
    a_bar = tensordot_bar_a(v, a, y_bar, axes)
    y_dot = tensordot_bar_b(v_dot, a, b, axes) + tensordot_bar_b(v, a_dot, b, axes)


@adjoint(np.kron, facts=facts.kron, values=tame, cost=10)
def kron(y_bar, y, a, b):
    a_bar = kron_bar_a(y_bar, a, b)
    b_bar = kron_bar_b(y_bar, a, b)
    y_dot = np.kron(a_dot, b) + np.kron(a, b_dot)


@adjoint(kron_bar_a, facts=facts.like_first, values=tame, shape_only=("a",), cost=10)
def kron_bar_a_(y_bar, y, v, a, b):
    v_bar = np.kron(y_bar, b)
    b_bar = kron_bar_b(v, y_bar, b)
    y_dot = kron_bar_a(v_dot, a, b) + kron_bar_a(v, a, b_dot)


@adjoint(kron_bar_b, facts=facts.like_second, values=tame, shape_only=("b",), cost=10)
def kron_bar_b_(y_bar, y, v, a, b):
    v_bar = np.kron(a, y_bar)
    a_bar = kron_bar_a(v, a, y_bar)
    y_dot = kron_bar_b(v_dot, a, b) + kron_bar_b(v, a_dot, b)


@adjoint(np.vdot, facts=facts.vdot, values=tame, cost=10)
def vdot(y_bar, y, a, b):
    a_bar = y_bar * np.reshape(b, np.shape(a))
    b_bar = y_bar * np.reshape(a, np.shape(b))
    y_dot = np.vdot(a_dot, b) + np.vdot(a, b_dot)


@adjoint(inner, facts=facts.vdot, values=tame, cost=10)
def inner_(y_bar, y, a, b):
    a_bar = y_bar * b
    b_bar = y_bar * a
    y_dot = inner(a_dot, b) + inner(a, b_dot)


@adjoint(np.outer, facts=facts.outer, values=tame, cost=10)
def outer(y_bar, y, a, b):
    a_bar = np.reshape(y_bar @ np.ravel(b), np.shape(a))
    b_bar = np.reshape(np.ravel(a) @ y_bar, np.shape(b))
    y_dot = np.outer(a_dot, b) + np.outer(a, b_dot)


@adjoint(np.cross, facts=facts.cross, values=tame)
def cross(y_bar, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):  # vectors of 3 elements
    a_bar = cross_like(b, y_bar, a, axisb, axisc, axisa, axis)
    b_bar = cross_like(y_bar, a, b, axisc, axisa, axisb, axis)
    y_dot = np.cross(a_dot, b, axisa, axisb, axisc, axis) + np.cross(
        a, b_dot, axisa, axisb, axisc, axis
    )


@adjoint(cross_like, facts=facts.like_third, values=tame, shape_only=("like",))
def cross_like_(y_bar, y, a, b, like, axisa, axisb, axisc, axis):
    a_bar = cross_like(b, y_bar, a, axisb, axisc, axisa, axis)
    b_bar = cross_like(y_bar, a, b, axisc, axisa, axisb, axis)
    y_dot = cross_like(a_dot, b, like, axisa, axisb, axisc, axis) + cross_like(
        a, b_dot, like, axisa, axisb, axisc, axis
    )


@linear(np.trace, facts=facts.trace)
def trace(y_bar, y, a, offset=0, axis1=0, axis2=1):
    a_bar = undiagonal(np.expand_dims(y_bar, -1), np.shape(a), offset, axis1, axis2)


# ``einsum_part`` numbers the result 0 and the operands from 1
@adjoint(np.einsum, facts=facts.einsum, values=tame, cost=10, view="maybe", viewed=1)
def einsum(y_bar, y, subscripts, *xs, optimize=False):
    x_bar = einsum_part(subscripts, (k + 1,), y_bar, *xs)
    y_dot = einsum_part(subscripts, (k + 1, 0), y, *xs, x_dot)


@adjoint(einsum_part, facts=facts.einsum_part, values=tame, cost=10)
def einsum_part_(y_bar, y, subscripts, slots, *xs):
    x_bar = einsum_part(subscripts, next_slots(slots, k, subscripts), *xs, y_bar)
    y_dot = einsum_part(subscripts, next_slots(slots, k, subscripts, True), *xs, x_dot)


constant(next_slots, facts=opaque, foldable=True, cost=1)(
    lambda slots, k, subscripts, tangent=False: None
)

# --- norms, inverses, determinants ------------------------------------------------------------


@adjoint(np.linalg.norm, facts=facts.norm, values=magnitude)
def norm(y_bar, y, x, ord=None, axis=None, keepdims=False):  # 0 where the norm is 0
    x_bar = norm_factor(x, y, ord, axis, keepdims) * unreduce(y_bar, np.shape(x), axis, keepdims)
    y_dot = np.sum(norm_factor(x, y, ord, axis, keepdims) * x_dot, axis=axis, keepdims=keepdims)


@adjoint(norm_factor, facts=facts.norm_factor, values=tame)
def norm_factor_(y_bar, y, x, r, ord=None, axis=None, keepdims=False, n=0):
    slope = norm_factor(x, r, ord, axis, keepdims, n + 1)
    scale = -norm_power(ord) * inverse_or_zero(r)
    x_bar = y_bar * slope
    r_bar = scale * np.sum(y_bar * y, axis=axis, keepdims=keepdims)
    y_dot = slope * x_dot + y * unreduce(scale * r_dot, np.shape(x), axis, keepdims)


@adjoint(inverse_or_zero, facts=facts.inverse_or_zero)
def inverse_or_zero_(y_bar, y, r):
    r_bar = -y_bar * y * y
    y_dot = -r_dot * y * y


constant(norm_power, facts=python_float, cost=1)(lambda ord: None)


@adjoint(np.linalg.inv, facts=facts.of_first, cost=10)
def inv(y_bar, y, a):
    a_bar = -(mT(y) @ y_bar @ mT(y))
    y_dot = -(y @ a_dot @ y)


@adjoint(np.linalg.solve, facts=facts.solve, cost=10)
def solve(y_bar, y, a, b):
    t = solve_like(mT(a), y_bar, b)
    a_bar = -unbroadcast(outer_like(t, y, b), np.shape(a))
    b_bar = unbroadcast(t, np.shape(b))
    y_dot = solve_like(a, b_dot - times_like(a_dot, y, b), b)


@adjoint(solve_like, facts=facts.solve_like, shape_only=("b",), cost=10)
def solve_like_(y_bar, y, a, v, b):
    t = solve_like(mT(a), y_bar, b)
    a_bar = -unbroadcast(outer_like(t, y, b), np.shape(a))
    v_bar = unbroadcast(t, np.shape(v))
    y_dot = solve_like(a, v_dot - times_like(a_dot, y, b), b)


@adjoint(outer_like, facts=facts.outer_like, shape_only=("b",))
def outer_like_(y_bar, y, t, v, b):
    t_bar = unbroadcast(times_like(y_bar, v, b), np.shape(t))
    v_bar = unbroadcast(times_like(mT(y_bar), t, b), np.shape(v))
    y_dot = outer_like(t_dot, v, b) + outer_like(t, v_dot, b)


@adjoint(times_like, facts=facts.solve_like, shape_only=("b",), cost=10)
def times_like_(y_bar, y, a, v, b):
    a_bar = unbroadcast(outer_like(y_bar, v, b), np.shape(a))
    v_bar = unbroadcast(times_like(mT(a), y_bar, b), np.shape(v))
    y_dot = times_like(a_dot, v, b) + times_like(a, v_dot, b)


@adjoint(np.linalg.det, facts=facts.det, cost=10)
def det(y_bar, y, a):
    a_bar = np.expand_dims(y_bar, (-2, -1)) * cofactor(a)
    y_dot = np.sum(cofactor(a) * a_dot, axis=(-2, -1))


@adjoint(cofactor, facts=facts.of_first, cost=10)
def cofactor_(y_bar, y, a):  # inf or nan where a is singular
    d = np.expand_dims(np.linalg.det(a), (-2, -1))
    a_bar = (y * np.sum(y * y_bar, axis=(-2, -1), keepdims=True) - y @ mT(y_bar) @ y) / d
    y_dot = (y * np.sum(y * a_dot, axis=(-2, -1), keepdims=True) - y @ mT(a_dot) @ y) / d


@adjoint(np.linalg.slogdet, facts=facts.slogdet, cost=10)
def slogdet(y_bar, y, a):  # LinAlgError where a is singular
    a_bar = np.expand_dims(y_bar[1], (-2, -1)) * mT(np.linalg.inv(a))
    y_dot = (np.zeros_like(y[0]), np.real(np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)))


# --- factorisations ---------------------------------------------------------------------------


@adjoint(np.linalg.cholesky, facts=facts.of_first, cost=10)
def cholesky(y_bar, y, a):  # Murray 2016, "Differentiation of the Cholesky decomposition"
    m = mT(y) @ np.tril(y_bar)
    h = np.linalg.solve(np.conj(mT(y)), np.triu(mT(m)) + np.triu(mT(m), 1))
    s = np.linalg.solve(mT(y), mT(h))
    a_bar = (s + np.conj(mT(s))) / 4
    g = np.conj(mT(np.linalg.solve(y, (a_dot + np.conj(mT(a_dot))) / 2)))
    d = np.conj(mT(np.linalg.solve(y, g)))
    y_dot = y @ ((np.tril(d) + np.tril(d, -1)) / 2)


@adjoint(np.linalg.eigh, facts=facts.eigh, cost=10)
def eigh(y_bar, y, a):  # Giles 2008; equal eigenvalues: their vectors' part is dropped
    v = y[1]
    m = mT(v) @ y_bar[1] * gaps(y[0])
    s = (np.conj(v) @ m + np.conj(v) * np.expand_dims(y_bar[0], -2)) @ mT(v)
    a_bar = (s + np.conj(mT(s))) / 2
    d = np.conj(mT(v)) @ ((a_dot + np.conj(mT(a_dot))) / 2) @ v
    y_dot = (np.real(np.diagonal(d, 0, -2, -1)), v @ (gaps(y[0]) * d))


@adjoint(np.linalg.eigvalsh, facts=facts.eigvalsh, cost=10)
def eigvalsh(y_bar, y, a):
    v = np.linalg.eigh(a)[1]
    a_bar = np.conj(v) * np.expand_dims(y_bar, -2) @ mT(v)
    y_dot = np.real(np.sum(np.conj(v) * ((a_dot + np.conj(mT(a_dot))) / 2 @ v), axis=-2))


@adjoint(gaps, facts=facts.gaps)
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


@adjoint(np.linalg.svdvals, facts=facts.svdvals, cost=10)
def svdvals(y_bar, y, a):
    f = np.linalg.svd(a, full_matrices=False)
    a_bar = f[0] * np.expand_dims(y_bar, -2) @ f[2]
    y_dot = np.sum(f[0] * (a_dot @ mT(f[2])), axis=-2)


@adjoint(np.linalg.pinv, facts=facts.pinv, cost=10)
def pinv(y_bar, y, a):  # Golub & Pereyra 1973; where the rank does not change
    g = mT(y_bar) @ y @ np.conj(mT(y))
    h = np.conj(mT(y)) @ y @ mT(y_bar)
    a_bar = np.conj(g - a @ (y @ g) + h - h @ y @ a) - mT(y) @ y_bar @ mT(y)
    p = y @ np.conj(mT(y)) @ np.conj(mT(a_dot))
    q = np.conj(mT(a_dot)) @ np.conj(mT(y)) @ y
    y_dot = p - p @ a @ y + q - y @ (a @ q) - y @ a_dot @ y
