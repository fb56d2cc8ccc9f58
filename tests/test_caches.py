"""Functions with ``functools.cache`` and ``functools.lru_cache``: what the cache holds, or refused."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import srcgrad

X = np.array([1.0, 5.0, 2.0])
SCALE, RATE = 2.0, 0.3
TABLE = np.array([1.0, 2.0])


@functools.lru_cache(None)
def nodes(n):
    return np.polynomial.legendre.leggauss(n)


@functools.lru_cache
def roots(n):
    w = np.zeros(n)
    for i in range(n):
        w[i] = i**0.5
    return w


@functools.cache
def power(n, x):
    return x**n


@functools.cache
def decay(k):
    return np.exp(-RATE * k)


@functools.cache
def memoised(n):
    return 1.0 if n < 2 else memoised(n - 1) + RATE * memoised(n - 2)


class Mesh:
    def __init__(self, n):
        self.n = n

    @functools.lru_cache(maxsize=8)  # noqa: B019
    def width(self, k):
        return k / self.n


# --- what the cache does not change ------------------------------------------------------------


def quadrature(x):
    t, w = nodes(4)
    return np.sum(w * np.exp(t * x))


def filled(x):
    return np.sum(roots(5) * x) + np.sum(roots(5) ** 2) * x * x


def of_the_input(x):
    return power(3, x) + power(2, x) + power(3, x)


def in_a_loop(x):
    s = 0.0
    for i in range(4):
        s = s + decay(i) * x**2
    return s


def recursive(x):
    return x * memoised(6)


def method(x):
    mesh = Mesh(4.0)
    return x * x * mesh.width(2) + mesh.width(2)


def local(x):
    n = 3.0

    @functools.lru_cache(None)
    def weight(k):
        return x**k / n

    s = 0.0
    for i in range(3):
        s = s + weight(2) * weight(i)
    return s


def made_in_a_loop(x):
    s = 0.0
    for i in range(3):

        @functools.cache
        def weight(k, i=i):
            return k * x * i

        s = s + weight(1) * weight(2)
    return s


def from_a_call(x):
    quick = functools.lru_cache(maxsize=8)(lambda n: n * x)
    return quick(2) * functools.cache(quick)(3)


KEPT = [quadrature, filled, of_the_input, in_a_loop, recursive, method, local, made_in_a_loop]
KEPT += [from_a_call]


@pytest.mark.parametrize("f", KEPT, ids=lambda f: f.__name__)
def test_results_are_those_of_the_function(f):
    value, slope = srcgrad.value_and_grad(f)(1.5)
    assert value == f(1.5)
    expected = (f(1.5 + 1e-6) - f(1.5 - 1e-6)) / 2e-6
    np.testing.assert_allclose(slope, expected, 1e-7, 1e-9)
    assert srcgrad.jvp(f, (1.5,), (1.0,)) == pytest.approx((value, slope), 1e-14)
    second = (f(1.5 + 1e-4) - 2 * f(1.5) + f(1.5 - 1e-4)) / 1e-8
    np.testing.assert_allclose(srcgrad.grad(srcgrad.grad(f))(1.5), second, 1e-5, 1e-6)


def edits(x, y):
    n = len(x)

    @functools.lru_cache(None)
    def cost(i, j):
        if i == n or j == n:
            return 0.0
        return abs(x[i] - y[j]) + min(cost(i + 1, j), cost(i, j + 1))

    return cost(0, 0)


def written_before(x):
    x = x.copy()
    x[0] = x[1] * 2

    @functools.cache
    def item(k):
        return x[k] ** 2

    return item(0) + item(0) + item(1)


def test_arrays_that_are_read():
    y = np.array([2.0, 3.0, 9.0])
    np.testing.assert_array_equal(srcgrad.grad(edits)(X, y), [-1.0, 1.0, 0.0])
    np.testing.assert_array_equal(srcgrad.grad(written_before)(X), [0.0, 90.0, 0.0])


def test_compiled():
    pytest.importorskip("numba")
    assert srcgrad.grad(filled, jit=True)(1.5) == srcgrad.grad(filled)(1.5)


# --- what lies outside changes ------------------------------------------------------------------


@functools.lru_cache
def scaled(n):
    return SCALE * n


@functools.cache
def entry(i):
    return TABLE[i]


class Settings:
    step = 2.0


@functools.cache
def stepped(n):
    return Settings.step * n


def of_a_number(x):
    return x * scaled(3)


def of_an_array(x):
    return x * entry(1)


def of_a_class(x):
    return x * stepped(3)


@pytest.mark.parametrize("called_first", [True, False], ids=["cached", "fresh"])
@pytest.mark.parametrize("f", [of_a_number, of_an_array, of_a_class], ids=lambda f: f.__name__)
def test_a_cache_that_is_older_than_what_is_read(f, called_first, monkeypatch):
    for cached in (scaled, entry, stepped):
        cached.cache_clear()
    if called_first:
        f(1.0)
    assert srcgrad.grad(f)(1.0) == f(1.0)
    monkeypatch.setitem(globals(), "SCALE", 7.0)
    monkeypatch.setitem(globals(), "TABLE", np.array([3.0, 4.0]))
    monkeypatch.setattr(Settings, "step", 5.0)
    old = f(1.0)
    with pytest.raises(srcgrad.AliasError, match="another result"):
        srcgrad.grad(f)(1.0)
    for cached in (scaled, entry, stepped):
        cached.cache_clear()
    assert srcgrad.grad(f)(1.0) == f(1.0) != old


@functools.cache
def total(v):
    return sum(v)


@pytest.mark.parametrize("make", [np.array, list, lambda v: (list(v), 1)])
def test_what_has_no_hash(make):
    def f(x):
        return total(make([x, x]))

    with pytest.raises(TypeError, match="unhashable type") as expected:
        f(1.5)
    with pytest.raises(TypeError) as found:
        srcgrad.grad(f)(1.5)
    assert str(found.value) == str(expected.value)
    assert srcgrad.grad(lambda x: total((x, x, 1.0)))(1.5) == 2.0


# --- what is refused ----------------------------------------------------------------------------


def counts(x):
    calls = [0]

    @functools.cache
    def f(k):
        calls[0] += 1
        return x * k

    return (f(2) + f(2)) * calls[0]


def nonlocal_count(x):
    calls = 0

    @functools.cache
    def f(k):
        nonlocal calls
        calls += 1
        return x * k

    return (f(2) + f(2)) * calls


@functools.cache
def noise(k):
    return np.random.normal()


def draws(x):
    return x * noise(1) + noise(1)


@functools.cache
def told(k):
    print(k)
    return k * 2.0


def prints(x):
    return x * told(1)


@functools.cache
def buffer(n):
    return np.zeros(n)


def array_written(x):
    a = buffer(3)
    a[0] = x
    return buffer(3)[0] * x


def view_written(x):
    a = buffer(3)[1:]
    a += x
    return buffer(3)[1] * x


@functools.cache
def empty(n):
    return [0.0] * n


def list_written(x):
    a = empty(3)
    a[0] = x
    return empty(3)[0] * x


class Holder:
    def __init__(self):
        self.v = 0.0


def object_written(x):
    @functools.cache
    def made(n):
        return Holder()

    made(1).v = x
    return made(1).v * x


def variable_changes(x):
    n = 2

    @functools.cache
    def f(k):
        return k * n

    y = f(2) * x
    n = 5
    return y + f(2) * x


def loop_changes(x):
    s = 0.0

    @functools.cache
    def f(k):
        return k * s

    for _ in range(3):
        s = s + f(1) + x
    return s


def array_changes(x):
    a = np.array([x, 2 * x])

    @functools.cache
    def f(k):
        return a[k]

    y = f(0)
    a[0] = 3.0
    return y + f(0)


def array_changes_in_a_loop(x):
    a = np.array([x, 2 * x])

    @functools.cache
    def f(k):
        return a[k]

    y = 0.0
    for _ in range(3):
        a[0] = a[0] * 3.0
        y = y + f(0)
    return y


def list_changes(x):
    a = [x, 2 * x]
    f = functools.cache(lambda k: a[k])
    y = f(0)
    a[0] = 3.0
    return y + f(0)


def object_changes(x):
    mesh = Mesh(4.0)
    y = mesh.width(2) * x
    mesh.n = 10.0
    return y + mesh.width(2) * x


REFUSED = [counts, nonlocal_count, draws, prints, array_written, view_written, list_written]
REFUSED += [object_written, variable_changes, loop_changes, array_changes, list_changes]
REFUSED += [array_changes_in_a_loop, object_changes]


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_a_cache_would_show(f):
    with pytest.raises(srcgrad.SrcgradError, match="cache") as refused:
        srcgrad.grad(f)(1.5)
    assert "report it" not in str(refused.value)
    assert "why:" in str(refused.value) and "try:" in str(refused.value)
