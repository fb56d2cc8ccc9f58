"""The public functions: what they take, give and refuse."""

import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import srcgrad

SCALE = 3.0


def product(x, y):
    """The product of its inputs."""
    return x * y


def loss(w, x, power=2, *, weight=1.0):
    """A scalar with defaults and a keyword."""
    return weight * np.sum((x @ w) ** power)


@srcgrad.grad
def decorated(x):
    """Decorated without parentheses."""
    return np.sum(x * x)


@srcgrad.grad(argnums=(0, 1))
def decorated_twice(x, y):
    return np.sum(x * y)


def doubled(x):
    for i in range(len(x)):
        x[i] = 2.0 * x[i] * x[i]
    return np.sum(x)


def halves(x):
    return {"sum": np.sum(x), "parts": (x * 2.0, x * x)}


A = np.array([1.0, 2.0, 3.0])
B = np.array([4.0, 5.0, 6.0])


# --- vjp ----------------------------------------------------------------------------------------


def test_vjp_gives_one_gradient_per_input():
    a_bar, b_bar = srcgrad.vjp(product, (A, B), np.array([1.0, 0.1, 0.01]))
    np.testing.assert_array_equal(a_bar, [4.0, 0.5, 0.06])
    np.testing.assert_array_equal(b_bar, [1.0, 0.2, 0.03])


def test_argnums_names_the_gradients():
    (b_bar,) = srcgrad.vjp(product, (A, B), np.ones(3), argnums=1)
    np.testing.assert_array_equal(b_bar, A)
    b_bar, a_bar = srcgrad.vjp(product, (A, B), np.ones(3), argnums=(1, 0))
    np.testing.assert_array_equal(b_bar, A)
    np.testing.assert_array_equal(a_bar, B)
    np.testing.assert_array_equal(srcgrad.vjp(product, (A, B), np.ones(3), argnums=[-1])[0], A)


@pytest.mark.parametrize("argnums", ["x", 1.5, (0, "y"), True])
def test_argnums_are_positions(argnums):
    with pytest.raises(srcgrad.InputError, match="argnums"):
        srcgrad.vjp(product, (A, B), np.ones(3), argnums=argnums)


def test_argnums_beyond_the_inputs():
    with pytest.raises(srcgrad.InputError, match="argnums names input 2, and there are 2 inputs"):
        srcgrad.vjp(product, (A, B), np.ones(3), argnums=2)


def test_value_and_vjp():
    value, (a_bar, b_bar) = srcgrad.value_and_vjp(product, (A, B), np.ones(3))
    np.testing.assert_array_equal(value, A * B)
    np.testing.assert_array_equal(a_bar, B)
    np.testing.assert_array_equal(b_bar, A)


def test_a_list_of_inputs_is_taken_and_an_array_is_not():
    np.testing.assert_array_equal(srcgrad.vjp(product, [A, B], np.ones(3))[0], B)
    with pytest.raises(srcgrad.InputError, match=r"not a tuple"):
        srcgrad.vjp(decorated.primal, A)


def test_inputs_and_cotangent_are_not_changed():
    x, y_bar = A.copy(), np.array(1.0)
    for _ in range(2):
        (x_bar,) = srcgrad.vjp(doubled, (x,), y_bar)
        np.testing.assert_array_equal(x, A)
        np.testing.assert_array_equal(x_bar, 4.0 * A)


def test_gradients_are_writable_and_unshared():
    y_bar = np.ones(3)
    arrays = [*srcgrad.vjp(lambda x, y: x + y, (A, B), y_bar), A, B, y_bar]
    for k, a in enumerate(arrays):
        assert a.flags.writeable
        assert not any(np.may_share_memory(a, b) for b in arrays[k + 1 :])


# --- kinds of gradients -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        2.0,
        np.float64(2.0),
        np.float32(2.0),
        np.array(2.0),
        np.array(2.0, np.float32),
        np.array([2.0]),
        np.array([2.0, 3.0], np.float32),
        np.ones((2, 0)),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "other", [3.0, np.float32(3.0), np.array(3.0), np.array([3.0], np.float32)], ids=str
)
def test_a_gradient_has_the_kind_of_its_input(x, other):
    y = product(x, other)
    y_bar = np.ones(np.shape(y), np.asarray(y).dtype)
    for argnums in (None, (0, 1)):
        for value, found in zip(
            (x, other), srcgrad.vjp(product, (x, other), y_bar, argnums=argnums), strict=True
        ):
            assert np.asarray(found).dtype == np.asarray(value).dtype
            assert np.shape(found) == np.shape(value)
            assert isinstance(found, np.ndarray) == isinstance(value, np.ndarray)
            if isinstance(value, float):
                assert isinstance(found, float)
            if isinstance(value, np.ndarray):
                assert found.flags.writeable
                assert not np.may_share_memory(found, y_bar)


