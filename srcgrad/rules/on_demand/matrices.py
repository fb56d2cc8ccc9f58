"""What ``scipy.linalg`` is made of in its definitions: elimination, bands, functions of matrices."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind, fresh_dim
from srcgrad.rules.facts import shape_of
from srcgrad.rules.linalg_facts import eig as eig_facts
from srcgrad.rules.linalg_facts import inexact, of_first
from srcgrad.rules.operation import Arg, known_value
from srcgrad.rules.registry import adjoint, linear
from srcgrad.runtime import (
    band_outer,
    band_solve,
    band_times,
    band_transposed,
    corner,
    cornered,
    discrete_riccati,
    eliminated,
    gaps,
    lu_solved,
    lu_solved_across,
    matrix_function,
    mT,
    null_basis,
    outer_like,
    paired,
    pencil_eig,
    polar_factor,
    real_function,
    riccati,
    times_like,
    twice_diagonal,
    twofold,
    unit_lower,
)

COST = {"cost": 10}
HOLDS = {"cost": 10, "holomorphic": True}


def like_right(a: Arg, *rest: Arg) -> Kind:
    """Of the shape of the last array."""
    v = next(arg for arg in reversed(rest) if arg.kind.base not in ("int", "none"))
    return kinds.array(inexact(a, v), shape_of(v.kind))


# --- factorisations -----------------------------------------------------------------------------------


@adjoint(eliminated, facts=of_first, **HOLDS)
def eliminated_(y_bar, y, a):  # the logarithmic derivative L' dA U' has a part in each factor
    lower = unit_lower(y)
    upper = np.triu(y)
    g = np.tril(mT(lower) @ np.tril(y_bar, -1), -1) + np.triu(np.triu(y_bar) @ mT(upper))
    a_bar = np.linalg.solve(mT(lower), mT(np.linalg.solve(upper, mT(g))))
    d = np.linalg.solve(lower, mT(np.linalg.solve(mT(upper), mT(a_dot))))
    y_dot = np.tril(lower @ np.tril(d, -1), -1) + np.triu(np.triu(d) @ upper)


@adjoint(unit_lower, facts=of_first, holomorphic=True)
def unit_lower_(y_bar, y, a):
    a_bar = np.tril(y_bar, -1)
    y_dot = np.tril(a_dot, -1)


@adjoint(lu_solved, facts=like_right, **HOLDS)
def lu_solved_(y_bar, y, packed, order, b):  # packed_bar is that of the two triangles
    lower = unit_lower(packed)
    upper = np.triu(packed)
    t = lu_solved_across(packed, order, y_bar)
    s = np.take(t, order, axis=0)
    below = outer_like(s, times_like(upper, y, b), b)
    packed_bar = -(np.tril(below, -1) + np.triu(outer_like(times_like(mT(lower), s, b), y, b)))
    b_bar = t
    d = times_like(np.tril(packed_dot, -1), times_like(upper, y, b), b)
    w = d + times_like(lower, times_like(np.triu(packed_dot), y, b), b)
    y_dot = lu_solved(packed, order, b_dot - np.take(w, np.argsort(order), axis=0))


@adjoint(lu_solved_across, facts=like_right, **HOLDS)
def lu_solved_across_(y_bar, y, packed, order, b):
    lower = unit_lower(packed)
    upper = np.triu(packed)
    t = lu_solved(packed, order, y_bar)
    s = np.take(y, order, axis=0)
    below = outer_like(s, times_like(upper, t, b), b)
    packed_bar = -(np.tril(below, -1) + np.triu(outer_like(times_like(mT(lower), s, b), t, b)))
    b_bar = t
    d = times_like(mT(upper), times_like(mT(np.tril(packed_dot, -1)), s, b), b)
    w = d + times_like(mT(np.triu(packed_dot)), times_like(mT(lower), s, b), b)
    y_dot = lu_solved_across(packed, order, b_dot - w)


@adjoint(polar_factor, facts=of_first, **COST)
def polar_factor_(y_bar, y, a):  # of full column rank; Kenney & Laub 1991
    p = mT(y) @ a
    z = linalg.solve_sylvester(p, p, mT(y) @ y_bar)
    rest = mT(np.linalg.solve(p, mT(y_bar - y @ (mT(y) @ y_bar))))
    a_bar = y @ (z - mT(z)) + rest
    k = mT(y) @ a_dot
    turn = y @ linalg.solve_sylvester(p, p, k - mT(k))
    y_dot = turn + mT(np.linalg.solve(p, mT(a_dot - y @ k)))


def unknown_columns(a: Arg, *rest: Arg) -> Kind:
    shape = shape_of(a.kind)
    return kinds.array(inexact(a), None if shape is None else (shape[-1], fresh_dim()))


@adjoint(null_basis, facts=unknown_columns, **COST)
def null_basis_(y_bar, y, a, rcond=None):  # up to rotations of the basis, which are left at rest
    t = mT(np.linalg.pinv(a))
    a_bar = -(t @ y_bar @ mT(y))
    y_dot = -(mT(t) @ a_dot @ y)


@adjoint(pencil_eig, facts=eig_facts, or_real=True, **HOLDS)
def pencil_eig_(y_bar, y, a, b):  # that of eig, of the matrix c = solve(b, a)
    c = np.linalg.solve(b, a)
    v = y[1]
    m = mT(v) @ y_bar[1]
    along = mT(v) @ np.conj(v) * np.expand_dims(np.real(np.diagonal(m, 0, -2, -1)), -2)
    r = (m - along) * gaps(y[0]) @ mT(v) + np.expand_dims(y_bar[0], -1) * mT(v)
    t = np.linalg.solve(mT(b), np.linalg.solve(mT(v), r))
    a_bar = t
    b_bar = -(t @ mT(c))
    d = np.linalg.solve(v, np.linalg.solve(b, a_dot - b_dot @ c) @ v)
    w = v @ (gaps(y[0]) * d)
    y_dot = (
        np.diagonal(d, 0, -2, -1),
        w - v * np.expand_dims(np.real(np.sum(np.conj(v) * w, axis=-2)), -2),
    )


def square_of(a: Arg, b: Arg, *rest: Arg) -> Kind:
    return kinds.array(inexact(a, b, *rest), shape_of(a.kind))


@adjoint(riccati, facts=square_of, **COST)
def riccati_(y_bar, y, a, b, q, r):
    """Differentiated implicitly: Lyapunov's equation of the closed loop ``a - b @ k``."""
    k = np.linalg.solve(r, mT(b) @ y)
    c = a - b @ k
    s = linalg.solve_sylvester(c, mT(c), y_bar)
    t = y @ (s + mT(s))
    a_bar = -t
    b_bar = t @ mT(k)
    q_bar = -s
    r_bar = -(k @ s @ mT(k))
    m = mT(a_dot) @ y + y @ a_dot - y @ b_dot @ k - mT(y @ b_dot @ k) + mT(k) @ r_dot @ k + q_dot
    y_dot = -linalg.solve_sylvester(mT(c), c, m)


