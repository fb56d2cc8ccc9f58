"""``itertools``, ``np.ndindex``, ``np.ndenumerate``: what they yield, taken apart or in order."""

from __future__ import annotations

import itertools
import operator
from typing import Any

from srcgrad.definitions import iterators
from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.handlers.builtins import is_open
from srcgrad.handlers.table import ALL, FIRST, REST, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.holders import holders
from srcgrad.values.iterators import IteratorV, RangeV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.store import same
from srcgrad.values.walk import Walk


def known(e: Walk, value: Any, what: str) -> Any:
    """A number that must be known when source is generated."""
    if not isinstance(value, Const):
        e.want(IntegersWanted, SizesWanted)
        raise e.refuse(
            f"{what} must be known", "it decides how many items there are", "use a constant"
        )
    return value.value


@handles(itertools.product, through=ALL)
def _product(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    times = known(e, keywords.get("repeat", Const(1)), "`repeat`")
    return IteratorV("product", tuple(pool(e, arg) for arg in args) * times)


def pool(e: Walk, value: Any) -> Any:
    """The items of an iterable as they are now: ``product`` takes them before it gives any."""
    if isinstance(value, ListV):
        return TupleV(tuple(e.items_of(value)))
    if e.is_sequence(value):
        return e.listed(value, "pool")
    if isinstance(value, str) and e.b.kind(value).base == "array" and e.b.kind(value).ndim == 1:
        return e.b.emit("np.copy", value)
    return value


@handles(itertools.pairwise, lazily=True, through=FIRST)
def _pairwise(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    def lazily() -> Any:
        return e.run_by(iterators.paired, args[0])

    if e.runs(args[0]) or e.computes(args[0]):
        return lazily()
    return e.deferred(lambda: IteratorV("pairwise", tuple(args)), lazily, args[0])


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


@handles(itertools.cycle, lazily=True, through=FIRST)
def _cycle(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if e.runs(args[0]) or e.computes(args[0]):
        return e.run_by(iterators.cycled, args[0])
    if isinstance(args[0], ListV) and not holders(e.store.content, args[0].number):
        args = [TupleV(tuple(e.items_of(args[0])))]  # a display, which nothing changes
    return IteratorV("cycle", tuple(args))


@handles(itertools.chain, lazily=True, through=ALL)
def _chain(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    def lazily() -> Any:
        return e.run_by(iterators.chained, TupleV(tuple(args)))

    if any(e.runs(arg) for arg in args):
        return lazily()
    return e.deferred(lambda: chained_whole(e, [e.drained(arg) for arg in args]), lazily, *args)


def chained_whole(e: Walk, args: list[Any]) -> Any:
    """``list(itertools.chain(...))``"""
    if not any(is_open(e, arg) for arg in args):
        return TupleV(tuple(item for arg in args for item in e.items_of(arg)))
    found = e.listed(args[0], "0") if args else TupleV(())
    for k, arg in enumerate(args[1:], 1):
        e.each(arg, str(k), lambda item: e.appended(found, item))
    return found


@handles(itertools.chain.from_iterable, lazily=True, through=FIRST)
def _chained(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    def lazily() -> Any:
        return e.run_by(iterators.chained, args[0])

    if e.runs(args[0]) or e.computes(args[0]):
        return lazily()
    if not is_open(e, args[0]):
        return _chain(e, list(e.items_of(args[0])), {})
    return e.deferred(lambda: flattened(e, args), lazily, args[0])


def flattened(e: Walk, args: list[Any]) -> Any:
    found = e.runtime_list()
    e.each(args[0], "outer", lambda row: e.each(row, "inner", lambda item: e.appended(found, item)))
    return found


@handles(itertools.islice, lazily=True, through=FIRST)
def _islice(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    source, *bounds = args
    parts = (
        [Const(None), bounds[0], Const(None)]
        if len(bounds) == 1
        else [*bounds, *[Const(None)] * (3 - len(bounds))]
    )

    def lazily() -> Any:
        start, stop, step = (
            Const(default) if same(part, Const(None)) else part
            for part, default in zip(parts, (0, None, 1), strict=True)
        )
        if same(stop, Const(None)):
            return e.run_by(iterators.sliced, source, start, step)
        return e.run_by(iterators.cut, source, start, stop, step)

    if e.runs(source) or e.computes(source):
        return lazily()
    return e.deferred(lambda: sliced_whole(e, source, parts), lazily, source)


def sliced_whole(e: Walk, source: Any, parts: list[Any]) -> Any:
    """``list(itertools.islice(...))`` of numbered items."""
    if isinstance(source, IteratorV) and source.style in ("repeat", "count", "cycle"):
        bounds = (
            Const(default) if same(part, Const(None)) else part
            for part, default in zip(parts, (0, None, 1), strict=True)
        )
        return e.map_range(RangeV(*bounds).count(e), lambda i: e.item_at(source, i))
    if not is_open(e, source) and all(isinstance(part, Const) for part in parts):
        cut = slice(*(part.value for part in parts))
        return TupleV(tuple(e.items_of(source)[cut]))
    index = (
        Const(slice(*(part.value for part in parts)))
        if all(isinstance(part, Const) for part in parts)
        else e.b.emit("slice", *(e.to_operand(part) for part in parts))
    )
    return e.slice_of(source, index)


@handles(itertools.starmap, lazily=True, through=REST)
def _starmap(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, rows = args
    if e.runs(rows):
        return e.run_by(iterators.starmapped, function, rows)
    return IteratorV(
        "map",
        (rows,),
        function=lambda row: e.call(function, list(e.items_of(row)), {}),
        whole=lambda: starmapped_whole(e, function, e.drained(rows)),
    )


def starmapped_whole(e: Walk, function: Any, rows: Any) -> Any:
    """``list(itertools.starmap(...))``"""
    if not is_open(e, rows):
        return TupleV(
            tuple(e.call(function, list(e.items_of(row)), {}) for row in e.items_of(rows))
        )
    found = e.runtime_list()
    e.each(rows, "rows", lambda row: e.appended(found, e.call(function, list(e.items_of(row)), {})))
    return found


@handles(itertools.accumulate, lazily=True, through=FIRST)
def _accumulate(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function = args[1] if len(args) > 1 else keywords.get("func", Const(operator.add))
    if same(function, Const(None)):
        function = Const(operator.add)
    initial = keywords.get("initial", Const(None))

    def lazily() -> Any:
        if same(initial, Const(None)):
            return e.run_by(iterators.accumulated, args[0], function)
        return e.run_by(iterators.accumulated_from, args[0], function, initial)

    if e.runs(args[0]) or e.computes(args[0]):
        return lazily()
    return e.deferred(lambda: accumulated_whole(e, args, keywords), lazily, args[0])


def accumulated_whole(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``list(itertools.accumulate(...))`` of numbered items."""
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


@handles(itertools.zip_longest, lazily=True, through=ALL)
def _zip_longest(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    fill = keywords.get("fillvalue", Const(None))
    if not args:
        return TupleV(())
    return e.beforehand(
        lambda: e.call_python(iterators.longest, [TupleV(tuple(args)), fill], {}), *args
    )


@handles(itertools.groupby, lazily=True, through=FIRST)
def _groupby(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Items and keys are computed before the first group, groups as they are asked for."""
    key = args[1] if len(args) > 1 else keywords.get("key", Const(None))

    def computed() -> Any:
        return e.call_python(iterators.with_keys, [args[0], key], {})

    def groups(found: Any) -> Any:
        return e.run_by(iterators.grouped, *e.items_of(found))

    return e.beforehand(computed, args[0], then=groups)


@handles(itertools.tee, lazily=True, through=FIRST)
def _tee(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    count = args[1] if len(args) > 1 else keywords.get("n", Const(2))
    return e.call_python(iterators.tee, [args[0], Const(known(e, count, "`n`"))], {})
