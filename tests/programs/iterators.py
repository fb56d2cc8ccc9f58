"""Iterators: `itertools`, and the builtins that run through, order and choose."""

import functools
import itertools
import operator

import numpy as np

from .registry import program

X = np.array([1.1, 0.9, 1.3, 0.7])
M = np.arange(1.0, 13.0).reshape(4, 3) / 7.0


@program(M)
def product_of_ranges(rows):
    t = 0.0
    for i, j in itertools.product(range(len(rows)), range(rows.shape[1])):
        t = t * 0.9 + rows[i, j] * (i + j)
    return t


@program(X, 3)
def product_of_array_and_range(x, n):
    t = 0.0
    for a, b in itertools.product(x, range(n)):
        t = t * 0.9 + a * b
    return t


@program(X)
def product_with_itself(x):
    t = 0.0
    for a, b in itertools.product(x, repeat=2):
        t = t * 0.9 + a * b
    return t


@program(X)
def pairs_of_items(x):
    t = 0.0
    for a, b in itertools.combinations(x, 2):
        t = t * 0.9 + a * b * a
    for i, j in itertools.combinations(range(len(x)), 2):
        t = t * 0.9 + x[i] * x[j] ** 2
    for i, j in itertools.combinations_with_replacement(range(len(x)), 2):
        t = t * 0.9 + x[i] * x[j] ** 2
    return t


@program(X)
def accumulated(x):
    t = 0.0
    for a in itertools.accumulate(x):
        t = t * 0.9 + a * a
    for a in itertools.accumulate(x, operator.mul):
        t = t * 0.9 + a * a
    for a in itertools.accumulate(x, lambda p, q: p * q + q):
        t = t * 0.9 + a * a
    for a in itertools.accumulate(x, max):
        t = t * 0.9 + a * a
    return t


@program(X)
def chained(x):
    t = 0.0
    for a in itertools.chain(x, x[::-1], [x[0]]):
        t = t * 0.9 + a * a
    return t


@program(X)
def pairwise_differences(x):
    return sum(((b - a) ** 2 for a, b in itertools.pairwise(x)))


@program(X, 3)
def endless_iterators(x, n):
    t = 0.0
    for a, s in zip(x, itertools.repeat(x[0])):
        t = t * s + a
    for s in itertools.repeat(x[1], n):
        t = t * s + 1
    for a, i in zip(x, itertools.count(1)):
        t = t + a * i
    for a, i in zip(x, itertools.cycle([1.0, 2.0])):
        t = t + a * i
    return t


@program(0.7)
def counted_until_a_break(x):
    t = x
    for i in itertools.count():
        if i > 3:
            break
        t = t * x + i
    return t


@program(X)
def slices_of_iterators(x):
    return sum(a * a for a in itertools.islice(x, 1, 3)) + sum(itertools.islice(x, 2))


@program(X)
def starred_map(x):
    return sum(map(lambda a, b: a * b * b, x, x[1:]))


@program(M)
def indices_of_an_array(rows):
    t = 0.0
    for i, j in np.ndindex(rows.shape):
        t = t * 0.9 + rows[i, j] * i * j
    for i, j in np.ndindex(*rows.shape):
        t = t * 0.9 + rows[i, j] * i * j
    for idx in np.ndindex(rows.shape):
        t = t * 0.9 + rows[idx]
    return t


@program(M)
def enumerated_array(rows):
    t = 0.0
    for (i, j), v in np.ndenumerate(rows):
        t = t * 0.9 + v * i * j
    return t


@program(X)
def neighbours_by_zip(x):
    return sum((a * b for a, b in zip(x[:-1], x[1:]))) + sum(
        (i * a * b for i, (a, b) in enumerate(zip(x, reversed(x))))
    )


@program(M)
def columns_by_zip(rows):
    t = 0.0
    for col in zip(*rows):
        t = t + sum(c * c for c in col) * col[0]
    return t


@program(X)
def sorted_values(x):
    s = sorted(x)
    t = 0.0
    for i, v in enumerate(s):
        t = t + v * i
    return t


@program(X)
def sorted_downwards(x):
    s = sorted(x, reverse=True)
    return s[0] * 2 + s[1]


@program(X)
def sorted_indices(x):
    o = sorted(range(len(x)), key=lambda i: x[i])
    return x[o[0]] * 2 + x[o[1]]


