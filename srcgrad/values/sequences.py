"""Tuples and lists of known length, and lists of tuples of unknown length."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import Later, Parts, Value
from srcgrad.values.class_attributes import class_member
from srcgrad.values.holders import ContainerV
from srcgrad.values.refusals import not_passed, not_repeated, not_taken_apart
from srcgrad.values.signals import Unroll
from srcgrad.values.store import new_number, same
from srcgrad.values.walk import Thunk, Walk


class SequenceV(Value):
    """What a tuple and a list have in common."""

    cls: Any

    @property
    def structured(self) -> bool:
        return True

    def attribute(self, e: Walk, name: str) -> Any:
        if self.cls not in (tuple, list):
            found = class_member(e, self, e.look_up(self.cls, name), name)
            if found is not None:
                return found
        return super().attribute(e, name)

    def item(self, e: Walk, index: Any) -> Any:
        items = e.items_of(self)
        if not (isinstance(index, Const) and isinstance(index.value, int | slice | np.integer)):
            return e.dynamic_item(items, index)
        try:
            found = items[index.value]
        except IndexError:
            raise e.raising(
                IndexError("index out of range"),
                "this index is out of range",
                f"the sequence has {len(items)} items",
                "mend the index",
            ) from None
        if isinstance(index.value, slice):
            return self.slice(e, found)
        return e.usable(found, "this item")

    def slice(self, e: Walk, items: tuple[Any, ...]) -> Any:
        """A sequence of its kind with some of its items."""
        return TupleV(items)

    def truth(self, e: Walk) -> Any:
        return Const(bool(e.items_of(self)))

    def contains(self, e: Walk, item: Any) -> Any:
        result: Any = Const(False)
        for element in e.items_of(self):
            equal = e.truth(e.binary("eq", item, element))
            if not isinstance(equal, Const):
                known = isinstance(result, Const)
                result = equal if known else e.b.emit("bool_or", result, equal)
            elif equal.value:
                return Const(True)
        return result

    def python_class(self, e: Walk) -> type:
        found: type = self.cls
        return found

    def operand(self, e: Walk) -> Any:
        parts = tuple(e.to_operand(item) for item in e.items_of(self))
        if all(isinstance(part, Const) for part in parts):
            return Const(tuple(part.value for part in parts))
        return parts

    def array(self, e: Walk) -> Any:
        return e.array_of(e.items_of(self))


@dataclass(frozen=True, eq=False)
class TupleV(SequenceV):
    """A tuple; ``cls`` is the class of a named tuple."""

    items: tuple[Any, ...]
    cls: Any = tuple

    def held(self) -> tuple[Any, ...]:
        return self.items

    def with_held(self, values: tuple[Any, ...]) -> TupleV:
        return self.with_items(values)

    def with_items(self, items: Any) -> TupleV:
        """A tuple of its class with other items."""
        return replace(self, items=tuple(items))

    def attribute(self, e: Walk, name: str) -> Any:
        if name in getattr(self.cls, "_fields", ()):
            return self.items[self.cls._fields.index(name)]
        return super().attribute(e, name)

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        raise e.refuse(
            f"a `{self.cls.__name__}` gets the attribute `{name}`",
            "it is followed as a tuple, which has its items alone",
            "make it a field, or use a dataclass",
        )

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return self.items

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        return self.items

    def passed(self, e: Walk) -> Any:
        if self.cls is not tuple:
            raise not_passed(e, self.cls.__name__)
        return tuple(e.passed(item) for item in self.items)

    def parts(self, e: Walk) -> Parts:
        return self.cls, tuple(range(len(self.items))), list(self.items)

    def tree(self, keys: tuple[Any, ...], items: list[Any]) -> Any:
        return tuple(items)

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        return self.with_items(items)

    def alike(self, other: Any) -> bool:
        return (
            isinstance(other, TupleV)
            and self.cls is other.cls
            and len(self.items) == len(other.items)
        )

    def described(self) -> str:
        return f"a tuple of {len(self.items)}"


class Records:
    """The class of a list of tuples that is kept as a tuple of lists."""


@dataclass(frozen=True, eq=False)
class RecordsV(TupleV):
    """A list of tuples, of unknown length: its one item is a tuple of lists of generated code."""

    cls: Any = Records

    @property
    def structured(self) -> bool:
        return False

    def attribute(self, e: Walk, name: str) -> Any:
        return Value.attribute(self, e, name)

    def item(self, e: Walk, index: Any) -> Any:
        return e.sequence_item(self, index)

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        e.set_sequence_item(self, index, value)

    def delete_item(self, e: Walk, index: Any) -> None:
        e.delete_sequence_item(self, index)

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        return e.updated_sequence(self, key, value)

    def truth(self, e: Walk) -> Any:
        return e.b.emit("gt", e.sequence_length(self), Const(0))

    def contains(self, e: Walk, item: Any) -> Any:
        return Value.contains(self, e, item)

    def python_class(self, e: Walk) -> type:
        return deque if e.is_deque(self) else tuple if e.is_long_tuple(self) else list

    def count(self, e: Walk) -> Operand:
        found: Operand = e.sequence_length(self)
        return found

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        if count is None:
            raise not_taken_apart(e)
        return tuple(e.item_of(self, Const(k)) for k in range(count))

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        return None

    def item_at(self, e: Walk, i: Operand) -> Any:
        return e.item_of(self, i)

    def operand(self, e: Walk) -> Any:
        return e.stacked_records(e.columns(self))

    def array(self, e: Walk) -> Any:
        return self.operand(e)


def is_records(value: Any) -> bool:
    return isinstance(value, RecordsV)


@dataclass(frozen=True, eq=False)
class ListV(SequenceV, ContainerV):
    """A list of known length; its items stand in the store; ``sites`` are where it was made."""

    number: int = field(default_factory=new_number)
    sites: tuple[Any, ...] = field(default=(), compare=False)
    longest: int | None = field(default=None, compare=False)  # of a deque: its ``maxlen``
    cls: Any = field(default=list, compare=False)
    outside: Any = field(default=None, compare=False)

    def item(self, e: Walk, index: Any) -> Any:
        if e.is_slice(index) and not isinstance(index, Const):
            e.restart(self)
        return super().item(e, index)

    def slice(self, e: Walk, items: tuple[Any, ...]) -> Any:
        if self.cls is deque:
            raise no_slice(e)
        return e.new_list(items)

    def last(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        """The items that a deque of limited length keeps."""
        return items if self.longest is None else items[max(len(items) - self.longest, 0) :]

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        items = list(e.items_of(self))
        if not isinstance(index, Const):
            if e.unrollable(index):
                raise Unroll(index)
            e.restart(self)
            e.want(IntegersWanted, SizesWanted)
            raise e.refuse(
                "this index into a list is not known",
                "its items are kept as separate variables",
                "use an array",
            )
        try:
            items[index.value] = e.items_of(value) if isinstance(index.value, slice) else value
        except IndexError:
            raise no_place(e, len(items)) from None
        self.put(e, items)

    def delete_item(self, e: Walk, index: Any) -> None:
        if not isinstance(index, Const):
            super().delete_item(e, index)
        items = list(e.items_of(self))
        try:
            del items[index.value]
        except IndexError:
            raise no_place(e, len(items)) from None
        self.put(e, items)

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        if key in ("add", "mul") and e.is_numpy(key, value):
            return e.binary(key, self, value)
        if key == "add" and e.is_unread(self):
            e.put_unread(self, "extend", [value])
        elif key == "add":
            if e.unknown_length(value):
                e.restart(self)
            self.put(e, self.last((*e.items_of(self), *e.items_of(value))))
        elif key == "mul":
            if not isinstance(value, Const):
                raise not_repeated(e)
            self.put(e, self.last(e.items_of(self) * value.value))
        else:
            return super().updated(e, key, value)
        return self

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return self.content(e)

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        """A loop may change the items before their turn comes."""
        return tuple(Later(self.item_there(e), k) for k in range(len(e.items_of(self))))

    def changes(self, old: Any, new: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        kept = 0
        while kept < min(len(old), len(new)) and same(old[kept], new[kept]):
            kept += 1
        if kept == len(old):
            yield from (("append", item) for item in new[kept:])
        elif kept == len(new):
            yield "__delitem__", Const(slice(kept, None))
        elif len(old) == len(new):
            yield from (
                ("__setitem__", Const(k), item)
                for k, (before, item) in enumerate(zip(old, new, strict=True))
                if not same(before, item)
            )
        else:
            yield "__setitem__", Const(slice(kept, None)), TupleV(new[kept:])

    def restart(self, e: Walk) -> None:
        e.restart_all((self,), None)

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        e.over_items(self, lambda: e.items_of(self), node, target, stop, body)

    def item_there(self, e: Walk) -> Any:
        """What reads item number ``k`` when its turn has come."""

        def read(k: int) -> Any:
            items = e.items_of(self)
            if k >= len(items):
                raise e.refuse(
                    "this list gets shorter while it is iterated over",
                    "how many iterations there are is not known",
                    "use a copy of it",
                )
            return items[k]

        return read

    def passed(self, e: Walk) -> Any:
        return [e.passed(item) for item in e.items_of(self)]

    def parts(self, e: Walk) -> Parts:
        items = list(e.items_of(self))
        return list, tuple(range(len(items))), items

    def tree(self, keys: tuple[Any, ...], items: list[Any]) -> Any:
        return items

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        made = e.new_list(items, site, self.longest)
        if not isinstance(made, ListV):
            return made
        return replace(made, outside=self.unreal(), cls=self.cls)

    def described(self) -> str:
        return "a list"

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> ListV:
        sites = dict.fromkeys(site for value in (self, *others) for site in value.sites)
        return ListV(outside=outside, sites=tuple(sites), longest=self.longest, cls=self.cls)


def no_place(e: Walk, count: int) -> BaseException:
    """What a store raises into a place that a list has not."""
    return e.raising(
        IndexError("list assignment index out of range"),
        "this index is out of range",
        f"the list has {count} items",
        "mend the index",
    )


def no_slice(e: Walk) -> BaseException:
    """What a slice of a deque raises."""
    return e.raising(
        TypeError("sequence index must be integer, not 'slice'"),
        "a deque has no slices",
        "Python itself raises TypeError here",
        "make a list of it: list(d)",
    )


def deque_like(old: Any, made: Any) -> Any:
    """What is made of a deque is one."""
    known = isinstance(old, ListV) and isinstance(made, ListV)
    return replace(made, cls=deque) if known and old.cls is deque else made
