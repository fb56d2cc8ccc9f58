"""Run the benchmarks: `python benchmarks/run.py [--quick] [--rows NAME ...] [--output FILE]`.

Prints every table, and writes them all with the plots. Exits with 1 if a gradient is wrong.
With `--rows` (names or patterns, as `heat-*`) only these are run, and nothing is written unless
`--output` says where. `--keep FILE` writes down each row as it is measured, and measures those that
are there already no more.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [str(HERE.parent), *(p for p in sys.path if Path(p or ".").resolve() != HERE)]

from benchmarks.timing import ONE_THREAD, QUICK, STANDARD  # noqa: E402

os.environ.update(ONE_THREAD)

from benchmarks import (  # noqa: E402
    adapters,
    contest,
    derivatives,
    dispatch,
    growth,
    plots,
    report,
    rows,
    startup,
    targets,
)
from benchmarks.rows.linear import LINEAR  # noqa: E402

AGAINST_PLAIN = ("by hand", "primal", "torch", "autograd", "JAX, jit")
AGAINST_COMPILED = (
    "by hand, Numba", "by hand, C++", "primal, Numba", "srcgrad", "primal", "torch", "JAX, jit",
)  # fmt: skip
SLOWEST_CALL = 10.0
SLOWEST_QUICK_CALL = 1.0

INTRODUCTION = """\
# Benchmarks

Written by `python benchmarks/run.py`. Every contender computes the same gradients, checked
against the hand-written adjoint in number, shape, dtype and value before it is timed. Each row runs
in processes of its own. The contenders of a row are timed in turns, a batch of calls each; times
are the processor's, medians over the batches; ratios are medians of the ratios of neighbouring
batches.

*by hand* is a careful programmer's NumPy, *by hand, Numba* his loops, compiled by Numba, *by hand,
C++* the same loops, compiled by `g++ -O3 -march=native` and called through ctypes; *srcgrad* is
`srcgrad.vjp(f, inputs, cotangent)`, *jit* with `jit=True`, *auto* with `jit="auto"`. *primal, Numba*
is the program, as loops where those are written out; *primal, compiled* is what `srcgrad.compiled`
makes of it. torch starts from leaf tensors, JAX from arrays on its device, both excluding conversion;
autograd traces at each call. JAX is compiled, and its loops are `scan` or `fori_loop`. A dash is a
tool that is not installed, or that the program is not written for.

*By hand* is written as the program is: in loops where it has loops, in arrays where it has arrays.
The hand-written adjoints of logsumexp, softmax, attention and the mixtures leave out what flows
through the maximum, since its parts cancel; srcgrad sees that, too. Bytes are what `malloc` has given
at the peak of a call beyond what there was before, results included.
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


def measured(names: list[str], quick: bool, keep: Path | None) -> list[contest.Outcome]:
    """The outcomes of the rows; those that were kept are taken from there."""
    kept: dict[str, contest.Outcome] = {}
    if keep is not None and keep.exists():
        found = map(contest.Outcome.from_json, keep.read_text().splitlines())
        kept = {outcome.row: outcome for outcome in found}
    contenders = [name for name in adapters.CONTENDERS if not quick or name != targets.AUTO]
    for name in names:
        if name not in kept:
            progress(name)
            kept[name] = contest.run(name, contenders, quick)
            if keep is not None:
                with keep.open("a") as file:
                    file.write(kept[name].to_json() + "\n")
    return [kept[name] for name in names]


def tables(outcomes: list[contest.Outcome], out: Report) -> None:
    """The tables of the rows."""
    out.add("## Time of a gradient", "Plain Python and NumPy, and the tools that run uncompiled:")
    out.add(report.medians(outcomes, report.PLAIN), "Compiled:")
    out.add(report.medians(outcomes, report.COMPILED))
    out.add("### srcgrad over the others", "Plain, below 1 is faster:")
    out.add(report.ratios(outcomes, "srcgrad", AGAINST_PLAIN), "Compiled (`jit=True`):")
    out.add(report.ratios(outcomes, targets.COMPILED, AGAINST_COMPILED))
    out.add("### First calls", report.first_calls(outcomes))
    out.add("### Bytes at the peak of a call", report.memory(outcomes))
    gains = report.threads(outcomes)
    out.add(*(("### Two threads", gains) if gains else ()))
    notes = report.missing(outcomes)
    out.add("Not in the tables:" if notes else "", notes)


