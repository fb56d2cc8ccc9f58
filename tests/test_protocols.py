"""What Python asks objects and classes for: iteration, order, attributes, members, generic classes."""

import enum
import functools
import itertools
import math
import types
from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypedDict, TypeVar

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp
from tests.test_iterators import Stepping

T = TypeVar("T")
X = np.array([1.3, 2.4])


def same_as_python(f, **options):
    value, _ = srcgrad.value_and_vjp(f, (X,), 1.0, **options)
    expected = f(X)
    assert type(value) is type(expected) and value == pytest.approx(expected, rel=1e-14)
    check_vjp(f, (X,), **options)


# --- iteration --------------------------------------------------------------------------------


class Yielding:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for k in range(3):
            yield self.x * (k + 1)


class Numbered(Sequence):
    def __init__(self, x):
        self.x = x

    def __len__(self):
        return 3

    def __getitem__(self, k):
        if k >= 3:
            raise IndexError(k)
        return self.x * (k + 1)


class Subscripted:
    def __init__(self, x):
        self.x = x

    def __getitem__(self, k):
        if k >= 3:
            raise IndexError
        return self.x * (k + 1)


def _square_loop(items):
    total = 0.0
    for v in items:
        total += v * v
    return total


def _unpacked(items):
    first, *rest = items
    return first * rest[0]


USES = {
    "for": _square_loop,
    "sum": sum,
    "list": lambda items: list(items)[1],
    "tuple": lambda items: tuple(items)[-1],
    "max": lambda items: max(items) + min([2.0]),
    "sorted": lambda items: sorted(items)[1],
    "enumerate": lambda items: sum(k * v for k, v in enumerate(items)),
    "zip": lambda items: sum(a * b for a, b in zip(items, [3.0, 4.0])),
    "comprehension": lambda items: sum([v * v for v in items]),
    "generator": lambda items: sum(v * v for v in items if v > 2.0),
    "array": lambda items: np.array(list(items)).prod(),
    "fromiter": lambda items: np.fromiter(items, float).prod(),
    "unpacked": _unpacked,
    "star": lambda items: [*items, 2.0][2],
    "map": lambda items: sum(map(math.exp, items)),
    "chain": lambda items: sum(itertools.chain(items, [1.0])),
    "reduce": lambda items: functools.reduce(lambda a, b: a + 2.0 * b, items),
    "next": lambda items: next(iter(items)),
}


@pytest.mark.parametrize("cls", [Yielding, Numbered, Stepping, Subscripted])
@pytest.mark.parametrize("use", USES)
def test_objects_are_iterated_over(use, cls):
    consume = USES[use]

    def f(x):
        return consume(cls(x[0])) * x[1]

    same_as_python(f)


@pytest.mark.parametrize("cls", [Yielding, Numbered])
def test_compiled_iteration_over_objects(cls):
    same_as_python(lambda x: _square_loop(cls(x[0])) * x[1], jit=True)


def test_reversed_sequences():
    def f(x):
        back = list(reversed(Numbered(x[0])))
        return back[0] * x[1]

    same_as_python(f)


# --- any and all ------------------------------------------------------------------------------


def any_of_a_range(x):
    return np.sum(x**2) if any(x[i] > 1.0 for i in range(30)) else np.sum(x)


def all_of_a_range(x):
    return np.sum(x**2) if all(x[i] > 1.5 for i in range(5)) else np.sum(x)


def any_of_items(x):
    return np.sum(x**2) if any(v > 2.0 for v in x) else np.sum(x)


def all_of_roots(x):
    numbers = [4.0, 1.0, -1.0]
    return np.sum(x**2) if all(math.sqrt(v) > x[0] for v in numbers) else np.sum(x)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", [any_of_a_range, all_of_a_range, any_of_items, all_of_roots])
def test_no_item_past_the_one_that_decides_is_computed(f, jit):
    same_as_python(f, jit=jit)


def test_an_item_before_the_one_that_decides_raises():
    with pytest.raises(IndexError):
        srcgrad.vjp(any_of_a_range, (X - 2.0,), 1.0)


# --- displays ---------------------------------------------------------------------------------


def starred_list(x):
    return sum([x[0] * 3.0, *[v for v in x if v > 0.0], *x, 2.0])


def starred_tuple(x):
    kept = (*[v for v in x if v > 2.0], x[0])
    return sum(kept) * len(kept)


def starred_array(x):
    return np.array([*[v for v in x if v > 0.0], 1.0]) @ np.array([x[0], 2.0, x[1]])


def starred_before_a_change(x):
    def changed(y):
        y[0] = 5.0
        return 1.0

    y = x * 1.0
    return sum([*y, changed(y), *y]) * x[0]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", [starred_list, starred_tuple, starred_array, starred_before_a_change])
