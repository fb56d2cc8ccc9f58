"""Where the random choices come from: a seed, or hypothesis.

The generators ask only for `.integer(lo, hi)` (both included), `.pick(sequence)` and
`.chance(probability)`, so that the same generator serves fixed seeds, which are fast, and
hypothesis, which shrinks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies

T = TypeVar("T")


class Chooser:
    """The choices that are made from integers alone."""

    def integer(self, lo: int, hi: int) -> int:
        """An integer between `lo` and `hi`, both included."""
        raise NotImplementedError

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, which is not empty; hypothesis shrinks towards the first."""
        return items[self.integer(0, len(items) - 1)]

    def chance(self, probability: float) -> bool:
        """True with about this probability; hypothesis shrinks towards False."""
        return self.integer(0, 99) >= 100 - round(100 * probability)

    def weighted(self, table: Sequence[tuple[int, T]]) -> T:
        """One of the items of `(weight, item)` rows, whose weights are integers, some positive."""
        ticket = self.integer(0, sum(weight for weight, _ in table) - 1)
        for weight, item in table:
            ticket -= weight
            if ticket < 0:
                return item
        raise ValueError("no row of the table has a positive weight")

    def number(self, lo: float, hi: float) -> float:
        """A float with two decimals between `lo` and `hi`."""
        return self.integer(round(100 * lo), round(100 * hi)) / 100

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, in random order."""
        left = list(items)
        return [left.pop(self.integer(0, len(left) - 1)) for _ in range(count)]


class SeededChooser(Chooser):
    """Choices from `random.Random(seed)`: the same seed gives the same program everywhere."""

    def __init__(self, seed: int | str):
        self._random = random.Random(str(seed))

    def integer(self, lo: int, hi: int) -> int:
        return self._random.randint(lo, hi)


class HypothesisChooser(Chooser):
    """Choices drawn by hypothesis: `draw` is that of `@composite`, or `data.draw`."""

    def __init__(self, draw: Callable[..., Any]):
        self._draw = draw

    def integer(self, lo: int, hi: int) -> int:
        return lo if lo == hi else self._draw(strategies.integers(lo, hi))
