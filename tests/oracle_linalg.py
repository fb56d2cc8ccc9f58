"""`np.linalg` on arrays of tape scalars: the textbook algorithms, element by element."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .oracle_arrays import floats, value, values
from .oracle_numpy import amax, amin, asarray, element, replaces, root, sum_, zeros


@replaces(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    x = asarray(x)
    over_matrices = ord is not None and ((axis is None and x.ndim == 2) or isinstance(axis, tuple))
    if over_matrices and ord not in ("fro", None):
        if axis is not None or ord not in (1, -1, np.inf, -np.inf):
            raise NotImplementedError(f"the oracle has no matrix norm {ord!r}")
        sums = sum_(abs(x), 0 if abs(ord) == 1 else 1)
        return amax(sums) if ord > 0 else amin(sums)
    if ord in (None, "fro", 2):
        return root(sum_(x * x, axis, keepdims=keepdims))
    if ord in (np.inf, -np.inf):
        return (amax if ord > 0 else amin)(abs(x), axis, keepdims=keepdims)
    if ord == 1:
        return sum_(abs(x), axis, keepdims=keepdims)
    return sum_(abs(x) ** ord, axis, keepdims=keepdims) ** (1.0 / ord)


def _eliminate(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Gaussian elimination with partial pivoting: upper triangle, right-hand side, sign."""
    a, b, sign = a.copy(), b.copy(), 1.0
    for k in range(len(a)):
        pivot = k + int(np.argmax(np.abs([value(e) for e in a[k:, k]])))
        if pivot != k:
            a[[k, pivot]], b[[k, pivot]], sign = a[[pivot, k]], b[[pivot, k]], -sign
        for i in range(k + 1, len(a)):
            factor = a[i, k] / a[k, k]
            a[i, k:] = a[i, k:] - factor * a[k, k:]
            b[i] = b[i] - factor * b[k]
    return a, b, sign


def _solve_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    upper, x, _ = _eliminate(a, b)
    for k in range(len(a) - 1, -1, -1):
        for j in range(k + 1, len(a)):
            x[k] = x[k] - upper[k, j] * x[j]
        x[k] = x[k] / upper[k, k]
    return x


def _stacked(function: Callable, *matrices: np.ndarray) -> Any:
    """Apply a function of matrices to stacks of them."""
    stack = np.broadcast_shapes(*(m.shape[:-2] for m in matrices))
    spread = [np.broadcast_to(np.asarray(m), stack + m.shape[-2:]) for m in matrices]
    results = [np.asarray(function(*(m[i] for m in spread)), object) for i in np.ndindex(stack)]
    return element(np.stack(results).reshape(stack + results[0].shape))


@replaces(np.linalg.solve)
def solve(a, b):
    a, b = asarray(a), asarray(b)
    if b.ndim == 1:
        return _stacked(_solve_matrix, a, b[:, np.newaxis])[..., 0]
    return _stacked(_solve_matrix, a, b)


@replaces(np.linalg.inv)
def inv(a):
    a = asarray(a)
    return solve(a, floats(np.eye(a.shape[-1])))


@replaces(np.linalg.det)
def det(a):
    def one(matrix):
        upper, _, sign = _eliminate(matrix, matrix[:, :0])
        return functools.reduce(lambda x, y: x * y, np.diagonal(upper), sign)

    return _stacked(one, asarray(a))


@replaces(np.linalg.slogdet)
def slogdet(a):
    d = det(a)
    return np.linalg.slogdet(values(a))._replace(logabsdet=np.log(abs(d)))


@replaces(np.linalg.cholesky)
def cholesky(a):
    """Reads the lower triangle, and spreads the derivative over both, as torch does."""

    def one(matrix):
        a = (matrix + matrix.T) / 2.0
        n = len(a)
        lower = np.asarray(zeros((n, n)))
        for j in range(n):
            for i in range(j, n):
                rest = a[i, j]
                for k in range(j):
                    rest = rest - lower[i, k] * lower[j, k]
                lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
        return lower

    return _stacked(one, asarray(a))


@replaces(np.linalg.matrix_power)
def matrix_power(a, n):
    a = inv(a) if n < 0 else asarray(a)
    identity = floats(np.eye(a.shape[-1]))
    return functools.reduce(lambda x, y: x @ y, [a] * abs(n), identity)
