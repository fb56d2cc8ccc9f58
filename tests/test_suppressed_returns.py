"""A `return` in a block whose exceptions are suppressed may not be reached."""

import contextlib

import numpy as np
import pytest

import srcgrad

X = np.array([0.75, 2.0, -1.25])


def at_once(x, k):
    with contextlib.suppress(IndexError):
        return x[k] * x[0]
    return x[1] * x[1]


def after_more(x, k):
    t = x[0]
    with contextlib.suppress(IndexError, ValueError):
        u = t * x[k]
        return u * 2.0
    return t * x[2]


def in_a_branch(x, k):
    if k > 0:
        with contextlib.suppress(IndexError):
            return x[k] * 3.0
    return x[0] * x[1]


def in_a_loop(x, k):
    for i in range(3):
        with contextlib.suppress(IndexError):
            return x[k - i] * x[1]
    return x[0] * x[0]


@pytest.mark.parametrize(
    "f", [at_once, after_more, in_a_branch, in_a_loop], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("k", [0, 2, 3, 9])
def test_what_follows_runs_where_it_was_not_reached(f, k):
    value, (x_bar, _) = srcgrad.value_and_vjp(f, (X, k))
    assert value == f(X, k)
    expected = [(f(X + s, k) - f(X - s, k)) / 2e-6 for s in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(x_bar, expected, rtol=1e-6, atol=1e-9)
    moved = srcgrad.jvp(f, (X, k), (X, None))
    assert moved[0] == value
    np.testing.assert_allclose(moved[1], expected @ X, rtol=1e-6)
