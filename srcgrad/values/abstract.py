"""What a variable may hold while a function is elaborated, beside operands of the IR.

Structure that is known when source is generated never reaches the IR: tuples, lists, dicts and
objects are taken apart, functions and modules are constants. What is mutable keeps its content in
the ``Store``, under the value's own number, so that two names of one list see one content.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from srcgrad.ir.nodes import Const, Operand


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


@dataclass(frozen=True)
class TupleV:
    """A tuple; ``cls`` is the class of a named tuple."""

    items: tuple[Any, ...]
    cls: Any = tuple


class Records:
    """The class of a ``TupleV`` that is a list of tuples: its item is a tuple of lists."""


def is_records(value: Any) -> bool:
    return isinstance(value, TupleV) and value.cls is Records


@dataclass(frozen=True)
class ListV:
    """A list of known length; its items stand in the store; ``sites`` are where it was made.

    What is read from outside has the operand that is the real one: changes are made there, too.
    """

    number: int = field(default_factory=NUMBERS.next)
    sites: tuple[Any, ...] = field(default=(), compare=False)
    longest: int | None = field(default=None, compare=False)  # of a deque: its ``maxlen``
    cls: Any = field(default=list, compare=False)
    outside: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class DictV:
    """A dict with known keys; its items stand in the store; ``factory`` makes missing ones."""

    number: int = field(default_factory=NUMBERS.next)
    cls: Any = field(default=dict, compare=False)
    factory: Any = field(default=None, compare=False)
    outside: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class AttributesV(DictV):
    """``vars(owner)``: the attributes of an object, by their names."""

    owner: Any = None


@dataclass(frozen=True)
class ObjectV:
    """An instance of a user's class; its attributes stand in the store."""

    cls: Any
    number: int = field(default_factory=NUMBERS.next)
    outside: Any = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class FunctionV:
    """A function defined inside the function: its node, and the frame it closes over."""

    source: Any
    node: Any
    frame: Any
    defaults: tuple[Any, ...] = ()
    keyword_defaults: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class MethodV:
    """A method of an array or container, or a user's function bound to an object."""

    owner: Any
    name: str
    function: Any = None


@dataclass(frozen=True)
class PartV:
    """The real or imaginary part, by its ``name``, of an array, where it is stored into."""

    owner: str
    name: str


@dataclass(frozen=True)
class SuperV:
    """An object as its classes after ``cls`` see it."""

    owner: ObjectV
    cls: Any


@dataclass(frozen=True)
class PartialV:
    """``functools.partial``."""

    function: Any
    args: tuple[Any, ...]
    keywords: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, eq=False)
class GeneratorV:
    """What gives its items in the course of the loop that asks for them.

    A call of a generator function, whose ``frame`` holds its arguments, or what ``produce`` runs.
    ``whole`` makes all items at once, for what asks for all of them before it does anything else.
    """

    frame: Any
    whole: Callable[[], Any] | None = None
    produce: Callable[[Any, Any, str | None, Callable[[], None]], None] | None = None


@dataclass(frozen=True)
class ChoiceV:
    """One of two functions, by a condition."""

    cond: Operand
    then: Any
    orelse: Any


@dataclass(frozen=True)
class ContextV:
    """A context manager of which is known what it does."""

    style: str
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True)
class RangeV:
    start: Operand
    stop: Operand
    step: Operand


@dataclass(frozen=True)
class IteratorV:
    """``zip``, ``enumerate``, ``reversed``, ``map`` over other values: its items have numbers.

    Item ``k`` is read when its turn comes. ``function`` is what ``map`` does with it, and ``whole``
    makes all items at once, as for a ``GeneratorV``.
    """

    style: str
    sources: tuple[Any, ...]
    start: Operand = Const(0)
    number: int = field(default_factory=NUMBERS.next, compare=False)
    function: Any = None
    whole: Callable[[], Any] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Later:
    """An item of an iterable that is read when its turn comes."""

    read: Callable[[int], Any]
    number: int


@dataclass(frozen=True)
class Conflict:
    """What a variable holds after branches that leave it with values that do not mix."""

    why: str
    lists: tuple[Any, ...] = ()  # of known length, which could be lists of unknown length
    other: Any = None


