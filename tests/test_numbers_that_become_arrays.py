"""Sums and products that begin as a number and go on as an array, in compiled code."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check

X = np.array([1.5, 2.5])


def added(x):
    s = 0.0
    for i in range(3):
        s += x * i
    return np.sum(s * s)


def from_an_integer(x, n):
    s = 0
    for i in range(n):
        s = s + np.sin(x * i)
    return s * x


def over_an_array(x):
    s = 1.0
    for v in x:
        s = s * (x - v + 1.0)
    return s


def while_known(x):
    total, k = 0.0, 0
    while k < 4:
        total = total + np.outer(x, x) * k
        k += 1
    return total


def while_values_decide(x):
    total, t = 0.0, x[0]
    while t < 10.0:
        total = total + x * t
        t = t * 2.0
    return total * t


def left_early(x, n):
    s = 0.0
    for i in range(n):
        s = s + x * i
        if s[0] > 5.0:
            break
    return s * x


def one_in_the_other(x, n):
    s = 0.0
    for _ in range(n):
        t = 1.0
        for j in range(n):
            t = t * x + s * j
        s += t
    return s


def written_afterwards(x, n):
    s = 0.0
    for i in range(n):
        s = s + np.sin(x * i)
        s[0] += x[1]
    return s


def two_at_once(x, n):
    a, b = 0.0, 1.0
    for _ in range(n):
        a, b = b * x, a + x
    return a * b


def kept_in_a_list(x, n):
    s, found = 0.0, []
    for i in range(n):
        s = s + x * i
        found.append(s)
    return np.array(found) * x


PROGRAMS = [
    (added, (X,)),
    (from_an_integer, (X, 3)),
    (from_an_integer, (X, 1)),
    (over_an_array, (X,)),
    (while_known, (X,)),
    (while_values_decide, (X,)),
    (left_early, (X, 9)),
    (one_in_the_other, (X, 3)),
    (written_afterwards, (X, 3)),
    (two_at_once, (X, 4)),
    (kept_in_a_list, (X, 3)),
]


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS)
def test_as_plain_code(f, inputs):
    check(f, inputs, np.ones_like(f(*inputs)))


def summed(x, n):
    s = 0.0
    for i in range(n):
        s += x * i
    return np.sum(s) + np.sum(x)


def test_a_loop_that_does_not_run_is_refused_by_its_line():
    gradient = srcgrad.grad(summed, jit=True)
    np.testing.assert_array_equal(gradient(X, 3), [4.0, 4.0])
    with pytest.raises(srcgrad.UnsupportedSyntax, match=r"for i in range\(n\)") as refused:
        gradient(X, 0)
    assert "leave out jit=True" in str(refused.value)
    np.testing.assert_array_equal(srcgrad.grad(summed)(X, 0), [1.0, 1.0])


def test_what_compiled_code_refuses_stays_plain(monkeypatch):
    monkeypatch.setattr("srcgrad.dispatch.auto.BASE", 0.0)
    monkeypatch.setattr("srcgrad.dispatch.auto.LINE", 0.0)
    gradient = srcgrad.grad(summed, jit="auto")
    for _ in range(3):
        np.testing.assert_array_equal(gradient(X, 2000), 1.0 + 1999.0 * 1000.0 * np.ones(2))
        np.testing.assert_array_equal(gradient(X, 0), [1.0, 1.0])
