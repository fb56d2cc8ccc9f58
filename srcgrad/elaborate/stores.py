"""Elaboration of stores: into arrays, lists and dicts, and updates in place."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from srcgrad.elaborate.whiles import has_effects
from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.handlers.complex_parts import part_of, store_part, update_part
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, leaves
from srcgrad.rules.kept import UNKNOWN
from srcgrad.values.abstract import (
    UNDEFINED,
    DictV,
    EntryV,
    ListV,
    ObjectV,
    OptionalV,
    PartV,
    TupleV,
    entry,
    same,
)
from srcgrad.values.walk import Walk


class Stores(Walk):
    """Stores and updates."""

    def owner_of(self, node: Any) -> Any:
        """What is stored into: the value of an expression, or a part of an array."""
        if not isinstance(node, gast.Attribute):
            return self.eval(node)
        owner = self.eval(node.value)
        part = part_of(self, owner, node.attr)
        return self.attribute(owner, node.attr) if part is None else part

    def set_item(self, owner: Any, index: Any, value: Any) -> None:
        owner = self.given(owner)
        if isinstance(owner, PartV):
            store_part(self, owner, index, value)
        elif isinstance(owner, ObjectV):
            self.call(self.attribute(owner, "__setitem__"), [index, value], {})
        elif self.operating and isinstance(owner, str) and self.b.kind(owner).base == "opaque":
            self.put(owner, "__setitem__", index, value)
        elif isinstance(owner, ListV):
            self.set_list_item(owner, index, value)
        elif isinstance(owner, DictV):
            pairs = self.entries(owner)
            index = self.key_of(index)
            if self.is_text(index) and isinstance(index, str) and pairs:
                self.set_entry(owner, index, value)
                return
            if not any(same(key, index) for key, _ in pairs):
                pairs = (*pairs, (index, value))
            if not isinstance(index, Const):
                raise self.refuse(
                    "the key of a dict must be known",
                    "dicts are taken apart when source is generated",
                    "use a constant key",
                )
            if isinstance(self.entry_under(owner, index), EntryV):
                value = entry(value)  # where it stands among the keys is still not known
            self.put_items(
                owner, ((key, value if same(key, index) else item) for key, item in pairs)
            )
        elif self.is_sequence(owner):
            self.set_sequence_item(owner, index, value)
        elif isinstance(owner, str):
            self.writable(owner)
            self.b.effect("setitem", owner, self.index_operand(index), self.as_operand(value))
        else:
            raise self.refuse(
                "this cannot be stored into",
                "it is no array, list or dict",
                "copy it into an array",
            )

    def set_sequence_item(self, owner: Any, index: Any, value: Any) -> None:
        if self.is_slice(index):
            if not same(index, Const(slice(None))):
                raise self.refuse(
                    "a slice of a list of unknown length is assigned",
                    "it may change the list's length",
                    "assign item by item",
                )
            items = self.listed(value)
            self.list_clear(owner)
            self.list_extend(owner, items)
            return
        self.set_item_of(owner, self.index_operand(index), value)

    def writable(self, owner: str) -> None:
        kind = self.b.kind(owner)
        if kind.immutable:
            raise self.raising(
                TypeError("a number does not support item assignment"),
                "this cannot be stored into",
                "it is a number",
                "use an array",
            )
        if kind.base not in ("array", "opaque"):
            raise self.refuse(
                "this cannot be stored into",
                f"it is known as {kinds.describe(kind)}, which may not be an array",
                "use an array on every path",
            )

    def set_list_item(self, owner: ListV, index: Any, value: Any) -> None:
        from srcgrad.values.signals import Unroll

        items = list(self.items_of(owner))
        if not isinstance(index, Const):
            if self.unrollable(index):
                raise Unroll(index)
            self.restart(owner)
            self.want(IntegersWanted, SizesWanted)
            raise self.refuse(
                "this index into a list is not known",
                "its items are kept as separate variables",
                "use an array",
            )
        try:
            items[index.value] = (
                value if not isinstance(index.value, slice) else self.items_of(value)
            )
        except IndexError:
            raise self.refuse(
                "this index is out of range", f"the list has {len(items)} items", "mend the index"
            ) from None
        self.put_items(owner, items)

    def delete_item(self, owner: Any, index: Any) -> None:
        if isinstance(owner, DictV):
            index = self.key_of(index)
            if self.entry_there(owner, index) is UNDEFINED:
                self.get_item(owner, index)  # raises
            left = [pair for pair in self.entries(owner) if not same(pair[0], index)]
            self.put_items(owner, left)
        elif self.is_sequence(owner) and not self.is_slice(index):
            self.list_pop(owner, self.index_operand(index))
        elif isinstance(owner, ListV) and isinstance(index, Const):
            items = list(self.items_of(owner))
            del items[index.value]
            self.put_items(owner, items)
        else:
            raise self.refuse(
                "this `del` is not supported",
                "what it removes is not known",
                "build a new container",
            )

    def update(self, old: Any, key: str, value: Any) -> Any:
        """``old op= value``: in place for arrays and lists, a new value otherwise."""
        old, value = self.given(old), self.given(value)
        if self.is_long_tuple(old):
            return self.binary(key, old, value)
        if self.is_sequence(old) and key == "add":
            self.list_extend(old, value)
            return old
        if self.is_unread(old) and key == "add":
            self.put_unread(old, "extend", [value])
            return old
        if isinstance(old, ListV) and key == "add" and self.unknown_length(value):
            self.restart(old)
        if isinstance(old, DictV) and key == "or":
            self.put_items(old, self.pairs(self.dict_union(old, value)))
            return old
        if isinstance(old, ListV) and key == "add":
            self.put_items(old, (*self.items_of(old), *self.items_of(value)))
            return old
        if key == "mul" and (isinstance(old, ListV) or self.is_sequence(old)):
            if not (isinstance(old, ListV) and isinstance(value, Const)):
                raise self.refuse(
                    "a list is repeated in place, and its length is not known",
                    "other names of the list see it, too",
                    "write xs = xs * n",
                )
            self.put_items(old, self.items_of(old) * value.value)
            return old
        if isinstance(old, ObjectV):
            return self.updated_object(old, key, value)
        kind = self.b.kind(old) if isinstance(old, str) else None
        if kind == kinds.OPAQUE or (kind is not None and kind.items == ("holds",)):
            function = Const(getattr(operator, f"i{key}"))
            return self.keep(function, None, self.handed(UNKNOWN, [old, value], {}), UNKNOWN, None)
        if kind is None or kind.immutable or kind.base not in ("array", "any"):
            return self.binary(key, old, value)
        operand = self.as_operand(value)
        if kind.base == "any":
            if old not in self.b.own or self.holders(old) > 1:
                raise self.refuse(
                    "this may be an array that other names share",
                    "an update in place and a new value differ there",
                    "write x = x + y",
                )
            return self.b.emit(key, old, operand)
        self.store_update(old, Const(Ellipsis), key, operand)
        return old

    def store_update(self, owner: str, index: Any, key: str, operand: Any) -> None:
        if key in ("add", "sub"):
            operand = self.b.emit("neg", operand) if key == "sub" else operand
            self.b.effect("additem", owner, index, operand)
            return
        piece = self.b.emit("getitem", owner, index)
        self.b.effect("setitem", owner, index, self.b.emit(key, piece, operand))

    def holders(self, name: str) -> int:
        """The number of variables and containers that hold ``name``."""
        return sum(
            any(leaf == name for leaf in leaves(_plain(value)))
            for value in self.store.content.values()
        )

    def update_item(self, owner: Any, index: Any, key: str, value: Any) -> None:
        """``owner[index] op= value()``: the item is read first, then the value computed."""
        if isinstance(owner, PartV):
            basic = self.basic(self.index_operand(index))
            update_part(self, owner, index, key, value, basic)
            return
        if not isinstance(owner, str) or self.is_list(owner):
            old = self.get_item(owner, index)
            self.set_item(owner, index, self.update(old, key, value()))
            return
        self.writable(owner)
        operand = self.index_operand(index)
        old = self.b.emit("getitem", owner, operand)
        before = len(self.b.block)
        given = value()
        if self.is_list(owner):
            new = self.update(old, key, given)
            if new != old:
                self.b.effect("setitem", owner, operand, new)
        elif not self.basic(operand) or (
            self.b.kind(old).base == "scalar" and has_effects(tuple(self.b.block[before:]))
        ):
            self.b.effect("setitem", owner, operand, self.binary(key, old, given))
        else:
            del self.b.block[before - 1]
            self.store_update(owner, operand, key, self.as_operand(given))

    def basic(self, index: Any) -> bool:
        """Whether an index is made of ints, slices, None and Ellipsis alone."""
        parts = index if type(index) is tuple else (index,)
        return all(
            (isinstance(part, Const) and not isinstance(part.value, np.ndarray | list))
            or (
                isinstance(part, str)
                and self.b.kind(part).base in ("int", "slice", "scalar", "float")
            )
            for part in parts
        )

    def length(self, value: Any) -> int:
        return len(self.items_of(value))


def _plain(value: Any) -> Any:
    if isinstance(value, OptionalV | EntryV):
        return _plain(value.value)
    items = value.items if isinstance(value, TupleV) else value
    return tuple(map(_plain, items)) if type(items) is tuple else items
