"""Names of comprehensions, generator expressions and lambdas are their own."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, central_differences

X = np.array([0.6, 1.1, 0.4, 0.9])


def of_a_list(x):
    i = x[0]
    y = [i * 2.0 for i in x]
    return i * sum(y)


def of_a_constant(x):
    i = 2.0
    y = [i * i for i in x if i > 0.5]
    return i * sum(y)


def of_two_targets(x):
    a, b = x[0], x[1]
    y = [a * b for a, b in zip(x, x[::-1], strict=True)]
    return a * b * sum(y)


def of_loops_inside(x):
    i, j = x[0], x[1]
    y = [i * j for i in x for j in (i, 2.0 * i)]
    z = [[j for j in (i, x[0])] for i in x]  # noqa: C416
    return i * j * sum(y) + z[2][0] * i


def of_a_counter(x):
    total = 0.0
    for i in range(3):
        y = [i * i for i in x]
        total = total + y[i] * i
    return total


def of_a_generator(x):
    v = x[3]
    total = sum(v * v for v in x) + max(v for v in x)
    return total * v


def of_a_lambda(x):
    v = x[0]
    f = lambda v: v * x[1]
    return f(x[2]) * v


def of_a_walrus(x):
    last = 0.0
    y = [last := v * v for v in x]
    return last * y[0]


ALL = [
    of_a_list,
    of_a_constant,
    of_two_targets,
    of_loops_inside,
    of_a_counter,
    of_a_generator,
    of_a_lambda,
    of_a_walrus,
]


@pytest.mark.parametrize("f", ALL)
def test_names_are_what_they_were(f, mode):
    value, gradients = srcgrad.value_and_vjp(f, (X,))
    np.testing.assert_allclose(value, f(X), rtol=1e-12)
    expected = central_differences(f, (X,))
    assert_same_gradients(gradients, expected, 1e-6, 1e-8)
    tangents = [srcgrad.jvp(f, (X,), (e,))[1] for e in np.eye(4)]
    np.testing.assert_allclose(tangents, expected[0], 1e-6, 1e-8)
