"""Dicts and sets whose keys are known only at run time, as objects of generated code.

The values stand in a list, and a table says where: what is differentiated is the list. Items are
given one by one, as Python's are, so that a loop sees what it changes.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Mapping
from typing import Any

from srcgrad.definitions import mappings
from srcgrad.runtime.tables import (
    add_key,
    clear_keys,
    common,
    discard_key,
    drop_key,
    has_key,
    in_one,
    is_within,
    key_count,
    key_set,
    key_table,
    place_of,
    places_in,
    places_of,
    put_key,
    remove_key,
    taken_place,
    united,
    without,
)


def open_list() -> Any:
    """A list whose length is known only at run time."""
    return []


def is_empty_yet(values: Any) -> bool:
    """Whether nothing was put into a list so far, in this pass over the function."""
    return len(values) == 0


def nowhere(*what: Any) -> None:
    """Nothing was put into a table so far, in this pass: raise for a table and a key, or a message."""


def check_count(keys: Any, count: Any, what: str) -> None:
    """Raise what Python raises where a loop adds to or takes from what it goes through."""
    if key_count(keys) != count:
        raise RuntimeError(what + " changed size during iteration")


class Table:
    """``dict``"""

    def __init__(self) -> None:
        self.places = key_table()
        self.names = open_list()
        self.held = open_list()

    def at(self, key: Any) -> Any:
        if is_empty_yet(self.held):
            nowhere(self.places, key)
        return self.held[place_of(self.places, key)]

    def put(self, key: Any, value: Any) -> None:
        """A new key and its value."""
        put_key(self.places, key, len(self.held))
        self.names.append(key)
        self.held.append(value)

    def __getitem__(self, key: Any) -> Any:
        return self.at(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if has_key(self.places, key):
            self.held[place_of(self.places, key)] = value
        else:
            self.put(key, value)

    def __delitem__(self, key: Any) -> None:
        drop_key(self.places, key)

    def __contains__(self, key: Any) -> Any:
        return has_key(self.places, key)

    def __len__(self) -> Any:
        return key_count(self.places)

    def placed(self) -> Any:
        """The places of the keys, one by one."""
        count = key_count(self.places)
        if not is_empty_yet(self.names):
            for place in places_of(self.places):
                check_count(self.places, count, "dictionary")
                yield place
        check_count(self.places, count, "dictionary")

    def __iter__(self) -> Any:
        for place in self.placed():
            yield self.names[place]

    def keys(self) -> Any:
        return iter(self)

    def values(self) -> Any:
        for place in self.placed():
            yield self.held[place]

    def items(self) -> Any:
        for place in self.placed():
            yield self.names[place], self.held[place]

    def get(self, key: Any, default: Any = None) -> Any:
        return self.at(key) if has_key(self.places, key) else default

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if not has_key(self.places, key):
            self.put(key, default)
        return self.held[place_of(self.places, key)]

    def pop(self, key: Any, *default: Any) -> Any:
        if default and not has_key(self.places, key):
            return default[0]
        value = self.at(key)
        drop_key(self.places, key)
        return value

    def clear(self) -> None:
        clear_keys(self.places)

    def update(self, other: Any = (), **named: Any) -> None:
        for key, value in pairs(other):
            self[key] = value
        for key, value in named.items():
            self[key] = value

    def fresh(self) -> Any:
        return Table()

    def copy(self) -> Any:
        found = self.fresh()
        found.update(self)
        return found

    def popitem(self, last: Any = True) -> Any:
        if is_empty_yet(self.held):
            nowhere("popitem(): dictionary is empty")
        if key_count(self.places) == 0:
            raise KeyError("popitem(): dictionary is empty")
        place = places_of(self.places)[-1 if last else 0]
        drop_key(self.places, self.names[place])
        return self.names[place], self.held[place]


def pairs(items: Any) -> Any:
    """The keys and values of a mapping, or of pairs."""
    return items.items() if isinstance(items, Mapping) else items


class Ordered(Table):
    """``OrderedDict``"""

    def move_to_end(self, key: Any, last: Any = True) -> None:
        place = place_of(self.places, key)
        if last:
            self.moved(place)
        else:
            for other in places_of(self.places):
                if other != place:
                    self.moved(other)

    def moved(self, place: Any) -> None:
        """The key of a place becomes the last one."""
        drop_key(self.places, self.names[place])
        put_key(self.places, self.names[place], place)

    def fresh(self) -> Any:
        return Ordered()


class Default(Table):
    """``defaultdict``"""

    def __init__(self, factory: Any = None) -> None:
        super().__init__()
        self.default_factory = factory

    def __getitem__(self, key: Any) -> Any:
        if self.default_factory is not None and not has_key(self.places, key):
            self.put(key, self.default_factory())
        return self.at(key)

    def fresh(self) -> Any:
        return Default(self.default_factory)


class Tally(Table):
    """``Counter``"""

    def fresh(self) -> Any:
        return Tally()

    def __getitem__(self, key: Any) -> Any:
        return self.get(key, 0)

    update = mappings.count
    subtract = mappings.subtract
    most_common = mappings.most_common
    elements = mappings.elements
    total = mappings.total


class Group:
    """``set``: the order of its members is that of Python's own set."""

    def __init__(self, items: Any = ()) -> None:
        self.members = key_set()
        self.places = key_table()
        self.names = open_list()
        self.update(items)

    def add(self, key: Any) -> None:
        add_key(self.members, key)
        self.known(key)

    def known(self, key: Any) -> None:
        """Note a key, so that the order of the members can be told in places."""
        if not has_key(self.places, key):
            put_key(self.places, key, len(self.names))
            self.names.append(key)

    def discard(self, key: Any) -> None:
        discard_key(self.members, key)

    def remove(self, key: Any) -> None:
        remove_key(self.members, key)

    def pop(self) -> Any:
        return self.names[taken_place(self.members, self.places)]

    def clear(self) -> None:
        clear_keys(self.members)

    def update(self, *others: Any) -> None:
        for items in others:
            for key in items:
                self.add(key)

    def __contains__(self, key: Any) -> Any:
        return has_key(self.members, key)

    def __len__(self) -> Any:
        return key_count(self.members)

    def __iter__(self) -> Any:
        count = key_count(self.members)
        for place in places_in(self.members, self.places):
            check_count(self.members, count, "Set")
            yield self.names[place]
        check_count(self.members, count, "Set")

    def joined(self, other: Any, join: Any) -> Any:
        """A new set of what ``join`` makes of the members of both."""
        found, second = Group(), group(other)
        for one in (self, second):
            for name in one.names:
                found.known(name)
        found.members = join(self.members, second.members)
        return found

    def copy(self) -> Any:
        return self.joined(Group(), united)

    def union(self, other: Any = ()) -> Any:
        return self.joined(other, united)

    def intersection(self, other: Any) -> Any:
        return self.joined(other, common)

    def difference(self, other: Any = ()) -> Any:
        return self.joined(other, without)

    def symmetric_difference(self, other: Any) -> Any:
        return self.joined(other, in_one)

    def issubset(self, other: Any) -> Any:
        return is_within(self.members, group(other).members)

    def issuperset(self, other: Any) -> Any:
        return is_within(group(other).members, self.members)

    def isdisjoint(self, other: Any) -> Any:
        return key_count(common(self.members, group(other).members)) == 0

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __isub__(self, other: Any) -> Any:
        for key in group(other):
            self.discard(key)
        return self

    def __or__(self, other: Any) -> Any:
        return self.joined(other, united)

    def __and__(self, other: Any) -> Any:
        return self.joined(other, common)

    def __sub__(self, other: Any) -> Any:
        return self.joined(other, without)

    def __xor__(self, other: Any) -> Any:
        return self.joined(other, in_one)

    def __ror__(self, other: Any) -> Any:
        return group(other) | self

    def __rand__(self, other: Any) -> Any:
        return group(other) & self

    def __rsub__(self, other: Any) -> Any:
        return group(other) - self

    def __le__(self, other: Any) -> Any:
        return self.issubset(other)

    def __ge__(self, other: Any) -> Any:
        return self.issuperset(other)

    def __eq__(self, other: Any) -> Any:
        return self.issubset(other) and self.issuperset(other)

    __hash__ = None


def group(items: Any) -> Any:
    """A set of these items, or the one that they are."""
    return items if isinstance(items, Group) else Group(items)


TABLES: dict[Any, Any] = {
    dict: Table,
    OrderedDict: Ordered,
    defaultdict: Default,
    Counter: Tally,
}
for _cls, _made in TABLES.items():
    _made.__name__ = _cls.__name__  # as messages call it
Group.__name__ = "set"
STANDS_FOR = {**{made: cls for cls, made in TABLES.items()}, Group: set}
