"""Builtins and ``itertools`` that make iterables, and builtins that run through them."""

from __future__ import annotations

import functools
from typing import Any

from srcgrad.handlers import itertools as _itertools  # noqa: F401, it registers handlers
from srcgrad.handlers import ordering as _ordering  # noqa: F401
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import HANDLERS, Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import IteratorV, RangeV, TupleV, is_records, same
from srcgrad.values.walk import Walk


@handles(range)
def _range(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [e.to_operand(arg) for arg in args]
    if len(parts) == 1:
        return RangeV(Const(0), parts[0], Const(1))
    return RangeV(parts[0], parts[1], parts[2] if len(parts) > 2 else Const(1))


@handles(enumerate)
def _enumerate(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    return IteratorV("enumerate", (args[0],), start)


@handles(zip)
def _zip(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    shared = [
        arg
        for k, arg in enumerate(args)
        if arg in args[:k] and (isinstance(arg, IteratorV) or e.is_iterator(arg))
    ]
    if shared:
        raise e.refuse(
            "zip() takes from one iterator in turn",
            "each item is taken once, by one of the two",
            "cut the sequence in slices: zip(x[::2], x[1::2])",
        )
    return IteratorV("zip", tuple(args))


def transposed(rows: Any) -> Any:
    """``zip(*rows)``"""
    return zip(*rows, strict=False)


@handles(transposed)
def _transposed(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if is_records(args[0]):
        return TupleV(e.columns(args[0]).items)
    return e.b.emit("np.transpose", e.as_operand(args[0]))


@handles(reversed)
def _reversed(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    items = e.static_items(args[0]) if not isinstance(args[0], RangeV) else None
    if items is None:
        return IteratorV("reversed", (args[0],))
    return TupleV(tuple(e.now(item) for item in reversed(items)))


@handles(map)
def _map(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if any(is_open(e, arg) for arg in args[1:]):
        found = e.runtime_list()
        source = IteratorV("zip", tuple(args[1:]))
        e.each(source, "map", lambda row: e.appended(found, e.call(args[0], list(row.items), {})))
        return found
    rows = zip(*(e.items_of(arg) for arg in args[1:]), strict=False)
    return TupleV(tuple(e.call(args[0], list(row), {}) for row in rows))


@handles(functools.reduce)
def _reduce(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if is_open(e, args[1]):
        return _folded(e, args[0], args[1], args[2:])
    items = list(e.items_of(args[1]))
    value = args[2] if len(args) > 2 else items.pop(0)
    for item in items:
        value = e.call(args[0], [value, item], {})
    return value


def _folded(e: Walk, function: Any, source: Any, start: list[Any]) -> Any:
    """``functools.reduce`` of an iterable of unknown length: a loop over a variable of its own."""
    source = e.listed(source) if isinstance(source, IteratorV) else source
    count, first = e.count(source), Const(0)
    if not start:
        e.require(
            e.binary("gt", count, Const(0)),
            TypeError,
            "reduce() of empty iterable with no initial value",
        )
        start, first = [e.item_at(source, Const(0))], Const(1)
    key = (e.frame.number, f"$reduced{id(e.node)}")
    e.store.set(*key, start[0])
    e.counted(
        RangeV(first, count, Const(1)),
        "reduce",
        lambda i: e.store.set(
            *key, e.call(function, [e.store.get(*key), e.item_at(source, i)], {})
        ),
    )
    return e.store.get(*key)


@handles(sum)
def _sum(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    if isinstance(args[0], IteratorV) and is_open(e, args[0]):
        args = [e.listed(args[0])]
    if isinstance(args[0], str):
        total = e.b.emit("np.sum", e.as_operand(args[0]), Const(0))
        return total if same(start, Const(0)) else e.binary("add", start, total)
    items = list(e.items_of(args[0]))
    if items and same(start, Const(0)):
        start = items.pop(0)
    for item in items:
        start = e.binary("add", start, item)
    return start


def _any_all(key: str) -> Handler:
    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        if is_open(e, args[0]):
            return e.b.emit(f"np.{key}", e.as_operand(args[0]))
        result: Any = Const(key == "all")
        for item in e.items_of(args[0]):
            test = e.truth(item)
            if isinstance(test, Const):
                if bool(test.value) != (key == "all"):
                    return Const(bool(test.value))
            elif isinstance(result, Const):
                result = test
            else:
                result = e.b.emit("bool_and" if key == "all" else "bool_or", result, test)
        return result

    return handler


HANDLERS[any] = _any_all("any")
HANDLERS[all] = _any_all("all")
