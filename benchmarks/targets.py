"""What the project promises of its speed, judged on one run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.contest import Outcome
from benchmarks.derivatives import ROWS
from benchmarks.growth import Growth

TOOL_SPEEDUP = 10.0
GROWTH_EXPONENT = 1.1
PARALLEL_GAIN = 1.6
NOISE_BYTES = 4096  # what objects of Python cost is no array that is kept
STARTUP_SECONDS = {
    "generate first": 0.100,
    "generate next": 0.100,
    "load first": 0.005,
    "load next": 0.005,
    "srcgrad": 0.050,
}
DISPATCH = {
    "srcgrad.vjp": (1.5e-6, "dispatch, plain, three arrays"),
    "srcgrad.grad": (1.5e-6, "dispatch of grad, plain, three arrays"),
    "srcgrad.vjp, jit": (1.0e-6, "dispatch, compiled, scalars"),
}
COMPILED, AUTO = "srcgrad, jit", "srcgrad, auto"


@dataclass(frozen=True)
class Target:
    """A promise, what was measured, and the bound; `measured` is None where nothing could be."""

    promise: str
    measured: float | None
    bound: float
    unit: str = ""
    at_least: bool = False
    where: str = ""

    @property
    def verdict(self) -> str:
        """ "pass", "FAIL", or "not measured"."""
        if self.measured is None:
            return "not measured"
        met = self.measured >= self.bound if self.at_least else self.measured <= self.bound
        return "pass" if met else "FAIL"


@dataclass(frozen=True)
class Comparison:
    """A contender against another on all rows: bounds of the mean and of the worst row."""

    promise: str
    names: tuple[str, ...]  # the fastest of these counts
    other: str
    mean: float
    worst: float


COMPARISONS = (
    Comparison("compiled over hand-written Numba loops", (COMPILED,), "by hand, Numba", 1.1, 1.5),
    Comparison("compiled over hand-written C++", (COMPILED,), "by hand, C++", 1.3, 2.0),
    Comparison("compiled or auto over JAX jit", (COMPILED, AUTO), "JAX, jit", 0.25, 1.0),
    Comparison("compiled or auto over torch", (COMPILED, AUTO), "torch", 0.05, 1.0),
    Comparison("compiled over the compiled primal", (COMPILED,), "primal, Numba", 3.0, 5.0),
    Comparison("compiled over plain", (COMPILED,), "srcgrad", 1.0, 1.0),
    Comparison("plain over hand-written NumPy", ("srcgrad",), "by hand", 1.1, 1.3),
    Comparison("plain over the primal", ("srcgrad",), "primal", 2.5, math.inf),
)


def geometric_mean(values: Iterable[float]) -> float:
    """The mean of ratios."""
    return math.exp(statistics.fmean(map(math.log, values)))


def _summaries(
    promise: str, found: Mapping[str, float], mean: float, worst: float
) -> Iterator[Target]:
    """The mean and the worst row of ratios, by label."""
    middle = geometric_mean(found.values()) if found else None
    yield Target(f"{promise}: mean", middle, mean, " ×", where=f"{len(found)} rows")
    if worst < math.inf:
        label = max(found, key=lambda row: found[row]) if found else ""
        yield Target(f"{promise}: worst", found.get(label), worst, " ×", where=label)


def _least(outcome: Outcome, names: Iterable[str], other: str) -> float | None:
    """The ratio of the fastest of `names` to `other`."""
    ratios = [r for name in names if (r := outcome.ratio(name, other)) is not None]
    return min(ratios) if ratios else None


def _present(
    outcomes: Iterable[Outcome], ratio: Callable[[Outcome], float | None]
) -> dict[str, float]:
    """The ratios of the rows that have one."""
    return {o.label: r for o in outcomes if (r := ratio(o)) is not None}


def _of_rows(outcomes: Sequence[Outcome]) -> Iterator[Target]:
    """The targets that compare contenders over all rows."""
    for c in COMPARISONS:
        found = _present(outcomes, lambda o, c=c: _least(o, c.names, c.other))
        yield from _summaries(c.promise, found, c.mean, c.worst)
    first = {o.label: o.first[COMPILED] for o in outcomes if COMPILED in o.first}
    middle = statistics.median(first.values()) if first else None
    yield Target("first compiled call: median", middle, 2.0, " s")
    loaded = {o.label: o.loaded for o in outcomes if o.loaded is not None}
    for what, found, bound in (("first compiled call", first, 6.0), ("from disk", loaded, 0.3)):
        label = max(found, key=lambda row: found[row]) if found else ""
        yield Target(f"{what}: worst", found.get(label), bound, " s", where=label)
    for name, other in ((COMPILED, "by hand, Numba"), ("srcgrad", "by hand")):
        found = _present(outcomes, lambda o, n=name, m=other: _bytes(o, n, m))
        yield from _summaries(f"bytes kept, {name} over {other}", found, 1.0, 1.0)
    gains = _present(outcomes, _gain)
    label = min(gains, key=lambda row: gains[row]) if gains else ""
    yield Target("two threads over one: worst", gains.get(label), PARALLEL_GAIN, " ×", True, label)


def _gain(outcome: Outcome) -> float | None:
    """How many times as fast two threads are as one."""
    one, two = outcome.threads.get(COMPILED), outcome.threads.get("srcgrad, parallel")
    return one.ratio(two) if one and two else None


def _bytes(outcome: Outcome, name: str, other: str) -> float | None:
    """The share of bytes at the peak; what differs by noise counts as equal."""
    share = outcome.share(name, other)
    if share is not None and abs(outcome.bytes[name] - outcome.bytes[other]) < NOISE_BYTES:
        return 1.0
    return share


def _of_parts(
    growths: Sequence[Growth], dispatch: Mapping[str, float], startup: Mapping[str, float],
    startup_rows: Mapping[str, str],
) -> Iterator[Target]:  # fmt: skip
    """The targets of growth, dispatch and start."""
    for growth in growths:
        exponent = growth.exponent("srcgrad")
        yield Target(f"{growth.name}: exponent of growth", exponent, GROWTH_EXPONENT)
    for name, (bound, promise) in DISPATCH.items():
        seconds = dispatch.get(name)
        yield Target(promise, None if seconds is None else seconds * 1e6, bound * 1e6, " µs")
    for name in ("vjp", "value_and_vjp"):  # the first of them does not compute the value
        found = dispatch.get(f"pullback over {name}")
        yield Target(f"`pullback` over `{name}`", found, 1.5, " ×")
    yield Target("dispatch of `jvp` over that of `vjp`", dispatch.get("jvp"), 1.5, " ×")
    for name, bound in STARTUP_SECONDS.items():
        seconds = startup.get(name)
        measured = None if seconds is None else seconds * 1e3
        yield Target(startup_rows[name].replace("`", ""), measured, bound * 1e3, " ms")


def judge(
    outcomes: Sequence[Outcome],
    growths: Sequence[Growth] = (),
    dispatch: Mapping[str, float] | None = None,
    startup: Mapping[str, float] | None = None,
    startup_rows: Mapping[str, str] | None = None,
    whole: Mapping[str, float] | None = None,
    derivatives: Mapping[str, tuple[float, float, float]] | None = None,
) -> list[Target]:
    """All targets of what was measured, in the order of the report."""
    targets = list(_of_rows(outcomes))
    for outcome in outcomes:
        if outcome.row == "elementwise-3":
            for tool in ("torch", "autograd"):
                speedup = outcome.ratio(tool, "srcgrad")
                promise = f"{outcome.label}: faster than {tool}"
                targets.append(Target(promise, speedup, TOOL_SPEEDUP, " ×", True))
    if whole is not None:
        auto = "whole programs, auto over the NumPy primal"
        targets.extend(_summaries(auto, whole, 1.0, math.inf))
    if derivatives is not None:
        for name, (_, bound) in ROWS.items():
            targets.append(Target(name, derivatives.get(name, (None,))[-1], bound, " ×"))
    if startup_rows is not None:
        targets.extend(_of_parts(growths, dispatch or {}, startup or {}, startup_rows))
    return targets
