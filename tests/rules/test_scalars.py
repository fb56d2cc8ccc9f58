"""The rules of ``rules/scalars.py``: ``math`` and Python's builtins, on Python's and NumPy's floats."""

from __future__ import annotations

import builtins
import math

import numpy as np
import pytest

from srcgrad.runtime import picked, polygamma, which_max, which_min
from srcgrad.testing.checks import check_rule

from . import row, run, torch

ROWS = [
    *(
        row(function, x, torch=there)
        for function, points, there in [
            (math.exp, (0.3, -1.0), torch.exp),
            (math.expm1, (0.3, 1e-9), torch.expm1),
            (math.log, (0.3, 2.0), torch.log),
            (math.log2, (0.3, 2.0), torch.log2),
            (math.log10, (0.3, 2.0), torch.log10),
            (math.log1p, (0.3, -0.5), torch.log1p),
            (math.sqrt, (0.3, 2.0), torch.sqrt),
            (math.sin, (0.3, -2.0), torch.sin),
            (math.cos, (0.3, -2.0), torch.cos),
            (math.tan, (0.3, -1.0), torch.tan),
            (math.asin, (0.3, -0.9), torch.asin),
            (math.acos, (0.3, -0.9), torch.acos),
            (math.atan, (0.3, -2.0), torch.atan),
            (math.sinh, (0.3, -2.0), torch.sinh),
            (math.cosh, (0.3, -2.0), torch.cosh),
            (math.tanh, (0.3, -2.0), torch.tanh),
            (math.asinh, (0.3, -2.0), torch.asinh),
            (math.acosh, (1.3, 2.0), torch.acosh),
            (math.atanh, (0.3, -0.9), torch.atanh),
            (math.erf, (0.3, -2.0), torch.erf),
            (math.erfc, (0.3, -2.0), torch.erfc),
            (math.fabs, (0.3, -2.0), torch.abs),
            (math.lgamma, (0.3, 20.0, -1.5), torch.lgamma),
            (math.gamma, (0.3, 4.0, 1.5), lambda x: x.lgamma().exp()),
            (math.radians, (30.0, -2.0), torch.deg2rad),
            (math.degrees, (0.3, -2.0), torch.rad2deg),
            (builtins.abs, (0.3, -2.0), torch.abs),
            (builtins.float, (0.3, -2.0), torch.clone),
        ]
        for x in (*points, np.float64(points[0]))
    ),
    row(builtins.abs, np.array([[0.3, -2.0]]), torch=torch.abs),
    row(builtins.abs, np.array([0.0, 1.0]), smooth=False, torch=torch.abs),
    row(builtins.abs, 0.0, smooth=False, torch=torch.abs),
    row(builtins.float, np.float32(1.5)),
    row(builtins.float, 3),
    row(math.pow, 1.5, 2.5, torch=torch.pow),
    row(math.pow, -1.5, 2.0, rtol=1e-6, smooth=False),
    row(math.pow, 0.0, 2.0, smooth=False, torch=torch.pow),
    row(math.pow, 3.0, 0.0, smooth=False, torch=torch.pow),
    row(math.atan2, 0.3, -2.0, torch=torch.atan2),
    row(math.hypot, 3.0, 4.0, torch=torch.hypot),
    row(math.hypot, 1.0, 2.0, 2.0),
    row(math.fmod, 4.5, -1.7, torch=torch.fmod),
    row(math.remainder, 4.5, 1.7),
    row(math.copysign, 4.5, -1.7, torch=torch.copysign),
    row(math.ldexp, 1.5, 3),
    *(row(polygamma, n, x, rtol=1e-6) for n in (0, 1, 3) for x in (0.3, 2.5, 40.0, -1.5)),
    row(math.fsum, (1.5, 2.5, -1.0)),
    row(math.nextafter, 1.5, 3.0, smooth=False),
    row(math.ulp, 1.5),
    row(builtins.max, 1.0, 3.0, 2.0),
    row(builtins.min, 1.0, 3.0, 0.5),
    row(builtins.max, 1, 2),
    row(picked, 1.5, 2, 2),
    row(picked, 1.5, 1, 2),
    row(which_max, (1.0, 3.0)),
    row(which_min, (1.0, 3.0)),
    *(
        row(function, 1.5)
        for function in (
            int,
            bool,
            round,
            math.floor,
            math.ceil,
            math.trunc,
            math.isnan,
            math.isinf,
            math.isfinite,
        )
    ),
    row(round, 1.234, 2),
    row(round, np.float64(1.234), 2),
    row(round, np.float32(1.6)),
    row(round, 3),
    row(math.isclose, 1.0, 2.0),
    row(math.factorial, 4),
    row(math.isqrt, 17),
    row(math.comb, 5, 2),
    row(math.gcd, 12, 18),
    row(math.lcm, 12, 18),
]
for name in ("exp2", "cbrt"):
    if hasattr(math, name):
        ROWS.append(row(getattr(math, name), 0.7))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule(row):
    run(row)


def test_max_and_min_give_all_to_the_first_of_equals():
    for function in (max, min):
        found = check_rule(function, (2.0, 2.0, 2.0), smooth=False, y_bar=1.0)
        assert found == {"x[0]": 1.0, "x[1]": 0.0, "x[2]": 0.0}
