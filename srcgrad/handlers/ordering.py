"""``sorted``, ``max``, ``min``, ``filter``, ``iter`` and ``next``."""

from __future__ import annotations

import builtins
import functools
from typing import Any

import numpy as np

from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import HANDLERS, Handler, handles
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import IteratorV, TupleV, is_records, same
from srcgrad.values.optional import is_operand
from srcgrad.values.walk import Walk

NONE = Const(None)


# --- sorting ----------------------------------------------------------------------------------


@handles(sorted)
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
    numbers = [k for k in keys if is_operand(k) and e.b.kind(k).immutable]
    if len(numbers) < len(keys):
        raise e.refuse(
            "these items cannot be sorted",
            "their keys are no numbers",
            "sort by a key that is a number",
        )
    indices = order_of(e, e.array_of(keys), reverse)
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


def order_of(e: Walk, keys: Any, reverse: bool) -> Any:
    """The stable order of numbers, as an array of positions."""
    if reverse:
        keys = e.b.emit("neg", keys)
    return e.call(Const(np.argsort), [keys], {"kind": Const("stable")})


def _sorted_open(e: Walk, source: Any, key: Any, reverse: bool) -> Any:
    if same(key, NONE):
        keys = e.as_operand(source)
        if is_records(source) or e.b.kind(keys).ndim != 1:
            raise e.refuse(
                "these items cannot be sorted",
                "they are no numbers",
                "sort by a key that is a number",
            )
    else:
        keys = e.as_operand(e.map_items(source, "keys", lambda item: e.call(key, [item], {})))
    order = order_of(e, keys, reverse)
    return e.map_range(
        e.b.emit("len", order), lambda i: e.item_at(source, e.b.emit("getitem", order, i))
    )


# --- extremes -----------------------------------------------------------------------------------


def _extreme(name: str) -> Handler:
    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        key, default = keywords.get("key", NONE), keywords.get("default")
        if len(args) == 1 and is_open(e, args[0]):
            return _of_open(e, name, args[0], key, default)
        values = list(args) if len(args) > 1 else list(e.items_of(args[0]))
        if not values:
            if default is not None:
                return default
            raise e.refuse(
                f"{name}() of nothing", "Python itself raises ValueError here", "pass default="
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
    def found() -> Any:
        if same(key, NONE) and not is_records(source):
            return e.call_operation(f"np.{name}", [e.as_operand(source)], {})
        keys = e.map_items(source, "keys", lambda item: e.call(key, [item], {}))
        best = e.b.emit(f"np.arg{name}", e.as_operand(keys))
        return e.item_at(source, best)

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


@handles(filter)
def _filter(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    test, source = args

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


@handles(iter)
def _iter(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A list of what is to come: ``next`` takes its first item."""
    if is_open(e, args[0]):
        return e.once(e.listed(args[0]))
    return e.once(e.new_list(e.items_of(args[0])))


@handles(next)
def _next(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    source = args[0]
    if e.is_sequence(source):
        some = e.b.emit("gt", e.sequence_length(source), Const(0))
        if len(args) == 1:
            e.require(some, StopIteration, "")
            return e.list_pop(source, Const(0))
        return e.branch(some, lambda: e.list_pop(source, Const(0)), lambda: args[1])[0]
    items = list(e.items_of(source))
    if not items and len(args) == 2:
        return args[1]
    if not items:
        raise e.refuse(
            "there is no next item", "Python itself raises StopIteration here", "pass a default"
        )
    if not hasattr(source, "number"):
        raise e.refuse(
            "next() of this is not supported",
            "it is no iterator of known items",
            "make one with iter()",
        )
    e.store.set(source.number, "items", tuple(items[1:]))
    return items[0]
