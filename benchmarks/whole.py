"""Time and memory of gradients of whole programs: `python benchmarks/whole.py [NAME ...]`.

Without names, all are run and `benchmarks/WHOLE.md` is written.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parent), *(p for p in sys.path if Path(p or ".").resolve() != HERE)]
from benchmarks.timing import ONE_THREAD  # noqa: E402

os.environ.update(ONE_THREAD)

import srcgrad  # noqa: E402
from benchmarks import report, timing  # noqa: E402
from benchmarks.rows.whole import Whole, programs  # noqa: E402
from tests.oracle import random_cotangent  # noqa: E402

BOUND = 4.0
SETTLING = 6.0  # seconds in which `jit="auto"` is to make up its mind
INTRODUCTION = f"""\
# Gradients of whole programs

Written by `python benchmarks/whole.py`. The programs are those of `tests/programs/whole`, on the
larger inputs of `benchmarks/rows/whole.py`. *vjp* is `srcgrad.vjp(f, inputs, cotangent)` in all
floating inputs; it runs the forward sweep, which computes the primal and records what the reverse
sweep reads, and the reverse sweep. *reverse* is the latter's share: what `vjp` takes beyond a call
of `pullback`, which runs the forward sweep. Times are the processor's; they are medians, ratios are
medians of the ratios of neighbouring batches. The primal's time contains a copy of the inputs, which
it may write into. Memory is the peak that `tracemalloc` sees during one call. The aim for the
reverse sweep is {BOUND:g} × the primal at most. *auto* is `vjp` with `jit="auto"`, settled.
"""


@dataclass
class Row:
    """What was measured of one program."""

    name: str
    primal: float | None = None
    vjp: float | None = None
    ratio: float | None = None
    reverse: float | None = None
    memory: tuple[int, int] | None = None
    compiled: tuple[float, float, float] | None = None
    auto: float | None = None
    why: list[str] = field(default_factory=list)


def peak(call: Callable[[], Any]) -> int:
    """The most bytes that are allocated at a time during a call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def quiet(call: Callable[[], Any]) -> Callable[[], Any]:
    """A call whose prints go nowhere."""
    sink = io.StringIO()

    def inner() -> Any:
        with contextlib.redirect_stdout(sink):
            return call()

    return inner


def measured(case: Whole, effort: timing.Effort, jit: bool) -> Row:
    """The row of one program."""
    row = Row(case.name)
    f = case.f
    primal = quiet(lambda: f(*case.fresh()))
    try:
        inputs, cotangent = case.fresh(), random_cotangent(primal())
        gradient = quiet(lambda: srcgrad.vjp(f, inputs, cotangent))
        gradient()
        forward = quiet(lambda: srcgrad.pullback(f, *inputs))
        forward()
    except srcgrad.SrcgradError as error:
        row.why.append(f"refused: {str(error).splitlines()[0]}")
        return row
    found = timing.measure({"primal": primal, "forward": forward, "vjp": gradient}, effort)
    row.primal, row.vjp = found["primal"].median, found["vjp"].median
    row.ratio = found["vjp"].ratio(found["primal"])
    row.reverse = found["vjp"].minus(found["forward"]) / row.primal
    row.memory = peak(primal), peak(gradient)
    if jit:
        row.compiled = compiled(case, cotangent, effort, row)
        row.auto = automatic(case, cotangent, effort, row)
    return row


def automatic(case: Whole, cotangent: Any, effort: timing.Effort, row: Row) -> float | None:
    """How many times as long as the primal in NumPy the gradient with `jit="auto"` takes."""
    f = case.f
    try:
        inputs = case.fresh()
        gradient = quiet(lambda: srcgrad.vjp(f, inputs, cotangent, jit="auto"))
        end = time.monotonic() + SETTLING
        while time.monotonic() < end:
            gradient()
        primal = quiet(lambda: f(*case.fresh()))
        found = timing.measure({"primal": primal, "vjp": gradient}, effort)
    except Exception as error:
        row.why.append(f'**with jit="auto", it fails**: {_first(error)}')
        return None
    return found["vjp"].ratio(found["primal"])


