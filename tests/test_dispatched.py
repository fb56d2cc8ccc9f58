"""``functools.singledispatch``: which function runs is known by the class, until another is registered."""

import functools

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.7, -1.3, 2.1])


class Square:
    def __init__(self, side):
        self.side = side


class Cube(Square):
    pass


@functools.singledispatch
def size(shape, k=1.0):
    return shape * 2 * k


@size.register
def _of_list(shape: list, k=1.0):
    return shape[0] * 3


@size.register(np.ndarray)
def _of_array(shape, k=1.0):
    return np.sum(shape * shape) * k


@size.register
def _of_square(shape: Square, k=1.0):
    return shape.side**2 * k


@size.register(type(None))
def _of_none(shape, k=1.0):
    raise ValueError("no shape")


def sizes(x):
    found = size(x) + size(x[0]) + size([x[1]]) + size(x, k=3.0)
    return found + size(Square(x[2])) * size(Cube(3 * x[0]), 0.5) + size(True) * x[1]


def test_the_class_decides(mode):
    check_vjp(sizes, (X,))


def test_what_it_raises_is_raised():
    with pytest.raises(ValueError, match="no shape"):
        srcgrad.vjp(lambda x: size(None) * x, (1.0,))


def test_what_is_registered_later_is_seen():
    @functools.singledispatch
    def scaled(v):
        return 2.0 * v

    def f(x):
        return scaled(x)

    derivative = srcgrad.grad(f)
    assert derivative(1.5) == 2.0
    scaled.register(float, lambda v: 5.0 * v)
    assert derivative(1.5) == 5.0
    assert srcgrad.vjp(f, (1.5,)) == (5.0,)


class Shapes:
    unit = 2.0

    @functools.singledispatchmethod
    def size(self, shape, k=1.0):
        return shape * k * self.unit

    @size.register
    def _of_list(self, shape: list):
        return shape[0] * 3.0 + self.size(shape[1])

    @size.register(np.ndarray)
    def _of_array(self, shape):
        return np.sum(shape * shape) * self.unit

    @functools.singledispatchmethod
    @classmethod
    def twice(cls, shape):
        return shape * cls.unit

    @twice.register
    @classmethod
    def _twice_a_list(cls, shape: list):
        return shape[0] * cls.unit * 5.0


SHAPES = Shapes()


class Larger(Shapes):
    unit = 4.0


def sizes_by_methods(x):
    own = Larger()
    found = SHAPES.size(x) + own.size([x[0], x[1] * x[2]]) + own.size(x[2] * x[2], k=3.0)
    return found + Shapes.twice(x[0]) * Larger.twice([x[1]]) + own.twice(x[2])


def test_the_class_decides_of_methods(mode):
    check_vjp(sizes_by_methods, (X,))


def test_a_method_without_an_argument_raises():
    with pytest.raises((IndexError, TypeError)):  # as the versions of Python do
        srcgrad.vjp(lambda x: SHAPES.size() * x, (1.0,))