def test_what_is_no_floating_number_has_no_gradient():
    def f(x, n, flag, how, nothing):
        return x * n if flag and how == "times" and nothing is None else x

    found = srcgrad.vjp(f, (2.0, 3, True, "times", None))
    assert found == (3.0, None, None, None, None)
    with pytest.raises(TypeError, match="pass a float"):
        srcgrad.vjp(f, (2.0, 3, True, "times", None), argnums=(0, 1))


def test_an_integer_array_has_no_gradient():
    index = np.array([0, 2])
    x_bar, nothing = srcgrad.vjp(lambda x, i: np.sum(x[i]), (A, index))
    np.testing.assert_array_equal(x_bar, [1.0, 0.0, 1.0])
    assert nothing is None


class Pair(NamedTuple):
    first: float
    second: np.ndarray


@dataclass
class Layer:
    weight: np.ndarray
    bias: float

    def __call__(self, x):
        return self.weight @ x + self.bias

    def loss(self, x):
        return np.sum(self(x) ** 2)

    @srcgrad.grad
    def slope(self, x):
        return np.sum(self.weight @ x)

    @classmethod
    def zero(cls, x):
        return np.sum(0.0 * x)


def test_nested_inputs_have_nested_gradients():
    def f(parameters, pair):
        hidden = parameters["w"] * parameters["layers"][0]
        return np.sum(hidden * pair.second) * pair.first

    parameters = {"w": A.copy(), "layers": [B.copy()]}
    first, second = srcgrad.vjp(f, (parameters, Pair(2.0, A)))
    np.testing.assert_array_equal(first["w"], 2.0 * B * A)
    np.testing.assert_array_equal(first["layers"][0], 2.0 * A * A)
    assert isinstance(second, tuple) and second[0] == np.sum(A * A * B)


def test_an_input_without_influence_has_zeros():
    x_bar, y_bar, s_bar = srcgrad.vjp(lambda x, y, s: np.sum(x), (A, B, 2.0))
    np.testing.assert_array_equal(y_bar, np.zeros(3))
    assert s_bar == 0.0 and isinstance(s_bar, float)


def test_complex_inputs_have_complex_gradients():
    a_bar, b_bar = srcgrad.vjp(product, (A * 1j, B), np.ones(3) + 0j)
    assert a_bar.dtype == "complex128" and b_bar.dtype == "float64"
    np.testing.assert_array_equal(a_bar, B)
    np.testing.assert_array_equal(b_bar, np.zeros(3))


# --- cotangents ---------------------------------------------------------------------------------


def test_none_means_one_for_a_scalar():
    assert srcgrad.vjp(product, (2.0, 3.0)) == (3.0, 2.0)
    with pytest.raises(srcgrad.CotangentError, match=r"no scalar, so a cotangent is needed"):
        srcgrad.vjp(product, (A, B))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x * x, keepdims=True),
        lambda x: np.tensordot(x, x, 1),
        lambda x: np.asarray(np.sum(x * x)),
    ],
)
def test_none_means_one_for_an_array_of_one_number(f):
    np.testing.assert_array_equal(srcgrad.grad(f)(A), 2 * A)
    total = lambda x: np.sum(srcgrad.grad(f)(x))
    np.testing.assert_array_equal(srcgrad.grad(total)(A), 2 * np.ones(3))


@pytest.mark.parametrize("known", [True, False])
def test_a_cotangent_of_another_shape_is_refused_with_both_shapes(known):
    def f(x):
        return x if known else x[x > 1.5]

    with pytest.raises(srcgrad.CotangentError) as caught:
        srcgrad.vjp(f, (A,), np.ones(1))
    assert "(1,)" in str(caught.value)
    assert ("(3,)" if known else "(2,)") in str(caught.value)
    with pytest.raises(ValueError):
        srcgrad.vjp(f, (A,), 1.0)


@pytest.mark.parametrize("cotangent", ["ones", 1j * np.ones(3), [1.0, [2.0]], object()])
def test_a_cotangent_of_another_kind_is_refused(cotangent):
    with pytest.raises(srcgrad.CotangentError, match="dtype"):
        srcgrad.vjp(product, (A, B), cotangent)


@pytest.mark.parametrize(
    "cotangent",
    [
        np.ones(6)[::2],
        np.broadcast_to(1.0, 3),
        np.ones(3, np.float32),
        np.ones(3, int),
        [1.0, 1.0, 1.0],
    ],
    ids=["strided", "broadcast", "float32", "int", "list"],
)
def test_any_layout_and_real_dtype_will_do(cotangent):
    a_bar, b_bar = srcgrad.vjp(product, (A, B), cotangent)
    np.testing.assert_array_equal(a_bar, B)
    assert a_bar.dtype == np.float64 and a_bar.flags.writeable


