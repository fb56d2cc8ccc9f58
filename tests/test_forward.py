"""Forward mode: ``jvp`` against reverse mode, central differences and its own contract."""

import functools

import numpy as np
import pytest

import srcgrad
from srcgrad.api import derivative_of
from srcgrad.dispatch import asked
from tests.corpus import REFUSED, inner_product, moved, single
from tests.oracle import random_cotangent
from tests.programs import PROGRAMS

SMOOTH = [program for program in PROGRAMS if program.smooth and not single(program)]


@pytest.mark.parametrize("program", SMOOTH[::3], ids=lambda program: program.name)
def test_central_differences(program):
    if program.name in REFUSED:
        pytest.skip("refused")
    tangents = random_cotangent(program.fresh(), 3)
    _, tangent = srcgrad.jvp(program.f, program.fresh(), tangents)
    weights = random_cotangent(tangent)
    after, before = (
        inner_product(weights, program.f(*moved(program.fresh(), tangents, step)))
        for step in (1e-6, -1e-6)
    )
    np.testing.assert_allclose(inner_product(weights, tangent), (after - before) / 2e-6, 1e-5, 1e-6)


# --- the contract -----------------------------------------------------------------------------


def product(x, y):
    return x * y


def running_sums(x, n):
    y = np.zeros(n)
    total = 0.0
    for i in range(n):
        if x[i] > 0:
            total = total + x[i] ** 2
        y[i] = total * np.sin(x[i])
    return y, total, n


def test_the_tangent_has_the_structure_of_the_value():
    x = np.array([0.5, -1.0, 2.0])
    value, tangent = srcgrad.jvp(running_sums, (x, 3), (np.ones(3), None))
    assert isinstance(value, tuple) and isinstance(tangent, tuple)
    assert tangent[0].shape == (3,) and tangent[2] is None
    np.testing.assert_allclose(tangent[1], 2 * (0.5 + 2.0))


def test_none_is_a_zero_tangent():
    assert srcgrad.jvp(product, (2.0, 3.0), (None, 1.0)) == (6.0, 2.0)
    assert srcgrad.jvp(product, (2.0, 3.0), (None, None)) == (6.0, 0.0)


def test_an_inactive_output_has_a_zero_tangent():
    def f(x):
        return x * 2.0, np.ones(3)

    _, tangent = srcgrad.jvp(f, (np.ones(2),), (np.ones(2),))
    np.testing.assert_array_equal(tangent[1], np.zeros(3))


def test_single_precision_stays_single():
    x = np.ones(3, np.float32)
    _, tangent = srcgrad.jvp(lambda x: np.exp(x) * 2.0, (x,), (np.ones(3),))
    assert tangent.dtype == np.float32


