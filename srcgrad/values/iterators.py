"""Ranges, iterators over other values, and generators: how many items they have, and which."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import Later, Value, leaves_in
from srcgrad.values.refusals import no_array
from srcgrad.values.sequences import TupleV
from srcgrad.values.store import UNDEFINED, new_number
from srcgrad.values.walk import Thunk, Walk

ENDLESS = ("repeat", "count", "cycle")
MANY = 10_000  # numbers of a range, which are no longer held one by one


@dataclass(frozen=True, eq=False)
class RangeV(Value):
    start: Operand
    stop: Operand
    step: Operand

    def known(self) -> range | None:
        """The range, if its bounds are constants."""
        parts = (self.start, self.stop, self.step)
        if all(isinstance(part, Const) for part in parts):
            return range(*(part.value for part in parts))  # type: ignore[union-attr]
        return None

    def attribute(self, e: Walk, name: str) -> Any:
        if name in ("start", "stop", "step"):
            return getattr(self, name)
        return super().attribute(e, name)

    def item(self, e: Walk, index: Any) -> Any:
        known = self.known()
        if known is not None and isinstance(index, Const):
            return e.static(lambda r, i: r[i], Const(known), index)
        if isinstance(index, Const) and isinstance(index.value, slice):
            raise e.refuse(
                "a slice of this range is not supported",
                "its length is not known",
                "compute the bounds",
            )
        if isinstance(index, Const) and index.value < 0:
            index = e.binary("add", self.count(e), index)
        return self.item_at(e, index)

    def truth(self, e: Walk) -> Any:
        return e.b.emit("gt", self.count(e), Const(0))

    def contains(self, e: Walk, item: Any) -> Any:
        known = self.known()
        if known is not None and isinstance(item, Const):
            return Const(item.value in known)
        if not (isinstance(self.step, Const) and self.step.value > 0):
            raise e.refuse(
                "`in` a range of this step is not supported",
                "its sign is not known",
                "compare with the bounds",
            )
        least, most = e.binary("ge", item, self.start), e.binary("lt", item, self.stop)
        offset = e.binary("sub", item, self.start)
        return e.all_of([least, most, e.binary("eq", e.binary("mod", offset, self.step), Const(0))])

    def python_class(self, e: Walk) -> type:
        return range

    def count(self, e: Walk) -> Operand:
        if self.start == Const(0) and self.step == Const(1) and not may_be_negative(self.stop):
            return self.stop
        found = self.known()
        if found is not None:
            return Const(len(found))
        return e.b.emit("range_length", self.start, self.stop, self.step)

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        found = self.known_items(e)
        return super().all_items(e, count) if found is None else found

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        found = self.known()
        if found is None or found[MANY:]:
            return None
        return tuple(map(Const, found))

    def item_at(self, e: Walk, i: Operand) -> Any:
        scaled = i if self.step == Const(1) else e.binary("mul", i, self.step)
        return scaled if self.start == Const(0) else e.binary("add", self.start, scaled)

    def operand(self, e: Walk) -> Any:
        return e.b.emit("np.arange", self.start, self.stop, self.step)

    def passed(self, e: Walk) -> Any:
        known = self.known()
        if known is not None:
            return Const(known)
        bounds = (self.start, self.stop, self.step)
        return e.b.emit("call", Const(range), bounds, Const(()), ())


def may_be_negative(count: Operand) -> bool:
    """Whether a stop may lie below 0: all but the sizes of arrays."""
    return isinstance(count, Const) and count.value < 0


class OnceV(Value):
    """What can be run through once."""

    def begin(self, e: Walk) -> None:
        """Note that nothing was taken from it, unless something was."""

    def resume(self, e: Walk) -> None:
        """Note that it goes on from where it stopped."""

    def array(self, e: Walk) -> Any:
        raise no_array(e)


def from_outside(found: Const) -> Any:
    """What stands for a constant from outside: of a long range its bounds."""
    value = found.value
    if not isinstance(value, range) or not value[MANY:]:
        return found
    return RangeV(Const(value.start), Const(value.stop), Const(value.step))


@dataclass(frozen=True, eq=False)
class GeneratorV(OnceV):
    """What gives its items in the course of the loop that asks for them.

    A call of a generator function, whose ``frame`` holds its arguments, or what ``produce`` runs.
    ``whole`` makes all items at once, for what asks for all of them before it does anything else.
    """

    frame: Any
    whole: Callable[[], Any] | None = None
    produce: Callable[[Any, Any, str | None, Callable[[], None]], None] | None = None

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return e.items_of(e.drained(self), count)

    def resume(self, e: Walk) -> None:
        e.store.set(self.frame.number, "$over", Const(False))

    def runs(self, e: Walk) -> bool:
        return True

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        (e.loop_on if e.started(self) else e.generate)(self, node, target, stop, body)


@dataclass(frozen=True, eq=False)
class IteratorV(OnceV):
    """``zip``, ``enumerate``, ``reversed``, ``map`` over other values: its items have numbers.

    Item ``k`` is read when its turn comes. ``function`` is what ``map`` does with it, and ``whole``
    makes all items at once, as for a ``GeneratorV``.
    """

    style: str
    sources: tuple[Any, ...]
    start: Operand = Const(0)
    number: int = field(default_factory=new_number, compare=False)
    function: Any = None
    whole: Callable[[], Any] | None = field(default=None, compare=False)

    @property
    def structured(self) -> bool:
        return any(map(structured, self.sources))

    @property
    def endless(self) -> bool:
        """Whether it has no end: ``itertools.count()`` and what is made of it alone."""
        return self.style != "product" and (
            self.style in ENDLESS or all(map(endless, self.sources))
        )

    def begin(self, e: Walk) -> None:
        if e.position(self) is UNDEFINED:
            e.store.set(self.number, "$at", Const(0))

    @property
    def computes(self) -> bool:
        return self.style in ("map", "view") or any(
            isinstance(source, Value) and source.computes for source in self.sources
        )

    @property
    def reads_ahead(self) -> bool:
        """Whether an item is made of what Python reads before its turn comes."""
        return self.style in ("pairwise", "product", "cycle") or any(
            isinstance(source, IteratorV) and source.reads_ahead for source in self.sources
        )

    def runs(self, e: Walk) -> bool:
        return self.style == "iter" or e.begun(self) or any(map(e.runs, self.sources))

    def run_through(self, e: Walk, node: Any, target: Any, stop: str | None, body: Thunk) -> None:
        if self.style == "progress":
            e.with_bar(self, node, target, stop, body)
        elif self.runs(e):
            e.loop_on(self, node, target, stop, body)
        elif self.reads_ahead:
            with e.unwritten((self,)):
                e.loop_over(self, node, target, stop, body)
        else:
            e.loop_over(self, node, target, stop, body)

    def contains(self, e: Walk, item: Any) -> Any:
        return (
            e.contains(self.sources[0], item) if self.style == "keys" else super().contains(e, item)
        )

    def length(self, e: Walk) -> Operand:
        return Const(len(e.items_of(self)))

    def count(self, e: Walk) -> Operand:
        if self.endless:
            raise e.refuse("this never ends", "no part of it has an end", "use a range")
        counts = [e.count(source) for source in self.sources if not endless(source)]
        if self.style == "pairwise":
            less = e.binary("sub", counts[0], Const(1))
            if isinstance(less, Const):
                return less
            return e.b.emit("max", (less, Const(0)), kind=kinds.INT)
        if self.style == "reversed":
            return self.start
        if self.style == "product" and len(counts) < len(self.sources):
            raise e.refuse("this never ends", "a factor has no end", "use a range")
        result = counts[0]
        for other in counts[1:]:
            if self.style == "product":
                result = e.binary("mul", result, other)
            elif not equal_counts(e, result, other):
                result = e.b.emit("min", (result, other), kind=kinds.INT)
        return result

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        if e.computes(self):
            return e.items_of(e.drained(self), count)
        if e.runs(self):
            return e.collected(self)
        found = self.known_items(e) or e.items_at_hand(self)
        if found is None:
            return super().all_items(e, count)
        return tuple(e.now(item) for item in found)

    def known_items(self, e: Walk) -> tuple[Any, ...] | None:
        if self.style in ENDLESS or self.style == "iter":
            return None
        parts = [e.static_items(source) for source in self.sources]
        if self.style == "zip":
            return self.known_rows(e, parts)
        items = parts[0]
        if items is None or any(part is None for part in parts):
            return None
        if self.style == "enumerate":

            def numbered(k: int) -> TupleV:
                return TupleV((e.binary("add", self.start, Const(k)), e.now(items[k])))

            return tuple(Later(numbered, k) for k in range(len(items)))
        if self.style == "keys":
            return items
        if self.style in ("map", "view"):
            return tuple(
                Later(lambda k: self.function(e.now(items[k])), k) for k in range(len(items))
            )
        if self.style == "reversed":
            if not isinstance(self.start, Const) or self.start.value > len(items):
                return None
            return tuple(reversed(items[: self.start.value]))
        rows: Any = None
        if self.style == "product":
            rows = itertools.product(*parts)  # type: ignore[arg-type]
        elif self.style == "pairwise":
            rows = itertools.pairwise(items)
        return rows and tuple(TupleV(tuple(e.now(item) for item in row)) for row in rows)

    def known_rows(self, e: Walk, parts: list[Any]) -> tuple[Any, ...] | None:
        """The items of a ``zip``, if a source holds items that are kept apart."""
        known = [part for part in parts if part is not None]
        if not known or not self.structured:
            return None
        count = min(len(part) for part in known)
        for part, source in zip(parts, self.sources, strict=True):
            if part is None and not endless(source):
                count = no_more(e, source, count)

        def row(k: int) -> TupleV:
            return TupleV(
                tuple(
                    e.item_at(source, Const(k)) if part is None else e.now(part[k])
                    for part, source in zip(parts, self.sources, strict=True)
                )
            )

        return tuple(Later(row, k) for k in range(count))

    def item_at(self, e: Walk, i: Operand) -> Any:
        source = self.sources[0]
        if self.style == "zip":
            return TupleV(tuple(e.item_at(source, i) for source in self.sources))
        if self.style == "enumerate":
            number = i if self.start == Const(0) else e.binary("add", i, self.start)
            return TupleV((number, e.item_at(source, i)))
        if self.style == "product":
            return self.product_at(e, i)
        if self.style == "pairwise":
            return TupleV((e.item_at(source, i), e.item_at(source, e.binary("add", i, Const(1)))))
        if self.style == "repeat":
            return source
        if self.style in ("count", "keys"):
            return e.item_at(source, i)
        if self.style == "map":
            return self.function(e.item_at(source, i))
        if self.style == "cycle":
            return e.item_at(source, e.binary("mod", i, e.count(source)))
        last = e.binary("sub", self.start, Const(1))
        return e.item_at(source, e.binary("sub", last, i))

    def product_at(self, e: Walk, i: Operand) -> TupleV:
        """The last factor runs fastest."""
        found: list[Any] = []
        for k, source in enumerate(reversed(self.sources)):
            if k == len(self.sources) - 1:
                found.append(e.item_at(source, i))
                continue
            count = e.count(source)
            found.append(e.item_at(source, e.binary("mod", i, count)))
            i = e.binary("floordiv", i, count)
        return TupleV(tuple(reversed(found)))

    def passed(self, e: Walk) -> Any:
        items = self.known_items(e)
        return super().passed(e) if items is None else [e.passed(e.now(item)) for item in items]


def read_from(value: Any) -> Iterator[Any]:
    """What the items of an iterable are read from, through tuples and other iterators."""
    for leaf in leaves_in(value):
        if isinstance(leaf, IteratorV):
            for source in leaf.sources:
                yield from read_from(source)
        else:
            yield leaf


def structured(value: Any) -> bool:
    """Whether an iterable holds items that are kept apart."""
    return value.structured if isinstance(value, Value) else isinstance(value, Const)


def endless(value: Any) -> bool:
    return isinstance(value, IteratorV) and value.endless


def no_more(e: Walk, source: Any, count: int) -> int:
    """The number of rows where what is zipped with ``count`` items may have fewer.

    Where it is not known, the signature is to hold it; else generated code checks it.
    """
    length = e.count(source)
    known = length.value if isinstance(length, Const) else e.b.kind(length).dim
    if isinstance(known, int):
        return min(count, known)
    e.want_short(known, count)
    e.require(
        e.b.emit("ge", length, Const(count)),
        NotImplementedError,
        "zip() of a list and a shorter array\n  why: the list is written out, item by item\n"
        "  try: cut the list to the length of the array",
    )
    return count


def equal_counts(e: Walk, a: Operand, b: Operand) -> bool:
    if a == b:
        return True
    first, second = e.b.kind(a).dim, e.b.kind(b).dim
    return first is not None and first == second
