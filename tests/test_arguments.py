"""How calls are bound: dataclasses, functions that say their parameters, arguments by name."""

import collections
import dataclasses
import functools
import itertools
import math
import operator
from collections import namedtuple
from dataclasses import KW_ONLY, InitVar, dataclass, field

import numpy as np
import pytest

import srcgrad
from tests.oracle import central_differences

X = np.array([0.5, 1.5, -2.0])
Pair = namedtuple("Pair", "a b")


@dataclass
class Scaled:
    a: float
    s: InitVar[float]
    c: float = 1.0


@dataclass
class KeywordFirst:
    a: float = field(kw_only=True)
    b: float = 5.0


@dataclass
class Mixed:
    a: float
    _: KW_ONLY
    b: float = 2.0
    c: float = 3.0


@dataclass
class Made:
    a: float
    s: InitVar[float] = 2.0
    t: InitVar[float] = 3.0
    n: list = field(default_factory=list)
    p: float = field(init=False, default=4.0)

    def __post_init__(self, s, t):
        self.q = self.a * s * t * self.p


class Derived(Mixed):
    def __init__(self, v):
        super().__init__(v, c=v * 2)


def with_an_init_var(x):
    o = Scaled(x[0], 2.0, x[1])
    return o.a * o.c


def with_a_keyword_first(x):
    o = KeywordFirst(x[0], a=x[1])
    return o.a * o.b * o.b


def with_keywords_only(x):
    o = Mixed(x[0], c=x[1])
    return o.a * o.b * o.c


def with_defaults(x):
    o = Made(x[0])
    return o.q + len(o.n)


def with_init_vars(x):
    return Made(x[0], x[1], t=x[2]).q


def derived(x):
    o = Derived(x[0])
    return o.a * o.c * o.b


def by_name(x):
    first = sum(i * v for i, v in enumerate(iterable=x))
    return first + dataclasses.replace(Mixed(x[0]), b=x[1]).b


FUNCTIONS = [
    with_an_init_var, with_a_keyword_first, with_keywords_only, with_defaults, with_init_vars,
    derived, by_name,
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_arguments_reach_their_parameters(f):
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0)
    assert value == f(X)
    assert gradient.dtype == X.dtype and gradient.shape == X.shape
    expected = central_differences(f, (X,), 1.0)[0]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


WRONG = [
    lambda x: Scaled(x[0]).a,
    lambda x: Mixed(x[0], x[1]).a,
    lambda x: np.sum(),
    lambda x: np.exp(),
    lambda x: np.linalg.norm(),
    lambda x: np.interp(0.5, [0, 1, 2]),
    lambda x: x[0] * math.isclose(x[0], 0.5, 0.001),
    lambda x: min(x[0], 2.0, kee=abs),
    lambda x: max(),
    lambda x: min(x[0], x[1], default=3.0),
    lambda x: x[0] * math.log(2.0, 3.0, 4.0),
    lambda x: x[0] * len(dict([], [])),
    lambda x: sum(range(1, 2, 3, 4)) * x[0],
    lambda x: sum(a * b for a, b in zip(x, x, strikt=True)),
    lambda x: sum(map(abs)) * x[0],
    lambda x: next() * x[0],
    lambda x: sum(itertools.islice(x)),
    lambda x: functools.reduce(operator.mul, x, 1.0, 2.0),
    lambda x: sum(collections.deque(x, 2, 3)),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_wrong_number_of_arguments_raises(number):
    f = WRONG[number]
    with pytest.raises(TypeError) as expected:
        f(X)
    with pytest.raises(TypeError) as found:
        srcgrad.vjp(f, (X,), 1.0)
    assert str(found.value) == str(expected.value)


def test_signatures_that_numpy_says_loosely():
    (gradient,) = srcgrad.vjp(lambda x: np.arange(0, 3, 1, float) @ x, (X,), 1.0)
    np.testing.assert_array_equal(gradient, [0.0, 1.0, 2.0])


def test_a_refusal_that_holds_a_statement_is_listed():
    with pytest.raises(srcgrad.MissingRule, match="packbits"):
        srcgrad.vjp(lambda x: np.packbits(x)[0] * 1.0, (X,), 1.0)
