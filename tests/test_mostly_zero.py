"""Adjoints of few elements: added at their places, and, compiled, in the iterations that have them."""

import numpy as np
import pytest

import srcgrad
from tests.test_compiled import assert_same

RNG = np.random.default_rng(5)
X, W = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 3))
TIED = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, 1.0, -1.0], [5.0, 4.0, 5.0]])


def of_rows(x):
    return np.sum(np.exp(x - np.max(x, axis=-1, keepdims=True)) * x)


def of_columns(x):
    return np.sum(np.sin(x - np.min(x, axis=0)) * x)


def of_all(x):
    m = np.max(x)
    return np.sum(np.cos(x - m) * x) * m


def of_several_axes(x):
    y = x.reshape(2, 2, 3)
    return np.sum(np.max(y, axis=(0, 2)) ** 2) + np.sum(np.min(y, axis=1) ** 3)


def nearest(x, w):
    d = np.sum((x[:, None, :] - w[None, :, :]) ** 2, axis=2)
    return np.sum(np.min(d, axis=1) ** 2)


def read_afterwards(x):
    """What the extremum's share is added to is still read: it keeps its values."""
    t = x * x
    y = t - np.max(t, axis=1, keepdims=True)
    return np.sum(y * t) + np.sum(t * np.max(x))


PROGRAMS = [of_rows, of_columns, of_all, of_several_axes, read_afterwards]


def by_weights(f, x, *rest):
    """Central differences along coordinates, where there are no ties."""
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = 1e-6
        found[at] = (f(x + step, *rest) - f(x - step, *rest)) / 2e-6
    return found


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_extrema(f):
    (found,) = srcgrad.vjp(f, (X,))
    assert found.shape == X.shape
    assert found.dtype == X.dtype
    np.testing.assert_allclose(found, by_weights(f, X), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [X, TIED, X.astype(np.float32), np.asfortranarray(X)])
def test_compiled_as_plain(f, x):
    pytest.importorskip("numba")
    assert_same(srcgrad.vjp(f, (x,), jit=True), srcgrad.vjp(f, (x,)))


@pytest.mark.parametrize("jit", [False, True])
def test_ties_share_evenly(jit):
    if jit:
        pytest.importorskip("numba")
    (found,) = srcgrad.vjp(lambda x: np.max(x, axis=1), (TIED,), np.arange(1.0, 5.0), jit=jit)
    expected = [[0, 0.5, 0.5], [2 / 3] * 3, [0, 3, 0], [2, 0, 2]]
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize("jit", [False, True])
def test_the_extremum_of_nan_is_no_elements(jit):
    if jit:
        pytest.importorskip("numba")
    x = X.copy()
    x[1, 2] = np.nan
    with np.errstate(invalid="ignore"):
        (found,) = srcgrad.vjp(lambda x: np.max(x, axis=1) * 2.0, (x,), np.ones(4), jit=jit)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[[0, 2, 3]]).all()
    with np.errstate(invalid="ignore"):
        (found,) = srcgrad.vjp(lambda x: np.max(x) * 2.0, (x,), jit=jit)
    assert np.isnan(found).all()


def test_shares_are_added_in_place():
    text = srcgrad.source(of_rows, X)
    assert "add_to_ties(" in text
    assert "np.copy" not in text
    assert ".copy()" not in text


def test_loops_run_where_something_is_picked():
    pytest.importorskip("numba")
    text = srcgrad.source(nearest, X, W, jit=True)
    assert "if np.logical_or(" in text
    assert_same(srcgrad.vjp(nearest, (X, W), jit=True), srcgrad.vjp(nearest, (X, W)))


def test_what_is_not_picked_gives_nothing():
    """Not NaN either, where a distance is infinite that is not the least."""
    pytest.importorskip("numba")
    w = np.vstack([W, np.full((1, 3), np.inf)])
    x_bar, w_bar = srcgrad.vjp(nearest, (X, w), jit=True)
    expected, expected_w = srcgrad.vjp(nearest, (X, W))
    np.testing.assert_allclose(x_bar, expected, rtol=1e-12)
    np.testing.assert_allclose(w_bar[:2], expected_w, rtol=1e-12)
    np.testing.assert_array_equal(w_bar[2], np.zeros(3))


def test_second_derivatives_of_extrema():
    def f(x):
        return np.sum(np.max(x * x, axis=1) ** 2)

    (found,) = srcgrad.vjp(lambda x: srcgrad.grad(f)(x), (X,), X + 1.0)
    step = 1e-6 * (X + 1.0)
    expected = (srcgrad.grad(f)(X + step) - srcgrad.grad(f)(X - step)) / 2e-6
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


