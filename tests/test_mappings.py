"""Mappings of the user's own, several dicts as one, deleted attributes, names of comprehensions."""

from __future__ import annotations

import collections
import collections.abc

import numpy as np
import pytest

import srcgrad

X = np.array([1.2, -0.7, 2.5])
DEFAULTS = {"a": 2.0, "c": 0.5}


class Frozen(collections.abc.Mapping):
    def __init__(self, held):
        self.held = held

    def __getitem__(self, key):
        return self.held[key]

    def __iter__(self):
        return iter(self.held)

    def __len__(self):
        return len(self.held)


class Doubling(Frozen):
    def __getitem__(self, key):
        return 2.0 * self.held[key]


class Point:
    scale = 3.0


# --- mappings -------------------------------------------------------------------------------------


def got(x):
    m = Frozen({"a": x[0], "b": x[1] * x[2]})
    return m.get("a") * m.get("c", 3.0) * m["b"] + m.get("b", 1.0)


def got_of_a_subclass(x):
    m = Doubling({"a": x[0] ** 2})
    missing = m.get("z")
    return m.get("a") * (2.0 if missing is None else 5.0)


def contained(x):
    m = Doubling({"a": x[0], "b": x[1]})
    s = x[2]
    if "a" in m:
        s = s * m["a"]
    if "c" not in m:
        s = s * m["b"]
    return s


def in_a_loop(x):
    m = Frozen({"a": x[0], "b": x[1]})
    s = 0.0
    for i in range(len(x)):
        for key in ("a", "z", "b"):
            if key in m:
                s += m[key] * m.get(key) * x[i]
    return s


def chained(x):
    d = collections.ChainMap({"a": x[0]}, {"a": 5.0, "b": x[1] * 2})
    return d["a"] * d["b"] + d.get("a") * d.get("c", 3.0) * x[2]


def chained_and_iterated(x):
    d = collections.ChainMap({"a": x[0], "z": x[2]}, {"a": 5.0, "b": x[1] * 2}, DEFAULTS)
    s, k = 0.0, 1.0
    for key in d:
        s += d[key] * k
        k += 1.0
    for key, value in d.items():
        s += value * (2.0 if key == "b" else 1.0)
    return s * len(d) + sum(d.values()) + len(list(d.keys())) + ("c" in d) * x[0]


def chained_and_changed(x):
    first, second = {"a": x[0]}, {"b": x[1]}
    d = collections.ChainMap(first, second)
    d["b"] = x[2] * x[0]
    second["c"] = x[1] ** 2
    first["a"] = first["a"] * 3.0
    d.update({"e": x[0]})
    return d["a"] * d["b"] * d["c"] * first["b"] * second["b"] * d["e"]


def chained_children(x):
    d = collections.ChainMap({"a": x[0]}, {"b": x[1]})
    e = d.new_child({"a": x[2] ** 2})
    f = e.new_child()
    f["b"] = 4.0
    return e["a"] * e["b"] * e.parents["a"] * f["b"] * e.maps[1]["a"]


def chained_of_nothing(x):
    d = collections.ChainMap()
    if d:
        return x[1]
    d["a"] = x[0]
    return d["a"] * x[2]


# --- attributes -----------------------------------------------------------------------------------


def deleted(x):
    p = Point()
    p.a, p.b = x[0], x[1]
    del p.a
    return p.b * (x[0] if hasattr(p, "a") else x[2])


def deleted_by_name(x):
    p = Point()
    p.a, p.b = x[0], x[1]
    delattr(p, "b")
    return p.a * (x[0] if hasattr(p, "b") else x[2])


def the_one_of_the_class_is_seen_again(x):
    p = Point()
    p.scale = x[0]
    first = p.scale * x[1]
    del p.scale
    return first + p.scale * x[2]


def set_again(x):
    p = Point()
    p.a = x[0]
    for i in range(3):
        value = p.a * x[i]
        del p.a
        p.a = value
    return p.a


