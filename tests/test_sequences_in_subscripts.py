"""Lists and tuples as parts of subscripts: arrays of places, which may name an element twice."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import check_grads

A = np.arange(9.0).reshape(3, 3) * 0.1 + 0.2
X = np.array([0.3, 0.7, -0.5])
TWICE = (0, 0)


def read(a, x):
    return a[(0, 0), 1] * x[0]


def read_by_a_constant(a, x):
    return a[TWICE, 1] * x[0]


def read_by_an_argument(a, x, places):
    return a[places, 1] * x[0]


def stored(a, x):
    b = a * 1.0
    b[(0, 0), (1, 1)] = x[:2]
    return b


def scaled(a, x):
    b = a * 1.0
    b[(0, 0),] *= x[0]
    return b


def read_and_written(a, x):
    y = a[(0, 0), :]
    y[0, 0] = x[0]
    return y


def added_in_a_row(a, x):
    b = a * 1.0
    b[0, [1, 1]] += x[:2]
    return b


def added_rows(a, x):
    b = a * 1.0
    b[[0, 0], :] += x[0]
    return b


def added_columns(a, x):
    b = a * 1.0
    b[:, [1, 1]] -= x[:2]
    return b


def added_through_a_view(a, x):
    b = a * 1.0
    c = b[:2]
    c[:, [0, 0]] += x[:2]
    return b


def added_at_one_element_by_two_names(a, x):
    b = a * 1.0
    b[[0, 0], [1, -2]] += x[:2]
    return b


def added_by_an_argument(a, x, places):
    b = a * 1.0
    b[places, 0] += a[0, 0] * x[0]
    return b


def masked(a, x):
    b = a * 1.0
    b[(True, False, True),] = x
    return b


CASES = [
    (read, ()),
    (read_by_a_constant, ()),
    (read_by_an_argument, ((0, 0),)),
    (read_by_an_argument, ([0, 0],)),
    (stored, ()),
    (scaled, ()),
    (read_and_written, ()),
    (added_in_a_row, ()),
    (added_rows, ()),
    (added_columns, ()),
    (added_through_a_view, ()),
    (added_at_one_element_by_two_names, ()),
    (added_by_an_argument, ([0, 0],)),
    (added_by_an_argument, ((0, 1),)),
    (masked, ()),
]


@pytest.mark.parametrize("f, more", CASES, ids=[f"{f.__name__}{more}" for f, more in CASES])
def test_value_and_derivatives(f, more):
    expected = f(A.copy(), X, *more)
    value, _ = srcgrad.value_and_vjp(f, (A, X, *more), np.ones_like(expected))
    np.testing.assert_array_equal(value, expected, strict=True)
    check_grads(f, (A, X, *more), order=2)


def separated_by_no_axes(a, x):
    b = a * 1.0
    b[None, [0, 2], ..., [1, 1]] += x[:2, None]
    return b


def read_apart(a, x):
    return a[None, [0, 2], ..., (1, 1)] * x[0]


def together(a, x):
    return a[[0, 1], ..., [1, 2]] * x[:2]


def nested_and_empty(a, x):
    b = a * x[1]
    b[[[], []], 0] = x[0]
    return b


@pytest.mark.parametrize("f", [separated_by_no_axes, read_apart, together, nested_and_empty])
def test_arrays_of_places_that_an_ellipsis_separates(f):
    expected = f(A.copy(), X)
    value, _ = srcgrad.value_and_vjp(f, (A, X), np.ones_like(expected))
    np.testing.assert_array_equal(value, expected, strict=True)
    check_grads(f, (A, X), order=2)
