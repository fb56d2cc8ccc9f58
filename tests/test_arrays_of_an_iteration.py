"""Stores into an array that the iteration itself allocates: undone only for what it has read before."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

X = np.array([0.6, -1.2, 0.9, 0.3, 1.1])


def steps(x, r, n):
    for _ in range(n):
        f = x**2 + r
        new = x.copy()
        new[1:-1] = x[1:-1] + r * (f[2:] - f[:-2])
        x = new
    return np.sum(x**3)


def read_before(x, r, n):
    for _ in range(n):
        new = np.sin(x)
        t = new * new
        new[1:-1] = t[2:] * r
        x = new * t
    return np.sum(x**2)


def read_between(x, r, n):
    for _ in range(n):
        new = x.copy()
        new[0] = new[1] * new[2]
        y = new[0] * new
        new[1:] = y[:-1] * r
        x = new
    return x


def by_a_view(x, r, n):
    for _ in range(n):
        new = x.copy()
        part = new[1:]
        t = part * part
        part[:2] = t[1:3] * r
        x = new
    return x


def kept_by_another_name(x, r, n):
    old = x
    for _ in range(n):
        new = old * x
        new[2] = old[1] * r
        old, x = x, new
    return np.sum(x * old)


def in_an_inner_loop(x, r, n):
    for _ in range(n):
        new = x.copy()
        for k in range(1, len(x)):
            new[k] = new[k - 1] * x[k] * r
        x = new
    return x


def held_in_a_list(x, r, n):
    held = []
    for _ in range(n):
        new = x.copy()
        new[1] = x[0] * r
        held.append(new)
        x = new * new
    s = 0.0
    for k in range(n):
        s += np.sum(held[k] ** 2)
    return s + np.sum(x)


def read_at_an_earlier_line(x, r, n):
    """The slope of ``exp`` reads its result where the factor in front of it is reversed."""
    z = x * 0.5
    e = np.exp(z)
    e -= 2.0
    return e * r


def read_at_an_earlier_line_of_a_loop(x, r, n):
    for _ in range(n):
        z = -x / 4.0
        e = np.exp(z)
        e[1:] *= r
        z = 0.3 * e
        x = np.tanh(z)
        x[0] = r
    return x


PROGRAMS = [
    read_at_an_earlier_line, read_at_an_earlier_line_of_a_loop, steps,
    read_before, read_between, by_a_view, kept_by_another_name,
    in_an_inner_loop, held_in_a_list,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
@pytest.mark.parametrize("jit", [False, True])
def test_gradients(f, jit):
    if jit:
        pytest.importorskip("numba")
    cotangent = random_cotangent(f(X.copy(), 0.7, 3))
    found = srcgrad.vjp(f, (X.copy(), 0.7, 3), cotangent, jit=jit)
    assert_same_gradients(found, oracle_vjp(f, (X.copy(), 0.7, 3), cotangent))


def test_nothing_is_put_back_that_no_one_reads():
    source = srcgrad.source(steps, X, 0.7, 3)
    assert "new" not in source.partition("# reverse sweep")[2].replace("new[1:-1] = x", "")
