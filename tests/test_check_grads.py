"""``srcgrad.testing.check_grads``: what is right passes, and what is wrong is named."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

X = np.array([0.5, -0.3, 0.8])


def of_structure(p, n):
    y = np.sin(p["a"]) * p["b"] ** n
    for i in range(1, len(y)):
        y[i] += y[i - 1] * p["a"][i]
    return {"y": y, "n": n, "s": np.sum(y)}


def test_a_right_function():
    check_grads(of_structure, ({"a": X, "b": 1.3}, 2))
    check_grads(lambda x: x**4, (1.5,), order=3)


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_dtypes(dtype):
    check_grads(lambda x: np.sum(x**3) * x, (X.astype(dtype),))


def stopped(x):
    """Its derivative misses a factor."""
    return np.sum(x * srcgrad.stop_gradient(x))


def straightened(x):
    """The square: the first derivative is right, the second is 0."""
    fixed = srcgrad.stop_gradient(x)
    return np.sum(fixed**2 + 2.0 * fixed * (x - fixed))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_wrong_derivative_is_named(mode):
    with pytest.raises(AssertionError, match=f"{mode}, against"):
        check_grads(stopped, (X,), order=1, modes=(mode,))
    check_grads(straightened, (X,), order=1, modes=(mode,))
    with pytest.raises(AssertionError, match=f"{mode} of {mode}, against"):
        check_grads(straightened, (X,), order=2, modes=(mode,))


def test_wrong_arguments():
    for wrong, message in (
        ({"modes": ("sideways",)}, r"modes is \('sideways',\), and its items are among"),
        ({"modes": "forward"}, "modes is 'forward', and its items are among"),
        ({"order": 0}, "order is 0, and the first is 1"),
    ):
        with pytest.raises(ValueError, match=message):
            check_grads(np.sin, (1.0,), **wrong)
    with pytest.raises(srcgrad.InputError, match=r"inputs is ndarray, not a tuple"):
        check_grads(np.sin, np.ones(2))
