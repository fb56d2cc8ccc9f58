"""The loop form: neighbours along an outer loop, gathers, and products with vectors."""

import math

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import assert_same, check, cotangent_of

pytest.importorskip("numba")

RNG = np.random.default_rng(0)


def softmax(x):
    m = np.max(x, axis=1, keepdims=True)
    e = np.exp(x - m)
    s = e / np.sum(e, axis=1, keepdims=True)
    return np.sum(s * s, axis=1)


def layer_norm(x, g, b):
    m = np.mean(x, axis=-1, keepdims=True)
    v = np.mean((x - m) ** 2, axis=-1, keepdims=True)
    return np.tanh((x - m) / np.sqrt(v + 1e-5) * g + b)


def differences(a, w, x):
    d = x[:, None, :] - w[None, :, :]
    return np.sum(d * d, axis=-1) @ a


def gates(x, W, U, b):
    h = c = np.zeros(3)
    for t in range(len(x)):
        z = W @ x[t] + U @ h + b
        i, f, o = 1 / (1 + np.exp(-z[:3])), 1 / (1 + np.exp(-z[3:6])), np.tanh(z[9:])
        c = f * c + i * np.tanh(z[6:9])
        h = o * np.tanh(c)
    return h


def vectors(A, x, B):
    y = np.tanh(A @ x)
    return np.sum(A.T @ y) * (y @ B) + np.dot(x, x)


def pairs(p, i, j):
    d = p[i] - p[j]
    return 1.0 / np.sqrt(np.sum(d * d, axis=1) + 1.0)


def attraction(x, w):
    d = x[:, None, :] - x[None, :, :]
    r = np.sqrt(np.sum(d**2, axis=2) + 0.01)
    return np.sum(w[:, None] * w[None, :] / r)


def columns(x, i, w):
    y = x[:, i] * w
    x = x + y[:, :1]
    return np.sum(x[i[:2]] * y[:2, : x.shape[1]]) + np.sum(y, axis=0)


def backwards(x, n):
    y = np.zeros((n, n))
    for t in range(n):
        y[t] = x[t] * np.sum(x) + y[t - 1]
        y[:, t] += y[t] * x[::-1]
    return y


