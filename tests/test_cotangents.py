"""What is passed has the lengths and shapes of what it belongs to, also where they are not known before."""

import numpy as np
import pytest

import srcgrad


def multiples(x, n):
    return [x * i for i in range(n)]


@pytest.mark.parametrize(
    "count, item", [(2, np.ones(2)), (4, np.ones(2)), (3, np.ones(1)), (3, 1.0)]
)
def test_the_cotangent_of_a_list_has_its_length_and_shapes(count, item):
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(multiples, (np.ones(2), 3), [item] * count)


def test_inner_tangents_have_the_shapes_of_inputs():
    def moved(x, t):
        return srcgrad.jvp(lambda x: x * 2 + x[::-1], (x,), (t,))[1]

    def stored(x, k, t):
        def f(x):
            z = np.zeros(3)
            z[:] = x[:k]
            return z * 2

        return srcgrad.jvp(f, (x,), (t,))[1]

    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(moved, (x, np.ones(1)), x)
    for k, expected in ((1, [6.0, 0.0, 0.0]), (3, [2.0, 2.0, 2.0])):
        (t_bar,) = srcgrad.vjp(stored, (x, k, x), np.ones(3), argnums=2)
        np.testing.assert_array_equal(t_bar, expected)


@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
def test_an_input_is_named_once(argnums):
    with pytest.raises(srcgrad.InputError, match="twice"):
        srcgrad.grad(lambda x, y: np.sum(x * y), argnums)(np.ones(2), np.ones(2))
    with pytest.raises(srcgrad.InputError, match="twice"):
        srcgrad.jacobian(lambda x, y: x * y, argnums)(np.ones(2), np.ones(2))


@pytest.mark.parametrize("argnums", [None, ()])
def test_a_jacobian_is_by_some_input(argnums):
    with pytest.raises(srcgrad.InputError, match="argnums"):
        srcgrad.jacobian(np.sum, argnums)