def test_inputs_and_tangents_are_not_changed():
    def f(x):
        x[0] = x[1] * 2.0
        return x

    x, x_dot = np.arange(3.0), np.array([1.0, 2.0, 3.0])
    value, tangent = srcgrad.jvp(f, (x,), (x_dot,))
    np.testing.assert_array_equal(x, np.arange(3.0))
    np.testing.assert_array_equal(x_dot, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(tangent, [4.0, 2.0, 3.0])
    assert not np.shares_memory(value, x) and not np.shares_memory(tangent, x_dot)


def test_containers():
    def f(params, x):
        return params["w"] @ x + params["b"][0]

    params = {"w": np.ones((2, 3)), "b": [np.ones(2), 4]}
    dots = {"w": np.zeros((2, 3)), "b": [np.full(2, 5.0), None]}
    _, tangent = srcgrad.jvp(f, (params, np.ones(3)), (dots, np.ones(3)))
    np.testing.assert_array_equal(tangent, [8.0, 8.0])
    _, tangent = srcgrad.jvp(f, (params, np.ones(3)), (None, np.ones(3)))
    np.testing.assert_array_equal(tangent, [3.0, 3.0])


def test_lists_of_unknown_length():
    def f(x):
        found, other = [], []
        for v in x:
            found.append(v * v)
            other.append(1.0)
        return np.stack(found), np.stack(other)

    x = np.array([1.0, 2.0])
    _, tangent = srcgrad.jvp(f, (x,), (np.ones(2),))
    np.testing.assert_array_equal(tangent[0], [2.0, 4.0])
    np.testing.assert_array_equal(tangent[1], [0.0, 0.0])


SCALE = 2.0


def scaled(x):
    return SCALE * x


def test_a_changed_global_is_seen(monkeypatch):
    assert srcgrad.jvp(scaled, (1.0,), (1.0,)) == (2.0, 2.0)
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert srcgrad.jvp(scaled, (1.0,), (1.0,)) == (5.0, 5.0)


def power(x, n):
    return x if n == 0 else x * power(x, n - 1)


def test_recursion_that_an_integer_ends():
    assert srcgrad.jvp(power, (2.0, 3), (1.0, None)) == (16.0, 32.0)
    assert srcgrad.jvp(power, (2.0, 2), (1.0, None)) == (8.0, 12.0)


class Layer:
    def __init__(self, w):
        self.w = w

    def loss(self, x):
        return np.sum(self.w * x * x)


def test_methods_and_partial_functions():
    x, x_dot = np.arange(3.0), np.ones(3)
    assert srcgrad.jvp(Layer(np.ones(3)).loss, (x,), (x_dot,)) == (5.0, 6.0)
    assert srcgrad.jvp(functools.partial(product, y=3.0), (2.0,), (1.0,)) == (6.0, 3.0)
    assert srcgrad.jvp(functools.partial(product, 3.0), (2.0,), (1.0,)) == (6.0, 3.0)


def test_division_by_zero_gives_infinity():
    with np.errstate(divide="ignore"):
        assert srcgrad.jvp(lambda x: np.log(x), (0.0,), (1.0,)) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("tangents", "message"),
    [
        ((np.ones(3), np.ones(2)), "shape (3,), the input has shape (2,)"),
        ((np.ones(2),), "2 inputs have 1 tangents"),
        ((np.ones(2), 1j * np.ones(2)), "complex128"),
        (([1.0, 1.0, 1.0], None), "shape (3,)"),
    ],
)
def test_a_wrong_tangent_is_an_error(tangents, message):
    with pytest.raises(srcgrad.CotangentError) as error:
        srcgrad.jvp(product, (np.ones(2), np.ones(2)), tangents)
    assert message in str(error.value) and "try:" in str(error.value)


def test_a_wrong_structure_is_an_error():
    with pytest.raises(srcgrad.CotangentError, match="structure"):
        srcgrad.jvp(lambda p: p[0] * p[1], ((1.0, 2.0),), ((1.0,),))
    with pytest.raises(srcgrad.InputError, match="tuple"):
        srcgrad.jvp(product, (1.0, 2.0), 1.0)


def test_overlapping_inputs_that_are_written_are_refused():
    def f(x, y):
        x[0] = y[0]
        return x

    x = np.ones(3)
    with pytest.raises(srcgrad.AliasError):
        srcgrad.jvp(f, (x, x[::-1]), (x, x))


# --- what the generated code looks like -------------------------------------------------------


def formula(a, b, c):
    return 3 * a + 2 * b * b + np.log(c)


def code(f, *inputs):
    derivative, function, everything = derivative_of(f, inputs, asked("jvp"))
    text = derivative.entry(function, everything).source
    return text[text.index("def ") :]


def test_straight_line_code():
    x = np.ones(3)
    assert code(formula, x, x, x).splitlines()[-1] == (
        "    return 3 * a + 2 * b * b + np.log(c), 3 * a_dot + 4 * b * b_dot + c_dot / c"
    )


def test_stores_and_branches_stand_beside_their_tangents():
    text = code(running_sums, np.ones(3), 3)
    assert "total_dot = 0.0" in text
    assert "y_dot = np.zeros_like(y)" in text
    assert text.index("y[i] = ") < text.index("y_dot[i] = ")


def precisions_of_a_branch(x, b):
    if b > 1.0:
        b = b + np.float64(0.5) * b
    total = x[0]
    for v in (b, x[1]):
        total = max(total, v)
    return x + b * 3.0, {"total": [total * b]}


