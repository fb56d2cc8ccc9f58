"""``scipy.linalg``: factorisations, eigenvalues and functions of matrices, in terms of fewer."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcgrad.definitions import as_is, by_rule, defines, unsupported
from srcgrad.definitions.linalg import check_rank
from srcgrad.definitions.scipy_linalg.basics import alone, of_triangle
from srcgrad.runtime import (
    eliminated,
    lu_solved,
    lu_solved_across,
    matrix_function,
    null_basis,
    pencil_eig,
    polar_factor,
    riccati,
    stop_gradient,
)


@defines(linalg.qr)
def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    if mode not in ("full", "r", "economic"):
        unsupported("this mode")
    if not pivoting:
        q, r = np.linalg.qr(a, "reduced" if mode == "economic" else "complete")
        return (r,) if mode == "r" else (q, r)
    alone(2, a)
    whole = as_is(linalg.qr, stop_gradient(a), False, None, "r", True)
    order = np.reshape(np.asarray(whole[1], dtype=int), np.shape(a)[1:])
    q, r = np.linalg.qr(np.asarray(a)[:, order], "reduced" if mode == "economic" else "complete")
    return (r, order) if mode == "r" else (q, r, order)


# --- elimination -------------------------------------------------------------------------------------


def packed(a):
    """The rows of ``a`` in the order of their pivots, eliminated: L below the diagonal, U above."""
    p = as_is(linalg.lu, stop_gradient(a))[0]
    b = np.asarray(a)[np.argmax(p, axis=0)]
    k = min(b.shape[0], b.shape[1])
    core = eliminated(b[:k, :k])
    lower = np.tril(core, -1) + np.eye(k, dtype=core.dtype)
    below = b[k:, :k]
    if b.shape[0] > k:
        below = np.transpose(np.linalg.solve(np.transpose(np.triu(core)), np.transpose(below)))
    right = np.linalg.solve(lower, b[:k, k:])
    return p, np.concatenate((core, below)), right


@defines(linalg.lu)
def lu(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    if np.ndim(a) != 2:
        unsupported("stacks of matrices")
    p, left, right = packed(a)
    k = left.shape[1]
    lower = np.tril(left, -1) + np.eye(left.shape[0], k, dtype=left.dtype)
    upper = np.concatenate((np.triu(left[:k]), right), axis=1)
    if permute_l:
        return p @ lower, upper
    return np.argmax(p, axis=1) if p_indices else p, lower, upper


@defines(linalg.lu_factor)
def lu_factor(a, overwrite_a=False, check_finite=True):
    if np.ndim(a) != 2:
        unsupported("stacks of matrices")
    pivots = as_is(linalg.lu_factor, stop_gradient(a))[1]
    _, left, right = packed(a)
    top = np.concatenate((left[: left.shape[1]], right), axis=1)
    return np.concatenate((top, left[left.shape[1] :])), pivots


@defines(linalg.lu_solve)
def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    packed, pivots = lu_and_piv
    if trans not in (0, 1, 2) or (trans == 2 and np.asarray(packed).dtype.kind == "c"):
        unsupported("the conjugate transpose")
    if np.ndim(packed) != 2:
        unsupported("stacks of matrices")
    alone(2, b)
    order = as_is(order_of_rows, stop_gradient(pivots))
    b = np.asarray(b)
    return lu_solved_across(packed, order, b) if trans else lu_solved(packed, order, b)


def order_of_rows(pivots):
    """The rows in the order that exchanges of each with another leave."""
    order = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        order[[k, other]] = order[[other, k]]
    return order


# --- by singular values ------------------------------------------------------------------------------


@defines(linalg.lstsq)
def lstsq(
    a,
    b,
    cond=None,
    overwrite_a=False,
    overwrite_b=False,
    check_finite=True,
    lapack_driver=None,
):
    a, b = np.asarray(a), np.asarray(b)
    if cond is not None:
        check_rank(a, cond)
    rest = as_is(linalg.lstsq, a, b)  # whether there are residues depends on the rank
    found = np.linalg.pinv(a) @ b  # where the rank does not change
    if lapack_driver == "gelsy":
        return found, rest[1], rest[2], None
    return found, rest[1], rest[2], np.linalg.svd(a, compute_uv=False)


@defines(linalg.pinv)
def pinv(a, *, atol=None, rtol=None, return_rank=False, check_finite=True):
    if atol is not None:
        unsupported("atol=")
    found = np.linalg.pinv(a) if rtol is None else np.linalg.pinv(a, rtol)
    return (found, np.linalg.matrix_rank(a, rtol=rtol)) if return_rank else found


@defines(linalg.pinvh)
def pinvh(a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True):
    if atol is not None or rtol is not None or return_rank or np.asarray(a).dtype.kind == "c":
        unsupported("atol=, rtol=, return_rank=, complex numbers")
    return np.linalg.pinv(of_triangle(a, lower))


@defines(linalg.orth)
def orth(A, rcond=None):
    alone(2, A)
    if rcond is not None:
        unsupported("rcond=")
    u = np.linalg.svd(A, full_matrices=False)[0]
    return u[:, : np.linalg.matrix_rank(A)]


@defines(linalg.null_space)
def null_space(A, rcond=None, *, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    alone(2, A)
    if np.asarray(A).dtype.kind == "c":
        unsupported("complex numbers")
    return null_basis(np.asarray(A), rcond)


@defines(linalg.polar)
def polar(a, side="right"):
    alone(2, a)
    a = np.asarray(a)
    if a.dtype.kind == "c":
        unsupported("complex numbers")
    u = factor(a)
    return u, u.T @ a if side == "right" else a @ u.T


def factor(a):
    if a.shape[0] < a.shape[1]:
        return polar_factor(a.T).T
    return polar_factor(a)


@defines(linalg.orthogonal_procrustes)
def orthogonal_procrustes(A, B, check_finite=True):
    alone(2, A, B)
    product = np.transpose(A) @ B
    return polar_factor(product), np.sum(np.linalg.svd(product, compute_uv=False))


# --- eigenvalues -------------------------------------------------------------------------------------


@defines(linalg.eigh)
def eigh(
    a,
    b=None,
    *,
    lower=True,
    eigvals_only=False,
    overwrite_a=False,
    overwrite_b=False,
    type=1,
    check_finite=True,
    subset_by_index=None,
    subset_by_value=None,
    driver=None,
):
    if subset_by_value is not None:
        unsupported("subset_by_value=")
    given = as_is(
        linalg.eigh,
        stop_gradient(a),
        None if b is None else stop_gradient(b),
        lower=lower,
        type=type,
        driver=driver,
        subset_by_index=subset_by_index,
    )
    a = a if lower else np.conj(np.transpose(a))
    if b is None:
        w, v = by_rule(linalg.eigh, a)
    else:
        w, v = pencil(a, b if lower else np.conj(np.transpose(b)), type)
    if subset_by_index is not None:
        w = w[subset_by_index[0] : subset_by_index[1] + 1]
        v = v[:, subset_by_index[0] : subset_by_index[1] + 1]
    if eigvals_only:
        return w
    return w, turned(v, given[1])


def turned(v, given):
    """The vectors ``v`` with the signs of those that are given, which another driver found."""
    given = np.asarray(given, dtype=v.dtype)
    return v * np.sign(np.sum(np.conj(stop_gradient(v)) * given, axis=0))


def pencil(a, b, type):
    """``a v = w b v``, ``a b v = w v`` or ``b a v = w v``."""
    a = of_lower_triangle(a)
    factor = np.linalg.cholesky(b)
    back = np.conj(np.transpose(factor))
    if type == 1:
        inner = np.linalg.solve(factor, np.conj(np.transpose(np.linalg.solve(factor, a))))
        w, v = np.linalg.eigh(inner)
        return w, np.linalg.solve(back, v)
    w, v = np.linalg.eigh(back @ a @ factor)
    return w, np.linalg.solve(back, v) if type == 2 else factor @ v


def of_lower_triangle(a):
    return np.tril(a) + np.conj(np.transpose(np.tril(a, -1)))


@defines(linalg.eigvalsh)
def eigvalsh(
    a,
    b=None,
    *,
    lower=True,
    overwrite_a=False,
    overwrite_b=False,
    type=1,
    check_finite=True,
    subset_by_index=None,
    subset_by_value=None,
    driver=None,
):
    if subset_by_value is not None:
        unsupported("subset_by_value=")
    a = a if lower else np.conj(np.transpose(a))
    if b is None:
        w = np.linalg.eigvalsh(a)
    else:
        w = pencil(a, b if lower else np.conj(np.transpose(b)), type)[0]
    return w if subset_by_index is None else w[subset_by_index[0] : subset_by_index[1] + 1]


@defines(linalg.eig)
def eig(
    a,
    b=None,
    left=False,
    right=True,
    overwrite_a=False,
    overwrite_b=False,
    check_finite=True,
    homogeneous_eigvals=False,
):
    if left or homogeneous_eigvals:
        unsupported("left=True, homogeneous_eigvals=True")
    if b is not None:
        alone(2, a, b)
    found = by_rule(linalg.eig, a) if b is None else pencil_eig(np.asarray(a), np.asarray(b))
    return found if right else found[0]


@defines(linalg.eigvals)
def eigvals(a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False):
    if homogeneous_eigvals:
        unsupported("homogeneous_eigvals=True")
    return eig(a, b)[0]


# --- functions of matrices ---------------------------------------------------------------------------


@defines(linalg.sqrtm)
def sqrtm(A):
    return matrix_function("sqrtm", np.asarray(A))


@defines(linalg.logm)
def logm(A):
    return matrix_function("logm", np.asarray(A))


@defines(linalg.signm)
def signm(A):
    return matrix_function("signm", np.asarray(A))


@defines(linalg.cosm)
def cosm(A):
    return matrix_function("cosm", np.asarray(A))


@defines(linalg.sinm)
def sinm(A):
    return matrix_function("sinm", np.asarray(A))


@defines(linalg.tanm)
def tanm(A):
    return matrix_function("tanm", np.asarray(A))


@defines(linalg.coshm)
def coshm(A):
    return matrix_function("coshm", np.asarray(A))


@defines(linalg.sinhm)
def sinhm(A):
    return matrix_function("sinhm", np.asarray(A))


@defines(linalg.tanhm)
def tanhm(A):
    return matrix_function("tanhm", np.asarray(A))


@defines(linalg.fractional_matrix_power)
def fractional_matrix_power(A, t):
    if isinstance(t, int):
        return np.linalg.matrix_power(A, t)
    return matrix_function("fractional_matrix_power", np.asarray(A), t)


@defines(linalg.solve_continuous_are)
def solve_continuous_are(a, b, q, r, e=None, s=None, balanced=True):
    if e is not None or s is not None or np.asarray(a).dtype.kind == "c":
        unsupported("e=, s=, complex numbers")
    alone(2, a, b, q, r)
    return riccati(np.asarray(a), np.asarray(b), np.asarray(q), np.asarray(r))
