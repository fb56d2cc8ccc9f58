"""What inputs and cotangents are refused, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from tests.test_errors import X, double, raised


def into(x, y):
    x[:] = y


def test_what_is_no_function():
    error = raised(3.0, X)
    assert isinstance(error, srcgrad.InputError)
    assert "3.0 cannot be called" in str(error)


def test_too_many_inputs():
    error = raised(double, X, X)
    assert isinstance(error, TypeError)
    assert "double(): too many positional arguments" in str(error)
    assert "call it as double(x)" in str(error)


def test_the_gradient_by_an_integer():
    error = raised(double, 2, argnums=(0,))
    assert isinstance(error, TypeError)
    assert "`x`" in str(error)
    assert "pass a float (x=1.0" in str(error)


def test_arrays_of_objects():
    error = raised(double, np.array([None]))
    assert "arrays of dtype object are not supported" in str(error)


def test_a_function_that_returns_nothing():
    error = raised(into, X.copy(), X)
    assert "into returns None" in str(error)
    assert "it writes into: x" in str(error)
    assert "def wrapper(x, y):\n           into(x, y)\n           return x" in str(error)


def test_overlapping_inputs():
    def f(x, y):
        x[0] = y[0]
        return x

    error = raised(f, X, X, cotangent=X)
    assert isinstance(error, srcgrad.AliasError)
    assert isinstance(error, ValueError)
    assert "may share memory" in str(error)


def test_an_array_output_needs_a_cotangent():
    error = raised(double, X)
    assert isinstance(error, srcgrad.CotangentError)
    assert isinstance(error, ValueError)
    assert "a cotangent is needed" in str(error)


def test_a_cotangent_of_another_shape_names_both():
    text = str(raised(double, X, cotangent=np.ones(3)))
    assert "(3,)" in text
    assert "(2,)" in text
    assert "never broadcast" in text


def test_a_cotangent_of_another_structure():
    text = str(raised(lambda x: (x, x), X, cotangent=X))
    assert "the cotangent is" in text
    assert "tuple" in text


def test_a_complex_cotangent_of_a_real_output():
    assert "complex128" in str(raised(double, X, cotangent=X * 1j))


def test_an_integer_output():
    assert "which has no derivative" in str(raised(lambda x: 3, 1.0))


class Held:
    """An object that holds an array."""

    def __init__(self, part):
        self.part = part


@pytest.mark.parametrize(
    ("held", "read"),
    [
        (lambda x: (x,), lambda p: p[0]),
        (lambda x: {"x": x}, lambda p: p["x"]),
        (Held, lambda p: p.part),
    ],
)
def test_what_is_not_used_of_a_part_of_an_input_makes_no_nan(held, read):
    x, t = np.array([1.0, np.nan, 3.0]), np.array([1.0, 2.0, 4.0])
    _, t_bar = srcgrad.vjp(lambda p, t: np.nansum(read(p) * t), (held(x), t))
    np.testing.assert_array_equal(t_bar, [1.0, 0.0, 3.0])
    _, t_dot = srcgrad.jvp(lambda p, t: np.nansum(read(p) * t), (held(x), t), (None, t))
    assert t_dot == 13.0
