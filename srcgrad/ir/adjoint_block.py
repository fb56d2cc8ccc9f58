"""Statements of the primal that belong into the reverse sweep, as a constant of the IR."""

from __future__ import annotations

from dataclasses import dataclass

from srcgrad.ir.nodes import STORES, Block, Let, Operand, walk


@dataclass(frozen=True, eq=False)
class AdjointBlock:
    """A block for the reverse sweep: from the adjoint ``param``, and names outside, ``result``."""

    block: Block
    param: str
    result: Operand
    free: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether it writes into arrays: its adjoint perhaps."""
        return any(isinstance(s, Let) and s.op in STORES for s in walk(self.block))
