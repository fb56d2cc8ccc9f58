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


class Managed(NamedTuple):
    """A generator function that makes a context manager, taken apart at its one ``yield``.

    ``after`` is left out where the block raises, and so is ``last``.
    """

    before: list[Any]
    value: Any  # what is yielded
    after: list[Any]
    final: list[Any]  # the ``finally`` of a ``try`` around the ``yield``
    last: list[Any]


def managed(function: Any) -> Managed | None:
    """The parts of such a generator function; None for one that is more than that."""
    before, item, last = _around(function.body)
    after: list[Any] = []
    final: list[Any] = []
    if isinstance(item, gast.Try) and not item.handlers and not item.orelse:
        final = item.finalbody
        inner, item, after = _around(item.body)
        before = before + inner
    rest = [*before, *after, *final, *last]
    if not _is_yield(item) or any(_yields(part) or has(part, JUMPS) for part in rest):
        return None
    return Managed(
        structured(before), item.value.value, structured(after), structured(final), structured(last)
    )


def _around(body: list[Any]) -> tuple[list[Any], Any, list[Any]]:
    """The first statement that yields, and what stands before and after it."""
    at = next((k for k, item in enumerate(body) if _yields(item)), len(body))
    return body[:at], body[at] if at < len(body) else None, body[at + 1 :]


def _yields(node: Any) -> bool:
    holder = gast.Module([node], [])
    return bool(yields(holder))


def _is_yield(node: Any) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Yield)
