"""Sets that change, or whose members are known only at run time."""

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp

X = np.array([0.5, 1.2, 0.7, 2.0])
PLACES = np.array([0, 2, 2, 1])


def seen_in_a_known_loop(x):
    seen = set()
    s = 0.0
    for i in [0, 1, 1, 3, 0]:
        if i in seen:
            continue
        seen.add(i)
        s += x[i] ** 2
    return s


def seen_indices(x, idx):
    seen = set()
    s = 0.0
    for i in idx:
        if i in seen:
            continue
        seen.add(int(i))
        s += x[i] ** 2
    return s


def visited_nodes(x, n):
    visited = set()
    stack = [0]
    s = 0.0
    while stack:
        k = stack.pop()
        if k in visited:
            continue
        visited.add(k)
        s += x[k] * np.sin(x[k]) * len(visited)
        for j in (2 * k + 1, 2 * k + 2):
            if j < n:
                stack.append(j)
    return s


def added_and_removed(x, n):
    a = {0, 1}
    a.update([2])
    a.discard(0)
    a |= {3}
    s = 0.0
    for i in range(n):
        if i in a:
            s += x[i] ** 2
        else:
            a.add(i)
    return s * len(a)


def least_of_what_is_left(x, n):
    s = 0.0
    left = set(range(n))
    while left:
        k = min(left)
        left.remove(k)
        s = s * 0.5 + x[k] ** 2
    return s


def visited_cells(x):
    visited = {(0, 0)}
    q = [(0, 0)]
    s = 0.0
    while q:
        i, j = q.pop(0)
        s += x[i] * x[j]
        for di, dj in ((0, 1), (1, 0)):
            a, b = i + di, j + dj
            if a < 2 and b < 2 and (a, b) not in visited:
                visited.add((a, b))
                q.append((a, b))
    return s


def union_and_both(x, idx):
    a = {int(i) for i in idx}
    b = a - {2}
    c = a ^ {3}
    s = 0.0
    for i in range(4):
        if i in b and i not in c:
            s += x[i]
        if {0} <= a:
            s += x[i] ** 2
    return s


def new_set_in_each_round(x, idx):
    s = 0.0
    for r in range(3):
        seen = set()
        for i in idx:
            if i in seen:
                continue
            seen.add(i)
            s = s * 0.9 + x[i] * r
    return s


def distinct(x, idx):
    uniq = set(idx)
    return sum(x[i] ** 2 for i in uniq)


def sets_and_dicts_in_an_object(x, idx):
    class G:
        def __init__(self):
            self.seen = set()
            self.val = {}

        def visit(self, i, v):
            if i in self.seen:
                return self.val[i]
            self.seen.add(i)
            self.val[i] = v * v
            return v

    g = G()
    s = 0.0
    for k, i in enumerate(idx):
        s += g.visit(i, x[k])
    return s


PROGRAMS = [
    (seen_in_a_known_loop, (X,), True),
    (seen_indices, (X, PLACES), True),
    (visited_nodes, (X, 4), True),
    (added_and_removed, (X, 4), False),
    (least_of_what_is_left, (X, 4), False),
    (visited_cells, (X,), True),
    (union_and_both, (X, PLACES), False),
    (new_set_in_each_round, (X, PLACES), True),
    (distinct, (X, PLACES), False),
    (sets_and_dicts_in_an_object, (X, PLACES), True),
]


@pytest.mark.parametrize("f, inputs, compiled", PROGRAMS)
def test_sets(f, inputs, compiled, mode):
    check_vjp(f, inputs)


@pytest.mark.parametrize("f, inputs", [(f, inputs) for f, inputs, compiled in PROGRAMS if compiled])
def test_compiled_sets(f, inputs):
    from tests.test_compiled import check  # skips where Numba is not installed

    check(f, inputs, np.ones(np.shape(f(*inputs))))


def order_of_a_set(x, n):
    found, total = set(), 0.0
    for k in range(n):
        found.add((k * 8 + 3) % 17)
        if k == 2:
            found.discard(3)
    for k in found:
        total = total * 0.5 + x[k % 4] * k
    return total


def removed_that_is_not_there(x, places):
    found = set()
    for k in places:
        found.add(int(k))
    found.remove(int(places[0]) + 17)
    return x[0] * len(found)


def test_members_come_in_the_order_of_the_set_itself():
    check_vjp(order_of_a_set, (X, 4))


def two_sets(x, n):
    first, second = set(), set()
    found = first
    for k in range(n):
        if x[k] > 1.0:
            found = second
        found.add(k)
    return x[0] * len(first) + x[1] * len(second)


def visits(n, seen, x):
    if n < 0.5:
        return x[0] * len(seen)
    seen.add(int(n))
    return visits(n - 1.0, seen, x) * x[1]


def by_recursion(x):
    return visits(x[3], set(), x)


@pytest.mark.parametrize("f, inputs", [(two_sets, (X, 4)), (by_recursion, (X,))])
def test_refused(f, inputs):
    with pytest.raises(srcgrad.SrcgradError):
        srcgrad.vjp(f, inputs)


def test_nothing_is_noted_that_nothing_reads():
    found = srcgrad.source(seen_indices, X, PLACES)
    assert "members.add(" in found and "names" not in found


def test_a_member_that_is_not_there():
    with pytest.raises(KeyError) as wanted:
        removed_that_is_not_there(X, PLACES)
    with pytest.raises(KeyError) as found:
        srcgrad.vjp(removed_that_is_not_there, (X, PLACES))
    assert found.value.args == wanted.value.args
