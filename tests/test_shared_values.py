"""What the forward sweep has computed, and the reverse sweep reads, is not computed there again."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

RNG = np.random.default_rng(11)
X = RNG.normal(size=6)


def in_a_loop(x, w):
    y = np.zeros_like(x)
    for i in range(len(x)):
        c, s = np.cos(x[i]), np.sin(x[i])
        y[i] = c * w + s * x[i]
    return y


def at_the_top(x, w):
    c, s = np.cos(w), np.sin(w)
    total = 0.0
    for i in range(len(x)):
        total += c * x[i] * s
    return total


def in_a_branch(x, w):
    total = 0.0
    for v in x:
        if v > 0:
            c, s = np.cos(v * w), np.sin(v * w)
            total += c * v * w * s
        else:
            total += np.cos(v * w)
    return total


def of_another_iteration(x, w):
    v = w
    for i in range(len(x)):
        c, s = np.cos(v), np.sin(v)
        v = c * x[i] + s * v
    return np.cos(v) * np.sin(v) * v


PROGRAMS = [in_a_loop, at_the_top, in_a_branch, of_another_iteration]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", PROGRAMS)
def test_gradients(f, jit):
    if jit:
        pytest.importorskip("numba")
    inputs = (X, 0.7)
    y_bar = random_cotangent(f(*inputs))
    found = srcgrad.vjp(f, inputs, y_bar, jit=jit)
    assert_same_gradients(found, oracle_vjp(f, inputs, y_bar), 1e-9)


@pytest.mark.parametrize("f", [in_a_loop, at_the_top])
def test_calls_are_not_repeated(f):
    text = srcgrad.source(f, X, 0.7)
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert sum(line.count("np.cos") for line in code) == 1
    assert sum(line.count("np.sin") for line in code) == 1


def test_nothing_is_kept_for_it():
    def of_sines(x):
        total = 0.0
        for v in x:
            total += np.sin(v)
        return total

    assert "tape" not in srcgrad.source(of_sines, X)
