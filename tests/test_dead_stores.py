"""Stores of the reverse sweep that nothing reads: gone where places are known to differ, only there."""

import numpy as np
import pytest

import srcgrad
from srcgrad.analysis.inequalities import ONE, satisfiable
from srcgrad.testing import options
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

X = np.linspace(0.3, 1.1, 5)
A = X[:, None] * X + 3.0 * np.eye(5)


def each_once(x):
    n = len(x)
    y = np.empty(n)
    for i in range(n):
        y[i] = np.sin(x[i]) * x[i]
    return y


def rows_once(x):
    n = x.shape[0]
    y = np.zeros((n, 5))
    for i in range(n):
        y[i] = np.tanh(x[i] @ x)
    return y


def cholesky(a):
    n = a.shape[0]
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = np.sum(low[i, :j] * low[j, :j])
            if i == j:
                low[i, j] = np.sqrt(a[i, i] - s)
            else:
                low[i, j] = (a[i, j] - s) / low[j, j]
    return low


def backwards(x):
    n = len(x)
    y = np.zeros(n)
    for i in range(n - 1, -1, -1):
        y[i] = x[i] * np.sum(y[i + 1 :] ** 2) + x[i]
    return np.sum(y**2)


def scratch_of_an_iteration(x):
    s = 0.0
    for i in range(len(x)):
        t = np.zeros(3)
        for k in range(3):
            t[k] = x[i] ** (k + 2)
        s += np.prod(t)
    return s


GONE = [
    (each_once, X, ("y_bar.copy", "= 0.0\n        x")),
    (rows_once, A, (".copy()",)),
    (cholesky, A, ("low_ij =", "low[i, j] = low_ij", "low_bar[i, j] = 0.0")),
    (backwards, X, ("y[i] = y_i", "y_bar[i] = 0.0")),
    (scratch_of_an_iteration, X, ("t_bar[k] = 0.0",)),
]


def read_before(x):
    n = len(x)
    y = x.copy()
    s = 0.0
    for i in range(n):
        s += y[n - 1 - i] ** 3
        y[i] = np.sin(y[i])
    return s + np.sum(y)


def counted_from_the_end(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x)):
        s += y[i - 1] * x[i]
        y[i] = x[i] ** 2
    return s + np.sum(y**2)


def last_of_a_slice(x):
    n = len(x)
    y = x.copy()
    s = 0.0
    for i in range(n):
        s += y[: i + 3][-1] ** 2
        y[i] = np.sin(y[i])
    return s


def last_of_a_longer_slice(x):
    n = len(x)
    y = x.copy()
    s = 0.0
    for i in range(n):
        s += y[: n + i][-1] ** 2
        y[i] = np.sin(y[i])
    return s


def twice(x):
    y = np.zeros(len(x))
    s = 0.0
    for _ in range(2):
        for i in range(len(x)):
            s += y[i] ** 2
            y[i] = y[i] + x[i] * np.cos(y[i])
    return s


def in_a_while(x):
    y = np.zeros(len(x))
    s, k = 0.0, 0
    while k < 2 * len(x):
        i = k % len(x)
        s += y[i] ** 2
        y[i] = y[i] + x[i] ** 2
        k += 1
    return s


def through_a_view(x):
    y = np.zeros((5, 5))
    s = 0.0
    for i in range(5):
        s += np.sum(y.T[i] ** 2)
        y[i, :] = x * x[i]
        y[2, i:] += y[i, i:] ** 2
    return s


def by_steps(x):
    y = x.copy()
    s = 0.0
    for i in range(4, 0, -1):
        s += np.sum(y[::2] ** 2) + np.sum(y[-2:] ** 3) + np.sum(y[::-1][:i] ** 2)
        y[i] = y[i] * x[i - 1]
    return s


NEEDED = [
    *(read_before, counted_from_the_end, last_of_a_slice, last_of_a_longer_slice, twice),
    *(in_a_while, through_a_view, by_steps),
]


@pytest.mark.parametrize(("f", "x", "dead"), GONE, ids=lambda f: getattr(f, "__name__", ""))
def test_what_nothing_reads_is_not_stored(f, x, dead):
    cotangent = random_cotangent(f(x))
    text = srcgrad.source(f, x)
    assert not [part for part in dead if part in text], text
    assert_same_gradients(srcgrad.vjp(f, (x,), cotangent), oracle_vjp(f, (x,), cotangent))
    with options(off={"dead stores", "copies"}):
        assert any(part in srcgrad.source(f, x) for part in dead)


@pytest.mark.parametrize("f", NEEDED, ids=lambda f: f.__name__)
def test_what_may_be_read_is_stored(f):
    cotangent = random_cotangent(f(X))
    assert_same_gradients(srcgrad.vjp(f, (X,), cotangent), oracle_vjp(f, (X,), cotangent))
    with options(off={"dead stores", "copies"}):
        longer = srcgrad.vjp(f, (X,), cotangent)
    assert_same_gradients(srcgrad.vjp(f, (X,), cotangent), longer)


def test_a_pullback_is_called_twice():
    value, pull = srcgrad.pullback(cholesky, A)
    cotangent = random_cotangent(value)
    first = pull(cotangent)
    assert_same_gradients(pull(cotangent), first)
    assert_same_gradients(first, oracle_vjp(cholesky, (A,), cotangent))


INEQUALITIES = [
    ([{"i": 1}, {"i": -1, ONE: -1}], False),  # 0 <= i <= -1
    ([{"i": 1, "j": -1, ONE: -1}, {"j": 1, "i": -1}], False),  # j < i <= j
    ([{"i": 1, "j": -1}, {"j": 1, "i": -1}], True),
    ([{"i": 2, ONE: -1}, {"i": -2, ONE: 1}], False),  # 2 * i is 1
    ([{"i": 1, "n": -1}, {"n": 1, "i": -1, ONE: -1}, {"n": 1}], False),
    ([], True),
]


@pytest.mark.parametrize(("forms", "expected"), INEQUALITIES)
def test_inequalities(forms, expected):
    assert satisfiable(forms) is expected
