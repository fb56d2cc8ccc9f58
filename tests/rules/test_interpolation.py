"""The rules of ``rules/on_demand/interpolation.py``: slopes of cubics on triangles."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy.interpolate")

from srcgrad import runtime
from srcgrad.rules import on_demand

from . import row, run

on_demand.load()
rng = np.random.default_rng(0)
POINTS = np.array([[0.0, 0], [1, 0.1], [0.2, 1], [1.1, 1.2], [0.5, 0.45], [0.8, 0.7], [0.3, 0.2]])

ROWS = [
    row(runtime.curved_slopes, POINTS, rng.normal(size=(7, 2)), 1e-14, 4000),
    row(runtime.slopes_solved, POINTS, rng.normal(size=(7, 2))),
    row(runtime.slopes_across, POINTS, rng.normal(size=(7, 3, 2))),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule(row):
    run(row)


def test_the_iteration_leads_to_the_solution():
    values = rng.normal(size=(7, 2))
    found = runtime.curved_slopes(POINTS, values, 1e-14, 4000)
    np.testing.assert_allclose(found, runtime.slopes_solved(POINTS, values), 1e-9, 1e-9)
