"""Lists whose length is known only at run time.

The adjoint of a list is a list of the adjoints of its items, made and changed by ``reverse.py``;
here stand the operations. Tapes are such lists too.
"""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules import facts
from srcgrad.rules.operation import Arg, parameters, register
from srcgrad.runtime import add_items, add_parts, add_pieces, check_items, joined, stacked, zeros_of


def item_kind(x: Arg) -> Kind:
    """The kind of a list's items; opaque if none is known yet."""
    return x.kind.items[0] if x.kind.base == "list" and x.kind.items else kinds.OPAQUE


def list_facts(items: Any) -> Kind:
    found: Kind | None = None
    for item in facts.items(items) or []:
        found = item.kind if found is None else kinds.join(found, item.kind) or kinds.OPAQUE
    return Kind("list", items=() if found is None else (found,))


def array_kind(item: Kind) -> Kind | None:
    """The kind of an item as an array: lists of numbers are arrays, too."""
    if item.base != "list":
        return item if item.numeric else None
    inner = array_kind(item.items[0]) if item.items else None
    if inner is None:
        return None
    if inner.ndim is None:
        return kinds.array(inner.dtype)
    return kinds.array(inner.dtype, (kinds.fresh_dim(), *(inner.shape or ())))


def stacked_facts(xs: Arg, axis: Arg) -> Kind:
    item = array_kind(item_kind(xs))
    if item is None:
        return kinds.OPAQUE
    if item.ndim is None:
        return kinds.array(item.dtype)
    shape = list(item.shape or ())
    if not axis.known:
        return kinds.array(item.dtype, len(shape) + 1)
    shape.insert(axis.const if axis.const >= 0 else len(shape) + 1 + axis.const, kinds.fresh_dim())
    return kinds.array(item.dtype, tuple(shape))


def joined_facts(xs: Arg, axis: Arg) -> Kind:
    item = array_kind(item_kind(xs))
    if item is None:
        return kinds.OPAQUE
    shape = list(item.shape or ())
    if item.shape is None or not axis.known or not shape:
        return kinds.array(item.dtype)
    shape[axis.const] = kinds.fresh_dim()
    return kinds.array(item.dtype, tuple(shape))


def slice_indices(cut: Any, count: Any) -> Any:
    """The start, stop and step of a slice among ``count`` items."""
    return cut.indices(count)


def index_of(xs: Any, item: Any) -> Any:
    """Where an item stands in a list."""
    return xs.index(item)


INTEGERS = Kind("tuple", items=(kinds.INT,) * 3)


def _list_of(items: Any) -> list[Any]:
    return list(items)


register(_list_of, parameters(_list_of), list_facts, key="list_of", spelling="list_of")
register(
    slice_indices,
    parameters(slice_indices),
    lambda cut, count: INTEGERS,
    key="slice_indices",
    spelling="slice_indices",
)
register(
    index_of, parameters(index_of), lambda xs, item: kinds.INT, key="index_of", spelling="index_of"
)
register(stacked, parameters(stacked), stacked_facts, key="stacked")
register(joined, parameters(joined), joined_facts, key="joined")
register(zeros_of, parameters(zeros_of), facts.same, key="zeros_of", shape_only=("xs",), flat=True)
register(add_pieces, parameters(add_pieces), facts.none, key="add_pieces", effect=True)
register(add_items, parameters(add_items), facts.none, key="add_items", effect=True)
register(check_items, parameters(check_items), facts.none, key="check_items", effect=True)
register(add_parts, parameters(add_parts), facts.none, key="add_parts", effect=True)
