"""Tables: the dicts and sets of generated code, whose keys are known only at run time.

A table says where the value of a key stands in a list. No derivative is by keys or places.
"""

from __future__ import annotations

from typing import Any


def key_table() -> dict[Any, int]:
    """A new table."""
    return {}


def key_set() -> set[Any]:
    """A new set of keys."""
    return set()


def has_key(table: Any, key: Any) -> bool:
    return key in table


def place_of(table: dict[Any, int], key: Any) -> int:
    return table[key]


def put_key(table: dict[Any, int], key: Any, place: int) -> None:
    table[key] = place


def add_key(members: set[Any], key: Any) -> None:
    members.add(key)


def drop_key(table: dict[Any, int], key: Any) -> None:
    del table[key]


def discard_key(members: set[Any], key: Any) -> None:
    members.discard(key)


def remove_key(members: set[Any], key: Any) -> None:
    members.remove(key)


def clear_keys(table: Any) -> None:
    table.clear()


def key_count(table: Any) -> int:
    return len(table)


def places_of(table: dict[Any, int]) -> list[int]:
    """The places of all keys, in their order."""
    return list(table.values())


def places_in(members: set[Any], table: dict[Any, int]) -> list[int]:
    """The places of the members of a set, in its order."""
    return [table[key] for key in members]


def taken_place(members: set[Any], table: dict[Any, int]) -> int:
    """The place of a member that leaves the set: which one, Python decides."""
    return table[members.pop()]


def united(a: set[Any], b: set[Any]) -> set[Any]:
    return a | b


def common(a: set[Any], b: set[Any]) -> set[Any]:
    return a & b


def without(a: set[Any], b: set[Any]) -> set[Any]:
    return a - b


def in_one(a: set[Any], b: set[Any]) -> set[Any]:
    return a ^ b


def is_within(a: set[Any], b: set[Any]) -> bool:
    return a <= b
