"""Named tuples, dataclasses and objects as inputs, outputs, gradients and cotangents."""

import copy
import dataclasses
import queue
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

Pair = namedtuple("Pair", "a b")
X = np.array([1.0, 2.0, 3.0])


@dataclass
class Model:
    weights: np.ndarray
    bias: float
    steps: int = 2
    name: str = "model"

    def loss(self, x):
        return np.sum(self.weights * x) ** self.steps + self.bias

    @property
    def size(self):
        return np.sum(self.weights**2)


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float = 2.0
    tags: list = field(default_factory=list)

    def norm(self):
        return self.x * self.x + self.y * self.y


class Counter:
    def __init__(self, scale):
        self.scale = scale
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return np.sum(self.scale * x)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


def test_gradient_of_a_named_tuple_is_one(mode):
    (found,) = srcgrad.vjp(lambda p: p.a * p.b, (Pair(2.0, 3.0),))
    assert type(found) is Pair and found == Pair(3.0, 2.0)


def test_gradient_of_a_dataclass_is_one(mode):
    (found,) = srcgrad.vjp(lambda m: m.loss(X) + m.size, (Model(np.ones(3), 0.5),))
    assert type(found) is Model
    np.testing.assert_allclose(found.weights, 12.0 * X + 2.0)
    assert (found.bias, found.steps, found.name) == (1.0, None, None)


def test_gradient_of_a_frozen_dataclass_with_slots(mode):
    (found,) = srcgrad.vjp(lambda p: p.norm(), (Point(1.5),))
    assert found == Point(3.0, 4.0, [])


def test_gradient_of_an_object_has_its_class_and_init_is_not_run(mode):
    given = Counter(2.0)
    found, x_bar = srcgrad.vjp(lambda c, x: c(x), (given, X))
    assert type(found) is Counter and vars(found) == {"scale": 6.0, "calls": None}
    np.testing.assert_array_equal(x_bar, [2.0, 2.0, 2.0])


def test_gradient_of_an_object_with_slots(mode):
    (found,) = srcgrad.vjp(lambda s: s.a * s.b, (Slotted(2.0, 3.0),))
    assert type(found) is Slotted and (found.a, found.b) == (3.0, 2.0)


def test_objects_inside_of_containers(mode):
    models = {"first": [Model(X, 1.0)], "pair": Pair(1.0, Point(2.0))}
    (found,) = srcgrad.vjp(lambda d: d["first"][0].bias * d["pair"].b.x + d["pair"].a, (models,))
    assert type(found["first"][0]) is Model and found["first"][0].bias == 2.0
    assert found["pair"].b == Point(1.0, 0.0, [])


def test_the_caller_s_object_is_not_changed(mode):
    def f(c, s, x):
        c.scale = c.scale * s.a
        s.a = 0.0
        c.note = "new"
        return c(x)

    given, slotted = Counter(2.0), Slotted(3.0, 1.0)
    srcgrad.vjp(f, (given, slotted, X))
    srcgrad.value_and_vjp(f, (given, slotted, X))
    value, pull = srcgrad.pullback(f, given, slotted, X)
    pull()
    srcgrad.jvp(f, (given, slotted, X), (None, None, X))
    assert value == 36.0
    assert vars(given) == {"scale": 2.0, "calls": 0} and (slotted.a, slotted.b) == (3.0, 1.0)


def test_value_and_cotangent_have_the_class_of_the_output(mode):
    def f(x):
        return Model(2.0 * x, x[0]), Pair(x[1], Point(x[2]))

    cotangent = Model(np.ones(3), 1.0), Pair(1.0, Point(1.0, 0.0))
    (value, pair), (found,) = srcgrad.value_and_vjp(f, (X,), cotangent)
    assert type(value) is Model and value.name == "model" and type(pair) is Pair
    assert pair.b == Point(3.0)
    np.testing.assert_array_equal(found, [3.0, 3.0, 3.0])
    _, (tangent, _) = srcgrad.jvp(f, (X,), (X,))
    assert type(tangent) is Model
    np.testing.assert_array_equal(tangent.weights, 2.0 * X)


def test_a_cotangent_of_another_class_is_refused():
    with pytest.raises(srcgrad.CotangentError, match="the cotangent is a Point"):
        srcgrad.vjp(lambda x: Model(x, x[0]), (X,), Point(1.0))


def test_an_attribute_that_appears_later_is_seen(mode):
    def f(c):
        return c.scale * (c.extra if hasattr(c, "extra") else 1.0)

    given = Counter(2.0)
    assert srcgrad.vjp(f, (given,))[0].scale == 1.0
    given.extra = 5.0
    assert srcgrad.vjp(f, (given,))[0].scale == 5.0


def test_bound_methods_and_methods_that_are_gradients():
    class Bowl:
        def __init__(self, depth):
            self.depth = depth

        def height(self, x):
            return self.depth * np.sum(x * x)

        slope = srcgrad.grad(height)

    bowl = Bowl(3.0)
    np.testing.assert_array_equal(srcgrad.grad(bowl.height)(X), 6.0 * X)
    np.testing.assert_array_equal(bowl.slope(X), 6.0 * X)


