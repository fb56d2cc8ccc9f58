"""Iterators over lists and dicts that change, and iterators that are asked for single items."""

# ruff: noqa: B007, C402, C416, C417, PERF102 (what is tested is how a loop is written)

import itertools

import numpy as np

from .registry import program

X = np.array([0.5, 0.7, 0.2])
Y = np.array([1.1, 0.9, 1.3, 0.7])


@program(Y)
def next_default(x):
    a = next((v * v for v in x if v < 1.0), 0.0)
    b = next((v * v for v in x if v < 0.0), x[0])
    return a + 3.0 * b


@program(Y)
def next_none(x):
    a = next((v for v in x if v < 0.8), None)
    if a is None:
        return x[0]
    return a * a


@program(X)
def appended_while(x):
    xs = [x[0], x[1]]
    t = 0.0
    for v in xs:
        t = t * 0.5 + v
        if len(xs) < 5:
            xs.append(v * x[2])
    return t


@program(X, 5)
def appended_while_runtime(x, n):
    xs = [x[0], x[1]]
    t = 0.0
    for i, v in enumerate(xs):
        t = t * 0.5 + v * i
        if len(xs) < n:
            xs.append(v * x[2])
    return t


@program(X)
def reversed_changes(x):
    xs = [x[0], x[1], x[2]]
    t = 0.0
    for v in reversed(xs):
        t = t * 0.5 + v
        xs[0] = xs[0] * 2.0
    return t


@program(X)
def reversed_appends(x):
    xs = [x[0], x[1], x[2]]
    t = 0.0
    for v in reversed(xs):
        t = t * 0.5 + v
        xs.append(v)
    return t + len(xs)


@program(X)
def pop_range(x):
    xs = [x[0], x[1], x[2]]
    t = 0.0
    for i in range(len(xs)):
        t = t * 0.5 + xs.pop() * i
    return t


@program(X)
def dict_order(x):
    d = {"a": x[0], "b": x[1]}
    t = 0.0
    for k in d:
        d[k] = d[k] * x[2]
        t = t * 0.5 + d[k]
    for k, v in d.items():
        t = t * 0.5 + v
    for v in d.values():
        t = t * 0.5 + v
    return t


@program(X)
def dict_items_changed(x):
    d = {"a": x[0], "b": x[1]}
    t = 0.0
    for k, v in d.items():
        t = t * 0.5 + v
        d["b"] = d["b"] + v
    return t


@program(X)
def iter_changed(x):
    xs = [x[0], x[1], x[2]]
    it = iter(xs)
    a = next(it)
    xs[1] = a * 3.0
    b = next(it)
    return a * b + next(it)


@program(X)
def iter_array_changed(x):
    xs = x.copy()
    it = iter(xs)
    a = next(it)
    xs[1] = a * 3.0
    b = next(it)
    return a * b + next(it)


@program(X)
def iter_rest(x):
    it = iter(x)
    a = next(it)
    t = 0.0
    for v in it:
        t += v * a
    return t


@program(Y, 4)
def iter_pairs(x, n):
    it = iter(x)
    t = 0.0
    for v in it:
        w = next(it)
        t += v * w * w
    return t


@program(Y)
def dict_gen(x):
    d = dict(((k, v * x[0]) for k, v in enumerate([x[1], x[2]])))
    p, q = zip(*((v, v * v) for v in [x[0], x[3]]))
    return d[0] * d[1] + p[0] * q[1]


@program(Y)
def dropwhile_(x):
    return (
        sum(itertools.dropwhile(lambda v: v > 0.95, x))
        + sum(itertools.filterfalse(lambda v: v > 1.0, x)) * x[0]
    )


@program(Y)
def view_values_twice(x):
    d = {"a": x[0], "b": x[1]}
    vs = d.values()
    t = sum(vs)
    d["a"] = d["a"] * x[2]
    for v in vs:
        t = t * 0.5 + v
    return t + len(vs) + max(vs) + list(d.items())[1][1]


@program(Y)
def next_enumerate(x):
    e = enumerate(x)
    i, v = next(e)
    t = v * 3
    for j, w in e:
        t += j * w
    return t


@program(Y)
def next_map(x):
    s = x[0]
    e = map(lambda v: v * s, x)
    a = next(e)
    s = x[1]
    b = next(e)
    return a * b + sum(e)


@program(Y, 2)
def next_branch(x, n):
    it = iter(x)
    t = next(it)
    if t > 1.0:
        t = t * next(it)
    return t + next(it)


@program(Y, 3)
def lookahead(x, n):
    it = iter(x)
    prev = next(it)
    t = 0.0
    for cur in it:
        t += (cur - prev) ** 2
        prev = cur
    return t


@program(Y)
def while_next_none(x):
    it = iter(x)
    t = 0.0
    v = next(it, None)
    while v is not None:
        t = t * 0.5 + v
        v = next(it, None)
    return t


@program(Y)
def while_true_sentinel(x):
    it = iter(x)
    t = 0.0
    while True:
        v = next(it, -1.0)
        if v < 0:
            break
        t = t * 0.5 + v * v
    return t


@program(Y)
def iter_call_sentinel(x):
    xs = [0.0, x[0], x[1], x[2]]
    t = 0.0
    for v in iter(lambda: xs.pop(), 0.0):
        t = t * 0.5 + v
    return t


@program(Y)
def takewhile_count(x):
    t = 0.0
    for v in itertools.takewhile(lambda v: v < 4.0, (k * x[0] for k in itertools.count(1))):
        t += v * v
    return t


@program(Y)
def fromiter_map(x):
    return np.sum(np.fromiter((v * v for v in x), dtype=float, count=4)) + np.sum(
        np.array([*map(lambda v: v * x[0], x)])
    )


@program(Y)
def join_dict(x):
    d = {k: v for k, v in zip("abc", (w * w for w in x))}
    e = dict(zip("ab", map(lambda v: v + x[1], x)))
    return d["a"] * d["b"] + e["b"]


@program(Y)
def stop_iteration_caught(x):
    it = iter([x[0], x[1]])
    t = 0.0
    try:
        while True:
            t = t * 0.5 + next(it)
    except StopIteration:
        t = t * x[2]
    return t


@program(Y, 4)
def runtime_list_gen(x, n):
    xs = []
    for i in range(n):
        xs.append(x[i] * x[i])
    t = 0.0
    for v in (w * 2.0 for w in xs):
        t = t * 0.5 + v
        if len(xs) < 7:
            xs.append(v * 0.5)
    return t


@program(Y, 4)
def runtime_list_reversed(x, n):
    xs = []
    for i in range(n):
        xs.append(x[i] * x[i])
    t = 0.0
    for v in reversed(xs):
        t = t * 0.5 + v
        xs.append(v)
    return t


@program(Y, 4)
def runtime_pop_range(x, n):
    xs = []
    for i in range(n):
        xs.append(x[i] * x[i])
    t = 0.0
    for i in range(len(xs)):
        t = t * 0.5 + xs.pop() * i
    return t


@program(Y, 4)
def runtime_list_grow_iter(x, n):
    xs = []
    for i in range(n):
        xs.append(x[i] * x[i])
    it = iter(xs)
    t = next(it)
    xs.append(x[0])
    for v in it:
        t = t * 0.5 + v
    return t
