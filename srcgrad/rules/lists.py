"""Lists whose length, and tables whose keys, are known only at run time.

The adjoint of a list is a list of the adjoints of its items, made and changed by ``reverse.py``;
here stand the operations. Tapes are such lists too. What a table says is not differentiated, and
read where the function reads it: it is kept, not read again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules import exceptions, facts
from srcgrad.rules.operation import Arg, parameters, register
from srcgrad.runtime import (
    add_items,
    add_parts,
    add_pieces,
    check_items,
    joined,
    stacked,
    tables,
    zeros_of,
)


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


def stacked_facts(xs: Arg, axis: Arg, some: Any = None, places: Any = None) -> Kind:
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


QUIET = {"raises": exceptions.nothing}
SEARCHING = {"raises": exceptions.searching}
DEEP = {"effect": True, "stored": 1, "deep": True}
ZEROS = {"distinct": True, "silent": True, "flat": True, **QUIET}


def _helper(function: Any, facts_of: Any, **options: Any) -> None:
    key = function.__name__.strip("_")
    register(function, parameters(function), facts_of, key=key, spelling=key, **options)


_helper(_list_of, list_facts, distinct=True, **QUIET)
_helper(slice_indices, lambda cut, count: INTEGERS, **SEARCHING)
_helper(index_of, lambda xs, item: kinds.INT, **SEARCHING)
_helper(stacked, stacked_facts, follows=True)
_helper(joined, joined_facts, follows=True)
_helper(zeros_of, facts.same, shape_only=("xs",), **ZEROS)
_helper(add_pieces, facts.none, **DEEP)
_helper(add_items, facts.none, **DEEP)
_helper(check_items, facts.none, effect=True, kept=True, asserts=True)
_helper(add_parts, facts.none, **DEEP)


# --- tables ---------------------------------------------------------------------------------------

READS = {"effect": True, "flat": True, **QUIET}
CHANGES = {**READS, "changes": True}
NEW = {**READS, "distinct": True}
BY_KEY = {"kept": True, "raises": exceptions.always((KeyError,))}


def table_facts(*_: Arg) -> Kind:
    """A table is no other one: where paths or iterations have two, they do not mix."""
    return replace(kinds.TABLE, dim=kinds.fresh_dim())


def places_facts(*_: Arg) -> Kind:
    return Kind("list", items=(kinds.INT,))


for _function in (tables.key_table, tables.key_set):
    _helper(_function, table_facts, **NEW)
for _function in (tables.united, tables.common, tables.without, tables.in_one):
    _helper(_function, table_facts, **NEW)
for _function in (tables.has_key, tables.is_within):
    _helper(_function, facts.python_bool, **READS)
for _function in (tables.put_key, tables.add_key, tables.discard_key, tables.clear_keys):
    _helper(_function, facts.none, **CHANGES)
for _function in (tables.drop_key, tables.remove_key):
    _helper(_function, facts.none, **{**CHANGES, **BY_KEY})
for _function in (tables.places_of, tables.places_in):
    _helper(_function, places_facts, **NEW)
_helper(tables.key_count, facts.python_int, **READS)
_helper(tables.place_of, facts.python_int, **{**READS, **BY_KEY})
_helper(tables.taken_place, facts.python_int, **{**CHANGES, **BY_KEY})