def test_functions_of_dataclasses(mode):
    def f(x):
        model = Model(x, x[0])
        other = dataclasses.replace(model, bias=model.bias * 2.0)
        point = dataclasses.replace(Point(x[1], tags=[x[2]]), y=x[0])
        parts, values = dataclasses.asdict(other), dataclasses.astuple(point)
        parts["weights"][0] = 0.0
        twin = copy.deepcopy(model)
        twin.weights[1] = 5.0
        return (
            other.loss(x)
            + np.sum(parts["weights"])
            + values[0] * point.tags[0]
            + point.norm() * len(dataclasses.fields(point))
            + np.sum(twin.weights * x)
        )

    (found,) = srcgrad.vjp(f, (X,))
    step = 1e-6 * np.eye(3)
    expected = [(f(X + h) - f(X - h)) / 2e-6 for h in step]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_dicts_of_collections(mode):
    def f(x):
        sums, lists = defaultdict(float), defaultdict(list)
        for k, key in enumerate("aab"):
            sums[key] += x[k]
            lists[key].append(x[k])
        ordered = OrderedDict(b=sums["a"])
        ordered["a"] = lists["a"][1]
        ordered.move_to_end("b")
        return sums["a"] * sums["b"] + ordered.popitem()[1] * ordered["a"]

    (found,) = srcgrad.vjp(f, (X,))
    np.testing.assert_allclose(found, [5.0, 8.0, 3.0])


def test_a_value_that_an_object_hides_and_gives_back_is_refused(mode):
    def f(x):
        waiting = queue.SimpleQueue()
        waiting.put(x[0])
        total = 0.0
        total = total + waiting.get()
        return total

    with pytest.raises(srcgrad.SrcgradError, match="followed"):
        srcgrad.vjp(f, (X,))


class Entries(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


def grown(parameters, x):
    state = Entries(w=x, v=x * x)
    state.w = state["w"] * parameters.a
    return state.w * state.v * parameters["b"]


def test_entries_of_a_dict_that_are_its_attributes(mode):
    gradients, x_bar = srcgrad.vjp(grown, (Entries(a=2.0, b=3.0), 1.5))
    assert type(gradients) is dict
    assert (gradients["a"], gradients["b"], x_bar) == (10.125, 6.75, 40.5)


class Looked(dict):
    __getattr__ = dict.__getitem__

    def both(self):
        return self["a"] * self.b


CONSTANTS = Looked(a=1.5, b=2.0)


def looked_up(x):
    state = Looked(w=x, v=x * x)
    for _ in range(3):
        state["w"] = state["w"] * state.v
        state["v"] += CONSTANTS.a * state.w
    return state.w + CONSTANTS.both() * x**CONSTANTS.b


def test_methods_of_a_dict_and_attributes_that_are_looked_up(mode):
    check_vjp(looked_up, (0.9,))


class Named:
    """What it is made of is looked at, and written, by name."""

    table = (1.0, 2.0)
    unused: ClassVar[list] = []  # it cannot be hashed

    def __init__(self, a, b):
        self.a, self.b = a, b
        for name in ("a", "b"):
            if self.__getattribute__(name) <= 0.0:
                raise ValueError(f"{name} is not positive")

    def at(self, x):
        self.__setattr__("square", x * x)
        return self.a * self.square + self.b * self.table[1] + len(self.unused)


def test_attributes_by_the_methods_that_every_class_has():
    def f(x, a):
        return Named(a, 2.0).at(x)

    assert srcgrad.value_and_vjp(f, (3.0, 2.0)) == (22.0, (12.0, 9.0))
    with pytest.raises(ValueError, match="a is not positive"):
        srcgrad.vjp(f, (3.0, -2.0))


def test_what_has_two_kinds_is_stored_by_either_path():
    def either(x, limit):
        if x[0] > limit:
            return x
        return (x, x)

    def f(x, limit):
        rows = np.zeros((2, 2))
        rows[0] = either(x, limit)
        return np.sum(rows)

    assert srcgrad.vjp(f, (np.ones(2), 0.5))[0].tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match="sequence") as expected:
        f(np.ones(2), 2.0)
    with pytest.raises(ValueError, match="sequence") as found:
        srcgrad.vjp(f, (np.ones(2), 2.0))
    assert str(found.value) == str(expected.value)


def test_the_size_of_an_axis_that_is_none_raises():
    def f(x, axis):
        return np.size(x, axis) * np.sum(x)

    assert srcgrad.vjp(f, (np.ones(3), 0))[0].tolist() == [3.0, 3.0, 3.0]
    with pytest.raises((IndexError, ValueError)) as expected:
        f(np.ones(3), 1)
    with pytest.raises(expected.type):
        srcgrad.vjp(f, (np.ones(3), 1))
    with pytest.raises(expected.type):
        srcgrad.vjp(lambda x: np.size(x, 1) * np.sum(x), (np.ones(3),))
