"""Looks at what lies outside: each that decides what is generated leaves a guard.

A later call in which a place holds something else, a class has a name that it had not, or a builtin
is hidden by a global, is served by other generated code.
"""

from __future__ import annotations

import enum
import functools
import types
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import PartialV
from srcgrad.values.class_attributes import dispatched
from srcgrad.values.outside import ABSENT, HOLDING
from srcgrad.values.signature import MADE
from srcgrad.values.standard import is_standard
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Walk

PLAIN = (bool, int, float, complex, str, bytes, type(None))


class Looks(Walk):
    """Looks at classes, modules, functions and objects."""

    def look(self, sort: str, holder: Any, name: Any, value: Any) -> Any:
        """Leave a guard: the place holds this value. Gives the value."""
        self.guards.setdefault((sort, id(holder), name), ((sort, holder, name), value))
        return value

    def look_up(self, cls: type, name: str, classes: tuple[type, ...] | None = None) -> Any:
        """What the classes of an object have under a name, in their order; ``ABSENT`` if nothing.

        Data are left without a guard: whoever reads them makes them a parameter.
        """
        missing: list[type] = []
        for base in cls.__mro__ if classes is None else classes:
            found = vars(base).get(name, ABSENT)
            if found is ABSENT:
                missing.append(base)
                continue
            if hasattr(type(found), "__get__") or classes is not None:
                self.look_at_classes(missing, name, ABSENT)
                self.look_at_classes([base], name, found)
            return found
        self.look_at_classes(missing, name, ABSENT)
        return ABSENT

    def look_at_classes(self, classes: list[type], name: str, found: Any) -> None:
        for cls in classes:
            if not fixed(cls):
                self.look("entry", cls, name, found)

    def defines(self, cls: type, name: str) -> bool:
        """Whether an object of a class has a name from its classes."""
        if fixed(cls):
            return hasattr(cls, name)
        return self.look_up(cls, name) is not ABSENT

    def has(self, value: Any, name: str) -> bool:
        """``hasattr`` of a constant."""
        found = hasattr(value, name)
        if not immutable(value):
            self.look("has", value, name, found)
        return found

    def builtin(self, name: str, frame: Any, value: Any) -> Const:
        """A builtin, as long as no global hides it."""
        if frame.site is None:
            self.look("unset", frame.source.function, name, False)
        return Const(value)

    def look_inside(self, value: Any) -> Any:
        """A constant whose content is read now. Raises where the function itself changes it."""
        if isinstance(value, Const) and type(value.value) in HOLDING:
            if id(value.value) in self.changed_constants:
                raise self.refuse(
                    "this reads a container from outside that the function changes",
                    "what it holds is known as it was before the call",
                    "use a list or a dict, or read it before it is changed",
                )
            self.read_constants.add(id(value.value))
        return value

    def change_constant(self, value: Any) -> None:
        """A method of a container from outside is called, which may change it."""
        if type(value) not in HOLDING:
            return
        if id(value) not in self.named_constants:
            raise self.refuse(
                "this changes a container that is known by its content alone",
                "another one of equal content may be passed in the next call",
                "use a list or a dict",
            )
        if id(value) in self.read_constants and self.loops:
            raise self.refuse(
                "this changes a container from outside that the function reads, in a loop",
                "what it holds is known as it was before the call",
                "use a list or a dict",
            )
        self.changed_constants.add(id(value))

    # --- attributes of constants ------------------------------------------------------------

    def member_of(self, owner: Any, name: str, found: Any) -> Any:
        """The attribute ``found`` of a constant: data are parameters, code is guarded."""
        if isinstance(owner, types.ModuleType):
            state = self.state_at(vars(owner), name)
            if state is not UNDEFINED:
                return state
            return self.capture(
                ("attribute", id(owner), name), name, found, ("attribute", owner, name)
            )
        if immutable(owner):
            return Const(found)
        cls = owner if isinstance(owner, type) else type(owner)
        mine = vars(owner).get(name, ABSENT) if hasattr(owner, "__dict__") else ABSENT
        if isinstance(owner, type) or mine is ABSENT:
            raw = self.look_up(cls, name)
            if isinstance(raw, functools.singledispatchmethod):
                return PartialV(Const(dispatched), (Const(owner), Const(raw), Const(name)), ())
            if mine is ABSENT and hasattr(owner, "__dict__"):
                self.look("entry", owner, name, ABSENT)
            if isinstance(found, types.MethodType) or hasattr(type(raw), "__get__"):
                computed = not is_code(found) and type(found) in PLAIN
                if not computed:
                    return Const(found)
        return self.capture(("attribute", id(owner), name), name, found, ("attribute", owner, name))


def is_code(value: Any) -> bool:
    return callable(value) or isinstance(value, types.ModuleType)


def fixed(cls: type) -> bool:
    """Whether a class never changes: one of Python's, of a library, or one that the walk made."""
    return is_standard(cls) or MADE in vars(cls) or cls.__module__.startswith("srcgrad.")


def immutable(value: Any) -> bool:
    """Whether the attributes of a constant never change."""
    if isinstance(value, type):
        return fixed(value)
    if isinstance(value, types.FunctionType):
        return False
    if isinstance(value, types.ModuleType):
        return is_standard(value)
    return isinstance(value, enum.Enum) or (
        is_standard(type(value)) and not hasattr(value, "__dict__")
    )
