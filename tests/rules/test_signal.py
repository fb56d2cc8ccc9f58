"""The rules of ``rules/signal.py``: differences, convolution in each mode, interpolation."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad import runtime

from . import row, run, single, torch

rng = np.random.default_rng(0)
a34, x5, x3 = rng.normal(size=(3, 4)), rng.normal(size=5), rng.normal(size=3)
knots, heights = np.array([0.0, 1.0, 2.5, 3.0]), rng.normal(size=4)
points = np.array([0.5, 2.7, 1.2, -1.0, 4.0, 0.6])
MODES = ("full", "same", "valid")
SIZES = [(x5, x3), (x3, x5), (x5, x3[:2]), (x3[:2], x5), (x5, rng.normal(size=4)), (x5, x3[:1])]

ROWS = [
    *(row(np.diff, a34, n, axis, torch=torch.diff) for n in (0, 1, 2) for axis in (0, 1, -1)),
    row(np.diff, x5, torch=torch.diff),
    row(np.diff, np.zeros((3, 0))),
    row(np.diff, np.zeros(1)),
    *(
        row(runtime.undiff, np.diff(a34, n, axis), n, axis, (3, 4))
        for n in (1, 2)
        for axis in (0, -1)
    ),
    *(
        row(function, *pair, mode)
        for function in (np.convolve, np.correlate)
        for pair in SIZES
        for mode in MODES
    ),
    row(np.convolve, x5, x3),
    row(np.correlate, x5, x3),
    *(
        row(runtime.full_lag, np.convolve(a, b, mode), a.shape, b.shape, mode)
        for a, b in SIZES[:4]
        for mode in MODES
    ),
    *(
        row(runtime.lag_part, np.convolve(a, b), a.shape, b.shape, mode, mirrored)
        for a, b in SIZES[:4]
        for mode in MODES
        for mirrored in (False, True)
    ),
    row(np.interp, points, knots, heights),
    row(np.interp, points.reshape(2, 3), knots, heights),
    row(np.interp, 1.7, knots, heights),
    row(np.interp, np.array(1.7), knots, heights),
    row(runtime.interp_slope, points, knots, heights),
    row(runtime.interp_slope, 1.7, knots, heights),
    row(runtime.uninterp, rng.normal(size=6), points, knots),
    row(runtime.uninterp, 0.3, 1.7, knots),
    row(runtime.unslope, rng.normal(size=6), points, knots),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))
