"""Sets of inputs, each known by a number, and the numbers that stand beside elements of arrays."""

from __future__ import annotations

import functools
import weakref
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Unfollowed(Exception):
    """Something is not known of a statement, so that any number may depend on any input."""


class Sets:
    """Sets of inputs by their numbers."""

    def __init__(self) -> None:
        self.items: list[frozenset[int]] = [frozenset()]
        self.numbers: dict[frozenset[int], int] = {frozenset(): 0}
        self.pairs: dict[tuple[int, int], int] = {}

    def number(self, item: frozenset[int]) -> int:
        found = self.numbers.setdefault(item, len(self.items))
        if found == len(self.items):
            self.items.append(item)
        return found

    def union(self, numbers: Array) -> int:
        found = np.unique(numbers).tolist()
        return self.number(frozenset().union(*(self.items[k] for k in found)))

    def unions(self, a: Array, b: Array) -> Array:
        """Those of each element of two arrays."""
        a, b = np.broadcast_arrays(a, b)
        pairs = np.stack([np.minimum(a, b).ravel(), np.maximum(a, b).ravel()], axis=1)
        unique, where = np.unique(pairs, axis=0, return_inverse=True)
        table = np.array([self.pair(*pair) for pair in unique.tolist()], dtype=np.int64)
        found: Array = table[where.ravel()].reshape(a.shape)
        return found

    def pair(self, a: int, b: int) -> int:
        if a in (0, b):
            return b
        found = self.pairs.get((a, b))
        if found is None:
            found = self.pairs[a, b] = self.number(self.items[a] | self.items[b])
        return found


class Memory:
    """Numbers beside the elements of arrays; views share them."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[Any, Array]] = {}

    def of(self, array: Array) -> tuple[Array, bool]:
        """The numbers of an array, and whether its memory was there before."""
        root = array
        while isinstance(root.base, np.ndarray):
            root = root.base
        known = id(root) in self.kept
        if not known:
            gone = weakref.ref(root, functools.partial(self.forget, id(root)))
            self.kept[id(root)] = gone, np.zeros(max(root.size, 1), np.int64)
        start = root.__array_interface__["data"][0]
        offset = array.__array_interface__["data"][0] - start
        size = root.itemsize
        whole = root.flags.c_contiguous or root.flags.f_contiguous
        if not whole or array.itemsize != size or offset % size or root.base is not None:
            raise Unfollowed
        strides = tuple(step // size * 8 for step in array.strides)
        if any(step % size for step in array.strides):
            raise Unfollowed
        numbers = self.kept[id(root)][1]
        found: Array = np.ndarray(array.shape, np.int64, numbers, offset // size * 8, strides)
        return found, known

    def forget(self, key: int, _: Any) -> None:
        self.kept.pop(key, None)
