"""Jacobians by many directions at once: the function runs once for as many as fit into memory.

Only where a Jacobian is called, not where it is differentiated in turn: there it is made one
direction after the other (``jacobians``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.calls.arguments import among, chosen, places, seeded
from srcgrad.calls.running import moved, pulled
from srcgrad.calls.trees import floating, leaves, restored
from srcgrad.dispatch import Options, asked
from srcgrad.dispatch.request import Request

NUMBERS = 1 << 20  # of directions, times those of the inputs or outputs, that are carried at once


def by_rows(options: Options, f: Any, argnums: Any, part: int | None, inputs: Any) -> Any:
    """``(value, jacobian)``, by cotangents; they share the forward sweep."""
    single = isinstance(argnums, int)
    value, pull = pulled(options, f, inputs, (argnums,) if single else argnums)
    of = value if part is None else value[part]
    wanted = chosen(argnums, inputs)
    xs, ys = leaves(wanted, "the input"), leaves(of, "the output")
    rows = [np.zeros((_count(ys), *np.shape(x)), np.result_type(x)) for x in xs]
    for place, units in _batches(ys, _count(xs)):
        for row, bar in zip(rows, _pulled(pull, value, part, units, single), strict=True):
            row[place] = bar
    blocks = []
    for y, place in zip(ys, _places(ys), strict=True):
        made = [_shaped(row[place], y, x) for row, x in zip(rows, xs, strict=True)]
        blocks.append(restored(wanted, tuple(made)))
    return value, restored(of, tuple(blocks))


def by_columns(options: Options, f: Any, argnums: Any, part: int | None, inputs: Any) -> Any:
    """``(value, jacobian)``, by tangents; None if no number moves."""
    wanted = chosen(argnums, inputs)
    xs = leaves(wanted, "the input")
    value: Any = None
    columns = []
    count = _count(xs)
    request = asked("jvp", places(argnums, len(inputs)), options)
    at_once = not fits(count, count) and not runs_alike(f, inputs, request)
    for place, units in _batches(xs, count, at_once):
        tangents = among(argnums, inputs, restored(wanted, units))
        value, dots = moved(options, f, inputs, tangents, argnums)
        found = leaves(dots if part is None else dots[part], "the tangent")
        columns.append((place, found))
    if not columns:
        return None
    of = value if part is None else value[part]
    ys = leaves(of, "the output")
    blocks = []
    for k, y in enumerate(ys):
        whole = np.concatenate([found[k] for _, found in columns])
        made = [
            _shaped(np.moveaxis(whole[place], 0, -1), y, x)
            for x, place in zip(xs, _places(xs), strict=True)
        ]
        blocks.append(restored(wanted, tuple(made)))
    return value, restored(of, tuple(blocks))


def diagonal_sum(pull: Any, value: Any, ys: tuple[Any, ...]) -> Any:
    """The trace of a Jacobian whose output is like its input."""
    total: Any = 0.0
    for place, units in _batches(ys, _count(ys)):
        rows = _pulled(pull, value, None, units, True)
        for row, mine in zip(rows, _places(ys), strict=True):
            numbers = np.arange(max(place.start, mine.start), min(place.stop, mine.stop))
            if len(numbers):
                flat = np.reshape(row, (len(row), -1))
                total = total + np.sum(flat[numbers - place.start, numbers - mine.start])
    return total


def _pulled(
    pull: Any, value: Any, part: int | None, units: tuple[Any, ...], single: bool
) -> tuple[Any, ...]:
    """The leaves of the gradients for these cotangents of an output, or of one part of it."""
    of = value if part is None else value[part]
    count = len(units[0])

    def found(bars: Any) -> tuple[Any, ...]:
        return leaves(bars[0] if single else bars, "the gradient")

    together = restored(of, units)
    if part is not None:
        other = value[1 - part]
        sizes = [((count, *np.shape(y)), np.result_type(y)) for y in floating(other)]
        rest = restored(other, tuple(np.zeros(*size) for size in sizes))
        together = (together, rest) if part == 0 else (rest, together)
    bars = pull.each(together)
    if bars is not None:
        return found(bars)
    rows = [
        found(pull(seeded(value, part, restored(of, tuple(unit[k] for unit in units)))))
        for k in range(count)
    ]
    return tuple(np.stack(parts) for parts in zip(*rows, strict=True))


def _count(items: tuple[Any, ...]) -> int:
    return sum(np.size(item) for item in items)


def _places(items: tuple[Any, ...]) -> list[slice]:
    """Where the numbers of each leaf stand among all."""
    ends = np.cumsum([0, *(np.size(item) for item in items)]).tolist()
    return [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)]


def fits(total: int, others: int) -> bool:
    """Whether as many directions are carried at once."""
    return total <= NUMBERS // max(total, others, 1)


def runs_alike(f: Any, inputs: Any, request: Request) -> bool:
    """Whether the function may run once for each batch, and nobody sees it."""
    found, function, everything = api.derivative_of(f, inputs, request)
    return bool(found.entry(function, everything).facts.repeatable)


def _batches(
    items: tuple[Any, ...], others: int, whole: bool = False
) -> Iterator[tuple[slice, tuple[Any, ...]]]:
    """Directions in which one number moves each, some at a time: which, and their leaves."""
    total = _count(items)
    step = total or 1 if whole else max(1, NUMBERS // max(total, others, 1))
    for start in range(0, total, step):
        stop = min(start + step, total)
        units = []
        for item, place in zip(items, _places(items), strict=True):
            unit = np.zeros((stop - start, np.size(item)), np.result_type(item))
            numbers = np.arange(max(start, place.start), min(stop, place.stop))
            unit[numbers - start, numbers - place.start] = 1.0
            units.append(np.reshape(unit, (stop - start, *np.shape(item))))
        yield slice(start, stop), tuple(units)


def _shaped(block: Any, y: Any, x: Any) -> Any:
    """A block of a Jacobian, of which the numbers of ``y`` and ``x`` are in order."""
    found = np.array(block).reshape((*np.shape(y), *np.shape(x)))
    return found if isinstance(y, np.ndarray) or isinstance(x, np.ndarray) else found[()]
