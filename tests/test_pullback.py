"""``pullback``: one generated pair of functions, values as they were returned, pulls that repeat."""

import gc
import linecache
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import srcgrad
from srcgrad.dispatch import Active, asked
from srcgrad.testing.checks import options
from tests.oracle import assert_same_gradients, leaves, map_structure, random_cotangent
from tests.programs import PROGRAMS

from .cached import X, again, files, folder, generations, model  # noqa: F401

SCALE = np.array([2.0, 3.0])


class Point(NamedTuple):
    x: np.ndarray
    y: np.ndarray


@dataclass
class Layer:
    w: np.ndarray
    b: float


# --- values -----------------------------------------------------------------------------------


def kept_name(a, b):
    old = b
    for _ in range(2):
        b = b * 0.5 + a * np.sin(old)
    return b


def both_names(a, b):
    old = b
    b = b * a
    return old, b, (b, old * 2.0)


def changed_in_a_branch(a, b):
    old = b
    if a[0] > 0.0:
        b = np.exp(b) * a
    return b * old, old


def of_a_branch(a, b):
    if a[0] > b[0]:
        r = np.sin(a)
        s = r * r
    else:
        t = np.exp(b)
        s = t * a
        if b[0] > 0.0:
            u = s * t
            s = u * u
    return s * a


def of_a_loop(a, b):
    while a[0] > 1e-3:
        last = a * b
        a = 0.5 * last * np.cos(b)
    return last + a


def in_columns(a, b):
    return np.apply_along_axis(lambda t: t * 2.0, 0, a * b)


def restored(a, b):
    for i in range(len(a)):
        a[i] = a[i] * a[i - 1] * b[i]
    return a


def swapped(a, b):
    u, v = a.copy(), b.copy()
    for i in range(len(a)):
        u[i] *= v[i]
        u, v = v, u
    return u, v


def listed(a, b):
    rows = [a, b]
    for _ in range(3):
        rows.append(rows[-1] * rows[-2])
    return rows


VALUES = [
    kept_name,
    both_names,
    changed_in_a_branch,
    of_a_branch,
    of_a_loop,
    in_columns,
    restored,
    swapped,
    listed,
]


def scribbled(tree):
    """Change all arrays of a tree in place."""
    for _, leaf in leaves(tree):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
            leaf[...] = np.nan


def copied(tree):
    return map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else x, tree)


def check(f, inputs):
    """A pullback equals the function and its vjp, however often it is pulled."""
    with np.errstate(all="ignore"):
        wanted = f(*copied(inputs))
        cotangent = random_cotangent(wanted)
        _, expected = srcgrad.value_and_vjp(f, copied(inputs), cotangent)
        value, pull = srcgrad.pullback(f, *inputs)
        assert_same_gradients((value,), (wanted,), 1e-12, 1e-12)
        scribbled((inputs, value))
        for _ in range(3):
            found = pull(cotangent)
            assert_same_gradients(found, expected, 1e-12, 1e-14)
            scribbled(found)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("f", VALUES, ids=lambda f: f.__name__)
def test_values_and_gradients(f, sign, mode):
    check(f, (np.array([0.3, 0.4]), sign * np.array([0.2, 0.9])))


def given_to_nothing(a, b):
    """The adjoint of an array has twins in the forward sweep that nothing reads."""
    for row in a:  # noqa: B007
        pass
    np.min(a * a[::-1]) * row[0]
    a[:, 0] = b
    return a + 1.0


def test_adjoints_that_are_allocated_in_the_forward_sweep(mode):
    check(given_to_nothing, (np.array([[0.3, 0.4], [0.7, -0.2]]), np.array([0.2, 0.9])))


@pytest.mark.parametrize("program", PROGRAMS[::8], ids=lambda program: program.name)
def test_programs(program):
    inputs = program.fresh()
    with np.errstate(all="ignore"):
        value = program.f(*program.fresh())
        try:
            srcgrad.pullback(program.f, *program.fresh())
        except srcgrad.SrcgradError:
            with pytest.raises(srcgrad.SrcgradError):
                srcgrad.vjp(program.f, program.fresh(), random_cotangent(value))
            return
        cotangent = random_cotangent(value)
        expected = srcgrad.vjp(program.f, program.fresh(), cotangent)
        for chosen in ({}, {"optimize": False}):
            with options(**chosen):
                _, pull = srcgrad.pullback(program.f, *inputs)
                assert_same_gradients(pull(cotangent), expected, 1e-9, 1e-12)
                assert_same_gradients(pull(cotangent), expected, 1e-9, 1e-12)


# --- what it is independent of ------------------------------------------------------------------


