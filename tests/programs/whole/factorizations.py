"""Matrices factorised in place, and systems solved with the factors."""

import numpy as np

from ..registry import program

rng = np.random.default_rng(33)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=(5, 5)), normal(size=5), twice=False)
def lu_with_partial_pivoting(A, b):
    """Doolittle's factorisation with row exchanges, then both substitutions.

    Golub and Van Loan, Matrix Computations, algorithm 3.4.1.
    """
    A = A.copy()
    n = A.shape[0]
    piv = list(range(n))
    for k in range(n - 1):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        if p != k:
            temp = A[k].copy()
            A[k] = A[p]
            A[p] = temp
            b[k], b[p] = b[p], b[k]
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    y = np.zeros(n)
    for i in range(n):
        y[i] = b[i] - np.dot(A[i, :i], y[:i])
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (y[i] - np.dot(A[i, i + 1 :], x[i + 1 :])) / A[i, i]
    return x, piv[0]


@program(normal(size=(4, 4)), compiles=True, twice=False)
def cholesky_in_place(half):
    """The lower factor overwrites the matrix, column by column.

    Golub and Van Loan, Matrix Computations, algorithm 4.2.1.
    """
    A = half @ half.T
    A += 4.0 * np.eye(len(A))
    n = len(A)
    for j in range(n):
        if j > 0:
            A[j:, j] -= A[j:, :j] @ A[j, :j]
        pivot = A[j, j]
        if pivot <= 0:
            raise np.linalg.LinAlgError(f"pivot {j} is {pivot}")
        A[j:, j] /= np.sqrt(pivot)
    for i in range(n):
        A[i, i + 1 :] = 0.0
    log_det = 2.0 * np.sum(np.log(np.diag(A)))
    return A, log_det


@program(normal(size=(5, 3)), normal(size=5), compiles=True, twice=False)
def least_squares_by_householder(A, b):
    """Reflections applied to the trailing block and to the right-hand side.

    Trefethen and Bau, Numerical Linear Algebra, algorithms 10.1 and 10.2.
    """
    m, n = A.shape
    R = A
    for k in range(n):
        x = R[k:, k]
        v = x.copy()
        v[0] += np.sign(x[0]) * np.linalg.norm(x)
        v /= np.linalg.norm(v)
        block = R[k:, k:]
        block -= 2.0 * np.outer(v, v @ block)
        b[k:] -= 2.0 * v * (v @ b[k:])
    solution = np.zeros(n)
    for i in range(n - 1, -1, -1):
        total = b[i]
        for j in range(i + 1, n):
            total -= R[i, j] * solution[j]
        solution[i] = total / R[i, i]
    return solution, np.sqrt(np.sum(b[n:] ** 2))


@program(normal(size=(5, 3)), twice=False)
def modified_gram_schmidt(V):
    """Orthonormal columns, one projection at a time.

    Trefethen and Bau, Numerical Linear Algebra, algorithm 8.1.
    """
    m, n = V.shape
    V = V.astype(float)
    Q = np.zeros((m, n))
    R = np.zeros((n, n))
    for i in range(n):
        column = V[:, i]
        R[i, i] = np.sqrt(sum(entry * entry for entry in column))
        Q[:, i] = column / R[i, i]
        for j in range(i + 1, n):
            R[i, j] = Q[:, i].dot(V[:, j])
            V[:, j] -= R[i, j] * Q[:, i]
    return Q, R


@program(
    normal(size=(4, 4)) + 4.0 * np.eye(4), normal(size=(4, 2)), True, compiles=True, twice=False
)
def triangular_solves(T, B, lower=True):
    """Several right-hand sides by substitution, forwards or backwards.

    Golub and Van Loan, Matrix Computations, section 3.1.
    """
    n, count = B.shape
    X = np.zeros_like(B)
    order = range(n) if lower else range(n - 1, -1, -1)
    for c in range(count):
        x = X[:, c]
        x[:] = B[:, c]
        for i in order:
            others = range(i) if lower else range(i + 1, n)
            for j in others:
                x[i] -= T[i, j] * x[j]
            x[i] /= T[i, i]
    return X


@program(normal(size=(5, 5)), normal(size=5), 1e-10, compiles=True, twice=False)
def matrix_free_conjugate_gradients(half, b, tol):
    """The method of Hestenes and Stiefel with a matrix-free operator.

    Shewchuk, An Introduction to the Conjugate Gradient Method Without the Agonizing Pain, 1994, B2.
    """
    apply = lambda v: half.T @ (half @ v) + 5.0 * v
    x = np.zeros_like(b)
    r = b - apply(x)
    p = r.copy()
    rs_old = r @ r
    for i in range(3 * len(b)):
        Ap = apply(p)
        alpha = rs_old / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rs_new = r @ r
        if np.sqrt(rs_new) < tol or i >= 3:
            break
        p *= rs_new / rs_old
        p += r
        rs_old = rs_new
    return x


@program(normal(size=(4, 4)), 3, compiles=True, twice=False)
def symmetric_jacobi_rotations(half, sweeps):
    """Eigenvalues by plane rotations of rows and columns.

    Golub and Van Loan, Matrix Computations, section 8.5.
    """
    a = 0.5 * (half + half.T)
    n = len(a)
    for _ in range(sweeps):
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(a[p, q]) < 1e-9:
                    continue
                tau = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = 1.0 / (tau + np.sqrt(1.0 + tau * tau))
                if tau < 0:
                    t = 1.0 / (tau - np.sqrt(1.0 + tau * tau))
                c = 1.0 / np.sqrt(1.0 + t * t)
                s = t * c
                row_p, row_q = a[p].copy(), a[q].copy()
                a[p] = c * row_p - s * row_q
                a[q] = s * row_p + c * row_q
                columns = a.T
                row_p, row_q = columns[p].copy(), columns[q].copy()
                columns[p] = c * row_p - s * row_q
                columns[q] = s * row_p + c * row_q
    return np.diag(a).copy()
