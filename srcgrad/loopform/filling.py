"""Nests of loops over all elements of an array: ``for i: for j: y[i, j] = ...``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, For, Operand, Statement
from srcgrad.loopform import EACH
from srcgrad.loopform.views import subscript
from srcgrad.rules.builder import Builder

INDICES = "ijkl"


def nest(lengths: Sequence[Operand], b: Builder, fill: Callable[[Any], None]) -> Statement:
    """The loops over all places of an array; ``fill(place)`` emits what is done at one."""
    places = [b.names.fresh(INDICES[k % 4], kinds.INT) for k in range(len(lengths))]
    with b.nested() as inner:
        fill(subscript(places))
    block = inner.block
    for place, length in reversed(list(zip(places, lengths, strict=True))):
        block = (For(place, Const(0), length, Const(1), (), block, b.origin, b.adjoint, EACH),)
    return block[0]
