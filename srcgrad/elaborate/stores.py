"""Elaboration of stores: into arrays, lists and dicts, and updates in place."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from srcgrad.elaborate.whiles import has_effects
from srcgrad.handlers.complex import part_of, store_part, update_part
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.kept import UNKNOWN
from srcgrad.values.abstract import Value, leaves_in
from srcgrad.values.complex_parts import PartV
from srcgrad.values.refusals import not_deleted, not_repeated, not_stored_into
from srcgrad.values.signals import Restart
from srcgrad.values.state import SETS
from srcgrad.values.store import same
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
        owner = self.given(owner, TypeError)
        if isinstance(owner, PartV):
            store_part(self, owner, index, value)
        elif isinstance(owner, Value):
            owner.set_item(self, index, value)
        elif not isinstance(owner, str):
            raise not_stored_into(self)
        elif self.operating and self.b.kind(owner).base == "opaque":
            self.put(owner, "__setitem__", index, value)
        elif self.is_list(owner):
            self.set_sequence_item(owner, index, value)
        else:
            self.writable(owner)
            self.b.effect("setitem", owner, self.index_operand(index), self.as_operand(value))

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
        self.array_is_needed(owner)
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

    def array_is_needed(self, name: str) -> None:
        """Begin the walk again if this is a sum of arrays, or of none: then there must be some."""
        if name in self.sums:
            raise Restart(self.sums[name], True)

    def delete_item(self, owner: Any, index: Any) -> None:
        if isinstance(owner, Value):
            owner.delete_item(self, index)
        else:
            self.delete_sequence_item(owner, index)

    def delete_sequence_item(self, owner: Any, index: Any) -> None:
        if not self.is_sequence(owner) or self.is_slice(index):
            raise not_deleted(self)
        self.list_pop(owner, self.index_operand(index))

    def check_set(self, old: Const) -> None:
        """A set changes in place: a new one takes its place, unless others hold it."""
        held = sum(
            leaf is old for value in self.store.content.values() for leaf in leaves_in(value)
        )
        if isinstance(old.value, set):
            raise self.refuse(
                "a set from outside changes in place",
                "whoever else holds it is to see the change",
                "make a new set: s = s | {item}",
            )
        if held > 1:
            self.change_sets()

    def change_sets(self) -> None:
        """Begin the walk again with sets that change."""
        if not self.sets_change:
            raise Restart(SETS, True)

    def update(self, old: Any, key: str, value: Any) -> Any:
        """``old op= value``: in place for arrays and lists, a new value otherwise."""
        old, value = self.given(old, TypeError), self.given(value, TypeError)
        if isinstance(old, PartV):
            update_part(self, old, Const(Ellipsis), key, lambda: value, True)
            return old
        if isinstance(old, Value):
            return old.updated(self, key, value)
        if isinstance(old, Const) and isinstance(old.value, set | frozenset):
            self.check_set(old)
        if self.is_list(old):
            return self.updated_sequence(old, key, value)
        kind = self.b.kind(old) if isinstance(old, str) else None
        if kind == kinds.OPAQUE or (kind is not None and kind.items == ("holds",)):
            function = Const(getattr(operator, f"i{key}"))
            return self.keep(function, None, self.handed(UNKNOWN, [old, value], {}), UNKNOWN, None)
        if kind is None or kind.immutable or kind.base not in ("array", "any"):
            return self.binary(key, old, value)
        operand = self.as_operand(value)
        if kind.base == "any":
            if old not in self.b.own or self.holders(old) > 1:
                self.array_is_needed(old)
                raise self.refuse(
                    "this may be an array that other names share",
                    "an update in place and a new value differ there",
                    "write x = x + y",
                )
            new = self.b.emit(key, old, operand)
            self.b.add(Let(None, "renewed", (old, new), self.b.origin, site=self.b.site))
            return new
        self.store_update(old, Const(Ellipsis), key, operand)
        return old

    def updated_sequence(self, old: Any, key: str, value: Any) -> Any:
        """``xs += ys`` and ``xs *= n`` of a list of unknown length."""
        numpy = key in ("add", "mul") and self.is_numpy(key, value)
        if key not in ("add", "mul") or self.is_long_tuple(old) or numpy:
            return self.binary(key, old, value)
        if key == "mul":
            raise not_repeated(self)
        self.list_extend(old, value)
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
            any(leaf == name for leaf in leaves_in(value)) for value in self.store.content.values()
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
        return all(
            (isinstance(part, Const) and not isinstance(part.value, np.ndarray | list | tuple))
            or (
                isinstance(part, str)
                and self.b.kind(part).base in ("int", "slice", "scalar", "float")
            )
            for part in operands_of(index)
        )
