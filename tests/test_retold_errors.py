"""Handlers that raise in turn: the gradient raises what they make of an error, in class, message and cause."""

import numpy as np
import pytest

import srcgrad

X = np.array([0.6, 1.1, 0.4])


class NotFound(LookupError):
    pass


def from_a_helper(x, n):
    def item(v):
        try:
            return v[n]
        except IndexError as error:
            raise NotFound(f"no item {n}") from error

    return item(x) * x[0]


def by_class(x, n):
    try:
        y = np.sum(x[:n] * x) if n < 9 else x[n]
    except ValueError:
        raise NotFound("of other sizes") from None
    except (IndexError, KeyError):
        raise RuntimeError("too far", n)  # noqa: B904
    return y


def passed_on(x, n):
    try:
        y = x[n]
    except IndexError:
        raise
    return y * y


def by_a_condition(x, n):
    try:
        y = x[n] * x[0]
    except IndexError as error:
        if n > 5:
            raise NotFound("large") from error
        raise RuntimeError("small") from error
    return y


def in_a_loop(x, n):
    total = 0.0
    for i in range(n):
        try:
            total = total + x[i] * x[i]
        except IndexError:
            raise NotFound("the end", i) from None
    return total


def of_a_keyword(x, *, n):
    return from_a_helper(x, n)


WAYS = {
    "vjp": lambda f, n: srcgrad.vjp(f, (X, n)),
    "value_and_vjp": lambda f, n: srcgrad.value_and_vjp(f, (X, n)),
    "grad": lambda f, n: srcgrad.grad(f)(X, n),
    "pullback": lambda f, n: srcgrad.pullback(f, X, n),
    "jvp": lambda f, n: srcgrad.jvp(f, (X, n), (X, None)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", [from_a_helper, by_class, passed_on, by_a_condition, in_a_loop])
def test_the_error_of_the_handler(f, way, mode):
    for n in (2, 4, 7, 12, 2, 4):  # by the generator, and by the guard
        try:
            f(X, n)
        except Exception as error:
            with pytest.raises(type(error)) as found:
                WAYS[way](f, n)
            assert type(found.value) is type(error)
            assert str(found.value) == str(error)
            assert type(found.value.__cause__) is type(error.__cause__)
        else:
            WAYS[way](f, n)


def test_of_keywords():
    assert srcgrad.grad(of_a_keyword)(X, n=1)[1] == X[0]
    for _ in range(2):
        with pytest.raises(NotFound, match="no item 8"):
            srcgrad.grad(of_a_keyword)(X, n=8)


def caught_again(x, n):
    try:
        try:
            y = x[n]
        except IndexError as error:
            raise ValueError("bad") from error
    except ValueError:
        y = x[0] * x[1]
    return y


def caught_again_outside(x, n):
    def item():
        try:
            return x[n]
        except IndexError:
            raise NotFound("here") from None

    try:
        y = item()
    except NotFound:
        y = x[0] * x[1]
    return y


@pytest.mark.parametrize("f", [caught_again, caught_again_outside])
def test_what_another_handler_catches(f, mode):
    np.testing.assert_allclose(srcgrad.vjp(f, (X, 2))[0], [0.0, 0.0, 1.0])
    np.testing.assert_allclose(srcgrad.vjp(f, (X, 5))[0], [X[1], X[0], 0.0])


def test_inputs_are_as_they_were():
    def f(x, n):
        x *= 2.0
        try:
            return np.sum(x) * x[n]
        except IndexError:
            raise NotFound("far") from None

    x = X.copy()
    for _ in range(2):
        with pytest.raises(NotFound):
            srcgrad.vjp(f, (x, 5))
        np.testing.assert_array_equal(x, X)
