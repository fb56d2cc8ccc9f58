"""What a function reads from outside: data becomes parameters, all else is constant and guarded.

What it imports is imported when source is generated.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType
from typing import Any

from srcgrad.definitions import definition_of, is_owner
from srcgrad.elaborate.adjoint_blocks import is_mutable
from srcgrad.elaborate.looks import is_code
from srcgrad.errors import InputError
from srcgrad.ir.nodes import Const
from srcgrad.rules.kept import HOLDS, UNKNOWN, object_kind
from srcgrad.values.iterators import from_outside
from srcgrad.values.library_objects import state_of
from srcgrad.values.objects import ObjectV
from srcgrad.values.outside import Contents, Whole
from srcgrad.values.signals import Raised
from srcgrad.values.signature import (
    Dims,
    Structure,
    numbers,
    param_kind,
    spec_of,
    with_integers,
    with_own_sizes,
)
from srcgrad.values.standard import is_standard, of_library
from srcgrad.values.state import Capture
from srcgrad.values.store import NUMBERS
from srcgrad.values.trees import bind
from srcgrad.values.walk import Walk


def is_settled(place: Any) -> bool:
    """Whether what is read there stays as it is: defaults, and what Python and libraries define."""
    sort, holder, _ = place
    return sort not in ("cell", "global", "attribute", "self") or (
        isinstance(holder, ModuleType) and (is_standard(holder) or holder.__name__[:5] == "scipy")
    )


def is_number_of_library(value: Any, place: Any) -> bool:
    """Whether a function of a library that is followed reads a number of its module."""
    sort, holder, _ = place
    return type(value) in (int, float) and sort == "global" and of_library(holder)


class Captures(Walk):
    """Reads of closure cells, globals and attributes of modules."""

    def capture(self, key: Any, name: str, value: Any, place: Any) -> Any:
        """Data from outside becomes a parameter; functions and modules are constants."""
        found = self.captured_at(key, name, value, place)
        if self.in_cache is not None and not (is_code(value) or is_settled(place)):
            self.captures_read.append(found)
        return found

    def captured_at(self, key: Any, name: str, value: Any, place: Any) -> Any:
        if key in self.captures:
            return self.captures[key][1]
        if self.operating and is_mutable(value):
            self.guards[key] = (place, value)
            plain = isinstance(value, list | dict | set)
            kind = object_kind(HOLDS if plain else UNKNOWN)
            return self.b.emit("outside", Const(value), Const(name), base=name, kind=kind)
        known = callable(value) and definition_of(value) is not None
        if is_owner(value) or known or is_number_of_library(value, place):
            self.guards[key] = (place, value)
            return Const(value)
        spec = spec_of(value, Dims(specialize=False))
        if any(kind.base == "int" for kind in numbers(spec)):
            if self.fixed:
                spec = with_integers(spec, value)
            else:
                self.fixable = True
        if isinstance(spec, Const):
            self.guards[key] = (place, value)
            if isinstance(spec, Contents):
                content = (*key, "content")
                self.guards[content] = (place, spec)
                self.named_constants.add(id(value))
            return from_outside(Const(value))
        own = with_own_sizes(spec)
        param = self.b.names.fresh(name, param_kind(own))
        bound = self.at_entry(lambda: bind(self, own, param, name, (key,)))
        self.captures[key] = (Capture(param, spec, place), bound)
        if isinstance(bound, ObjectV) and state_of(bound.cls) is not None:
            self.stand_in_objects[param] = value
        return bound

    def captured(self) -> list[Capture]:
        """What was captured; of lists that were not read, no more than that they are lists."""
        return [
            capture._replace(spec=self.as_read(capture.spec, (key,)))
            for key, (capture, _) in self.captures.items()
        ]

    def as_read(self, spec: Any, place: Any) -> Any:
        """A spec as far as the walk has read what it describes."""
        if not isinstance(spec, Structure):
            return spec
        if self.list_numbers.get(place) in self.store.unread:
            return Whole(list)
        items = tuple(
            self.as_read(item, (*place, key))
            for key, item in zip(spec.keys, spec.items, strict=True)
        )
        return replace(spec, items=items)

    def steering(self, value: Any, name: str) -> Any:
        """The value of an argument that decides what is generated."""
        found = self.to_operand(value)
        if not isinstance(found, Const):
            raise self.refuse(
                f"`{name}` is not known",
                "it decides what is generated",
                "write the number where it is passed",
                error=InputError,
            )
        return found.value

    def at_entry(self, thunk: Any) -> Any:
        """Emit what ``thunk`` emits at the start of the function; what it makes is there then."""
        block, self.b.block = self.b.block, self.entry
        number, NUMBERS.value = NUMBERS.value, NUMBERS.outside
        try:
            value = thunk()
        finally:
            NUMBERS.value, NUMBERS.outside = number, NUMBERS.value
            self.b.block = block
        self.store.outside.update(
            (key, item)
            for key, item in self.store.content.items()
            if key[0] <= NUMBERS.outside and key not in self.store.outside
        )
        return value


class Imports(Walk):
    """``import`` statements."""

    def do_import(self, node: Any) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            module = self.imported(importlib.import_module, alias.name)
            self.set_name(
                name, module if alias.asname else self.imported(importlib.import_module, name)
            )

    def imported(self, function: Any, *args: Any) -> Const:
        try:
            return Const(function(*args))
        except (ImportError, AttributeError) as error:
            found = error if isinstance(error, ImportError) else ImportError(str(error))
            raise self.raising(
                found,
                f"this import raises {type(found).__name__}: {found}",
                "the function itself raises here",
                "install the module, or mend the import",
            ) from None

    def do_importfrom(self, node: Any) -> None:
        if node.level:
            package = self.frame.namespace.get("__package__") or ""
            module = self.imported(
                importlib.import_module, "." * node.level + (node.module or ""), package
            ).value
        else:
            module = self.imported(importlib.import_module, node.module).value
        for alias in node.names:
            try:
                self.imported(getattr, module, alias.name)
                found = self.constant_attribute(module, alias.name)
            except Raised:
                found = self.imported(importlib.import_module, f"{module.__name__}.{alias.name}")
            self.set_name(alias.asname or alias.name, found)
