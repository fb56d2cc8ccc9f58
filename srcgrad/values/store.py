"""The contents of all variables, containers and objects during the walk, and when two are the same.

What is mutable keeps its content here, under the value's own number, so that two names of one list
see one content.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from srcgrad.ir.nodes import Const

Key = tuple[int, str]  # the number of a frame, container or object, and a name


class Numbers(threading.local):
    """Numbers of frames, containers and objects. A pass that is repeated repeats its numbers."""

    value = 0
    outside = -(10**12)  # the last that was given to what is read from outside

    def __init__(self) -> None:
        self.given: set[int] = set()  # containers that an object from outside holds, too

    def next(self) -> int:
        self.value += 1
        return self.value


NUMBERS = Numbers()


def new_number() -> int:
    return NUMBERS.next()


class Undefined:
    """What a variable holds that is not assigned on this path."""


UNDEFINED = Undefined()


class Store:
    """All variables and contents: ``(frame or object number, name) -> value``.

    What is read from outside is there from the start, wherever the walk meets it first: ``outside``
    is its content at the entry, of which every earlier state holds it, too.
    """

    def __init__(self, content: dict[Key, Any] | None = None) -> None:
        self.outside: dict[Key, Any] = {}
        self.reading: dict[Key, Any] | None = None  # what is read is noted here
        self.lent_changes: Callable[[str], None] = lambda to: None  # of what was lent
        self.unread: dict[int, Callable[[], None]] = {}  # lists from outside -> what reads them
        self.content = content if content is not None else {}

    @property
    def content(self) -> dict[Key, Any]:
        return self._content

    @content.setter
    def content(self, value: dict[Key, Any]) -> None:
        self._content = self.completed(value)

    def completed(self, state: dict[Key, Any]) -> dict[Key, Any]:
        """An earlier state, with what was read from outside since."""
        for key, value in self.outside.items():
            state.setdefault(key, value)
        return state

    def get(self, owner: int, name: str) -> Any:
        if owner in self.unread:
            self.unread[owner]()
        value = self.content.get((owner, name), UNDEFINED)
        if self.reading is not None:
            self.reading.setdefault((owner, name), value)
        return value

    def set(self, owner: int, name: str, value: Any) -> None:
        if name != "lent" and (owner, "lent") in self.content:
            self.lent_changes(self.content[(owner, "lent")].value)
        self.content[(owner, name)] = value

    def snapshot(self) -> dict[Key, Any]:
        return dict(self.content)

    def changed(self, before: dict[Key, Any]) -> list[Key]:
        """The keys whose values differ from those of ``before``, in a stable order."""
        return [
            key
            for key, value in self.content.items()
            if not same(value, before.get(key, self.outside.get(key, UNDEFINED)))
        ]


def same_key(a: Any, b: Any) -> bool:
    """Whether two keys of a dict are one, as 1, 1.0 and True are."""
    if same(a, b) or not (isinstance(a, Const) and isinstance(b, Const)):
        return same(a, b)
    try:
        return hash(a.value) == hash(b.value) and bool(a.value == b.value)
    except TypeError:
        return False


def same(a: Any, b: Any) -> bool:
    """Whether two abstract values are one: constants by type and value."""
    if a is b:
        return True
    if type(a) is tuple and type(b) is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    if not (isinstance(a, Const) and isinstance(b, Const)):
        return type(a) is type(b) and bool(a == b)
    x, y = a.value, b.value
    return type(x) is type(y) and (
        x is y or (isinstance(x, int | str | float | bool | tuple) and repr(x) == repr(y))
    )
