"""Objects of the user's classes: inheritance, operators, properties, what is asked by name."""

import abc
import functools
from dataclasses import dataclass

import numpy as np

from .registry import program

rng = np.random.default_rng(61)
normal, uniform = rng.normal, rng.uniform


class Layer:
    scale = 2.0

    def __init__(self, size):
        self.size = size
        self.calls = 0

    def forward(self, x):
        raise NotImplementedError

    def __call__(self, x):
        self.calls += 1
        return self.scale * self.forward(x)


class Dense(Layer):
    def __init__(self, weight):
        super().__init__(weight.shape[0])
        self.weight = weight

    def forward(self, x):
        return x @ self.weight


class DenseWithBias(Dense):
    scale = 3.0

    def __init__(self, weight, bias):
        super(DenseWithBias, self).__init__(weight)  # noqa: UP008  (both spellings are followed)
        self.bias = bias

    def forward(self, x):
        return super().forward(x) + self.bias


@program(normal(size=(2, 3)), normal(size=(3, 4)), normal(size=4))
def layers_of_two_classes(x, weight, bias):
    network = [Dense(weight), DenseWithBias(weight.T @ weight, bias)]
    for layer in network:
        x = layer(x)
    return x * network[1].size * network[0].calls


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def twice(self):
        return 2 * self.area()


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2


class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return np.pi * self.radius**2


@program(1.0, 2.0)
def shapes_of_an_abstract_class(a, b):
    return sum(shape.twice() for shape in [Square(a), Circle(b), Square(a * b)])


class Doubles:
    def f(self, x):
        return 2.0 * x


class AddsOne:
    def f(self, x):
        return super().f(x) + 1.0


class Squares(AddsOne, Doubles):
    def f(self, x):
        return super().f(x) ** 2


@program(1.5)
def order_of_the_bases(x):
    return Squares().f(x)


@dataclass
class Particle:
    mass: float

    def energy(self, v):
        return 0.5 * self.mass * v * v


@dataclass
class Bound(Particle):
    depth: float = 2.0

    def energy(self, v):
        return super().energy(v) - self.depth * v


@program(1.5, 0.7)
def dataclass_of_a_dataclass(mass, v):
    return Bound(mass, v).energy(v) + Bound(mass=mass).energy(mass)


class Sample:
    def __init__(self):
        super().__init__()
        self.values = []

    def add(self, value):
        self.values.append(value)
        return self

    @staticmethod
    def square(x):
        return x * x

    @classmethod
    def of(cls, *values):
        sample = cls()
        for value in values:
            sample.add(value)
        return sample

    def __len__(self):
        return len(self.values)

    def __getitem__(self, k):
        return self.values[k]

    @property
    def mean(self):
        return sum(self.values) / len(self.values)

    @mean.setter
    def mean(self, wanted):
        shift = wanted - self.mean
        self.values = [value + shift for value in self.values]


@program(1.0, 2.0, 4.0)
def property_with_a_setter(a, b, c):
    sample = Sample.of(a, b, c)
    sample.mean = a * b
    return sample.mean * len(sample) + sample[1] * Sample.square(sample[-1])


class Temperature:
    def __init__(self, t):
        self._t = t

    @property
    def t(self):
        return self._t

    @t.setter
    def t(self, value):
        self._t = 2 * value


@program(1.5)
def property_updated_in_place(x):
    body = Temperature(x)
    body.t = x * x
    body.t += x
    return body.t * body._t


class Bag:
    def __init__(self, *values):
        self.values = list(values)

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)

    def __bool__(self):
        return len(self.values) > 2

    def __getitem__(self, k):
        return self.values[k]

    def __setitem__(self, k, value):
        self.values[k] = value

    def __iadd__(self, value):
        self.values = [*self.values, value]
        return self

    def __add__(self, value):
        return Bag(*self.values, value)

    def __radd__(self, value):
        return self + value

    def __getattr__(self, name):
        return 3.0

    def __abs__(self):
        return abs(self.values[0])


@program(1.0, 2.0)
def every_special_method(a, b):
    bag = Bag(a, b)
    alias = bag
    total = 0.0 if bag else a
    bag += a * b
    total = total + (b if alias else 10 * b)
    alias[0] = a * 5
    for value in bag:
        total = total + value * value
    joined = a + bag
    return total + joined[3] * len(joined) + bag.missing * a + abs(bag)


@dataclass
class Point:
    x: float
    y: float

    def __mul__(self, factor):
        if isinstance(factor, Point):
            return NotImplemented
        return Point(self.x * factor, self.y * factor)

    def __rmul__(self, factor):
        return self * factor

    def __neg__(self):
        return self * -1.0


@program(1.5, 2.5)
def points_that_are_equal(a, b):
    first, second = Point(a, b), Point(a, b)
    scaled = -(2.0 * first * b)
    if first == second and scaled != first:
        return scaled.x * scaled.y
    return a


class Lazy:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def square(self):
        return self.x**2


@program(1.5)
def cached_property(x):
    lazy = Lazy(x)
    first = lazy.square
    lazy.x = 100.0
    return first * lazy.square


@program([[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]], [1.0, 2.0, 3.0])
def elimination_in_lists(a, b):
    n = len(a)
    a, b = [row[:] for row in a], b[:]
    for i in range(n):
        for j in range(i + 1, n):
            factor = a[j][i] / a[i][i]
            for k in range(i, n):
                a[j][k] -= factor * a[i][k]
            b[j] -= factor * b[i]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        total = b[i]
        for k in range(i + 1, n):
            total -= a[i][k] * x[k]
        x[i] = total / a[i][i]
    return x
