"""Checks of shapes: they raise what an operation raises on arrays of these shapes. NumPy only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, ...]


def check_broadcast(a: Shape, b: Shape) -> None:
    """Raise the ``ValueError`` of an elementwise operation if shapes do not fit."""
    if a == b or not a or not b:
        return
    for m, n in zip(reversed(a), reversed(b), strict=False):
        if m != n and m != 1 and n != 1:
            _run(np.add, a, b)


def check_matmul(a: Shape, b: Shape) -> None:
    """Raise the ``ValueError`` of ``a @ b`` if shapes do not fit."""
    if not a or not b or a[-1] != b[-min(2, len(b))]:
        _run(np.matmul, a, b)
    if len(a) > 2 and len(b) > 2:
        stacks = (a[:-2], b[:-2])
        _run(np.matmul, *((*stack, 1, 1) for stack in stacks))


def check_dot(a: Shape, b: Shape) -> None:
    """Raise the ``ValueError`` of ``np.dot(a, b)`` if shapes do not fit."""
    if a and b and a[-1] != b[-min(2, len(b))]:
        _run(np.dot, a, b)


def check_store(x: Any, index: Any, shape: Shape) -> None:
    """Raise what ``x[index] = v`` does for a ``v`` of this shape."""
    if not _takes(np.shape(x[index]), shape):
        np.zeros(np.shape(x))[index] = np.zeros(shape)


def check_update(x: Any, index: Any, shape: Shape) -> None:
    """Raise what ``x[index] += v`` does for a ``v`` of this shape."""
    if not _takes(np.shape(x[index]), shape):
        whole = np.zeros(np.shape(x))
        whole[index] += np.zeros(shape)


def _takes(have: Shape, given: Shape) -> bool:
    """Whether what is given fits where there is this shape."""
    pairs = zip(reversed(have), reversed(given), strict=False)
    return len(given) <= len(have) and all(n in (m, 1) for m, n in pairs)


def check_pop(xs: Any) -> None:
    """Raise ``IndexError`` if ``xs.pop()`` does."""
    if len(xs) == 0:
        raise IndexError("pop from empty list")


def check_count(length: int, count: int, more: bool) -> None:
    """Raise the ``ValueError`` of unpacking ``length`` values into ``count``, or as many at least."""
    if length < count:
        least = "at least " if more else ""
        raise ValueError(f"not enough values to unpack (expected {least}{count}, got {length})")
    if length > count and not more:
        raise ValueError(f"too many values to unpack (expected {count})")


def _run(operation: Callable[..., Any], *shapes: Shape) -> None:
    """Run an operation on arrays of these shapes, which take no memory."""
    operation(*(np.broadcast_to(0.0, shape) for shape in shapes))
