"""Which names hold a container or object: where two paths meet, only what one name holds is copied.

A list, dict or object that differs from path to path, or from iteration to iteration, becomes a new
one that stands for both. That is right as long as no other name holds one of them: a change through
the one name would not be seen through the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.values.abstract import DictV, EntryV, ListV, ObjectV, OptionalV, TupleV

CONTAINERS = (ListV, DictV, ObjectV)


def holders(content: dict[Any, Any], number: int) -> int:
    """How many variables and containers hold the container of this number."""

    def count(value: Any) -> int:
        if isinstance(value, CONTAINERS):
            return int(value.number == number)
        if isinstance(value, TupleV):
            return count(value.items)
        if isinstance(value, OptionalV | EntryV):
            return count(value.value)
        if type(value) is tuple:
            return sum(count(item) for item in value)
        return 0

    return sum(count(value) for value in content.values())


def members(content: dict[Any, Any], value: Any) -> dict[str, Any]:
    """What a container or object holds, by the names under which it is stored."""
    if isinstance(value, ObjectV):
        return {name: item for (owner, name), item in content.items() if owner == value.number}
    return {"items": content.get((value.number, "items"))}


def keys_of(value: Any) -> list[Any] | None:
    """The keys of the content of a dict; None for other content."""
    if type(value) is tuple and all(type(item) is tuple and len(item) == 2 for item in value):
        return [key for key, _ in value]
    return None


def alike(a: Any, b: Any) -> bool:
    """Whether two containers are of one class."""
    return type(a) is type(b) and getattr(a, "cls", None) is getattr(b, "cls", None)


def on_parts(value: Any, visit: Callable[[Any, tuple[int, ...]], Any]) -> Any:
    """A tuple, or the content of a list or dict, with ``visit(item, path)`` of all but keys."""
    if isinstance(value, TupleV):
        return TupleV(tuple(visit(item, (k,)) for k, item in enumerate(value.items)), value.cls)
    return tuple(
        (item[0], visit(item[1], (k, 1))) if type(item) is tuple else visit(item, (k,))
        for k, item in enumerate(value)
    )
