"""Tapes of loops whose trip count is not known on entry: arrays that grow."""

import numpy as np
import pytest

import srcgrad
from srcgrad.runtime import grown
from tests.test_compiled import check, cotangent_of

pytest.importorskip("numba")

X = np.array([0.3, -0.7, 1.2])
PROGRAMS = {}


def runs(*inputs):
    """Inputs, one tuple after the other, on which a program runs."""

    def register(function):
        PROGRAMS[function.__name__] = function, inputs
        return function

    return register


@runs((3.0, 1e-9), (1.0, 2.0), (1e40, 1e-3))
def newton(x, tolerance):
    y = 1.0
    while abs(y * y - x) > tolerance * x:
        y = 0.5 * (y + x / y)
    return y


@runs((X, 0.05), (X, 5.0), (X, 1e-12))
def nested(x, tolerance):
    total = 0.0
    for i in range(len(x)):
        y = x[i]
        while abs(y) > tolerance:
            y = y * 0.5 + 0.01 * y * y
            total = total + y**3
    return total


@runs((np.abs(X), 0.2), (np.abs(X), 9.0), (np.abs(X), 1e-6))
def arrays(x, tolerance):
    y = x * 1.0
    while np.sum(y) > tolerance:
        y = y * np.sin(y) * 0.9 + 0.01 * y
    return y


@runs((X, 100, 0.4), (X, 3, 0.4), (X, 0, 0.4))
def at_some_times(x, n, k):
    t, i = x[0], 0
    while i < n:
        t = np.sin(t) + x[i % 3]
        if t < k:
            t = t * t * x[1]
            for j in range(i % 4):
                t = np.cos(t) * x[j % 3]
        i += 1
    return t


@runs((X, 40), (X, 2))
def broken(x, n):
    t = x[0]
    for i in range(n):
        t = t * x[i % 3]
        if t > 1e3:
            break
        t = np.sin(t) + 1.0
    else:
        t = t * t
    return t


@runs((X, 1e-3), (X, 1e9))
def in_place(x, tolerance):
    y, k = x.copy(), 0
    while np.sum(y * y) > tolerance:
        y[k % 3] *= 0.5
        y[(k + 1) % 3] *= y[k % 3]
        k += 1
    return np.sum(y * x)


@runs((X, 1), (X, 0), (X, -1))
def in_a_branch(x, k):
    t = x[0]
    if k > 0:
        while t < 20.0:
            t = t * 1.3 + np.exp(-t) * x[1] ** 2
    elif k == 0:
        for i in range(20):
            t = np.sin(t) + x[i % 3]
    return t * x[2]


@runs((X, 30, 0.1))
def of_several_kinds(x, n, k):
    t, up, count = x[0] * (1 + 1j), True, 0
    while count < n:
        t = t * t * 0.3 + k if up else t * x[1]
        up = abs(t) < 1.0
        count = count + (2 if up else 1)
    return np.real(t) * count


@runs((X, 6))
def of_sizes_that_change(x, n):
    k, total = 1, 0.0
    while k < n:
        z = np.sin(x[: k % 3 + 1])
        total = total + np.sum(z * z) * (1.0 + total)
        k += 1
    return total


@runs(*((X, n) for n in (0, 1, 15, 16, 17, 32, 33, 100)))
def until_a_time(x, n):
    t, v, y = 0.0, x[0], x[1]
    while t + 0.5 < n and abs(v) < 1e6:
        a = np.sqrt(v * v + y * y + 1.0)
        v = v - 0.1 * a * y
        y = y + 0.1 * v * x[2]
        t += 1.0
    return v * y


@runs((X, 40.0), (X, 3.0), (X, -1.0))
def ended_inside(x, n):
    t, y = 0.0, x[0]
    while True:
        y = np.sin(y) * 1.5 + x[1]
        t += 1.0
        if t > n:
            break
        y = y * y * x[2]
    return y + t


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("optimize", [True, False])
def test_loop_form(name, optimize, interpreted):
    function, cases = PROGRAMS[name]
    with srcgrad.testing.options(optimize=optimize):
        for inputs in cases:
            cotangent = cotangent_of(function(*inputs), np.random.default_rng(1))
            check(function, inputs, cotangent)


@pytest.mark.parametrize("name", ["nested", "at_some_times", "of_several_kinds", "until_a_time"])
def test_compiled(name):
    function, cases = PROGRAMS[name]
    for inputs in cases:
        check(function, inputs, cotangent_of(function(*inputs), np.random.default_rng(1)))


@pytest.mark.parametrize("name", sorted(set(PROGRAMS) - {"of_sizes_that_change"}))
def test_no_lists(name):
    function, (inputs, *_) = PROGRAMS[name]
    text = srcgrad.source(function, *inputs, jit=True)
    assert "grown(" in text and "append" not in text and "[]" not in text


def test_growth_stands_outside_of_short_iterations():
    text = srcgrad.source(until_a_time, X, 10, jit=True)
    grows = text.index("if more:")
    assert text.index("while more:") < text.index("np.logical_and(") < grows
    assert grows < text.index("= grown(")


def test_what_is_pushed_together_has_one_place():
    text = srcgrad.source(arrays, X, 0.2, jit=True)
    assert text.count("= grown(") == 2
    assert text.count(".shape[0]:") == 1


def test_grown():
    tape = np.arange(6.0).reshape(3, 2)
    larger = grown(tape)
    assert larger.shape == (6, 2) and larger.dtype == tape.dtype
    np.testing.assert_array_equal(larger[:3], tape)
    assert not np.shares_memory(larger, tape)
