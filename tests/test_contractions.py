"""Sums of products of the reverse sweep, as contractions."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(5, 3)), RNG.normal(size=5)


def bodies(x, w):
    d = x[:, None, :] - x[None, :, :]
    r = np.sqrt(np.sum(d**2, axis=2) + 0.1)
    return np.sum(w[:, None] * w[None, :] / r)


def nearest(x, w):
    t = x[:, None, :] - np.stack([x[0] * w[0], x[1] + w[1]])[None, :, :]
    return np.sum(np.min(np.sum(t**2, axis=2), axis=1))


def of_rows(x, w):
    return np.sum(np.tanh(w[:, None] * x + np.sum(x, axis=0)) * np.cumsum(w)[:, None])


def of_columns(x, w):
    return np.sum(np.exp(x * w[:3]) @ np.ones(3) * w)


def cube(x, w):
    return np.sum(np.sin(x[:, :, None, None] * w[None, None, :3, None] * x[:2].T[None, :, None, :]))


def written(x, w):
    y = x.copy()
    s = np.sum(w[:, None] * np.sin(y))
    y *= w[:, None]
    s += np.sum(y * y)
    y[1:] = 0.0
    return s + np.sum(w[:, None, None] * y[:, :, None] * y[:, None, :])


def in_a_loop(x, w):
    s = 0.0
    for k in range(3):
        d = x[:, None, :] * (k + 1.0) - x[None, :, :]
        s += np.sum(np.sqrt(np.sum(d * d, axis=2) + w[:, None]))
    return s


PROGRAMS = [bodies, nearest, of_rows, of_columns, cube, written, in_a_loop]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("inputs", [(X, np.abs(W)), (X[:, :3], np.abs(W) + 1.0)])
def test_gradients(f, inputs):
    given = [x.copy() for x in inputs]
    found = srcgrad.vjp(f, inputs, 0.7)
    with options(off=frozenset({"contractions"})):
        expected = srcgrad.vjp(f, inputs, 0.7)
    for one, other, x, before in zip(found, expected, inputs, given, strict=True):
        assert one.shape == other.shape == x.shape and one.dtype == other.dtype
        np.testing.assert_allclose(one, other, 1e-12, 1e-13)
        np.testing.assert_array_equal(x, before)


def test_what_is_generated():
    text = srcgrad.source(bodies, X, W)
    assert "np.einsum('ij,ijk->ik', " in text and "np.einsum('ij,ijk->jk', " in text
    assert "w @ " in text and " @ w" in text
    assert "einsum" not in srcgrad.source(bodies, X.astype(np.float32), W.astype(np.float32))
    assert "einsum" not in srcgrad.source(bodies, X, W, jit=True)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients_are_still_differentiated(f):
    v = np.ones_like(X)
    gradient = srcgrad.grad(f)
    _, tangent = srcgrad.jvp(gradient, (X, np.abs(W)), (v, np.zeros_like(W)))
    h = 1e-5
    after, before = gradient(X + h * v, np.abs(W)), gradient(X - h * v, np.abs(W))
    np.testing.assert_allclose(tangent, (after - before) / (2 * h), 1e-5, 1e-6)


def of_unknown_sizes(x, w):
    s = np.sin(x)
    return np.sum(np.sum(s, axis=1)[:, None] * s[:, ::3] ** 2 * w[:1])


def scaled_and_written(x, w):
    v = np.exp(w)
    y = np.sum((2.0 * v)[:, None] * np.sin(x))
    v[1:] *= 3.0
    return y + np.sum(v[:, None] * np.cos(x))


@pytest.mark.parametrize("f", [of_unknown_sizes, scaled_and_written])
@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (5, 1), (1, 1)])
def test_what_may_be_broadcast_or_written(f, shape):
    inputs = RNG.normal(size=shape), RNG.normal(size=shape[0])
    found = srcgrad.vjp(f, inputs, 1.0)
    with options(off=frozenset({"contractions"})):
        expected = srcgrad.vjp(f, inputs, 1.0)
    for one, other, x in zip(found, expected, inputs, strict=True):
        assert one.shape == other.shape == x.shape
        np.testing.assert_allclose(one, other, 1e-12, 1e-13)
