"""Dicts with known keys, and the attributes of an object as a dict."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import EntryV, MethodV, Parts, class_member, entry
from srcgrad.values.holders import ContainerV
from srcgrad.values.outside import ABSENT
from srcgrad.values.records import assigns_entries, has_entries
from srcgrad.values.sequences import TupleV
from srcgrad.values.store import UNDEFINED, new_number, same
from srcgrad.values.walk import Walk


@dataclass(frozen=True, eq=False)
class DictV(ContainerV):
    """A dict with known keys; its items stand in the store; ``factory`` makes missing ones."""

    number: int = field(default_factory=new_number)
    cls: Any = field(default=dict, compare=False)
    factory: Any = field(default=None, compare=False)
    outside: Any = field(default=None, compare=False)

    @property
    def structured(self) -> bool:
        return True

    def attribute(self, e: Walk, name: str) -> Any:
        """A method; of a class of the user's a method or property of it, or an entry."""
        found = None if self.cls is dict else self.entry_attribute(e, name)
        return MethodV(self, name) if found is None else found

    def entry_attribute(self, e: Walk, name: str) -> Any:
        held = e.look_up(self.cls, name)
        found = class_member(e, self, held, name)
        if found is not None or held is not ABSENT:
            return found
        key = Const(name)
        e.look_up(self.cls, "__init__")
        asked = e.look_up(self.cls, "__getattr__")
        if any(same(key, other) for other, _ in e.pairs(self)) and has_entries(self.cls):
            return e.get_item(self, key)
        return e.call_constant(asked, [self, key], {}) if isinstance(asked, FunctionType) else None

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        e.look_up(self.cls, "__setattr__")
        e.look_up(self.cls, "__init__")
        if not assigns_entries(self.cls):
            super().set_attribute(e, name, value)
        e.set_item(self, Const(name), value)

    def item(self, e: Walk, index: Any) -> Any:
        index = e.key_of(index)
        found = self.there(e, index)
        return self.missing(e, index) if found is UNDEFINED else e.usable(found, "this item")

    def missing(self, e: Walk, index: Any) -> Any:
        """The item under a key that is not known, or not there."""
        missing = e.look_up(self.cls, "__missing__")
        if isinstance(missing, FunctionType) and isinstance(index, Const):
            return e.call_constant(missing, [self, index], {})
        if self.factory is not None and isinstance(index, Const):
            made = e.call(self.factory, [], {})
            e.set_item(self, index, made)
            return made
        if isinstance(index, str) and e.pairs(self):
            return e.entry_of(self, index)
        if not isinstance(index, Const):
            raise e.refuse(
                "this key of a dict is not known",
                "dicts are taken apart when source is generated",
                "use a constant key",
            )
        raise e.raising(
            KeyError(index.value),
            "this key is not in the dict",
            "its keys are known: " + ", ".join(repr(key.value) for key, _ in e.pairs(self)),
            "use one of them",
        )

    def under(self, e: Walk, key: Any) -> Any:
        """What it holds under a known key: a value, an ``EntryV``, or UNDEFINED."""
        for name, value in e.content(self):
            if same(name, key):
                absent = isinstance(value, EntryV) and same(value.present, Const(False))
                return UNDEFINED if absent else value
        return UNDEFINED

    def there(self, e: Walk, key: Any) -> Any:
        """What it holds under a key; generated code raises ``KeyError`` if that is nothing."""
        found = self.under(e, key)
        if not isinstance(found, EntryV):
            return found
        e.require(found.present, KeyError, key.value)
        return found.value

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        pairs = e.content(self)
        index = e.key_of(index)
        if e.is_text(index) and isinstance(index, str) and pairs:
            e.set_entry(self, index, value)
            return
        if not any(same(key, index) for key, _ in pairs):
            pairs = (*pairs, (index, value))
        if not isinstance(index, Const):
            raise e.refuse(
                "the key of a dict must be known",
                "dicts are taken apart when source is generated",
                "use a constant key",
            )
        if isinstance(self.under(e, index), EntryV):
            value = entry(value)  # where it stands among the keys is still not known
        e.put_items(self, ((key, value if same(key, index) else item) for key, item in pairs))

    def delete_item(self, e: Walk, index: Any) -> None:
        index = e.key_of(index)
        if self.there(e, index) is UNDEFINED:
            e.get_item(self, index)  # raises
        e.put_items(self, [pair for pair in e.content(self) if not same(pair[0], index)])

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        if key != "or":
            return super().updated(e, key, value)
        e.put_items(self, e.pairs(e.dict_union(self, value)))
        return self

    def truth(self, e: Walk) -> Any:
        return Const(bool(e.items_of(self)))

    def contains(self, e: Walk, item: Any) -> Any:
        if isinstance(item, str):
            return TupleV(e.items_of(self)).contains(e, item)
        found = self.under(e, item)
        return found.present if isinstance(found, EntryV) else Const(found is not UNDEFINED)

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return tuple(key for key, _ in e.pairs(self))

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        return e.items_of(self)

    def passed(self, e: Walk) -> Any:
        return {key.value: e.passed(item) for key, item in e.pairs(self)}

    def parts(self, e: Walk) -> Parts:
        pairs = e.pairs(self)
        return dict, tuple(key.value for key, _ in pairs), [item for _, item in pairs]

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        pairs = [(Const(key), item) for key, item in zip(keys, items, strict=True)]
        return e.new_dict(pairs, self.renewed(self.unreal(), ()))

    def described(self) -> str:
        return "a dict"

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> DictV:
        return DictV(cls=self.cls, factory=self.factory, outside=outside)


@dataclass(frozen=True, eq=False)
class AttributesV(DictV):
    """``vars(owner)``: the attributes of an object, by their names."""

    owner: Any = None
