"""Several directions at once: tangents and cotangents with an axis in front of each leaf.

They are served by an entry of their own, in which the function runs once (``Entry.joint``), or, where
there is none, by one run after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcgrad.dispatch.cotangent import Expected, Leaf, as_array, check_structure
from srcgrad.dispatch.result_classes import as_items
from srcgrad.dispatch.tangents import Directions, structured
from srcgrad.errors import CotangentError
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
        rows = zip(spec.items, spec.parts_of(value), structured(spec, tangent, ""), strict=True)
        for item, part, moved in rows:
            yield from _moved(item, part, moved)


def of_cotangent(
    expected: Expected, given: Any, sizes: dict[Any, int], sure: bool = False
) -> list[Any] | None:
    """The cotangents of all directions as arguments; None if they are not of several.

    Where the rank of an output is not known they are only if it is ``sure``.
    """
    try:
        rows = list(_matched(expected, expected.tree, given, sizes, sure))
    except CotangentError:
        return None
    return None if any(row is None for row in rows) else _seeds(rows)  # type: ignore[arg-type]


def count_of(tree: Any, given: Any) -> int | None:
    """How many cotangents these are of outputs that depend on no input; None: they are one."""
    if isinstance(tree, Leaf):
        kind = tree.kind
        rank = 0 if kind.immutable else None if kind.shape is None else len(kind.shape)
        several = rank is not None and given is not None and np.ndim(given) == rank + 1
        return int(np.shape(given)[0]) if several else None
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    counts = {count_of(tree[key], given[key]) for key in keys} if given is not None else set()
    return counts.pop() if len(counts) == 1 else None


def _matched(
    expected: Expected, tree: Any, value: Any, sizes: dict[Any, int], sure: bool
) -> Iterator[Row | None]:
    if isinstance(tree, Leaf):
        kind = tree.kind
        if not tree.active:
            return
        unknown = not kind.immutable and kind.shape is None
        if value is None or kind.base == "list" or (unknown and not sure):
            yield None
        elif unknown:
            yield np.dtype(kind.dtype), np.shape(value)[1:], value
        elif kind.immutable or expected.known:
            shape = () if kind.immutable else expected.shape(kind, sizes)
            yield np.dtype(kind.dtype), shape, value
        else:  # generated code compares sizes
            rank, have = len(kind.shape or ()), np.shape(value)
            yield np.dtype(kind.dtype), have[1:] if len(have) == rank + 1 else (-1,), value
        return
    if isinstance(tree, dict):
        value = as_items(tree, value)
    check_structure(tree, value, "")
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield from _matched(expected, tree[key], value[key], sizes, sure)


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


def stacked(results: list[Any]) -> Any:
    """Results of one structure as one, in which each leaf has an axis in front."""
    return map_tree(lambda *parts: None if parts[0] is None else np.stack(parts), *results)


def as_gradients(spec: Any, value: Any) -> Any:
    """Gradients of several directions in the dtype of their input."""

    def leaf(part: Any, spec: Any) -> Any:
        floating = isinstance(spec, Kind) and spec.floating
        return np.asarray(part, spec.dtype) if floating and part is not None else None

    return map_tree(leaf, value, spec)
