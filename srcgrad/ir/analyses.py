"""Facts about whole functions, computed once: asked again of the same function, they are there.

A function of the IR never changes, so its facts hold as long as it lives; a pass that gives another
function begins without any, but for those that it declares to keep (``ir.passes``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from srcgrad.ir.nodes import Function

Fact = TypeVar("Fact")

_FACTS: WeakKeyDictionary[Function, dict[str, Any]] = WeakKeyDictionary()
_watchers: list[Callable[[str], None]] = []


def analysis(compute: Callable[[Function], Fact]) -> Callable[[Function], Fact]:
    """Decorator: the facts that ``compute`` finds are remembered by function."""
    name = compute.__name__

    @functools.wraps(compute)
    def remembered(function: Function) -> Fact:
        for watcher in _watchers:
            watcher(name)
        facts = _FACTS.setdefault(function, {})
        if name not in facts:
            facts[name] = compute(function)
        found: Fact = facts[name]
        return found

    return remembered


def keep(names: Iterable[str], before: Function, after: Function) -> None:
    """Let the named facts of one function be those of another, too."""
    known = _FACTS.get(before, {})
    kept = {name: known[name] for name in names if name in known}
    if kept:
        _FACTS.setdefault(after, {}).update(kept)


class watched:  # noqa: N801 - it is used as a function
    """``with watched(asked.append):`` tells which analyses are asked for inside."""

    def __init__(self, watcher: Callable[[str], None]) -> None:
        self.watcher = watcher

    def __enter__(self) -> None:
        _watchers.append(self.watcher)

    def __exit__(self, *_: object) -> None:
        _watchers.remove(self.watcher)
