"""Zeros in the shape of an array of a loop, made from what the array was made from.

Before::

    for i in range(n):                  for i in range(n - 1, -1, -1):
        c = np.zeros(m)                     c_bar = np.zeros_like(c)

After::

    for i in range(n):                  for i in range(n - 1, -1, -1):
        c = np.zeros(m)                     c_bar = np.zeros(m)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.differentiate.keeping import Keeping
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Block, Const, Let, Statement
from srcgrad.rules.operation import OPS

ALLOCATED = ("np.zeros", "np.empty", "np.ones", "np.full")
ALIKE = ("np.copy", "copied", "np.zeros_like", "np.empty_like", "np.ones_like", "np.full_like")


class Sizes(Keeping):
    """Replaces the shapes of arrays that are gone by what gave them their shapes."""

    def with_sizes(self, block: Block) -> Block:
        """A block of the reverse sweep that asks fewer arrays for their shapes."""

        def visit(inner: Block) -> Block:
            return tuple(self.sized(ir.map_blocks(statement, visit)) for statement in inner)

        return visit(block)

    def sized(self, statement: Statement) -> Statement:
        if not isinstance(statement, Let) or statement.op not in ("np.zeros_like", "np.shape"):
            return statement
        name = statement.args[0]
        if (
            not isinstance(name, str)
            or not self.is_ghost(name)
            or (self.kinds[name].base != "array")
        ):
            return statement
        source, made = self.source(name)
        if made is not None and statement.op == "np.zeros_like":
            dtype = self.kinds[name].dtype
            kind = Const(float) if dtype == "float64" else Const(dtype_of(dtype))
            args = OPS["np.zeros"].complete((made.args[0], kind))
            return replace(statement, op="np.zeros", args=args)
        if source != name and not self.is_ghost(source):
            return replace(statement, args=(source, *statement.args[1:]))
        return statement

    def source(self, name: str) -> tuple[str, Let | None]:
        """The first array that has the shape of another, and how it was allocated."""
        while self.is_ghost(name) and name in self.sites:
            made = self.sites[name].statement
            if not isinstance(made, Let):
                break
            if made.op in ALLOCATED:
                return name, made
            following = self.model(made)
            if following is None:
                break
            name = following
        return name, None

    def model(self, made: Let) -> str | None:
        """An operand that has the shape and dtype of a result."""
        rule = OPS[made.op].rule
        if made.op not in ALIKE and (rule is None or rule.style != "elementwise"):
            return None
        kind = self.kinds[str(made.target)]
        alike = [
            arg
            for arg in ir.names(made.args)
            if self.kinds[arg].base == "array"
            and self.kinds[arg].dtype == kind.dtype
            and same_shape(self.kinds[arg], kind)
        ]
        return alike[0] if alike else None


def dtype_of(name: str | None) -> Any:
    """The dtype of this name."""
    import numpy as np

    return np.dtype(name)
