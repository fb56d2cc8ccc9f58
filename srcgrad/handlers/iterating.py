"""Builtins and ``itertools`` that make iterables, and builtins that run through them."""

from __future__ import annotations

import functools
from typing import Any

from srcgrad.definitions import iterators
from srcgrad.handlers import itertools as _itertools  # noqa: F401, it registers handlers
from srcgrad.handlers import ordering as _ordering  # noqa: F401
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import ALL, FIRST, REST, Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.iterators import IteratorV, OnceV, RangeV
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import TupleV, is_records
from srcgrad.values.signals import Refused
from srcgrad.values.store import same
from srcgrad.values.walk import Walk


@handles(range)
def _range(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [e.to_operand(arg) for arg in args]
    if len(parts) == 1:
        return RangeV(Const(0), parts[0], Const(1))
    return RangeV(parts[0], parts[1], parts[2] if len(parts) > 2 else Const(1))


@handles(enumerate, lazily=True, through=FIRST)
def _enumerate(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    if e.runs(args[0]):
        numbers = IteratorV("count", (RangeV(start, Const(0), Const(1)),))
        return e.zipped((numbers, args[0]))
    return IteratorV("enumerate", (args[0],), start)


@handles(zip, lazily=True, through=ALL)
def _zip(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    strict = keywords.get("strict", Const(False))
    if same(strict, Const(False)):  # where one ends, those before it were asked for an item more
        args = [*(e.run_by(iterators.each, a) if e.acts(a) else a for a in args[:-1]), *args[-1:]]
    if any(e.runs(arg) for arg in args):
        if not same(strict, Const(False)):
            raise e.refuse(
                "`zip(strict=True)` of what is computed on the way is not supported",
                "how many items there are is not known beforehand",
                "make lists of them first",
            )
        return e.zipped(tuple(args))
    if not same(strict, Const(False)):
        _require_equal_lengths(e, args, e.truth(strict))
    return IteratorV("zip", tuple(args))


def _require_equal_lengths(e: Walk, args: list[Any], strict: Any) -> None:
    """Generated code raises what ``zip(strict=True)`` does, though before its first item."""
    if strict == Const(False) or any(e.endless(arg) for arg in args):
        return
    counts = [e.count(arg) for arg in args]
    for k, count in enumerate(counts[1:], 2):
        known = e.b.kind(count).dim
        if known is not None and known == e.b.kind(counts[0]).dim:
            continue
        before = "argument 1" if k == 2 else f"arguments 1-{k - 1}"
        for op, what in (("ge", "shorter"), ("le", "longer")):
            message = f"zip() argument {k} is {what} than {before}"
            e.require(e.binary(op, count, counts[0]), ValueError, message)


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
    """It starts at the length that a list has now."""
    if isinstance(args[0], ObjectV):
        found = e.answer(args[0], "__reversed__")
        if found is None:
            raise e.refuse(
                f"reversed() of `{args[0].cls.__name__}` is not supported",
                "it has no __reversed__",
                "reverse a list of its items",
            )
        return found
    return IteratorV("reversed", (args[0],), e.count(args[0]))


@handles(map, lazily=True, through=REST)
def _map(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, *sources = args
    if len(sources) == 1:
        if e.runs(sources[0]):
            return e.run_by(iterators.mapped, function, sources[0])
        return IteratorV(
            "map",
            (sources[0],),
            function=lambda item: e.call(function, [item], {}),
            whole=lambda: mapped_whole(e, args),
        )
    if any(e.runs(source) for source in sources):
        return e.run_by(iterators.starmapped, function, e.zipped(tuple(sources)))
    return IteratorV(
        "map",
        (IteratorV("zip", tuple(sources)),),
        function=lambda row: e.call(function, list(row.items), {}),
        whole=lambda: mapped_whole(e, args),
    )


def mapped_whole(e: Walk, args: list[Any]) -> Any:
    """``list(map(...))``"""
    args = [args[0], *(e.drained(arg) for arg in args[1:])]
    if any(is_open(e, arg) for arg in args[1:]):
        found = e.runtime_list()
        source = IteratorV("zip", tuple(args[1:]))
        e.each(source, "map", lambda row: e.appended(found, e.call(args[0], list(row.items), {})))
        return found
    rows = zip(*(e.items_of(arg) for arg in args[1:]), strict=False)
    return TupleV(tuple(e.call(args[0], list(row), {}) for row in rows))


@handles(functools.reduce, through=slice(1, 2))
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


NO_ARRAYS = (
    "sum() of an empty list of arrays\n  why: of none it is the number 0, and an array is expected\n"
    "  try: test whether there are any"
)


@handles(sum, lazily=True, through=FIRST)
def _sum(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Numbers are added in a loop, as Python does: of none it is ``start``, in its own kind."""
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    source = args[0]
    known = source.known() if isinstance(source, RangeV) else None
    if known:
        return e.binary("add", start, Const((known[0] + known[-1]) * len(known) // 2))
    if e.is_list(source) or (isinstance(source, OnceV) and (e.runs(source) or is_open(e, source))):
        total = _added(e, source, start)
        if total is not None:
            return total
        source = e.drained(source)
        source = e.listed(source) if isinstance(source, OnceV) and is_open(e, source) else source
    if isinstance(source, str):
        kinds_of = e.b.kind(source).items
        if e.is_list(source) and kinds_of and not kinds_of[0].immutable:
            return _of_any(e, source, start)
        if e.is_list(source) and not kinds_of:
            return start  # it is walked again once something is put there
        return _of_arrays(e, source, start)
    items = list(e.items_of(source))
    if items and same(start, Const(0)):
        start = items.pop(0)
    for item in items:
        start = e.binary("add", start, item)
    return start


def _of_any(e: Walk, source: str, start: Any) -> Any:
    """The sum of arrays, or ``start``: of none, unless the result is stored into."""
    site = ("sum", e.site_key(e.node))
    some = e.b.emit("gt", e.count(source), Const(0))
    if e.compiled or site in e.runtime_lists:
        e.require(some, NotImplementedError, NO_ARRAYS)
        return _of_arrays(e, source, start)
    total = e.branch(some, lambda: _of_arrays(e, source, start), lambda: start)[0]
    if isinstance(total, str):
        e.sums[total] = site
        e.b.own.add(total)
    return total


def _of_arrays(e: Walk, source: str, start: Any) -> Any:
    total = e.b.emit("np.sum", e.as_operand(source), Const(0))
    return total if same(start, Const(0)) else e.binary("add", start, total)


def _added(e: Walk, source: Any, start: Any) -> Any:
    """The sum of numbers; None of arrays, which are added at once."""
    key = (e.frame.number, f"$summed{id(e.node)}")
    state, refused = e.state(), len(e.refusals)
    e.store.set(*key, start)
    try:
        e.each(
            source, "sum", lambda item: e.store.set(*key, e.binary("add", e.store.get(*key), item))
        )
        total = e.store.get(*key)
        if e.b.kind(total).immutable:
            return total
    except Refused:
        del e.refusals[refused:]
    e.reset(state)
    return None


def _any_all(key: str) -> Handler:
    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        once = isinstance(args[0], OnceV) and is_open(e, args[0])
        source = None if once else e.unless_it_acts(args[0])
        if source is None:  # as far as the first that decides
            return e.searched(args[0], key == "any")
        if is_open(e, source):
            return e.b.emit(f"np.{key}", e.as_operand(source))
        result: Any = Const(key == "all")
        for item in e.items_of(source):
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


handles(any, lazily=True, through=FIRST)(_any_all("any"))
handles(all, lazily=True, through=FIRST)(_any_all("all"))
