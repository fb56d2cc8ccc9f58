"""What classes of mappings inherit, several dicts as one, and what counters do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from srcgrad.definitions import defines


@defines(Mapping.get)
def get(self: Any, key: Any, default: Any = None) -> Any:
    try:
        found = self[key]
    except KeyError:
        found = default
    return found


@defines(Mapping.__contains__)
def contains(self: Any, key: Any) -> Any:
    try:
        self[key]
    except KeyError:
        return False
    return True


class Chain:
    """``collections.ChainMap``: what is looked up is the first that is found; changes go to the first."""

    def __init__(self, *maps: Any) -> None:
        self.maps = list(maps) or [{}]

    def __getitem__(self, key: Any) -> Any:
        for one in self.maps:
            if key in one:
                return one[key]
        raise KeyError(key)

    def get(self, key: Any, default: Any = None) -> Any:
        for one in self.maps:
            if key in one:
                return one[key]
        return default

    def __contains__(self, key: Any) -> Any:
        for one in self.maps:
            if key in one:
                return True
        return False

    def whole(self) -> Any:
        found: Any = {}
        for one in reversed(self.maps):
            found.update(one)
        return found

    def __iter__(self) -> Any:
        return iter(list(self.whole()))

    def __len__(self) -> Any:
        return len(self.whole())

    def __bool__(self) -> Any:
        return len(self.whole()) > 0

    def keys(self) -> Any:
        return list(self.whole())

    def values(self) -> Any:
        return [self[key] for key in self.whole()]

    def items(self) -> Any:
        return [(key, self[key]) for key in self.whole()]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.maps[0][key] = value

    def update(self, other: Any) -> None:
        self.maps[0].update(other)

    def new_child(self, m: Any = None) -> Any:
        return Chain({} if m is None else m, *self.maps)

    @property
    def parents(self) -> Any:
        return Chain(*self.maps[1:])


# --- collections.Counter --------------------------------------------------------------------------


@defines(Counter.__missing__)
def nothing(self: Any, key: Any) -> Any:
    return 0


def numbered(iterable: Any, numbers: Any) -> Any:
    """The keys that a counter is given, with their numbers."""
    if isinstance(iterable, Mapping):
        yield from iterable.items()
    elif iterable is not None:
        for key in iterable:
            yield key, 1
    yield from numbers.items()


def count(self: Any, iterable: Any = None, /, **numbers: Any) -> None:
    """``Counter.update``"""
    for key, number in numbered(iterable, numbers):
        self[key] = number + self.get(key, 0)


def subtract(self: Any, iterable: Any = None, /, **numbers: Any) -> None:
    for key, number in numbered(iterable, numbers):
        self[key] = self.get(key, 0) - number


def most_common(self: Any, n: Any = None) -> Any:
    found = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
    return found if n is None else found[: max(n, 0)]


def elements(self: Any) -> Any:
    for key, number in self.items():
        for _ in range(number):
            yield key


def total(self: Any) -> Any:
    return sum(self.values())


def joined(combine: Any) -> Any:
    """The operator of two counters that keeps what is positive of the ``combine`` of their numbers."""

    def operator(a: Any, b: Any) -> Any:
        found: Any = Counter()
        for key, number in a.items():
            both = combine(number, b.get(key, 0))
            if both > 0:
                found[key] = both
        for key, number in b.items():
            if key not in a:
                alone = combine(0, number)
                if alone > 0:
                    found[key] = alone
        return found

    return operator


COUNTER_METHODS = {
    "update": count,
    "subtract": subtract,
    "most_common": most_common,
    "elements": elements,
    "total": total,
}
COUNTER_OPERATORS = {
    "add": joined(lambda x, y: x + y),
    "sub": joined(lambda x, y: x - y),
    "or": joined(lambda x, y: y if x < y else x),
    "and": joined(lambda x, y: x if x < y else y),
}
