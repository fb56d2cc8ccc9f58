"""One case, all contenders: each gradient is checked against the hand-written one, then timed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks import adapters
from benchmarks.cases import Case
from benchmarks.timing import Call, Effort, Timing, measure

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Outcome:
    """The timings of one case, and why some contenders have none."""

    case: Case
    timings: dict[str, Timing]
    skipped: dict[str, str]
    wrong: dict[str, str]

    def median(self, name: str) -> float | None:
        """The median of a contender in seconds, if it ran."""
        timing = self.timings.get(name)
        return None if timing is None else timing.median

    def ratio(self, name: str, other: str) -> float | None:
        """How many times as long as `other` the contender `name` took, if both ran."""
        if name in self.timings and other in self.timings:
            return self.timings[name].ratio(self.timings[other])
        return None


def disagreement(case: Case, gradients: Iterable) -> str | None:
    """What distinguishes `gradients` from the hand-written ones: number, shape, dtype or value."""
    expected = [np.asarray(g) for g in case.adjoint(*case.inputs, case.cotangent)]
    actual = [np.asarray(g) for g in gradients if g is not None]
    if len(actual) != len(expected):
        return f"{len(actual)} gradients where there are {len(expected)}"
    for i, mine, theirs in zip(case.argnums, expected, actual, strict=True):
        if mine.shape != theirs.shape:
            return f"input {i}: shape {theirs.shape} where {mine.shape} is right"
        if mine.dtype != theirs.dtype:
            return f"input {i}: dtype {theirs.dtype} where {mine.dtype} is right"
        scale = np.max(np.abs(mine), initial=0.0)
        error = np.max(np.abs(mine - theirs), initial=0.0)
        if not error <= TOLERANCE * scale:  # NaN disagrees with everything
            return f"input {i}: values up to {scale:.1e} differ by {error:.1e}"
    return None


def enter(name: str, case: Case) -> tuple[Call | None, str | None, str | None]:
    """Prepare and check a contender: its call, or why there is none, or what is wrong with it."""
    try:
        call = adapters.CONTENDERS[name](case)
        result = call()
        wrong = disagreement(case, result) if adapters.is_gradient(name) else None
    except Exception as error:  # a contender that fails is a line of the report
        return None, adapters.explain(error), None
    return (None if wrong else call), None, wrong


def run(case: Case, names: Iterable[str], effort: Effort) -> Outcome:
    """Check and time the contenders `names` on `case`."""
    calls, skipped, wrong = {}, {}, {}
    for name in names:
        call, why, what = enter(name, case)
        if call is not None:
            calls[name] = call
        elif what is not None:
            wrong[name] = what
        else:
            skipped[name] = why or ""
    return Outcome(case, measure(calls, effort), skipped, wrong)
