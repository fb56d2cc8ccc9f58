"""Rules of what generated code does with pieces of arrays."""

import numpy as np
import pytest

from srcgrad.runtime import owned, spread, stored, stored_adjoint

from . import row, run, single

rng = np.random.default_rng(17)
V, W, M = rng.normal(size=4), rng.normal(size=5), rng.normal(size=(4, 3))
ONCE, TWICE = np.array([2, 0, 3]), np.array([1, 1, 3, 1, 0])  # indices; some are named twice

ROWS = [
    row(stored_adjoint, V, ONCE),
    row(stored_adjoint, V, TWICE),
    row(stored_adjoint, M, TWICE),
    row(stored, V[:3], ONCE, W),
    row(stored, W, TWICE, V),
    row(stored, rng.normal(size=(5, 3)), TWICE, M),
    row(spread, M, 2 * M),
    row(spread, 0.0, M),
    row(owned, M),
]


@pytest.mark.parametrize("one", ROWS, ids=str)
def test_rule(one):
    run(one)


@pytest.mark.parametrize("one", ROWS, ids=str)
def test_rule_in_single_precision(one):
    run(single(one))
