"""Values that stand in arrays to the end are read there; all others are kept on tapes."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent
from tests.test_dead_stores import A, X, cholesky


def exponentials(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.exp(x[i])
    return np.sum(y**2)


def rows(x):
    y = np.zeros((len(x), 5))
    for i in range(len(x)):
        y[i] = np.tanh(x[i] @ x)
    return np.sum(y**3)


def at_shifted_places(x):
    n = len(x)
    y = np.zeros((n + 1, n))
    for i in range(n):
        for j in range(i, n):
            y[i + 1, n - 1 - j] = np.exp(x[i] * x[j])
    return np.sum(y * y)


def overwritten(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.exp(x[i])
    y[2] = 0.5
    return np.sum(y**2)


def one_place_many_times(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        y[0] = np.exp(x[i])
        s += y[0] ** 2
    return s + np.sum(y)


def overwritten_by_the_next(x):
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i] = np.exp(x[i])
        y[i + 1] = y[i] * x[i]
    return np.sum(y**2)


def rounded_by_the_store(x):
    y = np.zeros(len(x), dtype=np.float32)
    for i in range(len(x)):
        y[i] = np.exp(x[i])
    return np.sum(y**2)


def spread_by_the_store(x):
    y = np.zeros((5, 5))
    for i in range(5):
        y[i, :] = np.exp(x[i])
        y[i, 1:] = np.sin(x[:1])
    return np.sum(y**2)


def swept_twice(x):
    y = np.zeros(len(x))
    for _ in range(2):
        for i in range(len(x)):
            y[i] = np.exp(x[i] - y[i])
    return np.sum(y**2)


def of_a_branch(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.6:
            y[i] = np.exp(x[i])
        else:
            y[i] = np.sin(x[i]) ** 3
    return np.sum(y**2)


ONCE = [(exponentials, X), (rows, A), (at_shifted_places, X), (cholesky, A)]
TAPED = [
    *(overwritten, one_place_many_times, overwritten_by_the_next, rounded_by_the_store),
    *(spread_by_the_store, swept_twice, of_a_branch),
]


@pytest.mark.parametrize(("f", "x"), ONCE, ids=lambda f: getattr(f, "__name__", ""))
def test_what_stands_in_an_array_is_not_kept_again(f, x):
    cotangent = random_cotangent(f(x))
    assert "_tape" not in srcgrad.source(f, x)
    assert_same_gradients(srcgrad.vjp(f, (x,), cotangent), oracle_vjp(f, (x,), cotangent))
    value, pull = srcgrad.pullback(f, x)
    for _ in range(2):
        assert_same_gradients(pull(cotangent), oracle_vjp(f, (x,), cotangent))
    with options(off={"kept once"}):
        assert "_tape" in srcgrad.source(f, x)


@pytest.mark.parametrize("f", TAPED, ids=lambda f: f.__name__)
def test_what_is_overwritten_or_changed_is_kept(f):
    cotangent = random_cotangent(f(X))
    tolerance = (1e-4, 1e-5) if f is rounded_by_the_store else (1e-9, 1e-12)
    found = srcgrad.vjp(f, (X,), cotangent)
    assert_same_gradients(found, oracle_vjp(f, (X,), cotangent), *tolerance)
    with options(off={"kept once", "dead stores"}):
        assert_same_gradients(found, srcgrad.vjp(f, (X,), cotangent))
