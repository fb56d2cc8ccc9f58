"""Views in compiled code share memory with what they are views of, as NumPy's do."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

numba = pytest.importorskip("numba")
import srcgrad.backend.numba_overloads  # noqa: E402

X = np.random.default_rng(0).normal(size=(2, 3, 4))


def flipped(x):
    return np.flip(x, axis=1)


def flipped_twice(x):
    return np.flip(x, axis=(0, -1))


def squeezed(x):
    return np.squeeze(x[:, ::2][None], axis=0)


def squeezed_in_another_order(x):
    return np.squeeze(x.T[None], axis=(0,))


def expanded(x):
    return np.expand_dims(x, (0, 2))


def expanded_in_another_order(x):
    return np.expand_dims(x.T, 1)


VIEWS = [
    flipped,
    flipped_twice,
    squeezed,
    squeezed_in_another_order,
    expanded,
    expanded_in_another_order,
]


@pytest.mark.parametrize("view", VIEWS)
def test_they_are_views(view):
    found = numba.njit(view)(X)
    expected = view(X)
    np.testing.assert_array_equal(found, expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert np.shares_memory(found, X)


@pytest.mark.parametrize("view", [flipped, squeezed])
def test_gradients_pass_them(view):
    def written(x):
        x = x * 1.0
        y = view(x)
        y[0] = y[0] * y[-1]
        y[1, 0, 2] *= 2.0
        return x * x

    expected = srcgrad.value_and_vjp(written, (X,), X)
    value, (gradient,) = srcgrad.value_and_vjp(written, (X,), X, jit=True)
    np.testing.assert_allclose(value, expected[0])
    np.testing.assert_allclose(gradient, expected[1][0])
    assert (gradient.shape, gradient.dtype) == (X.shape, X.dtype)


def test_axes_that_are_longer_than_one_are_not_squeezed():
    squeeze = numba.njit(lambda x: np.squeeze(x, axis=0))
    with pytest.raises(ValueError, match="size not equal to one"):
        squeeze(X.T)
