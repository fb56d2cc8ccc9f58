"""Iterators over others: generators, which run as their items are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from srcgrad.definitions import defines


def each(items: Any) -> Any:
    for item in items:  # noqa: UP028, one at a time
        yield item


def stepped(owner: Any) -> Any:
    """What an object with ``__next__`` gives."""
    while True:
        try:
            item = owner.__next__()
        except StopIteration:
            return
        yield item


def next_or(owner: Any, default: Any) -> Any:
    """``next(owner, default)`` of an object with ``__next__``."""
    try:
        return owner.__next__()
    except StopIteration:
        return default


@defines(Sequence.__iter__)
def numbered(owner: Any) -> Any:
    """What an object with ``__getitem__`` has, up to the first place that is not there."""
    place = 0
    while True:
        try:
            item = owner[place]
        except IndexError:
            return
        yield item
        place += 1


@defines(Sequence.__reversed__)
def backwards(owner: Any) -> Any:
    for place in reversed(range(len(owner))):
        yield owner[place]


def mapped(function: Any, items: Any) -> Any:
    for item in items:
        yield function(item)


def starmapped(function: Any, rows: Any) -> Any:
    for row in rows:
        yield function(*row)


def filtered(function: Any, items: Any) -> Any:
    for item in items:
        if function(item):
            yield item


def true_items(items: Any) -> Any:
    for item in items:
        if item:
            yield item


@defines(itertools.filterfalse)
def filterfalse(function: Any, iterable: Any) -> Any:
    for item in iterable:
        if not (item if function is None else function(item)):
            yield item


@defines(itertools.takewhile)
def takewhile(predicate: Any, iterable: Any) -> Any:
    for item in iterable:
        if not predicate(item):
            return
        yield item


@defines(itertools.dropwhile)
def dropwhile(predicate: Any, iterable: Any) -> Any:
    dropping = True
    for item in iterable:
        if dropping:
            dropping = predicate(item)
        if not dropping:
            yield item


@defines(itertools.compress)
def compress(data: Any, selectors: Any) -> Any:
    for item, selected in zip(data, selectors):  # noqa: B905, it ends with the shorter
        if selected:
            yield item


def sliced(items: Any, start: Any, step: Any) -> Any:
    """``itertools.islice`` without an end."""
    count, wanted = 0, start
    for item in items:
        mine = count == wanted
        count += 1
        if mine:
            wanted += step
            yield item


def cut(items: Any, start: Any, stop: Any, step: Any) -> Any:
    """``itertools.islice``, which asks for no item past ``stop``."""
    if stop <= 0:
        return
    count, wanted = 0, start
    for item in items:
        mine = count == wanted
        count += 1
        if mine:
            wanted += step
            yield item
        if count >= stop:
            return


def chained(iterables: Any) -> Any:
    for iterable in iterables:
        yield from iterable


def accumulated(items: Any, function: Any) -> Any:
    total = None
    for item in items:
        total = item if total is None else function(total, item)
        yield total


def accumulated_from(items: Any, function: Any, initial: Any) -> Any:
    total = initial
    yield total
    for item in items:
        total = function(total, item)
        yield total


def cycled(items: Any) -> Any:
    kept = []
    for item in items:
        kept.append(item)
        yield item
    if len(kept) == 0:
        return
    while True:
        yield from kept


def paired(items: Any) -> Any:
    last = None
    for item in items:
        if last is not None:
            yield last, item
        last = item


def called(function: Any, sentinel: Any) -> Any:
    """``iter(function, sentinel)``"""
    while True:
        item = function()
        if item == sentinel:
            return
        yield item


def longest(columns: Any, fill: Any) -> Any:
    """The rows of ``itertools.zip_longest``."""
    columns = [list(column) for column in columns]
    return [
        tuple([column[place] if place < len(column) else fill for column in columns])
        for place in range(max([len(column) for column in columns]))
    ]


def with_keys(items: Any, key: Any) -> Any:
    """What ``itertools.groupby`` compares."""
    items = list(items)
    return items, items if key is None else [key(item) for item in items]


def grouped(items: Any, keys: Any) -> Any:
    """``itertools.groupby``: what a loop leaves of a group is gone when it asks for the next."""
    start = 0
    while start < len(items):
        stop = start + 1
        while stop < len(items) and keys[start] == keys[stop]:
            stop += 1
        group = iter(items[start:stop])
        yield keys[start], group
        for _ in group:
            pass
        start = stop


def fetched(source: Any, taken: Any) -> Any:
    """Whether ``itertools.tee`` finds another item."""
    for item in source:
        taken.append(item)
        return True
    return False


def teed(source: Any, taken: Any) -> Any:
    """One of the iterators that ``itertools.tee`` makes; ``taken`` is what all of them have read."""
    place = 0
    while place < len(taken) or fetched(source, taken):
        yield taken[place]
        place += 1


def tee(items: Any, count: Any) -> Any:
    source = iter(items)
    taken: list[Any] = []
    return tuple([teed(source, taken) for _ in range(count)])
