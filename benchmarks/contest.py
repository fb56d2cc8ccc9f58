"""The measurements of one row, each in a process of its own (see `benchmarks.worker`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import meter, rows
from benchmarks.timing import Timing, environment

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 400.0
METERED = ("by hand", "srcgrad", "by hand, Numba", "by hand, C++", "srcgrad, jit")
COMPILED = "srcgrad, jit"


@dataclass
class Outcome:
    """What was measured of one row, and why some contenders have no numbers."""

    row: str
    label: str
    size: int = 0
    timings: dict[str, Timing] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    loaded: float | None = None
    bytes: dict[str, int] = field(default_factory=dict)
    threads: dict[str, Timing] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Outcome:
        """The outcome that was written down as `line`."""
        facts = json.loads(line)
        for name in ("timings", "threads"):
            facts[name] = {k: Timing(tuple(v["samples"])) for k, v in facts[name].items()}
        return cls(**facts)

    def median(self, name: str) -> float | None:
        """The median of a contender in seconds, if it ran."""
        timing = self.timings.get(name)
        return None if timing is None else timing.median

    def ratio(self, name: str, other: str) -> float | None:
        """How many times as long as `other` the contender `name` took, if both ran."""
        if name in self.timings and other in self.timings:
            return self.timings[name].ratio(self.timings[other])
        return None

    def share(self, name: str, other: str) -> float | None:
        """How many times the bytes of `other` the contender `name` had at its peak."""
        if name in self.bytes and other in self.bytes:
            return self.bytes[name] / max(self.bytes[other], 1)
        return None


def _listen(
    row: str, measure: str, names: Iterable[str], quick: bool, more: Mapping[str, str]
) -> list[dict]:
    """The lines of one worker; a crash or a timeout is a line about the contender at work."""
    command = [sys.executable, "-m", "benchmarks.worker", row, measure, *names]
    try:
        done = subprocess.run(
            command + ["--quick"] * quick, capture_output=True, text=True, cwd=ROOT,
            env=environment(**more), timeout=TIMEOUT,
        )  # fmt: skip
        said, why = done.stdout, f"the process ended with {done.returncode}"
        if done.stderr.strip():
            why = f"{why}: {done.stderr.strip().splitlines()[-1]}"
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        why = f"took longer than {TIMEOUT:g} s"
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"event"')]
    if not lines or lines[-1]["event"] != "done":
        at = [line["name"] for line in lines if line["event"] == "enter"]
        lines.append({"event": "skipped", "name": at[-1] if at else "the row", "why": why})
    return lines


def _take(outcome: Outcome, lines: Iterable[dict]) -> None:
    """Write down what a worker that times has said."""
    for line in lines:
        name = line["name"]
        if line["event"] == "row":
            outcome.label, outcome.size = name, line["size"]
        elif line["event"] == "first":
            outcome.first[name] = line["seconds"]
        elif line["event"] == "samples":
            outcome.timings[name] = Timing(tuple(line["samples"]))
        elif line["event"] in ("skipped", "wrong"):
            getattr(outcome, line["event"])[name] = line["why"]


def run(row: str, names: Iterable[str], quick: bool, growing: bool = False) -> Outcome:
    """Check and time the contenders `names` on a row; of one that grows, nothing else.

    A contender at which the process ended is left out, and the others get another.
    """
    outcome = Outcome(row, row)
    names = list(names)
    with tempfile.TemporaryDirectory() as cache:
        own = {"SRCGRAD_CACHE_DIR": cache}
        lines = _listen(row, "time", names, quick, own)
        _take(outcome, lines)
        died = lines[-1]["name"] if lines[-1]["event"] != "done" else None
        if died in names:
            names.remove(died)
            _take(outcome, _listen(row, "time", names, quick, own))
        if growing:
            return outcome
        if COMPILED in outcome.timings:
            _loaded_and_parallel(outcome, quick, own)
        metered = [name for name in METERED if name in outcome.timings]
        library = meter.build()
        if library is not None and metered:
            counting = {"LD_PRELOAD": str(library), "PYTHONMALLOC": "malloc", **own}
            for line in _listen(row, "bytes", metered, quick, counting):
                if line["event"] == "bytes":
                    outcome.bytes[line["name"]] = line["bytes"]
    return outcome


def _loaded_and_parallel(outcome: Outcome, quick: bool, own: Mapping[str, str]) -> None:
    """The first call in the next process, and one thread against two."""
    for line in _listen(outcome.row, "first", [COMPILED], quick, own):
        if line["event"] == "first":
            outcome.loaded = line["seconds"]
    if (os.cpu_count() or 1) > 1 and rows.make(outcome.row).parallel:
        two = {**own, "NUMBA_NUM_THREADS": "2"}
        names = [COMPILED, "srcgrad, parallel"]
        for line in _listen(outcome.row, "threads", names, quick, two):
            if line["event"] == "samples":
                outcome.threads[line["name"]] = Timing(tuple(line["samples"]))
            elif line["event"] in ("skipped", "wrong"):
                getattr(outcome, line["event"])[line["name"]] = line["why"]
