"""Guards and captures as another process finds them: by ways that start at the primal.

A way is ``("primal",)``, ``("import", module, name)`` or ``("place", sort, way, name)``.
"""

from __future__ import annotations

import functools
from types import CodeType, FunctionType
from typing import Any

from srcgrad.backend import fingerprint
from srcgrad.backend.record import NotStorable, imported, way_to
from srcgrad.dispatch.outside import GONE, Captured, Guard, Place, weak
from srcgrad.values.outside import ABSENT, Contents, read
from srcgrad.values.signature import Dims, Structure, spec_of


class Atlas:
    """The ways to the objects that the guards of one function name."""

    def __init__(self, function: Any, guards: list[Guard]) -> None:
        self.function = function
        self.places: dict[int, list[Place]] = {}
        self.open: set[int] = set()  # what a way is being sought to: functions may call each other
        for item in guards:
            if not _plain(item.value()):
                self.places.setdefault(id(item.value()), []).append(item.place)

    def way(self, value: Any) -> tuple[Any, ...]:
        """Raises ``NotStorable`` for an object to which no way leads."""
        if value is self.function:
            return ("primal",)
        for place in () if id(value) in self.open else self.places.get(id(value), ()):
            self.open.add(id(value))
            try:
                return self.place(place)
            except NotStorable:
                continue
            finally:
                self.open.discard(id(value))
        return ("import", *way_to(value))

    def place(self, place: Place) -> tuple[Any, ...]:
        return ("place", place.sort, self.way(place.held(self.function)), place.name)

    def guard(self, guard: Guard) -> tuple[Any, ...]:
        """A guard: its place and the fingerprint of what it holds."""
        holder = guard.place.held(self.function)
        return (*self.place(guard.place), *_print(guard.value(), holder, self))

    def captured(self, item: Captured) -> tuple[Any, ...]:
        return (item.param, item.spec, self.place(item.place))


DESCRIPTORS = (property, staticmethod, classmethod, functools.cached_property)


def _plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def _print(value: Any, holder: Any, atlas: Atlas) -> tuple[Any, ...]:
    if _plain(value):
        return ("value", value)
    if value is ABSENT:
        return ("absent",)
    if isinstance(value, Structure | Contents):
        return ("spec", value)
    if isinstance(value, DESCRIPTORS):
        return ("descriptor", type(value).__name__, fingerprint.of_value(value))
    if isinstance(value, tuple):
        return ("values", fingerprint.of_value(value))
    if isinstance(value, CodeType):
        return ("function", fingerprint.of_function(holder))
    if isinstance(value, FunctionType):
        return ("function", fingerprint.of_function(value))
    if isinstance(value, type):
        return ("class", fingerprint.of_class(value))
    return ("object", *way_to(value))


# --- and back ---------------------------------------------------------------------------------


def value(way: tuple[Any, ...], function: Any) -> Any:
    """The object at the end of a way. Raises ``NotStorable`` if it leads nowhere."""
    if way[0] == "primal":
        return function
    if way[0] == "import":
        return imported((way[1], way[2]))
    try:
        return read(way[1], value(way[2], function), way[3])
    except GONE:
        raise NotStorable(f"nothing is at {way}") from None


def place(way: tuple[Any, ...], function: Any) -> Place:
    holder = None if way[2] == ("primal",) else weak(value(way[2], function))
    return Place(way[1], holder, way[3])


def guard(noted: tuple[Any, ...], function: Any) -> Guard:
    """A guard on what the place holds now. Raises ``NotStorable`` if that is something else."""
    found = place(noted, function)
    now = value(noted[:4], function)
    sort, *wanted = noted[4:]
    if sort == "value":
        fits = type(now) is type(wanted[0]) and now == wanted[0]
    elif sort == "function":
        owner = found.held(function) if isinstance(now, CodeType) else now
        fits = isinstance(owner, FunctionType) and fingerprint.of_function(owner) == wanted[0]
    elif sort == "class":
        fits = isinstance(now, type) and fingerprint.of_class(now) == wanted[0]
    elif sort == "absent":
        fits = now is ABSENT
    elif sort == "spec":
        fits = bool(spec_of(now, Dims(False)) == wanted[0])
        return _fitting(fits, noted, Guard(found, weak(wanted[0])))
    elif sort == "descriptor":
        fits = [type(now).__name__, fingerprint.of_value(now)] == wanted
    elif sort == "values":
        fits = fingerprint.of_value(now) == wanted[0]
    else:
        fits = imported((wanted[0], wanted[1])) is now
    return _fitting(fits, noted, Guard(found, weak(now)))


def _fitting(fits: bool, noted: tuple[Any, ...], guard: Guard) -> Guard:
    if not fits:
        raise NotStorable(f"{noted[:4]} holds another value")
    return guard


def captured(noted: tuple[Any, ...], function: Any) -> Captured:
    param, spec, way = noted
    return Captured(param, spec, place(way, function))
