"""``itertools``, ``np.ndindex``, ``np.ndenumerate``: what they yield, taken apart or in order."""

from __future__ import annotations

import itertools
import operator
from typing import Any

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import IteratorV, RangeV, TupleV, same
from srcgrad.values.walk import Walk


def known(e: Walk, value: Any, what: str) -> Any:
    """A number that must be known when source is generated."""
    if not isinstance(value, Const):
        e.want(IntegersWanted, SizesWanted)
        raise e.refuse(
            f"{what} must be known", "it decides how many items there are", "use a constant"
        )
    return value.value


@handles(itertools.product)
def _product(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    times = known(e, keywords.get("repeat", Const(1)), "`repeat`")
    return IteratorV("product", tuple(args) * times)


@handles(itertools.pairwise)
def _pairwise(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return IteratorV("pairwise", tuple(args))


@handles(itertools.repeat)
def _repeat(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    times = args[1] if len(args) > 1 else keywords.get("times")
    if times is None:
        return IteratorV("repeat", (args[0],))
    if isinstance(times, Const):
        return TupleV((args[0],) * max(times.value, 0))
    return e.repeated(TupleV((args[0],)), times)


@handles(itertools.count)
def _count(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[0] if args else keywords.get("start", Const(0))
    step = args[1] if len(args) > 1 else keywords.get("step", Const(1))
    return IteratorV("count", (RangeV(start, Const(0), step),))


@handles(itertools.cycle)
def _cycle(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return IteratorV("cycle", tuple(args))


@handles(itertools.chain)
def _chain(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if not any(is_open(e, arg) for arg in args):
        return TupleV(tuple(item for arg in args for item in e.items_of(arg)))
    found = e.listed(args[0], "0") if args else TupleV(())
    for k, arg in enumerate(args[1:], 1):
        e.each(arg, str(k), lambda item: e.appended(found, item))
    return found


@handles(itertools.chain.from_iterable)
def _chained(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if not is_open(e, args[0]):
        return _chain(e, list(e.items_of(args[0])), {})
    found = e.runtime_list()
    e.each(args[0], "outer", lambda row: e.each(row, "inner", lambda item: e.appended(found, item)))
    return found


@handles(itertools.islice)
def _islice(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    source, *bounds = args
    parts = (
        [Const(None), bounds[0], Const(None)]
        if len(bounds) == 1
        else [*bounds, *[Const(None)] * (3 - len(bounds))]
    )
    if isinstance(source, IteratorV) and source.style in ("repeat", "count", "cycle"):
        stop = e.range_length(
            RangeV(
                *(
                    Const(default) if same(part, Const(None)) else part
                    for part, default in zip(parts, (0, None, 1), strict=True)
                )
            )
        )
        return e.map_range(stop, lambda i: e.item_at(source, i))
    if not is_open(e, source) and all(isinstance(part, Const) for part in parts):
        cut = slice(*(part.value for part in parts))
        return TupleV(tuple(e.items_of(source)[cut]))
    index = (
        Const(slice(*(part.value for part in parts)))
        if all(isinstance(part, Const) for part in parts)
        else e.b.emit("slice", *(e.to_operand(part) for part in parts))
    )
    return e.slice_of(source, index)


@handles(itertools.starmap)
def _starmap(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, rows = args
    if not is_open(e, rows):
        return TupleV(
            tuple(e.call(function, list(e.items_of(row)), {}) for row in e.items_of(rows))
        )
    found = e.runtime_list()
    e.each(rows, "rows", lambda row: e.appended(found, e.call(function, list(e.items_of(row)), {})))
    return found


@handles(itertools.accumulate)
def _accumulate(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function = args[1] if len(args) > 1 else keywords.get("func", Const(operator.add))
    if same(function, Const(None)):
        function = Const(operator.add)
    initial = keywords.get("initial", Const(None))

    def combine(total: Any, item: Any) -> Any:
        if same(function, Const(operator.add)):
            return e.binary("add", total, item)
        return e.call(function, [total, item], {})

    if not is_open(e, args[0]):
        items = list(e.items_of(args[0]))
        items = items if same(initial, Const(None)) else [initial, *items]
        return TupleV(tuple(itertools.accumulate(items, combine)))
    found = e.runtime_list()
    if same(initial, Const(None)):
        e.appended(found, e.item_at(args[0], Const(0)))
        rest = RangeV(Const(1), e.count(args[0]), Const(1))
    else:
        e.appended(found, initial)
        rest = RangeV(Const(0), e.count(args[0]), Const(1))
    e.counted(
        rest,
        "sum",
        lambda i: e.appended(found, combine(e.item_of(found, Const(-1)), e.item_at(args[0], i))),
    )
    return found


def _choosing(function: Any, start: Any) -> Any:
    """A handler of ``combinations`` and its like: nested loops over positions."""

    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        source = args[0]
        size = known(e, args[1] if len(args) > 1 else keywords.get("r"), "the number of items")
        if not is_open(e, source):
            return TupleV(tuple(TupleV(row) for row in function(e.items_of(source), size)))
        found = e.runtime_list()
        count = e.count(source)

        def choose(taken: tuple[Any, ...]) -> None:
            if len(taken) == size:
                e.appended(found, TupleV(tuple(e.item_at(source, i) for i in taken)))
                return
            first = start(e, taken)
            e.counted(
                RangeV(first, count, Const(1)), str(len(taken)), lambda i: choose((*taken, i))
            )

        choose(())
        return found

    return handler


def _after_last(e: Walk, taken: tuple[Any, ...]) -> Any:
    return e.binary("add", taken[-1], Const(1)) if taken else Const(0)


def _from_last(e: Walk, taken: tuple[Any, ...]) -> Any:
    return taken[-1] if taken else Const(0)


handles(itertools.combinations)(_choosing(itertools.combinations, _after_last))
handles(itertools.combinations_with_replacement)(
    _choosing(itertools.combinations_with_replacement, _from_last)
)


@handles(itertools.permutations)
def _permutations(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    items = e.items_of(args[0])
    size = known(e, args[1], "the number of items") if len(args) > 1 else len(items)
    return TupleV(tuple(TupleV(row) for row in itertools.permutations(items, size)))
