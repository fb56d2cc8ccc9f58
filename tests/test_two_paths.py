"""Paths that leave what does not mix: each is followed in source of its own."""

import numpy as np
import pytest

import srcgrad
from srcgrad.cli.commands import main
from tests.cached import files, imported

X, Z = np.array([2.0, 3.0]), np.array([0.5, 3.0])


def of_one(x):
    """The cotangent of an output: ones."""
    if isinstance(x, dict):
        return {key: of_one(item) for key, item in x.items()}
    if isinstance(x, tuple | list):
        return type(x)(map(of_one, x))
    return np.ones_like(x) if isinstance(x, np.ndarray) else 1.0


def keys(v, i, r):
    if v == 0:
        return {"voltage": i * r}
    if i == 0:
        return {"current": v / r}
    if r == 0:
        return {"resistance": v / i}
    raise ValueError("one argument must be 0")


def array_or_pair(x):
    if x[0] > 1:
        return x**2
    return np.sum(x), x[0] * x[1]


def array_or_tuple(x):
    if x[0] > 1:
        y = x * 2
    else:
        y = (x[0], x[1] * 3.0)
    return y[0] * y[1]


def lists(x):
    y = [x[0], x[1]] if x[0] > 1 else [x]
    return y[0] * 3.0 if len(y) == 2 else np.sum(y[0])


def dicts(x):
    scale = {"a": x[0]}
    if x[0] < 1:
        scale["b"] = x[1]
    return sum(scale.values()) * len(scale)


def helper(x):
    if x[0] > 1:
        return x[0], "large"
    return x[0] * x[1]


def of_a_call(x):
    found = helper(x)
    if isinstance(found, tuple):
        return found[0] * 2.0
    return found * 5.0


class Circle:
    def __init__(self, r):
        self.r = r

    def area(self):
        return np.pi * self.r**2


class Square:
    def __init__(self, a):
        self.a = a

    def area(self):
        return self.a**2


def objects(x):
    shape = Circle(x[0]) if x[0] > 1 else Square(x[1])
    return shape.area() * x[1]


def nested(x):
    if x[1] > 2:
        if x[0] > 1:
            y = (x[0], x[1])
        else:
            y = x * 3.0
    else:
        y = {"a": x[0]}
    return y[0] * y[1] if not isinstance(y, dict) else y["a"]


PROGRAMS = [array_or_pair, array_or_tuple, lists, dicts, of_a_call, objects, nested]
INPUTS = [X, Z, np.array([0.5, 1.5]), X]


def check(f, inputs, **options):
    expected = f(*inputs)
    value, gradients = srcgrad.value_and_vjp(f, inputs, of_one(expected), **options)
    assert type(value) is type(expected)
    np.testing.assert_equal(value, expected)
    for k, (x, gradient) in enumerate(zip(inputs, gradients, strict=True)):
        assert np.shape(gradient) == np.shape(x) and np.result_type(gradient) == np.result_type(x)
        np.testing.assert_allclose(gradient, differences(f, inputs, k), rtol=1e-6, atol=1e-8)


def total(y):
    if isinstance(y, dict):
        y = tuple(y.values())
    return sum(map(total, y)) if isinstance(y, tuple | list) else np.sum(y)


def differences(f, inputs, k):
    x = np.asarray(inputs[k], float)
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        if np.ndim(x) == 0 and x == 0:
            continue  # it is compared with 0
        ends = []
        for h in (1e-6, -1e-6):
            moved = x.copy()
            moved[at] += h
            given = [*inputs]
            given[k] = moved if np.ndim(x) else float(moved)
            ends.append(total(f(*given)))
        found[at] = (ends[0] - ends[1]) / 2e-6
    return found


@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_each_path_is_followed(f, jit):
    if jit:
        pytest.importorskip("numba")
    if jit and f is lists:
        pytest.skip("a list of either has no compiled form")
    for x in INPUTS:
        check(f, (x,), jit=jit)


def test_the_cotangent_says_which_path_is_meant():
    for inputs in [(0.0, 2.0, 3.0), (2.0, 0.0, 4.0), (2.0, 4.0, 0.0), (0.0, 2.0, 3.0)]:
        check(keys, inputs)


