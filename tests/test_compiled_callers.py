"""Derivatives called in the user's own compiled functions."""

import os
import subprocess
import sys

import numpy as np
import pytest

import srcgrad

numba = pytest.importorskip("numba")


@numba.njit
def valley(x, steepness):
    total = 0.0
    for i in range(len(x) - 1):
        total += steepness * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


slope = srcgrad.grad(valley, jit=True)
value_and_slopes = srcgrad.value_and_grad(valley, (0, 1), jit=True)


def same(actual, expected):
    assert np.shape(actual) == np.shape(expected)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


def descend(x, steps):
    for _ in range(steps):
        x = x - 0.001 * slope(x, 100.0)
    value, (x_bar, k_bar) = value_and_slopes(x[::2], 2.0)
    return x, value, x_bar, k_bar


def test_an_optimiser():
    x = np.linspace(0.0, 1.0, 6)
    for actual, expected in zip(numba.njit(descend)(x, 50), descend(x, 50), strict=True):
        same(actual, expected)


OFFSET = np.array([0.5, 1.0, 1.5])


def shifted(x, mode, y):
    if mode == "whole":
        return np.sum(np.sin(x + OFFSET)) * y
    return x[0] * y


def of_shifted(x, y):
    return srcgrad.grad(shifted, (0, 2))(x, "whole", y)


gradient_of_shifted = srcgrad.grad(shifted, (0, 2))


@numba.njit
def of_shifted_compiled(x, y):
    return gradient_of_shifted(x, "whole", y)


def test_dtypes_strings_and_data_from_outside():
    x = np.array([1.0, 2.0, 3.0], np.float32)
    for actual, expected in zip(of_shifted_compiled(x, 2.0), of_shifted(x, 2.0), strict=True):
        same(actual, expected)


def mixed(u, v, k):
    u[1:-1] += k * (v[2:] + v[:-2])


mix = srcgrad.compiled(mixed)


@numba.njit
def mix_often(u, v, steps):
    for _ in range(steps):
        mix(u, v, 0.25)
        u, v = v, u
    return u


def test_a_compiled_function_writes_its_arguments():
    u, v = np.arange(5.0), np.ones(5)
    expected_u, expected_v = u.copy(), v.copy()
    mix_often(u, v, 1)
    mixed(expected_u, expected_v, 0.25)
    same(u, expected_u)
    with pytest.raises(ValueError, match="`u` is written, and shares memory"):
        mix_often(u, u[:], 1)
    with pytest.raises(numba.core.errors.TypingError, match="written is not contiguous"):
        mix_often(np.ones(10)[::2], v, 1)


class Scale:
    def __init__(self, factor):
        self.factor = factor

    def times(self, x):
        return self.factor * x * x


def test_what_is_refused_says_why():
    by_method = srcgrad.grad(Scale(2.0).times)

    @numba.njit
    def of_method(x):
        return by_method(x)

    @numba.njit
    def of_tuple(x):
        return slope((x, x), 1.0)

    with pytest.raises(numba.core.errors.TypingError, match="InputError: times is bound"):
        of_method(1.0)
    with pytest.raises(numba.core.errors.TypingError, match="argument 0 has the type UniTuple"):
        of_tuple(1.0)


MODULE = """
import numba, numpy as np, srcgrad

def f(x):
    return np.sum(x * x)

gradient = srcgrad.grad(f)

@numba.njit(cache=True)
def twice(x):
    return 2.0 * gradient(x)
"""


def test_the_caller_comes_from_the_disk(tmp_path):
    (tmp_path / "callers.py").write_text(MODULE)
    code = (
        "import callers, numpy as np\n"
        "print(callers.twice(np.ones(2)), sum(callers.twice.stats.cache_hits.values()))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    environment["NUMBA_OPT"] = "1"  # what is not optimised is not kept there
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")[0]
        for _ in range(2)
    ]
    assert found == ["[4. 4.] 0", "[4. 4.] 1"]
