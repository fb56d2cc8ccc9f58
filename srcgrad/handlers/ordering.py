"""``sorted``, ``max``, ``min``, ``filter``, ``iter`` and ``next``."""

from __future__ import annotations

import builtins
import functools
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.definitions import iterators
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import FIRST, HANDLERS, REST, Handler, handles
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.iterators import GeneratorV, IteratorV, OnceV
from srcgrad.values.objects import ObjectV
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import TupleV, is_records
from srcgrad.values.store import same
from srcgrad.values.walk import Walk

NONE = Const(None)


# --- sorting ----------------------------------------------------------------------------------


@handles(sorted, through=FIRST)
def _sorted(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    key, reverse = keywords.get("key", NONE), keywords.get("reverse", Const(False))
    if not isinstance(reverse, Const):
        raise e.refuse(
            "the order of this sort is not known", "`reverse` depends on values", "use a constant"
        )
    if is_open(e, args[0]):
        return _sorted_open(e, args[0], key, bool(reverse.value))
    return e.new_list(sorted_items(e, list(e.items_of(args[0])), key, bool(reverse.value)))


def sorted_items(e: Walk, items: list[Any], key: Any, reverse: bool) -> list[Any]:
    """The items of a list of known length in the order of their keys."""
    keys = items if same(key, NONE) else [e.call(key, [item], {}) for item in items]
    if all(isinstance(k, Const) for k in keys):
        order = e.static(
            lambda *values: sorted(range(len(values)), key=values.__getitem__, reverse=reverse),
            *keys,
        )
        return [items[k] for k in order.value]
    known = known_order(keys, reverse)
    if known is not None:
        return [items[k] for k in known]
    rows = [k.items if isinstance(k, TupleV) else (k,) for k in keys]
    numbers = all(is_operand(k) and e.b.kind(k).immutable for row in rows for k in row)
    sorts = {len(k.items) if isinstance(k, TupleV) else None for k in keys}
    if not numbers or len(sorts) > 1:
        raise not_sorted(e)
    columns = [
        e.b.emit("array_of", tuple(map(e.as_operand, column))) for column in zip(*rows, strict=True)
    ]
    indices = order_of(e, columns, reverse)
    return [e.pick(items, e.b.emit("getitem", indices, Const(k))) for k in range(len(items))]


def known_order(keys: list[Any], reverse: bool) -> list[int] | None:
    """The order of tuples whose first parts decide, and are known; None if it is not known."""

    def compare(a: Any, b: Any) -> int:
        if isinstance(a, TupleV) and isinstance(b, TupleV):
            for x, y in zip(a.items, b.items, strict=False):
                if found := compare(x, y):
                    return found
            return len(a.items) - len(b.items)
        if isinstance(a, Const) and isinstance(b, Const):
            return int(a.value > b.value) - int(a.value < b.value)
        raise LookupError

    key: Any = functools.cmp_to_key(lambda i, j: compare(keys[i], keys[j]))
    try:
        return sorted(range(len(keys)), key=key, reverse=reverse)
    except (LookupError, TypeError):
        return None


def order_of(e: Walk, columns: list[Any], reverse: bool) -> Any:
    """The stable order of numbers, as an array of positions; of tuples, by their columns.

    The reverse is the order from the end: flags and unsigned numbers have no negatives.
    """
    back = Const(slice(None, None, -1))
    if reverse:
        columns = [e.get_item(column, back) for column in columns]
    order: Any = None
    for column in reversed(columns):
        moved = column if order is None else e.get_item(column, order)
        found = e.call(Const(np.argsort), [moved], {"kind": Const("stable")})
        order = found if order is None else e.get_item(order, found)
    if not reverse:
        return order
    last = e.binary("sub", e.b.emit("len", order), Const(1))
    return e.binary("sub", last, e.get_item(order, back))


def not_sorted(e: Walk) -> BaseException:
    return e.refuse(
        "these items cannot be sorted",
        "their keys are no numbers, nor tuples of numbers",
        "sort by a key that is a number",
    )


def _sorted_open(e: Walk, source: Any, key: Any, reverse: bool) -> Any:
    source = e.listed(source) if isinstance(source, OnceV) else source
    keys = source
    if not same(key, NONE):
        keys = e.map_items(source, "keys", lambda item: e.call(key, [item], {}))
    lists = e.columns(keys) if is_records(keys) else keys
    columns = list(lists.items) if isinstance(lists, TupleV) else [e.as_operand(lists)]
    if len(columns) > 1 and all(map(is_operand, columns)):
        columns = [e.call_constant(np.asarray, [column], {}) for column in columns]
    if not all(is_operand(c) and e.b.kind(c).ndim == 1 for c in columns):
        raise not_sorted(e)
    order = order_of(e, columns, reverse)
    return e.map_range(
        e.b.emit("len", order), lambda i: e.item_at(source, e.b.emit("getitem", order, i))
    )


# --- extremes -----------------------------------------------------------------------------------


def _extreme(name: str) -> Handler:
    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        key, default = keywords.get("key", NONE), keywords.get("default")
        if default is not None and len(args) > 1:
            raise e.not_bound(f"{name}() takes a default with a single argument alone")
        if len(args) == 1:
            args = [e.drained(e.run_over(args[0]))]
            if is_open(e, args[0]):
                return _of_open(e, name, args[0], key, default)
        values = list(args) if len(args) > 1 else list(e.items_of(args[0]))
        if not values:
            if default is not None:
                return default
            raise e.refuse(
                f"{name}() of nothing",
                "Python itself raises ValueError here",
                "pass default=",
                raises=True,
            )
        if same(key, NONE):
            if all(isinstance(value, Const) for value in values):
                return Const(getattr(builtins, name)(value.value for value in values))
            result = values[0]
            for value in values[1:]:
                result = _pick(e, name, result, value)
            return result
        return _by_key(e, name, values, key)

    return handler


def _of_open(e: Walk, name: str, source: Any, key: Any, default: Any) -> Any:
    place = "first_largest" if name == "max" else "first_smallest"

    def found() -> Any:
        if same(key, NONE) and not is_records(source):
            numbers = e.as_operand(source)
            best = e.b.emit(place, numbers)
            kind = e.b.kind(numbers)
            if not kind.numeric:
                return e.get_item(numbers, best)
            return e.b.emit("getitem", numbers, best, kind=kinds.scalar(kind.dtype))
        keys = e.map_items(source, "keys", lambda item: e.call(key, [item], {}))
        return e.item_at(source, e.b.emit(place, e.as_operand(keys)))

    if default is None:
        return found()
    if isinstance(source, IteratorV):
        source = e.listed(source)
    some = e.b.emit("gt", e.count(source), Const(0))
    return e.branch(some, found, lambda: default)[0]


def _by_key(e: Walk, name: str, values: list[Any], key: Any) -> Any:
    best = TupleV((values[0], e.call(key, [values[0]], {})))
    for value in values[1:]:
        other = TupleV((value, e.call(key, [value], {})))
        cond = e.truth(e.binary("gt" if name == "max" else "lt", other.items[1], best.items[1]))
        if isinstance(cond, Const):
            best = other if cond.value else best
        else:
            best = e.branch(cond, lambda other=other: other, lambda best=best: best)[0]
    return best.items[0]


def _pick(e: Walk, key: str, a: Any, b: Any) -> Any:
    """``max(a, b)`` as Python has it: ``b`` if it is greater, otherwise ``a``."""
    if all(is_operand(value) and e.b.kind(value).base == "int" for value in (a, b)):
        return e.b.emit(key, (a, b), kind=kinds.INT)
    cond = e.binary("gt" if key == "max" else "lt", b, a)
    if isinstance(cond, Const):
        return b if cond.value else a
    return e.branch(cond, lambda: b, lambda: a)[0]


HANDLERS[max] = _extreme("max")
HANDLERS[min] = _extreme("min")


# --- one after the other ------------------------------------------------------------------------


@handles(filter, lazily=True, through=REST)
def _filter(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    test, source = args
    found = (
        e.run_by(iterators.true_items, source)
        if same(test, NONE)
        else e.run_by(iterators.filtered, test, source)
    )
    return replace(found, whole=lambda: filtered_whole(e, test, e.drained(source)))


def filtered_whole(e: Walk, test: Any, source: Any) -> Any:
    """``list(filter(test, source))``"""

    def holds(item: Any) -> Any:
        return e.truth(item if same(test, NONE) else e.call(test, [item], {}))

    if not is_open(e, source):
        items = e.items_of(source)
        state = e.state()
        found = [holds(item) for item in items]
        if all(isinstance(cond, Const) for cond in found):
            return TupleV(
                tuple(item for item, cond in zip(items, found, strict=True) if cond.value)
            )
        e.reset(state)
    result = e.runtime_list()

    def keep(item: Any) -> None:
        cond = holds(item)
        if isinstance(cond, Const):
            if cond.value:
                e.appended(result, item)
        else:
            e.branch(cond, lambda: e.appended(result, item), lambda: None)

    e.each(source, "filter", keep)
    return result


@handles(iter, lazily=True)
def _iter(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What ``next`` takes the first item from; an iterator is its own."""
    if len(args) == 2:
        return e.run_by(iterators.called, *args)
    if isinstance(args[0], GeneratorV | IteratorV):
        return args[0]
    if isinstance(args[0], ObjectV):
        return _iter(e, [args[0].iterated(e)], {})
    return IteratorV("iter", (args[0],))


@handles(next, lazily=True)
def _next(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    source, default = args[0], args[1] if len(args) > 1 else None
    if isinstance(source, ObjectV) and e.special_method(source, "__next__") is not None:
        if default is None:
            return e.answer(source, "__next__")
        return e.call_python(iterators.next_or, [source, default], {})
    if isinstance(source, GeneratorV) and not (
        e.suspendable(source) and (e.holds_generator(source) or e.started(source))
    ):
        return e.first_item(source, default)
    if not isinstance(source, GeneratorV | IteratorV):
        raise e.refuse(
            "next() of this is not supported",
            "it is no iterator of known items",
            "make one with iter()",
        )
    end = None if default is None else lambda: default
    return e.pull(source, lambda item: item, end)
