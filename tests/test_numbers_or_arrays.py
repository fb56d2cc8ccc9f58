"""A number on one path where another has an array that is written, against central differences."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError

X = np.array([0.7, -1.3, 2.1])


def in_a_branch(x, c):
    if c > 0:
        y = np.zeros(3)
        y[0] = x[0] * x[1]
    else:
        y = 0.0
    return np.sum(y * x)


def replaced(x, c):
    y = 0.0
    if c > 0:
        y = x.copy()
        y[1] = 2.0 * c
    y = y + x
    return np.sum(y * y)


def active_number(x, c):
    out = x[0] * x[1]
    if c > 0:
        out = np.zeros(2)
        out[0] = x[1] ** 3
        out[1] += x[2]
    return np.sum(out * out)


def by_a_value(x, c):
    if x[0] > c:
        y = x * x
        y[x < 0] = 0.0
    else:
        y = x[2]
    return np.sum(np.exp(y))


def three_ways(x, c):
    if c > 1:
        y = x.copy()
        y[0] *= x[1]
    elif c > 0:
        y = x[0] * c
    else:
        y = np.ones(3) * c
        y[1:] += x[1:]
    return np.sum(y * x)


def nested(x, c):
    if c > 0:
        if c > 1:
            y = np.zeros(3)
            y[:] = x * x
        else:
            y = 1.5
        z = y * x
    else:
        z = 2.0
    return np.sum(z * z)


def in_a_loop(x, c):
    s = 0.0
    for i in range(3):
        if c * x[i] > 0:
            y = np.zeros(3)
            y[i] = x[i] ** 2
        else:
            y = x[i]
        s += np.sum(y * x)
    return s


def carried(x, c):
    y = 0.0
    for i in range(int(3 * (c > 0))):
        z = x * y
        z[i] = x[i] ** 2
        y = z
    return np.sum(y * x)


def carried_into_a_while(x, c):
    y, n = x[0], 0
    while n < c:
        z = np.sin(x) + y
        z[n] *= 2.0
        y = z
        n += 1
    return np.sum(y * x)


def of_a_conditional_expression(x, c):
    z = x.copy()
    z[0] = x[1] * c
    y = z if c > 0 else 0.5
    return np.sum(y * x)


def helper(x, c):
    if c <= 0:
        return 0.0
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i] * c
    return y


def returned(x, c):
    return np.sum((helper(x, c) + x) ** 2)


def a_part_of_it(x, c):
    z = np.outer(x, x)
    z[0] = 1.0
    if c > 0:
        row = z[1]
        row *= 2.0
        y = row
    else:
        y = 3.0
    return np.sum(y * x)


def an_input(x, c):
    if c > 0:
        x[0] = x[1] * 2.0
        y = x
    else:
        y = 1.0
    return np.sum(y * y) + x[2]


def matrices(x, c):
    m = 0.0
    if c > 0:
        m = np.zeros((3, 3))
        np.fill_diagonal(m, x)
        m[0, 1] = x[2] ** 2
    return np.sum(np.exp(m) * 0.5)


PROGRAMS = [
    in_a_branch,
    replaced,
    active_number,
    by_a_value,
    three_ways,
    nested,
    in_a_loop,
    carried,
    carried_into_a_while,
    of_a_conditional_expression,
    returned,
    a_part_of_it,
    an_input,
    matrices,
]


def differences(f, x, c, step=1e-6):
    found = np.zeros_like(x)
    for k in range(x.size):
        by = step * (np.arange(x.size) == k)
        found[k] = (f(x + by, c) - f(x - by, c)) / (2 * step)
    return found


@pytest.mark.parametrize("c", [-1.0, 0.5, 2.0])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients(f, c):
    expected = differences(f, X, c)
    before = X.copy()
    value, (x_bar,) = srcgrad.value_and_vjp(f, (X, c), argnums=(0,))
    np.testing.assert_allclose(value, f(X.copy(), c))
    np.testing.assert_allclose(x_bar, expected, 1e-6, 1e-8)
    x_dot = np.array([0.3, -0.2, 1.1])
    _, tangent = srcgrad.jvp(f, (X, c), (x_dot, None))
    np.testing.assert_allclose(tangent, x_bar @ x_dot)
    _, pull = srcgrad.pullback(f, X, c, argnums=(0,))
    np.testing.assert_allclose(pull(1.0)[0], x_bar)
    np.testing.assert_array_equal(X, before)


# --- where the copy could be told from the array ---------------------------------------------------


def written_afterwards(x, c):
    y = x.copy()
    z = y if c > 0 else 0.0
    y[0] = 5.0
    return np.sum(z * x)


def read_by_its_other_name(x, c):
    y = x.copy()
    y[0] = x[1]
    z = y if c > 0 else 0.0
    w = z * x
    y[1] = x[2]
    return np.sum(w) + np.sum(y * y)


def written_in_the_next_iteration(x, c):
    y, s, z = x.copy(), 0.0, 0.0
    for i in range(3):
        y[i] = x[i] * c
        s += np.sum(z * x)
        z = y if c > 0 else 0.0
    return s


def held_by_a_list(x, c):
    y = x.copy()
    xs = [y, x * 2.0]
    z = xs[0] if c > 0 else 0.0
    for i in range(2):
        xs[i][0] = 5.0
    return np.sum(z * x)


def written_through_it(x, c):
    y = x.copy()
    z = y if c > 0 else np.float64(0.0)
    if c > 0:
        z[0] = 3.0
    return np.sum(y * x)


@pytest.mark.parametrize("c", [-1.0, 2.0])
@pytest.mark.parametrize(
    "f",
    [
        written_afterwards,
        read_by_its_other_name,
        written_in_the_next_iteration,
        held_by_a_list,
        written_through_it,
    ],
    ids=lambda f: f.__name__,
)
def test_right_or_refused(f, c):
    try:
        (x_bar,) = srcgrad.vjp(f, (X, c), argnums=(0,))
    except (AliasError, srcgrad.UnsupportedSyntax):
        return
    np.testing.assert_allclose(x_bar, differences(f, X, c), 1e-6, 1e-8)


def test_a_copy_that_is_told_from_the_array_is_refused():
    with pytest.raises(AliasError, match="may be a number, or an array that is written"):
        srcgrad.vjp(written_afterwards, (X, 1.0), argnums=(0,))
