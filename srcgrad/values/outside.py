"""What lies outside of a function: the places that the walk reads, and what it may find there.

A place is ``(sort, holder, name)``; ``read`` says what the sorts mean.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from types import CellType
from typing import Any

from srcgrad.ir.nodes import Const


class Absent:
    """What a place holds where there is nothing of its name."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
EMPTY = CellType()  # equal to every cell without content, and to no other
HOLDING = (set, deque, bytearray)  # containers that are constants of the walk, as they are then


@dataclass(frozen=True)
class Whole:
    """The spec of a list into which things are put, and whose content is not read."""

    cls: Any


class Contents(Const):
    """The spec of a container that is a constant: equal to what has equal content."""

    __slots__ = ("content",)
    content: Any

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        object.__setattr__(self, "content", type(value)(value))

    def __eq__(self, other: object) -> bool:
        try:
            return (
                isinstance(other, Contents)
                and type(other.value) is type(self.value)
                and bool(other.content == self.content)
            )
        except (ValueError, TypeError):  # arrays
            return False

    def __hash__(self) -> int:
        return hash((type(self.value), len(self.content)))


def read(sort: str, holder: Any, name: Any) -> Any:
    """What a place holds now. Raises an exception of Python's if there is no such place."""
    if sort == "cell":
        return holder.__closure__[holder.__code__.co_freevars.index(name)].cell_contents
    if sort == "empty":
        return holder.__closure__[holder.__code__.co_freevars.index(name)] == EMPTY
    if sort == "global":
        return holder.__globals__[name]
    if sort == "unset":  # whether there is such a global
        return name in holder.__globals__
    if sort == "attribute":
        return getattr(holder, name)
    if sort == "entry":  # of a class or module itself
        return holder.__dict__.get(name, ABSENT)
    if sort == "has":
        return hasattr(holder, name)
    if sort == "dispatch":  # which function of ``functools.singledispatch`` serves a class
        return holder.dispatch(name)
    if sort in ("code", "self", "defaults"):
        return getattr(holder, f"__{sort}__")
    if isinstance(holder, type):
        return holder.__dataclass_fields__[name].default  # type: ignore[attr-defined]
    return holder.__defaults__[name] if isinstance(name, int) else holder.__kwdefaults__[name]
