"""Dicts, named tuples, and the methods of lists and tuples."""

from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])
P = namedtuple("P", "a b c")


class Q(NamedTuple):
    a: float
    b: float = 2.0

    def norm(self):
        return self.a * self.b

    @property
    def tot(self):
        return self.a + self.b


@program(X)
def named_tuple_methods(x):
    p = P(x[0], x[1], 2.0)
    p = p._replace(b=p.a * p.b)
    d = p._asdict()
    a, b, c = p
    return d["b"] * p.b + sum(p) + len(P._fields) * a * p[2]


@program(X)
def named_tuple_class(x):
    q = Q(x[0])
    r = Q(b=x[1], a=x[2])
    return q.norm() * r.tot + r.norm() + P(*x[:3]).a if False else q.norm() * r.tot + r.norm()


@program(X, 3)
def named_tuple_around_a_loop(x, n):
    p = P(x[0], x[1], x)
    for _i in range(n):
        p = p._replace(a=p.a * p.b, c=p.c * p.a)
    return p


@program(Q(1.5, 2.5))
def named_tuple_input(p):
    return p.a * p.b + p[0]


@program(Q(1.5, 2.5))
def named_tuple_in_and_out(p):
    return p._replace(a=p.a * p.b)


@program(Q(1.5, 2.5))
def named_tuple_with_methods(p):
    return p.norm() * p.tot


@program(X)
def dict_methods(x):
    d = {k: v * v for k, v in zip("abcd", [x[0], x[1], x[2], x[3]])}
    d["e"] = d["a"] * d["b"]
    d.update(f=d["e"], a=x[1])
    d.setdefault("g", x[2])
    d.setdefault("a", x[0])
    e = {**d, "z": x[0]}
    g = d | {"y": x[1]}
    t = d.pop("f") + d.get("nope", x[3]) + d.get("a")
    del d["b"]
    s = 0.0
    for k, v in d.items():
        s = s + v * len(k)
    for k in e:
        s = s * 1.1 + e[k]
    for v in g.values():
        s = s * 0.9 + v
    if "b" in d:
        s = s * 2
    if "b" not in d:
        s = s * 3
    return s + t + len(d) + len(list(d.keys()))


@program(X)
def dict_from_pairs(x):
    d = dict(zip(["a", "b"], [x[0], x[1]]))
    d |= {"c": x[2]}
    f = dict(a=x[0], **d) if False else dict(d, e=x[3])
    return sum(f.values()) * max(f.values()) * f.popitem()[1]


@program(X, 3)
def dict_made_anew_in_a_loop(x, n):
    s = {"p": x[0], "v": x[1]}
    for _i in range(n):
        s = {"p": s["p"] + 0.1 * s["v"], "v": s["v"] - 0.1 * s["p"] * s["p"]}
    return s


@program(X, 3)
def dict_changed_in_a_loop(x, n):
    s = {"p": x[0], "v": x[1]}
    for _i in range(n):
        s["p"] += 0.1 * s["v"]
        s["v"] -= 0.1 * s["p"] * s["p"]
    return s["p"] * s["v"]


@program(X)
def dict_with_integer_keys(x):
    d = {}
    for i in range(3):
        d[i] = x[i] * i
    return d[1] * d[2] + sum(d.values())


@program(0.8, 5)
def dict_as_memory(x, n):
    d = {0: x, 1: x * x}
    for i in range(2, n):
        d[i] = d[i - 1] * x + d[i - 2]
    return d[n - 1]


@program(X)
def dict_of_an_array(x):
    d = {}
    for i in range(len(x)):
        d[i] = x[i] ** 2
    return sum(d.values()) * d[1]


@program(X)
def default_dict(x):
    d = defaultdict(float)
    for i, k in enumerate("aab"):
        d[k] += x[i]
    return d["a"] * d["b"]


@program(X)
def default_dict_of_lists(x):
    d = defaultdict(list)
    for i, k in enumerate("aab"):
        d[k].append(x[i])
    return sum(d["a"]) * d["b"][0]


@program(X)
def list_methods(x):
    items = [x[0], x[1]]
    items += [x[2]]
    items.extend((x[3],))
    items.insert(1, x[0] * 2)
    items.insert(-1, x[1])
    items[1:3] = [x[2], x[3], x[0]]
    items[::2] = [v * 2 for v in items[::2]]
    m = items.copy()
    m.reverse()
    k = m.pop(0)
    m.remove(m[0])
    del m[0]
    i = [1, 2, 3].index(2)
    items.sort()
    return sum(m) * k + items[i] + items[0] * (3 in [1, 2]) + [1, 1].count(1)


