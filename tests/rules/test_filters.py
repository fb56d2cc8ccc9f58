"""The rules of ``rules/on_demand/signal.py``: recursive filters."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from srcgrad import runtime
from srcgrad.rules import on_demand

from . import row, run

ROWS = []
if importlib.util.find_spec("scipy") is not None:
    import scipy.signal  # noqa: F401

    on_demand.load()
    b, a = np.array([0.7, -0.2, 0.3]), np.array([1.3, 0.4])
    x = np.random.default_rng(0).normal(size=(5, 3))
    ROWS = [
        row(runtime.filtered, b, a, x, 0),
        row(runtime.filtered, b, a, x, -1),
        row(runtime.filtered, a, b, x[:, 0], 0),
        row(runtime.lags, x, x * x, 3, 0),
        row(runtime.lags, x, x * x, 5, -1),
    ]


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_rule(case):
    run(case)
