"""Compiled arrays do not take the memory of others of which a view is read yet."""

import numpy as np
import pytest

from tests.test_compiled import check

pytest.importorskip("numba")

X = np.array([0.5, 0.7, 0.2])
M = np.arange(1.0, 7.0).reshape(2, 3) / 3.0


def real_parts(x):
    r, i = 1.0 + 9.0 * x, -3.0 * x
    return np.real(r + 1j * i)


def both_parts(x):
    z = x * np.exp(1j * x)
    w = z * (2.0 - 1.0j)
    return np.real(z) * np.imag(w) * np.abs(w * w)


def impedance(x, resistivity):
    ratio = 1000.0 * x / resistivity
    return np.real(1.0 + 9.08 * ratio**-0.75 - 11.9j * ratio**-0.73)


def reshaped(x):
    y = np.sin(x)
    v = y.reshape(3, -1)
    w = y * x
    q = w + 1.0
    return np.sum(v @ v.T) * np.sum(w.reshape(-1) ** 2) + np.sum(q * q)


def ravelled(x):
    y = np.sin(x)
    w = y * y
    k = np.reshape(w, -1)
    return np.ravel(y) * k * np.ravel(w * 3.0)


PROGRAMS = [
    (real_parts, (X,)),
    (both_parts, (X,)),
    (impedance, (100.0 * X, 2e4)),
    (reshaped, (M,)),
    (ravelled, (X,)),
    (ravelled, (M,)),
    (ravelled, (M.astype(np.float32),)),
]


@pytest.mark.parametrize(("f", "inputs"), PROGRAMS)
def test_the_gradient_is_that_of_plain_code(f, inputs):
    value = f(*inputs)
    check(f, inputs, None if np.ndim(value) == 0 else np.ones_like(value))
