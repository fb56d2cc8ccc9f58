"""``scipy.linalg`` in terms of ``numpy.linalg``."""

from __future__ import annotations

import numpy as np
import scipy
from scipy import linalg

from srcgrad.definitions import defines, unsupported


def alone(rank, *arrays):
    """Not of a stack of vectors, or of matrices: that SciPy takes one by one, or as one."""
    for a in arrays:
        if np.ndim(a) > rank:
            unsupported("stacks")


@defines(linalg.inv)
def inv(a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
    a = assumed(a, assume_a, lower)
    return np.linalg.inv(a)


@defines(linalg.det)
def det(a, overwrite_a=False, check_finite=True):
    found = np.linalg.det(a)
    return found.astype(np.result_type(found.dtype, np.float64))  # also of lower precision


@defines(linalg.norm)
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True):
    return np.linalg.norm(a, ord, axis, keepdims)


@defines(linalg.svdvals)
def svdvals(a, overwrite_a=False, check_finite=True):
    return np.linalg.svd(a, compute_uv=False)


@defines(linalg.svd)
def svd(
    a,
    full_matrices=True,
    compute_uv=True,
    overwrite_a=False,
    check_finite=True,
    lapack_driver="gesdd",
):
    found = np.linalg.svd(a, full_matrices, compute_uv)
    return (found[0], found[1], found[2]) if compute_uv else found


@defines(linalg.solve)
def solve(
    a,
    b,
    lower=False,
    overwrite_a=False,
    overwrite_b=False,
    check_finite=True,
    assume_a=None,
    transposed=False,
):
    a = assumed(a, assume_a, lower)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transposed else a, b)


def assumed(a, assume_a, lower):
    """The matrix that is read where only a part of ``a`` is."""
    if assume_a in (None, "gen", "general"):
        return a
    if assume_a in ("her", "hermitian", "pos", "positive definite"):
        if np.asarray(a).dtype.kind == "c":
            unsupported("a Hermitian matrix")
        return of_triangle(a, lower)
    if assume_a in ("sym", "symmetric"):
        return of_triangle(a, lower)
    if assume_a == "upper triangular":
        return np.triu(a)
    if assume_a == "lower triangular":
        return np.tril(a)
    return unsupported("this structure")


def of_triangle(a, lower):
    """The symmetric matrix of which one triangle is given."""
    half = np.tril(a) if lower else np.triu(a)
    rest = np.tril(a, -1) if lower else np.triu(a, 1)
    return half + np.swapaxes(rest, -1, -2)


@defines(linalg.solve_triangular)
def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True
):
    if trans not in (0, 1, 2, "N", "T", "C"):
        unsupported("another form of the matrix")
    half = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        half = half - np.diag(np.diag(half)) + np.eye(np.shape(a)[0])
    if trans in (2, "C"):
        half = np.conj(half)
    return np.linalg.solve(half if trans in (0, "N") else half.T, b)


@defines(linalg.cholesky)
def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    found = np.linalg.cholesky(a if lower else np.swapaxes(a, -1, -2))
    return found if lower else np.swapaxes(found, -1, -2)


# LAPACK leaves the other triangle where it is; SciPy 1.18 clears it
LEAVES_REST = bool(linalg.cho_factor(np.array([[2.0, 1.0], [1.0, 2.0]]), lower=True)[0][0, 1])


@defines(linalg.cho_factor)
def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    factor = cholesky(a, lower)
    if LEAVES_REST:
        factor = factor + (np.triu(a, 1) if lower else np.tril(a, -1))
    return factor, lower


@defines(linalg.cho_solve)
def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    alone(2, c, b)
    half = np.tril(c) if lower else np.triu(c).T
    return np.linalg.solve(half.T, np.linalg.solve(half, b))


@defines(linalg.expm_frechet)
def expm_frechet(A, E, method=None, compute_expm=True, check_finite=True):
    double = np.ones((), np.float64)
    a, e = np.asarray(A) * double, np.asarray(E) * double
    alone(2, a, e)
    n = a.shape[0]
    whole = linalg.expm(np.block([[a, e], [np.zeros_like(a), a]]))
    return (whole[:n, :n], whole[:n, n:]) if compute_expm else whole[:n, n:]


STACKS = tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17)


def lines(c):
    """Vectors along the last axis; older versions of SciPy take all numbers as one."""
    return np.atleast_1d(c) if STACKS else np.ravel(c)


@defines(linalg.toeplitz)
def toeplitz(c, r=None):
    c = lines(c)
    r = np.conj(c) if r is None else lines(r)
    if c.ndim > r.ndim:
        r = np.broadcast_to(r, (*c.shape[:-1], r.shape[-1]))
    elif r.ndim > c.ndim:
        c = np.broadcast_to(c, (*r.shape[:-1], c.shape[-1]))
    line = np.concatenate((np.flip(r[..., 1:], -1), c), axis=-1)
    rows, columns = np.arange(c.shape[-1])[:, None], np.arange(r.shape[-1])[None, :]
    return line[..., rows - columns + r.shape[-1] - 1]


@defines(linalg.circulant)
def circulant(c):
    c = lines(c)
    number = np.arange(c.shape[-1])
    return c[..., (number[:, None] - number[None, :]) % c.shape[-1]]


@defines(linalg.block_diag)
def block_diag(*arrs):
    alone(2, *arrs)
    blocks = [np.atleast_2d(x) for x in arrs]
    width = sum([x.shape[1] for x in blocks])
    rows, left = [], 0
    for x in blocks:
        rows.append(np.pad(x, ((0, 0), (left, width - left - x.shape[1]))))
        left = left + x.shape[1]
    return np.concatenate(rows, axis=0)


@defines(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov(a, q):
    return linalg.solve_sylvester(a, np.conj(np.transpose(a)), q)


@defines(linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a, q, method=None):
    a, q = np.asarray(a), np.asarray(q)
    system = np.eye(q.size) - np.kron(a, np.conj(a))
    return np.reshape(np.linalg.solve(system, np.ravel(q)), q.shape)
