"""Functions of numbers that are called for each element: `np.vectorize`, `numba.vectorize`."""

import math

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import UnsupportedSyntax
from tests.oracle import assert_same_gradients, oracle_vjp

normal_cdf = np.vectorize(lambda x: 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))))


@np.vectorize
def leaky(x):
    return x if x > 0.0 else 0.1 * x


def of_two(a, b):
    return a * b if a > b else a**b


X = np.array([[0.5, -1.5, 2.0], [1.0, 0.3, -0.2]])
W = np.array([0.7, 1.3, 2.1])


def by_hand(function, *arrays):
    """What `np.vectorize(function)` computes, in a loop."""
    shape = np.broadcast_shapes(*(np.shape(x) for x in arrays))
    result = np.zeros(shape)
    for index in np.ndindex(*shape):
        result[index] = function(*(np.broadcast_to(x, shape)[index] for x in arrays))
    return result


def module_level(x):
    return normal_cdf(x) * leaky(x)


def module_level_by_hand(x):
    cdf = by_hand(lambda v: 0.5 * (1.0 + math.erf(v / math.sqrt(2.0))), x)
    return cdf * by_hand(lambda v: v if v > 0.0 else 0.1 * v, x)


def of_two_shapes(x, w):
    return np.vectorize(of_two, otypes=[float])(x**2, w)


def of_two_shapes_by_hand(x, w):
    return by_hand(of_two, x**2, w)


def with_a_number(x, k):
    f = np.vectorize(lambda a, b: math.exp(-a * b))
    return f(x, k) * f(1.0, k)


def with_a_number_by_hand(x, k):
    f = lambda a, b: math.exp(-a * b)
    return by_hand(f, x, k) * f(1.0, k)


CASES = {
    "module_level": (module_level, module_level_by_hand, (X,)),
    "of_two_shapes": (of_two_shapes, of_two_shapes_by_hand, (X, W)),
    "with_a_number": (with_a_number, with_a_number_by_hand, (W, 0.4)),
}


@pytest.mark.parametrize("name", CASES)
def test_gradient(name, mode):
    function, loop, inputs = CASES[name]
    y = function(*inputs)
    np.testing.assert_allclose(y, loop(*inputs))
    cotangent = np.random.default_rng(0).uniform(0.5, 1.5, y.shape)
    actual = srcgrad.vjp(function, inputs, cotangent)
    assert_same_gradients(actual, oracle_vjp(loop, inputs, cotangent))


def test_compiled_by_numba():
    numba = pytest.importorskip("numba")
    each = numba.vectorize(of_two)

    def total(x, w):
        return np.sum(each(x**2, w))

    for jit in (False, True):
        actual = srcgrad.vjp(total, (X, W), jit=jit)
        expected = srcgrad.vjp(of_two_shapes, (X, W), np.ones((2, 3)))
        assert_same_gradients(actual, expected)


def test_what_returns_an_array_is_refused():
    def f(x):
        return np.vectorize(lambda v: np.array([v, v]), signature="()->(n)")(x)

    with pytest.raises(UnsupportedSyntax, match="vectorize"):
        srcgrad.vjp(f, (W,), np.ones((3, 2)))


vectorized_of_two = np.vectorize(of_two)


@pytest.mark.parametrize("w", [W, 0.7], ids=["arrays", "number"])
def test_arguments_by_keyword(w):
    def f(x, w):
        return vectorized_of_two(x, b=w) + vectorized_of_two(b=w, a=x)

    x, y_bar = np.abs(X), np.ones((2, 3))
    value, gradients = srcgrad.value_and_vjp(f, (x, w), y_bar)
    np.testing.assert_allclose(value, f(x, w), rtol=1e-12)
    expected = oracle_vjp(lambda x, w: 2.0 * by_hand(of_two, x, w), (x, w), y_bar)
    assert_same_gradients(gradients, expected)
