"""Lists that are empty at run time, and sequences of different lengths side by side."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

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


def sum_and_more(x, limit):
    return sum(rows(x, limit)) + x


def sum_of_a_generator(x, limit):
    return np.sin(sum(v * x for v in x if v > limit)) * x


def sum_updated(x, limit):
    s = sum(rows(x, limit), 1.5)
    s *= 2.0
    return s * s + x


def sums_of_what_there_is(x, limit):  # as Runge-Kutta methods do
    slopes = []
    for v in x:
        if v > limit:
            y = x + sum(0.5 * k for k in slopes)
            slopes.append(y * y / 9)
    return x + sum(slopes)


@pytest.mark.parametrize("limit", [9.0, 2.5, 0.0])
@pytest.mark.parametrize(
    "f", [sum_and_more, sum_of_a_generator, sum_updated, sums_of_what_there_is]
)
def test_the_sum_of_no_arrays_is_the_start(f, limit):
    value, (x_bar, _) = srcgrad.value_and_vjp(f, (X, limit), X)
    expected = f(X, limit)
    np.testing.assert_array_equal(value, expected)
    assert value.shape == expected.shape and value.dtype == expected.dtype
    steps = 1e-6 * np.eye(3)
    slopes = np.array([(f(X + s, limit) - f(X - s, limit)) / 2e-6 for s in steps])
    np.testing.assert_allclose(x_bar, slopes @ X, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        srcgrad.jvp(f, (X, limit), (X, None))[1], X @ slopes, rtol=1e-6, atol=1e-8
    )


def sum_stored_into(x, limit):
    s = sum(rows(x, limit))
    s[0] = 2.0
    return s + x


def test_a_sum_that_is_stored_into_is_of_some():
    np.testing.assert_allclose(
        srcgrad.vjp(sum_stored_into, (X, 2.5), np.ones(3))[0], [1.0, 4.0, 9.0]
    )
    with pytest.raises(TypeError, match="'int' object does not support item assignment"):
        srcgrad.vjp(sum_stored_into, (X, 9.0), np.ones(3))


def test_compiled_sums_are_of_some():
    pytest.importorskip("numba")
    found = srcgrad.vjp(sum_and_more, (X, 2.5), np.ones(3), jit=True)[0]
    np.testing.assert_allclose(found, [4.0, 4.0, 10.0])


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


def of_empty_tuples(x):
    s = 0.0
    for pair in [() for _ in range(int(x))]:
        s += len(pair)
    return s * x


def of_rows_that_do_not_fit(x, y):
    return np.sum(np.array([[x, 1.0], y, [0.0, 0.0, 1.0]]))


def test_empty_tuples_in_a_list_of_unknown_length_are_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="holds empty tuples"):
        srcgrad.vjp(of_empty_tuples, (3.0,))


def test_rows_of_other_ranks_raise_what_the_function_raises():
    inputs = (1.0, np.ones((2, 2)))
    with pytest.raises(ValueError, match="inhomogeneous"):
        of_rows_that_do_not_fit(*inputs)
    with pytest.raises(ValueError, match="inhomogeneous"):
        srcgrad.vjp(of_rows_that_do_not_fit, inputs)


# --- lists that are one of two -------------------------------------------------------------------


def chosen_in_place(x):
    low, high = [], []
    for v in x:
        (high if v > 0.6 else low).append(v * v)
    return sum(low) * np.array(high).prod() + len(high)


def chosen_by_name(x):
    low, high = [], []
    for k in range(len(x)):
        chosen = high if x[k] > 0.6 else low
        chosen.append(x[k : k + 1] * 2.0)
    return np.sum(np.concatenate(low) ** 2) * np.sum(np.concatenate(high))


def chosen_before(x):
    low, high = [], [1.0]
    chosen = low if x[0] > 0.4 else high
    for v in x:
        low.append(v * v)
    return sum(chosen)


def chosen_in_a_dict(x):
    found = {"low": [], "high": []}
    for v in x:
        found["high" if v > 0.6 else "low"].append(v * v)
    return sum(found["low"]) * sum(found["high"])


@pytest.mark.parametrize("f", [chosen_in_place, chosen_by_name, chosen_before, chosen_in_a_dict])
@pytest.mark.parametrize("x", [[0.5, 0.7, 0.2, 0.9], [0.3, 0.8, 0.9]], ids=len)
def test_a_list_that_is_one_of_two(f, x, mode):
    check_vjp(f, (np.array(x),))


def chosen_places(x, limit):
    places = [k for k in range(len(x)) if x[k] > limit]
    return np.sum(x[places] ** 2) + x[0]


def written_places(x, n):
    places = []
    for k in range(n):
        places.append(k * 1)
    x[places] *= 2.0
    return np.sum(x * x)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(
    ("f", "of_none", "of_some", "expected"),
    [
        (chosen_places, 9.0, 1.5, [[1.0, 0.0, 0.0], [1.0, 4.0, 6.0]]),
        (written_places, 0, 2, [[2.0, 4.0, 6.0], [8.0, 16.0, 6.0]]),
    ],
)
def test_an_empty_list_of_places_names_none(f, of_none, of_some, expected, jit):
    if jit:
        pytest.importorskip("numba")
    x = np.array([1.0, 2.0, 3.0])
    for given, gradient in zip((of_none, of_some), expected, strict=True):
        value, (x_bar, *_) = srcgrad.value_and_vjp(f, (x.copy(), given), jit=jit)
        assert value == f(x.copy(), given)
        np.testing.assert_allclose(x_bar, np.array(gradient), strict=True)