def test_nested_inputs_are_copied():
    def f(p, layer, points):
        return np.sum(p["a"] * p["b"][0] * layer.w * layer.b) * np.sum(points[1].x * points[0].y)

    p = {"a": X.copy(), "b": [X.copy()]}
    layer = Layer(X.copy(), 2.0)
    points = [Point(X.copy(), X.copy()), Point(X.copy(), X.copy())]
    expected = srcgrad.vjp(f, (p, layer, points))
    _, pull = srcgrad.pullback(f, p, layer, points)
    for array in (p["a"], layer.w, points[1].x):
        array[:] = np.nan
    p["b"][0] = points[0] = layer.w = None
    found = pull()
    np.testing.assert_array_equal(found[0]["b"][0], expected[0]["b"][0])
    np.testing.assert_array_equal(found[1].w, expected[1].w)
    assert found[1].b == expected[1].b
    np.testing.assert_array_equal(found[2][1].x, expected[2][1].x)


def test_the_sizes_of_inputs_are_those_of_the_call():
    xs = [X.copy()]
    _, pull = srcgrad.pullback(lambda xs: xs[0] * 2.0, xs)
    xs[0] = np.ones(7)
    np.testing.assert_array_equal(pull(np.ones(3))[0][0], [2.0, 2.0, 2.0])
    with pytest.raises(srcgrad.CotangentError, match=r"\(7,\).*\(3,\)"):
        pull(np.ones(7))


def test_data_from_outside_are_copied():
    _, pull = srcgrad.pullback(lambda x: np.sum(SCALE * x * x), X[:2])
    before = SCALE.copy()
    SCALE[:] = 0.0
    np.testing.assert_array_equal(pull()[0], 2.0 * before * X[:2])
    SCALE[:] = before


def test_pulls_do_not_disturb_each_other():
    f = restored
    a, b = np.array([0.3, 0.4, 0.9]), np.array([0.5, 0.2, 0.1])
    first, second = (srcgrad.pullback(f, k * a, b)[1] for k in (1.0, 2.0))
    one = first(np.ones(3))
    second(np.ones(3))
    assert_same_gradients(first(np.ones(3)), one, 0.0, 0.0)


# --- what it costs ------------------------------------------------------------------------------


def test_nothing_is_copied_that_no_sweep_changes():
    def f(x):
        return np.sin(x) * x

    _, pull = srcgrad.pullback(f, X)
    assert pull._entry.facts.halves[1:] == ((), ())
    assert not any(np.may_share_memory(X, part) for part in pull._saved)


def test_what_is_read_for_its_shape_is_not_kept():
    _, pull = srcgrad.pullback(lambda x: np.sum(3.0 * x), X)
    assert not any(isinstance(part, np.ndarray) for part in pull._saved)
    np.testing.assert_array_equal(pull()[0], [3.0, 3.0, 3.0])
    _, pull = srcgrad.pullback(lambda x: 2.0 * x[0] + x[1], X)
    assert not any(isinstance(part, np.ndarray) for part in pull._saved)
    np.testing.assert_array_equal(pull()[0], [2.0, 1.0, 0.0])


def test_later_calls_generate_nothing_and_leave_nothing_behind(monkeypatch):
    def f(x, y):
        return np.sum(np.sin(x) * y)

    srcgrad.pullback(f, X, X)
    lines = len(linecache.cache)
    (entry,) = Active.table.derivative(f, asked("pullback")).entries
    with monkeypatch.context() as patch:
        patch.setattr("builtins.compile", None)
        for _ in range(3):
            _, pull = srcgrad.pullback(f, X, X)
            pull()
    assert Active.table.derivative(f, asked("pullback")).entries == (entry,)
    assert len(linecache.cache) == lines


def test_a_pullback_dies_with_its_function():
    def f(x):
        return x * x

    srcgrad.pullback(f, X)
    number = id(f)
    del f
    gc.collect()
    assert not any(key[0] == number for key in Active.table.quick)


def test_it_is_read_from_its_file(folder, model, generations):  # noqa: F811
    value, pull = srcgrad.pullback(model.loss, X)
    assert generations == ["loss"]
    (file,) = files(folder)
    assert "def loss_forward" in file.read_text() and "def loss_reverse" in file.read_text()
    other = again(model)
    value_again, pull_again = srcgrad.pullback(other.loss, X)
    assert generations == ["loss"]
    assert value == value_again
    np.testing.assert_array_equal(pull()[0], pull_again()[0])


def test_the_forward_half_knows_no_cotangent():
    """What a loop may leave without a value has the shape of the output alone."""

    def f(d, n, k):
        for i in range(n):
            v = d[i]
        while k > 0:
            v = np.sin(v) * v
            k -= 1
        return v

    d = np.random.default_rng(0).normal(size=(2, 3, 4))
    cotangent = np.random.default_rng(1).normal(size=(3, 4))
    value, pull = srcgrad.pullback(f, d, 2, 2)
    np.testing.assert_array_equal(value, f(d, 2, 2))
    gradient = pull(cotangent)[0]
    assert gradient.shape == d.shape and gradient.dtype == d.dtype
    np.testing.assert_array_equal(gradient, srcgrad.vjp(f, (d, 2, 2), cotangent)[0])
