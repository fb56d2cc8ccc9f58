"""Elaboration of attributes and subscripts, and of values as operands."""

from __future__ import annotations

import enum
import operator
from collections.abc import Sequence
from types import MappingProxyType, ModuleType
from typing import Any

import gast
import numpy as np

from srcgrad.errors import SizesWanted
from srcgrad.handlers import array_methods as methods
from srcgrad.handlers import grids
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import MethodV, Value
from srcgrad.values.dicts import DictV
from srcgrad.values.optional import is_operand
from srcgrad.values.refusals import no_number, not_indexed, not_taken_apart
from srcgrad.values.sequences import ListV, TupleV, no_slice
from srcgrad.values.standard import is_standard
from srcgrad.values.walk import Walk

# the classes of constants that have items
HOLDING = (tuple, list, str, dict, set, frozenset, range, enum.EnumMeta)


class Structures(Walk):
    """What holds other values: attributes, subscripts, conversions."""

    def eval_attribute(self, node: Any) -> Any:
        return self.attribute(self.eval(node.value), node.attr)

    def attribute(self, owner: Any, name: str) -> Any:
        owner = self.given(owner, AttributeError)
        if isinstance(owner, Value):
            return owner.attribute(self, name)
        if isinstance(owner, Const):
            return self.constant_attribute(owner.value, name)
        if self.is_list(owner):
            return MethodV(owner, name)
        return methods.array_attribute(self, owner, name)

    def constant_attribute(self, value: Any, name: str) -> Any:
        if is_namespace_of_numpy(value) and hasattr(np, name):
            value = np
        if isinstance(value, frozenset) and name in vars(set).keys() - vars(frozenset).keys():
            self.change_sets()
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
        if isinstance(value, enum.EnumMeta) and name == "__members__":
            pairs = [(Const(key), Const(member)) for key, member in found.items()]
            return self.new_dict(pairs, DictV(cls=MappingProxyType))
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
        owner = self.given(owner, TypeError)
        if isinstance(owner, Value):
            return owner.item(self, index)
        if self.is_list(owner):
            return self.sequence_item(owner, index)
        if isinstance(owner, Const):
            found = grids.indexer(self, owner.value, index)
            if found is None and not isinstance(owner.value, np.ndarray):
                found = self.item_of_constant(owner, index)
            if found is not None:
                return found
        if self.b.kind(owner).base == "scalar":
            found = self.subscripted_number(owner, index)
            if found is not None:
                return found
        return self.b.emit("getitem", owner, self.index_operand(index))

    def subscripted_number(self, owner: Any, index: Any) -> Any:
        """``number[None]``, ``[...]``, ``[()]`` and ``[True]`` of NumPy's; None for what it raises."""
        operand = self.index_operand(index)
        parts = operand.value if isinstance(operand, Const) else None
        parts = parts if isinstance(parts, tuple) else (parts,)
        if not isinstance(operand, Const) or not all(
            part is None or part is Ellipsis or part is True for part in parts
        ):
            return None
        axes = parts.count(None) + (True in parts)  # all masks make one axis
        if axes == 0:
            return self.call_constant(np.array, [owner], {}) if Ellipsis in parts else owner
        for _ in range(axes):
            owner = self.array_of((owner,))
        return owner

    def item_of_constant(self, owner: Const, index: Any) -> Any:
        if owner.value is np.s_:
            return index
        index = self.plain(index) if isinstance(index, TupleV) else index
        if isinstance(index, Const):
            return self.static(operator.getitem, owner, index)
        if not isinstance(owner.value, Sequence):
            raise not_indexed(self, f"{type(owner.value).__name__} is not a sequence")
        return TupleV(tuple(Const(item) for item in owner.value)).item(self, index)

    def sequence_item(self, owner: Any, index: Any) -> Any:
        """An item, or a slice, of a list of unknown length."""
        if self.is_slice(index):
            if self.is_deque(owner):
                raise no_slice(self)
            found = self.slice_of(owner, index)
            return self.as_tuple(found) if self.is_long_tuple(owner) else found
        return self.item_of(owner, self.index_operand(index))

    def is_slice(self, index: Any) -> bool:
        return (isinstance(index, Const) and isinstance(index.value, slice)) or (
            isinstance(index, str) and self.b.kind(index).base == "slice"
        )

    def index_operand(self, index: Any) -> Any:
        """An index as an operand: arrays for lists, a tuple of operands for tuples."""
        if isinstance(index, ListV):
            return self.array_of(self.items_of(index), "int64")
        if self.is_list(index):
            return self.b.emit("stacked", index, Const(0), Const(False), Const(True))
        if isinstance(index, TupleV):
            parts = tuple(self.index_part(item) for item in index.items)
            if all(isinstance(part, Const) for part in parts):
                return Const(tuple(part.value for part in parts))
            return parts
        found = self.to_operand(index)
        if isinstance(found, Const) and type(found.value) is tuple:
            return Const(tuple(map(_index_part, found.value)))
        return found

    def index_part(self, part: Any) -> Any:
        """A part of an index: sequences are arrays of places there, tuples too."""
        if isinstance(part, TupleV | ListV):
            found = self.array_of(self.items_of(part), "int64")
            return Const(_index_part(found.value)) if isinstance(found, Const) else found
        if self.is_numbers(part):
            return self.as_operand(part)
        found = self.index_operand(part)
        return Const(_index_part(found.value)) if isinstance(found, Const) else found

    def to_operand(self, value: Any) -> Any:
        """A value as an argument of an operation; tuples and lists become tuples of operands."""
        value = value if is_operand(value) else self.given(value)
        if is_operand(value):
            return value
        if not isinstance(value, Value):
            raise no_number(self, value)
        return value.operand(self)

    def as_operand(self, value: Any) -> Any:
        """A value where NumPy takes an array: sequences of numbers become arrays."""
        value = self.given(value)
        if isinstance(value, Value):
            return value.array(self)
        if isinstance(value, Const) and isinstance(value.value, tuple | list):
            return Const(np.array(value.value))
        if self.is_list(value):
            return self.b.emit("stacked", value)
        if self.is_numbers(value):
            return self.array_of(self.operand_items(value, None))
        return self.to_operand(value)

    def is_numbers(self, value: Any) -> bool:
        """Whether it is a tuple of numbers that is kept as one operand: ``x.shape``."""
        if not isinstance(value, str) or self.b.kind(value).base != "tuple":
            return False
        kind = self.b.kind(value)
        return kind.dim != "unknown" and all(k.immutable and k.numeric for k in kind.items)

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
        value = self.given(value, TypeError)
        if isinstance(value, Value):
            return value.all_items(self, count)
        if isinstance(value, Const) and isinstance(value.value, HOLDING):
            return tuple(Const(item) for item in value.value)
        if not isinstance(value, str):
            raise not_taken_apart(self)
        if self.is_list(value) and count is not None:
            return tuple(self.item_of(value, Const(k)) for k in range(count))
        return self.operand_items(value, count)

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


def is_namespace_of_numpy(value: Any) -> bool:
    """Whether this is what stands for NumPy in code for any library of arrays: it has all that NumPy 2 has."""
    wraps = isinstance(value, ModuleType) and value.__name__.endswith("array_api_compat.numpy")
    return wraps and hasattr(np, "isdtype")


def _is_state(value: Any) -> bool:
    """Whether an attribute of a module is an object that is used for what it does: ``sys.stdout``."""
    plain = isinstance(
        value,
        int | float | complex | str | bytes | tuple | type | ModuleType | type(np.s_) | np.generic,
    )
    return not (plain or callable(value) or value is None)


def _index_part(part: Any) -> Any:
    """A constant part of an index: a sequence is an array of places."""
    if not isinstance(part, tuple | list | np.ndarray):
        return part
    places = np.asarray(part)
    return places if places.size or places.dtype.kind != "f" else places.astype("int64")
