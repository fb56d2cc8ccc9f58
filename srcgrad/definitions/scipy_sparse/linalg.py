"""``scipy.sparse.linalg``: solutions of sparse systems."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from srcgrad.definitions import blank, defines, unsupported
from srcgrad.definitions.scipy_sparse.made import of_dense
from srcgrad.definitions.scipy_sparse.matrices import entries
from srcgrad.definitions.scipy_sparse.parts import BASE, canonical, pattern_of
from srcgrad.runtime import (
    sparse_iterated,
    sparse_solution,
    sparse_solve,
    sparse_solve_transposed,
)


class Factors:
    """What ``splu`` returns: it solves."""

    def __init__(self, a):
        self.matrix = a
        self.shape = a._shape

    def solve(self, rhs, trans="N"):
        if trans not in ("N", "T"):
            unsupported("the conjugate transpose")
        solved = sparse_solve if trans == "N" else sparse_solve_transposed
        return solved(pattern_of(self.matrix), self.matrix.data, rhs)

    def __call__(self, rhs):
        return self.solve(rhs)


@defines(linalg.spsolve)
def spsolve(A, b, permc_spec=None, use_umfpack=True):
    if isinstance(b, BASE):
        unsupported("a sparse right-hand side")
    a = A if isinstance(A, BASE) else of_dense(A)
    b = np.asarray(b)
    found = sparse_solve(pattern_of(a), a.data, b)
    return np.ravel(found) if np.ndim(b) == 2 and b.shape[1] == 1 else found


@defines(linalg.splu)
def splu(A, permc_spec=None, diag_pivot_thresh=None, relax=None, panel_size=None, options=None):
    return Factors(A)


@defines(linalg.factorized)
def factorized(A):
    return Factors(A)


@defines(linalg.spsolve_triangular)
def spsolve_triangular(A, b, lower=True, overwrite_A=False, overwrite_b=False, unit_diagonal=False):
    if unit_diagonal:
        triangle = sparse.tril(A, -1) if lower else sparse.triu(A, 1)
        return spsolve(triangle + sparse.eye_array(A.shape[0]), b)
    return sparse_solve(pattern_of(A), A.data, np.asarray(b))


@defines(linalg.norm)
def norm(x, ord=None, axis=None):
    if axis in (None, (0, 1)) and ord in (None, "fro", "f"):
        return np.sqrt(np.sum(np.abs(entries(canonical(x))) ** 2))
    if axis in (None, (0, 1)) and ord in (1, -1, np.inf, -np.inf):
        sums = np.ravel(np.asarray(abs(x).sum(axis=0 if ord in (1, -1) else 1)))
        return np.max(sums) if ord > 0 else np.min(sums)
    axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
    if not isinstance(axis, int) or ord not in (None, 1, 2):
        unsupported("this norm")
    sizes = abs(x)
    if ord == 1:
        return np.ravel(np.asarray(sizes.sum(axis=axis)))
    return np.sqrt(np.ravel(np.asarray(sizes.multiply(sizes).sum(axis=axis))))


# --- operators ------------------------------------------------------------------------------------

OPERATOR = linalg.LinearOperator
OF_MATRIX = type(linalg.aslinearoperator(np.eye(1)))


@defines(linalg.aslinearoperator)
def aslinearoperator(A):
    if isinstance(A, OPERATOR):
        return A
    made = blank(OF_MATRIX)
    made.A = A
    made.shape = A.shape
    return made


def matrix_of(operator):
    if not isinstance(operator, OF_MATRIX):
        unsupported("an operator of functions")
    return operator.A


@defines(OPERATOR.matvec, OPERATOR.matmat, OPERATOR.dot, OPERATOR.__matmul__, OPERATOR.__call__)
def applied(self, x):
    return matrix_of(self) @ x


@defines(OPERATOR.rmatvec, OPERATOR.rmatmat)
def applied_adjoint(self, x):
    return np.conj(np.conj(x) @ matrix_of(self)) if np.ndim(x) == 1 else adjoint(self).A @ x


@defines(OPERATOR.__mul__)
def times(self, x):
    if np.ndim(x) == 0:
        return aslinearoperator(matrix_of(self) * x)
    return matrix_of(self) @ x


@defines(OPERATOR.adjoint)
def adjoint(self):
    return aslinearoperator(matrix_of(self).T.conj())


@defines(OPERATOR.transpose)
def transposed(self):
    return aslinearoperator(matrix_of(self).T)


# --- solutions by iteration -----------------------------------------------------------------------


def iterated(solver, A, b, options):
    """What SciPy finds, with the derivatives of the solution."""
    if "callback" in options:
        unsupported("callback=")
    a = matrix_of(A) if isinstance(A, OPERATOR) else A
    a = a if isinstance(a, BASE) else of_dense(a)
    b = np.ravel(np.asarray(b))
    names = tuple(options.keys())
    pattern, given = pattern_of(a), tuple(options.values())
    found, info = sparse_iterated(solver, pattern, a.data, b, names, given)
    return sparse_solution(pattern, a.data, b, found), info


@defines(linalg.cg)
def cg(A, b, x0=None, **options):
    return iterated("cg", A, b, {"x0": x0, **options})


@defines(linalg.cgs)
def cgs(A, b, x0=None, **options):
    return iterated("cgs", A, b, {"x0": x0, **options})


@defines(linalg.bicg)
def bicg(A, b, x0=None, **options):
    return iterated("bicg", A, b, {"x0": x0, **options})


@defines(linalg.bicgstab)
def bicgstab(A, b, x0=None, **options):
    return iterated("bicgstab", A, b, {"x0": x0, **options})


@defines(linalg.gmres)
def gmres(A, b, x0=None, **options):
    return iterated("gmres", A, b, {"x0": x0, **options})


@defines(linalg.lgmres)
def lgmres(A, b, x0=None, **options):
    return iterated("lgmres", A, b, {"x0": x0, **options})


@defines(linalg.minres)
def minres(A, b, x0=None, **options):
    return iterated("minres", A, b, {"x0": x0, **options})


@defines(linalg.qmr)
def qmr(A, b, x0=None, **options):
    return iterated("qmr", A, b, {"x0": x0, **options})


@defines(linalg.tfqmr)
def tfqmr(A, b, x0=None, **options):
    return iterated("tfqmr", A, b, {"x0": x0, **options})


@defines(linalg.gcrotmk)
def gcrotmk(A, b, x0=None, **options):
    return iterated("gcrotmk", A, b, {"x0": x0, **options})
