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
from srcgrad.ir.kinds import same_shape, shape_tuple
from srcgrad.ir.nodes import Block, Const, Let, Statement
from srcgrad.rules.builder import dtype_operand
from srcgrad.rules.operation import OPS


def asks_shape(statement: Let) -> bool:
    """Whether a statement reads the shape and dtype of its first operand alone."""
    op = OPS[statement.op]
    return statement.op == "np.shape" or (op.zeros and op.alike)


class Sizes(Keeping):
    """Replaces the shapes of arrays that are gone by what gave them their shapes."""

    def with_sizes(self, block: Block) -> Block:
        """A block of the reverse sweep that asks fewer arrays for their shapes."""

        def visit(inner: Block) -> Block:
            return tuple(
                part for s in inner for part in self.of_input(self.sized(ir.map_blocks(s, visit)))
            )

        return visit(block)

    def of_input(self, statement: Statement) -> tuple[Statement, ...]:
        """A statement that asks for a shape, asking an input that has it."""
        if not isinstance(statement, Let) or not asks_shape(statement):
            return (statement,)
        name = statement.args[0]
        if not isinstance(name, str) or not self.is_ghost(name) or self.kinds[name].base != "array":
            return (statement,)
        kind = self.kinds[name]
        known = kind.shape and all(isinstance(dim, int) for dim in kind.shape)
        if known and statement.op != "np.shape":
            return (self.zeros(statement, Const(kind.shape), kind.dtype),)
        given = [p for p in self.function.params if kind.shape and same_shape(self.kinds[p], kind)]
        if not given or any("?" in str(dim) for dim in kind.shape or ()):
            return (
                statement,
            )  # a size that the signature does not name may differ from run to run
        if statement.op == "np.shape":
            return (replace(statement, args=(given[0],)),)
        shape = self.names.fresh("", shape_tuple(kind.shape))
        first = replace(statement, target=shape, op="np.shape", args=(given[0],))
        return first, self.zeros(statement, shape, kind.dtype)

    def zeros(self, statement: Let, shape: Any, dtype: str | None) -> Let:
        """``np.zeros(shape)`` of a dtype."""
        args = OPS["np.zeros"].complete((shape, dtype_operand(dtype)))
        return replace(statement, op="np.zeros", args=args)

    def sized(self, statement: Statement) -> Statement:
        if not isinstance(statement, Let) or not asks_shape(statement):
            return statement
        name = statement.args[0]
        if (
            not isinstance(name, str)
            or not self.is_ghost(name)
            or (self.kinds[name].base != "array")
        ):
            return statement
        source, made = self.source(name)
        if made is not None and statement.op != "np.shape":
            return self.zeros(statement, made.args[0], self.kinds[name].dtype)
        if source != name and not self.is_ghost(source):
            return replace(statement, args=(source, *statement.args[1:]))
        return statement

    def source(self, name: str) -> tuple[str, Let | None]:
        """The first array that has the shape of another, and how it was allocated."""
        while self.is_ghost(name) and name in self.sites:
            made = self.sites[name].statement
            if not isinstance(made, Let):
                break
            if OPS[made.op].allocates:
                return name, made
            following = self.model(made)
            if following is None:
                break
            name = following
        return name, None

    def model(self, made: Let) -> str | None:
        """An operand that has the shape and dtype of a result."""
        if not (OPS[made.op].alike or OPS[made.op].elementwise):
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