INDICES = np.array([2, 0, 2, -1, 1])
NEIGHBOURS = {
    "softmax": (softmax, (RNG.normal(size=(3, 4)),)),
    "softmax_of_no_rows": (softmax, (np.zeros((0, 4)),)),
    "layer_norm": (layer_norm, (RNG.normal(size=(3, 4)), RNG.normal(size=4), RNG.normal(size=4))),
    "attraction": (attraction, (RNG.normal(size=(4, 3)), RNG.normal(size=4))),
    "differences": (
        differences,
        (RNG.normal(size=3), RNG.normal(size=(3, 2)), RNG.normal(size=(4, 2))),
    ),
    "gates": (
        gates,
        (
            RNG.normal(size=(5, 2)),
            RNG.normal(size=(12, 2)),
            RNG.normal(size=(12, 3)),
            RNG.normal(size=12),
        ),
    ),
    "vectors": (
        vectors,
        (RNG.normal(size=(3, 4)), RNG.normal(size=4), RNG.normal(size=(3, 2))),
    ),
    "pairs": (pairs, (RNG.normal(size=(5, 3)), np.array([0, 1, 2, 4]), INDICES[1:])),
    "columns": (columns, (RNG.normal(size=(5, 5)), INDICES, RNG.normal(size=(5, 5)))),
    "backwards": (backwards, (RNG.normal(size=4), 4)),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours(name, interpreted):
    f, inputs = NEIGHBOURS[name]
    check(f, inputs, cotangent_of(f(*inputs), RNG))


@pytest.mark.parametrize("name", ["softmax", "gates", "pairs", "columns"])
def test_compiled_neighbours(name):
    f, inputs = NEIGHBOURS[name]
    check(f, inputs, cotangent_of(f(*inputs), RNG))


@pytest.mark.parametrize("bad", [5, -6])
def test_a_gather_looks_at_its_places(bad):
    places = np.array([0, bad, 1, 0, 0])
    with pytest.raises(IndexError, match="out of bounds"):
        srcgrad.vjp(columns, (np.ones((5, 5)), places, np.ones((5, 5))), np.ones(5), jit=True)


def test_rows_take_the_place_of_arrays():
    text = srcgrad.source(softmax, np.ones((30, 40)), jit=True)
    assert text.count("for i in range(n)") == 1  # both sweeps are one
    assert [line for line in text.splitlines() if "np.empty((n, " in line] == [
        "    x_bar = np.empty((n, m))"
    ]


def test_what_stands_between_waits_where_it_can():
    """Sums that are stored after the first of two loops, and arrays that are made for the second."""
    text = srcgrad.source(attraction, np.ones((30, 3)), np.ones(30), jit=True)
    assert text.count("for j in range(n)") == 1
    assert "(n, n)" not in text


def spread_by_a_store(x, k):
    z = np.zeros(3)
    z[:] = x[:k]
    z += x[:k]
    return z * 2


def test_tangents_that_are_stored_may_be_broadcast(interpreted):
    x = np.array([1.0, 2.0, 3.0])
    for k in (3, 1, 3):
        expected = srcgrad.jvp(spread_by_a_store, (x, k), (x, None))
        actual = srcgrad.jvp(spread_by_a_store, (x, k), (x, None), jit=True)
        for a, b in zip(actual, expected, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.shape == b.shape and a.dtype == b.dtype


@pytest.mark.parametrize("f", [lambda x: x**4, lambda x: math.log(x) * x])
def test_second_derivatives_of_numbers(f, interpreted):
    second = srcgrad.grad(srcgrad.grad(f))(2.0)
    assert srcgrad.grad(srcgrad.grad(f), jit=True)(2.0) == second
    assert srcgrad.compiled(srcgrad.grad(f))(2.0) == srcgrad.grad(f)(2.0)


def first_in_a_loop(x, n):
    for _ in range(n):
        x = np.exp(-np.square(x[::-1]))
        v = x[:3]
    return v * np.ones(3)


def test_sizes_of_what_a_loop_makes_first(interpreted):
    for jit in (False, True):
        (x_bar,) = srcgrad.vjp(first_in_a_loop, (np.ones(3), 2), np.ones(3), argnums=0, jit=jit)
        with srcgrad.testing.options(off=("assumed sizes",)):
            expected = srcgrad.vjp(first_in_a_loop, (np.ones(3), 2), np.ones(3), argnums=0)
        assert_same((x_bar,), expected)


def number_of_an_array(a, c):
    c = np.array(c)
    if a > 1.0:
        s = c[()] * a
    else:
        s = np.sum(c[...]) * c[()]
    return s * c[()]


@pytest.mark.parametrize("a", [0.5, 1.5])
def test_a_subscript_of_no_axes_makes_a_number(a, interpreted):
    c = np.array(0.7)
    expected = (2 * a * 0.7, 0.7**2) if a > 1.0 else (3 * 0.7**2, 0.0)
    for jit in (False, True):
        a_bar, c_bar = srcgrad.vjp(number_of_an_array, (a, c), jit=jit)
        np.testing.assert_allclose((c_bar, a_bar), expected, rtol=1e-12)
        assert c_bar.shape == () and c_bar.dtype == np.float64


def eliminated(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i, 1:] -= a[i, 0] * a[0, 1:]
    return a


def scaled_by_sums(x, y):
    s = np.sum(x * y)
    t = 2.0 * s - np.cos(s)
    z = x * y * y
    u = z / t
    return np.sum(u * z) * s + t * z


def test_sums_do_not_part_what_may_share_a_loop(interpreted):
    text = srcgrad.source(eliminated, RNG.normal(size=(4, 4)), jit=True)
    assert text.count("for i0 in") == 2  # one in each sweep
    for f, inputs in (
        (eliminated, (RNG.normal(size=(4, 4)),)),
        (scaled_by_sums, (RNG.normal(size=5), RNG.normal(size=5))),
    ):
        check(f, inputs, cotangent_of(f(*inputs), RNG))
