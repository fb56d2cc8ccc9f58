"""Products of arrays and ``np.linalg``."""

from __future__ import annotations

import ast
import operator

import numpy as np

from srcgrad.rules import exceptions, shifts
from srcgrad.rules import linalg_facts as facts
from srcgrad.rules.facts import opaque, python_float
from srcgrad.rules.ranges import WHOLE, magnitude, tame
from srcgrad.rules.registry import adjoint, constant, elementwise, linear
from srcgrad.rules.shape_facts import permuted
from srcgrad.runtime import (
    cofactor,
    cross_like,
    dot_bar_a,
    dot_bar_b,
    einsum_part,
    inner,
    inner_bar_a,
    inner_bar_b,
    inv_or_inf,
    inverse_or_zero,
    kron_bar_a,
    kron_bar_b,
    log_where,
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
    vector_order,
)

# --- products: bilinear, so each adjoint is a product again -----------------------------------


BILINEAR = {"values": tame, "cost": 10, "holomorphic": True}
LIKE_A = {"facts": facts.like_first, "shape_only": ("a",), **BILINEAR}
LIKE_B = {"facts": facts.like_second, "shape_only": ("b",), **BILINEAR}
PRODUCT = {
    "facts": facts.matmul,
    "layout": "C",
    "numbers": False,
    "check": "check_matmul",
    "shift": shifts.product,
    **BILINEAR,
}


@adjoint(operator.matmul, **PRODUCT, symbol=ast.MatMult)
@adjoint(np.matmul, **PRODUCT, compiled="matmul")
def matmul(y_bar, y, a, b):
    a_bar = matmul_bar_a(y_bar, a, b)
    b_bar = matmul_bar_b(y_bar, a, b)
    y_dot = a_dot @ b + a @ b_dot


@adjoint(matmul_bar_a, **LIKE_A)
def matmul_bar_a_(y_bar, y, v, a, b):
    v_bar = y_bar @ b
    b_bar = matmul_bar_b(v, y_bar, b)
    y_dot = matmul_bar_a(v_dot, a, b) + matmul_bar_a(v, a, b_dot)


@adjoint(matmul_bar_b, **LIKE_B)
def matmul_bar_b_(y_bar, y, v, a, b):
    v_bar = a @ y_bar
    a_bar = matmul_bar_a(v, a, y_bar)
    y_dot = matmul_bar_b(v_dot, a, b) + matmul_bar_b(v, a_dot, b)


@linear(mT, facts=permuted, moves=WHOLE, view="always", cost=1, injective=True, hermitian=True)
def mT_(y_bar, y, a):
    a_bar = mT(y_bar)


@adjoint(np.dot, facts=facts.dot, check="check_dot", **BILINEAR)
def dot(y_bar, y, a, b):
    a_bar = dot_bar_a(y_bar, a, b)
    b_bar = dot_bar_b(y_bar, a, b)
    y_dot = np.dot(a_dot, b) + np.dot(a, b_dot)


@adjoint(dot_bar_a, **LIKE_A)
def dot_bar_a_(y_bar, y, v, a, b):
    v_bar = np.dot(y_bar, b)
    b_bar = dot_bar_b(v, y_bar, b)
    y_dot = dot_bar_a(v_dot, a, b) + dot_bar_a(v, a, b_dot)


@adjoint(dot_bar_b, **LIKE_B)
def dot_bar_b_(y_bar, y, v, a, b):
    v_bar = np.dot(a, y_bar)
    a_bar = dot_bar_a(v, a, y_bar)
    y_dot = dot_bar_b(v_dot, a, b) + dot_bar_b(v, a_dot, b)


@adjoint(np.inner, facts=facts.inner, values=tame, cost=10, holomorphic=True)
def np_inner(y_bar, y, a, b):
    a_bar = inner_bar_a(y_bar, a, b)
    b_bar = inner_bar_b(y_bar, a, b)
    y_dot = np.inner(a_dot, b) + np.inner(a, b_dot)


@adjoint(inner_bar_a, **LIKE_A)
def inner_bar_a_(y_bar, y, v, a, b):
    v_bar = np.inner(y_bar, b)
    b_bar = inner_bar_b(v, y_bar, b)
    y_dot = inner_bar_a(v_dot, a, b) + inner_bar_a(v, a, b_dot)


@adjoint(inner_bar_b, **LIKE_B)
def inner_bar_b_(y_bar, y, v, a, b):
    v_bar = np.inner(a, y_bar)
    a_bar = inner_bar_a(v, a, y_bar)
    y_dot = inner_bar_b(v_dot, a, b) + inner_bar_b(v, a_dot, b)


