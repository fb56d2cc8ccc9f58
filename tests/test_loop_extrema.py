"""Extrema in loop form: begun with infinity, in the loops that make the elements; masks made again."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check

pytest.importorskip("numba")

RNG = np.random.default_rng(3)


def farthest(x, y):
    d = np.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=2)
    return np.sum(np.max(d, axis=1))


def highest(x, w):
    return np.max(np.sin(x) * w) + np.min(x[1:] - w[:-1])


def by_columns(x):
    return np.min(x, axis=0) * np.max(np.abs(x), axis=0)


def in_turns(x, n):
    total = 0.0
    for k in range(n):
        total = total + np.max(x[k] * x[k - 1]) * np.min(x[k])
    return total


def along_the_last(x):
    return np.sum(np.max(x * 2.0, axis=-1)) * np.min(x, axis=(0,))


def centred(x):
    d = x - np.mean(x, axis=0)
    return np.sum(d**2, axis=0) * np.max(d, axis=0)


PROGRAMS = [
    (farthest, (RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3)))),
    (farthest, (np.ones((6, 3)), np.zeros((4, 3)))),
    (farthest, (np.full((6, 3), np.inf), np.zeros((4, 3)))),
    (farthest, (np.zeros((0, 3)), np.ones((4, 3)))),
    (highest, (RNG.normal(size=9), RNG.normal(size=9))),
    (highest, (np.array([1.0, np.nan, 2.0]), np.ones(3))),
    (highest, (np.full(3, -np.inf), np.ones(3))),
    (by_columns, (np.array([[1.0, np.nan, -0.0], [1.0, 3.0, 0.0]]),)),
    (in_turns, (RNG.normal(size=(4, 3)), 4)),
    (in_turns, (RNG.normal(size=(4, 3)), 0)),
    (along_the_last, (RNG.normal(size=5),)),
    (centred, (RNG.normal(size=(5, 3)),)),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "inputs"), PROGRAMS)
def test_as_plain(f, inputs):
    value = f(*inputs)
    check(f, inputs, np.ones(np.shape(value)) if np.ndim(value) else None)


@pytest.mark.parametrize("shape", [(3, 0), (0,)])
def test_of_no_elements(shape):
    def most(x):
        return np.sum(np.max(x * 2.0, axis=-1))

    for jit in (False, True):
        with pytest.raises(ValueError, match="zero-size array"):
            srcgrad.grad(most, jit=jit)(np.zeros(shape))


def test_in_the_loop_that_makes_them():
    text = srcgrad.source(farthest, *PROGRAMS[0][1], jit=True)
    start, mask = text.index("larger(t"), text.index(" == ")
    assert text.count("for j in range(k0)") == 3
    assert start < mask and "bool" not in text