@dataclass(frozen=True)
class OptionalV:
    """``value``, or None where the operand ``present`` is false."""

    present: Any
    value: Any


@dataclass(frozen=True)
class EntryV:
    """A value in a dict whose keys differ from path to path: its key is there if ``present``.

    The order of such a dict's keys is not known.
    """

    present: Any
    value: Any


def entry(value: Any) -> EntryV:
    """A value in a dict, or UNDEFINED for a key that is not there, as one of a path."""
    if isinstance(value, EntryV):
        return value
    return EntryV(Const(value is not UNDEFINED), value)


class Undefined:
    """What a variable holds that is not assigned on this path."""


UNDEFINED = Undefined()


class Store:
    """All variables and contents: ``(frame or object number, name) -> value``.

    What is read from outside is there from the start, wherever the walk meets it first: ``outside``
    is its content at the entry, of which every earlier state holds it, too.
    """

    def __init__(self, content: dict[tuple[int, str], Any] | None = None) -> None:
        self.outside: dict[tuple[int, str], Any] = {}
        self.reading: dict[tuple[int, str], Any] | None = None  # what is read is noted here
        self.lent_changes: Callable[[], None] = lambda: None  # called where what was lent changes
        self.unread: dict[int, Callable[[], None]] = {}  # lists from outside -> what reads them
        self.content = content if content is not None else {}

    @property
    def content(self) -> dict[tuple[int, str], Any]:
        return self._content

    @content.setter
    def content(self, value: dict[tuple[int, str], Any]) -> None:
        self._content = self.completed(value)

    def completed(self, state: dict[tuple[int, str], Any]) -> dict[tuple[int, str], Any]:
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
        if name == "items" and (owner, "lent") in self.content:
            self.lent_changes()
        self.content[(owner, name)] = value

    def snapshot(self) -> dict[tuple[int, str], Any]:
        return dict(self.content)

    def changed(self, before: dict[tuple[int, str], Any]) -> list[tuple[int, str]]:
        """The keys whose values differ from those of ``before``, in a stable order."""
        return [
            key
            for key, value in self.content.items()
            if not same(value, before.get(key, self.outside.get(key, UNDEFINED)))
        ]


def same(a: Any, b: Any) -> bool:
    """Whether two abstract values are one: constants by type and value."""
    if a is b:
        return True
    if isinstance(a, Const) and isinstance(b, Const):
        return type(a.value) is type(b.value) and (
            a.value is b.value
            or (
                isinstance(a.value, int | str | float | bool | tuple)
                and repr(a.value) == repr(b.value)
            )
        )
    if isinstance(a, TupleV) and isinstance(b, TupleV):
        return (
            len(a.items) == len(b.items)
            and a.cls is b.cls
            and all(same(x, y) for x, y in zip(a.items, b.items, strict=True))
        )
    if type(a) is not type(b) or isinstance(a, Const):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def optional(value: Any) -> OptionalV:
    """A value as one that may be None."""
    if isinstance(value, OptionalV):
        return value
    if isinstance(value, Const) and value.value is None:
        return OptionalV(Const(False), UNDEFINED)
    return OptionalV(Const(True), value)


def may_be_none(*values: Any) -> bool:
    """Whether None is among these values, and something else as well."""
    absent = [isinstance(value, Const) and value.value is None for value in values]
    return any(isinstance(value, OptionalV) for value in values) or (
        any(absent) and not all(absent)
    )


AMBIGUOUS = object()  # the real one of a container that is one of several


def successor(*containers: Any) -> Any:
    """A new list or dict that stands for one of these."""
    first = containers[0]
    real = {value.outside for value in containers}
    outside = real.pop() if len(real) == 1 else AMBIGUOUS
    if isinstance(first, ListV):
        sites = dict.fromkeys(site for value in containers for site in value.sites)
        new: Any = ListV(sites=tuple(sites), longest=first.longest, cls=first.cls, outside=outside)
    elif isinstance(first, ObjectV):
        new = ObjectV(first.cls, outside=outside)
    else:
        new = DictV(cls=first.cls, factory=first.factory, outside=outside)
    if any(value.number in NUMBERS.given for value in containers):
        NUMBERS.given.add(new.number)
    return new


def new_number() -> int:
    return NUMBERS.next()
