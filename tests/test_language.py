"""The language around the arithmetic, where the oracle cannot follow."""

import functools
import inspect
import linecache
import math

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp
from tests.oracle import assert_same_gradients

X = np.array([0.5, 1.5, 2.0])


def the_math_module(a, b):
    whole = math.modf(a)[1]
    mantissa, exponent = math.frexp(a)
    return (
        math.gamma(a)
        + math.lgamma(a)
        + math.log(a, 2.0)
        + math.log(3.0, b)
        + math.dist((a, b), (b, 1.0))
        + math.fsum([a, b, a * b])
        + math.prod([a, b, a])
        + math.modf(a * b)[0] * whole
        + mantissa * exponent
        + math.hypot(a, b, 1.0)
    )


def test_the_math_module(mode):
    check_vjp(the_math_module, (2.3, 0.7))


def test_gamma_twice():
    third = srcgrad.grad(srcgrad.grad(lambda a: math.lgamma(a)))
    assert abs(third(1.0) - math.pi**2 / 6) < 1e-14  # trigamma(1)


def printed(x):
    print(
        f"{x[0]:.3f} {x[1]!r:>8}",
        "%.2f|%d" % (x[2], 3),  # noqa: UP031
        f"{3:d}",
        str(x[0]) + "!",
    )
    print(", ".join([f"{v:.1f}" for v in [x[0], x[1]]]), f"{x[0]:{len(x)}.1f}", [x[0], (1, None)])
    return np.sum(x * x)


def test_text_about_values(capsys, mode):
    printed(X)
    expected = capsys.readouterr().out
    assert_same_gradients(srcgrad.vjp(printed, (X,)), (2 * X,))
    assert capsys.readouterr().out == expected


SCALE = 2.0


def scaled(x):
    return np.sum(SCALE * x)


def test_a_changed_global_is_seen(monkeypatch):
    assert_same_gradients(srcgrad.vjp(scaled, (X,)), (np.full(3, 2.0),))
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert_same_gradients(srcgrad.vjp(scaled, (X,)), (np.full(3, 5.0),))


def test_a_redefined_helper_and_a_changed_closure():
    factor = 2.0

    def helper(v):
        return v * factor

    def f(x):
        return np.sum(helper(x))

    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.full(3, 2.0),))
    factor = 3.0
    assert_same_gradients(srcgrad.vjp(f, (X,)), (np.full(3, 3.0),))

    def helper(v):  # noqa: F811
        return v * v

    assert_same_gradients(srcgrad.vjp(f, (X,)), (2 * X,))


def cell(text, number, namespace):
    """Run ``text`` as a cell of a notebook: with its source in ``linecache``."""
    file = f"<ipython-input-{number}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), namespace)


def test_functions_of_an_interactive_session():
    namespace = {"np": np}
    cell("def g(x):\n    return x * x\ndef f(x):\n    return np.sum(g(x))\n", 1, namespace)
    assert_same_gradients(srcgrad.vjp(namespace["f"], (X,)), (2 * X,))
    cell("def g(x):\n    return x * x * x\n", 2, namespace)
    assert_same_gradients(srcgrad.vjp(namespace["f"], (X,)), (3 * X * X,))


def collect(x, into=[0.0]):  # noqa: B006
    return np.sum(x) * (1.0 + into[0])


def test_defaults_are_evaluated_as_python_does():
    assert_same_gradients(srcgrad.vjp(collect, (X,)), (np.ones(3),))
    collect.__defaults__[0][0] = 4.0
    try:
        assert_same_gradients(srcgrad.vjp(collect, (X,)), (np.full(3, 5.0),))
    finally:
        collect.__defaults__[0][0] = 0.0


def everything(a, /, b, *rest, c=2.0, **options):
    return a * b + sum(rest) * c + options.get("d", 1.0) * a


def test_all_kinds_of_parameters():
    assert srcgrad.grad(everything)(3.0, 4.0, 5.0, c=6.0, d=7.0) == 11.0
    assert srcgrad.grad(everything, argnums=(0, 1, 2))(3.0, 4.0, 5.0) == (5.0, 3.0, 2.0)
    assert srcgrad.vjp(everything, (3.0, 4.0, 5.0, 6.0)) == (5.0, 3.0, 2.0, 2.0)


@functools.cache
def coefficient(n):
    return 2.0 * n


def partials(x):
    double = functools.partial(np.multiply, 2.0)
    return np.sum(double(x)) * coefficient(3) + np.sum(SHIFTED(x))


def shifted(weights, x, offset=0.0):
    return weights * x + offset


SHIFTED = functools.partial(shifted, np.array([1.0, 2.0, 3.0]), offset=1.0)


def test_partial_objects_and_caches(mode):
    assert_same_gradients(srcgrad.vjp(partials, (X,)), (12.0 + np.array([1.0, 2.0, 3.0]),))


REFUSED = {
    "`yield` cannot be differentiated": "def f(x):\n    yield x\n",
    "this `class` inside a function is not supported": (
        "def f(x):\n    class A:\n        for i in range(3):\n            pass\n    return x\n"
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    namespace = {"np": np}
    cell(REFUSED[what], f"refused {what}", namespace)
    with pytest.raises(srcgrad.UnsupportedSyntax) as caught:
        srcgrad.vjp(namespace["f"], (X,), X)
    assert what in str(caught.value) or "do not mix" in str(caught.value)


class Bar:
    """A progress bar as tqdm's."""

    log = []  # noqa: RUF012

    def __init__(self, items=None, total=None, **options):
        self.items, self.done = items, 0
        self.log.append(("total", len(items) if total is None else total, options))

    def __iter__(self):
        for item in self.items:
            yield item
            self.update()
        self.close()

    def update(self, n=1):
        self.done += n

    def set_postfix(self, **values):
        self.log.append(values)

    def close(self):
        self.log.append(("done", self.done))


@pytest.fixture
def tqdm(monkeypatch):
    import sys
    import types

    module = types.ModuleType("tqdm")
    cls = type("tqdm", (Bar,), {"__module__": "tqdm", "log": []})
    module.tqdm = cls

    def trange(*bounds, **options):
        return cls(range(*bounds), **options)

    trange.__module__ = "tqdm"
    module.trange = trange
    monkeypatch.setitem(sys.modules, "tqdm", module)
    return cls


def with_bars(x, n):
    from tqdm import tqdm, trange

    total = 0.0
    bar = tqdm(range(n), desc="first")
    for i in bar:
        total = total + x[i] ** 2
        bar.set_postfix(total=float(total))
    for value in tqdm(x):
        total = total * value
    for _ in trange(2):
        total = total * x[0]
    return total


def test_progress_bars_move_once(tqdm, mode):
    with_bars(X, 2)
    expected = list(tqdm.log)
    tqdm.log.clear()
    (x_bar, _) = srcgrad.vjp(with_bars, (X, 2))
    assert tqdm.log == expected
    assert ("done", 2) in expected
    product, squares = np.prod(X) * X[0] ** 2, X[0] ** 2 + X[1] ** 2
    powers = product * squares * np.array([3.0, 1.0, 1.0]) / X
    np.testing.assert_allclose(x_bar, powers + product * 2 * X * [1, 1, 0])


def test_the_source_of_methods_of_an_inner_class_is_the_users():
    def f(x):
        class Square:
            def of(self, v):
                return v * v

        return np.sum(Square().of(x))

    assert_same_gradients(srcgrad.vjp(f, (X,)), (2 * X,))
    assert "# return v * v" in srcgrad.source(f, X)
    assert inspect.getsource(f)
