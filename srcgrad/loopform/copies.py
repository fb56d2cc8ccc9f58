"""Copies of matrices as nests, so that a neighbour along their rows may join them.

Before::

    y = x.copy()

After::

    y = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            y[i, j] = x[i, j]
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform.filling import nest
from srcgrad.loopform.sizes import Sizes
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.operation import OPS


class Copies:
    """The copies of a function whose sizes are known at its start."""

    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.sizes = Sizes(function, names)
        self.sizes.read_before(function.body)

    def nest(self, statement: Statement, beside: For) -> tuple[Block, Statement]:
        """An allocation, and the loop that fills it, of a copy that runs as long as another loop.

        Anything else stays as it is.
        """
        lengths = self.lengths(statement)
        if len(lengths) < 2 or lengths[0] != beside.stop or beside.start != Const(0):
            return (), statement
        assert isinstance(statement, Let)
        kind = self.names.kinds[str(statement.target)]
        b = Builder(self.names, statement.adjoint)
        b.origin, b.site = statement.origin, statement.site

        def copied(at: Any) -> None:
            value = b.emit("getitem", statement.args[0], at, kind=kinds.scalar(kind.dtype))
            b.effect("setitem", statement.target, at, value)

        args = OPS["np.empty"].complete((tuple(lengths), dtype_operand(kind.dtype)))
        return (replace(statement, op="np.empty", args=args),), nest(lengths, b, copied)

    def lengths(self, statement: Statement) -> list[Operand]:
        """The lengths of a copy along its axes; none if one is not known."""
        if not isinstance(statement, Let) or not is_copy(statement):
            return []
        kind, given = self.names.kinds[str(statement.target)], self.names.kind(statement.args[0])
        shape = kind.shape or ()
        if {kind.base, given.base} != {"array"} or len(shape) > 4:
            return []
        if given.shape != kind.shape or given.dtype != kind.dtype:
            return []
        sizes = [Const(d) if isinstance(d, int) else self.sizes.read.get(d) for d in shape]
        return [size for size in sizes if size is not None] if None not in sizes else []


def is_copy(let: Let) -> bool:
    op = OPS[let.op]
    return op.copies and op.new and not op.effect
