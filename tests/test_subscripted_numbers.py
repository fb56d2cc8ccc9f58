"""Numbers of NumPy's with a subscript, numbers that NumPy makes of Python's, and sizes as an array."""

import numpy as np
import pytest

import srcgrad

SUBSCRIPTS = {
    "none": lambda x: np.sum(x)[None],
    "two": lambda x: np.sum(x)[None, None] * x,
    "none and rest": lambda x: x[1][None, ...] * x,
    "ellipsis": lambda x: np.sum(x)[...],
    "nothing": lambda x: (x[0] * x[1])[()],
    "true": lambda x: np.sum(x)[True],
    "joined": lambda x: np.concatenate([np.sum(x)[None], x]),
    "in a loop": lambda x: np.concatenate([v[None] * v for v in x]),
    "of a constant": lambda x: np.float64(2.0)[None] * x,
    "read again": lambda x: np.sum(x * x)[None][0],
}


def same(a, b):
    assert np.shape(a) == np.shape(b) and np.asarray(a).dtype == np.asarray(b).dtype
    assert isinstance(a, np.ndarray) == isinstance(b, np.ndarray)
    np.testing.assert_allclose(a, b, rtol=1e-6)


def compare(f, x, jit=False):
    """The value is the function's, and both modes agree with central differences."""
    y, wide = f(x), x.astype(float)
    weights = np.linspace(0.5, 1.5, np.size(y)).reshape(np.shape(y)).astype(np.asarray(y).dtype)
    value, (found,) = srcgrad.value_and_vjp(f, (x,), weights[()], jit=jit)
    same(value, y)
    step = 1e-6 * np.eye(x.size)
    differences = [np.sum(weights * (f(wide + s) - f(wide - s))) / 2e-6 for s in step]
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, differences, rtol=1e-4, atol=1e-6)
    value, moved = srcgrad.jvp(f, (x,), (np.ones_like(x),))
    same(value, y)
    assert np.shape(moved) == np.shape(y)
    np.testing.assert_allclose(np.sum(weights * moved), np.sum(differences), rtol=1e-4)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SUBSCRIPTS)
def test_a_number_with_a_subscript_is_what_numpy_makes_of_it(name, dtype):
    compare(SUBSCRIPTS[name], np.array([1.25, 2.0, 3.5], dtype))


def test_compiled_code_subscripts_numbers_too():
    compare(lambda x: np.sum(x)[None] * x + x[0][...], np.array([1.25, 2.0, 3.5]), jit=True)


def test_what_a_number_raises_is_raised():
    def f(x, k):
        return np.sum(x)[k]

    for subscript in (lambda x: np.sum(x)[0], lambda x: np.sum(x)[:], lambda x: x[0][None, 0]):
        with pytest.raises(IndexError, match="invalid index to scalar variable"):
            srcgrad.grad(lambda x, g=subscript: np.sum(g(x)))(np.ones(3))
    with pytest.raises(TypeError, match="not subscriptable"):
        srcgrad.vjp(lambda x: float(x[0])[None], (np.ones(3),), np.ones(1))


def test_a_result_of_unknown_kind_does_not_lose_its_derivative():
    with pytest.raises(srcgrad.MissingRule):
        srcgrad.vjp(lambda x: np.sum(x)[False], (np.ones(3),), np.ones(0))


SIZES = {
    "prod": lambda x: np.sum(x) / np.prod(x.shape),
    "prod of some": lambda x: x * np.prod(x.shape[1:]),
    "sum": lambda x: x * np.sum(x.shape),
    "array": lambda x: np.array(x.shape) * x[0],
    "max": lambda x: x * (0.5 * np.max(x.shape)),
    "indices": lambda x: np.sum(x) + sum(v * (0.5 * i) for (i,), v in np.ndenumerate(x)),
    "indices alone": lambda x: sum(x[i] * (0.5 * i[0]) for i in np.ndindex(x.shape)),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_an_array_where_numpy_takes_one(name, dtype):
    compare(SIZES[name], np.array([1.25, 2.0, 3.5], dtype))


def test_what_numpy_makes_of_python_numbers_has_a_precision():
    def f(x):
        return x * (0.5 + np.abs(1)) + x * (np.abs(-2) / 3) + x * 2.5 ** np.abs(-2)

    compare(f, np.array([1.25, 2.0], np.float32))
    compare(lambda x: x * (0.5 + abs(-1)), np.array([1.25, 2.0], np.float32))
