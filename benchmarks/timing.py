"""Interleaved timing: medians, and ratios that survive a machine shared with others.

All contenders of one case are timed in turns, a batch of calls each, in an order shuffled anew
in every round. A slow spell of the machine then falls on all of them, and the ratio of two
contenders is the median of the ratios of batches that ran side by side. Time is that of the
processor: what other programs take of it does not count.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from time import process_time
from typing import Any

# The environment of a process that measures, before it imports NumPy.
ONE_THREAD = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMBA")},
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


def environment(**more: str) -> dict[str, str]:
    """That of this process with one thread and `more`; modules are loaded as bytecode."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **ONE_THREAD, **more}


Call = Callable[[], Any]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Effort:
    """How much time a measurement may take.

    `batch` is the least duration of a batch in seconds, `rounds` the most batches per contender,
    and `budget` the seconds after which a contender sits out the remaining rounds.
    """

    batch: float = 2e-3
    rounds: int = 41
    budget: float = 1.0


STANDARD = Effort()
QUICK = Effort(batch=1e-3, rounds=11, budget=0.2)


@dataclass(frozen=True)
class Timing:
    """Seconds per call, one entry a round, in the order of the rounds."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median over the rounds, in seconds per call."""
        return statistics.median(self.samples)

    @property
    def best(self) -> float:
        """The least over the rounds: what to compare where runs are not interleaved."""
        return min(self.samples)

    def ratio(self, other: Timing) -> float:
        """How many times as long as `other` this took.

        With five rounds in common, the median of the ratios round by round; else the ratio of the
        medians. Rounds align because a contender only ever drops out at the end.
        """
        common = min(len(self.samples), len(other.samples))
        if common < 5:
            return self.median / other.median
        return statistics.median(a / b for a, b in zip(self.samples, other.samples, strict=False))

    def minus(self, other: Timing) -> float:
        """Seconds that this took beyond `other`, paired as in `ratio`."""
        common = min(len(self.samples), len(other.samples))
        if common < 5:
            return self.median - other.median
        return statistics.median(a - b for a, b in zip(self.samples, other.samples, strict=False))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector out of the batches, as `timeit` does."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _batch(call: Call, count: int, clock: Clock) -> float:
    """Seconds that `count` calls take together."""
    start = clock()
    for _ in repeat(None, count):
        call()
    return clock() - start


def _calls_per_batch(call: Call, least: float, clock: Clock) -> tuple[int, float]:
    """The calls (1, 2, 5, 10, 20, …) that fill a batch of `least` seconds, and their seconds."""
    for scale in (10**exponent for exponent in range(9)):
        for count in (scale, 2 * scale, 5 * scale):
            elapsed = _batch(call, count, clock)
            if elapsed >= least:
                return count, elapsed
    return count, elapsed


def measure(
    calls: Mapping[str, Call],
    effort: Effort = STANDARD,
    seed: int = 0,
    clock: Clock = process_time,
) -> dict[str, Timing]:
    """Time each call of `calls`, interleaved; the result has the same keys.

    Finding the batch sizes warms up; a call slower than the whole budget is not repeated.
    """
    order = list(calls)
    shuffle = random.Random(seed).shuffle
    counts: dict[str, int] = {}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    spent = dict.fromkeys(calls, 0.0)
    with _without_collector():
        for name, call in calls.items():
            counts[name], elapsed = _calls_per_batch(call, effort.batch, clock)
            if elapsed < effort.budget:  # the first call may have generated what it calls
                counts[name], elapsed = _calls_per_batch(call, effort.batch, clock)
            if elapsed >= effort.budget:
                samples[name].append(elapsed / counts[name])
                spent[name] = elapsed
        for _ in range(effort.rounds):
            shuffle(order)
            for name in order:
                if spent[name] < effort.budget:
                    elapsed = _batch(calls[name], counts[name], clock)
                    spent[name] += elapsed
                    samples[name].append(elapsed / counts[name])
    return {name: Timing(tuple(values)) for name, values in samples.items()}
