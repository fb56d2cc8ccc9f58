"""The adjoint of a matrix times its own transpose is one product."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing import options
from tests.oracle import central_differences

RNG = np.random.default_rng(3)
A, B, Y = RNG.normal(size=(5, 3)), RNG.normal(size=(3, 5)), RNG.normal(size=(3, 3))


def gram(a):
    return np.sum((a.T @ a) ** 3)


def of_rows(a):
    return np.sum(np.sin(a @ a.T))


def weighted(a, w):
    return np.sum(a.T @ (w[:, None] * a) * 2.0) + np.sum((a.T @ a) * Y)


def read_twice(a):
    p = a.T @ a
    return np.sum(p @ p) + np.sum(p)


def of_two(a, b):
    return np.sum(np.cos(a @ b @ a @ b))


CASES = [
    (gram, (A,)),
    (of_rows, (A,)),
    (weighted, (A, np.arange(1.0, 6.0))),
    (read_twice, (A,)),
    (of_two, (A, B)),
]


@pytest.mark.parametrize("f, inputs", CASES, ids=lambda x: getattr(x, "__name__", ""))
@pytest.mark.parametrize("optimize", [True, False])
def test_gradients(f, inputs, optimize):
    with options(optimize=optimize):
        found = srcgrad.vjp(f, inputs, 1.0)
    for gradient, wanted, x in zip(found, central_differences(f, inputs), inputs, strict=True):
        assert gradient.shape == x.shape and gradient.dtype == x.dtype
        np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("f", [gram, of_rows])
def test_one_product_is_left(f):
    lines = srcgrad.source(f, A).splitlines()
    assert [line.count("@") for line in lines if " a_bar = " in line] == [1]
    assert not any("a_bar +=" in line for line in lines)
