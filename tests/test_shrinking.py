"""Arrays that become shorter in each iteration: compiled, they are nests, and rows of tapes."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check, cotangent_of

pytest.importorskip("numba")

V = np.random.default_rng(1).normal(size=9)
A = np.random.default_rng(2).normal(size=(7, 8))
PROGRAMS = {}


def runs(*inputs, lists=False):
    """Inputs on which a program runs; whether something is kept in lists there."""

    def register(function):
        PROGRAMS[function.__name__] = function, inputs, lists
        return function

    return register


@runs((V, 0.4, 8), (V, 0.4, 0), (V, 0.4, 1))
def tree(v, p, n):
    for _ in range(n):
        v = p * v[1:] + (1.0 - p) * v[:-1]
    return v[0]


@runs((V, 0.4, 3), (V, 0.4, 9), (V, 0.4, 12))
def more_steps_than_elements(v, p, n):
    for _ in range(n):
        v = p * v[1:] + v[:-1] * v[1:]
    return v


@runs((V, 0.4, 5))
def by_a_falling_counter(v, p, n):
    for i in range(n - 1, -1, -1):
        v = p * v[1:] + i * v[:-1] ** 2
    return np.sum(v)


@runs((V, 0.4, 5))
def by_two(v, p, n):
    for i in range(2, n):
        v = p * v[2:] * v[:-2] + i
    return np.sum(v)


@runs((V, 0.4, 3))
def two_alike(v, p, n):
    u = v * 2.0
    for _ in range(n):
        v, u = p * v[1:] + u[:-1], u[1:] * v[1:]
    return np.sum(v) * np.sum(u)


@runs((V, np.linspace(0.0, 1.0, 20), 0.4, 3))
def two_of_other_sizes(v, u, p, n):
    for _ in range(n):
        v = p * v[1:] + v[:-1]
        u = u[2:] - p * u[:-2] ** 2
    return np.sum(v) * np.sum(u)


@runs((A, 0.3, 4))
def two_axes(a, p, n):
    for _ in range(n):
        a = a[1:, :-1] * p + a[:-1, 1:] ** 2
    return np.sum(a)


@runs((A, 0.3, 4))
def rows(a, t, n):
    for _ in range(n):
        a = (1.0 - t) * a[:-1] + t * np.sin(a[1:])
    return a[0]


@runs((V, 0.4, 4))
def of_the_last_iteration(v, p, n):
    previous, s = v, 0.0
    for _ in range(n):
        v = p * v[1:] + v[:-1] ** 2
        s = s + np.sum(previous[:3] * p)
        previous = v
    return s + np.sum(v)


@runs((V, 0.4, 4), lists=True)
def first_defined_in_the_loop(v, p, n):
    s = 0.0
    for i in range(n):
        if i > 0:
            s = s + np.sum(previous[1:] * v)  # noqa: F821 - defined in the first iteration
        previous = v
        v = p * v[1:] + v[:-1]
    return s + np.sum(v)


@runs((V, 0.4, 5))
def in_branches(v, p, n):
    s = 0.0
    for i in range(n):
        w = p * v[1:] + v[:-1]
        v = np.sin(w) if i % 2 == 0 else w * w
        if v[0] > 0.3:
            s = s + np.sum(np.exp(w))
    return s + np.sum(v)


@runs((V, 0.4, 3), lists=True)
def in_loops(v, p, n):
    s = 0.0
    for _ in range(n):
        v = p * v[1:] + v[:-1]
        u = v
        for _ in range(3):
            u = u * v + p
        w = v
        for _ in range(2):
            w = w[1:] * w[:-1]
        s += np.sum(u) + np.sum(w)
    return s


@runs((V, 0.4, 3), lists=True)
def stored_into(v, p, n):
    s = 0.0
    for _ in range(n):
        v = p * v[1:] + v[:-1]
        v[0] = v[0] * p
        v *= 1.1
        s += np.sum(v * v)
    return s


@runs((V, 0.4), lists=True)
def until_one_is_left(v, p):
    while len(v) > 1:
        v = p * v[1:] + v[:-1] * v[0]
    return v[0]


@runs((V, V[::-1].copy(), 0.2), lists=True)
def neville(x, y, t):
    n = len(x)
    for k in range(1, n):
        y = ((t - x[k:]) * y[:-1] - (t - x[: n - k]) * y[1:]) / (x[: n - k] - x[k:])
    return y[0]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("optimize", [True, False])
def test_loop_form(name, optimize, interpreted):
    function, cases, _ = PROGRAMS[name]
    with srcgrad.testing.options(optimize=optimize):
        for inputs in cases:
            check(function, inputs, cotangent_of(function(*inputs), np.random.default_rng(1)))


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled(name):
    function, cases, lists = PROGRAMS[name]
    for inputs in cases:
        check(function, inputs, cotangent_of(function(*inputs), np.random.default_rng(1)))
    assert ("= []" in srcgrad.source(function, *cases[0], jit=True)) == lists


@pytest.mark.parametrize("name", ["tree", "two_axes", "in_branches"])
def test_pullback(name):
    function, cases, _ = PROGRAMS[name]
    cotangent = cotangent_of(function(*cases[0]), np.random.default_rng(1))
    value, pull = srcgrad.pullback(function, *cases[0], jit=True)
    expected, gradients = srcgrad.value_and_vjp(function, cases[0], cotangent)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for _ in range(2):
        for found, wanted in zip(pull(cotangent), gradients, strict=True):
            assert np.shape(found) == np.shape(wanted)
            np.testing.assert_allclose(found, wanted, rtol=1e-10) if wanted is not None else None


def test_no_array_is_allocated_in_an_iteration_of_the_reverse_sweep_but_what_goes_on():
    source = srcgrad.source(tree, V, 0.4, 3, jit=True)
    loop = source.partition("# reverse sweep")[2].partition("    for _ in")[2]
    assert "np.empty" not in loop and loop.count("np.zeros") == 1
