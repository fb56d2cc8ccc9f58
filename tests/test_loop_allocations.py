"""Arrays that iterations make: allocated once where no iteration sees another's, and filled along one loop."""

import re

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp

RNG = np.random.default_rng(7)


def gathered(x, w):
    total = 0.0
    for i in range(len(x)):
        part = np.zeros(w.shape)
        part[0] += x[i] * w[1]
        part[2:] += np.sin(x[i]) * w[:-2]
        total += np.sum(part * part * w)
    return total


def of_an_argument(x, w):
    total = 0.0
    for i in range(len(x)):
        row = w[i]
        part = np.zeros_like(row)
        part[1:] = row[:-1] * x[i]
        total += np.sum(part**2)
    return total


def handed_on(x, w):
    kept = w.copy()
    for i in range(len(x)):
        part = np.zeros(w.shape)
        part[1:] += kept[:-1] * x[i]
        kept = part
    return np.sum(kept * w) + kept[2]


def swapped(x, w):
    a, b = w.copy(), np.zeros(w.shape)
    for i in range(len(x)):
        b[1:] = a[:-1] * x[i]
        a, b = b, a
        b = np.zeros(w.shape)
        b[0] = x[i]
    return np.sum(a * w) + b[0]


def under_a_condition(x, w):
    total = 0.0
    part = np.zeros(w.shape)
    for i in range(len(x)):
        if x[i] > 0:
            part = np.zeros(w.shape)
        part[1] += x[i] * w[0]
        total += np.sum(part * part)
    return total


def of_five_axes(x, w):
    total = 0.0
    for i in range(len(x)):
        part = np.zeros((2, 1, 2, 1, 2))
        part[i % 2, 0, 1, 0, 0] += x[i] * w[0]
        total += np.sum(part * part) + part[0, 0, 1, 0, 0]
    return total


X, W = RNG.normal(size=4), RNG.normal(size=5)
CASES = [
    (gathered, (X, W), True),
    (of_an_argument, (X, RNG.normal(size=(4, 5))), True),
    (handed_on, (X, W), False),
    (swapped, (X, W), False),
    (under_a_condition, (X, W), False),
    (of_five_axes, (X, W), True),
]


@pytest.mark.parametrize(("f", "args", "once"), CASES, ids=lambda f: getattr(f, "__name__", ""))
def test_zeros_of_an_iteration(f, args, once, interpreted):
    compiled = srcgrad.compiled(f)
    np.testing.assert_allclose(compiled(*args), f(*args), rtol=1e-14)
    in_loop = compiled.source(*args).partition(" in range(len(x))")[2]
    assert ("np.zeros" not in in_loop and "np.empty" not in in_loop) == once
    assert_same_gradients(srcgrad.vjp(f, args, jit=True), oracle_vjp(f, args))


def boxed(x, w):
    if len(x) > 3:
        w = w * np.sum(x[7:9] * w[:2])
    y = np.zeros(x.shape)
    y[7:9] = w[:2]
    y[3:6] += w[:3] * x[3:6]
    return y


def inner_blocks(x, w, a):
    found = np.zeros((len(a), 2, len(x)))
    for i in range(len(a)):
        found[i] = srcgrad.jacobian(pieces, mode="reverse")(x, w, a[i])
    return found


def pieces(x, w, a):
    return a * x[7:9] * x[6] * w + np.sum(x[3:6] ** 2)


def test_a_tested_piece_is_stored_by_elements(interpreted):
    args = (RNG.normal(size=9), RNG.normal(size=2), RNG.normal(size=3))
    compiled = srcgrad.compiled(inner_blocks)
    np.testing.assert_allclose(compiled(*args), inner_blocks(*args), rtol=1e-14)
    assert not re.search(r"_bar\w*\[\d:\d\]", compiled.source(*args))
    args = (RNG.normal(size=8), *args[1:])  # the piece has one element
    np.testing.assert_allclose(compiled(*args), inner_blocks(*args), rtol=1e-14)


@pytest.mark.parametrize("length", [9, 8, 7])
def test_an_array_that_is_too_short_for_a_piece(length, interpreted):
    args = (RNG.normal(size=length), RNG.normal(size=5))
    try:
        want = boxed(*args)
    except ValueError:
        with pytest.raises(ValueError):
            srcgrad.compiled(boxed)(*args)
        return
    np.testing.assert_array_equal(srcgrad.compiled(boxed)(*args), want)


def heated(u, k):
    for _ in range(4):
        v = u.copy()
        v[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
        u = v
    return u


def in_place(u, k):
    for _ in range(4):
        v = u.copy()
        u[1:-1] += k * v[2:] * v[:-2]
        u[0] = v[1]
    return u


def two_buffers(u, k):
    u, v = u.copy(), np.zeros(u.shape)
    for _ in range(5):
        v[1:-1] = u[1:-1] + k * (u[2:] - u[:-2])
        v[0] = u[-1]
        u, v = v, u
    return u * v


@pytest.mark.parametrize("f", [heated, in_place, two_buffers])
def test_tangents_of_several_directions(f, interpreted):
    u, moved = RNG.normal(size=7), RNG.normal(size=(3, 7))
    by = RNG.normal(size=3)
    value, found = srcgrad.jvp(f, (u, 0.2), (moved, by), jit=True)
    np.testing.assert_allclose(value, f(u.copy(), 0.2), rtol=1e-13)
    for k in range(3):
        _, one = srcgrad.jvp(f, (u, 0.2), (moved[k], by[k]))
        assert found[k].shape == one.shape and found.dtype == one.dtype
        np.testing.assert_allclose(found[k], one, rtol=1e-12, atol=1e-14)


def test_directions_run_along_one_loop():
    columns = srcgrad.jacobian(heated, (0, 1), mode="forward", jit=True)
    text = columns.source(np.ones(7), 0.2)
    assert "v_dot = np.empty" in text and text.count("in range(t)") == 1
