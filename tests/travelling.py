"""A program whose ``grad`` objects no other process can import: text, for ``__main__`` and notebooks."""

CELLS = [
    """
import collections
import dataclasses
import enum
import functools
from typing import NamedTuple

import numpy as np

import srcgrad

SCALE = 3.0
W = np.array([1.0, 2.0])
""",
    """
def helper(x):
    return x * SCALE


def fact(n, x):
    return x if n == 0 else x * fact(n - 1, x)


def even(n, x):
    return x if n == 0 else x * odd(n - 1, x)


def odd(n, x):
    return x if n == 0 else 2.0 * x * even(n - 1, x)


@functools.lru_cache
def cached(x):
    return x * x
""",
    """
@dataclasses.dataclass
class Settings:
    a: float = 2.0
    b: object = dataclasses.field(default_factory=lambda: 1.5, metadata={"unit": "m"})

    @property
    def twice(self):
        return 2 * self.a


class Base:
    def scale(self, x):
        return 2.0 * x


class Model(Base):
    __slots__ = ("w",)
    gain = 4.0

    def __init__(self, w):
        self.w = w

    def scale(self, x):
        return super().scale(x) * self.gain

    @staticmethod
    def shift(x):
        return x + 1.0

    @classmethod
    def made(cls, w):
        return cls(w)

    def __call__(self, x):
        return np.sum(self.shift(self.scale(x)) * self.w)

    @srcgrad.value_and_grad
    def loss(self, x):
        return self(x) ** 2


class Mode(enum.Enum):
    CUBE = 1
    LINE = 2

    def power(self):
        return 3 if self is Mode.CUBE else 1


class Point(NamedTuple):
    x: float
    y: float


Pair = collections.namedtuple("Pair", "a b")
SETTINGS = Settings(3.0)
MODE = Mode.CUBE
""",
    '''
def loss(x):
    """A loss.

    Its source travels.
    """
    return np.sum(helper(x) * W)


def recursive(x):
    return fact(2, x)


def mutual(x):
    return even(2, x)


def settings(x):
    return x * SETTINGS.twice * SETTINGS.b * Settings(1.0).a


def mode(x):
    return x**3 if MODE is Mode.CUBE else x


def points(x):
    p, q = Point(x, 2.0), Pair(x, 3.0)
    return p.x * p.y + q.a * q.b


@srcgrad.grad
def decorated(x):
    return x**3


def maker(k):
    count = 2.0

    def inner(x, y=5.0, *, z=7.0):
        return k * x * helper(x) * count * y * z

    return inner


def local(n):
    def power(x, k):
        return x if k == 1 else x * power(x, k - 1)

    return lambda x: power(x, n)


def uses_cached(x):
    return cached(x) * 2.0


def second(x):
    return decorated(x) * 2.0
''',
    '''
grad, value_and_grad = srcgrad.grad, srcgrad.value_and_grad
ALL = {
    "loss": (grad(loss), W),
    "recursive": (grad(recursive), 2.0),
    "mutual": (grad(mutual), 2.0),
    "settings": (grad(settings), 2.0),
    "mode": (grad(mode), 2.0),
    "points": (grad(points), 2.0),
    "decorated": (decorated, 2.0),
    "closure": (grad(maker(5.0)), 2.0),
    "local": (grad(local(3)), 2.0),
    "lambda": (value_and_grad(lambda x: x * SCALE), 2.0),
    "object": (grad(Model(W)), W),
    "method": (grad(Model.made(W).scale), 3.0),
    "decorated method": (Model(W).loss, W),
    "cached": (grad(uses_cached), 3.0),
    "inside": (grad(second), 3.0),
    "twice": (grad(grad(recursive)), 3.0),
    "partial": (grad(functools.partial(lambda k, x: k * x, 3.0)), 1.0),
    "aux": (grad(lambda x, y: (x * y, {"y": y}), argnums=(0, 1), has_aux=True), 3.0, 4.0),
    "checked": (grad(loss, check_numerics=True), W),
}
EXPECTED = {
    "loss": "array([3., 6.])",
    "recursive": "np.float64(12.0)",
    "mutual": "np.float64(24.0)",
    "settings": "np.float64(9.0)",
    "mode": "np.float64(12.0)",
    "points": "np.float64(5.0)",
    "decorated": "np.float64(12.0)",
    "closure": "np.float64(4200.0)",
    "local": "np.float64(12.0)",
    "lambda": "(6.0, np.float64(3.0))",
    "object": "array([ 8., 16.])",
    "method": "np.float64(8.0)",
    "decorated method": "(np.float64(1849.0), array([ 688., 1376.]))",
    "cached": "np.float64(12.0)",
    "inside": "np.float64(36.0)",
    "twice": "np.float64(18.0)",
    "partial": "np.float64(3.0)",
    "aux": "((np.float64(4.0), np.float64(3.0)), {'y': 4.0})",
    "checked": "array([3., 6.])",
}


def wrong(call):
    """What another process gives, where it is not what is expected here."""
    found = {name: repr(call(g, inputs)) for name, (g, *inputs) in ALL.items()}
    return {name: text for name, text in found.items() if text != EXPECTED[name]}
''',
]
MAIN = """
import multiprocessing

if __name__ == "__main__":
    assert not wrong(lambda g, inputs: g(*inputs)), wrong(lambda g, inputs: g(*inputs))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(wrong(pool.apply))
"""