# --- memory that is used again ----------------------------------------------------------------


def held(x):
    t = np.exp(x - srcgrad.stop_gradient(np.max(x)))
    return np.log(np.sum(t))


def still_needed(x, w):
    """`t` is read after what is made of it: both stay."""
    t = np.exp(x * w)
    y = t * np.sum(t)
    return np.sum(y * t) + np.sum(t[1:] * y[:-1])


def of_neighbours(x, w):
    """An element is made of its neighbour: the array is another one."""
    t = np.exp(x * w)
    y = t[1:] * t[:-1]
    return np.sum(y * np.sum(t))


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("f", [held, still_needed, of_neighbours], ids=lambda f: f.__name__)
def test_arrays_that_take_the_place_of_others(f, n):
    pytest.importorskip("numba")
    x, w = RNG.normal(size=n), RNG.normal(size=n)
    args = (x, w)[: f.__code__.co_argcount]
    kept = [a.copy() for a in args]
    assert_same(srcgrad.vjp(f, args, jit=True), srcgrad.vjp(f, args))
    for a, b in zip(args, kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_array_serves_for_what_is_made_of_another():
    pytest.importorskip("numba")
    text = srcgrad.source(held, RNG.normal(size=5), jit=True)
    assert text.count("np.empty") == 1


def test_what_the_forward_sweep_computes_keeps_its_name():
    def f(x):
        return np.log(np.sum(np.exp(x - 1.0)))

    x = RNG.normal(size=5)
    assert "x_bar = y_bar / np.sum(t) * t" in srcgrad.source(f, x)
    (found,) = srcgrad.vjp(f, (x,))
    np.testing.assert_allclose(found, np.exp(x) / np.sum(np.exp(x)), rtol=1e-13)


# --- what is spread over sums, and parts of joined arrays --------------------------------------


def windows(x, w):
    total = np.zeros(2)
    for i in range(3):
        total += np.sum(x[i : i + 2, :, None] * w, axis=(0, 1))
    return total


def rotated(x, w):
    return np.sum(x[:, :, None] * w[:, None, :] * np.ones((4, 3, 1)), axis=0)


def joined(x, w):
    total = 0.0
    for k in range(3):
        y = np.concatenate((x[:, :k], w.T[:, k:] if k else x), axis=1)
        total = total + np.sum(y * y) * k
    return total


SPREAD = [
    (windows, (X, RNG.normal(size=(2, 3, 2)))),
    (rotated, (X, RNG.normal(size=(4, 2)))),
    (joined, (X, RNG.normal(size=(3, 4)))),
]


@pytest.mark.parametrize(("f", "args"), SPREAD, ids=lambda f: getattr(f, "__name__", ""))
@pytest.mark.parametrize("jit", [False, True])
def test_spread_and_parts(f, args, jit):
    if jit:
        pytest.importorskip("numba")
    value = f(*args)
    cotangent = RNG.normal(size=np.shape(value)) if np.ndim(value) else 1.3
    found = srcgrad.vjp(f, args, cotangent, jit=jit)
    for k, x in enumerate(args):
        rest = list(args)

        def along(v, k=k, rest=rest):
            rest[k] = v
            return float(np.sum(f(*rest) * cotangent))

        assert found[k].shape == x.shape
        np.testing.assert_allclose(found[k], by_weights(along, x), rtol=1e-6, atol=1e-7)


def test_nothing_is_spread_where_broadcasting_does_it():
    f, args = SPREAD[0]
    assert "unreduce" not in srcgrad.source(f, *args)
    assert "piece(" not in srcgrad.source(*SPREAD[2][:1], *SPREAD[2][1])


@pytest.mark.parametrize("ties", [0, 3])
def test_large_arrays_with_and_without_ties(ties):
    x, y = RNG.normal(size=2000), RNG.normal(size=2000)
    y[:ties] = x[:ties]
    x_bar, y_bar = srcgrad.vjp(lambda x, y: np.maximum(x, y), (x, y), np.full(2000, 3.0))
    expected = np.where(x > y, 3.0, np.where(x == y, 1.5, 0.0))
    np.testing.assert_array_equal(x_bar, expected)
    np.testing.assert_array_equal(y_bar, 3.0 - expected)
    x_bar[0] = 7.0
    assert y_bar[0] != 7.0