@adjoint(discrete_riccati, facts=square_of, **COST)
def discrete_riccati_(y_bar, y, a, b, q, r):
    """Differentiated implicitly: ``y = c' y c + k' r k + q``, in which the best ``k`` counts as fixed."""
    k = np.linalg.solve(r + mT(b) @ y @ b, mT(b) @ y @ a)
    c = a - b @ k
    around = np.eye(np.shape(c)[0] ** 2) - np.kron(c, c)
    s = np.reshape(np.linalg.solve(around, np.reshape(y_bar, (-1, 1))), np.shape(y_bar))
    t = y @ c @ (s + mT(s))
    a_bar = t
    b_bar = -(t @ mT(k))
    q_bar = s
    r_bar = k @ s @ mT(k)
    m = mT(a_dot - b_dot @ k) @ y @ c + mT(c) @ y @ (a_dot - b_dot @ k) + mT(k) @ r_dot @ k + q_dot
    y_dot = np.reshape(np.linalg.solve(mT(around), np.reshape(m, (-1, 1))), np.shape(m))


# --- functions of matrices: Higham 2008, "Functions of Matrices", theorem 3.6 and section 3.1 -----------


def of_name(name: Arg, a: Arg, t: Arg) -> Kind:
    dtype = inexact(a)
    if dtype == np.float32 and known_value(name):
        exponent = () if t.kind.base == "none" else (0.5,)
        dtype = matrix_function(name.const, np.eye(2, dtype=dtype), *exponent).dtype
    return kinds.array(dtype, shape_of(a.kind))


