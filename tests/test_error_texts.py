"""Texts of errors with numbers, tuples and arrays in them: compiled code raises them as plain code does."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import CompileError

pytest.importorskip("numba")

ONES, LOW = np.ones(3), np.array([-1.0, -2.0, -3.0])


class Mine(ValueError):
    """An error of the user's, of no other kind."""


def number(x):
    if x[0] < 0:
        raise ValueError(f"x is {x[0]:.3f}, not {2.5!r}")
    return np.sum(x * x)


def of_a_shape(x):
    if x[0] < 0:
        raise ValueError("x has shape {}, its first is {:>6}".format(x.shape, x[0]))  # noqa: UP032
    return np.sum(x * x)


def by_percent(x):
    if x[0] < 0:
        raise IndexError("%s is %5.2f of %d, 100%%" % (x.shape, x[0], len(x)))  # noqa: UP031
    return np.sum(x * x)


def one_by_percent(x):
    if x[0] < 0:
        raise IndexError("x is %g" % x[0])  # noqa: UP031
    return np.sum(x * x)


def by_name(x):
    if x[0] < 0:
        raise ValueError("{{{0}}}: {first:.2f}, {last!s:>5}".format("x", first=x[0], last=x[-1]))
    return np.sum(x * x)


def array(x):
    if x[0] < 0:
        raise Mine(f"x is {x}")
    return np.sum(x * x)


def several(x):
    if x[0] < 0:
        raise KeyError(f"x is {x[0]}", len(x), "%.1f" % x[1])  # noqa: UP031
    return np.sum(x * x)


def joined(x):
    text = "x is " + str(x[0])
    if x[0] < 0:
        raise Mine(text + f" and {x[1]}")
    return np.sum(x * x)


def asserted(x):
    assert x[0] > 0, "x is {:.2f}".format(x[0])  # noqa: UP032
    return np.sum(x * x)


def checked(value, name):
    if value < 0:
        raise Mine(f"{name} is {value}, of {name!r}")
    return value


def by_another(x):
    s = 0.0
    for k in range(len(x)):
        s += checked(x[k], "x") ** 2
    return s


def recursive(x, n=3):
    if n == 0:
        return x[0]
    if x[0] < 0:
        raise RecursionError(f"{n} left, {x[0]:.1f}")
    return recursive(x * 1.1, n - 1) + np.sum(x)


def numbered(x):
    if x[0] < 0:
        raise FileNotFoundError(2, f"no file {x[0]:.0f}")
    return np.sum(x * x)


PROGRAMS = [
    number, of_a_shape, by_percent, one_by_percent, by_name, array, several, joined, asserted,
    by_another, recursive, numbered,
]  # fmt: skip


@pytest.mark.parametrize(
    ("f", "dtype"), [(f, "float64") for f in PROGRAMS] + [(joined, "float32"), (several, "float32")]
)
def test_the_text_is_the_primal_s(f, dtype):
    low = (LOW / 3).astype(dtype)
    with pytest.raises(Exception) as wanted:
        srcgrad.vjp(f, (low,))
    with pytest.raises(type(wanted.value)) as found:
        srcgrad.vjp(f, (low,), jit=True)
    assert type(found.value) is type(wanted.value)
    assert str(found.value) == str(wanted.value).split("\n")[0]  # pytest adds to what is asserted
    assert found.value.__cause__ is None
    ones = ONES.astype(dtype)
    (plain,), (compiled,) = srcgrad.vjp(f, (ones,)), srcgrad.vjp(f, (ones,), jit=True)
    assert compiled.shape == plain.shape and compiled.dtype == plain.dtype
    np.testing.assert_allclose(compiled, plain, rtol=1e-6)


def test_str_of_single_precision():
    def f(x):
        if x[0] > 0:
            raise ValueError("x is " + str(x[0]))
        return np.sum(x * x)

    for jit in (False, True):
        with pytest.raises(ValueError, match=r"^x is 0\.1$"):
            srcgrad.vjp(f, (np.full(3, 0.1, "float32"),), jit=jit)


def test_halves_and_tangents_too():
    with pytest.raises(ValueError, match=r"^x is -1\.000, not 2\.5$"):
        srcgrad.jvp(number, (LOW,), (ONES,), jit=True)
    with pytest.raises(ValueError, match=r"^x is -1\.000, not 2\.5$"):
        srcgrad.pullback(number, LOW, jit=True)


def test_a_text_that_else_is_read_stays_one():
    def f(x):
        text = "x is {:.2f}".format(x[0])  # noqa: UP032
        if len(text) > 3:
            return np.sum(x * x)
        raise ValueError(text)

    assert srcgrad.vjp(f, (ONES,))[0].tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(CompileError, match="format"):
        srcgrad.vjp(f, (ONES,), jit=True)
