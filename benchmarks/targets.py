"""What the project promises of its speed, judged on one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.contest import Outcome
from benchmarks.growth import Growth

BY_HAND_RATIO = 1.3
DISPATCH_SECONDS = 1.5e-6
TOOL_SPEEDUP = 10.0
PRIMAL_RATIO = 3.0
GROWTH_EXPONENT = 1.1
STARTUP_SECONDS = {
    "generate first": 0.100,
    "generate next": 0.100,
    "load first": 0.005,
    "load next": 0.005,
    "srcgrad": 0.050,
}


@dataclass(frozen=True)
class Target:
    """A promise, what was measured, and the bound; `measured` is None where nothing could be."""

    promise: str
    measured: float | None
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """ "pass", "FAIL", or "not measured"."""
        if self.measured is None:
            return "not measured"
        met = self.measured >= self.bound if self.at_least else self.measured <= self.bound
        return "pass" if met else "FAIL"


def _by_hand(outcome: Outcome) -> Iterator[Target]:
    """The whole call, and the generated function alone, over the hand-written adjoint."""
    for name in ("srcgrad", "generated"):
        if name == "srcgrad" or name in outcome.timings:
            ratio = outcome.ratio(name, "by hand")
            yield Target(f"{outcome.case.label}: {name} over by hand", ratio, BY_HAND_RATIO, " ×")


def _of_outcomes(outcomes: Iterable[Outcome]) -> Iterator[Target]:
    """The targets that are ratios of two contenders of one case."""
    for outcome in outcomes:
        case = outcome.case
        if case.size >= 1_000:
            yield from _by_hand(outcome)
        if case.name == "elementwise" and case.size == 3:
            for tool in ("torch", "autograd"):
                speedup = outcome.ratio(tool, "srcgrad")
                yield Target(f"{case.label}: faster than {tool}", speedup, TOOL_SPEEDUP, " ×", True)
        if case.name.startswith("MLP"):
            ratio = outcome.ratio("srcgrad", "primal")
            yield Target(f"{case.label}: over the primal", ratio, PRIMAL_RATIO, " ×")


def judge(
    outcomes: Sequence[Outcome],
    growths: Sequence[Growth],
    dispatch: Mapping[str, float],
    startup: Mapping[str, float],
    startup_rows: Mapping[str, str],
) -> list[Target]:
    """All targets, in the order of the report."""
    targets = list(_of_outcomes(outcomes))
    for growth in growths:
        largest = growth.outcomes[-1]
        targets.extend(_by_hand(largest))
        exponent = growth.exponent("srcgrad")
        targets.append(Target(f"{growth.name}: exponent of growth", exponent, GROWTH_EXPONENT))
    for name in dispatch or ("srcgrad.vjp",):
        seconds = dispatch.get(name)
        promise = f"dispatch of {name}, n = 3"
        targets.append(
            Target(
                promise, None if seconds is None else seconds * 1e6, DISPATCH_SECONDS * 1e6, " µs"
            )
        )
    for name, bound in STARTUP_SECONDS.items():
        seconds = startup.get(name)
        measured = None if seconds is None else seconds * 1e3
        targets.append(Target(startup_rows[name].replace("`", ""), measured, bound * 1e3, " ms"))
    return targets