def test_a_cotangent_of_no_path():
    with pytest.raises(srcgrad.CotangentError, match="'power'"):
        srcgrad.vjp(keys, (0.0, 2.0, 3.0), {"power": 1.0})
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(keys, (0.0, 2.0, 3.0), {"current": 1.0})


def test_what_the_function_raises_on_its_way():
    with pytest.raises(ValueError, match="one argument must be 0"):
        srcgrad.pullback(keys, 1.0, 2.0, 3.0)


@pytest.mark.parametrize("f", PROGRAMS[:3], ids=lambda f: f.__name__)
def test_other_derivatives(f):
    for x in INPUTS:
        expected = f(x)
        value, pull = srcgrad.pullback(f, x)
        np.testing.assert_equal(value, expected)
        (gradient,) = pull(of_one(expected))
        np.testing.assert_allclose(gradient, differences(f, (x,), 0), rtol=1e-6)
        value, tangent = srcgrad.jvp(f, (x,), (np.ones(2),))
        np.testing.assert_equal(value, expected)
        np.testing.assert_allclose(total(tangent), np.sum(gradient), rtol=1e-12)


def test_derivatives_of_derivatives():
    for x in INPUTS:
        hessian = srcgrad.hessian(array_or_tuple)(x)
        scale = 4.0 if x[0] > 1 else 3.0
        np.testing.assert_allclose(hessian, [[0.0, scale], [scale, 0.0]])


def test_the_measured_choice():
    pytest.importorskip("numba")
    for x in INPUTS * 20:
        check(array_or_tuple, (x,), jit="auto")


def test_what_is_seen_runs_once(capsys):
    """A function that prints is not run once more for its other path: that is refused."""

    def f(x):
        print("here")
        y = x * 2 if x[0] > 1 else (x[0], x[1])
        return y[0] * y[1]

    (gradient,) = srcgrad.vjp(f, (X,), 1.0)
    np.testing.assert_allclose(gradient, [12.0, 8.0])
    capsys.readouterr()
    with pytest.raises(srcgrad.UnsupportedSyntax, match="do not mix"):
        srcgrad.vjp(f, (Z,), 1.0)


def test_the_text_says_which_path_it_follows():
    text = srcgrad.source(array_or_tuple, X)
    assert (
        text.count("raise") == 1
        and "NotImplementedError('`y` is a number or array on one path" in text
    )


def test_both_paths_come_from_the_disk(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("SRCGRAD_CACHE_DIR", str(folder))
    path = tmp_path / "paths.py"
    path.write_text(
        "def f(x):\n    y = x * 2 if x[0] > 1 else (x[0], x[1] * 3.0)\n    return y[0] * y[1]\n"
    )
    for first in (True, False):
        before = len(files(folder))
        f = imported(path, "paths").f
        for x, expected in ((X, [12.0, 8.0]), (Z, [9.0, 1.5])):
            np.testing.assert_allclose(srcgrad.vjp(f, (x,))[0], expected)
        assert (len(files(folder)) > before) == first


CHECKED = """
import numpy as np


def each_path(v: float, i: float, r: float):
    if v == 0:
        return {"voltage": i * r}
    if i == 0:
        return {"current": v / r}
    return {"resistance": v / i}


def one_of_them(x: float):
    if x > 0:
        return {"a": x}
    return {"b": np.frombuffer(np.array([x]).tobytes())[0]}
"""


def test_a_check_follows_each_path(tmp_path, capsys):
    path = tmp_path / "checked.py"
    path.write_text(CHECKED)
    assert main(["check", str(path)]) == 1
    text = capsys.readouterr().out
    assert "each_path: differentiable" in text
    assert "one_of_them: refused" in text and "`tobytes`" in text


def test_what_is_none_at_first_and_then_of_two_kinds_is_told():
    def f(x):
        y = None
        for k in range(3):
            if x[0] > 1:
                y = (x[k],)
            else:
                y = x[k]
        return y[0] if isinstance(y, tuple) else y

    with pytest.raises(srcgrad.UnsupportedSyntax, match="the class of this value is not known"):
        srcgrad.vjp(f, (np.array([2.0, 3.0, 4.0]),), 1.0)