def test_stars_of_unknown_length(f, jit):
    same_as_python(f, jit=jit)


# --- classes ----------------------------------------------------------------------------------


class Kind(enum.Enum):
    FIRST = 1
    SECOND = 2


class Weight(enum.IntEnum):
    LIGHT = 2
    HEAVY = 3


class Box(Generic[T]):
    def __init__(self, value):
        self.value = value

    def doubled(self):
        return self.value * 2.0


class Ends(TypedDict):
    low: float
    high: float


class Pair(NamedTuple):
    a: float
    b: float = 2.0

    def product(self):
        return self.a * self.b


Point = namedtuple("Point", "x y")


@dataclass(frozen=True, order=True)
class Version:
    major: float
    minor: float = field(default=1.0, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "double", self.major * 2.0)


class Clipped:
    def __init__(self, x):
        self.x = x

    def __setattr__(self, name, value):
        super().__setattr__(name, value * 3.0 if name == "x" else value)


def member_of_a_value(x):
    return x[0] * (2.0 if Kind(1) is Kind.FIRST else 3.0) * Weight(3)


def members_in_a_loop(x):
    return sum(kind.value for kind in Kind) * x[0] * len(Kind)


def members_by_name(x):
    found = Kind.__members__
    there = x[1] if "FIRST" in found and len(found) == len(list(found)) else 0.0
    return sum(x[0] * (k + 1) for k, member in enumerate(found.values()) if member in Kind) + there


SCALE = 2.0


def scaled(v):
    return v * SCALE


def classes_inside(x):
    """A class holds functions and classes that stand elsewhere, and see other names."""
    SCALE = 5.0

    class Mode(enum.IntEnum):
        FAST = 0
        SLOW = 1

    class Holder:
        other = staticmethod(scaled)
        kind = Weight

        def own(self, v):
            return v * SCALE

    return Holder.other(x[Mode.FAST]) + Holder().own(x[Mode["SLOW"]]) * len(Mode)


class Named(types.SimpleNamespace):
    def doubled(self):
        return self.first * 2.0


def namespaces(x):
    o = types.SimpleNamespace(first=x[0], n=0)
    o.n += 1
    o.first *= x[1]
    del o.n
    o.second = Named(first=o.first)
    return o.second.doubled() * len(vars(o))


def generic_class(x):
    return Box[float](x[0]).doubled() * x[1]


def typed_dict(x):
    ends = Ends(low=x[0], high=x[1])
    return ends["high"] * ends["low"]


def named_tuples(x):
    made = Pair._make([x[0], x[1]])
    return made.product() + made._replace(b=x[0]).b * Point._make(x).y


def ordered_dataclass(x):
    low, high = Version(x[0]), Version(x[1], x[0])
    return low.double * high.minor if low < high and high >= low else low.major


def frozen_dataclass(x):
    return Version(x[0] * x[1]).double


def attributes_by_the_class(x):
    box = Clipped(x[0])
    box.y = x[1]
    return box.x * box.y


CLASSES = [
    member_of_a_value, members_in_a_loop, members_by_name, classes_inside, namespaces,
    generic_class, typed_dict, named_tuples,
    ordered_dataclass, frozen_dataclass, attributes_by_the_class,
]  # fmt: skip


@pytest.mark.parametrize("f", CLASSES, ids=lambda f: f.__name__)
def test_classes(f):
    same_as_python(f)


def test_a_member_that_is_not_there():
    with pytest.raises(ValueError, match="5 is not a valid Kind"):
        srcgrad.vjp(lambda x: x[0] * Kind(5).value, (X,), 1.0)


def test_frozen_objects_stay_as_they_are():
    def f(x):
        version = Version(x[0])
        version.major = x[1]
        return version.major

    with pytest.raises(AttributeError, match="cannot assign to field 'major'"):
        f(X)
    with pytest.raises(AttributeError, match="cannot assign to field 'major'"):
        srcgrad.vjp(f, (X,), 1.0)


def attribute_of_a_computed_name(x):
    o = types.SimpleNamespace()
    for k in range(int(x[0] * 10.0)):
        setattr(o, f"v{k}", x[0])
    return o.v0


def raveled_as_it_is_stored(x):
    return np.sum((2.0 * x).ravel(order="K"))


@pytest.mark.parametrize(
    "f, what",
    [
        (attribute_of_a_computed_name, "which attribute this is is not known"),
        (raveled_as_it_is_stored, "reshaping has a derivative for order='C' and order='F' only"),
    ],
)
def test_refusals_say_where(f, what):
    with pytest.raises(srcgrad.SrcgradError, match=what) as caught:
        srcgrad.vjp(f, (X,), 1.0)
    assert f"in {f.__name__}" in str(caught.value) and "^^^" in str(caught.value)
