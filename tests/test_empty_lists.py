"""Lists that are empty at run time, and sequences of different lengths side by side."""

import numpy as np
import pytest

import srcgrad

X = np.array([1.0, 2.0, 3.0])


def rows(x, limit):
    found = []
    for v in x:
        if v > limit:
            found.append(x * v)
    return found


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_array_of_no_arrays_has_one_axis(dtype):
    def f(x, limit):
        return np.array(rows(x, limit))

    x = X.astype(dtype)
    for limit in (1.5, 9.0, 2.5):
        y = f(x, limit)
        value, (x_bar, _) = srcgrad.value_and_vjp(f, (x, limit), np.ones_like(y))
        assert value.shape == y.shape and value.dtype == y.dtype
        kept = x[x > limit]
        np.testing.assert_allclose(x_bar, np.where(x > limit, x.sum(), 0.0) + kept.sum())
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(f, (x, 9.0), np.ones((1, 3)))
    with pytest.raises(srcgrad.CotangentError):
        srcgrad.vjp(f, (x, 1.5), np.ones(0))


def test_what_is_stacked_is_some():
    def f(x, limit):
        return np.stack(rows(x, limit))

    for call in (
        lambda: srcgrad.vjp(f, (X, 9.0), np.ones((0, 3))),
        lambda: srcgrad.jvp(f, (X, 9.0), (X, None)),
    ):
        with pytest.raises(ValueError, match="need at least one array to stack"):
            call()
    np.testing.assert_allclose(srcgrad.vjp(f, (X, 2.5), np.ones((1, 3)))[0], [3.0, 3.0, 9.0])


def test_the_sum_of_no_arrays_is_refused_with_a_way_out():
    def f(x, limit):
        return sum(rows(x, limit)) + x

    np.testing.assert_allclose(srcgrad.vjp(f, (X, 2.5), np.ones(3))[0], [4.0, 4.0, 10.0])
    with pytest.raises(NotImplementedError, match=r"empty list of arrays\n  why: (.|\n)*try: "):
        srcgrad.vjp(f, (X, 9.0), np.ones(3))


ZIPS = {
    "loop": lambda y: [p * q for p, q in zip([1.0, 2.0, 3.0], y)],
    "map": lambda y: list(map(lambda p, q: p * q, (1.0, 2.0, 3.0), y)),
    "enumerated": lambda y: [k * q for k, (_, q) in enumerate(zip("abc", y))],
    "behind": lambda y: [p * q for q, p in zip(y, [1.0, y[0], 3.0])],
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_list_beside_a_shorter_array_ends_with_it(name):
    def f(y):
        return np.sum(np.array(ZIPS[name](y)))

    for count in (2, 4, 1, 3):
        y = np.linspace(1.0, 2.0, count)
        value, (y_bar,) = srcgrad.value_and_vjp(f, (y,))
        np.testing.assert_allclose(value, f(y))
        steps = 1e-6 * np.eye(count)
        np.testing.assert_allclose(y_bar, [(f(y + s) - f(y - s)) / 2e-6 for s in steps], rtol=1e-6)
