"""Generator functions that can stop between two items: those of one loop with one ``yield``."""

from __future__ import annotations

from typing import Any, NamedTuple

import gast

from srcgrad.source.fence import yields
from srcgrad.source.jumps import JUMPS, has, structured


class Parts(NamedTuple):
    """A generator function of one loop with one ``yield``, taken apart there."""

    before: list[Any]
    loop: Any  # None: a row of statements, of which ``rows`` are what stands before each ``yield``
    head: list[Any]
    value: Any
    tail: list[Any]
    after: list[Any]
    rows: tuple[tuple[list[Any], Any], ...] = ()


def parts_of(function: Any) -> Parts | None:
    """The parts of a generator function that can stop at its ``yield``; None for any other."""
    if not hasattr(function, "parts"):
        function.parts = _taken_apart(function)
    found: Parts | None = function.parts
    return found


def _taken_apart(function: Any) -> Parts | None:
    if not isinstance(function, gast.FunctionDef):
        return None
    at = [k for k, item in enumerate(function.body) if _yields(item)]
    rest = [item for item in function.body if not _yields(item)]
    if any(has(item, JUMPS) for item in rest) or not at:
        return None
    if all(_is_yield(function.body[k]) for k in at):
        starts = [0, *(k + 1 for k in at)]
        rows = tuple(
            (structured(function.body[start:k]), function.body[k].value.value)
            for start, k in zip(starts, at, strict=False)
        )
        return Parts([], None, [], None, [], structured(function.body[at[-1] + 1 :]), rows)
    loop = function.body[at[0]]
    if len(at) > 1 or not isinstance(loop, gast.For | gast.While) or loop.orelse:
        return None
    inner = [k for k, item in enumerate(loop.body) if _yields(item)]
    if len(inner) > 1 or not _is_yield(loop.body[inner[0]]):
        return None
    k = inner[0]
    if any(has(item, JUMPS, into_loops=False) for item in loop.body[:k] + loop.body[k + 1 :]):
        return None
    return Parts(
        structured(function.body[: at[0]]),
        loop,
        structured(loop.body[:k]),
        loop.body[k].value.value,
        structured(loop.body[k + 1 :]),
        structured(function.body[at[0] + 1 :]),
    )


def _yields(node: Any) -> bool:
    holder = gast.Module([node], [])
    return bool(yields(holder))


def _is_yield(node: Any) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Yield)
