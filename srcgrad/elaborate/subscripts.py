"""Elaboration of attributes and subscripts, and of values as operands."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

import gast
import numpy as np

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.handlers import array_methods as methods
from srcgrad.handlers import grids, ranges
from srcgrad.handlers.records import entry_attribute
from srcgrad.handlers.super import super_attribute
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import (
    UNDEFINED,
    DictV,
    FunctionV,
    GeneratorV,
    IteratorV,
    ListV,
    MethodV,
    ObjectV,
    RangeV,
    SuperV,
    TupleV,
    is_records,
)
from srcgrad.values.optional import is_operand
from srcgrad.values.outside import ABSENT
from srcgrad.values.standard import is_standard
from srcgrad.values.walk import Walk

BUILT_IN = (  # what classes of Python's own have
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)


class Structures(Walk):
    """What holds other values: attributes, subscripts, conversions."""

    def eval_attribute(self, node: Any) -> Any:
        return self.attribute(self.eval(node.value), node.attr)

    def attribute(self, owner: Any, name: str) -> Any:
        owner = self.given(owner)
        if isinstance(owner, Const):
            return self.constant_attribute(owner.value, name)
        if self.is_sequence(owner):
            return MethodV(owner, name)
        if isinstance(owner, str):
            return methods.array_attribute(self, owner, name)
        if isinstance(owner, ObjectV):
            return self.object_attribute(owner, name)
        if isinstance(owner, SuperV):
            return super_attribute(self, owner, name)
        if isinstance(owner, RangeV) and name in ("start", "stop", "step"):
            return getattr(owner, name)
        if isinstance(owner, FunctionV) and name in ("__name__", "__qualname__"):
            return Const(
                owner.source.name if owner.node is None else getattr(owner.node, "name", "<lambda>")
            )
        if isinstance(owner, TupleV) and name in getattr(owner.cls, "_fields", ()):
            return owner.items[owner.cls._fields.index(name)]
        if isinstance(owner, DictV | TupleV | ListV) and owner.cls not in (dict, tuple, list):
            found = self.look_up(owner.cls, name)
            if found is ABSENT and isinstance(owner, DictV):
                found = entry_attribute(self, owner, name)
                if found is not None:
                    return found
            elif not (found is ABSENT or is_standard(found) or isinstance(found, BUILT_IN)):
                return self.class_attribute(owner, found, name)
        return MethodV(owner, name)

    def constant_attribute(self, value: Any, name: str) -> Any:
        if not hasattr(value, name):
            self.has(value, name)
            raise self.raising(
                AttributeError(name),
                f"{getattr(value, '__name__', value)!s} has no attribute `{name}`",
                "the function itself raises here",
                "mend the function",
            )
        found = getattr(value, name)
        library = isinstance(value, ModuleType) and value.__name__.split(".")[0] in (
            "numpy",
            "math",
            "cmath",
            "scipy",
            "operator",
        )
        if (
            isinstance(value, ModuleType)
            and is_standard(value)
            and _is_state(found)
            and (not grids.is_indexer(found))
        ):
            return self.b.emit("member", Const(value), Const(name))
        if isinstance(found, tuple) and hasattr(found, "n_fields"):  # ``sys.float_info``
            return Const(found)
        return Const(found) if library else self.member_of(value, name, found)

    def eval_subscript(self, node: Any) -> Any:
        return self.get_item(self.eval(node.value), self.index(node.slice))

    def index(self, node: Any) -> Any:
        if isinstance(node, gast.Slice):
            parts = [
                Const(None) if part is None else self.to_operand(self.eval(part))
                for part in (node.lower, node.upper, node.step)
            ]
            if all(isinstance(part, Const) for part in parts):
                return Const(slice(*(part.value for part in parts)))
            return self.b.emit("slice", *parts)
        if isinstance(node, gast.Tuple):
            return TupleV(tuple(self.index(item) for item in node.elts))
        return self.as_index(self.eval(node))

    def get_item(self, owner: Any, index: Any) -> Any:
        owner = self.given(owner)
        if isinstance(owner, ObjectV):
            return self.call(self.attribute(owner, "__getitem__"), [index], {})
        if isinstance(owner, RangeV):
            return ranges.range_item(self, owner, index)
        if isinstance(owner, DictV):
            index = self.key_of(index)
            found = self.entry_there(owner, index)
            if found is not UNDEFINED:
                return self.usable(found, "this item")
            missing = self.look_up(owner.cls, "__missing__")
            if isinstance(missing, FunctionType) and isinstance(index, Const):
                return self.call_constant(missing, [owner, index], {})
            if owner.factory is not None and isinstance(index, Const):
                made = self.call(owner.factory, [], {})
                self.set_item(owner, index, made)
                return made
            if isinstance(index, str) and self.pairs(owner):
                return self.entry_of(owner, index)
            if not isinstance(index, Const):
                raise self.refuse(
                    "this key of a dict is not known",
                    "dicts are taken apart when source is generated",
                    "use a constant key",
                )
            raise self.raising(
                KeyError(index.value),
                "this key is not in the dict",
                "its keys are known: " + ", ".join(repr(key.value) for key, _ in self.pairs(owner)),
                "use one of them",
            )
        if self.is_sequence(owner):
            if self.is_slice(index):
                found = self.slice_of(owner, index)
                return self.as_tuple(found) if self.is_long_tuple(owner) else found
            return self.item_of(owner, self.index_operand(index))
        if isinstance(owner, ListV) and self.is_slice(index) and not isinstance(index, Const):
            self.restart(owner)
        if isinstance(owner, TupleV | ListV):
            return self.static_item(owner, index)
        if isinstance(owner, RangeV):
            return self.range_item(owner, index)
        if isinstance(owner, Const):
            found = grids.indexer(self, owner.value, index)
            if found is not None:
                return found
        if isinstance(owner, Const) and not isinstance(owner.value, np.ndarray):
            if owner.value is np.s_:
                return index
            index = self.plain(index) if isinstance(index, TupleV) else index
            if isinstance(index, Const):
                return self.static(operator.getitem, owner, index)
            if not isinstance(owner.value, Sequence):
                raise self.refuse(
                    "this subscript is not followed",
                    f"{type(owner.value).__name__} is not a sequence",
                    "index an array, a list, a tuple or a dict",
                )
            return self.static_item(TupleV(tuple(Const(item) for item in owner.value)), index)
        return self.b.emit("getitem", owner, self.index_operand(index))

    def is_slice(self, index: Any) -> bool:
        return (isinstance(index, Const) and isinstance(index.value, slice)) or (
            isinstance(index, str) and self.b.kind(index).base == "slice"
        )

    def range_item(self, owner: RangeV, index: Any) -> Any:
        """``range(...)[i]``, or a slice of a range."""
        count = self.count(owner)
        if not self.is_slice(index):
            if isinstance(index, Const) and index.value >= 0:
                return self.item_at(owner, index)
            return self.item_at(owner, self.binary("mod", index, count))
        part = self.slice_bounds(index, count)
        step = self.binary("mul", owner.step, part.step)
        return RangeV(self.item_at(owner, part.start), self.item_at(owner, part.stop), step)

    def static_item(self, owner: Any, index: Any) -> Any:
        items = self.items_of(owner)
        if isinstance(index, Const) and isinstance(index.value, int | slice | np.integer):
            try:
                found = items[index.value]
            except IndexError:
                raise self.raising(
                    IndexError("index out of range"),
                    "this index is out of range",
                    f"the sequence has {len(items)} items",
                    "mend the index",
                ) from None
            if isinstance(index.value, slice):
                return self.new_list(found) if isinstance(owner, ListV) else TupleV(tuple(found))
            return self.usable(found, "this item")
        return self.dynamic_item(items, index)

    def index_operand(self, index: Any) -> Any:
        """An index as an operand: arrays for lists, a tuple of operands for tuples."""
        if isinstance(index, ListV):
            return self.array_of(self.items_of(index), "int64")
        if self.is_list(index):
            return self.b.emit("stacked", index, Const(0))
        if isinstance(index, TupleV):
            parts = tuple(self.index_operand(item) for item in index.items)
            if all(isinstance(part, Const) for part in parts):
                return Const(tuple(part.value for part in parts))
            return parts
        return self.to_operand(index)

    def to_operand(self, value: Any) -> Any:
        """A value as an argument of an operation; tuples and lists become tuples of operands."""
        if is_operand(value):
            return value
        value = self.given(value)
        if is_operand(value):
            return value
        if is_records(value):
            return self.stacked_records(self.columns(value))
        if isinstance(value, TupleV | ListV):
            parts = tuple(self.to_operand(item) for item in self.items_of(value))
            if all(isinstance(part, Const) for part in parts):
                return Const(tuple(part.value for part in parts))
            return parts
        if isinstance(value, RangeV):
            return self.b.emit("np.arange", value.start, value.stop, value.step)
        what = "a " + type(value).__name__.removesuffix("V").lower()
        if isinstance(value, FunctionV):
            what = "a function"
        raise self.refuse(
            f"{what} cannot be used as a number here",
            "the operation needs numbers or arrays",
            "pass its parts",
        )

    def as_operand(self, value: Any) -> Any:
        """A value where NumPy takes an array: sequences of numbers become arrays."""
        value = self.given(value)
        if is_records(value):
            return self.stacked_records(self.columns(value))
        if isinstance(value, TupleV | ListV):
            return self.array_of(self.items_of(value))
        if isinstance(value, IteratorV | GeneratorV):
            found = self.drained(value)
            return self.as_operand(self.listed(value) if found is value else found)
        if isinstance(value, Const) and isinstance(value.value, tuple | list):
            return Const(np.array(value.value))
        if self.is_list(value):
            return self.b.emit("stacked", value)
        return self.to_operand(value)

    def array_of(self, items: Any, dtype: Any = None) -> Any:
        """``np.array(items)`` for nested sequences of numbers and arrays."""
        parts = [self.as_operand(item) for item in items]
        if all(isinstance(part, Const) for part in parts):
            return Const(
                np.array([part.value for part in parts], dtype=dtype if not parts else None)
            )
        return self.b.emit("array_of", tuple(parts))

    def items_of(self, value: Any, count: int | None = None) -> tuple[Any, ...]:
        """The items of a sequence whose length is known."""
        value = self.given(value)
        if isinstance(value, TupleV) and not is_records(value):
            return value.items
        if isinstance(value, ListV):
            return self.content(value)
        if self.is_sequence(value) and count is not None:
            return tuple(self.item_of(value, Const(k)) for k in range(count))
        if isinstance(value, DictV):
            return tuple(key for key, _ in self.pairs(value))
        if isinstance(value, GeneratorV) or self.computes(value):
            found = self.drained(value)
            return self.items_of(found, count)
        if self.runs(value):
            return self.collected(value)
        if isinstance(value, Const) and isinstance(
            value.value, tuple | list | str | dict | set | frozenset | range
        ):
            return tuple(Const(item) for item in value.value)
        if isinstance(value, ObjectV):
            return self.items_of(self.object_items(value), count)
        if isinstance(value, RangeV | IteratorV):
            found = self.static_items(value)
            if found is not None:
                return tuple(self.now(item) for item in found)
        if isinstance(value, str):
            return self.operand_items(value, count)
        self.want(SizesWanted, IntegersWanted)
        raise self.refuse(
            "this cannot be taken apart",
            "the number of its items is not known",
            "use a loop, or unpack a tuple",
        )

    def length_known(self, value: Any) -> int | None:
        """The length of a tuple or array that is kept as one operand, if it is known."""
        kind = self.b.kind(value) if isinstance(value, str) else None
        if kind is not None and kind.base == "tuple" and kind.dim != "unknown":
            return len(kind.items)
        if kind is not None and kind.base == "array" and kind.shape:
            return kind.shape[0] if isinstance(kind.shape[0], int) else None
        return None

    def operand_items(self, value: str, count: int | None) -> tuple[Any, ...]:
        kind = self.b.kind(value)
        length: Any = count
        if kind.base == "tuple" and kind.dim != "unknown":
            length = len(kind.items)
        elif kind.base == "array" and kind.shape and isinstance(kind.shape[0], int):
            length = kind.shape[0]
        if length is None:
            self.want(SizesWanted)
            raise self.refuse(
                "this cannot be taken apart", "the number of its items is not known", "index it"
            )
        return tuple(self.b.emit("getitem", value, Const(k)) for k in range(length))


def _is_state(value: Any) -> bool:
    """Whether an attribute of a module is an object that is used for what it does: ``sys.stdout``."""
    plain = isinstance(
        value, int | float | complex | str | bytes | tuple | type | ModuleType | type(np.s_)
    )
    return not (plain or callable(value) or value is None)
