"""Run many random programs: `python -m tests.fuzz --count 5000 --seed 0 --level 1 --jobs 2`.

Prints wrong gradients, internal errors, refusals by kind, and how often each feature occurs.
`--minimize` shrinks one program of each kind of failure; `--show SEED` prints a single program
and the verdict on it. The exit status is 1 if any program failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence

from tests.random_programs import random_program
from tests.randomgen.judge import MODES, NO_ORACLE, Tally, judge
from tests.randomgen.minimize import minimize

CHUNK = 50
RARE = 5.0  # per cent; features below this are pointed out
SHOWN = 3  # reports of one kind of failure


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="number of programs")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first program")
    parser.add_argument("--level", type=int, default=1, choices=(1, 2))
    parser.add_argument("--mode", default="plain", choices=list(MODES))
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--minimize", action="store_true", help="shrink what failed")
    parser.add_argument("--show", type=int, metavar="SEED", help="one program, with its verdict")
    return parser.parse_args(given)


def run_chunk(task: tuple[int, int, int, str]) -> Tally:
    """Judge the programs of the seeds `start` to `stop`."""
    start, stop, level, mode = task
    tally = Tally.empty()
    for seed in range(start, stop):
        program = random_program(seed, level)
        tally.add(seed, program.features, judge(program, mode))
    return tally


def run(options: argparse.Namespace) -> Tally:
    """Judge all programs, in several processes if asked, with progress on stderr."""
    last = options.seed + options.count
    tasks = [
        (start, min(start + CHUNK, last), options.level, options.mode)
        for start in range(options.seed, last, CHUNK)
    ]
    total = Tally.empty()
    if options.jobs == 1:
        results = map(run_chunk, tasks)
        return _collect(total, results, options.count)
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        return _collect(total, pool.imap(run_chunk, tasks), options.count)


def _collect(total: Tally, results, count: int) -> Tally:
    for part in results:
        total.merge(part)
        failed = len(total.failures)
        print(f"\r{total.programs}/{count}, {failed} failed", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return total


def print_features(tally: Tally) -> None:
    """The share of programs with each feature; rare ones are marked."""
    print("\nfeatures, per cent of the programs:")
    for name, count in sorted(tally.features.items(), key=lambda item: (-item[1], item[0])):
        share = 100.0 * count / tally.programs
        print(f"  {share:5.1f}  {name}{'  <- rare' if share < RARE else ''}")


def print_failures(tally: Tally, options: argparse.Namespace) -> None:
    """Some reports of each kind of failure, the first one minimized if asked."""
    seen: dict[tuple[str, str], int] = {}
    for seed, verdict in tally.failures:
        seen[verdict.group] = seen.get(verdict.group, 0) + 1
        if seen[verdict.group] > SHOWN:
            continue
        print("\n" + "=" * 100)
        if options.minimize and seen[verdict.group] == 1:
            program = random_program(seed, options.level)
            small = minimize(program, lambda p, v=verdict: judge(p, options.mode).group == v.group)
            verdict = judge(small, options.mode)
        print(f"seed {seed}: {verdict.status}\n{verdict.report}")


def show(options: argparse.Namespace) -> int:
    """Print one program and the verdict on it."""
    program = random_program(options.show, options.level)
    print(program.source)
    verdict = judge(program, options.mode)
    print(f"{verdict.status} {verdict.kind}\n{verdict.report}")
    return int(verdict.failed)


def main(given: Sequence[str] | None = None) -> int:
    """The command."""
    options = arguments(given)
    if options.show is not None:
        return show(options)
    start = time.perf_counter()
    tally = run(options)
    elapsed = time.perf_counter() - start
    print_failures(tally, options)
    print_features(tally)
    print()
    for line in tally.lines():
        print(line)
    print(f"level {options.level}, {options.mode}, {elapsed:.1f} s")
    if tally.statuses[NO_ORACLE]:
        print("the oracle could not run some programs: they show nothing")
    return int(bool(tally.failures))


if __name__ == "__main__":
    sys.exit(main())
