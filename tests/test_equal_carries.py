"""Flags that go round a loop alike are one flag; arrays and different starts are not."""

import numpy as np

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp


def first_above(x, level):
    for i in range(len(x)):
        if x[i] > level:
            return x[i] ** 2
    return 0.0


def test_one_flag_ends_the_loop_and_the_function():
    x = np.array([0.1, 0.7, 0.9])
    source = srcgrad.source(first_above, x, 0.5)
    assert "returned" not in source and "tape" not in source
    for level in (0.0, 0.5, 5.0):
        assert_same_gradients(
            srcgrad.vjp(first_above, (x, level), 1.0), oracle_vjp(first_above, (x, level), 1.0)
        )


def two_that_start_apart(x, n):
    a, b = 0, 0.0
    for _ in range(n):
        if x > 1.0:
            a, b = 1.0, 1.0
        x = x * 0.9 + a - b
    return x * (1.0 + a + b)


def test_what_is_equal_but_not_the_same_stays_apart():
    for x in (0.5, 2.0):
        found = srcgrad.vjp(two_that_start_apart, (x, 3), 1.0)
        assert_same_gradients(found, oracle_vjp(two_that_start_apart, (x, 3), 1.0))