@program(X)
def sorted_display(x):
    s = sorted([x[0], x[1] * 2, x[2] * 3])
    return s[0] * 2 + s[1] * s[2]


@program(X)
def records_sorted_in_place(x):
    p = [(v * v, i) for i, v in enumerate(x)]
    p.sort(key=lambda q: q[0])
    return p[0][0] * 3 + p[-1][0]


@program(X)
def extreme_by_a_key(x):
    b = max(range(len(x)), key=lambda i: x[i])
    c = min([x[0], x[1]], key=lambda v: -v)
    return x[b] * 2 + c


@program(X)
def extreme_tuple_by_a_key(x):
    pts = [(x[0], 1.0), (x[1], 2.0), (x[2], 3.0)]
    b = max(pts, key=lambda p: p[0])
    return b[0] * b[1]


@program(X)
def extreme_of_nothing(x):
    return max([v for v in x if v > 100], default=x[0]) * x[1]


def view_in_a_branch(x):
    t = [v for v in x if v > 100]
    y = x[0]
    if len(t) > 0:
        z = np.array(t)
        y = np.sum(z[1:] ** 3)
    return y * x[1]


@program(X)
def view_in_a_branch_not_taken(x):
    return view_in_a_branch(x)


@program(100.5 + X)
def view_in_a_branch_taken(x):
    return view_in_a_branch(x)


@program(X)
def any_and_all(x):
    if any(v > 1.2 for v in x) and all(v > 0 for v in x):
        return sum(v * v for v in x)
    return x[0]


@program(X)
def filtered_and_mapped(x):
    return (
        sum(filter(lambda v: v > 1, x))
        + sum(v * v for v in x)
        + sum(map(lambda a, b: a * b, x, x[1:]))
    )


@program(X)
def reduced(x):
    return functools.reduce(lambda a, b: a * b + 1, x) + functools.reduce(operator.mul, x, 2.0)


@program(M)
def sums_of_rows(rows):
    return sum(rows) * sum(r[0] for r in rows)


@program(M)
def nested_enumerations(rows):
    t = 0.0
    for i, row in enumerate(rows, 1):
        for j, v in enumerate(row):
            t = t * 0.9 + v * i * j
    return t


@program(X)
def first_that_fits(x):
    return next(v for v in x if v > 1.2) * x[0]


@program(X)
def iterator_by_hand(x):
    it = iter(x)
    a = next(it)
    b = next(it)
    t = a * b
    for v in it:
        t = t * v + 1
    return t


@program(X)
def tuple_of_unknown_length(x):
    t = tuple(v * v for v in x)
    a = t + (x[0],)
    return a[-1] * a[0] * len(a)


@program(X)
def list_that_grows_while_iterated(x):
    q = [x[0]]
    t = 0.0
    for v in q:
        t = t + v
        if len(q) < 5:
            q.append(v * x[1])
    return t


@program(X)
def slices_of_ranges(x):
    t = 0.0
    for i in range(len(x))[1:]:
        t = t * 0.9 + x[i] * i
    for i in reversed(range(1, len(x))):
        t = t * 0.9 + x[i] * i
    return t


@program(1.0, -0.5, twice=False)
def runge_kutta_by_tableau(y, rate):
    """A tableau of lists, whose sums are generators in a loop that is written out in a loop."""
    nodes, table, weights = [0.0, 0.5, 1.0], [[], [0.5], [-1.0, 2.0]], [1 / 6, 2 / 3, 1 / 6]
    f = lambda t, y: rate * y + np.sin(t)
    t, h = 0.0, 0.3
    while t < 1.0:
        slopes = []
        for i in range(3):
            inner = y + h * sum(table[i][j] * slopes[j] for j in range(i))
            slopes.append(f(t + nodes[i] * h, inner))
        y = y + h * sum(b * k for b, k in zip(weights, slopes))
        t += h
    return y


@program(np.array([0.1, 0.5, 0.7, 0.9]), 0.3)
def reduced_lists_of_unknown_length(x, limit):
    large = [v for v in x if v > limit]
    product = functools.reduce(lambda a, b: a * b + a, large, 1.0)
    return product + functools.reduce(lambda a, b: a + b * b, (v for v in x if v < product))
