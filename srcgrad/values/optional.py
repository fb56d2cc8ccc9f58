"""Which values can be merged and carried, and what stands for one where it is None."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules.builder import dtype_operand


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
        made = kinds.array(kind.dtype, (0,) * kind.ndim)
        return (Const((0,) * kind.ndim), dtype_operand(kind.dtype)), made
    return None
