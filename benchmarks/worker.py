"""One row in a process of its own: `python -m benchmarks.worker ROW MEASURE`, prints JSON lines.

A crash costs the row, not the run, and a line says which contender was at work. MEASURE is

- `time`: the first call of each contender; its gradients are held against those of the adjoint by
  hand; then all are timed, interleaved;
- `first`: the first call of each alone;
- `bytes`: the most memory of a call (see `benchmarks.meter`);
- `threads`: as `time`, by the clock on the wall.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from benchmarks import adapters, meter, rows, timing
from benchmarks.rows.case import Case
from benchmarks.timing import Call


def say(event: str, name: str = "", **facts: Any) -> None:
    """Print one line for the process that listens."""
    print(json.dumps({"event": event, "name": name, **facts}), flush=True)


def disagreement(case: Case, expected: Iterable[Any], gradients: Iterable[Any]) -> str | None:
    """What distinguishes `gradients` from the hand-written ones: number, shape, dtype or value."""
    right = [np.asarray(g) for g in expected]
    actual = [np.asarray(g) for g in gradients if g is not None]
    if len(actual) != len(right):
        return f"{len(actual)} gradients where there are {len(right)}"
    for i, mine, theirs in zip(case.argnums, right, actual, strict=True):
        if mine.shape != theirs.shape:
            return f"input {i}: shape {theirs.shape} where {mine.shape} is right"
        if mine.dtype != theirs.dtype:
            return f"input {i}: dtype {theirs.dtype} where {mine.dtype} is right"
        if not close(case, mine, theirs):
            most, apart = np.max(np.abs(mine)), np.max(np.abs(mine - theirs))
            return f"input {i}: values up to {most:.1e} differ by {apart:.1e}"
    return None


def close(case: Case, right: Any, found: Any) -> bool:
    """Whether values lie no further apart than the case allows, relative to the largest."""
    if np.shape(right) != np.shape(found):
        return False
    apart = np.max(np.abs(np.subtract(right, found)), initial=0.0)
    return bool(apart <= case.tolerance * np.max(np.abs(right), initial=0.0))  # NaN never is


def warm() -> None:
    """Let Numba load its own parts, which is not a row's to pay."""
    try:
        import numba
    except ImportError:
        return
    numba.njit(lambda x: x + 1.0)(1.0)


def entered(case: Case, names: Iterable[str]) -> Iterator[tuple[str, Call]]:
    """The contenders that run and are right, with their calls."""
    expected = case.adjoint(*case.inputs, case.cotangent)
    value = case.primal(*copy.deepcopy(case.inputs))
    for name in names:
        say("enter", name)
        try:
            call = {**adapters.CONTENDERS, **adapters.ELSEWHERE}[name](case)
            start = time.process_time()
            result = call()
            say("first", name, seconds=time.process_time() - start)
            if adapters.is_gradient(name):
                what = disagreement(case, expected, result)
            else:
                what = None if close(case, value, result) else "another value than the primal's"
            if what:
                say("wrong", name, why=what)
                continue
        except Exception as error:  # a contender that fails is a line of the report
            say("skipped", name, why=adapters.explain(error))
            continue
        yield name, call


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("row")
    parser.add_argument("measure", choices=("time", "first", "bytes", "threads"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    case = rows.make(arguments.row)
    say("row", case.label, size=case.size)
    names = arguments.names or list(adapters.CONTENDERS)
    if set(names) & set(adapters.BY_NUMBA):
        warm()
    calls = dict(entered(case, names))
    say("enter", "timing")
    if arguments.measure == "bytes":
        for name, call in calls.items():
            say("bytes", name, bytes=meter.peak(call))
    elif arguments.measure != "first":
        effort = timing.QUICK if arguments.quick else timing.STANDARD
        clock = time.perf_counter if arguments.measure == "threads" else time.process_time
        for name, found in timing.measure(calls, effort, clock=clock).items():
            say("samples", name, samples=found.samples)
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
