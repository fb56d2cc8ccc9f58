"""The rules of ``rules/on_demand/ndimage.py``: correlations, and splines on grids."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from srcgrad import runtime
from srcgrad.rules import on_demand

from . import row, run

ROWS = []
if importlib.util.find_spec("scipy") is not None:
    import scipy.ndimage  # noqa: F401

    on_demand.load()
    rng = np.random.default_rng(0)
    x, w, v, c = (rng.normal(size=shape) for shape in ((4, 5), (3, 2), (4, 5), (5, 6)))
    q = np.stack([rng.uniform(-3.0, 7.0, (3, 3)), rng.uniform(-3.0, 8.0, (3, 3))])
    g = rng.normal(size=(2, 3, 3))
    ROWS = [
        row(runtime.correlated, x, w, "mirror", 0.0, (1, -1)),
        row(runtime.correlated, x, w, "constant", 0.7, (0, 0)),
        row(runtime.uncorrelated, v, w, "wrap", (0, 0)),
        row(runtime.correlation_taps, x, v, (3, 2), "constant", 0.7, (0, -1)),
        row(runtime.spline_coefficients, x, (0, 1), 3, "mirror"),
        row(runtime.spline_coefficients, np.repeat(x, 20, axis=0), (0,), 3, "mirror"),
        row(runtime.spline_coefficients, x, (1,), 4, "reflect"),
        row(runtime.spline_adjoint, v, (-1,), 2, "grid-wrap"),
        row(runtime.sampled, c, q, 3, "reflect", 0.0, 0),
        row(runtime.sampled, c, q, 3, "grid-constant", 0.4, 1),
        row(runtime.sampled, c, q, 1, "constant", 0.4, 0),
        row(runtime.scattered, v[:3, :3], q, (5, 6), 3, "nearest", 0),
        row(runtime.scattered, g, q, (5, 6), 4, "mirror", 1),
    ]


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_rule(case):
    run(case)
