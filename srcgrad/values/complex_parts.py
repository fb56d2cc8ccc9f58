"""The real or imaginary part of an array, which is a view of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import MethodV, Value
from srcgrad.values.walk import Walk

VIEWS = ("T", "mT", "flat")  # attributes that are views in any layout


@dataclass(frozen=True, eq=False)
class PartV(Value):
    """The part ``name`` of the array ``owner``: what is read of it is read where it is asked for."""

    owner: str
    name: str

    def held(self) -> tuple[Any, ...]:
        return (self.owner,)

    def with_held(self, values: tuple[Any, ...]) -> Any:
        return PartV(values[0], self.name)

    def operand(self, e: Walk) -> Any:
        return e.b.emit(f"np.{self.name}", self.owner)

    def passed(self, e: Walk) -> Any:
        return self.operand(e)

    def python_class(self, e: Walk) -> type:
        return np.ndarray

    def attribute(self, e: Walk, name: str) -> Any:
        if name in VIEWS:
            return PartV(e.attribute(self.owner, name), self.name)
        if callable(getattr(np.ndarray, name, None)):
            return MethodV(self, name)
        return self if name == "real" else e.attribute(self.operand(e), name)

    def item(self, e: Walk, index: Any) -> Any:
        piece = e.get_item(self.owner, index)
        if isinstance(piece, str) and e.b.kind(piece).base == "array":
            return PartV(piece, self.name)
        return e.attribute(piece, self.name)

    def item_at(self, e: Walk, i: Operand) -> Any:
        return self.item(e, i)

    def count(self, e: Walk) -> Operand:
        return e.count(self.owner)

    def all_items(self, e: Walk, count: int | None) -> tuple[Any, ...]:
        return tuple(self.item(e, Const(k)) for k in range(len(e.items_of(self.owner, count))))

    def truth(self, e: Walk) -> Any:
        return e.truth(self.operand(e))

    def contains(self, e: Walk, item: Any) -> Any:
        return e.contains(self.operand(e), item)
