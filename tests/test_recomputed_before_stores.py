"""What is computed again for a line whose value nobody reads: before the stores in front of that line."""

import numpy as np
import pytest

import srcgrad

X = np.array([0.7, -0.4, 0.9, 0.3, -0.6])


def halved_in_place(x):
    s = 0.0
    for i in range(3):
        t = x * (i + 1.0)
        u = t * t
        t *= 0.5
        s = s + np.sum(u * t)
    return s


def filled_again(x):
    s = 0.0
    for i in range(3):
        t = x * 1.0
        v = 2.0 * t
        t[:] = v * v * (i + 1.0)
        s = s + np.sum(v * t) * 0.1
    return s


def element_by_element(x):
    s = 0.0
    for i in range(3):
        t = x * 1.0
        u = t[i] * 3.0
        t[i] = t[i] * t[i + 1]
        s = s + u * t[i]
    return s


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", [halved_in_place, filled_again, element_by_element])
def test_gradients(f, jit):
    """The value itself is not asked for."""
    found = srcgrad.grad(f, jit=jit)(X)
    steps = 1e-6 * np.eye(len(X))
    want = np.array([(f(X + step) - f(X - step)) / 2e-6 for step in steps])
    np.testing.assert_allclose(found, want, rtol=1e-6, atol=1e-8)
