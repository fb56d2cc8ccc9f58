"""Iterators can be run through once, and are asked for the next item; what would find nothing left is refused."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([1.0, 2.0, 3.0, 4.0])


def twice(x):
    squares = (v * v for v in x)
    return sum(squares) + sum(squares)


def zipped_twice(x):
    pairs = zip(x[:-1], x[1:])
    return sum(a * b for a, b in pairs) + sum(a for a, _ in pairs)


@pytest.mark.parametrize("f", [twice, zipped_twice])
def test_an_iterator_that_is_used_twice_is_refused(f, mode):
    with pytest.raises(srcgrad.UnsupportedSyntax, match="used a second time"):
        srcgrad.vjp(f, (X,))


def test_an_iterator_is_advanced_by_next(mode):
    def f(x):
        items = iter(x)
        first = next(items)
        second = next(items)
        return first * second + sum(v * first for v in items)

    (found,) = srcgrad.vjp(f, (X,))
    np.testing.assert_allclose(found, [9.0, 1.0, 1.0, 1.0])


class Stepping:
    def __init__(self, x):
        self.x, self.k = x, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.k += 1
        if self.k > 3:
            raise StopIteration
        return self.x * self.k


def taken_by_next(x):
    items = Stepping(x[0])
    first = next(items)
    return first * next(items) + next(items, 5.0) + next(items, x[1]) * items.k


def test_next_of_objects():
    assert srcgrad.value_and_vjp(taken_by_next, (X,))[0] == taken_by_next(X)
    check_vjp(taken_by_next, (X,))

    def too_many(x):
        items = Stepping(x[0])
        return next(items) + next(items) + next(items) + next(items)

    for call in (too_many, srcgrad.grad(too_many)):
        with pytest.raises(StopIteration):
            call(X)