def linear(quick: bool, plot: Path, out: Report) -> list[growth.Growth]:
    """The tables and the plot of the programs that grow."""
    sizes = growth.QUICK_SIZES if quick else growth.SIZES
    limit = SLOWEST_QUICK_CALL if quick else SLOWEST_CALL
    growths = []
    for name in LINEAR:
        progress(name)
        names = [n for n in adapters.CONTENDERS if n not in ("by hand, C++", targets.AUTO)]
        growths.append(growth.run(name, names, sizes, quick, limit))
    outcomes = [outcome for g in growths for outcome in g.outcomes]
    out.add("## Linear time", f"A tool stops before a call would take {limit:g} s.")
    out.add(report.medians(outcomes, report.PLAIN), report.medians(outcomes, report.COMPILED))
    out.add(
        "Time grows as n to the power of (over all sizes / over the last two):",
        report.exponents(growths, (*report.PLAIN, *report.COMPILED)),
    )
    if growth.plot(growths, plot):
        out.add(f"![Time of a gradient over n]({plot.name})")
    notes = report.missing(outcomes)
    out.add("Not in the tables:" if notes else "", notes)
    return growths


def beyond(quick: bool, out: Report) -> dict[str, tuple[float, float, float]]:
    """The section on derivatives beyond the gradient."""
    progress("derivatives beyond the gradient")
    found, why = derivatives.run(QUICK if quick else STANDARD)
    out.add("## Beyond the gradient", report.derivatives(found) if found else "")
    out.add(f"Not measured: {why}" if why else "")
    return found


def overheads(quick: bool, out: Report) -> tuple[dict, dict]:
    """The sections on dispatch and on generation; the numbers that the targets need."""
    progress("dispatch")
    found, asked, why = dispatch.run(QUICK if quick else STANDARD)
    out.add("## Dispatch", report.dispatch(found) if found else "")
    out.add(f"Not measured: {why}" if why else "")
    progress("generation, loading, import")
    started, reason = startup.run(2 if quick else 7)
    out.add("## Generation", report.startup(started, startup.ROWS))
    out.add(f"Not measured in full: {reason}" if reason else "")
    return asked, started


def whole(quick: bool, folder: Path) -> dict[str, float]:
    """Run `benchmarks/whole.py`, which writes its own page; the ratios of auto to the primal."""
    progress("whole programs")
    with tempfile.TemporaryDirectory() as own:
        ratios = Path(own, "ratios.json")
        command = [sys.executable, str(HERE / "whole.py"), "--output", str(folder / "WHOLE.md")]
        command += ["--ratios", str(ratios), *(["--quick"] if quick else [])]
        subprocess.run(command, stdout=subprocess.DEVNULL)
        return json.loads(ratios.read_text()) if ratios.exists() else {}


def main() -> int:
    """Parse the command line, run everything, write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, n up to 10 000")
    parser.add_argument("--rows", nargs="+", metavar="NAME", help="these only; see --list")
    parser.add_argument("--list", action="store_true", help="print the rows' names")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="go on where a run ended")
    parser.add_argument("--output", type=Path, metavar="FILE", help="benchmarks/RESULTS.md")
    arguments = parser.parse_args()
    patterns = arguments.rows or ["*"]
    names = [n for n in rows.names() if any(fnmatch.fnmatch(n, p) for p in patterns)]
    if arguments.list:
        print("\n".join(names))
        return 0
    output = arguments.output or (None if arguments.rows else HERE / "RESULTS.md")

    with tempfile.TemporaryDirectory() as own:
        folder = output.parent if output else Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        out = Report()
        out.add(INTRODUCTION, report.machine())
        outcomes = measured(names, arguments.quick, arguments.keep)
        tables(outcomes, out)
        if plots.plot(outcomes, folder / "rows.png"):
            out.add("![Times over those of loops by hand](rows.png)")
        if arguments.rows:
            judged = targets.judge(outcomes)
        else:
            growths = linear(arguments.quick, folder / "linear_growth.png", out)
            asked, started = overheads(arguments.quick, out)
            more = beyond(arguments.quick, out)
            autos = whole(arguments.quick, folder)
            judged = targets.judge(outcomes, growths, asked, started, startup.ROWS, autos, more)
            outcomes += [outcome for g in growths for outcome in g.outcomes]
        out.add("## Targets", report.targets(judged))
        if output:
            output.write_text(out.text, encoding="utf-8")
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
