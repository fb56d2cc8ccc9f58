"""Second derivatives of programs whose adjoints may or may not share memory with what they write."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

X = np.array([0.5, 1.2, 1.7])
M = np.arange(9.0).reshape(3, 3) / 5 + np.eye(3)


def grows_and_is_stored(x):
    total = x[0]
    for i in range(3):
        total = total + x
        total[0] = x[1] * x[i]
    return np.sum(total**3)


def starts_as_a_number(x):
    total = 0.0
    for i in range(3):
        total = total + x * x[i]
        total *= x[0]
    return np.sum(total**2)


def broadcast_in_branches(x):
    total = x[:1]
    for i in range(3):
        total = total * x if i % 2 else total + x
        total[i] += x[0] ** 2
    return np.sum(total**2)


def diagonal_after_stores(m):
    a = m.copy()
    for k in range(3):
        a[k, k] = a[k, k] * a[0, 0]
    return np.prod(np.diag(a))


def elimination(m):
    a = m.copy()
    for k in range(3):
        for i in range(k + 1, 3):
            a[i, k:] -= a[i, k] / a[k, k] * a[k, k:]
    return np.log(np.abs(np.prod(np.diag(a))))


PROGRAMS = [
    (grows_and_is_stored, X),
    (starts_as_a_number, X),
    (broadcast_in_branches, X),
    (diagonal_after_stores, M),
    (elimination, M),
]


@pytest.mark.parametrize(("f", "x"), PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_second_derivatives(f, x):
    gradient = srcgrad.grad(f)
    steps = [s.reshape(x.shape) for s in 1e-6 * np.eye(x.size)]
    slopes = [(f(x + s) - f(x - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(gradient(x).ravel(), slopes, 1e-6, 1e-6)
    direction = np.cos(np.arange(x.size)).reshape(x.shape)
    expected = (gradient(x + 1e-6 * direction) - gradient(x - 1e-6 * direction)) / 2e-6
    for found in (
        srcgrad.jvp(gradient, (x,), (direction,))[1],
        srcgrad.grad(lambda x: np.sum(gradient(x) * direction))(x),
    ):
        assert found.shape == x.shape
        np.testing.assert_allclose(found, expected, 1e-5, 1e-5)
