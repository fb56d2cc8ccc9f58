"""Fractional powers of numbers that are NumPy's on one path and Python's on another."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients


def of_a_maximum(x):
    return max(x[0], 0.0) ** 0.5 + x[1]


def of_a_choice(x):
    v = x[0] if x[0] > 0.0 else 0.0
    return v**0.25 + x[1]


def of_a_sum_of_few(x):
    s = 0.0
    for v in x:
        if v > 1.0:
            s = s + v
    return (2.0 * s) ** 0.5 + x[1]


def in_a_loop(x):
    s = 0.0
    for k in range(2):
        v = max(x[k], 0.0)
        s = s + v**0.5 * np.exp(s)
    return s + x[1]


def of_what_a_list_holds(x):
    s = x[1]
    for v in [max(x[0], 0.0), x[2] * x[2]]:
        s = s + v**0.5
    return s


FUNCTIONS = [of_a_maximum, of_a_choice, of_a_sum_of_few, in_a_loop, of_what_a_list_holds]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_zero_of_pythons_raises_nothing(f, jit):
    """What the power would pass back goes to no input."""
    found = srcgrad.grad(f, jit=jit)(np.array([-1.0, -2.0, 0.5]))
    assert_same_gradients(found, np.array([0.0, 1.0, 1.0 if f is of_what_a_list_holds else 0.0]))


@pytest.mark.parametrize("f", FUNCTIONS)
def test_numbers_of_numpy(f):
    srcgrad.testing.check_grads(f, (np.array([1.3, 2.1, 0.7]),), order=2)


def test_numbers_of_numpy_alone_are_raised_as_they_stand():
    text = srcgrad.source(lambda x: x[0] ** 0.5, np.ones(2))
    assert "** -0.5" in text and "dpower" not in text
