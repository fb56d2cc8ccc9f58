"""The tables, as Markdown; the same text is printed and written."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.contest import METERED, Outcome
from benchmarks.growth import Growth
from benchmarks.targets import Target

PLAIN = ("primal", "by hand", "srcgrad", "torch", "autograd")
COMPILED = (
    "primal, Numba",
    "primal, compiled",
    "by hand, Numba",
    "by hand, C++",
    "srcgrad, jit",
    "srcgrad, auto",
    "JAX, jit",
)
NOTHING = "–"


def seconds(value: float | None) -> str:
    """Three digits and a unit."""
    if value is None:
        return NOTHING
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= scale:
            return f"{value / scale:.3g} {unit}" if value / scale < 999.5 else _whole(value, scale)
    return f"{value / 1e-9:.0f} ns"


def _whole(value: float, scale: float) -> str:
    unit = {1.0: "s", 1e-3: "ms", 1e-6: "µs"}[scale]
    return f"{value / scale:.0f} {unit}"


def times(value: float | None) -> str:
    """A ratio, with as many digits as it deserves."""
    if value is None:
        return NOTHING
    return f"{value:.0f} ×" if value >= 100 else f"{value:.3g} ×"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, aligned so that it also reads well as plain text."""
    body = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *body, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (c.ljust(w) if not i else c.rjust(w)
                        for i, (c, w) in enumerate(zip(cells, widths, strict=True)))  # fmt: skip
        return "| " + " | ".join((first, *rest)) + " |"

    rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
    return "\n".join([line(heads), line(rule), *map(line, body)])


def cells(
    outcomes: Iterable[Outcome], names: Sequence[str], cell: Callable[[Outcome, str], str]
) -> str:
    """One row a case, one column a contender."""
    return table(("row", *names), ([o.label, *(cell(o, n) for n in names)] for o in outcomes))


def medians(outcomes: Sequence[Outcome], names: Sequence[str]) -> str:
    """The table of median times."""
    return cells(outcomes, names, lambda o, name: seconds(o.median(name)))


def ratios(outcomes: Sequence[Outcome], name: str, others: Sequence[str]) -> str:
    """The table of the time of `name` over that of each other contender."""
    if not any(name in outcome.timings for outcome in outcomes):
        return f"{name} was not measured."
    return cells(outcomes, others, lambda o, other: times(o.ratio(name, other)))


def _processor() -> str:
    """The processor's model, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def machine() -> str:
    """Machine and versions."""
    versions = []
    for package in ("srcgrad", "numpy", "numba", "torch", "autograd", "jax"):
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; "
        f"each tool on one thread; float64. {python}, {', '.join(versions)}."
    )


def missing(outcomes: Iterable[Outcome]) -> str:
    """Which contenders did not run where, by reason; wrong gradients first."""
    places: dict[tuple[str, str], list[str]] = {}
    for outcome in outcomes:
        for name, what in outcome.wrong.items():
            places.setdefault((name, f"**wrong gradient**: {what}"), []).append(outcome.label)
        for name, why in outcome.skipped.items():
            places.setdefault((name, why), []).append(outcome.label)
    lines = []
    for (name, why), labels in sorted(places.items(), key=lambda item: "**" not in item[0][1]):
        where = "; ".join(labels) if len(labels) < 4 else f"{len(labels)} rows"
        lines.append(f"- {name} ({where}): {why}")
    return "\n".join(lines)


def exponents(growths: Sequence[Growth], names: Sequence[str]) -> str:
    """The table of fitted exponents: of all sizes / of the two largest that were reached."""

    def cell(growth: Growth, name: str) -> str:
        exponent, end = growth.exponent(name), growth.exponent(name, last=2)
        if exponent is None or end is None:
            return NOTHING
        points = growth.points(name)
        reached = points[-1][0]
        last = growth.outcomes[-1].size
        return f"{exponent:.2f} / {end:.2f}" + (f" (to {reached:,})" if reached < last else "")

    return table(("family", *names), ([g.name, *(cell(g, n) for n in names)] for g in growths))


def dispatch(rows: Mapping[str, tuple[float, float, float]]) -> str:
    """The table of dispatch times."""
    heads = "way in, n = 3", "in all", "generated function", "dispatch"
    return table(heads, ([name, *map(seconds, row)] for name, row in rows.items()))


def derivatives(rows: Mapping[str, tuple[float, float, float]]) -> str:
    """The table of derivatives beyond the gradient."""
    heads = "derivative", "time", "of what it is compared with", "ratio"
    return table(
        heads, ([name, *map(seconds, row[:2]), f"{row[2]:.3g} ×"] for name, row in rows.items())
    )


def startup(found: Mapping[str, float], rows: Mapping[str, str]) -> str:
    """The table of start-up times."""
    return table(
        ("in a fresh process", "median"), ([r, seconds(found.get(k))] for k, r in rows.items())
    )


def size(value: int | None) -> str:
    """Bytes, in KiB."""
    return NOTHING if value is None else f"{value / 1024:,.1f}".replace(",", " ")


def first_calls(outcomes: Iterable[Outcome]) -> str:
    """The table of first calls, which compile, or load what was compiled."""
    names = ("srcgrad, jit", "by hand, Numba", "primal, Numba", "JAX, jit")
    rows = (
        (o.label, *(seconds(o.first.get(name)) for name in names), seconds(o.loaded))
        for o in outcomes
    )
    return table(("row", *names, "srcgrad, jit, from disk"), rows)


def memory(outcomes: Iterable[Outcome]) -> str:
    """The table of bytes at the peak of a call."""
    rows = ((o.label, *(size(o.bytes.get(name)) for name in METERED)) for o in outcomes if o.bytes)
    return table(("row, KiB", *METERED), rows)


def threads(outcomes: Iterable[Outcome]) -> str:
    """The table of one thread against two."""

    def row(outcome: Outcome) -> tuple[str, ...]:
        one, two = (outcome.threads.get(n) for n in ("srcgrad, jit", "srcgrad, parallel"))
        ratio = one.ratio(two) if one and two else None
        return (outcome.label, seconds(one and one.median), seconds(two and two.median),
                times(ratio))  # fmt: skip

    rows = [row(o) for o in outcomes if o.threads]
    return table(("row", "one thread", "two threads", "gain"), rows) if rows else ""


def targets(judged: Iterable[Target]) -> str:
    """The table of targets."""

    def row(target: Target) -> tuple[str, str, str, str]:
        bound = f"{'≥' if target.at_least else '≤'} {target.bound:g}{target.unit}"
        measured = NOTHING if target.measured is None else f"{target.measured:.3g}{target.unit}"
        where = f" ({target.where})" if target.where and target.measured is not None else ""
        return target.promise, bound, measured + where, target.verdict

    return table(("target", "bound", "measured", "verdict"), map(row, judged))