@adjoint(np.tensordot, facts=facts.tensordot, values=tame, cost=10, holomorphic=True)
def tensordot(y_bar, y, a, b, axes=2):
    a_bar = tensordot_bar_a(y_bar, a, b, axes)
    b_bar = tensordot_bar_b(y_bar, a, b, axes)
    y_dot = np.tensordot(a_dot, b, axes) + np.tensordot(a, b_dot, axes)


@adjoint(tensordot_bar_a, **LIKE_A)
def tensordot_bar_a_(y_bar, y, v, a, b, axes=2):
    v_bar = np.tensordot(y_bar, b, axes)
    b_bar = tensordot_bar_b(v, y_bar, b, axes)
    y_dot = tensordot_bar_a(v_dot, a, b, axes) + tensordot_bar_a(v, a, b_dot, axes)


@adjoint(tensordot_bar_b, **LIKE_B)
def tensordot_bar_b_(y_bar, y, v, a, b, axes=2):
    v_bar = np.tensordot(a, y_bar, axes)
    a_bar = tensordot_bar_a(v, a, y_bar, axes)
    y_dot = tensordot_bar_b(v_dot, a, b, axes) + tensordot_bar_b(v, a_dot, b, axes)


@adjoint(np.kron, facts=facts.kron, values=tame, cost=10, holomorphic=True)
def kron(y_bar, y, a, b):
    a_bar = kron_bar_a(y_bar, a, b)
    b_bar = kron_bar_b(y_bar, a, b)
    y_dot = np.kron(a_dot, b) + np.kron(a, b_dot)


@adjoint(kron_bar_a, **LIKE_A)
def kron_bar_a_(y_bar, y, v, a, b):
    v_bar = np.kron(y_bar, b)
    b_bar = kron_bar_b(v, y_bar, b)
    y_dot = kron_bar_a(v_dot, a, b) + kron_bar_a(v, a, b_dot)


@adjoint(kron_bar_b, **LIKE_B)
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


@adjoint(np.outer, facts=facts.outer, values=tame, cost=10, holomorphic=True, layout="C")
def outer(y_bar, y, a, b):
    a_bar = np.reshape(y_bar @ np.ravel(b), np.shape(a))
    b_bar = np.reshape(np.ravel(a) @ y_bar, np.shape(b))
    y_dot = np.outer(a_dot, b) + np.outer(a, b_dot)


@adjoint(np.cross, facts=facts.cross, values=tame, holomorphic=True)
def cross(y_bar, y, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):  # vectors of 3 elements
    a_bar = cross_like(b, y_bar, a, axisb, axisc, axisa, axis)
    b_bar = cross_like(y_bar, a, b, axisc, axisa, axisb, axis)
    y_dot = np.cross(a_dot, b, axisa, axisb, axisc, axis) + np.cross(
        a, b_dot, axisa, axisb, axisc, axis
    )


@adjoint(cross_like, facts=facts.like_third, values=tame, shape_only=("like",), holomorphic=True)
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
@adjoint(
    np.einsum, facts=facts.einsum, values=tame, cost=10, view="maybe", viewed=1, holomorphic=True
)
def einsum(y_bar, y, subscripts, *xs, optimize=False):
    x_bar = einsum_part(subscripts, (k + 1,), y_bar, *xs)
    y_dot = einsum_part(subscripts, (k + 1, 0), y, *xs, x_dot)


@adjoint(einsum_part, facts=facts.einsum_part, values=tame, cost=10, holomorphic=True)
def einsum_part_(y_bar, y, subscripts, slots, *xs):
    x_bar = einsum_part(subscripts, next_slots(slots, k, subscripts), *xs, y_bar)
    y_dot = einsum_part(subscripts, next_slots(slots, k, subscripts, True), *xs, x_dot)


constant(next_slots, facts=opaque, foldable=True, cost=1)(
    lambda slots, k, subscripts, tangent=False: None
)

# --- norms, inverses, determinants ------------------------------------------------------------


@adjoint(np.linalg.norm, facts=facts.norm, values=magnitude)
def norm(y_bar, y, x, ord=None, axis=None, keepdims=False):  # 0 where the norm is 0
    factor = norm_factor(x, y, ord, axis, keepdims)
    x_bar = factor * unreduce(y_bar, np.shape(x), axis, keepdims)
    logs = log_where(np.abs(x) / unreduce(y, np.shape(x), axis, keepdims), factor)
    total = np.sum(x * factor * logs, axis=axis, keepdims=keepdims)  # y**(1-p) |x|**p log(|x|/y)
    slope = total / vector_order(x, ord, axis)
    ord_bar = np.sum(y_bar * slope)
    y_dot = np.sum(factor * x_dot, axis=axis, keepdims=keepdims) + slope * ord_dot