def test_structured_outputs():
    cotangent = {"sum": 1.0, "parts": (np.ones(3), np.zeros(3))}
    for _ in range(2):
        (x_bar,) = srcgrad.vjp(halves, (A,), cotangent)
        np.testing.assert_array_equal(x_bar, [3.0, 3.0, 3.0])
    with pytest.raises(srcgrad.CotangentError, match="3 outputs"):
        srcgrad.vjp(halves, (A,))
    with pytest.raises(srcgrad.CotangentError, match=r"'parts'.* is a list of 1"):
        srcgrad.vjp(halves, (A,), {"sum": 1.0, "parts": [np.ones(3)]})
    with pytest.raises(srcgrad.CotangentError, match="a dict with the keys 'sum', 'parts'"):
        srcgrad.vjp(halves, (A,), {"sum": 1.0})
    with pytest.raises(srcgrad.CotangentError, match="is None"):
        srcgrad.vjp(halves, (A,), {"sum": None, "parts": (np.ones(3), np.zeros(3))})


def test_the_seed_divides_as_numpy_does():
    with np.errstate(all="ignore"):
        assert srcgrad.vjp(lambda x: 1.0 / x, (np.float64(0.0),))[0] == -np.inf


def test_a_function_without_output_is_refused_by_name():
    def fill(x, value):
        x[:] = value

    with pytest.raises(srcgrad.InputError) as caught:
        srcgrad.vjp(fill, (A, 2.0))
    assert "it writes into: x" in str(caught.value)
    assert "return x" in str(caught.value)


# --- pullback -----------------------------------------------------------------------------------


def test_a_pullback_may_be_called_many_times():
    value, pull = srcgrad.pullback(product, A, B)
    np.testing.assert_array_equal(value, A * B)
    for factor in (1.0, 2.0, 1.0):
        a_bar, b_bar = pull(factor * np.ones(3))
        np.testing.assert_array_equal(a_bar, factor * B)
        np.testing.assert_array_equal(b_bar, factor * A)
    assert "def product_forward" in pull.source and "def product_reverse" in pull.source


def test_a_pullback_does_not_see_later_changes():
    x = {"a": A.copy(), "b": [B.copy()]}
    value, pull = srcgrad.pullback(lambda p: np.sum(p["a"] * p["b"][0]), x)
    expected = copy.deepcopy(pull())
    x["a"][:] = 0.0
    x["b"][0][:] = 0.0
    np.testing.assert_array_equal(pull()[0]["a"], expected[0]["a"])
    np.testing.assert_array_equal(pull()[0]["b"][0], A)
    assert value == np.sum(A * B)


def test_a_pullback_of_a_function_that_writes():
    x = A.copy()
    value, pull = srcgrad.pullback(doubled, x)
    np.testing.assert_array_equal(x, A)
    assert value == np.sum(2.0 * A * A)
    for _ in range(2):
        np.testing.assert_array_equal(pull()[0], 4.0 * A)


def test_a_pullback_checks_at_once_and_by_argnums():
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.pullback(eval, "1")
    _, pull = srcgrad.pullback(product, A, B, argnums=1)
    assert len(pull(np.ones(3))) == 1
    with pytest.raises(srcgrad.CotangentError):
        pull()
    with pytest.raises(srcgrad.CotangentError, match=r"\(2,\).*\(3,\)"):
        pull(np.ones(2))


# --- source -------------------------------------------------------------------------------------


def test_source_with_examples():
    text = srcgrad.source(product, A, B)
    assert "def product_vjp(x, y, y_bar):" in text or "def product_vjp(x, y, " in text
    assert "float64[n]" in text
    namespace = {}
    exec(text, namespace)
    x_bar, y_bar = namespace["product_vjp"](A, B, np.ones(3))
    np.testing.assert_array_equal(x_bar, B)


def test_source_without_examples_says_what_it_assumes():
    def f(x, k: float, n: int = 2, how="mean"):
        return x * k * n if how == "mean" else x

    text = srcgrad.source(f)
    assert "x: float64[...]" in text
    assert "k: float" in text
    assert "n: int" in text


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [sorted, print, open, object])
def test_what_has_no_source(f):
    with pytest.raises(srcgrad.MissingSource, match="wrap it in a def"):
        srcgrad.vjp(f, (1.0,))


def test_what_cannot_be_called():
    with pytest.raises(srcgrad.InputError, match="cannot be called"):
        srcgrad.vjp(3, (1.0,))


def test_errors_are_standard_ones_too():
    for name, base in (
        ("CotangentError", ValueError),
        ("InputError", TypeError),
        ("UnsupportedSyntax", NotImplementedError),
        ("AliasError", ValueError),
    ):
        assert issubclass(getattr(srcgrad, name), (srcgrad.SrcgradError, base))
        assert issubclass(getattr(srcgrad, name), base)


def test_all_names_are_there():
    assert all(hasattr(srcgrad, name) for name in srcgrad.__all__)
