"""Functions that call themselves to a depth that values decide are procedures of generated code."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import AliasError, UnsupportedSyntax
from tests.oracle import assert_same_gradients, oracle_vjp


def newton(x, a):
    if abs(x * x - a) < 1e-9:
        return x
    return newton(0.5 * (x + a / x), a)


def test_the_source_is_a_procedure_that_calls_itself():
    source = srcgrad.source(newton, 1.0, 2.0)
    assert source.count("newton_reverse(") == 3  # its definition, by itself, and once more
    place = f"test_recursion.py:{newton.__code__.co_firstlineno}"
    assert f"Adjoint of newton ({place}), which calls itself." in source


def test_the_tangent_and_the_second_derivative():
    x_bar, a_bar = srcgrad.vjp(newton, (1.0, 2.0))
    value, tangent = srcgrad.jvp(newton, (1.0, 2.0), (1.0, 1.0))
    np.testing.assert_allclose([value, tangent], [2.0**0.5, x_bar + a_bar], rtol=1e-10)
    second = srcgrad.grad(srcgrad.grad(newton, argnums=1), argnums=1)(1.0, 2.0)
    np.testing.assert_allclose(second, -0.25 * 2.0**-1.5, rtol=1e-6)


def halved(x):
    if np.sum(x) < 4.0:
        return x
    return halved(0.5 * x) * x


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arrays(dtype, mode):
    x = np.array([3.0, 5.0, 2.0], dtype)
    y_bar = np.ones(3, dtype)
    expected = oracle_vjp(halved, (x,), y_bar)
    assert_same_gradients(srcgrad.vjp(halved, (x,), y_bar), expected, 1e-5, 1e-6)


def test_what_comes_back_as_it_went_in_is_a_copy():
    x = np.array([1.0, 2.0])
    y_bar = np.ones(2)
    (x_bar,) = srcgrad.vjp(halved, (x,), y_bar)
    assert not np.may_share_memory(x_bar, y_bar)
    x_bar[:] = 7.0
    np.testing.assert_array_equal(y_bar, 1.0)


# --- refusals ---------------------------------------------------------------------------------------


def endless(x):
    return endless(x * 2.0) * x


def writing(x, last):
    if x[last] > 5.0:
        return x[last]
    x[0] = x[0] * 2.0
    return writing(x, last - 1)


def printing(x):
    print("again")
    if x > 10.0:
        return x
    return printing(x * 2.0)


def written_afterwards(x):
    y = halved(x)
    y[0] = 3.0
    return y.sum() + x.sum()


@pytest.mark.parametrize(
    ("f", "inputs", "error", "words"),
    [
        (endless, (1.0,), UnsupportedSyntax, "calls itself on every path"),
        (writing, (np.array([1.0, 6.0, 2.0]), 2), AliasError, "writes into `x`"),
        (printing, (1.0,), UnsupportedSyntax, "prints"),
        (written_afterwards, (np.array([3.0, 5.0]),), AliasError, "`y` goes through `halved`"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_refused(f, inputs, error, words, mode):
    with pytest.raises(error, match=words) as caught:
        srcgrad.vjp(f, inputs)
    assert "test_recursion.py:" in str(caught.value)


def test_a_recursion_over_sizes_needs_examples_for_its_source():
    def halves(x):
        if len(x) == 1:
            return x[0]
        return halves(x[: len(x) // 2]) * halves(x[len(x) // 2 :])

    assert "halves_vjp" in srcgrad.source(halves, np.ones(4))
    assert "halves_reverse" not in srcgrad.source(halves, np.ones(4))