def compiled(
    case: Whole, cotangent: Any, effort: timing.Effort, row: Row
) -> tuple[float, float, float] | None:
    """The times of the primal and the gradient in Numba, and their ratio."""
    import numba

    try:
        f = numba.njit(case.f)
        primal = quiet(lambda: f(*case.fresh()))
        primal()
    except Exception as error:
        row.why.append(f"Numba does not compile the primal: {_first(error)}")
        return None
    try:
        inputs = case.fresh()
        gradient = quiet(lambda: srcgrad.vjp(case.f, inputs, cotangent, jit=True))
        gradient()
    except Exception as error:
        row.why.append(f"**the gradient does not compile**: {_first(error)}")
        return None
    try:
        found = timing.measure({"primal": primal, "vjp": gradient}, effort)
    except Exception as error:
        row.why.append(f"**compiled, it fails**: {_first(error)}")
        return None
    return found["primal"].median, found["vjp"].median, found["vjp"].ratio(found["primal"])


def _first(error: Exception) -> str:
    text = str(error).replace(f"{HERE.parent}{os.sep}", "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:110]


def table(rows: list[Row]) -> str:
    """The rows as a table, the dearest first."""
    heads = (
        "program",
        "primal",
        "vjp",
        "reverse / primal",
        "vjp / primal",
        "peak memory",
        "over primal's",
        "primal, Numba",
        "vjp, Numba",
        "ratio",
        "auto / primal",
    )
    body = []
    for row in sorted(rows, key=lambda r: -(r.reverse or 0.0)):
        if row.ratio is None:
            continue
        before, after = row.memory or (0, 0)
        fast = row.compiled or (None, None, None)
        body.append(
            [
                row.name,
                report.seconds(row.primal),
                report.seconds(row.vjp),
                report.times(row.reverse),
                report.times(row.ratio),
                f"{after / 1024:.0f} KiB",
                report.times(after / max(before, 1)),
                report.seconds(fast[0]),
                report.seconds(fast[1]),
                report.times(fast[2]),
                report.times(row.auto),
            ]
        )
    return report.table(heads, body)


def main() -> int:
    """Parse the command line, run everything, write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--plain", action="store_true", help="nothing compiled")
    parser.add_argument(
        "--limit",
        type=float,
        default=float("inf"),
        metavar="SECONDS",
        help="compile nothing more after this time",
    )
    parser.add_argument("--output", type=Path, default=HERE / "WHOLE.md", metavar="FILE")
    parser.add_argument("--ratios", type=Path, metavar="FILE", help="auto over primal, as JSON")
    arguments = parser.parse_args()
    effort = timing.QUICK if arguments.quick else timing.STANDARD
    warnings.simplefilter("ignore")
    chosen = [c for c in programs() if not arguments.names or c.name in arguments.names]
    rows = []
    end = time.monotonic() + arguments.limit
    for case in chosen:
        jit = not arguments.plain and time.monotonic() < end
        rows.append(row := measured(case, effort, jit))
        print(
            f"{row.name:40} {report.times(row.reverse):>8} {report.times(row.ratio):>8} "
            f"{'; '.join(row.why)}",
            file=sys.stderr,
        )
    over = [r.name for r in rows if r.reverse is not None and r.reverse > BOUND]
    notes = [f"- {row.name}: {'; '.join(row.why)}" for row in rows if row.why]
    timed = sum(row.ratio is not None for row in rows)
    text = "\n\n".join(
        [
            INTRODUCTION.rstrip(),
            report.machine(),
            table(rows),
            f"The reverse sweep of {len(over)} of {timed} costs more than {BOUND:g} ×.",
            "Notes:",
            "\n".join(notes),
        ]
    )
    print(text)
    if arguments.ratios:
        found = {row.name: row.auto for row in rows if row.auto is not None}
        arguments.ratios.write_text(json.dumps(found))
    if not arguments.names:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
