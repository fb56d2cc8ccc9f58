"""Factorisations and functions of matrices that ``scipy.linalg`` is made of here."""

from __future__ import annotations

from typing import Any

import numpy as np


def eliminated(a: Any) -> Any:
    """Gaussian elimination without exchanges of rows: ``L`` below the diagonal, ``U`` on and above."""
    import warnings

    import scipy.linalg as linalg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of singular matrices
        y, pivots = linalg.lu_factor(a)
    if np.all(pivots == np.arange(len(pivots))):
        return y
    y = np.array(a, y.dtype)
    for k in range(len(y) - 1):
        y[k + 1 :, k] /= y[k, k] if y[k, k] else 1.0
        y[k + 1 :, k + 1 :] -= np.multiply.outer(y[k + 1 :, k], y[k, k + 1 :])
    return y


def unit_lower(a: Any) -> Any:
    """What is below the diagonal, and 1 on it."""
    return np.tril(a, -1) + np.eye(a.shape[-1], dtype=a.dtype)


def lu_solved(packed: Any, order: Any, b: Any) -> Any:
    """The solution of ``a @ y = b``, where ``packed`` is what ``eliminated(a[order])`` gives."""
    import scipy.linalg as linalg

    half = linalg.solve_triangular(packed, b[order], lower=True, unit_diagonal=True)
    return linalg.solve_triangular(packed, half)


def lu_solved_across(packed: Any, order: Any, b: Any) -> Any:
    """The same of ``a.T``."""
    import scipy.linalg as linalg

    half = linalg.solve_triangular(packed, b, trans=1)
    half = linalg.solve_triangular(packed, half, trans=1, lower=True, unit_diagonal=True)
    return half[np.argsort(order)]


def polar_factor(a: Any) -> Any:
    """The factor of ``a`` with orthonormal columns (or rows) that is nearest to it."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u @ vh


def matrix_function(name: str, a: Any, t: Any = None) -> Any:
    """``scipy.linalg.<name>(a)``, or ``(a, t)``."""
    import scipy.linalg as linalg

    return getattr(linalg, name)(a) if t is None else getattr(linalg, name)(a, t)


def real_function(name: str, a: Any, t: Any = None) -> Any:
    """``matrix_function``, which must be real where ``a`` is, in its derivatives."""
    y = matrix_function(name, a, t)
    if np.iscomplexobj(y) and not np.iscomplexobj(a):
        from srcgrad.errors import MissingRule

        raise MissingRule(
            f"scipy.linalg.{name} of this real matrix has no derivative here: it is complex\n"
            "  why: whether it is decides the dtype of the result, which source must know beforehand\n"
            f"  try: scipy.linalg.{name}(a + 0j)"
        )
    return y


def pencil_eig(a: Any, b: Any) -> Any:
    """``scipy.linalg.eig(a, b)``"""
    import scipy.linalg as linalg

    return linalg.eig(a, b)


def null_basis(a: Any, rcond: float | None = None) -> Any:
    """``scipy.linalg.null_space``."""
    import scipy.linalg as linalg

    return linalg.null_space(a, rcond)


# --- matrices by their diagonals: ``ab[u + i - j, j]`` is ``a[i, j]`` -----------------------------------


def band_solve(ab: Any, b: Any, lower: int, upper: int) -> Any:
    """The solution of ``a @ y = b``."""
    import scipy.linalg as linalg

    return linalg.solve_banded((lower, upper), ab, b)


def _diagonals(n: int, lower: int, upper: int) -> Any:
    """For each row of ``ab``: its number, the columns, and the rows of the matrix that it stands for."""
    for row in range(lower + upper + 1):
        shift = row - upper  # i - j
        columns = slice(max(0, -shift), max(0, -shift, min(n, n - shift)))
        yield row, columns, slice(columns.start + shift, columns.stop + shift)


def band_times(ab: Any, v: Any, lower: int, upper: int) -> Any:
    """``a @ v``, of vectors in the columns of ``v``."""
    y = np.zeros(np.shape(v), np.result_type(ab, v))
    for row, columns, rows in _diagonals(len(v), lower, upper):
        line = ab[row, columns]
        y[rows] += (line if np.ndim(v) == 1 else line[:, None]) * v[columns]
    return y


def band_outer(t: Any, v: Any, lower: int, upper: int) -> Any:
    """The diagonals of ``t @ v.T``, as ``ab`` holds them; 0 where there is no element."""
    y = np.zeros((lower + upper + 1, len(t)), np.result_type(t, v))
    for row, columns, rows in _diagonals(len(t), lower, upper):
        line = t[rows] * v[columns]
        y[row, columns] = line if np.ndim(t) == 1 else line.sum(axis=-1)
    return y


def band_transposed(ab: Any, lower: int, upper: int) -> Any:
    """The diagonals of ``a.T``, whose ``lower`` and ``upper`` are exchanged."""
    y = np.zeros_like(ab)
    for row, columns, rows in _diagonals(ab.shape[1], lower, upper):
        y[lower + upper - row, rows] = ab[row, columns]
    return y


def twofold(a: Any, way: Any) -> Any:
    """``[[a, e], [0, a]]``, of which a function has its derivative at ``a`` along ``e`` in the corner."""
    return np.concatenate(
        [np.concatenate([a, way], -1), np.concatenate([np.zeros_like(way), a], -1)], -2
    )


def corner(m: Any) -> Any:
    """The upper right quarter of a matrix."""
    n = m.shape[-1] // 2
    return m[..., :n, n:].copy()


def cornered(v: Any) -> Any:
    """The matrix with ``v`` as its upper right quarter, and zeros."""
    return twofold(np.zeros_like(v), v)


def twice_diagonal(m: Any) -> Any:
    """The sum of the two quarters on the diagonal."""
    n = m.shape[-1] // 2
    return m[..., :n, :n] + m[..., n:, n:]


def paired(a: Any) -> Any:
    """``[[a, 0], [0, a]]``"""
    return twofold(a, np.zeros_like(a))


def riccati(a: Any, b: Any, q: Any, r: Any) -> Any:
    """``scipy.linalg.solve_continuous_are``."""
    import scipy.linalg as linalg

    return linalg.solve_continuous_are(a, b, q, r)


def discrete_riccati(a: Any, b: Any, q: Any, r: Any) -> Any:
    """``scipy.linalg.solve_discrete_are``."""
    import scipy.linalg as linalg

    return linalg.solve_discrete_are(a, b, q, r)
