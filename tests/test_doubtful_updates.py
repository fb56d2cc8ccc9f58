"""What may be a number or an array: updates of it in place, and stores into its adjoint."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError
from srcgrad.testing import check_grads

X = np.array([0.5, -1.2])


def another_name(x, n):
    total = 0.0
    for i in range(n):
        total += x
        if i == 0:
            first = total
    return first


def the_one_before(x, n):
    total = before = 0.0
    for _ in range(n):
        before = total
        total += x
    return total - before


def two_sums(x, n):
    a = b = 0.0
    for i in range(n):
        a += x * i
        b += a
        a *= 2.0
    return a * b


def by_a_function(x, n):
    def add(total, value):
        total += value
        return total

    total = 0.0
    for _ in range(n):
        total = add(total, x)
    return total


def test_another_name_of_what_may_be_written():
    with pytest.raises(AliasError, match="may be an array that other names share"):
        srcgrad.vjp(another_name, (X, 3), np.ones(2))


@pytest.mark.parametrize("f", [the_one_before, two_sums, by_a_function])
def test_updates_of_a_number_that_becomes_an_array(f):
    value, _ = srcgrad.value_and_vjp(f, (X, 3), np.ones(2))
    np.testing.assert_array_equal(value, f(X.copy(), 3), strict=True)
    check_grads(f, (X, 3), order=2)


def correlated(a):
    return np.corrcoef(a)


def of_a_rank_that_a_branch_decides(a):
    v = np.reshape(a, ()) if a.shape[0] == 1 else a
    if v.ndim == 0:
        return v
    return np.sum(v, axis=0)[:, None] * v


@pytest.mark.parametrize("f", [correlated, of_a_rank_that_a_branch_decides])
def test_second_derivatives_where_a_branch_decides_the_rank(f):
    check_grads(f, (np.array([[0.3, 0.2], [1.0, 0.45]]),), order=2)
