"""`grad` and `value_and_grad` as callables: decorators, keywords, methods, pickles."""

import functools
import inspect
import pickle
from dataclasses import dataclass

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


A = np.array([1.0, 2.0, 3.0])
B = np.array([4.0, 5.0, 6.0])


# --- grad ---------------------------------------------------------------------------------------


def test_grad_gives_one_gradient_or_a_tuple():
    f = srcgrad.grad(loss)
    w, x = A, np.arange(6.0).reshape(2, 3)
    expected = 2.0 * x.T @ (x @ w)
    for _ in range(2):
        np.testing.assert_allclose(f(w, x), expected)
    found = srcgrad.grad(loss, argnums=(1, 0))(w, x)
    assert isinstance(found, tuple)
    np.testing.assert_allclose(found[1], expected)
    (one,) = srcgrad.grad(loss, argnums=(0,))(w, x)
    np.testing.assert_allclose(one, expected)


def test_keywords_and_defaults_are_bound_as_python_does():
    w, x = A, np.arange(6.0).reshape(2, 3)
    f = srcgrad.grad(loss)
    expected = 2.0 * x.T @ (x @ w)
    np.testing.assert_allclose(f(w=w, x=x), expected)
    np.testing.assert_allclose(f(w, x=x), expected)
    np.testing.assert_allclose(f(w, x, 2), expected)
    np.testing.assert_allclose(f(w, x, weight=2.0), 2.0 * expected)
    np.testing.assert_allclose(f(x=x, w=w, weight=3.0, power=3), 9.0 * x.T @ (x @ w) ** 2)
    np.testing.assert_allclose(f(w, x, power=3), 3.0 * x.T @ (x @ w) ** 2)
    for wrong in (lambda: f(w), lambda: f(w, x, 2, 1.0), lambda: f(w, x, size=1)):
        with pytest.raises(TypeError):
            wrong()


def test_decorators():
    np.testing.assert_array_equal(decorated(A), 2.0 * A)
    x_bar, y_bar = decorated_twice(A, B)
    np.testing.assert_array_equal(x_bar, B)
    np.testing.assert_array_equal(y_bar, A)
    assert srcgrad.value_and_grad(lambda x: x * x)(3.0) == (9.0, 6.0)
    assert srcgrad.grad()(lambda x: x * x)(3.0) == 6.0


def test_grad_is_a_function_like_its_primal():
    f = srcgrad.grad(loss, argnums=1)
    assert f.__name__ == "loss"
    assert f.__doc__ == loss.__doc__
    assert inspect.signature(f) == inspect.signature(loss)
    assert f.primal is loss
    assert f.argnums == 1
    assert f.__module__ == loss.__module__
    f(A, np.ones((2, 3)))
    assert "def loss_vjp(w, x, y_bar):" in f.source
    assert inspect.getsource(f.function) in f.source
    assert "loss" in repr(f)


def test_grad_refuses_integers_and_arrays():
    with pytest.raises(TypeError, match=r"n=1\.0"):
        srcgrad.grad(lambda n: n * n)(2)
    with pytest.raises(srcgrad.CotangentError, match="return a sum"):
        srcgrad.grad(product)(A, B)
    with pytest.raises(srcgrad.InputError):
        srcgrad.grad(3.5)
    with pytest.raises(srcgrad.InputError):
        srcgrad.grad(loss, argnums="w")


def test_grad_with_aux():
    def f(x, y):
        return np.sum(x * y), {"squares": x * x, "count": len(x)}

    gradient, aux = srcgrad.grad(f, has_aux=True)(A, B)
    np.testing.assert_array_equal(gradient, B)
    np.testing.assert_array_equal(aux["squares"], A * A)
    assert aux["count"] == 3
    for _ in range(2):
        (value, aux), (x_bar, y_bar) = srcgrad.value_and_grad(f, (0, 1), has_aux=True)(A, B)
        assert value == np.sum(A * B)
        np.testing.assert_array_equal(y_bar, A)
        assert aux["count"] == 3
    with pytest.raises(srcgrad.InputError, match="pair"):
        srcgrad.grad(product, has_aux=True)(2.0, 3.0)


