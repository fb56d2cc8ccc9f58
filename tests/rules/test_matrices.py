"""The rules of ``rules/on_demand/matrices.py``: elimination, bands, functions of matrices."""

from __future__ import annotations

import numpy as np
import pytest

linalg = pytest.importorskip("scipy.linalg")

from srcgrad import runtime  # noqa: E402
from srcgrad.rules import on_demand  # noqa: E402

from . import row, run, single  # noqa: E402

on_demand.load()
rng = np.random.default_rng(0)
A, B, V = rng.normal(size=(3, 3)) / 4 + 2 * np.eye(3), rng.normal(size=(3, 2)), rng.normal(size=3)
P, TALL, WIDE = A @ A.T + np.eye(3), rng.normal(size=(4, 2)), rng.normal(size=(2, 3))
BANDS = rng.normal(size=(4, 5)) + np.array([[0.0], [0.0], [5.0], [0.0]])  # lower 1, upper 2
X, Y = rng.normal(size=5), rng.normal(size=(5, 2))
APART = np.triu(P) + np.diag([0.0, 4.0, 9.0])
ORDER = np.array([2, 0, 1])
NAMES = ("sqrtm", "logm", "cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")

ROWS = [
    row(runtime.eliminated, A),
    row(runtime.eliminated, A - 2 * np.eye(3)),  # LAPACK would exchange rows
    row(runtime.unit_lower, A),
    *(
        row(solved, runtime.eliminated(A[ORDER]), ORDER, b)
        for solved in (runtime.lu_solved, runtime.lu_solved_across)
        for b in (V, B)
    ),
    row(runtime.polar_factor, A),
    row(runtime.polar_factor, TALL),
    row(runtime.null_basis, WIDE),
    row(runtime.schur_form, P, smooth=False),
    row(runtime.schur_triangle, np.triu(P), smooth=False),
    row(runtime.below_solved, APART, A),
    row(runtime.below_solved_across, APART, A),
    row(runtime.riccati, A, B, np.eye(3), np.eye(2), smooth=False),
    row(runtime.discrete_riccati, A / 3, B, np.eye(3), np.eye(2), smooth=False),
    *(row(runtime.matrix_function, name, P / 9) for name in NAMES),
    row(runtime.real_function, "logm", P),
    row(runtime.matrix_function, "fractional_matrix_power", P, 0.3),
    row(runtime.twofold, A, P),
    row(runtime.paired, A),
    row(runtime.twice_diagonal, rng.normal(size=(4, 4))),
    row(runtime.corner, rng.normal(size=(4, 4))),
    row(runtime.cornered, A),
    *(row(runtime.band_solve, BANDS, b, 1, 2) for b in (X, Y)),
    *(row(runtime.band_times, BANDS, b, 1, 2) for b in (X, Y)),
    row(runtime.band_outer, X, X + 1.0, 1, 2),
    row(runtime.band_outer, Y, Y + 1.0, 0, 3),
    row(runtime.band_transposed, BANDS, 1, 2),
    row(runtime.band_times, np.ones((7, 3)), V, 3, 3),  # more diagonals than there are
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule(row):
    run(row)


@pytest.mark.parametrize("row", [ROWS[0], ROWS[3], ROWS[-4]], ids=str)
def test_rule_in_single_precision(row):
    run(single(row))


def test_bands_are_those_of_the_whole_matrix():
    whole = np.zeros((5, 5))
    for i in range(5):
        for j in range(max(0, i - 1), min(5, i + 3)):
            whole[i, j] = BANDS[2 + i - j, j]
    np.testing.assert_allclose(runtime.band_times(BANDS, X, 1, 2), whole @ X)
    np.testing.assert_allclose(runtime.band_solve(BANDS, X, 1, 2), np.linalg.solve(whole, X))
    across = runtime.band_transposed(BANDS, 1, 2)
    np.testing.assert_allclose(runtime.band_times(across, X, 2, 1), whole.T @ X)
