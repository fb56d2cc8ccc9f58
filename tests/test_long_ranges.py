"""Ranges that are longer than anybody would write out: what is known of them costs nothing."""

import time

import numpy as np
import pytest

import srcgrad

X = np.array([0.5, 1.5, -2.0])
LONG = range(10**9)
SHORT = range(2)


def left_early(x):
    total = 0.0
    for k in range(10**30):
        if k > 3:
            break
        total += x[0] * k
    return total


def of_a_global(x):
    total = 0.0
    for k in LONG:
        if k > 3:
            break
        total += x[0] * k
    return total


def not_taken(x):
    if x[0] > 3.0:
        for _ in range(10**9):
            x = x * 1.0000001
    return x[0] * 6.0


def beside_an_array(x):
    total = 0.0
    for value, k in zip(x, range(6, 10**9), strict=False):
        total += value * k if k == 6 else 0.0 * value
    return total


def in_reverse(x):
    total = 0.0
    for k, last in enumerate(reversed(range(10**9))):
        if k > 3:
            break
        total += x[0] * k + 0.0 * last
    return total


def summed(x):
    return x[0] * (sum(range(10**9), 6) - (10**9 - 1) * 10**9 // 2)


def summed_backwards(x):
    return x[0] * (sum(range(9, -50, -3)) + 400 + sum(range(0)) + x[1] - 1.5)


FUNCTIONS = [
    left_early, of_a_global, not_taken, beside_an_array, in_reverse, summed, summed_backwards,
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_long_ranges(f):
    start = time.process_time()
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,))
    assert time.process_time() - start < 10.0
    slope = 400 + sum(range(9, -50, -3)) if f is summed_backwards else 6.0
    expected = [slope, X[0] if f is summed_backwards else 0.0, 0.0]
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    np.testing.assert_allclose(gradient, expected)
    np.testing.assert_allclose(value, slope * X[0])


def compared(x):
    same = range(0, 3, 2) == range(0, 4, 2) and range(2) == SHORT
    other = range(3) != range(4) and range(3) != (0, 1, 2)
    return x[0] * same + x[1] * other + (x[2] if range(2) in (None, range(2)) else 0.0)


def test_ranges_are_compared_as_a_whole():
    value, (gradient,) = srcgrad.value_and_vjp(compared, (X,), 1.0)
    assert value == compared(X)
    np.testing.assert_array_equal(gradient, np.ones(3))


def test_ranges_of_unknown_length_are_not_compared():
    def f(x, n):
        return x[0] * (range(len(x)) == range(n))

    (gradient, none) = srcgrad.vjp(f, (X, 3), 1.0)  # for these sizes
    assert none is None
    np.testing.assert_array_equal(gradient, [1.0, 0.0, 0.0])
