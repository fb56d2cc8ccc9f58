"""What a solver of SciPy returns: an object of which some attributes are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.walk import Walk


@dataclass(frozen=True, eq=False)
class SolutionV(Value):
    """``names`` are attributes, ``values`` what they hold."""

    solver: str
    names: tuple[str, ...]
    values: tuple[Any, ...]

    def held(self) -> tuple[Any, ...]:
        return self.values

    def with_held(self, values: tuple[Any, ...]) -> Any:
        return SolutionV(self.solver, self.names, values)

    def attribute(self, e: Walk, name: str) -> Any:
        if name in self.names:
            return self.values[self.names.index(name)]
        known = ", ".join(f".{name}" for name in self.names)
        raise e.refuse(
            f"`.{name}` of what `{self.solver}` returns is not known",
            "how the solver came to its result has no derivative, and is not handed on",
            f"use {known}",
        )

    def item(self, e: Walk, index: Any) -> Any:
        if isinstance(index, Const) and type(index.value) is str:
            return self.attribute(e, index.value)
        return super().item(e, index)

    def truth(self, e: Walk) -> Any:
        return Const(True)
