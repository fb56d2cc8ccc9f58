"""Several directions at once: tangents and cotangents with an axis in front of each leaf.

They are served by an entry of their own, in which the function runs once (``Entry.joint``), or, where
there is none, by one run after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcgrad.dispatch.cotangent import (
    Expected,
    Leaf,
    as_array,
    check_structure,
    comparable,
    resolvable,
)
from srcgrad.dispatch.result_classes import as_items
from srcgrad.dispatch.tangents import Directions, structured
from srcgrad.errors import CotangentError, InputError
from srcgrad.ir.kinds import Kind
from srcgrad.ir.trees import map_tree
from srcgrad.values.signature import Structure

Row = tuple[np.dtype[Any], tuple[int, ...], Any]  # of a leaf, and what is given for it


def of_tangents(directions: Directions, given: Any, inputs: tuple[Any, ...]) -> list[Any] | None:
    """The tangents of all directions as arguments; None if they are not of several."""
    if not isinstance(given, tuple | list) or len(given) != len(inputs):
        return None
    try:
        rows = [
            row
            for k in directions.moved
            for row in _moved(directions.specs[k], inputs[k], given[k])
        ]
    except CotangentError:
        return None
    return _seeds(rows)


def _moved(spec: Any, value: Any, tangent: Any) -> Iterator[Row]:
    if isinstance(spec, Kind) and spec.floating:
        yield np.asarray(value).dtype, np.shape(value), tangent
    elif isinstance(spec, Structure):
        rows = zip(
            spec.items, spec.parts_of(value), structured(spec, value, tangent, ""), strict=True
        )
        for item, part, moved in rows:
            yield from _moved(item, part, moved)


def of_cotangent(
    expected: Expected, given: Any, sizes: dict[Any, int], sure: bool = False
) -> tuple[int, list[Any]] | None:
    """How many directions there are and their cotangents as arguments; None if it is one.

    Where the rank of an output is not known they are several only if it is ``sure``.
    """
    try:
        rows = list(_matched(expected, expected.tree, given, sizes, sure))
    except CotangentError:
        return None
    if any(row is None for row, _ in rows):
        return None
    found = _seeds([row for row, _ in rows if row is not None])
    if found is None:
        return None
    return len(found[0]), [seed for seed, (_, seeds) in zip(found, rows, strict=True) if seeds]


def _matched(
    expected: Expected, tree: Any, value: Any, sizes: dict[Any, int], sure: bool
) -> Iterator[tuple[Row | None, bool]]:
    """Each leaf's row, None where it is not of several, and whether generated code takes it."""
    if isinstance(tree, Leaf):
        row = _row(expected, tree, value, sizes, sure)
        if tree.active or row is not None:
            yield row, tree.active
        elif value is not None and comparable(tree.kind):
            yield None, False
        return
    if isinstance(tree, dict):
        value = as_items(tree, value)
    check_structure(tree, value, "")
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield from _matched(expected, tree[key], value[key], sizes, sure)


def _row(
    expected: Expected, leaf: Leaf, value: Any, sizes: dict[Any, int], sure: bool
) -> Row | None:
    kind = leaf.kind
    unknown = not kind.immutable and kind.shape is None
    if value is None or kind.base == "list" or not comparable(kind) or (unknown and not sure):
        return None
    if unknown:
        return np.dtype(kind.dtype), np.shape(value)[1:], value
    if resolvable(kind, expected.sizes):
        return np.dtype(kind.dtype), expected.shape(kind, sizes), value
    rank, have = len(kind.shape or ()), np.shape(value)  # generated code compares sizes
    return np.dtype(kind.dtype), have[1:] if len(have) == rank + 1 else (-1,), value


def _seeds(rows: list[Row]) -> list[Any] | None:
    """Arrays with one axis more than their leaves, of one size; None if they are not."""
    found: list[Any] = []
    counts = {np.shape(given)[:1] for _, _, given in rows if given is not None}
    if len(counts) != 1 or counts & {(), (0,)}:
        return None
    (count,) = counts
    for dtype, shape, given in rows:
        if given is None:
            found.append(np.zeros((*count, *shape), dtype))
            continue
        try:
            array = as_array(given, dtype, "")
        except CotangentError:
            return None
        if array.shape != (*count, *shape):
            return None
        found.append(array.astype(dtype, copy=False))
    return found


def one_by_one(run: Callable[..., Any], seeds: list[Any]) -> list[Any]:
    """What ``run`` gives for each direction; numbers are NumPy's, as for one."""
    return [run(*[seed[k] for seed in seeds]) for k in range(len(seeds[0]))]


def runs_differ(name: str) -> InputError:
    """Of a function that would run once for each direction, where that can be seen."""
    return InputError(
        f"{name} would run once for each direction, and its runs can be seen\n"
        "  why: it draws, prints, changes what lies outside, or calls what is not followed; no one run "
        "would have these tangents\n"
        "  try: reverse mode, which runs it once; or do this outside of it"
    )


def stacked(results: list[Any]) -> Any:
    """Results of one structure as one, in which each leaf has an axis in front."""
    return map_tree(lambda *parts: None if parts[0] is None else np.stack(parts), *results)


def as_gradients(spec: Any, value: Any) -> Any:
    """Gradients of several directions in the dtype of their input."""

    def leaf(part: Any, spec: Any) -> Any:
        floating = isinstance(spec, Kind) and spec.floating
        return np.asarray(part, spec.dtype) if floating and part is not None else None

    return map_tree(leaf, value, spec)
