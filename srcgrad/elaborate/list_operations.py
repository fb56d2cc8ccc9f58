"""What Python does with lists, for lists of the generated code: slices, methods, ``+`` and ``*``.

Only reading, writing, appending and popping an item are operations of the IR. All else is a loop
of these, so that its derivative needs no rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, For
from srcgrad.values.iterators import RangeV
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk

FILLED = (
    "a list is filled through another name\n  why: it is not known where, so not what it holds\n"
    "  try: append to it by its own name"
)


class Lists(Walk):
    """Operations of lists of unknown length."""

    # --- loops that no statement of the user's stands for ------------------------------------

    def counted(self, bounds: RangeV, tag: str, body: Callable[[Any], None]) -> None:
        """``for i in bounds: body(i)``; ``tag`` tells the loops of one node apart."""
        node = self.stand_in(tag)
        origin = self.b.origin

        def once(_: Any) -> Any:
            var = self.b.names.fresh("i", kinds.INT)
            with self.b.nested() as inner:
                body(var)
            return var, inner

        carries, (var, inner) = self.agree(node, once)
        self.b.add(For(var, bounds.start, bounds.stop, bounds.step, carries, inner.block, origin))

    def stand_in(self, tag: Any) -> Any:
        table = self.stand_ins
        key = (id(self.node), tag)
        if key not in table:
            table[key] = gast.copy_location(gast.Pass(), self.node)
            table[key].stands_for = key
        return table[key]

    def each(self, value: Any, tag: str, body: Callable[[Any], None]) -> None:
        """``for item in value: body(item)``"""
        if self.runs(value):
            name = f"$each.{tag}"
            target = gast.copy_location(gast.Name(name, gast.Store(), None, None), self.node)
            self.iterate(
                value,
                self.stand_in(tag),
                target,
                None,
                lambda: body(self.store.get(self.frame.number, name)),
            )
            return
        items = self.static_items(value)
        if items is None and not self.is_empty_yet(value):
            count = self.count(value)
            self.counted(
                RangeV(Const(0), count, Const(1)), tag, lambda i: body(self.item_at(value, i))
            )
        for item in items or ():
            body(self.now(item))

    def is_empty_yet(self, value: Any) -> bool:
        """Whether nothing was put into a list so far: where something is, the loop is walked again."""
        if not self.is_list(value) or self.b.kind(value).items:
            return False
        none = self.b.emit("eq", self.b.emit("len", value), Const(0))
        self.require(none, NotImplementedError, FILLED)  # unless it is not
        return True

    def map_range(self, count: Any, function: Callable[[Any], Any]) -> Any:
        """``[function(i) for i in range(count)]``"""
        if isinstance(count, Const):
            return TupleV(tuple(function(Const(k)) for k in range(count.value)))
        found = self.runtime_list((), self.stand_in("map"))
        self.counted(
            RangeV(Const(0), count, Const(1)), "map", lambda i: self.appended(found, function(i))
        )
        return found

    def map_items(self, source: Any, tag: str, function: Callable[[Any], Any]) -> Any:
        """``[function(item) for item in source]`` of an iterable of unknown length."""
        found = self.runtime_list((), self.stand_in(tag))
        self.each(source, tag, lambda item: self.appended(found, function(item)))
        return found

    def pick(self, items: Any, index: Any) -> Any:
        """The item of a sequence of known length at an index that is not known."""
        if all(
            isinstance(item, TupleV) and len(item.items) == len(items[0].items) for item in items
        ):
            columns = zip(*(item.items for item in items), strict=True)
            return items[0].with_items(self.pick(column, index) for column in columns)
        return self.dynamic_item(items, index)

    def sort_list(self, owner: Any, keywords: Any) -> Any:
        """``xs.sort(key=..., reverse=...)``"""
        found = self.call_constant(sorted, [owner], keywords)
        self.counted(
            RangeV(Const(0), self.sequence_length(owner), Const(1)),
            "sort",
            lambda i: self.set_item_of(owner, i, self.item_of(found, i)),
        )
        return Const(None)

    def listed(self, value: Any, tag: str = "list") -> Any:
        """A new list of the generated code with the items of any iterable."""
        found = self.runtime_list((), self.stand_in(tag))
        self.each(value, tag, lambda item: self.appended(found, item))
        return found

    def copy_of_list(self, value: Any, tag: str = "copy") -> Any:
        """A new list with the items of a list, or a deque with its ``maxlen``."""
        found = self.listed(value, tag)
        self.limit_as(found, value)
        return found

    def limit_as(self, new: Any, old: Any) -> None:
        """A deque has the ``maxlen`` of the one that it is made of."""
        if self.is_deque(old):
            known = isinstance(old, ListV)
            self.as_deque(new, old.longest if known else self.longest[self.first_column(old)])

    def slice_of(self, value: Any, index: Any) -> Any:
        """``xs[a:b:c]`` of a list, an array or a range: a new list."""
        bounds = self.slice_bounds(index, self.count(value))
        found = self.runtime_list((), self.stand_in("slice"))
        self.counted(bounds, "slice", lambda i: self.appended(found, self.item_at(value, i)))
        return found

    def slice_bounds(self, index: Any, count: Any) -> RangeV:
        """The positions that a slice selects among ``count`` items."""
        if isinstance(index, Const):
            start, stop, step = index.value.start, index.value.stop, index.value.step
            if step == -1 and start is None and stop is None:
                return RangeV(self.binary("sub", count, Const(1)), Const(-1), Const(-1))
            if step in (None, 1):
                return RangeV(
                    self.clamped(start or 0, count),
                    count if stop is None else self.clamped(stop, count),
                    Const(1),
                )
        found = self.b.emit("slice_indices", index, count)
        return RangeV(*(self.b.emit("getitem", found, Const(k)) for k in range(3)))

    def clamped(self, k: int, count: Any) -> Any:
        """The position that a bound of a slice stands for."""
        if isinstance(count, Const):
            return Const(max(count.value + k, 0) if k < 0 else min(k, count.value))
        if k == 0:
            return Const(0)
        if k > 0:
            return self.b.emit("min", (Const(k), count), kind=kinds.INT)
        return self.b.emit("max", (self.binary("sub", count, Const(-k)), Const(0)), kind=kinds.INT)

    # --- operators --------------------------------------------------------------------------

    def concatenated(self, a: Any, b: Any) -> Any:
        """``a + b``"""
        found = self.copy_of_list(a, "left")
        self.each(b, "right", lambda item: self.list_append(found, item))
        return found

    def repeated(self, items: Any, count: Any) -> Any:
        """``items * count``"""
        found = self.runtime_list((), self.stand_in("repeat"))
        self.limit_as(found, items)

        def once(_: Any) -> None:
            self.each(items, "items", lambda item: self.list_append(found, item))

        self.counted(RangeV(Const(0), count, Const(1)), "repeat", once)
        return found

    def is_count(self, value: Any) -> bool:
        """Whether a sequence can be repeated so many times, as far as kinds tell."""
        if isinstance(value, Const):
            return isinstance(value.value, int | np.integer)
        if not is_operand(value):
            return False
        kind = self.b.kind(value)
        if kind.base == "scalar":
            return np.dtype(kind.dtype).kind in "iu"
        return kind.base in ("int", "float")  # 2**k

    # --- methods ----------------------------------------------------------------------------

    def list_method(self, owner: Any, name: str, args: list[Any], keywords: Any) -> Any:
        """``xs.append(v)`` and the like of a list of unknown length."""
        self.check_method(owner, name, args, keywords)
        if name == "sort":
            return self.sort_list(owner, keywords)
        method = getattr(self, f"list_{name}", None)
        if method is None or keywords:
            raise self.refuse(
                f"the method `{name}` is not supported for a list of unknown length",
                "its length is known only at run time",
                "use an array",
            )
        return method(owner, *args)

    def list_append(self, owner: Any, item: Any) -> Any:
        self.appended(owner, item)
        self.shorten(owner, lambda: self.list_pop(owner, Const(0)))
        return Const(None)

    def list_appendleft(self, owner: Any, item: Any) -> Any:
        self.list_insert(owner, Const(0), item)
        self.shorten(owner, lambda: self.popped(owner))
        return Const(None)

    def list_popleft(self, owner: Any) -> Any:
        return self.list_pop(owner, Const(0))

    def shorten(self, owner: Any, drop: Callable[[], Any]) -> None:
        """Drop an item of a deque that is longer than its ``maxlen``."""
        longest = self.longest.get(self.first_column(owner))
        if longest is not None:
            over = self.b.emit("gt", self.sequence_length(owner), Const(longest))
            self.branch(over, drop, lambda: None)

    def list_extend(self, owner: Any, items: Any) -> Any:
        self.each(items, "extend", lambda item: self.list_append(owner, item))
        return Const(None)

    def list_copy(self, owner: Any) -> Any:
        return self.copy_of_list(owner)

    def list_pop(self, owner: Any, index: Any = Const(-1)) -> Any:
        if index == Const(-1):
            return self.popped(owner)
        item = self.item_of(owner, index)
        count = self.sequence_length(owner)
        at = self.binary("mod", index, count)
        last = self.binary("sub", count, Const(1))
        self.counted(
            RangeV(at, last, Const(1)),
            "pop",
            lambda i: self.set_item_of(
                owner, i, self.item_of(owner, self.binary("add", i, Const(1)))
            ),
        )
        self.popped(owner)
        return item

    def list_insert(self, owner: Any, index: Any, item: Any) -> Any:
        count = self.sequence_length(owner)
        if isinstance(index, Const):
            at = self.clamped(index.value, count)
        else:
            cut = self.b.emit("slice", index, Const(None), Const(None))
            at = self.slice_bounds(cut, count).start
        self.appended(owner, item)
        self.counted(
            RangeV(count, at, Const(-1)),
            "insert",
            lambda i: self.set_item_of(
                owner, i, self.item_of(owner, self.binary("sub", i, Const(1)))
            ),
        )
        self.set_item_of(owner, at, item)
        return Const(None)

    def list_clear(self, owner: Any) -> Any:
        count = self.sequence_length(owner)
        self.counted(RangeV(Const(0), count, Const(1)), "clear", lambda i: self.popped(owner))
        return Const(None)

    def list_reverse(self, owner: Any) -> Any:
        count = self.sequence_length(owner)
        half = self.binary("floordiv", count, Const(2))

        def swap(i: Any) -> None:
            j = self.binary("sub", self.binary("sub", count, Const(1)), i)
            low, high = self.item_of(owner, i), self.item_of(owner, j)
            self.set_item_of(owner, i, high)
            self.set_item_of(owner, j, low)

        self.counted(RangeV(Const(0), half, Const(1)), "reverse", swap)
        return Const(None)

    def list_index(self, owner: Any, item: Any, *bounds: Any) -> Any:
        if bounds:
            raise self.refuse(
                "`index` searches a part of a list of unknown length",
                "what is found there is not known",
                "search a slice of it",
            )
        return self.b.emit("index_of", self.inactive(owner, "index"), self.to_operand(item))

    def list_remove(self, owner: Any, item: Any) -> Any:
        self.list_pop(owner, self.list_index(owner, item))
        return Const(None)

    def list_count(self, owner: Any, item: Any) -> Any:
        stacked = self.b.emit("stacked", self.inactive(owner, "count"), Const(0))
        return self.b.emit("np.count_nonzero", self.binary("eq", stacked, item))

    def inactive(self, owner: Any, method: str) -> str:
        """A list of numbers, in which an item can be searched."""
        if (
            not self.is_list(owner)
            or not self.b.kind(owner).items
            or (not self.b.kind(owner).items[0].immutable)
        ):
            raise self.refuse(
                f"`{method}` searches a list of unknown length",
                "its items are no numbers",
                "write a loop",
            )
        return str(owner)

    def stacked_records(self, column: Any) -> Any:
        """``np.array`` of a list of tuples: the parts along the second axis."""
        if isinstance(column, str):
            return self.b.emit("stacked", column, Const(0))
        parts = TupleV(tuple(self.stacked_records(inner) for inner in column.items))
        return self.call_constant(np.stack, [parts], {"axis": Const(1)})
