"""Forward mode where no input reaches a value: the tangent is 0 there, as the gradient is."""

from __future__ import annotations

import numpy as np
import pytest

import srcgrad

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def chosen(x):
    return np.sum(np.sqrt(np.where(x > 0, x, 0.0)))


def clipped(x):
    return np.sum(np.sqrt(np.clip(x, -1.0, 3.0) + 1.0))


def raised(x):
    return np.sum(np.where(x > 0, x, 0.0) ** 0.5)


def rectified(x):
    return np.sum(np.sqrt(3.0 * np.maximum(x, 0.0)))


def mirrored(x):
    return np.sqrt(-np.minimum(0.0, x))


def triangle(x):
    return np.sum(np.sqrt(np.triu(np.outer(x, x) ** 2, 1)))


def stored(x):
    y = np.zeros_like(x)
    y[x > 0] = x[x > 0]
    return np.sum(np.sqrt(y))


def written_over(x):
    y = x.copy()
    y[y < 0] = 0.0
    return np.sum(np.sqrt(y.reshape(-1, 1)))


def branched(x):
    s = 0.0
    for i in range(len(x)):
        r = x[i] if x[i] > 0 else 0.0
        s += np.sqrt(r)
    return s


def summed(x):
    m = np.broadcast_to(np.where(x > 0, x, 0.0), (2, 4))
    return np.sum(np.sqrt(np.sum(m, axis=0)))


def squared(x):
    return np.sum(np.sqrt(np.where(x > 0, x, 0.0) ** 2))


def selected(x):
    return np.sum(np.sqrt(np.select([x > 1, x > 0], [x, 2 * x], 0.0)))


def padded(x):
    return np.sum(np.sqrt(np.pad(x**2 + 1, 2)))


def on_a_diagonal(x):
    return np.sum(np.sqrt(np.diag(x**2 + 1)))


def behind_zeros(x):
    return np.sum(np.sqrt(np.concatenate([np.zeros(2), x**2 + 1])))


def between_zeros(x):
    y = np.zeros(6)
    y[1:5] = x**2 + 1
    return np.sum(np.sqrt(y))


def distances(x):
    squares = np.zeros((4, 4))
    for i in range(4):
        for j in range(i):
            squares[i, j] = (x[i] - x[j]) ** 2
    return np.sum(np.sqrt(squares))


def diagonal_left_out(x):
    squares = (x[:, None] - x[None, :]) ** 2
    np.fill_diagonal(squares, 0.0)
    return np.sum(np.sqrt(squares))


def halved_round_a_loop(x):
    y, s = np.where(x > 0, x, 0.0), x[0]
    for _ in range(3):
        s = s + np.sum(np.sqrt(y))
        y = y * 0.5
    return s


def roots_of_roots(x):
    y = np.maximum(x, 0.0)
    for _ in range(3):
        y = np.sqrt(y)
    return np.sum(y)


def left_out_at_the_end_of_a_loop(x):
    y, s = x + 3.0, x[0]
    for k in range(3):
        s = s + np.sum(np.sqrt(y))
        y = np.where(y > k + 1.0, y, 0.0)
    return s


def written_over_at_the_end_of_a_loop(x):
    y, s = x + 3.0, x[0]
    for k in range(3):
        s = s + np.sum(np.sqrt(y))
        y[y < k + 1.0] = 0.0
    return s


def until_few_are_left(x):
    y, s, k = np.where(x > -1.0, x + 1.0, 0.0), x[0], 0
    while np.sum(y) > 0.1 and k < 4:
        z = y
        for _ in range(2):
            z = np.sqrt(z)
            s = s + np.sum(z)
        y = np.where(y > 0.5 * k, y, 0.0)
        k += 1
    return s + np.sum(np.cbrt(y))


PROGRAMS = [
    *(halved_round_a_loop, roots_of_roots, left_out_at_the_end_of_a_loop),
    *(written_over_at_the_end_of_a_loop, until_few_are_left),
    *(squared, selected, padded, on_a_diagonal, behind_zeros, between_zeros, distances),
    diagonal_left_out,
    *(chosen, clipped, raised, rectified, mirrored, triangle, stored, written_over, branched),
    summed,
]
X = np.array([2.0, -1.5, 0.5, -0.25])
V = np.array([0.5, -1.0, 2.0, 0.75])


def same(found, expected):
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6 if found.dtype == np.float32 else 1e-13)


def by_gradients(f, x, v):
    """The tangent, by a gradient for each element of the output."""
    value = np.asarray(f(x))
    units = np.eye(value.size, dtype=x.dtype).reshape(-1, *value.shape)
    rows = [srcgrad.vjp(f, (x,), u if value.ndim else u[()])[0] @ v for u in units]
    return np.array(rows, x.dtype).reshape(value.shape)[()]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_tangents_are_what_gradients_say(f, jit):
    if jit:
        pytest.importorskip("numba")
    expected = by_gradients(f, X, V)
    assert np.all(np.isfinite(expected))
    value, tangent = srcgrad.jvp(f, (X,), (V,), jit=jit)
    same(np.asarray(value), np.asarray(f(X)))
    same(tangent, expected)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_in_single_precision(f):
    x, v = X.astype(np.float32), V.astype(np.float32)
    if f in (branched, between_zeros, distances, behind_zeros):
        pytest.skip("it computes in double precision")
    same(srcgrad.jvp(f, (x,), (v,))[1], by_gradients(f, x, v))


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_several_directions(f):
    directions = np.stack([V, 2.0 * V, V[::-1]])
    expected = np.stack([by_gradients(f, X, v) for v in directions])
    same(srcgrad.jvp(f, (X,), (directions,))[1], expected)


def test_what_is_used_keeps_its_nan():
    x = np.array([0.0, 1.0])
    with np.errstate(all="ignore"):
        for f in (lambda x: np.sqrt(x) ** 2, lambda x: np.sqrt(np.where(x >= 0, x, 0.0)) ** 2):
            gradient = srcgrad.vjp(f, (x,), np.ones(2))[0]
            _, tangent = srcgrad.jvp(f, (x,), (np.ones(2),))
            np.testing.assert_array_equal(np.isnan(gradient), [True, False])
            np.testing.assert_array_equal(np.isnan(tangent), [True, False])


def test_a_selection_that_is_safe_by_itself_costs_nothing():
    def safe(x):
        return np.sum(np.sqrt(np.where(x > 0, x, 1.0)))

    assert "!=" not in srcgrad.forward(safe).source(X)
