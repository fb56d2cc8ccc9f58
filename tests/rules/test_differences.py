"""Derivatives of ``scipy.special`` by differences, where there is no formula."""

from __future__ import annotations

import numpy as np
import pytest

special = pytest.importorskip("scipy.special")

from srcgrad.rules import on_demand  # noqa: E402
from srcgrad.runtime import difference  # noqa: E402

from . import row, run, single  # noqa: E402

on_demand.load()
x = np.array([0.4, 1.1, 2.0])

ROWS = [
    row(difference, "jv", (0,), x, 1.3),
    row(difference, "jv", (0,), 0.0, x),
    row(difference, "gammainc", (0,), x, x[:, None]),
    row(difference, "gammainc", (0,), 0.1, x),
    row(difference, "zeta_above_1", (0,), x, 0.7),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rule(row):
    run(row)


@pytest.mark.parametrize("row", ROWS[:1], ids=str)
def test_rule_in_single_precision(row):
    run(single(row))


@pytest.mark.parametrize(
    ("name", "xs", "wanted"),
    [  # Abramowitz & Stegun 9.1.68: dJ_v(x)/dv at v = 0 is pi/2 Y_0(x); 9.6.46 likewise
        ("jv", (0.0, x), 0.5 * np.pi * special.y0(x)),
        ("iv", (0.0, x), -special.k0(x)),
        ("kv", (0.0, x), 0.0 * x),
        ("stdtr", (1e6, x), 0.0 * x),
        ("zeta_above_1", (1.0, 1.0), -0.93754825431584375),  # the derivative of zeta at 2
    ],
)
def test_against_known_values(name, xs, wanted):
    np.testing.assert_allclose(difference(name, (0,), *xs), wanted, 1e-9, 1e-10)


def test_dtype_is_that_of_the_operands():
    assert difference("jv", (0,), x.astype("float32"), x.astype("float32")).dtype == "float32"
    assert difference("jv", (0,), 1.5, x.astype("float32")).dtype == "float32"
    assert difference("jv", (0,), 1, 2.0).dtype == "float64"
