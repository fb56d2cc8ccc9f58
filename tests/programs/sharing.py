"""Containers and objects that several names hold, or that differ from path to path."""

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])


class Box:
    def __init__(self, v):
        self.v = v


@program(X)
def either_list_changed(x):
    a = [x[0], x[1]]
    b = [x[2], x[3]]
    items = a if x[0] > 1 else b
    items[0] = items[0] * 2
    return a[0] * a[1] + b[0]


@program(X)
def list_changed_behind_another_name(x):
    a = [x[0], x[1]]
    b = [x[2], x[3]]
    items = a if x[0] > 1 else b
    a[0] = x[3]
    return items[0] * items[1]


@program(X)
def lists_made_in_branches(x):
    if x[0] > 1:
        items = [x[0], x[1]]
    else:
        items = [x[2], x[3]]
    items[0] = items[0] * 2
    return items[0] * items[1]


@program(X, 3)
def lists_that_change_places(x, n):
    a = [x[0], x[1]]
    b = [x[2], x[3]]
    for _i in range(n):
        a, b = (b, a)
        a[0] = a[0] * b[1]
    return a[0] * b[0] + a[1]


@program(X, 3)
def objects_that_change_places(x, n):
    a = Box(x[0])
    b = Box(x[1])
    for _i in range(n):
        a, b = (b, a)
        a.v = a.v * b.v
    return a.v * b.v + a.v


@program(X, 3)
def list_given_back_in_a_loop(x, n):
    a = [x[0], x[1]]
    c = a
    for _i in range(n):
        a = [a[0] * 2, a[1]]
        if x[0] > 2:
            a = c
        a[1] = a[1] * 1.5
    return a[0] * c[1] + a[1]


@program(X, 3)
def list_replaced_under_one_of_two_names(x, n):
    a = [x[0], x[1]]
    c = a
    for _i in range(n):
        a[0] = a[0] * 1.1
        a = [a[0] * 2, a[1]]
    return a[0] * c[0] + a[1]


@program(X, 3)
def lists_of_a_dict_that_change_places(x, n):
    d = {"a": [x[0]], "b": [x[1]]}
    for _i in range(n):
        d = {"a": d["b"], "b": d["a"]}
        d["a"][0] = d["a"][0] * d["b"][0]
    return d["a"][0] + d["b"][0] * 2


@program(X)
def object_under_two_names(x):
    p = Box([x[0]])
    q = p
    if x[1] > 0:
        q.v = [x[2]]
    q.v[0] = q.v[0] * 2
    return p.v[0]


@program(X)
def list_held_twice(x):
    b = [x[0]]
    items = [b, b]
    if x[0] > 1:
        items[0] = [x[1]]
    items[0][0] = items[0][0] * 3
    return b[0] * items[0][0] + items[1][0]


@program(X, 0)
def list_that_a_history_holds(x, n):
    cur = [x[0]]
    hist = [cur]
    for _i in range(n):
        cur = [cur[0] * 1.1]
    cur[0] = cur[0] * 2
    return hist[0][0] * cur[0]


@program(X.reshape(2, 2))
def flat_view_of_one_element(d):
    """A strided slice of one element is contiguous: flattened it still is a view."""
    y = d[1, ::2]
    p = y.ravel()
    u = d.reshape(4, 1)
    u /= p
    return u.sum(axis=0)


@program(X[:3], np.array(0.3), 0.5)
def number_or_array_without_axes(x, c, b):
    """Whichever ``b`` is, what it is joined with has one axis, and can be stored into."""
    if b > 0:
        b = c
    y = np.concatenate([np.ones(2) * b, x]) * np.cos(b)
    y[y > 0] *= 2.0
    y[0] *= b
    return y, b * c
