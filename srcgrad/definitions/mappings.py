"""What classes of mappings inherit, and several dicts as one."""

from __future__ import annotations

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