# --- names of comprehensions ----------------------------------------------------------------------


def assigned_in_a_generator(x):
    y = 0.0
    s = sum((y := v * v) for v in x)
    return s * y


def assigned_in_a_condition(x):
    y = 1.0
    return sum(y * y for v in x if (y := v * 2.0) > 1) + y


PROGRAMS = [
    got,
    got_of_a_subclass,
    contained,
    in_a_loop,
    chained,
    chained_and_iterated,
    chained_and_changed,
    chained_children,
    chained_of_nothing,
    deleted,
    deleted_by_name,
    the_one_of_the_class_is_seen_again,
    set_again,
    assigned_in_a_generator,
    assigned_in_a_condition,
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients(f):
    step = 1e-6
    expected = [(f(X + step * e) - f(X - step * e)) / (2 * step) for e in np.eye(3)]
    value, (x_bar,) = srcgrad.value_and_vjp(f, (X,))
    np.testing.assert_allclose(value, f(X))
    np.testing.assert_allclose(x_bar, expected, 1e-6, 1e-8)
    x_dot = np.array([0.3, 1.0, -0.4])
    np.testing.assert_allclose(srcgrad.jvp(f, (X,), (x_dot,))[1], x_bar @ x_dot)


def test_of_an_input_it_is_deleted_on_a_copy():
    def f(p, x):
        del p.a
        return x * p.b

    p = Point()
    p.a, p.b = 1.0, 2.0
    assert srcgrad.vjp(f, (p, 3.0), argnums=(1,)) == (2.0,)
    assert vars(p) == {"a": 1.0, "b": 2.0}


HELD = Point()


def deleted_outside(x):
    del HELD.a
    return x * HELD.b


def test_of_an_object_from_outside_it_is_deleted():
    HELD.a, HELD.b = 1.0, 2.0
    assert srcgrad.vjp(deleted_outside, (3.0,)) == (2.0,)
    assert vars(HELD) == {"b": 2.0}
    with pytest.raises(AttributeError, match=r"'?a'?$"):  # Python 3.10 says no more
        srcgrad.vjp(deleted_outside, (3.0,))


# --- what is raised, and refused ------------------------------------------------------------------


def no_such_attribute(x):
    p = Point()
    p.a = x[0]
    del p.b
    return p.a


def no_such_name(x):
    p = Point()
    p.a = x[0]
    delattr(p, "b")
    return p.a


def no_such_key(x):
    return collections.ChainMap({"a": x[0]}, {"b": x[1]})["c"]


def no_key_of_a_mapping(x):
    return Frozen({"a": x[0]})["c"]


def always(x):
    raise ValueError("never")


def read_after_it(x):
    s = sum(v for v in x)
    return s * v  # noqa: F821


@pytest.mark.parametrize(
    "f",
    [no_such_attribute, no_such_name, no_such_key, no_key_of_a_mapping, read_after_it, always],
    ids=lambda f: f.__name__,
)
def test_what_the_function_raises(f):
    with pytest.raises((AttributeError, KeyError, NameError, ValueError)) as expected:
        f(X)
    with pytest.raises(type(expected.value)) as found:
        srcgrad.vjp(f, (X,))
    assert found.value.args == expected.value.args


def late(x):
    functions = [lambda: x[i] for i in range(3)]
    return functions[0]() * functions[1]()


def late_of_a_dict(x):
    functions = {n: (lambda: x[n] * 2.0) for n in range(3)}
    return functions[0]()


def assigned_for_the_first_time(x):
    s = sum((y := v * v) for v in x)
    return s * y


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (late, "a lambda reads a name of the comprehension that made it"),
        (late_of_a_dict, "a lambda reads a name of the comprehension that made it"),
        (assigned_for_the_first_time, "`y := ...` in a generator expression assigns"),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_messages(f, message):
    with pytest.raises(srcgrad.UnsupportedSyntax, match=message):
        srcgrad.vjp(f, (X,))
