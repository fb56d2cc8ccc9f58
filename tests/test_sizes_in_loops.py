"""Sizes that change in loops: those that begin and change alike are one size, others are not."""

import numpy as np
import pytest

import srcgrad
from tests.oracle import assert_same_gradients, oracle_vjp, random_cotangent

RNG = np.random.default_rng(3)


def pair(n):
    return RNG.uniform(0.5, 1.5, n), RNG.uniform(0.5, 1.5, n)


def tree(prices, values):
    while len(values) > 1:
        prices = prices[1:] / 1.1
        values = np.maximum(0.4 * values[1:] + 0.5 * values[:-1], 1.2 - prices)
    return values[0]


def both_ends(x, y):
    for _ in range(3):
        x = 2.0 * x[1:]
        y = y[:-1] + x
    return np.sum(x * y)


def corners(m, k):
    for _ in range(2):
        m = m[1:, 1:] @ m[:-1, :-1] + k[1:, None] * k[:-1]
        k = k[:-1]
    return m


@pytest.mark.parametrize(
    ("f", "args"),
    [(tree, pair(6)), (both_ends, pair(8)), (corners, (RNG.normal(size=(5, 5)), pair(5)[0]))],
    ids=lambda f: getattr(f, "__name__", ""),
)
def test_sizes_that_change_alike_are_one(f, args):
    assert "unbroadcast" not in srcgrad.source(f, *args)
    agree(f, args)


def at_other_speeds(x, y):
    for _ in range(3):
        x, y = x[1:], y[2:]
    return np.sum(x) * y


def in_some_iterations(x, y):
    for k in range(3):
        x = x[1:]
        if k > 1:
            y = y[1:]
    return x[: len(y) - 2] * np.sum(y)


def until_one_is_spread(x, y):
    while len(x) > 1:
        x = x[1:]
        if np.sum(x) > 100.0:
            y = y[1:]
    return x * y


def with_a_loop_inside(x, y):
    for _ in range(2):
        x, y = x[1:], x[:-1] * y[1:]
        for _ in range(2):
            x = x[1:]
        y = y[2:]
    return x * y


def swapped(x, y):
    for _ in range(3):
        x, y = y[1:], x
    return np.sum(x) * y


def rows_and_columns(x, y):
    m = x[:, None] * y
    for _ in range(2):
        m = m[1:, :-2]
    return m


def skipped(x, y):
    for k in range(3):
        x = x[1:]
        if k == 1:
            continue
        y = y[1:]
    return np.sum(x) * y


@pytest.mark.parametrize(
    "f",
    [
        at_other_speeds,
        in_some_iterations,
        until_one_is_spread,
        with_a_loop_inside,
        swapped,
        rows_and_columns,
        skipped,
    ],
)
def test_sizes_that_change_otherwise_are_not(f):
    agree(f, pair(9))


def agree(f, args):
    cotangent = random_cotangent(f(*args))
    expected = oracle_vjp(f, args, cotangent)
    assert_same_gradients(srcgrad.vjp(f, args, cotangent), expected, 1e-9)
    value, tangent = srcgrad.jvp(f, args, tuple(map(np.ones_like, args)))
    assert np.shape(value) == np.shape(tangent)
    left = np.sum(np.asarray(cotangent) * tangent)
    np.testing.assert_allclose(left, sum(map(np.sum, expected)), 1e-10)


def on_either_path(x, a, b, up):
    if up > 0:
        return np.sum((x[7:9] * a) ** 2)
    return np.sum(np.sin(x[7:9] * b))


def after_no_iterations(x, a, b, count):
    total = 0.0
    for _ in range(count):
        total += np.sum((x[7:9] * a) ** 2)
    return total + np.sum(np.sin(x[7:9] * b))


@pytest.mark.parametrize("f", [on_either_path, after_no_iterations])
def test_a_size_is_tested_on_each_path_to_it(f):
    gradient = srcgrad.grad(f, (0, 1, 2), jit=True)
    for length, way in ((9, 1), (8, 0), (8, 1)):  # of eight, the piece has one element
        args = (RNG.normal(size=length), *pair(2), way)
        assert_same_gradients(gradient(*args), oracle_vjp(f, args, 1.0)[:3])