@program(X)
def tuple_operators(x):
    t = (x[0],) + (x[1], x[2])
    u = t * 2
    return u[3] * t[-1] + sum(u[1:4]) + (1, 2, 3).index(2) + len(u) + (1, 1).count(1)


@program(X)
def nested_containers(x):
    s = {"a": [x[0], (x[1], {"b": x[2]})], "c": P(x[3], [x[0]], None)}
    s["a"][0] = s["a"][1][1]["b"] * 2
    s["c"].b.append(x[1])
    return s["a"][0] * sum(s["c"].b)


@program(X)
def nested_containers_returned(x):
    return {"a": [x[0], (x[1] * 2, {"b": x})], "c": P(x[3], [x[0]], 1.0)}


@program({"a": [1.0, (2.0,)], "c": P(1.0, 2.0, 3.0)})
def nested_containers_passed(d):
    return d["a"][0] * d["a"][1][0] + d["c"].a


@program(X)
def items_swapped(x):
    items = [x[0], x[1], x[2]]
    items[0], items[2] = (items[2], items[0])
    (a, b), c = ((items[0], items[1]), items[2])
    [d, *e] = items
    return a * b * b + c + d * e[0]


@program(X)
def deque_of_recent(x):
    recent = deque(maxlen=3)
    total = 0.0
    for v in x:
        recent.append(v)
        total = total + sum(recent) * recent[0]
    return total


@program(X)
def deque_from_both_ends(x):
    items = deque([x[0], x[1]], maxlen=3)
    items.append(x[2])
    items.appendleft(x[3])
    items.append(x[0] * 2)
    first = items.popleft()
    items.rotate(1)
    items.extendleft([x[0], x[1]])
    return first * items[-1] + sum(items) * len(items)


@program(X)
def deque_as_a_queue(x):
    waiting = deque([x[0]])
    total = 0.0
    while waiting and total < 5:
        v = waiting.popleft()
        total = total + v * v
        if len(waiting) < 3:
            waiting.append(v * x[1])
            waiting.append(v * x[2])
    return total


class Doubled(Mapping):
    def __init__(self, entries):
        self.entries = entries

    def __getitem__(self, key):
        return self.entries[key] * 2

    def __iter__(self):
        return iter(self.entries)

    def __len__(self):
        return len(self.entries)


def product(a, b):
    return a * b


@program(X, 1.5)
def mapping_of_the_users(x, c):
    found = Doubled({"a": x, "b": c})
    keys = tuple(found)
    total = product(**found) + found[keys[0]] * found[keys[1]]
    for _, value in list(found.items()):
        total = total * value
    (_, first), (_, second) = found.items()
    both = {**found, "c": first * second}
    return total + sum(found.values()) + dict(found)["b"] + both["c"] * len(found)


@program(X, 1.5)
def mapping_that_cannot_be_changed(x, c):
    entries = {"a": x}
    found = MappingProxyType(entries)
    entries["b"] = c
    return product(**found) * len(found) + sum(v for _, v in found.items())


@program(X, 1.5)
def ordered_from_both_ends(x, c):
    found = OrderedDict([("a", x), ("b", c), ("c", x * c)])
    _, first = found.popitem(last=False)
    _, last = found.popitem()
    return first * last * found["b"]


@program(0.3, 2.0)
def keys_that_differ_by_path(a, b):
    def pick(a, b):
        if a == 0:
            return {"u": 2.0 * b}
        return {"v": 3.0 * a, "w": b}

    found = pick(a, b)
    return found["v"] * found["w"] + found.get("u", a)


@program(np.array([1.2, -0.7, 0.4]), 2.0)
def keys_added_by_a_branch(x, b):
    d = {"v": x}
    if b > 0:
        d["w"] = x * b
    if b > 3:
        d["u"] = b
    d["v"] = d["v"] * b
    d.setdefault("u", x * x)
    y = d["v"] * d["w"] * d.pop("u")
    return y if "u" not in d else x


@program(np.array([1.2, -0.7, 0.4]), 2.0)
def keys_in_another_order(x, b):
    if b > 0:
        d = {"v": x * b, "w": x}
    else:
        d = {"w": x, "v": x * x}
    d["v"][0] *= b
    return d["v"] * d["w"]


@program(np.array([1.2, -0.7, 0.4]), 2.0)
def keys_removed_by_a_branch(x, b):
    d = {"v": x, "w": b}
    if b < 0:
        del d["w"]
    return d["v"] ** 2 * d["w"]