@adjoint(matrix_function, real_function, facts=of_name, **HOLDS)
def matrix_function_(y_bar, y, name, a, t=None):
    power = real_function("logm", a) @ y
    a_bar = corner(real_function(name, twofold(mT(a), y_bar), t))
    t_bar = np.sum(y_bar * power)
    y_dot = corner(real_function(name, twofold(a, a_dot), t)) + t_dot * power


def doubled(dim: Dim) -> Dim:
    return 2 * dim if isinstance(dim, int) else fresh_dim()


def fourfold(a: Arg, *rest: Arg) -> Kind:
    shape = shape_of(a.kind)
    dims = None if shape is None else (*shape[:-2], *(doubled(dim) for dim in shape[-2:]))
    return kinds.array(inexact(a, *rest), dims)


def quarter(m: Arg) -> Kind:
    shape = shape_of(m.kind)
    dims = (
        None
        if shape is None
        else (
            *shape[:-2],
            *(dim // 2 if isinstance(dim, int) else fresh_dim() for dim in shape[-2:]),
        )
    )
    return kinds.array(m.kind.dtype, dims)


@linear(twofold, facts=fourfold)
def twofold_(y_bar, y, a, v):
    a_bar = twice_diagonal(y_bar)
    v_bar = corner(y_bar)


@linear(paired, facts=fourfold)
def paired_(y_bar, y, a):
    a_bar = twice_diagonal(y_bar)


@linear(twice_diagonal, facts=quarter)
def twice_diagonal_(y_bar, y, m):
    m_bar = paired(y_bar)


@linear(corner, facts=quarter)
def corner_(y_bar, y, m):
    m_bar = cornered(y_bar)


@linear(cornered, facts=fourfold)
def cornered_(y_bar, y, v):
    v_bar = corner(y_bar)


# --- matrices by their diagonals -----------------------------------------------------------------------


def of_bands(t: Arg, v: Arg, lower: Arg, upper: Arg) -> Kind:
    rows, shape = None, shape_of(t.kind)
    if lower.known and upper.known:
        rows = lower.const + upper.const + 1
    dims = None if shape is None else (fresh_dim() if rows is None else rows, shape[0])
    return kinds.array(inexact(t, v), dims)


@adjoint(band_solve, facts=like_right, **HOLDS)
def band_solve_(y_bar, y, ab, b, lower, upper):
    t = band_solve(band_transposed(ab, lower, upper), y_bar, upper, lower)
    ab_bar = -band_outer(t, y, lower, upper)
    b_bar = t
    y_dot = band_solve(ab, b_dot - band_times(ab_dot, y, lower, upper), lower, upper)


@adjoint(band_times, facts=like_right, **HOLDS)
def band_times_(y_bar, y, ab, v, lower, upper):
    ab_bar = band_outer(y_bar, v, lower, upper)
    v_bar = band_times(band_transposed(ab, lower, upper), y_bar, upper, lower)
    y_dot = band_times(ab_dot, v, lower, upper) + band_times(ab, v_dot, lower, upper)


@adjoint(band_outer, facts=of_bands, **HOLDS)
def band_outer_(y_bar, y, t, v, lower, upper):
    t_bar = band_times(y_bar, v, lower, upper)
    v_bar = band_times(band_transposed(y_bar, lower, upper), t, upper, lower)
    y_dot = band_outer(t_dot, v, lower, upper) + band_outer(t, v_dot, lower, upper)


@linear(band_transposed, facts=of_first)
def band_transposed_(y_bar, y, ab, lower, upper):
    ab_bar = band_transposed(y_bar, upper, lower)
