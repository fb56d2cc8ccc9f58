"""Classes that derive from containers and numbers, and tuples of unknown length."""

import collections
import enum
import typing

import numpy as np
import pytest

import srcgrad

Y = np.array([1.1, 0.9, 1.3, 0.7])


class WithAttribute(dict):
    def __init__(self, f):
        super().__init__()
        self.f = f


class Sized(dict):
    def __len__(self):
        return 7


class SizedList(list):
    def __len__(self):
        return 7


class Indexed(list):
    def __getitem__(self, k):
        return 9.0


class Added(tuple):
    __slots__ = ()

    def __add__(self, other):
        return 7.0


class Money(float):
    def __mul__(self, other):
        return 0.0

    __rmul__ = __mul__


class SizedPair(collections.namedtuple("SizedPair", "a b")):
    __slots__ = ()

    def __len__(self):
        return 5


class WithSum(collections.namedtuple("WithSum", "a b")):
    def __init__(self, a, b):
        self.total = a + b


class Doubled(collections.namedtuple("Doubled", "a b")):
    __slots__ = ()

    def __new__(cls, a, b=None):
        return super().__new__(cls, a * 2, a if b is None else b)

    @property
    def product(self):
        return self.a * self.b


class Squared(Doubled):
    def __new__(cls, a, *, k):
        return tuple.__new__(cls, (a * a * k, a))

    def __init__(self, a, *, k):
        if a < 0.0:
            raise ValueError("no square of less than zero")

    @classmethod
    def of(cls, a):
        return cls(a, k=3.0)


class Tenfold(Squared):
    @classmethod
    def of(cls, a):
        return super().of(10.0 * a)


REFUSED = [
    (WithAttribute(3.0), lambda x, p: x * (getattr(p, "f", None) or 1.0), "`f`"),
    (Sized(a=1.0), lambda x, p: x * len(p), "`__len__`"),
    (Sized(a=1.0), lambda x, p: x if p else 2.0 * x, "`__len__`"),
    (SizedList([1.0]), lambda x, p: x * len(p), "`__len__`"),
    (Indexed([1.0]), lambda x, p: x * p[0], "`__getitem__`"),
    (Added((1.0, 2.0)), lambda x, p: x * (p + p), "`__add__`"),
    (Money(3.0), lambda x, p: x * p, "`__mul__`"),
    (SizedPair(1.0, 2.0), lambda x, p: x * len(p), "`__len__`"),
    (1.0, lambda x, p: x * len(Sized(a=x)), "`__len__`"),
    (1.0, lambda x, p: Indexed([x])[0] * p, "`__getitem__`"),
    (1.0, lambda x, p: WithAttribute(x).f * p, "`__init__`"),
    (1.0, lambda x, p: WithSum(x, p).total, "gets the attribute `total`"),
    (1.0, lambda x, p: len(SizedPair(x, p)) * x, "`__len__`"),
]


@pytest.mark.parametrize(("value", "f", "name"), REFUSED)
def test_what_a_class_means_otherwise_is_refused_by_name(value, f, name):
    with pytest.raises(srcgrad.SrcgradError, match=name):
        srcgrad.vjp(f, (2.0, value))


class Plain(dict):
    pass


class Missing(dict):
    def __missing__(self, key):
        return 5.0


class Asked(dict):
    def get(self, key, default=None):
        return 3.0


class Stack(list):
    def push(self, v):
        self.append(v)


class Pair(typing.NamedTuple):
    a: float
    b: float

    @property
    def product(self):
        return self.a * self.b


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


def pushed(x, s):
    s.push(x)
    return s[0] * s[2] * len(s) if isinstance(s, Stack) and type(s) is Stack else x


def made(x, p):
    s = Stack()
    s.push(x)
    s.push(x * p)
    return s[0] * s[1] * len(s)


FOLLOWED = [
    (Plain(a=1.5), lambda x, p: x * len(p) * p["a"] + sum(p.values()) * x, 3.0),
    (Plain(a=1.5), lambda x, p: x * p["a"] if isinstance(p, Plain) else x, 1.5),
    (Missing(a=1.5), lambda x, p: x * p["a"] * p["q"] + p.get("q", 1.0) * x, 8.5),
    (Asked(a=1.5), lambda x, p: x * p.get("a", 1.0), 3.0),
    (Stack([1.0, 2.0]), pushed, 3.0),
    (3.0, made, 24.0),
    (Pair(3.0, 4.0), lambda x, p: x * p.product * len(p) + Pair(x, x).product, 28.0),
    (Level.HIGH, lambda x, p: x * p if p == Level.HIGH else x, 2.0),
    (collections.OrderedDict(a=1.0, b=2.0), lambda x, p: x * p["b"] * len(p), 4.0),
    (collections.Counter("aab"), lambda x, p: x * p["a"], 2.0),
]


@pytest.mark.parametrize(("value", "f", "slope"), FOLLOWED)
def test_what_a_class_adds_is_followed(value, f, slope, mode):
    found = srcgrad.vjp(f, (2.0, value), argnums=(0,))[0]
    assert found == pytest.approx(slope, rel=1e-12)


def test_an_attribute_that_may_come_later_is_refused():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="`later`"):
        srcgrad.vjp(lambda x, p: x * getattr(p, "later", 1.0), (2.0, Plain(a=1.5)))


# --- tuples of unknown length ---------------------------------------------------------------------


def positive(x):
    found = []
    for v in x:
        if v > 1.0:
            found.append(v * v)
    return found


