"""Run the benchmarks: `python benchmarks/run.py [--quick] [--output benchmarks/RESULTS.md]`.

Prints every table as it is ready, and writes them all. Exits with 1 if a gradient is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parent), *(p for p in sys.path if Path(p or ".").resolve() != HERE)]

for _name in ("OPENBLAS", "OMP", "MKL", "NUMBA"):  # before NumPy is imported: one thread each
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

from benchmarks import adapters, contest, dispatch, growth, report, startup, targets  # noqa: E402
from benchmarks.cases import DENSE, LINEAR  # noqa: E402
from benchmarks.timing import QUICK, STANDARD, Effort  # noqa: E402

PLAIN_RIVALS = ("by hand", "generated", "primal", "torch", "autograd", "JAX, jit")
COMPILED_RIVALS = ("by hand, Numba", "primal, Numba", "srcgrad", "torch", "JAX, jit")
SLOWEST_CALL = 10.0
SLOWEST_QUICK_CALL = 1.0

INTRODUCTION = """\
# Benchmarks

Written by `python benchmarks/run.py`. Every contender computes the same gradients, checked
against the hand-written adjoint in number, shape, dtype and value before it is timed. The
contenders of a case are timed in turns, a batch of calls each; times are the processor's, medians
over the batches; ratios are medians of the ratios of neighbouring batches.

*by hand* is a careful programmer's NumPy; *srcgrad* is `srcgrad.vjp(f, inputs, cotangent)`,
*generated* the function it generated, called directly. torch starts from leaf tensors, JAX from
arrays on its device, both excluding conversion; autograd traces at each call. JAX is compiled
and needs its loops as `scan` or `fori_loop`.

The hand-written adjoint of logsumexp leaves out what flows through the maximum: the two parts of
it cancel, though not to the last bit, so srcgrad may not leave it out by itself. Where the program
says so, by `srcgrad.stop_gradient(np.max(x))`, it does: *logsumexp, maximum held*.
"""


class Report:
    """Collects the sections; each is printed as it comes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def add(self, *parts: str) -> None:
        """Append parts, without the empty ones."""
        for part in filter(None, parts):
            print(part.rstrip(), end="\n\n", flush=True)
            self.parts.append(part.rstrip())

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(self.parts) + "\n"


def progress(what: str) -> None:
    """Say on standard error what is being timed."""
    print(f"… {what}", file=sys.stderr, flush=True)


def dense(effort: Effort, out: Report) -> list[contest.Outcome]:
    """The tables of the fixed-size cases."""
    outcomes = []
    for case in DENSE:
        progress(case.label)
        outcomes.append(contest.run(case, adapters.CONTENDERS, effort))
    out.add("## Time of a gradient", "Plain Python and NumPy, and the tools that run uncompiled:")
    out.add(report.medians(outcomes, report.PLAIN), "Compiled:")
    out.add(report.medians(outcomes, report.COMPILED))
    out.add("### srcgrad over the others", "Plain, below 1 is faster:")
    out.add(report.ratios(outcomes, "srcgrad", PLAIN_RIVALS), "Compiled (`jit=True`):")
    out.add(report.ratios(outcomes, "srcgrad, jit", COMPILED_RIVALS))
    notes = report.missing(outcomes)
    out.add("Not in the tables:" if notes else "", notes)
    return outcomes


def linear(
    effort: Effort, sizes: Sequence[int], limit: float, plot: Path, out: Report
) -> list[growth.Growth]:
    """The tables and the plot of the cases that grow."""
    growths = []
    for name, make in LINEAR.items():
        progress(name)
        growths.append(growth.run(name, make, tuple(adapters.CONTENDERS), sizes, effort, limit))
    outcomes = [outcome for g in growths for outcome in g.outcomes]
    names = (*report.PLAIN, *report.COMPILED)
    out.add("## Linear time", f"A tool stops before a call would take {limit:g} s.")
    out.add(report.medians(outcomes, report.PLAIN), report.medians(outcomes, report.COMPILED))
    out.add(
        "Time grows as n to the power of (over all sizes / over the last two):",
        report.exponents(growths, names),
    )
    out.add("### srcgrad over the others, n elements")
    out.add(report.ratios(outcomes, "srcgrad", PLAIN_RIVALS))
    if growth.plot(growths, plot):
        out.add(f"![Time of a gradient over n]({plot.name})")
    notes = report.missing(outcomes)
    out.add("Not in the tables:" if notes else "", notes)
    return growths


def overheads(effort: Effort, repetitions: int, out: Report) -> tuple[dict, dict]:
    """The sections on dispatch and on generation; the numbers that the targets need."""
    progress("dispatch")
    rows, why = dispatch.run(effort)
    out.add("## Dispatch", report.dispatch(rows) if rows else f"Not measured: {why}")
    progress("generation, loading, import")
    found, reason = startup.run(repetitions)
    out.add("## Generation", report.startup(found, startup.ROWS))
    out.add(f"Not measured in full: {reason}" if reason else "")
    return {name: row[2] for name, row in rows.items()}, found


def main() -> int:
    """Parse the command line, run everything, write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, n up to 10 000")
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md", metavar="FILE")
    arguments = parser.parse_args()
    effort = QUICK if arguments.quick else STANDARD
    sizes = growth.QUICK_SIZES if arguments.quick else growth.SIZES
    limit = SLOWEST_QUICK_CALL if arguments.quick else SLOWEST_CALL
    plot = arguments.output.parent / "linear_growth.png"

    plot.parent.mkdir(parents=True, exist_ok=True)
    out = Report()
    out.add(INTRODUCTION, report.machine())
    outcomes = dense(effort, out)
    growths = linear(effort, sizes, limit, plot, out)
    dispatched, found = overheads(effort, 2 if arguments.quick else 7, out)
    judged = targets.judge(outcomes, growths, dispatched, found, startup.ROWS)
    out.add("## Targets", report.targets(judged))
    arguments.output.write_text(out.text, encoding="utf-8")
    every = [*outcomes, *(outcome for g in growths for outcome in g.outcomes)]
    return 1 if any(outcome.wrong for outcome in every) else 0


if __name__ == "__main__":
    sys.exit(main())
