"""Lists in order: heaps, bisection, sorted tuples; and lists that unknown code may write into."""

import bisect
import heapq

import numpy as np
import pytest

import srcgrad
from srcgrad.testing.checks import check_vjp
from tests.oracle import assert_same_gradients, oracle_vjp

X = np.array([1.3, 3.7, 2.4, 0.8, 2.4])


def layout(heap):
    """A number that every place of a list changes."""
    total = 0.0
    for v in heap:
        total = 1.7 * total + v
    return total


def pushed(x):
    heap = []
    for v in x:
        heapq.heappush(heap, v)
    return layout(heap)


def popped(x):
    heap = list(x)
    heapq.heapify(heap)
    first = heapq.heappop(heap)
    return layout(heap) + 10.0 * first


def replaced(x):
    heap = list(x)
    heapq.heapify(heap)
    a = heapq.heapreplace(heap, x[1] * 0.5)
    b = heapq.heappushpop(heap, x[0] * 2.0)
    return layout(heap) + 10.0 * a * b


class Queue:
    def __init__(self):
        self.items = []


def of_pairs(x):
    queue, total = Queue(), 0.0
    for k, v in enumerate(x):
        heapq.heappush(queue.items, (v, k))
    while queue.items:
        v, k = heapq.heappop(queue.items)
        total = 1.7 * total + v * (k + 1)
    return total


def extremes(x):
    return heapq.nlargest(2, x)[1] + heapq.nsmallest(2, x, key=lambda v: -v)[0]


def inserted(x):
    items = [1.0, 2.4, 3.0]
    for v in x:
        bisect.insort(items, v)
    bisect.insort_left(items, x[0] * 2.0)
    return layout(items)


def sorted_pairs(x):
    pairs = sorted((v, k) for k, v in enumerate(x))
    return sum((n + 1) * v * (k + 1) for n, (v, k) in enumerate(pairs))


def sorted_rows(x):
    rows = sorted([(2, x[0]), (1, x[1]), (2, x[2])], reverse=True)
    return rows[0][1] * 2.0 + rows[1][1] * 3.0 + rows[2][1]


def sorted_by_two_keys(x):
    items = [(v, -v) for v in x if v > 0.0]
    items.sort(key=lambda t: (t[0] > 2.0, t[1]))
    return layout([t[0] for t in items])


def sorted_zip(x):
    return sorted(zip(x, x[::-1], strict=True))[1][1] * 2.0


def bisected(x):
    grid = [0.0, 1.0, 2.0, 4.0]
    k = bisect.bisect(grid, x[1]) - 1
    low = bisect.bisect_left(grid, 2.0)
    return (x[1] - grid[k]) / (grid[k + 1] - grid[k]) * low


@pytest.mark.parametrize(
    "f",
    [
        pushed,
        popped,
        replaced,
        of_pairs,
        extremes,
        inserted,
        bisected,
        sorted_pairs,
        sorted_rows,
        sorted_by_two_keys,
        sorted_zip,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_lists_in_order(f):
    value, _ = srcgrad.value_and_vjp(f, (X,), 1.0)
    assert value == f(X) and type(value) is type(f(X))
    check_vjp(f, (np.array([1.3, 3.7, 2.5, 0.8, 2.1]),))
    assert_same_gradients(srcgrad.vjp(f, (X,), 1.0), oracle_vjp(f, (X,), 1.0))  # of equal items


@pytest.mark.parametrize("jit", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int64, bool])
def test_from_the_greatest_key_of_any_dtype(dtype, jit):
    if jit:
        pytest.importorskip("numba")

    def f(x, keys):
        pairs = sorted(zip(keys, x, strict=True), key=lambda t: t[0], reverse=True)
        return layout([v for _, v in pairs])

    keys = np.array([0, 3, 0, 2, 3]).astype(dtype)  # equal ones stay in their order
    value, (gradient, _) = srcgrad.value_and_vjp(f, (X, keys), 1.0, jit=jit)
    assert value == pytest.approx(f(X, keys), rel=1e-14)
    order = sorted(range(5), key=keys.__getitem__, reverse=True)
    np.testing.assert_allclose(gradient[order], 1.7 ** np.arange(4.0, -1.0, -1.0))
    assert gradient.dtype == X.dtype


def test_tuples_and_numbers_have_no_order():
    with pytest.raises(srcgrad.UnsupportedSyntax, match="cannot be sorted"):
        srcgrad.vjp(lambda x: sorted([(x[0],), x[1]])[1], (X,))


@pytest.mark.parametrize("at", [1, 5])
def test_places_that_a_list_has_not(at):
    def f(x, k):
        items = [x[0], x[1]]
        try:
            items[k] = x[2]
        except IndexError:
            items[0] = x[3] * 2.0
        try:
            del items[k]
        except IndexError as error:
            return items[0] * len(str(error))
        return items[0]

    check_vjp(f, (X, at))


def test_unknown_code_that_writes_into_an_empty_list():
    made = {}
    exec("def fill(items):\n    items.append(1.0)", made)
    fill = made["fill"]

    def f(x):
        items = []
        fill(items)
        return x[0] * len(items)

    with pytest.raises(srcgrad.SrcgradError, match="writes into what it is passed"):
        srcgrad.vjp(f, (X,), 1.0)


class Lengths:
    def __init__(self, x):
        self.along = [0.0]
        self.along.extend(np.cumsum(x))

    def place(self, s):
        return bisect.bisect(self.along, s) - 1


def place_among_lengths(x):
    lengths = Lengths(np.hypot(np.diff(x), 0.1))
    k = lengths.place(lengths.along[-1] * 0.6)
    return lengths.along[k] * x[k] ** 2


def first_is_an_integer(x):
    along = [0]
    along.extend(np.cumsum(x))
    return along[bisect.bisect(along, 1.0)] * 2.0


@pytest.mark.parametrize("f", [place_among_lengths, first_is_an_integer])
def test_a_list_of_numbers_of_python_and_of_numpy_is_searched(f, mode):
    for x in (np.array([0.5, 0.7, 0.2, 0.9]), np.array([0.5, 1.7, 0.2, 0.9])):
        check_vjp(f, (x,))
    value, _ = srcgrad.value_and_vjp(f, (x,))
    assert type(value) is type(f(x)) and value == f(x)
