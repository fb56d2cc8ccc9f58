"""The loop form: products of short matrices, tables of numbers, and lists of arrays of one size."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import check, cotangent_of
from tests.test_loop_expansions import calls

pytest.importorskip("numba")

RNG = np.random.default_rng(5)


def normal(*shape):
    return RNG.normal(size=shape)


def turned(a, p):
    c, s = np.cos(a[0]), np.sin(a[0])
    first = np.array([[c, -s, 0], [s, c, 0], [0.0, 0.0, 1.0]])
    second = np.array([[1, 0, 0], [0, a[1], 2], [0, s, c]])
    return p @ (first @ second @ first.T)


def of_a_part(x, y):
    return (x[:, :3] @ y) @ (y.T[:, :3] @ x[:3])


def with_itself(x):
    return x @ x + np.dot(x.T, x)


def of_stacks(x, y):
    return x @ y


def dot_of_stacks(x, y):
    return np.dot(x, y)


SHORT = {
    "tables": (turned, (normal(2), normal(6, 3))),
    "of a part": (of_a_part, (normal(4, 4), normal(3, 5))),
    "with itself": (with_itself, (normal(3, 3),)),
    "stacks": (lambda x, y: of_stacks(x[..., :3], y), (normal(4, 2, 3), normal(4, 3, 5))),
    "one for all": (lambda x, y: of_stacks(x[:, :3], y), (normal(6, 3), normal(4, 3, 3))),
    "all by one": (lambda x, y: of_stacks(x[..., :2], y[:2]), (normal(4, 3, 2), normal(3, 5))),
    "spread": (lambda x, y: of_stacks(x[..., :2], y[..., :2, :]), (normal(1, 3, 2), normal(4, 2, 5))),
    "long stacks": (of_stacks, (normal(4, 2, 7), normal(4, 7, 5))),
    "long, one for all": (of_stacks, (normal(6, 7), normal(4, 7, 5))),
    "long, all by one": (of_stacks, (normal(4, 6, 7), normal(7, 5))),
    "long, spread": (of_stacks, (normal(4, 6, 7), normal(1, 7, 5))),
    "of four axes": (of_stacks, (normal(2, 4, 6, 7), normal(2, 4, 7, 5))),
    "dot": (lambda x, y: dot_of_stacks(x[..., :3], y), (normal(4, 2, 3), normal(5, 3, 2))),
}  # fmt: skip


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_products(name, dtype, interpreted):
    f, inputs = SHORT[name]
    inputs = tuple(x.astype(dtype) for x in inputs)
    check(f, inputs, cotangent_of(f(*inputs), RNG))


def test_short_products_and_tables_are_loops():
    text = srcgrad.source(turned, normal(2), normal(6, 3), jit=True)
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    products = [line.strip() for line in code if "@" in line]
    assert len(products) == 1 and "p.T @ y_bar" in products[0]  # the one of a long sum
    assert "array" not in calls(text)


def test_short_products_must_fit(interpreted):
    x, y = normal(4, 4), normal(5, 5)
    for jit in (False, True):
        with pytest.raises(ValueError, match=r"matmul|mismatch|incompatible"):
            srcgrad.vjp(lambda x, y: x[:, :3] @ y[:4], (x, y), normal(4, 5), jit=jit)


def chain(x, w):
    steps, state = [x[2:5]], w * x[:3]
    for _ in range(3):
        state = np.sin(state) * w
        steps.append(state)
    return np.stack(steps)[:, np.newaxis, :] * normal_rows


normal_rows = normal(4, 2, 3)


def of_other_sizes(x, w):
    parts = [x[2:4]]
    for k in range(3):
        parts.append(w * x[k:5])
    total = 0.0
    for part in parts:
        total = total + np.sum(part**2) * part[0]
    return total


def one_left_out(x, w):
    parts = [x[2:4]]
    for _ in range(2):
        parts.append(w[:2] * 3.0)
    parts.insert(0, x)
    total = 0.0
    for part in parts:
        total = total + np.sum(np.cos(part)) * part[-1]
    return total


@pytest.mark.parametrize("f", [chain, of_other_sizes, one_left_out])
def test_lists_of_arrays(f, interpreted):
    inputs = (normal(5), normal(3) if f is not of_other_sizes else 0.7)
    check(f, inputs, cotangent_of(f(*inputs), RNG))


def test_items_of_one_size_are_not_broadcast():
    text = srcgrad.source(chain, normal(5), normal(3), jit=True)
    assert "unbroadcast" not in text
