"""Functions of libraries that are followed: where they are called from, and what stands around it."""

from __future__ import annotations

import colorsys
import functools
import subprocess
import sys
import types

import numpy as np
import pytest

import srcgrad
from srcgrad.calls import index_sets
from srcgrad.testing import check_grads
from srcgrad.values.standard import library_source

scipy = pytest.importorskip("scipy")
for _name in ("integrate", "optimize", "signal", "special"):
    pytest.importorskip(f"scipy.{_name}")


def integrated(f):
    return scipy.integrate.quad(lambda t: scipy.signal.chirp(t, f, 1.0, 3.0), 0.0, 1.0)[0]


def integrated_itself(f):
    return scipy.integrate.quad(scipy.signal.chirp, 0.0, 1.0, args=(f, 1.0, 3.0))[0]


def root(f):
    return scipy.optimize.brentq(lambda t: scipy.signal.chirp(t, f, 1.0, 3.0), 0.01, 0.25)


def recursive(x, n):
    if n < 1:
        return x
    return recursive(colorsys.rgb_to_yiq(x, 0.5, x * x)[0], n - 1) * x


def in_a_loop(x, n):
    total = 0.0
    for _ in range(n):
        x, _, z = colorsys.rgb_to_yiq(x, x * x, 0.5)
        total += x * z
    return total


@pytest.mark.parametrize("f", [integrated, integrated_itself, root])
def test_solvers_call_them(f):
    check_grads(f, (1.5,))


@pytest.mark.parametrize("f", [recursive, in_a_loop])
def test_they_are_called_again_and_again(f):
    check_grads(f, (0.3, 3), order=2)


def test_numbers_of_their_modules_are_no_parameters(monkeypatch):
    def swept(f):
        return scipy.signal.chirp(0.2, f, 1.0, 3.0)

    check_grads(swept, (1.5,), order=2)
    assert "def swept_vjp(f, y_bar)" in srcgrad.source(swept, 1.5)
    monkeypatch.setitem(scipy.signal.chirp.__globals__, "pi", 3.0)
    check_grads(swept, (1.5,))  # they are looked at all the same


def pushed(x, y):
    return (x - y) ** 2 + 0.1 * x**4


@pytest.mark.parametrize("solver", ["golden", "brent", "bracket"])
def test_the_steps_of_a_search_are_not_differentiated(solver):
    search = getattr(scipy.optimize, solver)
    with pytest.raises(srcgrad.MissingRule, match=f"scipy.optimize.{solver}"):
        srcgrad.grad(lambda y: search(pushed, args=(y,)))(0.7)


class Doubled:
    """What it wraps is not all that it does."""

    def __init__(self, function):
        functools.update_wrapper(self, function)

    def __call__(self, x):
        return 2.0 * self.__wrapped__(x)


def test_what_wraps_a_function_is_not_that_function():
    partial = functools.update_wrapper(functools.partial(np.i0, 1.0), np.i0.__wrapped__)
    bound = types.MethodType(functools.wraps(np.i0.__wrapped__)(lambda self, x: x), 2.0)
    assert library_source(np.i0) is np.i0.__wrapped__
    assert [library_source(f) for f in (partial, bound, Doubled(np.i0.__wrapped__))] == [None] * 3
    doubled = Doubled(np.i0)
    found, single = (srcgrad.grad(f)(0.7) for f in (lambda x: doubled(x), lambda x: np.i0(x)))
    np.testing.assert_allclose(found, 2.0 * single)


def test_patterns_are_found_through_them(monkeypatch):
    runs = []
    original = index_sets.of_function
    monkeypatch.setattr(
        index_sets, "of_function", lambda *args: runs.append(original(*args)) or runs[-1]
    )

    def swept(t):
        return scipy.signal.chirp(t, 1.5, 1.0, 3.0)[1:] * t[:-1]

    t = np.linspace(0.1, 1.0, 6)
    found = srcgrad.jacobian(swept, sparse=True)(t)
    assert [len(row) for row in runs[0].rows()] == [2] * 5
    np.testing.assert_allclose(found.toarray(), srcgrad.jacobian(swept)(t))


LATER = """
import colorsys, srcgrad

def loss(x):
    return colorsys.hsv_to_rgb(x, 0.5, 0.5)[0] * 2.0

followed = srcgrad.grad(loss)(0.2)
srcgrad.defvjp(colorsys.hsv_to_rgb, lambda y_bar, y, h, s, v: (7.0 * y_bar[0], None, None))
print(followed, srcgrad.grad(loss)(0.2))
"""


def test_a_derivative_that_is_registered_later_counts(tmp_path):
    script = tmp_path / "later.py"  # of its own: what is registered stays so
    script.write_text(LATER)
    run = [sys.executable, str(script)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    followed, later = map(float, done.stdout.split())
    np.testing.assert_allclose([followed, later], [-6.0 * 0.5 * 0.5 * 2.0, 14.0])


def test_a_file_of_the_users_with_the_name_of_a_module_of_pythons_is_the_users(
    tmp_path, monkeypatch
):
    path = tmp_path / "colorsys.py"
    path.write_text("def twice(x):\n    return 2.0 * x\n")
    module = types.ModuleType("colorsys")
    module.__file__ = str(path)
    exec(compile(path.read_text(), str(path), "exec"), vars(module))
    assert library_source(colorsys.rgb_to_hsv) is colorsys.rgb_to_hsv
    monkeypatch.setitem(sys.modules, "colorsys", module)
    assert library_source(module.twice) is None
    assert srcgrad.vjp(lambda x: module.twice(x), (3.0,)) == (2.0,)
