"""Sets: of what is known as constants, all others as objects of the generated code."""

from __future__ import annotations

from typing import Any

from srcgrad.definitions.tables import Group, is_empty_yet, nowhere, open_list
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import FIRST, handles
from srcgrad.ir.nodes import Const
from srcgrad.runtime.tables import place_of
from srcgrad.values.sequences import TupleV
from srcgrad.values.signals import Missing
from srcgrad.values.walk import Walk


@handles(frozenset, through=FIRST)
def _frozen(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return set_of(e, TupleV(e.items_of(args[0]) if args else ()), False)


@handles(set, through=FIRST)
def _set(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return set_of(e, args[0] if args else TupleV(()), e.sets_change)


def set_of(e: Walk, items: Any, changes: bool) -> Any:
    """A set of these items. One of what is known is never changed, unless ``changes``."""
    if changes or is_open(e, items):
        return e.call_constant(Group, [items], {})
    found = [e.key_of(item) for item in e.items_of(items)]
    if all(isinstance(item, Const) for item in found):
        return e.static(frozenset, Const([item.value for item in found]))
    return e.call_constant(Group, [TupleV(tuple(found))], {})


@handles(open_list)
def _open(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.runtime_list(())


@handles(is_empty_yet)
def _is_empty_yet(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(not e.b.kind(e.first_column(args[0])).items)


@handles(nowhere)
def _nowhere(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    error = e.missing(KeyError(args[0].value if len(args) == 1 else "key"))
    if isinstance(error, Missing):
        if len(args) == 1 or e.compiled:
            e.raise_new(KeyError, args[0].value if len(args) == 1 else "key")
        else:
            e.call_constant(place_of, args, {})
    raise e.lost(error)
