"""Forward mode as its parts see it: its state, and the methods that they use of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcgrad.analysis.activity import active_names
from srcgrad.analysis.alias import aliases
from srcgrad.analysis.unreached import Unreached
from srcgrad.differentiate.several_results import unpacked
from srcgrad.ir.nodes import Block, Function, Operand
from srcgrad.rules.builder import Builder, Names


class Tangents:
    """One run through a function, with the tangent of each of its values."""

    def __init__(
        self, function: Function, wrt: list[str], names: Names, contiguous: frozenset[str]
    ) -> None:
        self.function = function = unpacked(function).function
        self.wrt = wrt
        self.names = names
        self.b = Builder(names, adjoint=True)
        self.alias = aliases(function, inputs=contiguous)
        self.active = active_names(function, wrt, self.alias)
        self.unreached = Unreached(function, self.active, self.alias)
        self.dot: dict[str, Operand] = {}
        self.items: dict[str, tuple[Any, ...]] = {}  # tangents of the items of tuples

    if TYPE_CHECKING:  # defined in ``forward``

        def block(self, block: Block) -> None: ...
        def fresh(self, name: str) -> str: ...
        def tangent(self, operand: Operand) -> Operand: ...
        def zero(self, operand: Operand, dtype: str) -> Operand: ...
