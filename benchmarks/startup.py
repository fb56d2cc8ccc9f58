"""Generation, loading and import, each measured in fresh processes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import environment

PROBE = Path(__file__).with_name("probe.py")

ROWS = {
    "numpy": "`import numpy`",
    "srcgrad": "`import srcgrad` after it",
    "generate first": "generate the adjoint of 50 lines, first use in the process",
    "generate next": "generate it after another function's",
    "load first": "load it from the disk cache, first use in the process",
    "load next": "load it after another function's",
}


class ProbeFailedError(Exception):
    """A fresh process could not do what it was asked to."""


def _probe(what: str, cache: str) -> dict[str, float]:
    """Run the probe once, with the cache folder `cache`."""
    own = environment(SRCGRAD_CACHE_DIR=cache)
    done = subprocess.run(
        [sys.executable, str(PROBE), what], capture_output=True, text=True, env=own
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ProbeFailedError(lines[-1])
    return json.loads(done.stdout)


def _repetition() -> Iterator[tuple[str, float]]:
    """One measurement of everything: keys of `ROWS` and seconds, as they come."""
    with tempfile.TemporaryDirectory() as cache:
        yield from _probe("import", cache).items()
    for what in ("first", "next"):
        with tempfile.TemporaryDirectory() as cache:
            yield f"generate {what}", _probe(what, cache)["ready"]
            yield f"load {what}", _probe(what, cache)["ready"]


def run(repetitions: int = 7) -> tuple[dict[str, float], str | None]:
    """Median seconds for the keys of `ROWS`, and why some are missing.

    Cache folders are empty for generation and filled for loading. One repetition more, which is
    not counted, writes the bytecode of srcgrad's own modules.
    """
    samples: dict[str, list[float]] = {name: [] for name in ROWS}
    reason = None
    try:
        for repetition in range(repetitions + 1):
            for name, seconds in _repetition():
                if repetition:
                    samples[name].append(seconds)
    except ProbeFailedError as error:
        reason = str(error)
    return {name: statistics.median(s) for name, s in samples.items() if s}, reason
