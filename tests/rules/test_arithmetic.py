"""The rules of ``rules/arithmetic.py``: operators and their ufuncs, arrays and numbers of each kind."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from srcgrad.runtime import dpower, log_where
from srcgrad.testing.checks import check_rule

from . import Row, row, run, single, torch

rng = np.random.default_rng(0)

PAIRS = [
    (operator.add, np.add, torch.add),
    (operator.sub, np.subtract, torch.subtract),
    (operator.mul, np.multiply, torch.multiply),
    (operator.truediv, np.true_divide, torch.true_divide),
    (operator.pow, np.power, torch.pow),
    (operator.pow, np.float_power, None),
]
SHAPES = [
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2,)),
    ((1,), ()),
    ((0, 3), (3,)),
]
COMPARISONS = [
    (operator.eq, np.equal),
    (operator.ne, np.not_equal),
    (operator.lt, np.less),
    (operator.le, np.less_equal),
    (operator.gt, np.greater),
    (operator.ge, np.greater_equal),
]
BITS = [
    (operator.and_, np.bitwise_and),
    (operator.or_, np.bitwise_or),
    (operator.xor, np.bitwise_xor),
    (operator.lshift, np.left_shift),
    (operator.rshift, np.right_shift),
]


def positive(shape) -> np.ndarray:
    return np.array(rng.uniform(0.5, 2.0, shape))


def binary_rows() -> list[Row]:
    rows = []
    for python, numpy, there in PAIRS:
        for function in (python, numpy):
            rows += [row(function, positive(a), positive(b), torch=there) for a, b in SHAPES]
            rows += [
                row(function, positive((2, 3)), 1.5),
                row(function, positive((2, 3)), 3),
                row(function, 1.5, positive(2)),
                row(function, 2, positive(2)),
                row(function, 1.5, 2.5),
                row(function, 1.5, 3),
                row(function, np.float64(1.5), np.float64(2.5)),
                row(function, np.float32(1.5), 2.5),
                row(function, positive(3), np.array([1, 2, 3])),
                row(function, np.array([1, 2, 3]), positive(3)),
                *(
                    [] if function is operator.pow else [row(function, 2, 3)]
                ),  # int or float, by sign
            ]
    return rows


base, exponent = np.meshgrid([0.0, 2.0, -1.5], [0.0, 1.0, 2.0, 3.0])
ROWS = [
    *binary_rows(),
    *(
        row(function, x, torch=there)
        for functions, there in [
            ((operator.neg, np.negative), torch.negative),
            ((operator.pos, np.positive), torch.positive),
        ]
        for function in functions
        for x in (positive((2, 3)), positive(()), np.float64(1.5), 1.5, np.zeros((0, 2)))
    ),
    *(
        row(function, np.array([[4.2, -4.2]]), np.array([[1.3], [-1.3]]), torch=torch.remainder)
        for function in (operator.mod, np.mod)
    ),
    row(operator.mod, 4.2, -1.3),
    row(operator.mod, positive((2, 3)) + 4.0, 1.1),
    row(np.power, base, exponent, smooth=False, torch=torch.pow),
    *(row(operator.pow, base, p, smooth=False, torch=torch.pow) for p in (0, 1, 2, 0.0, 1.0, -1)),
    row(
        operator.truediv,
        np.array([1.0, 0.0]),
        np.array([0.0, 0.0]),
        smooth=False,
        torch=torch.true_divide,
    ),
    *(
        row(function, *operands)
        for pair in COMPARISONS
        for function in pair
        for operands in [(base, exponent), (base, 0), (1.5, 2), (2, base), (np.float64(1.0), 2.0)]
    ),
    *(row(operator.eq, x, None) for x in (base, 1.5)),
    *(
        row(function, *operands)
        for pair in BITS
        for function in pair
        for operands in [(np.array([1, 2]), np.array([2, 1])), (np.array([1, 2]), 1), (3, 1)]
    ),
    *(row(function, base > 0, exponent > 0) for pair in BITS[:3] for function in pair),
    *(row(operator.and_, True, x) for x in (False, np.array([True, False]))),
    *(row(function, np.array([1, 2])) for function in (operator.invert, np.invert)),
    row(operator.floordiv, base, 1.5),
    row(operator.floordiv, 7, 2),
    row(operator.floordiv, 7.0, 2),
    row(np.floor_divide, base, 1.5),
    # helpers
    row(dpower, positive((2, 3)), positive(3)),
    row(dpower, positive((2, 3)), 2.5),
    row(dpower, positive((2, 3)), 0),
    row(dpower, np.array([-1.5, 0.0]), 3),
    row(dpower, 1.5, 2.5),
    row(dpower, 1.5, positive(3)),
    row(dpower, positive(3), np.array([1, 2, 3])),
    row(dpower, base, exponent, smooth=False),
    row(log_where, positive((2, 3)), positive(3)),
    row(log_where, 1.5, positive(3)),
    row(log_where, 1.5, 2.5),
    row(log_where, np.array([0.0, 2.0]), np.array([0.0, 4.0]), smooth=False),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


def test_a_power_of_0_has_no_slope():
    x = np.array([0.0, 2.0, -1.0])
    found = check_rule(operator.pow, (x, 0.0), smooth=False)
    np.testing.assert_array_equal(found["x"], np.zeros(3))


def test_float32_stays_float32_under_a_constant_exponent():
    assert dpower(np.ones(2, "float32"), 2.0).dtype == "float32"
