"""What is kept, from line to line of both sweeps: as numbers, and drawn by Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from srcgrad.errors import InputError
from srcgrad.explaining.report import KEPT, Report, Value

MOST = 8  # values that have a colour of their own; the others share one
Place = tuple[str, int]  # function and line


class Timeline(NamedTuple):
    """``bytes[k, t]`` of the value ``names[k]`` are kept after step ``t``: a line of a sweep."""

    steps: tuple[str, ...]
    names: tuple[str, ...]
    bytes: np.ndarray[Any, Any]
    turn: int  # the number of steps of the forward sweep


def timeline(found: Report) -> Timeline:
    """What is kept after each line of the forward sweep, and of the reverse one.

    A value is there from its line on, until the reverse sweep has passed the first of the lines whose
    adjoints read it; that of a loop with what all iterations keep. Raises ``InputError`` where a
    size is not known.
    """
    values = [v for v in found.values if v.status == KEPT and v.bytes.here != 0]
    for value in values:
        if value.bytes.here is None:
            raise InputError(
                f"it is not known how much `{value.name}` keeps: {value.bytes.formula} bytes\n"
                "  why: a size is known once the function has run, or no inputs were given\n"
                "  try: srcgrad.explain(f, *inputs).plot()"
            )
    places = list(dict.fromkeys((v.function, v.line) for v in found.values))
    places = with_reading_lines(places, values)
    count = len(places)
    kept = np.zeros((len(values), 2 * count), np.int64)
    for row, value in zip(kept, values, strict=True):
        made = places.index((value.function, value.line))
        reading = [k for k, (_, line) in enumerate(places) if line in value.read_in and k >= made]
        last = min(
            reading, default=made
        )  # in the order of the function: the reverse sweep ends there
        row[made : 2 * count - 1 - last] = value.bytes.here or 0
    own = found.function
    steps = [str(line) if name == own else f"{name}:{line}" for name, line in places]
    names = [f"{v.name} (line {v.line})" for v in values]
    return Timeline((*steps, *reversed(steps)), tuple(names), kept, count)


def with_reading_lines(places: list[Place], values: Sequence[Value]) -> list[Place]:
    """The lines where values are made, and those of the same function that read them, in order."""
    known = {line for _, line in places}
    for value in values:
        for line in value.read_in:
            if line in known:
                continue
            known.add(line)
            before = [
                k for k, (name, n) in enumerate(places) if name == value.function and n < line
            ]
            places.insert(max(before, default=-1) + 1, (value.function, line))
    return places


def plotted(found: Report, ax: Any = None) -> Any:
    """The axes on which what is kept is drawn, over the lines of both sweeps."""
    line = timeline(found)
    if ax is None:
        ax = new_axes(8.0, 4.0)
    order = np.argsort(-line.bytes.max(axis=1, initial=0), kind="stable")
    rows = [line.bytes[k] for k in order[:MOST]]
    labels = [line.names[k] for k in order[:MOST]]
    if len(order) > MOST:
        rows.append(line.bytes[order[MOST:]].sum(axis=0))
        labels.append(f"{len(order) - MOST} others")
    at = np.arange(len(line.steps))
    if rows:
        ax.stackplot(at, np.array(rows), labels=labels, step="post")
        ax.legend(loc="upper left", fontsize="small")
    ax.axvline(line.turn - 0.5, color="0.5", linestyle="--", linewidth=1.0)
    ax.set_xticks(at, line.steps, fontsize="small")
    ax.set_xlabel("line: forward sweep, then reverse sweep")
    ax.set_ylabel("bytes kept")
    ax.set_title(f"{found.function}: {found.kept.here} bytes kept in all")
    return ax


def new_axes(width: float, height: float) -> Any:
    """The axes of a new figure. Raises ``InputError`` without Matplotlib."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise InputError(
            "Matplotlib, which draws, is not installed\n"
            "  why: it is an optional package\n  try: pip install 'srcgrad[plot]'"
        ) from None
    return plt.subplots(figsize=(width, height), layout="constrained")[1]
