"""Operators of tuples and lists: Python's where no array is an operand, NumPy's where one is."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

X = np.array([0.3, 0.7, -0.5, 0.2])


def repeated_shape(x):
    return np.zeros(x.shape * 2) + x[0]


def repeated_by_an_argument(x, count):
    return np.zeros(x.shape * count) + x[0]


def not_repeated(x):
    return np.sum(np.ones(x.shape * 0)) * x


def repeated_in_place(x):
    shape = x.shape
    shape *= 2
    return np.ones(shape) * x


def repeated_and_compared(x):
    return x if (x.shape * 2) == (4, 4) else 2.0 * x


def compared_with_a_list(x):
    return x if x.shape == [4] else 2.0 * x


def differs_from_a_list(x):
    return x if [4] != x.shape else 2.0 * x


def ordered(x):
    return x if x.shape > (3, 7) else 2.0 * x


def repeated_by_a_number_of_numpy(x):
    return np.ones((2,) * np.int64(2)) * x[0]


def added_to_an_array(x):
    return x * np.prod(x.shape) + np.array(x.shape) + (1, 2, 3, 4)


def scaled_by_a_number_of_numpy(x):
    return (x[0] + (1.0, 2.0)) * x[:2]


CASES = [
    (repeated_shape, (X,)),
    (repeated_by_an_argument, (X, 2)),
    (not_repeated, (X,)),
    (repeated_in_place, (X,)),
    (repeated_and_compared, (X,)),
    (compared_with_a_list, (X,)),
    (differs_from_a_list, (X,)),
    (ordered, (X,)),
    (repeated_by_a_number_of_numpy, (X,)),
    (added_to_an_array, (X,)),
    (scaled_by_a_number_of_numpy, (X,)),
]


@pytest.mark.parametrize("f, inputs", CASES, ids=[f.__name__ for f, _ in CASES])
def test_value_and_derivatives(f, inputs):
    expected = f(*inputs)
    value, _ = srcgrad.value_and_vjp(f, inputs, np.ones_like(expected))
    np.testing.assert_array_equal(value, expected, strict=True)
    check_grads(f, inputs, order=2)


RAISING = {
    "times a float": lambda x: x * (x.shape * 2.0)[0],
    "minus": lambda x: x * (x.shape - 1),
    "negated": lambda x: -x.shape * x,
    "divided": lambda x: x * sum(x.shape / 2),
    "two shapes": lambda x: x * (x.shape * x.shape)[0],
    "a display": lambda x: (1, 2) * 2.0 * x,
    "a list": lambda x: [x[0]] - 1.0,
    "a float of numpy": lambda x: np.sum(x.shape * x[0]),
}


@pytest.mark.parametrize("name", RAISING)
def test_what_python_has_no_operator_for(name):
    with pytest.raises(TypeError) as expected:
        RAISING[name](X)
    with pytest.raises(TypeError) as found:
        srcgrad.pullback(RAISING[name], X)
    assert str(found.value) == str(expected.value)
