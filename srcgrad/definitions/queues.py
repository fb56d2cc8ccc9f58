"""``heapq`` and ``bisect``: lists that are kept in order, moved as Python itself moves their items."""

from __future__ import annotations

import bisect
import heapq
from typing import Any

from srcgrad.definitions import defines

# --- heaps --------------------------------------------------------------------------------------


def rise(heap: Any, root: Any, place: Any) -> None:
    """The item at ``place`` goes up as long as it is less than the one above it, at most to ``root``."""
    item = heap[place]
    while place > root and item < heap[(place - 1) // 2]:
        heap[place] = heap[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place] = item


def sink(heap: Any, place: Any) -> None:
    """The item at ``place`` goes down to a leaf, past the lesser of two each time, and rises again."""
    root, item, count = place, heap[place], len(heap)
    while 2 * place + 1 < count:
        child = 2 * place + 1
        if child + 1 < count and not heap[child] < heap[child + 1]:
            child += 1
        heap[place] = heap[child]
        place = child
    heap[place] = item
    rise(heap, root, place)


@defines(heapq.heappush)
def heappush(heap: Any, item: Any) -> None:
    heap.append(item)
    rise(heap, 0, len(heap) - 1)


@defines(heapq.heappop)
def heappop(heap: Any) -> Any:
    last = heap.pop()
    if len(heap) == 0:
        return last
    first = heap[0]
    heap[0] = last
    sink(heap, 0)
    return first


@defines(heapq.heapify)
def heapify(heap: Any) -> None:
    for place in reversed(range(len(heap) // 2)):
        sink(heap, place)


@defines(heapq.heapreplace)
def heapreplace(heap: Any, item: Any) -> Any:
    first = heap[0]
    heap[0] = item
    sink(heap, 0)
    return first


@defines(heapq.heappushpop)
def heappushpop(heap: Any, item: Any) -> Any:
    if len(heap) > 0 and heap[0] < item:
        first = heap[0]
        heap[0] = item
        sink(heap, 0)
        return first
    return item


@defines(heapq.nlargest)
def nlargest(n: Any, iterable: Any, key: Any = None) -> Any:
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


@defines(heapq.nsmallest)
def nsmallest(n: Any, iterable: Any, key: Any = None) -> Any:
    return sorted(iterable, key=key)[: max(n, 0)]


# --- bisection ----------------------------------------------------------------------------------


def searched(a: Any, x: Any, lo: Any, hi: Any, key: Any, after: bool) -> Any:
    """The place of ``x`` in a list in order: before, or after, the items that are equal."""
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        below = not x < item if after else item < x
        if below:
            lo = middle + 1
        else:
            hi = middle
    return lo


@defines(bisect.bisect_left)
def bisect_left(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    return searched(a, x, lo, hi, key, False)


@defines(bisect.bisect_right)
def bisect_right(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    return searched(a, x, lo, hi, key, True)


@defines(bisect.insort_left)
def insort_left(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> None:
    sought = x if key is None else key(x)
    a.insert(searched(a, sought, lo, hi, key, False), x)


@defines(bisect.insort_right)
def insort_right(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> None:
    sought = x if key is None else key(x)
    a.insert(searched(a, sought, lo, hi, key, True), x)
