"""What is iterated over: how many items there are, and which is number ``i``."""

from __future__ import annotations

from typing import Any

from srcgrad.elaborate.subscripts import HOLDING
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import Value
from srcgrad.values.iterators import endless
from srcgrad.values.walk import Walk


class Iterables(Walk):
    """Iterables of known and of unknown length."""

    def static_items(self, value: Any) -> tuple[Any, ...] | None:
        """All items of an iterable, if their number is known without unrolling a range."""
        value = self.given(value, TypeError)
        if isinstance(value, Value):
            return value.known_items(self)
        if isinstance(value, Const) and isinstance(value.value, HOLDING):
            return tuple(Const(item) for item in value.value)
        return None

    def require(self, cond: Any, error: type, message: str) -> None:
        """Generated code raises ``error`` unless ``cond`` holds."""
        if isinstance(cond, Const) and cond.value:
            return
        self.branch(cond, lambda: None, lambda: self.raise_new(error, message))

    def unknown_length(self, value: Any) -> bool:
        """Whether an iterable has a length that is known only at run time."""
        return self.static_items(value) is None

    def count(self, value: Any) -> Operand:
        """The number of items, as an operand."""
        if isinstance(value, Value):
            return value.count(self)
        if not isinstance(value, str):
            return Const(len(self.items_of(value)))
        base = self.b.kind(value).base
        if base not in ("array", "any", "tuple", "str", "list"):
            raise self.refuse(
                "this cannot be iterated over",
                f"it is known as {kinds.describe(self.b.kind(value))}",
                "use a list, an array or a range",
            )
        return self.b.emit("len", value)

    def endless(self, value: Any) -> bool:
        """Whether an iterable has no end."""
        return endless(value)

    def item_at(self, value: Any, i: Operand) -> Any:
        """Item number ``i`` of an iterable."""
        if isinstance(value, Value):
            return value.item_at(self, i)
        if self.is_list(value):
            return self.item_of(value, i)
        if isinstance(value, str):
            return self.b.emit("getitem", value, i)
        return self.dynamic_item(self.items_of(value), i)
