"""Keys of dicts: tuples, those that sizes give, and those that values decide."""

from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.7, -1.3, 2.1, 0.4, 1.9])


def keys_of_some_items(x):
    d = {k: v for k, v in zip("abcde", x, strict=True) if v > 0.5}
    there = d["a"] * d.get("b", 3.0) * d.get("c", 3.0)
    return there * len(d) + (x[3] if d else 0.0)


def keys_by_place(x):
    d = {k: v * v for k, v in enumerate(x)}
    return d[0] * d[4] + sum(d.values())


def lists_by_place(x):
    d, e = defaultdict(list), {}
    for k, v in enumerate(x):
        d[k % 2].append(v)
        e.setdefault(k % 3, []).append(v * x[0])
    return sum(sum(v) ** 2 for v in d.values()) * sum(e[1])


def keys_of_pairs(x):
    d = {(i, j): x[i] * x[j] for i in range(2) for j in range(3) if x[j] > 0}
    return d.get((1, 2), 2.0) * d.get((1, 1), x[4])


def dict_of_an_enumeration(x):
    d, rows = dict(enumerate(x)), tuple(enumerate(x))
    return d[0] * d[4] * rows[1][1] + sum(dict(zip("abcde", x, strict=True)).values())


@pytest.mark.parametrize(
    "f", [keys_of_some_items, keys_by_place, lists_by_place, keys_of_pairs, dict_of_an_enumeration]
)
def test_keys_are_known_when_sizes_are(f, mode):
    check_vjp(f, (X,))


def names_in_order(d):
    total = 0.0
    for name, v in sorted(d.items(), key=lambda pair: -pair[1]):
        total = total * 2 + v * len(name)
    return total


def name_by_place(d):
    items = list(d.items())
    k = 0 if d["a"] > d["bb"] else 1
    names = ("a", "bb")
    return items[k][1] ** 2 * len(items[k][0]) * (2.0 if names[k] == "a" else 3.0)


@pytest.mark.parametrize("f", [names_in_order, name_by_place])
@pytest.mark.parametrize("given", [{"a": 1.5, "bb": 2.5}, {"a": 2.5, "bb": 1.5}])
def test_items_of_constants_by_a_place_that_is_not_known(f, given, mode):
    check_vjp(f, (given,))


def names_in_a_loop(x):
    names, total = ("a", "bb", "ccc"), 0.0
    for k in range(len(x) - 2):
        total += len(names[k]) * x[k] ** 2
        if names[k] == "bb":
            total *= 2
    return total


def test_texts_by_place_in_a_loop(mode):
    check_vjp(names_in_a_loop, (X,))


# --- keys that are tuples, and keys that values decide ----------------------------------------------


def pairs_as_keys(x):
    d = {(0, 1): x[0], (1, 1): x[1]}
    there = d.get((0, 1), 5.0) * x[2] if (0, 1) in d else x[3]
    d.setdefault((0, 1), x[4])
    return there * d.pop((1, 1), 7.0) * len(d)


def order_of_pairs_as_keys(x):
    d = OrderedDict({(0, 1): x[0], (1, 1): x[1]})
    d.move_to_end((0, 1))
    return sum((k + 1) * v for k, v in enumerate(d.values()))


def default_at_a_place(x):
    d, k = {0: x[0], 2: x[1]}, int(np.argmax(x))
    return d.get(k, 7.0) * x[3] + d.get(k + 1, 7.0) * x[4] + d.get((k, 1), x[3]) * x[2]


def default_at_a_text(x):
    d, key = {"a": x[0], "c": x[1]}, "a" if x[0] > 0.4 else "b"
    return d.get(key, 7.0) * x[2] + (1.0 if key in d else 2.0) * x[3]


def pairs_with_a_place(x):
    d, k = {(0, 0): x[0], (2, 1): x[1]}, int(np.argmax(x))
    return d[k, 1] * x[2] * (2.0 if (k, 1) in d else 3.0) + d.get((k, 0), x[4])


def added_at_places(x):
    d = {-1: 0.0, 0: 0.0, 1: x[0]}
    for v in x:
        d[int(v)] += v * v
    return d[-1] * 2 + d[0] * d[1]


def caught_at_a_place(x):
    d, k = {0: x[0], 1: x[1]}, int(np.argmax(x))
    try:
        found = d[k]
    except KeyError:
        found = x[2] * 5
    return found


@pytest.mark.parametrize(
    "f",
    [
        pairs_as_keys,
        order_of_pairs_as_keys,
        default_at_a_place,
        default_at_a_text,
        pairs_with_a_place,
        caught_at_a_place,
    ],
)
def test_which_key_is_meant(f, mode):
    check_vjp(f, (X,))