def zeros(x):
    found = []
    for v in x:
        if v > 1.0:
            found.append(0)
    return found


def summed(x):
    xs = positive(x)
    t = tuple(xs)
    xs.append(x[0])
    return sum(t) * len(t) + t[0]


def joined(x):
    t = tuple(positive(x))
    u = t
    t += (x[0],)
    return sum(t) * len(t) + len(u) * x[1]


def asked(x):
    t = tuple(positive(x))
    return sum(t) if isinstance(t, tuple) and not isinstance(t, list) else x[0]


RIGHT = [
    (summed, [6.6, 0.0, 5.2, 0.0]),
    (joined, [9.6, 2.0, 7.8, 0.0]),
    (asked, [2.2, 0.0, 2.6, 0.0]),
]


@pytest.mark.parametrize(("f", "expected"), RIGHT)
def test_tuples_of_unknown_length_are_tuples(f, expected, mode):
    np.testing.assert_allclose(srcgrad.vjp(f, (Y,))[0], expected, rtol=1e-12)


def test_an_index_whose_length_an_integer_decides(mode):
    def f(x, n):
        key = []
        for _ in range(n):
            key.append(0)
        return np.sum(x[tuple(key)])

    x = np.arange(1.0, 7.0).reshape(2, 3)
    np.testing.assert_array_equal(srcgrad.vjp(f, (x, 2))[0], [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(srcgrad.vjp(f, (x, 1))[0], [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])


def stored(x):
    y = x.reshape(2, 2).copy()
    y[tuple(zeros(x))] = 1.0
    return np.sum(y)


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda x: np.sum(x.reshape(2, 2)[tuple(zeros(x))]), "is a subscript"),
        (lambda x: np.sum(x.reshape(2, 2)[(0,) * len(zeros(x))]), "is a subscript"),
        (lambda x: np.sum(x.reshape(2, 2)[tuple(zeros(x)) + (0,)]), "is a subscript"),
        (lambda x: np.sum(x.reshape(2, 2)[tuple(zeros(x))[:1]]), "is a subscript"),
        (stored, "is a subscript"),
        (lambda x: np.sum(x.reshape(2, 2), axis=tuple(zeros(x)[:1])), "unknown length"),
    ],
)
def test_a_tuple_of_unknown_length_that_steers_is_refused(f, why):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=why):
        srcgrad.vjp(f, (Y,))


class Track(list):
    gain = 0.5

    def grow(self, v):
        self.append(self.gain * v)

    @staticmethod
    def bent(v):
        return v * v

    @classmethod
    def unit(cls):
        return cls.gain * 2.0


class Record(dict):
    scale = 3.0

    @property
    def total(self):
        return self["w"] * self.scale


class Named(collections.namedtuple("Named", "a b")):
    __slots__ = ()
    factor = 4.0


def tracked(x, p):
    t = Track([x, p])
    t.grow(x)
    return t[2] * t.gain + Track.bent(t[0]) * t.bent(p) * t.unit()


ATTRIBUTES = [
    (tracked, 0.25 + 2.0 * 2.0 * 9.0),
    (lambda x, p: Record(w=x).total * getattr(Record(w=x), "scale", 1.0), 9.0),
    (lambda x, p: Named(x, p).factor * Named(x, p).a, 4.0),
]


@pytest.mark.parametrize(("f", "slope"), ATTRIBUTES)
def test_what_a_class_holds_is_read(f, slope, mode):
    found = srcgrad.vjp(f, (2.0, 3.0), argnums=(0,))[0]
    assert found == pytest.approx(slope, rel=1e-12)
    expected = (f(2.0 + 1e-6, 3.0) - f(2.0 - 1e-6, 3.0)) / 2e-6
    assert found == pytest.approx(expected, rel=1e-7)


def test_attributes_of_containers_are_refused_by_name():
    def f(x):
        t = Track([x])
        t.gain = x
        return t.gain * t[0]

    with pytest.raises(srcgrad.UnsupportedSyntax, match="`Track` gets an attribute `gain`"):
        srcgrad.vjp(f, (2.0,))


NAMED_TUPLES = [
    (lambda x, p: Doubled(x).product * Doubled(x, p)[1], 12.0 * 2.0),
    (lambda x, p: Squared(x, k=p).product, 3 * 4.0 * 3.0),
    (lambda x, p: Tenfold.of(x).b + Squared.of(x)._replace(b=x).product, 10.0 + 3 * 3.0 * 4.0),
    (lambda x, p: Doubled._make([x, x])._asdict()["a"], 1.0),
]


@pytest.mark.parametrize(("f", "slope"), NAMED_TUPLES)
def test_named_tuples_that_make_themselves(f, slope, mode):
    value, (found,) = srcgrad.value_and_vjp(f, (2.0, 3.0), argnums=(0,))
    assert value == f(2.0, 3.0)
    assert found == pytest.approx(slope, rel=1e-12)


def test_a_named_tuple_that_makes_itself_is_returned():
    value, (found,) = srcgrad.value_and_vjp(lambda x: Doubled(x), (2.0,), (1.0, 10.0))
    assert value == Doubled(2.0) and type(value) is Doubled
    assert found == 12.0


def test_what_a_named_tuple_raises_is_raised():
    with pytest.raises(ValueError, match="no square"):
        srcgrad.grad(lambda x: Squared(x, k=1.0).a)(-1.0)
    with pytest.raises(TypeError, match="Expected 2 arguments, got 3"):
        srcgrad.grad(lambda x: Doubled._make([x, x, x]).a)(1.0)
