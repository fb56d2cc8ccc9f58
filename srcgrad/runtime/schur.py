"""Schur's form of a matrix, and the triangular equations that its derivative solves."""

from __future__ import annotations

from typing import Any

import numpy as np


def schur_form(a: Any, sort: str | None = None) -> Any:
    """The triangle and the orthonormal columns of ``scipy.linalg.schur``."""
    import scipy.linalg as linalg

    return linalg.schur(a, sort=sort)[:2]


def below_solved(t: Any, g: Any) -> Any:
    """The strictly lower ``y`` for which ``y @ t - t @ y`` has below the diagonal what ``g`` has there."""
    y = np.zeros(g.shape, np.result_type(t, g))
    for j in range(len(g) - 1):
        rest = g[j + 1 :, j] - y[j + 1 :, :j] @ t[:j, j]
        y[j + 1 :, j] = _shifted(t, j, rest, 0)
    return y


def below_solved_across(t: Any, g: Any) -> Any:
    """The same of the transposed equation: ``y @ t.T - t.T @ y`` is what ``g`` has below the diagonal."""
    y = np.zeros(g.shape, np.result_type(t, g))
    for j in range(len(g) - 2, -1, -1):
        rest = g[j + 1 :, j] - y[j + 1 :, j + 1 :] @ t[j, j + 1 :]
        y[j + 1 :, j] = _shifted(t, j, rest, 1)
    return y


def _shifted(t: Any, j: int, b: Any, trans: int) -> Any:
    """The solution by what is below and right of ``t[j, j]``; nan where an eigenvalue stands twice."""
    import scipy.linalg as linalg

    below = t[j, j] * np.eye(len(b), dtype=t.dtype) - t[j + 1 :, j + 1 :]
    if not np.all(np.diagonal(below)):
        return np.full(b.shape, np.nan)
    return linalg.solve_triangular(below, b, trans=trans, check_finite=False)


def schur_triangle(t: Any) -> Any:
    """The form itself, which has no blocks of two."""
    if np.any(np.diagonal(t, -1)):
        from srcgrad.errors import MissingRule

        raise MissingRule(
            "scipy.linalg.schur of this real matrix has no derivative here\n"
            "  why: its complex eigenvalues stand in blocks of two, so the form is no triangle\n"
            '  try: scipy.linalg.schur(a, output="complex")'
        )
    return np.triu(t)
