"""Dicts and sets with keys known only at run time, as programs use them: memos, searches, objects."""

import numpy as np
import pytest

import srcgrad
from srcgrad.errors import UnsupportedSyntax
from srcgrad.testing.checks import check_vjp

X = np.array([0.7, 1.3, 0.9, 1.1, 0.6])


def recursive_memo(x):
    memo = {}

    def rows(i, j):
        if (i, j) in memo:
            return memo[i, j]
        value = x[i] + x[j] if i == 0 or j == 0 else rows(i - 1, j) * x[i] + rows(i, j - 1)
        memo[i, j] = value
        return value

    return rows(2, 3)


def breadth_first(x):
    graph = {0: [1, 2], 1: [3], 2: [3, 4], 3: [], 4: []}
    queue, seen, total = [0], {0}, 0.0
    while queue:
        node = queue.pop(0)
        total += x[node] ** 2 * x[0]
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return total


def relaxed_edges(x):
    distance = {0: 0.0 * x[0]}
    for _ in range(3):
        for k, (a, b) in enumerate([(0, 1), (0, 2), (1, 3), (2, 3)]):
            if a in distance:
                longer = distance[a] + x[k] ** 2
                if b not in distance or longer < distance[b]:
                    distance[b] = longer
    return distance[3]


class Account:
    def __init__(self):
        self.held = {}
        self.seen = set()

    def put(self, key, value):
        if key in self.seen:
            self.held[key] *= value
        else:
            self.held[key] = value
            self.seen.add(key)


def in_an_object(x):
    account = Account()
    for v in x:
        account.put(int(v * 2) % 3, v)
    return sum(account.held[k] for k in account.held)


def add(table, key, value):
    table[key] = table.get(key, 0.0) + value


def by_a_helper(x):
    table = {}
    for i in range(len(x)):
        add(table, i // 2, x[i] * x[i])
    return sum(v**2 for v in table.values())


def sparse_product(x):
    entries, n = {}, len(x)
    for i in range(n):
        entries[i, i] = x[i]
        entries[i, (i + 1) % n] = 0.5 * x[i]
    y = np.zeros(n)
    for (i, j), v in entries.items():
        y[i] += v * x[j]
    return np.sum(y * y)


def sliding(x):
    table, total = {}, 0.0
    for i in range(len(x)):
        before = table.pop(i - 1, None)
        if before is not None:
            total += before * x[i]
        table[i] = x[i] ** 2
    return total


def two_names(x):
    a = {}
    b = a
    for i in range(len(x)):
        a[i % 2] = x[i]
        b[i % 2] = b[i % 2] ** 2
    c = a.copy()
    c[0] = 0.0 * c[0]
    return a[0] + b[1] + c[1]


def set_of_two_names(x):
    u = {0}
    v, total = u, 0.0
    for i in range(1, len(x)):
        v.add(i)
        total += x[i] * len(u)
        if i == 2:
            u = set(u)
    return total


PROGRAMS = [
    *(recursive_memo, breadth_first, relaxed_edges, in_an_object, by_a_helper, sparse_product),
    *(sliding, two_names, set_of_two_names),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients(f):
    check_vjp(f, (X,))
    value, (gradient,) = srcgrad.value_and_vjp(f, (X,), 1.0)
    assert value == pytest.approx(f(X), rel=1e-14)
    assert gradient.shape == X.shape and gradient.dtype == X.dtype
    _, tangent = srcgrad.jvp(f, (X,), (np.ones(5),))
    assert tangent == pytest.approx(np.sum(gradient), rel=1e-12)


@pytest.mark.parametrize(
    "f",
    [recursive_memo, relaxed_edges, in_an_object, by_a_helper, sparse_product, sliding, two_names],
    ids=lambda f: f.__name__,
)
def test_compiled(f):
    pytest.importorskip("numba")
    expected = srcgrad.vjp(f, (X,), 1.0)[0]
    found = srcgrad.vjp(f, (X,), 1.0, jit=True)[0]
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def noted(x):
    table, members = {}, set()
    for v in x:
        table[int(v * 2)] = v
        members.add(int(v * 2))
    return np.sum(x**2), table, members


@pytest.mark.parametrize("part, what", [(1, "dict"), (2, "set")])
def test_they_are_no_outputs(part, what):
    def f(x):
        found = noted(x)
        return found[0], found[part]

    with pytest.raises(UnsupportedSyntax, match=f"the output holds a {what} whose keys"):
        srcgrad.value_and_grad(f, has_aux=True)(X)