@pytest.mark.parametrize("b", [0.5, 1.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_tangent_has_the_precision_of_its_value(b, dtype):
    x = np.array([0.5, 2.5, 1.0], dtype)
    value, tangent = srcgrad.jvp(precisions_of_a_branch, (x, b), (np.ones_like(x), 1.0))
    expected = precisions_of_a_branch(x, b)
    assert value[0].dtype == tangent[0].dtype == expected[0].dtype
    found = tangent[1]["total"][0]
    assert np.result_type(found) == np.result_type(expected[1]["total"][0])
    np.testing.assert_allclose(tangent[0], 4.0 if b < 1.0 else 5.5, rtol=1e-6)
    assert srcgrad.jvp(precisions_of_a_branch, (x, b), (None, 1.0))[1][0].dtype == value[0].dtype


@pytest.mark.parametrize(
    "f", [lambda x: x * np.abs(0.5), lambda x: x[0] / (0.5 + np.absolute(-2.0))]
)
def test_constants_of_numpy_have_the_precision_of_numpy(f):
    """NumPy 2: a float64 is no Python float, which takes the precision of what it meets."""
    x = np.array([0.5, 2.5], np.float32)
    value, tangent = srcgrad.jvp(f, (x,), (x,))
    assert value.dtype == tangent.dtype == f(x).dtype
    np.testing.assert_array_equal(value, f(x))
    np.testing.assert_allclose(tangent, value, rtol=1e-6)
    cotangent = np.ones(2) if value.ndim else 1.0
    assert srcgrad.value_and_vjp(f, (x,), cotangent)[0].dtype == f(x).dtype


def test_what_is_taken_twice_from_one_result_is_one_array():
    """The tangent of the second result reads the first one, which is written in between."""

    def f(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        u /= s
        return u @ vh

    a, a_dot = np.array([[2.0, 0.3], [0.7, 2.0]]), np.array([[0.0, 0.5], [1.0, 0.0]])
    _, found = srcgrad.jvp(f, (a,), (a_dot,))
    expected = (f(a + 1e-6 * a_dot) - f(a - 1e-6 * a_dot)) / 2e-6
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    cotangent = np.array([[1.0, -2.0], [0.5, 3.0]])
    (a_bar,) = srcgrad.vjp(f, (a,), cotangent)
    np.testing.assert_allclose(np.sum(a_bar * a_dot), np.sum(cotangent * found))


def test_a_long_recurrence_is_read_once():
    """Each term reads the two before it: asked for anew by each reader, there would be 2**60."""
    factors = tuple(0.1 * k for k in range(60))

    def f(x):
        a, b = 0.0, 1.0
        for factor in factors:
            a, b = b, x * b - a + factor
        return 0.5 * (b - a)

    x, x_dot = np.array([0.3, -0.5]), np.ones(2)
    _, found = srcgrad.jvp(f, (x,), (x_dot,))
    expected = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(srcgrad.vjp(f, (x,), x_dot)[0], expected, rtol=1e-5)


def returned_in_a_loop(b, d, a):
    for y in (1.69, b, d):
        if np.sum(a) > 4.0 * y:
            return np.square(np.full(2, y)), a + b
        a += y * d
    return np.full(2, d), a * b


def test_values_without_derivative_that_may_not_be_there():
    """The first of these values has none, and is not assigned on the path that goes on."""
    inputs = (1.2, -0.4, np.array([0.5]))
    for sum_before in (7.0, 5.0, 0.0):
        given = (*inputs[:2], np.array([sum_before]))
        moves = (0.3, 0.7, np.array([-0.2]))
        value, tangent = srcgrad.jvp(returned_in_a_loop, given, moves)
        expected = returned_in_a_loop(*given[:2], given[2].copy())
        after, before = (
            returned_in_a_loop(*(x + h * m for x, m in zip(given, moves, strict=True)))
            for h in (1e-6, -1e-6)
        )
        for k in range(2):
            np.testing.assert_array_equal(value[k], expected[k])
            assert tangent[k].shape == value[k].shape and tangent[k].dtype == value[k].dtype
            np.testing.assert_allclose(tangent[k], (after[k] - before[k]) / 2e-6, 1e-7, 1e-9)


def test_arrays_of_no_axes_that_are_written_into():
    """A sum of arrays of no axes is a number: their tangents must be arrays all the same."""

    def f(x):
        y = np.where(x[0] > 9.0, x[0], x[1])
        y += x[2]
        y[...] = np.sin(y)
        return y * x[1]

    x, x_dot = np.array([0.3, 0.5, 0.7]), np.array([1.0, 2.0, -1.5])
    value, tangent = srcgrad.jvp(f, (x,), (x_dot,))
    assert value == np.sin(1.2) * 0.5
    np.testing.assert_allclose(tangent, np.sin(1.2) * 2.0 + 0.5 * np.cos(1.2) * 0.5)
