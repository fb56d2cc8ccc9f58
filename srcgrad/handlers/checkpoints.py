"""Calls of functions that ``srcgrad.checkpoint`` marks: procedures, whose adjoints compute them again."""

from __future__ import annotations

from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from srcgrad.handlers import callbacks
from srcgrad.handlers.table import HANDLERS, Handler
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import PartialV
from srcgrad.values.store import new_number
from srcgrad.values.trees import flatten, unflatten
from srcgrad.values.walk import Walk

MARKED: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()  # what is called -> what is marked


def register(mark: Any) -> None:
    """Say that ``mark(f)`` marks a function."""
    HANDLERS[mark] = lambda e, args, keywords: PartialV(Const(_call), tuple(args), ())
    HANDLERS[_call] = _call


def handler(function: Any) -> Handler | None:
    """The handler of a marked function; None for any other."""
    marked = MARKED.get(function) if isinstance(function, FunctionType) else None
    if marked is None:
        return None
    return lambda e, args, keywords: _call(e, [Const(marked), *args], keywords)


def _call(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, *args = args
    if e.drafts:  # a function that calls itself computes its calls again, as it is
        return e.call(function, args, keywords)
    mark, before = new_number(), e.store.snapshot()
    with e.b.nested() as inner:
        value = e.returned(e.call(function, args, keywords))
        found, layout = flatten(e, value)
        leaves = [leaf for _, leaf in found]
        names = list(dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, str)))
        own = all(e.b.kind(name).immutable or callbacks.is_new(e, name) for name in names)
        results = tuple(callbacks.new(e, name) for name in names)
    if any(number < mark for number, _ in e.store.changed(before)):
        raise e.refuse(
            "a checkpoint changes what lies outside of it",
            "it is computed again in the reverse sweep",
            "return what is to be kept",
        )
    if not names:  # it returns constants
        e.b.block.extend(inner.block)
        return value
    if not all(e.b.kind(name).numeric for name in names):
        raise e.refuse(
            "a checkpoint returns something else than numbers and arrays",
            "its results are all that is kept of it",
            "return numbers, arrays, or a structure of them",
        )
    callback = callbacks.Callback(callbacks.name_of(function), (), inner.block, results)
    (made,), free = callbacks.procedures(e, "is a checkpoint", callback)
    made.new = own
    call = e.b.emit("procedure", Const(made), free, kind=made.kind)
    if len(names) == 1:
        table = {names[0]: call}
    else:
        table = {x: e.b.emit("getitem", call, Const(k)) for k, x in enumerate(names)}
    return unflatten(
        e, layout, iter([table.get(x, x) if isinstance(x, str) else x for x in leaves])
    )
