"""What is iterated over: how many items there are, and which is number ``i``."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import (
    DictV,
    IteratorV,
    Later,
    ListV,
    ObjectV,
    RangeV,
    TupleV,
    is_records,
)
from srcgrad.values.walk import Walk

ENDLESS = ("repeat", "count", "cycle")


class Iterables(Walk):
    """Iterables of known and of unknown length."""

    def static_items(self, value: Any) -> tuple[Any, ...] | None:
        """All items of an iterable, if their number is known without unrolling a range."""
        value = self.given(value)
        if isinstance(value, ObjectV):
            value = self.object_items(value)
        if is_records(value):
            return None
        if isinstance(value, ListV):  # whose items a loop may change before their turn comes
            return tuple(
                Later(lambda k: self.item_there(value, k), k)
                for k in range(len(self.items_of(value)))
            )
        if isinstance(value, TupleV | DictV):
            return tuple(self.items_of(value))
        if isinstance(value, Const) and isinstance(
            value.value, tuple | list | str | dict | range | set | frozenset
        ):
            return tuple(Const(item) for item in value.value)
        if isinstance(value, RangeV):
            found = self.constant_range(value)
            return None if found is None else tuple(Const(item) for item in found)
        if isinstance(value, IteratorV):
            return self.static_iterator(value)
        return None

    def item_there(self, value: ListV, k: int) -> Any:
        """Item number ``k`` of a list of known length, when its turn has come."""
        items = self.items_of(value)
        if k >= len(items):
            raise self.refuse(
                "this list gets shorter while it is iterated over",
                "how many iterations there are is not known",
                "use a copy of it",
            )
        return items[k]

    def static_iterator(self, value: IteratorV) -> tuple[Any, ...] | None:
        if value.style in ENDLESS or value.style == "iter":
            return None
        parts = [self.static_items(source) for source in value.sources]
        if value.style == "zip":
            return self.static_zip(value, parts)
        if any(part is None for part in parts):
            return None
        items: Any = parts[0]
        if value.style == "enumerate":
            return tuple(
                Later(
                    lambda k: TupleV(
                        (self.binary("add", value.start, Const(k)), self.now(items[k]))
                    ),
                    k,
                )
                for k in range(len(items))
            )
        if value.style in ("map", "view"):
            return tuple(
                Later(lambda k: value.function(self.now(items[k])), k) for k in range(len(items))
            )
        if value.style == "reversed":
            if not isinstance(value.start, Const) or value.start.value > len(items):
                return None
            return tuple(reversed(items[: value.start.value]))
        if value.style == "product":
            import itertools

            rows = itertools.product(*parts)  # type: ignore[arg-type]
            return tuple(TupleV(tuple(self.now(item) for item in row)) for row in rows)
        if value.style == "pairwise":
            return tuple(
                TupleV((self.now(a), self.now(b))) for a, b in zip(items, items[1:], strict=False)
            )
        return None

    def static_zip(self, value: IteratorV, parts: list[Any]) -> tuple[Any, ...] | None:
        known = [part for part in parts if part is not None]
        if not known or not any(self.structured(source) for source in value.sources):
            return None
        count = min(len(part) for part in known)
        for part, source in zip(parts, value.sources, strict=True):
            if part is None:
                self.at_least(source, count)

        def row(k: int) -> TupleV:
            return TupleV(
                tuple(
                    self.item_at(source, Const(k)) if part is None else self.now(part[k])
                    for part, source in zip(parts, value.sources, strict=True)
                )
            )

        return tuple(Later(row, k) for k in range(count))

    def at_least(self, source: Any, count: int) -> None:
        """Generated code checks that what is zipped with a list is as long as the list."""
        if self.endless(source):
            return
        length = self.count(source)
        if isinstance(length, Const) and length.value >= count:
            return
        enough = self.b.emit("ge", length, Const(count))
        self.require(
            enough,
            NotImplementedError,
            "zip() of a list with a shorter array: make them equally long",
        )

    def require(self, cond: Any, error: type, message: str) -> None:
        """Generated code raises ``error`` unless ``cond`` holds."""
        if isinstance(cond, Const) and cond.value:
            return

        def refuse() -> None:
            found = self.b.emit("call", Const(error), (Const(message),), Const(()), ())
            self.errors[found] = error
            self.b.effect("raise", found)

        self.branch(cond, lambda: None, refuse)

    def structured(self, value: Any) -> bool:
        """Whether an iterable holds items that are kept apart."""
        if isinstance(value, IteratorV):
            return any(self.structured(source) for source in value.sources)
        return isinstance(value, TupleV | ListV | DictV | Const) and not is_records(value)

    def constant_range(self, value: RangeV) -> range | None:
        parts = (value.start, value.stop, value.step)
        if all(isinstance(part, Const) for part in parts):
            return range(*(part.value for part in parts))  # type: ignore[union-attr]
        return None

    def unknown_length(self, value: Any) -> bool:
        """Whether an iterable has a length that is known only at run time."""
        return self.static_items(value) is None

    def count(self, value: Any) -> Operand:
        """The number of items, as an operand."""
        if isinstance(value, RangeV):
            return self.range_length(value)
        if isinstance(value, IteratorV):
            return self.count_of_iterator(value)
        if self.is_sequence(value):
            return self.sequence_length(value)
        if isinstance(value, str):
            if self.b.kind(value).base not in ("array", "any", "tuple", "str"):
                raise self.refuse(
                    "this cannot be iterated over",
                    f"it is known as {kinds.describe(self.b.kind(value))}",
                    "use a list, an array or a range",
                )
            return self.b.emit("len", value)
        return Const(len(self.items_of(value)))

    def count_of_iterator(self, value: IteratorV) -> Operand:
        if self.endless(value):
            raise self.refuse("this never ends", "no part of it has an end", "use a range")
        counts = [self.count(source) for source in value.sources if not self.endless(source)]
        if value.style == "pairwise":
            less = self.binary("sub", counts[0], Const(1))
            return (
                less
                if isinstance(less, Const)
                else self.b.emit("max", (less, Const(0)), kind=kinds.INT)
            )
        if value.style == "reversed":
            return value.start
        if value.style == "product" and len(counts) < len(value.sources):
            raise self.refuse("this never ends", "a factor has no end", "use a range")
        result = counts[0]
        for other in counts[1:]:
            if value.style == "product":
                result = self.binary("mul", result, other)
            elif not self.equal_counts(result, other):
                result = self.b.emit("min", (result, other), kind=kinds.INT)
        return result

    def endless(self, value: Any) -> bool:
        """Whether an iterable has no end: ``itertools.count()`` and what is made of it alone."""
        if not isinstance(value, IteratorV) or value.style == "product":
            return False
        return value.style in ENDLESS or all(self.endless(source) for source in value.sources)

    def equal_counts(self, a: Operand, b: Operand) -> bool:
        if a == b:
            return True
        first, second = self.b.kind(a).dim, self.b.kind(b).dim
        return first is not None and first == second

    def range_length(self, value: RangeV) -> Operand:
        if (
            value.start == Const(0)
            and value.step == Const(1)
            and not self.may_be_negative(value.stop)
        ):
            return value.stop
        found = self.constant_range(value)
        if found is not None:
            return Const(len(found))
        return self.b.emit("range_length", value.start, value.stop, value.step)

    def may_be_negative(self, count: Operand) -> bool:
        """Whether a stop may lie below 0: all but the sizes of arrays."""
        return isinstance(count, Const) and count.value < 0

    def item_at(self, value: Any, i: Operand) -> Any:
        """Item number ``i`` of an iterable."""
        if isinstance(value, RangeV):
            scaled = i if value.step == Const(1) else self.binary("mul", i, value.step)
            return scaled if value.start == Const(0) else self.binary("add", value.start, scaled)
        if isinstance(value, IteratorV):
            return self.item_of_iterator(value, i)
        if self.is_sequence(value):
            return self.item_of(value, i)
        if isinstance(value, str):
            return self.b.emit("getitem", value, i)
        return self.dynamic_item(self.items_of(value), i)

    def item_of_iterator(self, value: IteratorV, i: Operand) -> Any:
        source = value.sources[0]
        if value.style == "zip":
            return TupleV(tuple(self.item_at(source, i) for source in value.sources))
        if value.style == "enumerate":
            number = i if value.start == Const(0) else self.binary("add", i, value.start)
            return TupleV((number, self.item_at(source, i)))
        if value.style == "product":
            return self.item_of_product(value, i)
        if value.style == "pairwise":
            return TupleV(
                (self.item_at(source, i), self.item_at(source, self.binary("add", i, Const(1))))
            )
        if value.style == "repeat":
            return source
        if value.style == "count":
            return self.item_at(source, i)
        if value.style == "map":
            return value.function(self.item_at(source, i))
        if value.style == "cycle":
            return self.item_at(source, self.binary("mod", i, self.count(source)))
        last = self.binary("sub", value.start, Const(1))
        return self.item_at(source, self.binary("sub", last, i))

    def item_of_product(self, value: IteratorV, i: Operand) -> TupleV:
        """The last factor runs fastest."""
        found: list[Any] = []
        for k, source in enumerate(reversed(value.sources)):
            if k == len(value.sources) - 1:
                found.append(self.item_at(source, i))
                continue
            count = self.count(source)
            found.append(self.item_at(source, self.binary("mod", i, count)))
            i = self.binary("floordiv", i, count)
        return TupleV(tuple(reversed(found)))
