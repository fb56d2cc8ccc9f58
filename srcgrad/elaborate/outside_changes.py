"""Changes of lists, dicts and objects from outside: made once, where they stand.

The walk keeps their content apart, so that derivatives pass through it; each change is also a
statement of generated code that changes the real one. A list into which things are put, and whose
content is not read, is not taken apart at all, so that generated code does not depend on its length.
Arrays and lists of the generated code are written back where the function ends (``Primal.returned``).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.dicts import DictV
from srcgrad.values.holders import AMBIGUOUS, ContainerV
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signals import Restart
from srcgrad.values.signature import Structure
from srcgrad.values.store import NUMBERS, same
from srcgrad.values.trees import bind_items
from srcgrad.values.walk import Walk


class OutsideChanges(Walk):
    """What is done to containers and objects from outside."""

    def put_attributes(self, owner: ObjectV, items: tuple[Any, ...]) -> None:
        """All attributes of an object become ``items``, by ``vars(owner)``."""
        before = {name for number, name in self.store.content if number == owner.number}
        names = [name.value for name, _ in items]
        if before - set(names) or not all(type(name) is str for name in names):
            raise self.refuse(
                "attributes are removed, or have names that are no text, in a `__dict__`",
                "they are followed by their names",
                "write `del` of the attribute",
            )
        for name, value in items:
            self.put_attribute(owner, name.value, value)

    def put_attribute(self, owner: ObjectV, name: str, value: Any) -> None:
        """An attribute of an object becomes ``value``."""
        self.check_change(owner)
        if owner.outside is not None and not same(value, self.store.get(owner.number, name)):
            self.change(owner.outside, "__setattr__", Const(name), value)
        self.store.set(owner.number, name, value)

    def drop_attribute(self, owner: ObjectV, name: str) -> None:
        """An attribute of an object is there no more."""
        self.check_change(owner)
        if owner.outside is not None:
            self.change(owner.outside, "__delattr__", Const(name))
        self.store.content.pop((owner.number, name), None)

    def check_change(self, owner: Any) -> None:
        if self.store.content.get((owner.number, "lent")) == Const("class"):
            self.lent_changes("class")
        if isinstance(owner, DictV) and owner.cls is MappingProxyType:
            raise self.raising(
                TypeError("'mappingproxy' object does not support item assignment"),
                "a mapping that cannot be changed is changed",
                "the function itself raises here",
                "change the dict behind it",
            )
        if owner.outside is AMBIGUOUS:
            raise self.refuse(
                "this changes one of two lists, dicts or objects, one of which is from outside",
                "which one is known only at run time",
                "change it on each path",
            )
        if owner.number in NUMBERS.given:
            raise self.refuse(
                "this changes a list or dict that was put into one from outside",
                "what is put there is a copy",
                "put it there when it is complete",
            )

    def change(self, real: str, name: str, *args: Any) -> None:
        """Generated code calls a method of the real container or object."""
        self.b.effect("change", real, Const(name), tuple(self.lent(arg) for arg in args))

    def lent(self, value: Any) -> Any:
        """A value as an object from outside keeps it."""
        if isinstance(value, ContainerV) and isinstance(value.outside, str):
            return value.outside
        if isinstance(value, ListV | DictV):
            self.give(value)
        if isinstance(value, ListV | DictV) or (isinstance(value, TupleV) and value.cls is tuple):
            _, keys, items = value.parts(self)
            return value.tree(keys, [self.lent(item) for item in items])
        found = self.passed(value)
        array = isinstance(found, str) and self.b.kind(found).base in ("array", "any", "list")
        return self.b.emit("lent", found) if array else found

    def give(self, value: Any) -> None:
        """A list or dict that is put into one from outside is not changed any more."""
        made = value.number in NUMBERS.given or (self.loops and value.number < self.loops[-1])
        if value.outside is AMBIGUOUS or made:
            raise self.refuse(
                "this puts a list or dict into one from outside that is not made for it here",
                "what is put there is a copy, and a change of the one is not seen in the other",
                "make it where it is put there",
            )
        NUMBERS.given.add(value.number)

    # --- lists that are not read ------------------------------------------------------------

    def is_unread(self, value: Any) -> bool:
        """Whether a value is a list from outside whose content is not known."""
        return isinstance(value, ListV) and value.number in self.store.unread

    def put_unread(self, owner: ListV, name: str, args: list[Any]) -> Any:
        """``xs.append(v)`` or ``xs.extend(vs)``: done to the real list alone."""
        self.check_change(owner)
        self.put_into.add(owner.number)
        self.change(owner.outside, name, *args)
        return Const(None)

    def taken_from(self, spec: Any, place: Any) -> Any:
        """What was taken from the place, as a tree of names and constants."""
        if isinstance(spec, Kind):
            return self.leaf_at[place]
        if not isinstance(spec, Structure):
            return spec if isinstance(spec, Const) else Const(None)
        parts = [
            self.taken_from(item, (*place, key))
            for key, item in zip(spec.keys, spec.items, strict=True)
        ]
        if issubclass(spec.cls, tuple | list):
            return tuple(parts) if issubclass(spec.cls, tuple) else parts
        return dict(zip(spec.keys, parts, strict=True))

    def list_from_outside(self, spec: Any, real: Operand, name: str, place: Any) -> Any:
        """A list from outside, which is taken apart once something reads it."""
        site = self.stand_in(("outside", *place))
        if self.site_key(site) in self.runtime_lists:
            items = bind_items(self, spec, real, name, place)
            found = self.runtime_list(items, site)
            self.returned_lists.append((self.columns(found), real))
            return found
        value = ListV(sites=(self.site_key(site),), outside=real)
        self.list_numbers[place] = value.number

        def read() -> None:
            if value.number in self.put_into:
                raise Restart(("read", place), True)
            self.store.unread.pop(value.number, None)
            items = bind_items(self, spec, real, name, place)
            self.store.set(value.number, "items", items)

        if ("read", place) in self.runtime_lists:
            read()
        else:
            self.store.unread[value.number] = lambda: self.at_entry(read)
        return value