@adjoint(norm_factor, facts=facts.norm_factor, values=tame)
def norm_factor_(y_bar, y, x, r, ord=None, axis=None, keepdims=False, n=0):
    slope = norm_factor(x, r, ord, axis, keepdims, n + 1)
    scale = -norm_power(ord) * inverse_or_zero(r)
    x_bar = y_bar * slope
    r_bar = scale * np.sum(y_bar * y, axis=axis, keepdims=keepdims)
    y_dot = slope * x_dot + y * unreduce(scale * r_dot, np.shape(x), axis, keepdims)


@adjoint(inverse_or_zero, facts=facts.inverse_or_zero, holomorphic=True)
def inverse_or_zero_(y_bar, y, r):
    r_bar = -y_bar * y * y
    y_dot = -r_dot * y * y


@elementwise(norm_power, facts=python_float, cost=1)
def norm_power_(y_bar, y, ord):
    """Derivatives of the order are known once."""


@elementwise(vector_order, facts=python_float, shape_only=("x",), cost=1)
def vector_order_(y_bar, y, x, ord, axis):
    """Derivatives of the order are known once."""


@adjoint(np.linalg.inv, facts=facts.of_first, cost=10, holomorphic=True)
def inv(y_bar, y, a):
    a_bar = -(mT(y) @ y_bar @ mT(y))
    y_dot = -(y @ a_dot @ y)


@adjoint(np.linalg.solve, facts=facts.solve, cost=10, holomorphic=True)
def solve(y_bar, y, a, b):
    t = solve_like(mT(a), y_bar, b)
    a_bar = -unbroadcast(outer_like(t, y, b), np.shape(a))
    b_bar = unbroadcast(t, np.shape(b))
    y_dot = solve_like(a, b_dot - times_like(a_dot, y, b), b)


@adjoint(solve_like, facts=facts.solve_like, shape_only=("b",), cost=10, holomorphic=True)
def solve_like_(y_bar, y, a, v, b):
    t = solve_like(mT(a), y_bar, b)
    a_bar = -unbroadcast(outer_like(t, y, b), np.shape(a))
    v_bar = unbroadcast(t, np.shape(v))
    y_dot = solve_like(a, v_dot - times_like(a_dot, y, b), b)


@adjoint(outer_like, facts=facts.outer_like, shape_only=("b",), holomorphic=True)
def outer_like_(y_bar, y, t, v, b):
    t_bar = unbroadcast(times_like(y_bar, v, b), np.shape(t))
    v_bar = unbroadcast(times_like(mT(y_bar), t, b), np.shape(v))
    y_dot = outer_like(t_dot, v, b) + outer_like(t, v_dot, b)


@adjoint(times_like, facts=facts.solve_like, shape_only=("b",), cost=10, holomorphic=True)
def times_like_(y_bar, y, a, v, b):
    a_bar = unbroadcast(outer_like(y_bar, v, b), np.shape(a))
    v_bar = unbroadcast(times_like(mT(a), y_bar, b), np.shape(v))
    y_dot = times_like(a_dot, v, b) + times_like(a, v_dot, b)


@adjoint(np.linalg.det, facts=facts.det, cost=10, holomorphic=True, raises=exceptions.by_shapes)
def det(y_bar, y, a):
    a_bar = np.expand_dims(y_bar, (-2, -1)) * cofactor(a)
    y_dot = np.sum(cofactor(a) * a_dot, axis=(-2, -1))


@adjoint(cofactor, facts=facts.of_first, cost=10, holomorphic=True)
def cofactor_(y_bar, y, a):  # inf or nan where a is singular
    d = np.expand_dims(np.linalg.det(a), (-2, -1))
    a_bar = (y * np.sum(y * y_bar, axis=(-2, -1), keepdims=True) - y @ mT(y_bar) @ y) / d
    y_dot = (y * np.sum(y * a_dot, axis=(-2, -1), keepdims=True) - y @ mT(a_dot) @ y) / d


@adjoint(
    np.linalg.slogdet, facts=facts.slogdet, cost=10, holomorphic=True, raises=exceptions.by_shapes
)
def slogdet(y_bar, y, a):  # inf or nan where a is singular
    a_bar = np.expand_dims(y_bar[1], (-2, -1)) * mT(inv_or_inf(a))
    y_dot = (np.zeros_like(y[0]), np.real(np.trace(inv_or_inf(a) @ a_dot, axis1=-2, axis2=-1)))


@adjoint(inv_or_inf, facts=facts.of_first, cost=10, holomorphic=True)
def inv_or_inf_(y_bar, y, a):
    a_bar = -(mT(y) @ y_bar @ mT(y))
    y_dot = -(y @ a_dot @ y)
