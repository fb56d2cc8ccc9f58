"""The rules of ``rules/on_demand/stats.py``: functions of standard distributions."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from srcgrad import runtime
from srcgrad.rules import on_demand

from . import row, run

ROWS = []
if importlib.util.find_spec("scipy") is not None:
    import scipy.stats  # noqa: F401

    on_demand.load()
    z, q = np.array([0.3, 1.1, 2.0]), np.array([0.2, 0.5, 0.9])
    shape = np.array([0.7, 1.5, -0.4])
    ROWS = [
        row(runtime.dist_density, z, "skewnorm", "pdf", shape),
        row(runtime.dist_density, z, "johnsonsu", "logpdf", 0.4, 1.3),
        row(runtime.dist_below, z, "skewnorm", shape),
        row(runtime.dist_above, z, "burr", 2.1, 1.3),
        row(runtime.dist_log_below, z, "fisk", 2.5),
        row(runtime.dist_log_above, z, "fisk", 2.5),
        row(runtime.dist_quantile, q, "skewnorm", shape),
        row(runtime.dist_upper_quantile, q, "genpareto", 0.2),
        row(runtime.dist_mass, np.array([0, 2, 3]), "geom", "pmf", 0.4),
        row(runtime.dist_mass, np.array([0, 2, 3]), "betabinom", "logcdf", 6, 1.3, 2.1),
        row(runtime.dist_moment, "genexpon", "mean", 1.1, 0.7, 1.4),
    ]


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_rule(case):
    run(case)
