"""Iterators can be run through once, are asked for the next item, and go on where they are."""

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


def asked_in_its_loop(x):
    items, total = enumerate(x), 0.0
    for k, v in items:
        total += v * k
        if k == 1:
            next(items)
    return total


def summed_after_next(x):
    items = enumerate(x, 1)
    next(items)
    return sum(k * v * v for k, v in items)


def two_loops(x):
    pairs, total = zip(x, x[1:]), 0.0
    for a, b in pairs:
        total += a * b
        if a > 1.5:
            break
    for a, b in pairs:
        total += a * b * b
    return total


def mapped(x):
    items = map(np.sin, x)
    first = next(items)
    second = next(items)
    return first * second + sum(items)


def backwards(x):
    items = reversed(x)
    return next(items) + sum(v * v for v in items)


def every_second(x, n):
    items, total = iter(range(n)), 0.0
    for k in items:
        total += x[k]
        other = next(items, None)
        if other is not None:
            total += x[other] ** 2
    return total


GOES_ON = [twice, zipped_twice, asked_in_its_loop, summed_after_next, two_loops, mapped, backwards]


@pytest.mark.parametrize("f", GOES_ON)
def test_an_iterator_goes_on_where_it_is(f, mode):
    assert srcgrad.value_and_vjp(f, (X,))[0] == f(X)
    check_vjp(f, (X,))


def test_every_second(mode):
    check_vjp(every_second, (X, 3))
    check_vjp(every_second, (X, 4))


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
