"""Truth values in subscripts, which make an axis, and questions that shapes are asked."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

X, M = np.array([1.0, 2.0, 3.0]), np.arange(6.0).reshape(2, 3) + 1.0


def stored(x):
    y = x.copy()
    y[True] = x * 2
    y[x[0] > 0] += x
    y[False] = 3.0
    return y * x


def copied(x):
    y = x.copy()
    z = y[x[0] > 0]
    z[0, 0] = 5.0
    w = y[np.True_]
    w *= 2.0
    return y * 2


FLAGS = [
    (lambda x: x[True] * x, X),
    (lambda x: x[None, True] * 2, X),
    (lambda x: x[np.True_] * 2, X),
    (lambda x: x[False], X),
    (lambda x: x[True, 1:], X),
    (lambda x: x[..., True], M),
    (lambda x: x[True, :, [0, 1]], M),
    (lambda x: x[0, True] * 2, M),
    (lambda x: x[:, True, 1] * 3, M),
    (lambda x: x[x[0, 0] > 0] * 2, M),
    (lambda x: x[x[0, 0] > 3] * 2, M),
    (lambda x: x[[True, False], True], M),
    (lambda x: x[0, [0, 1], True], M),
    (stored, X),
    (copied, X),
]


@pytest.mark.parametrize(("f", "x"), FLAGS)
def test_several_directions(f, x):
    value, pull = srcgrad.pullback(f, x)
    expected = f(x)
    assert value.shape == expected.shape
    np.testing.assert_array_equal(value, expected)
    steps = [s.reshape(x.shape) for s in 1e-6 * np.eye(x.size)]
    columns = [(f(x + s) - f(x - s)) / 2e-6 for s in steps]
    slopes = np.stack(columns, -1).reshape(expected.shape + x.shape)
    several = np.random.default_rng(0).normal(size=(4, *expected.shape))
    (found,) = pull(several)
    assert found.shape == (4, *x.shape)
    np.testing.assert_allclose(found, np.tensordot(several, slopes, expected.ndim), 1e-6, 1e-8)
    for mode in ("forward", "reverse"):
        found = srcgrad.jacobian(f, mode=mode)(x)
        assert found.shape == slopes.shape
        np.testing.assert_allclose(found, slopes, 1e-6, 1e-8)


SHAPES = [
    lambda x: x * 2 if 3 in x.shape else x * 3,
    lambda x: x * 2 if 4 in x.shape else x * 3,
    lambda x: x * 2 if 4 not in x.shape else x * 3,
    lambda x: x * 2 if x.size in x.shape else x * 3,
    lambda x: x * 2 if 3 in x.shape[1:] else x * 3,
    lambda x: x * (2 + x.shape.index(3)),
    lambda x: x * (2 + x.shape.count(3)),
]


@pytest.mark.parametrize("x", [X, M], ids=["vector", "matrix"])
@pytest.mark.parametrize("f", SHAPES)
def test_what_a_shape_holds(f, x):
    value, (x_bar,) = srcgrad.value_and_vjp(f, (x,), np.ones_like(x))
    np.testing.assert_array_equal(value, f(x))
    np.testing.assert_array_equal(x_bar, f(x) / x)


@pytest.mark.parametrize("name", ["sum", "T", "mean", "shape", "dtype"])
def test_a_shape_is_a_tuple(name):
    def f(x):
        return x * getattr(x.shape, name)

    with pytest.raises(AttributeError, match=f"'tuple' object has no attribute '{name}'"):
        srcgrad.vjp(f, (X,), X)
