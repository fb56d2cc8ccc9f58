"""What stands for a value where it is None, and how such values are merged and carried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.values.abstract import UNDEFINED, Conflict, OptionalV, TupleV, same


def is_operand(value: Any) -> bool:
    return isinstance(value, str | Const)


def numeric(value: Any) -> bool:
    """Whether a value can be the subject of a merge: a name, or a number or text that is known."""
    if isinstance(value, Const):
        return isinstance(value.value, bool | int | float | complex | str) or (
            kinds.of_constant(value.value).numeric
        )
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return is_operand(value) and numeric(value)


def is_text(value: Any) -> bool:
    """Whether a value is a text that is known."""
    return isinstance(value, Const) and isinstance(value.value, str)


def stand_in(kind: Kind) -> Any:
    """A constant, or the arguments and kind of ``np.zeros``, for a value that is not there.

    None where there is no such value.
    """
    if kind.immutable and kind.base != "complex":
        zero = {"int": 0, "bool": False, "float": 0.0}
        return Const(zero[kind.base] if kind.base in zero else np.dtype(kind.dtype).type(0))
    if kind.base == "array" and kind.ndim:
        dtype: Any = float if kind.dtype == "float64" else np.dtype(kind.dtype)
        made = kinds.array(kind.dtype, (0,) * kind.ndim)
        return (Const((0,) * kind.ndim), Const(dtype)), made
    return None


class OptionalMerges:
    """What is None on one of two paths."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def optional(self, a: OptionalV, b: OptionalV, name: str) -> Any:
        """What is None on one path, or may be."""
        a, b = self.settled(a, 0), self.settled(b, 1)
        if isinstance(a.present, Const) and same(a.present, b.present) and a.present.value:
            return self.merge(a.value, b.value, name)
        x, y = a.value, b.value
        x, y = self.stand_in(y) if x is UNDEFINED else x, self.stand_in(x) if y is UNDEFINED else y
        value = self.merge(x, y, name)
        if isinstance(value, Conflict):
            return value
        return OptionalV(self.merge(a.present, b.present, f"has_{name}" if name else ""), value)

    def settled(self, value: OptionalV, branch: int) -> OptionalV:
        """A value of which the branch tells whether it is there."""
        if not isinstance(value.present, str) or value.present not in self.flags:
            return value
        return replace(value, present=Const(self.flags[branch] == value.present))

    def stand_in(self, value: Any) -> Any:
        """What stands for ``value`` where it is None: never read, but of its kind."""
        if isinstance(value, TupleV):
            return TupleV(tuple(self.stand_in(item) for item in value.items), value.cls)
        if is_number(value):
            made = stand_in(self.names.kind(value))
            if isinstance(made, Const):
                return made
            if made is not None:
                target = self.names.fresh("", made[1])
                self.before.append(Let(target, "np.zeros", made[0]))
                return target
        return UNDEFINED


class OptionalCarries:
    """What is None in some iterations."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def stand_in(self, spot: Any) -> Operand | None:
        """The initial value of what may be None before the loop."""
        key, path = spot
        if not any((key, path[:k]) in self.guess.optional for k in range(len(path) + 1)):
            return None
        made = stand_in(self.guess.kinds[spot])
        if made is None or isinstance(made, Const):
            return made
        init = self.b.emit("np.zeros", *made[0], kind=made[1])
        self.widen(spot, init)
        return init
