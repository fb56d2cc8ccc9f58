"""Dicts with known keys, and the attributes of an object as a dict."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import EntryV, MethodV, Parts, entry
from srcgrad.values.class_attributes import class_member
from srcgrad.values.holders import ContainerV
from srcgrad.values.outside import ABSENT
from srcgrad.values.records import assigns_entries, has_entries
from srcgrad.values.sequences import TupleV
from srcgrad.values.signals import Restart, Unroll
from srcgrad.values.store import UNDEFINED, new_number, same, same_key
from srcgrad.values.walk import Walk


@dataclass(frozen=True, eq=False)
class DictV(ContainerV):
    """A dict with known keys; its items stand in the store; ``factory`` makes missing ones."""

    number: int = field(default_factory=new_number)
    cls: Any = field(default=dict, compare=False)
    factory: Any = field(default=None, compare=False)
    outside: Any = field(default=None, compare=False)
    sites: tuple[Any, ...] = field(default=(), compare=False)

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
        if any(same_key(key, other) for other, _ in self.pairs(e)) and has_entries(self.cls):
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
        if not isinstance(index, Const):
            return self.missing(e, index)
        under = self.under(e, index)
        if isinstance(under, EntryV) and isinstance(under.present, str) and self.makes(e):
            return self.item_or_made(e, index, under)
        found = self.there(e, index)
        return self.missing(e, index) if found is UNDEFINED else e.usable(found, "this item")

    def as_table(self) -> None:
        """Begin the walk again with a table of the generated code instead."""
        for site in self.sites:
            raise Restart(site, True)

    def makes(self, e: Walk) -> bool:
        """Whether something stands for items that are not there."""
        return self.factory is not None or isinstance(
            e.look_up(self.cls, "__missing__"), FunctionType
        )

    def item_or_made(self, e: Walk, index: Const, found: EntryV) -> Any:
        """The item under a key that may not be there, of a dict that makes such items."""
        if self.factory is None:
            return e.branch(
                found.present,
                lambda: e.usable(found.value, "this item"),
                lambda: self.missing(e, index),
            )[0]
        e.branch(found.present, lambda: None, lambda: self.missing(e, index))
        return e.usable(entry(self.under(e, index)).value, "this item")

    def missing(self, e: Walk, index: Any) -> Any:
        """The item under a key that is not known, or not there."""
        missing = e.look_up(self.cls, "__missing__")
        if isinstance(missing, FunctionType) and isinstance(index, Const):
            return e.call_constant(missing, [self, index], {})
        if self.factory is not None and isinstance(index, Const):
            made = e.call(self.factory, [], {})
            e.set_item(self, index, made)
            return made
        if not isinstance(index, Const):
            self.look_for(e, index)
            there = e.contains(self, index)
            if not isinstance(missing, FunctionType) or isinstance(there, Const):
                return e.entry_of(self, index)
            return e.branch(
                there,
                lambda: e.entry_of(self, index),
                lambda: e.call_constant(missing, [self, index], {}),
            )[0]
        if self.cls is defaultdict and self.factory is None:
            raise e.refuse(
                "this key is not in the dict",
                "what the factory of a `defaultdict` from outside makes is not known",
                "make the dict in the function",
            )
        raise e.raising(
            KeyError(index.value),
            "this key is not in the dict",
            "its keys are known: " + ", ".join(repr(key.value) for key, _ in self.pairs(e)),
            "use one of them",
        )

    def look_for(self, e: Walk, key: Any) -> None:
        """Refuse a key that is neither known nor a number or text, which can be compared.

        A loop that is written out may know it, or values of integers and sizes.
        """
        if not e.is_text(key):
            if e.unrollable(key):
                raise Unroll(key)
            if not self.pairs(e):
                self.as_table()
            e.want(SizesWanted, IntegersWanted)
        if not self.pairs(e):
            self.as_table()
        if not (e.is_compared(key) and self.pairs(e)):
            raise unknown_key(e, "dicts are taken apart when source is generated")

    def under(self, e: Walk, key: Any) -> Any:
        """What it holds under a known key: a value, an ``EntryV``, or UNDEFINED."""
        key = e.key_of(key)
        if not isinstance(key, Const):
            self.as_table()
            raise unknown_key(e, "it decides which keys there are, and dicts are taken apart")
        for name, value in self.content(e):
            if same_key(name, key):
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
        pairs = self.content(e)
        index = e.key_of(index)
        if not isinstance(index, Const):
            if e.unrollable(index):
                raise Unroll(index)
            if all(is_number(e, item) for _, item in pairs):
                self.as_table()
            self.look_for(e, index)
            e.set_entry(self, index, value)
            return
        if not any(same_key(key, index) for key, _ in pairs):
            pairs = (*pairs, (index, value))
        if isinstance(self.under(e, index), EntryV):
            value = entry(value)  # where it stands among the keys is still not known
        self.put(e, ((key, value if same_key(key, index) else item) for key, item in pairs))

    def delete_item(self, e: Walk, index: Any) -> None:
        index = e.key_of(index)
        if self.there(e, index) is UNDEFINED:
            if self.cls is Counter:
                return
            e.get_item(self, index)  # raises
        self.put(e, [pair for pair in self.content(e) if not same_key(pair[0], index)])

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        if key != "or" and self.cls is not Counter:
            return super().updated(e, key, value)
        if not isinstance(value, DictV):
            value = e.call_constant(dict, [value], {})
        self.put(e, e.pairs(e.binary(key, self, value)))
        return self

    def length(self, e: Walk) -> Any:
        there = [
            item.present if isinstance(item, EntryV) else Const(1) for _, item in self.content(e)
        ]
        return functools.reduce(lambda a, b: e.binary("add", a, b), there, Const(0))

    def truth(self, e: Walk) -> Any:
        return e.binary("gt", self.length(e), Const(0))

    def contains(self, e: Walk, item: Any) -> Any:
        key = e.key_of(item)
        if not isinstance(key, Const):
            return TupleV(e.items_of(self)).contains(e, key)
        found = self.under(e, key)
        return found.present if isinstance(found, EntryV) else Const(found is not UNDEFINED)

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return tuple(key for key, _ in self.pairs(e))

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        return e.items_of(self)

    def changes(self, old: Any, new: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        before = [] if old is UNDEFINED else list(old)
        left = [pair for pair in before if any(same_key(pair[0], key) for key, _ in new)]
        if not all(same_key(a, b) for (a, _), (b, _) in zip(left, new, strict=False)):
            left, before = [], []
            yield ("clear",)
        for key, _ in before:
            if not any(same_key(key, other) for other, _ in new):
                yield "__delitem__", key
        for key, item in new:
            if not any(same_key(key, other) and same(item, value) for other, value in left):
                yield "__setitem__", key, item

    def pairs(self, e: Walk) -> tuple[Any, ...]:
        """Its keys and values. Refused where it has other keys on another path."""
        found = self.content(e)
        differing = [item for _, item in found if isinstance(item, EntryV)]
        if differing:
            raise e.refuse(
                "this dict has other keys on another path",
                "which keys it has, and in which order, is known only at run time",
                "ask for them one by one, or give it the same keys on every path",
                branch=differing[0].branch,
            )
        return found

    def passed(self, e: Walk) -> Any:
        return {key.value: e.passed(item) for key, item in self.pairs(e)}

    def parts(self, e: Walk) -> Parts:
        pairs = self.pairs(e)
        return dict, tuple(key.value for key, _ in pairs), [item for _, item in pairs]

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        pairs = [(Const(key), item) for key, item in zip(keys, items, strict=True)]
        return e.new_dict(pairs, self.renewed(self.unreal(), ()))

    def described(self) -> str:
        return "a dict"

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> DictV:
        sites = dict.fromkeys(site for value in (self, *others) for site in value.sites)
        return DictV(cls=self.cls, factory=self.factory, outside=outside, sites=tuple(sites))


@dataclass(frozen=True, eq=False)
class AttributesV(DictV):
    """``vars(owner)``: the attributes of an object, by their names."""

    owner: Any = None

    def content(self, e: Walk) -> tuple[Any, ...]:
        found = self.owner.members(e.store.content).items()
        return tuple(
            (Const(name), e.usable(item, name)) for name, item in found if item is not UNDEFINED
        )

    def put(self, e: Walk, items: Iterable[Any]) -> None:
        e.put_attributes(self.owner, tuple(items))


def is_number(e: Walk, value: Any) -> bool:
    """Whether a value, or what may be one, is a number: a table holds values of one kind."""
    value = value.value if isinstance(value, EntryV) else value
    return isinstance(value, str | Const) and e.b.kind(value).immutable


def unknown_key(e: Walk, why: str) -> BaseException:
    """The refusal of a key that must be known."""
    return e.refuse("this key of a dict is not known", why, "use a constant key")
