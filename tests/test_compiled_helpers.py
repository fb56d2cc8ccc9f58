"""Functions that Numba compiled, as primals and as what they call."""

import numpy as np
import pytest

import srcgrad

numba = pytest.importorskip("numba")


@numba.njit
def cubed_element(x, i):
    return x[i] ** 3


@numba.njit(parallel=True)
def parallel_sum(x):
    total = 0.0
    for i in numba.prange(len(x)):
        total += cubed_element(x, i)
    return total


@pytest.mark.parametrize("jit", [False, True])
def test_compiled_helpers_and_prange(jit):
    x = np.array([1.0, 2.0])
    (x_bar,) = srcgrad.vjp(parallel_sum, (x,), jit=jit)
    np.testing.assert_allclose(x_bar, 3 * x**2)
