"""Dicts whose keys are known only at run time."""

from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.5, 1.2, 0.7, 2.0])
PLACES = np.array([0, 2, 2, 1])
RISING = np.array([0, 1, 2, 5])


def stored_by_number(x, n):
    d = {}
    for i in range(n):
        d[i] = x[i] * 2
    s = 0.0
    for i in range(n):
        s += d[i] * d[n - 1 - i]
    return s


def lists_by_key(x, idx):
    g = {}
    for i, v in zip(idx, x):
        g.setdefault(i, []).append(v * v)
    s = 0.0
    for k in g:
        s += sum(g[k]) ** 2
    return s


def sums_by_key(x, idx):
    g = defaultdict(float)
    for i, v in zip(idx, x):
        g[i] += v * v
    s = 0.0
    for k, v in g.items():
        s += k * v * v
    return s


def first_or_more(x, idx):
    c = {}
    for k, i in enumerate(idx):
        if i in c:
            c[i] += x[k]
        else:
            c[i] = x[k] ** 2
    return sum(c.values())


def with_a_default(x, idx):
    c = {}
    for k, i in enumerate(idx):
        c[i] = c.get(i, 0.0) + x[k] ** 2
    return sum(v * v for v in c.values()) + len(c)


def pairs_of_numbers(x, n):
    g = {}
    for i in range(n):
        for j in range(n):
            g[(i, j)] = x[i] * x[j]
    s = 0.0
    for i in range(n):
        s += g[i, n - 1 - i]
    return s


def arrays_by_key(x, n):
    g = {}
    for i in range(n):
        g[i] = x * x[i]
    s = np.zeros(4)
    for k, v in g.items():
        s = s + v * k
    return s


def arrays_in_order_of_keys(x, idx):
    d = {}
    for k in range(len(idx)):
        i = idx[k]
        if i not in d:
            d[i] = np.zeros(3)
        d[i] = d[i] + x[k] * np.arange(3.0)
    t = np.zeros(3)
    for k in sorted(d):
        t = t * 1.1 + d[k] ** 2
    return t


def arrays_changed_in_place(x, idx):
    d = {}
    for k in range(len(idx)):
        i = idx[k]
        if i not in d:
            d[i] = np.zeros(3)
        d[i] += x[k] * np.arange(3.0)
        d[i][0] = x[k]
    return sum(v.sum() ** 2 for v in d.values())


def lists_of_a_factory(x, idx):
    d = defaultdict(list)
    for k, i in enumerate(idx):
        d[i].append(x[k])
    return sum(np.mean(np.array(v)) ** 2 for v in d.values())


def memo_of_a_recurrence(x, n):
    memo = {0: x[0], 1: x[1]}
    for k in range(2, n):
        if k not in memo:
            memo[k] = memo[k - 1] * x[2] + memo[k - 2]
    return memo[n - 1]


def pairs_of_items(x, idx):
    d = {}
    for a in idx:
        for b in idx:
            d[(a, b)] = d.get((a, b), 0.0) + x[a] * x[b]
    return sum(v**2 for (i, j), v in d.items() if i <= j)


def deleted_and_popped(x, idx):
    d = {}
    for a in idx:
        d[a] = x[a] ** 2
    del d[2]
    v = d.pop(0)
    w = d.pop(77, 3.0)
    return v * w + sum(d.values()) + len(d)


def changed_while_read(x, idx):
    d = {}
    for a in idx:
        d[a] = x[a] ** 2
    for k in list(d):
        d[k] *= 2
    for k in d.keys():
        d[k] *= x[0]
    m = max(d.values())
    kk = max(d, key=d.get)
    return m + kk * x[1] + sum(sorted(d.values()))


def tuples_by_key(x, idx):
    d = {}
    for a in idx:
        d[int(a)] = (x[a], x[a] ** 2)
    s = 0.0
    for k, (u, v) in d.items():
        s += u * v * k
    return s


def counted(x, idx):
    c = Counter(int(i) for i in idx)
    return sum(x[k] * n for k, n in c.items())


def arrays_of_a_factory(x, idx):
    cells = defaultdict(lambda: np.zeros(2))
    for k, i in enumerate(idx):
        cells[int(i)] += np.array([x[k], x[k] ** 2])
    return sum(v[0] * v[1] for v in cells.values())


def comprehension(x, idx):
    d = {int(i): x[i] ** 2 for i in idx}
    return sum(d[k] for k in d)


def of_two_sequences(x, idx):
    d = dict(zip(idx, x))
    return sum(k * v * v for k, v in d.items())


def shortest_path(x, n):
    adj = {0: [1, 2], 1: [3], 2: [3], 3: []}
    dist = {0: 0.0}
    q = [0]
    while q:
        u = q.pop(0)
        for v in adj[u]:
            c = dist[u] + x[u] * x[v]
            if v not in dist or c < dist[v]:
                dist[v] = c
                q.append(v)
    return dist[3]


