"""What dicts and deques keep: views that see changes, keys that are equal, copies with their rules."""

import copy
from collections import OrderedDict, defaultdict, deque

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.7, -1.3, 2.1, 0.4, 1.9])


def keys_see_what_is_added(x):
    d = {"a": x[0]}
    keys = d.keys()
    d["b"] = x[1]
    there = x[3] if "b" in keys else 0.0
    return len(keys) * x[2] + there + sum(d[key] for key in keys) ** 2


def keys_are_sets(x):
    d, e = {"a": x[0], "b": x[1]}, {"b": 1, "c": 2}
    common = sum(d[key] for key in d.keys() & e.keys())
    same = x[2] if d.keys() == {"a", "b"} else x[3]
    return common * len(d.keys() | e.keys()) + same


def equal_keys(x):
    d = {1: x[0], "1": x[1]}
    d[True] = x[2]
    d[1.0] *= x[3]
    return d[1] * len(d) + d.get(1.0, 0.0) + (x[4] if True in d else 0.0)


def copies_of_default_dicts(x):
    d = defaultdict(list)
    d["a"].append(x[0])
    e = d.copy()
    e["b"].append(x[1])
    e["a"].append(x[2])
    return sum(d["a"]) * len(d) + sum(e["b"]) * len(e)


def default_of_a_copy(x):
    d = defaultdict(float).copy()
    try:
        d["a"] += x[0]
    except KeyError:
        d["a"] = x[1]
    return d["a"] * x[2]


def copies_of_ordered_dicts(x):
    d = OrderedDict(a=x[0], b=x[1]).copy()
    d.move_to_end("a")
    return sum((k + 1) * v for k, v in enumerate(d.values())) * x[2]


def copies_of_deques(x):
    d = deque([x[0], x[1]], maxlen=2)
    total = 0.0
    for other in (d.copy(), copy.copy(d), copy.deepcopy(d), d + deque([x[2]]), d * 2):
        other.append(x[3])
        total += other[0] * len(other) * x[4]
    d += [x[2], x[4]]
    return total + d[0]


def copies_of_deques_in_loops(x):
    d = deque(maxlen=3)
    for v in x:
        d.append(v * v)
    total = 0.0
    for other in (d.copy(), copy.copy(d), d + deque([x[0]]), d * 2):
        for v in x[:2]:
            other.append(v)
        total += sum(other) * len(other)
    return total


def deques_are_no_lists(x):
    grown = deque()
    for v in x:
        grown.append(v)
    total = 0.0
    for d in (deque([1.0, 2.0]), grown):
        total += x[0] if isinstance(d, list) else x[1]
        total += x[2] if isinstance(d, deque) else x[3]
        try:
            total += sum(d[0:1])
        except TypeError:
            total *= 2.0
    d = deque([1.0, 2.0])
    try:
        total += sum(d + [3.0])
    except TypeError:
        total *= 3.0
    same = d == [1.0, 2.0], d == deque([1.0, 2.0])
    return total + x[4] * same[0] - x[3] * same[1]


@pytest.mark.parametrize(
    "f",
    [
        keys_see_what_is_added, keys_are_sets, equal_keys, copies_of_default_dicts,
        default_of_a_copy, copies_of_ordered_dicts, copies_of_deques, copies_of_deques_in_loops,
        deques_are_no_lists,
    ],
)  # fmt: skip
@pytest.mark.usefixtures("mode")
def test_same_as_python(f):
    value, _ = srcgrad.value_and_vjp(f, (X,), 1.0)
    assert type(value) is type(f(X)) and value == pytest.approx(f(X), rel=1e-14)
    check_vjp(f, (X,))


def grows(x):
    d = {"a": x[0]}
    for key in d:
        d[key + "b"] = x[1]
    return sum(d.values())


def grows_and_leaves(x):
    d = {"a": x[0]}
    for key in d:
        d[key + "b"] = x[1]
        break
    return d["a"] * d["ab"]


def test_dicts_that_change_their_size():
    for call in (grows, srcgrad.grad(grows)):
        with pytest.raises(RuntimeError, match="dictionary changed size during iteration"):
            call(X)
    check_vjp(grows_and_leaves, (X,))


def kept_by_the_class(x):
    class Holder:
        items = []  # noqa: RUF012

        def add(self, value):
            self.items.append(value)

    Holder().add(x[0])
    Holder().add(x[1])
    return sum(Holder().items)


def test_lists_of_classes_inside_of_the_function():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="of a class inside of the function"):
        srcgrad.vjp(kept_by_the_class, (X,))


def second_name_of_a_set(x):
    s = {1}
    t = s
    s |= {2}
    return len(t) * x[0]


def set_of_the_caller(x):
    def grown(t):
        t |= {2}

    s = {1}
    grown(s)
    return len(s) * x[0]


OUTSIDE = {1}


def set_from_outside(x):
    s = OUTSIDE
    s |= {2}
    return len(s) * x[0]


def item_of_a_set(x):
    s = {1}
    s.add(2)
    return len(s) * x[0]


def class_of_a_set(x):
    return x[0] if isinstance({1}, set) else x[1]


@pytest.mark.parametrize(
    "f, what",
    [
        (set_from_outside, "a set from outside changes in place"),
        (class_of_a_set, "whether this is a `set` or a `frozenset`"),
    ],
)
def test_sets_that_are_refused(f, what):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=what):
        srcgrad.vjp(f, (X,))


@pytest.mark.parametrize("f", [second_name_of_a_set, set_of_the_caller, item_of_a_set])
def test_sets_that_change(f):
    check_vjp(f, (X,))


def test_new_sets_take_the_place_of_others():
    def f(x):
        s, t = set(), set()
        s |= {1, 2}
        s -= {1}
        t |= {3}
        found = isinstance(s, set | frozenset)
        return sum(x[k] for k in s) * x[3] * len(t) if found else x[0]

    check_vjp(f, (X,))