def test_items_are_stored_under_keys_that_values_decide():
    x = np.array([0.7, -1.3, 1.1, 0.4, 1.9])
    check_vjp(added_at_places, (x,))
    with pytest.raises(KeyError):
        added_at_places(np.array([0.7, -1.3, 2.1]))
    with pytest.raises(KeyError):
        srcgrad.vjp(added_at_places, (np.array([0.7, -1.3, 2.1]),))


def stored_at_a_place(x):
    d, k = {0: x[0], 1: x[1]}, int(np.argmax(x))
    d[k] = x[2]
    return d[0] * d[1]


def popped_at_a_place(x):
    d, k = {0: x[0], 2: x[1]}, int(np.argmax(x))
    return d.pop(k, 7.0) * len(d)


def default_set_at_a_place(x):
    d, k = {0: x[0], 2: x[1]}, int(np.argmax(x))
    return d.setdefault(k, 7.0) * len(d)


def array_stored_at_a_place(x):
    d, k = {0: x[:2], 1: x[1:]}, int(np.argmax(x))
    d[k] = x
    return np.sum(d[0]) * np.sum(d[1])


@pytest.mark.parametrize("f", [popped_at_a_place, default_set_at_a_place, stored_at_a_place])
@pytest.mark.parametrize("x", [X, X[::-1]])
def test_keys_that_may_be_new(f, x):
    check_vjp(f, (x,))


def test_keys_of_arrays_that_may_be_new():
    with pytest.raises(NotImplementedError, match="gets a key that is known only at run time"):
        srcgrad.vjp(array_stored_at_a_place, (X,))


def list_under_a_key(x):
    d, k = {0: [x[0]], 2: [x[1]]}, int(np.argmax(x))
    d[k].append(x[3])
    return sum(d[2]) * len(d[0]) * len(d[2])


class Doubled:
    def of(self, v):
        return 2.0 * v


class Squared:
    def of(self, v):
        return v * v


def object_under_a_key(x):
    return {"a": Doubled(), "b": Squared()}["a" if x[0] > 0.4 else "b"].of(x[1])


@pytest.mark.parametrize("f", [list_under_a_key, object_under_a_key])
@pytest.mark.parametrize("x", [X, X[::-1]])
def test_what_a_key_chooses_is_followed(f, x):
    x = np.where(x > 2.0, 2.0, x)
    if f is list_under_a_key and np.argmax(x) != 2:
        x = x[[1, 0, 4, 2, 3]]
    check_vjp(f, (x,))


class Threes(dict):
    def __missing__(self, key):
        return 3.0


class Lists(dict):
    def __missing__(self, key):
        found = self[key] = []
        return found


def made_if_it_is_not_there(x):
    d, c, t = defaultdict(float), Counter(), Threes()
    if x[0] > 0.0:
        d["a"] = c["a"] = t["a"] = x[0]
    s = c["a"] * x[1] + t["a"] * x[2] + len(c) + len(t)
    c["a"] += x[3]
    return s * d["a"] + len(d) * c["a"] + s


def lists_made_if_they_are_not_there(x):
    d, e, first = defaultdict(list), Lists(), [x[3]]
    if x[0] > 0.0:
        d["a"], e["a"] = first, [x[1]]
    found = d["a"]
    found.append(x[1] ** 2)
    e["a"].append(x[2])
    return sum(d["a"]) * len(first) + sum(e["a"]) * len(e["a"]) + sum(first)


def counts_that_are_dropped(x):
    c = Counter(a=x[0], b=x[4])
    some, both = c + Counter(), c & Counter(b=x[2])
    return some["a"] * x[1] + some["b"] * both["a"] + both["b"] ** 2


@pytest.mark.parametrize(
    "f", [made_if_it_is_not_there, lists_made_if_they_are_not_there, counts_that_are_dropped]
)
@pytest.mark.parametrize("x", [X, X * [-1.0, 1.0, 1.0, 1.0, 1.0]], ids=["there", "not there"])
def test_what_stands_for_items_that_may_not_be_there(f, x):
    check_vjp(f, (x,))


@pytest.mark.parametrize("cls", [Counter, Threes])
@pytest.mark.parametrize("x", [X, X[[2, 0, 1, 3]]], ids=["not there", "there"])
def test_what_stands_for_keys_that_values_decide(cls, x):
    def f(x):
        d = cls({0: x[0], 1: x[1]})
        return d[int(np.argmax(x))] * x[3] + x[1]

    check_vjp(f, (x,))


def test_a_default_for_a_key_that_values_decide_is_refused():
    def f(x):
        return defaultdict(float, {0: x[0]})[int(np.argmax(x))] * x[1]

    check_vjp(f, (X[[2, 0, 1]],))
    with pytest.raises(NotImplementedError, match="gets a key that is known only at run time"):
        srcgrad.vjp(f, (X,))
