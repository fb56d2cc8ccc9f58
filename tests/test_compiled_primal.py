"""`srcgrad.compiled`: the function itself in loop form, the same in all that can be seen."""

import copy
import os
import pickle
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

import srcgrad
from srcgrad.backend import compile as compiler
from srcgrad.errors import CompileError, InputError, UnsupportedSyntax
from tests.programs import PROGRAMS
from tests.test_compiled import assert_same

numba = pytest.importorskip("numba")

import srcgrad.backend.numba_overloads  # noqa: E402

PART = 40


def chosen():
    if os.environ.get("SRCGRAD_FULL"):
        return PROGRAMS
    return sorted(PROGRAMS, key=lambda program: zlib.crc32(b"value" + program.name.encode()))[:PART]


@pytest.mark.parametrize("program", chosen(), ids=lambda program: program.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_program(program, monkeypatch):
    """Run as Python, value and inputs are as the function leaves them."""
    monkeypatch.setattr(compiler, "jitted", lambda function, args, layout: function)
    inputs, expected_inputs = program.fresh(), program.fresh()
    expected = program.f(*expected_inputs)
    with srcgrad.testing.options():
        try:
            actual = srcgrad.compiled(program.f)(*inputs)
        except (CompileError, UnsupportedSyntax) as error:
            pytest.skip(str(error).splitlines()[0])
    assert_same(actual, expected)
    assert_same(inputs, expected_inputs)


@dataclass
class Layer:
    weight: np.ndarray
    bias: float

    def __call__(self, x):
        return np.tanh(x @ self.weight + self.bias)


@srcgrad.compiled
def network(layers, x, *, scale=2.0):
    for layer in layers:
        x = layer(x)
    return {"y": scale * x, "parts": (x.sum(), len(x), None, "all"), "layer": Layer(x, 1.0)}


def test_classes_dicts_and_keywords():
    layers = [Layer(np.arange(6.0).reshape(3, 2), 0.5), Layer(np.ones((2, 2)), -0.25)]
    x = np.linspace(0.0, 1.0, 12).reshape(4, 3)
    assert_same(network(layers, x, scale=3.0), network.py_func(layers, x, scale=3.0))
    assert_same(network(layers, x), network.py_func(layers, x))
    assert "def network_loops(" in network.source(layers, x, scale=3.0)


@srcgrad.compiled
def smooth(u, k, i):
    u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u[i] * (1.0 / k)


def test_arrays_are_written_in_place():
    for u in (np.arange(5.0) ** 2, (np.arange(10.0) ** 2)[::2], np.arange(5.0)[::-1]):
        expected = u.copy()
        value = smooth.py_func(expected, 0.1, 2)
        assert_same(smooth(u, 0.1, 2), value)
        np.testing.assert_allclose(u, expected, rtol=1e-14)


def test_errors_are_those_of_the_function():
    with pytest.raises(IndexError):
        smooth(np.ones(3), 0.1, 7)
    with pytest.raises(ZeroDivisionError):
        smooth(np.ones(3), 0.0, 1)
    u = np.ones(3)
    u.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        smooth(u, 0.1, 1)


def appended(items):
    items.append(1.0)


def test_what_compiled_code_cannot_change_is_refused():
    with pytest.raises(CompileError, match="`items` from outside is changed"):
        srcgrad.compiled(appended)([1.0])
    with pytest.raises(InputError):
        srcgrad.compiled(3)


def test_derivatives_are_those_of_the_function():
    u = np.arange(5.0)
    expected = srcgrad.grad(smooth.py_func)(u, 0.1, 2)
    assert_same(srcgrad.grad(smooth)(u, 0.1, 2), expected)
    assert_same(srcgrad.grad(lambda u: smooth(u, 0.1, 2))(u), expected)


def test_it_can_be_pickled_and_copied():
    u = np.arange(5.0)
    expected = smooth.py_func(u.copy(), 0.1, 2)
    for again in (pickle.loads(pickle.dumps(smooth)), copy.copy(smooth), copy.deepcopy(smooth)):
        assert_same(again(u.copy(), 0.1, 2), expected)


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    @srcgrad.compiled(boundscheck=False)
    def times(self, x):
        return self.factor * x[0]


def test_method():
    assert_same(Scaled(2.0).times(np.array([1.5])), np.float64(3.0))
