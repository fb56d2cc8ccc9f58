"""Values that are None on some paths."""

import math

import numpy as np

from .registry import program

rng = np.random.default_rng(51)
normal, uniform = rng.normal, rng.uniform


@program(normal(size=6))
def smallest_by_none(x):
    best = None
    for value in x:
        if best is None or value < best:
            best = value
    return best * best


@program(normal(size=(6, 3)), normal(size=3))
def nearest_row(points, q):
    nearest, shortest = None, None
    for k in range(len(points)):
        distance = np.sum((points[k] - q) ** 2)
        if shortest is None or distance < shortest:
            shortest = distance
            nearest = points[k]
    return nearest * shortest


@program(normal(size=(5, 3)), normal(size=3))
def nearest_as_a_pair(points, q):
    best = None
    for k in range(len(points)):
        distance = np.sum((points[k] - q) ** 2)
        if best is None or distance < best[0]:
            best = (distance, k)
    distance, k = best
    return distance * points[k]


def _root(b, c):
    discriminant = b * b - c
    if discriminant > 0.0:
        return math.sqrt(discriminant)
    return None


@program(2.0, 1.0)
def root_that_exists(b, c):
    root = _root(b, c)
    if root is None:
        return 0.0
    return root * b


@program(0.5, 1.0)
def root_that_does_not_exist(b, c):
    root = _root(b, c)
    if root is not None:
        return root * b
    return b * c


def _product_if_larger(a, b):  # noqa: RET503  (the None that comes of it is the subject)
    if a > b:
        return a * b


@program(0.5, 1.5)
def truth_of_an_implicit_none(a, b):
    product = _product_if_larger(a, b)
    if product:
        return product * a
    return b**3


def _first_above(x, limit):  # noqa: RET503
    for k in range(len(x)):
        if x[k] > limit:
            return x[k] * limit


@program(uniform(0.5, 1.5, size=5), 0.7)
def found_in_a_loop(x, limit):
    found = _first_above(x, limit)
    return found if found is not None else 0.0


@program(uniform(0.5, 1.5, size=5), 2.0)
def not_found_in_a_loop(x, limit):
    found = _first_above(x, limit)
    if found is None:
        found = limit**2
    return found


@program(normal(size=5))
def differences_from_the_last(x):
    last, total = None, 0.0
    for value in x:
        if last is not None:
            total += (value - last) ** 2
        last = value
    return total


@program(normal(size=4))
def last_array(x):
    last, total = None, 0.0
    for k in range(4):
        row = k * x
        if last is not None:
            total += np.sum((row - last) ** 2) * x[0]
        last = row
    return total


@program(uniform(0.5, 1.5, size=4), 100.0)
def array_that_is_not_there(x, limit):
    bias = None
    if x[0] > limit:
        bias = limit * x
    y = x**2
    if bias is not None:
        y = y + bias
    return y


@program(uniform(0.5, 1.5, size=4), 0.1)
def array_that_is_written_later(x, limit):
    best = None
    y = 2.0 * x
    if x[0] > limit:
        best = y
    y += limit
    return y if best is None else best * y


class _Squared:
    def __init__(self, x):
        self.x = x
        self.cache = None

    def value(self):
        if self.cache is None:
            self.cache = self.x**2
        return self.cache


@program(1.5, 4)
def cached_in_a_loop(x, n):
    squared, total = _Squared(x), 0.0
    for k in range(n):
        total += k * squared.value()
    return total
