"""Iterators can be run through once: what would find nothing left of one is refused."""

import numpy as np
import pytest

import srcgrad

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