def copied_and_updated(x, idx):
    d = {}
    for k, i in enumerate(idx):
        d.setdefault(i, 0.0)
        d[i] += x[k]
    d2 = d.copy()
    d2.update({7: x[0]})
    d.clear()
    return sum(d2.values()) * 1.0 + len(d)


def oldest_dropped(x, idx):
    d = OrderedDict()
    for k, i in enumerate(idx):
        d[i] = x[k]
        if len(d) > 2:
            d.popitem(last=False)
    return sum(d.values())


def moved_to_the_ends(x, idx):
    d = OrderedDict()
    for k, i in enumerate(idx):
        d[i] = x[k] * (k + 1)
    d.move_to_end(idx[0])
    d.move_to_end(idx[2], last=False)
    s = 0.0
    for i, v in d.items():
        s = 2.0 * s + v * (i + 1)
    return s + d.popitem(last=False)[1] ** 2


def one_of_two(x, idx):
    a, b = {}, {}
    for k, i in enumerate(idx):
        a[i], b[i] = x[k] * x[k], 2.0 * x[k]
    d = a if x[0] > 0 else b
    for i in idx:
        d[i] = 3.0 * d[i] * x[0]
    return sum(a.values()) * sum(b.values()) + d[idx[1]]


def key_that_is_not_there(x, idx):
    d = {}
    for k, i in enumerate(idx):
        d[i] = x[k]
    return d[idx[0]] * d[99] if 99 in d else d[idx[1]]


def entry_before(x, idx):
    d = {}
    for k, i in enumerate(idx):
        d[i] = d[i - 1] + x[k] if i - 1 in d else x[k] ** 2
    return sum(d.values())


PROGRAMS = [
    (stored_by_number, (X, 4), True),
    (lists_by_key, (X, PLACES), False),
    (sums_by_key, (X, PLACES), True),
    (first_or_more, (X, PLACES), True),
    (with_a_default, (X, [0, 2, 2, 1]), True),
    (pairs_of_numbers, (X, 4), True),
    (arrays_by_key, (X, 4), True),
    (arrays_in_order_of_keys, (X, PLACES), False),
    (arrays_changed_in_place, (X, PLACES), True),
    (lists_of_a_factory, (X, PLACES), False),
    (memo_of_a_recurrence, (X, 4), True),
    (pairs_of_items, (X, PLACES), True),
    (deleted_and_popped, (X, PLACES), False),
    (changed_while_read, (X, PLACES), False),
    (tuples_by_key, (X, PLACES), True),
    (counted, (X, PLACES), True),
    (arrays_of_a_factory, (X, PLACES), False),
    (comprehension, (X, PLACES), True),
    (of_two_sequences, (X, PLACES), True),
    (shortest_path, (X, 4), False),
    (copied_and_updated, (X, PLACES), False),
    (oldest_dropped, (X, PLACES), False),
    (moved_to_the_ends, (X, PLACES), True),
    (one_of_two, (X, PLACES), True),
    (key_that_is_not_there, (X, PLACES), True),
    (entry_before, (X, RISING), True),
]


@pytest.mark.parametrize("f, inputs, compiled", PROGRAMS)
def test_tables(f, inputs, compiled, mode):
    check_vjp(f, inputs)


@pytest.mark.parametrize("f, inputs", [(f, inputs) for f, inputs, compiled in PROGRAMS if compiled])
def test_compiled_tables(f, inputs):
    from tests.test_compiled import check  # skips where Numba is not installed

    check(f, inputs, np.ones(np.shape(f(*inputs))))


def read_that_is_not_there(x, places):
    found = {}
    for k in places:
        found[k] = x[k]
    return found[places[0] + 17]


def grown_while_read(x, places):
    found = {}
    for k in places:
        found[k] = x[k]
    total = 0.0
    for k in found:
        total += found[k]
        found[k + 20] = x[0]
    return total


@pytest.mark.parametrize(
    "f, error",
    [
        (read_that_is_not_there, KeyError),
        (grown_while_read, RuntimeError),
    ],
)
def test_what_the_function_raises(f, error):
    with pytest.raises(error) as wanted:
        f(X, PLACES)
    with pytest.raises(error) as found:
        srcgrad.vjp(f, (X, PLACES))
    assert found.value.args == wanted.value.args


def test_derivatives_of_derivatives():
    def squared(x):
        return srcgrad.vjp(arrays_changed_in_place, (x, PLACES))[0] ** 2

    check_vjp(squared, (X,))


def first_read_where_nothing_is(x, places):
    found = {}
    if places[0] in found:
        total = found[places[0]]
    else:
        total = x[0]
        found[places[0]] = x[3] ** 2
    return total + sum(found.values())


def test_a_read_before_the_first_store():
    check_vjp(first_read_where_nothing_is, (X, PLACES))