def test_grad_pickles():
    for f in (srcgrad.grad(loss), srcgrad.value_and_grad(loss, (0, 1)), decorated):
        found = pickle.loads(pickle.dumps(f))
        assert found.argnums == f.argnums
        assert found.primal is f.primal
    assert pickle.loads(pickle.dumps(decorated)) is decorated


def test_methods():
    layer = Layer(np.ones((2, 3)), 0.5)
    expected = 2.0 * layer.weight.T @ layer(A)
    np.testing.assert_allclose(srcgrad.grad(layer.loss)(A), expected)
    np.testing.assert_allclose(srcgrad.vjp(layer.loss, (A,))[0], expected)
    np.testing.assert_allclose(srcgrad.vjp(layer, (A,), np.ones(2))[0], np.full(3, 2.0))
    np.testing.assert_allclose(layer.slope(A), np.full(3, 2.0))
    np.testing.assert_allclose(srcgrad.grad(Layer.zero)(A), np.zeros(3))
    layer.weight = np.zeros((2, 3))
    np.testing.assert_allclose(srcgrad.grad(layer.loss)(A), np.zeros(3))
    gradient = srcgrad.grad(Layer.loss)(Layer(np.ones((2, 3)), 0.5), A)
    np.testing.assert_allclose(
        gradient.weight if isinstance(gradient, Layer) else gradient["weight"],
        2.0 * np.outer(np.full(2, 6.5), A),
    )


def test_partial_functions_and_caches():
    squares = functools.partial(product, 3.0)
    assert srcgrad.grad(squares)(2.0) == 3.0
    assert srcgrad.grad(functools.partial(product, y=5.0))(2.0) == 5.0
    assert srcgrad.grad(functools.lru_cache(product))(2.0, 3.0) == 3.0


def test_numba_dispatchers():
    numba = pytest.importorskip("numba")

    @numba.njit
    def f(x):
        return x * x * x

    assert srcgrad.grad(f)(2.0) == 12.0
    assert srcgrad.vjp(f, (2.0,)) == (12.0,)


def test_second_derivatives():
    assert srcgrad.grad(srcgrad.grad(lambda x: x * x * x))(2.0) == 12.0


# --- for debuggers and profilers ------------------------------------------------------------------


def test_the_generated_function_with_its_inputs():
    w, x = np.ones(2), np.arange(6.0).reshape(3, 2)
    for call in (
        srcgrad.grad(loss, argnums=(0, 1)),
        srcgrad.value_and_grad(loss, argnums=(0, 1)),
        srcgrad.grad(loss, argnums=(0, 1), jit=True),
    ):
        found, expected = call.generated(w, x, weight=SCALE)(), srcgrad.grad(loss, (0, 1))
        gradients = found[1] if call._value else found
        for mine, its in zip(gradients, expected(w, x, weight=SCALE), strict=True):
            np.testing.assert_array_equal(mine, its)
            assert mine.dtype == its.dtype
    assert srcgrad.value_and_grad(loss).generated(w, x)()[0] == loss(w, x)


def test_a_debugger_stops_in_the_generated_function(capsys):
    import io
    import pdb

    script = io.StringIO("where\nnext\np sorted(locals())\ncontinue\n")
    debugger = pdb.Pdb(stdin=script, stdout=(out := io.StringIO()), nosigint=True, readrc=False)
    debugger.use_rawinput = False
    bound = srcgrad.grad(doubled).generated(np.array([1.0, 2.0]))
    found = debugger.runcall(bound)
    np.testing.assert_array_equal(found[0], [4.0, 8.0])
    said = out.getvalue()
    assert "doubled_vjp(" in said
    assert "['x', 'x_tape', 'y_bar']" in said
    assert bound.func.__name__ == "doubled_vjp"


def test_the_generated_method():
    layer = Layer(np.ones((2, 2)), 1.0)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(layer.slope.generated(x)()[0], layer.slope(x))
