"""Checkpointed loops that write into arrays, change objects and end early, against plain loops."""

import functools

import numpy as np
import pytest

import srcgrad
from tests.test_checkpointed import U, assert_the_same


def stencil(u, k, n, steps):
    u = u.copy()
    for _ in steps(n):
        u[1:-1] = u[1:-1] + k * np.sin(u[2:] - 2.0 * u[1:-1] * u[1:-1] + u[:-2])
        u[0] = np.cos(u[1]) * k
    return np.sum(u * u)


def two_arrays_and_a_number(u, k, n, steps):
    u, w, s = u.copy(), np.zeros_like(u), 0.0
    seen = w[1:]
    for t in steps(n):
        w[1:] = u[:-1] * k
        w[0] += s
        u += 0.1 * np.tanh(w)
        s = s * 0.5 + u[t % 3]
    return np.sum(u * u) * s + seen[0] * np.sum(w)


def elements(u, k, n, steps):
    u, h = u.copy(), np.zeros(n + 1)
    for t in steps(n):
        for i in range(1, len(u)):
            u[i] = u[i] * k + 0.3 * np.sin(u[i - 1])
        h[t + 1] = h[t] * 0.9 + u[2]
    return h @ np.cos(h) + u[3]


def ending(u, k, n, steps):
    s, x = 0.0, u[1]
    for _ in steps(n):
        x = x * k + 0.3 * np.sin(x)
        if x > 0.5:
            s += x * x
            continue
        s = s + np.sin(x) * k
        if s > 2.0:
            break
    return s * x


def ending_in_place(u, k, n, steps):
    u = u.copy()
    for _ in steps(n):
        u[1:] += k * u[:-1] * 0.1
        if np.sum(u) > 6.0:
            break
        u[0] *= 0.99
    else:
        u[2] = u[1] * 7.0
    return np.sum(u * u)


def returning(u, k, n, steps):
    x = u[3]
    for t in steps(n):
        x = x * k + np.sin(x) * 0.4
        if x > 0.9 and t > 1:
            return x * k
    return x * x


class Rod:
    def __init__(self, u):
        self.u, self.total, self.count = u, 0.0, 0

    def step(self, k):
        self.u[1:] += 0.1 * k * np.sin(self.u[:-1])
        self.total = self.total + self.u[3] * k
        self.count += 1


def an_object(u, k, n, steps):
    rod = Rod(u.copy())
    for _ in steps(n):
        rod.step(k)
        if rod.count > 40:
            break
    return rod.total * np.sum(rod.u)


def containers(u, k, n, steps):
    a, d = [u.copy(), u * 2.0, 0.5], {"x": u * 1.0}
    for t in steps(n):
        a[0][2:] = a[1][:-2] * k
        a[1] += 0.1 * np.sin(a[0])
        a[2] = a[2] * 0.9 + a[1][t % 7]
        d["x"][t % 7] = a[2]
    return np.sum(a[0]) * a[2] + np.sum(a[1] * d["x"])


def an_input(u, k, n, steps):
    for _ in steps(n):
        v = u[1:]
        v += u[:-1] * k
    return np.sum(u * u)


def rows_of_a_grid(u, k, n, steps):
    """Loops inside of the steps make views of their own."""
    z = np.outer(u, u)
    for t in steps(n):
        z[1:-1, 1:-1] = 0.25 * (z[2:, 1:-1] + z[:-2, 1:-1] + z[1:-1, 2:] + z[1:-1, :-2])
        z[t % 3] *= 0.9
        for i in range(z.shape[0]):
            row = z[i]
            row += 0.1 * np.cos(row) * k
    return np.sum(z * z)


def few(n):
    return srcgrad.checkpointed(range(n), slots=3)


def many(n):
    return srcgrad.checkpointed(range(n))


PROGRAMS = [
    stencil,
    two_arrays_and_a_number,
    elements,
    ending,
    ending_in_place,
    returning,
    an_object,
    containers,
    an_input,
    rows_of_a_grid,
]


@pytest.mark.parametrize("f", PROGRAMS)
def test_stores_objects_and_loops_that_end(f):
    for n in (0, 1, 2, 50):
        for steps in (few, many):
            checkpointed = functools.partial(f, steps=steps)
            assert_the_same(checkpointed, functools.partial(f, steps=range), (U, 0.9, n))


def test_second_derivatives_of_stores_and_of_loops_that_end():
    def slope(f, steps):
        return lambda u: np.cos(U) @ srcgrad.grad(f)(u, 0.9, 9, steps)

    for f in (stencil, ending):
        found, expected = (srcgrad.grad(slope(f, steps))(U) for steps in (few, range))
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        along = srcgrad.jvp(slope(f, few), (U,), (U,))[1]
        np.testing.assert_allclose(along, expected @ U, rtol=1e-12)


def recurrence_of_98(x, k, n, steps):
    seen = np.zeros(4)
    for t in steps(n):
        x = x * x * k + 0.1 / (t + 1)
        seen[t % 4] += x
        if x < 1e-300:
            break
    return x + seen @ seen


def test_compiled():
    """A million steps with 98 slots, of which each writes into an array, and might be the last."""
    pytest.importorskip("numba")
    steps = lambda n: srcgrad.checkpointed(range(n), slots=98)
    inputs = 0.7, 0.9, 10**6
    found = srcgrad.value_and_vjp(recurrence_of_98, (*inputs, steps), jit=True)
    assert found == srcgrad.value_and_vjp(recurrence_of_98, (*inputs, range), jit=True)
    assert found[1][1] != 0.0
