"""What compiled code met beside plain programs: arrays without axes, methods, code that is Python's."""

import numpy as np
import pytest

import srcgrad

pytest.importorskip("numba")
X = np.array([1.0, 2.0, 3.0])


def shifted(x):
    y = x.copy()
    y += 1
    y *= x
    y -= np.sin(x)
    return y * x


def filled(x):
    y = np.zeros(())
    y += x
    z = np.empty(())
    z[...] = y * x
    return z + y


def added(x):
    total = 0
    for _ in range(2):
        total = total + x
    return total * x


@pytest.mark.parametrize("f", [shifted, filled, added])
def test_arrays_without_axes_are_written_in_place(f):
    x = np.array(2.0)
    value, (x_bar,) = srcgrad.value_and_vjp(f, (x,))
    found, (compiled,) = srcgrad.value_and_vjp(f, (x,), jit=True)
    difference = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    for v, g in ((value, x_bar), (found, compiled)):
        np.testing.assert_allclose(v, f(x))
        assert g.shape == () and g.dtype == np.float64
        np.testing.assert_allclose(g, difference, rtol=1e-6)
    assert x == 2.0


class Scaled:
    k = 2.0

    def __init__(self, c=1.0):
        self.c = c

    @srcgrad.compiled
    def times(self, x):
        return x * self.k * self.c

    @srcgrad.compiled
    def twice(self, x):
        return 2.0 * self.times(x)

    @staticmethod
    @srcgrad.compiled
    def thrice(x):
        return x * 3.0

    @classmethod
    @srcgrad.compiled
    def by_class(cls, x):
        return x * cls.k

    @srcgrad.compiled
    def __call__(self, x):
        return x * self.c


class Other(Scaled):
    k = 10.0

    @srcgrad.compiled
    def times(self, x):
        return super().times(x) + x


SCALED, BOUND = Scaled(3.0), Scaled(0.5).times
CALLS = {
    "method": (lambda x: np.sum(SCALED.times(x)), 6.0),
    "of a method": (lambda x: np.sum(SCALED.twice(x)), 12.0),
    "bound": (lambda x: np.sum(BOUND(x)), 1.0),
    "made inside": (lambda x: np.sum(Scaled(2.0).times(x)), 4.0),
    "static": (lambda x: np.sum(SCALED.thrice(x)), 3.0),
    "class": (lambda x: np.sum(Scaled.by_class(x) + SCALED.by_class(x)), 4.0),
    "inherited": (lambda x: np.sum(Other(2.0).twice(x)), 42.0),
    "object": (lambda x: np.sum(SCALED(x)), 3.0),
}


@pytest.mark.parametrize("name", CALLS)
def test_compiled_methods_are_followed(name):
    f, slope = CALLS[name]
    value, x_bar = srcgrad.value_and_grad(f)(X)
    np.testing.assert_allclose(value, slope * np.sum(X))
    np.testing.assert_allclose(x_bar, np.full(3, slope))
    np.testing.assert_allclose(srcgrad.jvp(f, (X,), (X,))[1], slope * np.sum(X))


def test_a_compiled_method_sees_what_its_class_is_now(monkeypatch):
    def f(scaled, x):
        return np.sum(scaled.times(x))

    gradient = srcgrad.grad(f, argnums=1)
    np.testing.assert_array_equal(gradient(SCALED, X), np.full(3, 6.0))
    monkeypatch.setattr(Scaled, "k", 5.0)
    np.testing.assert_array_equal(gradient(SCALED, X), np.full(3, 15.0))
    monkeypatch.setattr(Scaled, "times", srcgrad.compiled(lambda self, x: x * x))
    np.testing.assert_array_equal(gradient(SCALED, X), 2.0 * X)
    assert srcgrad.grad(f)(Scaled(2.0), X).c == 0.0


def test_what_runs_as_python_is_named():
    def square(x):
        return np.frombuffer((x * x).tobytes())

    srcgrad.defvjp(square, lambda y_bar, y, x: 2.0 * x * y_bar)
    f = srcgrad.grad(lambda x: np.sum(square(x)))
    np.testing.assert_array_equal(f(X), 2.0 * X)
    with pytest.raises(srcgrad.CompileError, match=r"srcgrad\.defvjp runs as Python"):
        srcgrad.grad(lambda x: np.sum(square(x)), jit=True)(X)
