"""Items of lists that are read before they are written over, moved or popped: nothing of them is lost."""

import itertools

import numpy as np
import pytest

import srcgrad


def written_over(x):
    r = list(x)
    a = r[1]
    r[1] = r[2]
    return a * r[0]


def popped(x):
    r = list(x)
    a = r.pop(1)
    r.reverse()
    return a * r[0]


def taken(x):
    it = iter(x)
    a = list(itertools.islice(it, 2))
    return a[0] * a[1] + next(it) ** 2


def zipped(x):
    a, b = iter(x), iter(x[:1])
    rows = list(zip(a, b))
    return next(a) * rows[0][0]


def of_arrays(x):
    r = [x * k for k in range(len(x))]
    a = r[1]
    r[1] = r[2] * x
    b = r.pop(0)
    return np.sum(a * r[0] + b)


@pytest.mark.parametrize(
    "f", [written_over, popped, taken, zipped, of_arrays], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_item_that_was_read_keeps_its_derivative(f, dtype):
    x = np.array([0.75, 2.0, -1.25, 0.5], dtype)
    value, (x_bar,) = srcgrad.value_and_vjp(f, (x,))
    assert value == f(x) and x_bar.dtype == dtype
    wide = x.astype(float)
    expected = [(f(wide + s) - f(wide - s)) / 2e-6 for s in 1e-6 * np.eye(4)]
    np.testing.assert_allclose(x_bar, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(srcgrad.jvp(f, (x,), (x,))[1], expected @ wide, rtol=1e-5)
