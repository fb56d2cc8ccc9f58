"""Where generated code finds what a function reads from outside, and whether it is still there.

Places never keep a function alive: what belongs to the function that is differentiated is reached
through that function, other functions and classes through weak references.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from srcgrad.ir.lexical import is_name
from srcgrad.values.outside import Contents, Whole, read
from srcgrad.values.signature import MADE, Dims, Structure, alike, spec_of, with_integers

GONE = (KeyError, AttributeError, ValueError, IndexError, TypeError)  # a place that is no more


@dataclass(frozen=True)
class Place:
    """``sort`` says how ``name`` is read from a holder; no holder: the function itself."""

    sort: str
    holder: Callable[[], Any] | None
    name: Any

    def held(self, function: Any) -> Any:
        return function if self.holder is None else self.holder()

    def now(self, function: Any) -> Any:
        """What the place holds now. Raises one of ``GONE`` if there is no such place any more."""
        return read(self.sort, self.held(function), self.name)


def expression(place: Place, function: Any, holder: str, key: Callable[[Any], str]) -> str:
    """Python source that reads a place from the expression ``holder``; ``key`` spells names."""
    owner, name = place.held(function), place.name
    if place.sort in ("cell", "empty"):
        cell = f"{holder}.__closure__[{owner.__code__.co_freevars.index(name)}]"
        return f"{cell}.cell_contents" if place.sort == "cell" else f"{cell} == EMPTY"
    if place.sort == "global":
        return f"{holder}.__globals__[{key(name)}]"
    if place.sort == "unset":
        return f"{key(name)} in {holder}.__globals__"
    if place.sort == "attribute":
        return attribute(holder, name, key)
    if place.sort == "entry":
        return f"{holder}.__dict__.get({key(name)}, ABSENT)"
    if place.sort == "has":
        return f"hasattr({holder}, {key(name)})"
    if place.sort == "dispatch":
        return f"{holder}.dispatch({key(name)})"
    if place.sort in ("code", "self", "defaults"):
        return f"{holder}.__{place.sort}__"
    if isinstance(owner, type):
        return f"{holder}.__dataclass_fields__[{key(name)}].default"
    table = "__defaults__" if isinstance(name, int) else "__kwdefaults__"
    return f"{holder}.{table}[{key(name)}]"


def attribute(holder: str, name: Any, key: Callable[[Any], str]) -> str:
    """Python source that reads an attribute, whose name may be any text."""
    return f"{holder}.{name}" if is_name(name) else f"getattr({holder}, {key(name)})"


def weak(value: Any) -> Callable[[], Any]:
    """A reference to ``value`` that keeps no function or class of the user's alive."""
    if isinstance(value, FunctionType | type) and not hasattr(value, MADE):
        return weakref.ref(value)
    return lambda: value


def relative(place: tuple[str, Any, Any], function: Any) -> Place:
    """A place of the walk, seen from the function that is differentiated."""
    sort, holder, name = place
    return Place(sort, None if holder is function else weak(holder), name)


@dataclass(frozen=True)
class Guard:
    """What source generation took for granted: the place still holds this value.

    The value of a container that the walk read is a spec, which its content still has.
    """

    place: Place
    value: Callable[[], Any]

    def holds(self, function: Any) -> bool:
        try:
            now = self.place.now(function)
            value = self.value()
            if isinstance(value, Structure | Contents):
                return alike(spec_of(now, Dims(False)), value)
        except GONE:
            return False
        return now is value or (
            type(value) in (bool, str, bytes, int, float, complex)
            and type(now) is type(value)
            and now == value
        )


@dataclass(frozen=True)
class Captured:
    """Data from outside: a trailing parameter of the generated function, read at each call."""

    param: str
    spec: Any
    place: Place

    def holds(self, function: Any) -> bool:
        try:
            now = self.place.now(function)
            spec = spec_of(now, Dims(False))
            return serves(self.spec, spec) or serves(self.spec, with_integers(spec, now))
        except GONE:
            return False


def serves(known: Any, found: Any) -> bool:
    """Whether what has the spec ``found`` may be passed where ``known`` was read."""
    if isinstance(known, Whole):
        return known == found or (isinstance(found, Structure) and found.cls is known.cls)
    if isinstance(known, Structure) and isinstance(found, Structure):
        return (
            alike(replace(known, items=()), replace(found, items=()))
            and len(known.items) == len(found.items)
            and all(map(serves, known.items, found.items))
        )
    return alike(known, found)


def all_hold(items: Iterable[Guard | Captured], function: Any) -> bool:
    return all(item.holds(function) for item in items)
