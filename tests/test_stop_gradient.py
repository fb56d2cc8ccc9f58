"""`stop_gradient`: an identity through which no derivative passes."""

import numpy as np

import srcgrad


def weighted(x):
    w = srcgrad.stop_gradient(x * x)
    return np.sum(w * x)


def test_it_is_a_constant_for_the_gradient_and_the_identity_otherwise():
    x = np.array([1.0, 2.0, 3.0])
    assert weighted(x) == np.sum(x**3)
    (x_bar,) = srcgrad.vjp(weighted, (x,))
    np.testing.assert_array_equal(x_bar, x * x)
    assert x_bar.shape == x.shape
    assert x_bar.dtype == x.dtype


def test_on_a_float():
    assert srcgrad.grad(lambda v: srcgrad.stop_gradient(v) * v)(3.0) == 3.0


def test_in_forward_mode():
    x = np.array([1.0, 2.0])
    value, tangent = srcgrad.jvp(weighted, (x,), (np.ones(2),))
    assert value == 9.0
    assert tangent == 5.0
