"""Shapes that are known where they are read are neither kept nor asked for.

Before, of ``x: float64[n]``::

    for i in range(k):                  for i in range(k - 1, -1, -1):
        t = x[2:]                           shape = tape.pop()
        tape.append(t.shape)                t_bar = np.zeros(shape)

After::

    for i in range(k):                  for i in range(k - 1, -1, -1):
        t = x[2:]                           t_bar = np.zeros((max(n - 2, 0),))
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform.shrinking import less
from srcgrad.loopform.sizes import Sizes, after_heading
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.operation import OPS


def known_shapes(function: Function, names: Names) -> Function:
    """The function with what is known of shapes in the place of what tapes hold of them."""
    found = _Shapes(function, names)
    body = found.block(function.body, "")
    if not found.table:
        return function
    body = tuple(ir.map_operands(s, found.table) for s in body)
    return replace(function, body=after_heading(body, found.sizes.lines()))


class _Shapes:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.sizes = Sizes(function, names)
        lets = [s for s in ir.walk(function.body) if isinstance(s, Let)]
        self.made = {s.target: s for s in lets if s.target is not None}
        self.pushed: dict[str, list[Operand]] = defaultdict(list)
        for s in lets:
            if s.op == "push":
                self.pushed[s.args[0]].append(s.args[1])
        self.table: dict[str, Any] = {}

    def block(self, block: Block, label: str) -> Block:
        """A block of a loop of the body, which has a label."""
        result: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let):
                result += self.let(statement, label)
                continue
            inner = label or (statement.label if isinstance(statement, For) else "")
            result.append(ir.map_blocks(statement, lambda b, inner=inner: self.block(b, inner)))
        return ir.as_block(result, block)

    def let(self, let: Let, label: str) -> list[Statement]:
        b = Builder(self.names, let.adjoint)
        b.origin, b.site = let.origin, let.site
        kind = self.names.kinds[let.target] if let.target is not None else None
        if kind is not None and let.op == "pop":
            dims = [item.dim for item in kind.items] if kind.base == "tuple" else [kind.dim]
            if kind.base not in ("tuple", "int"):
                return [let]
            if dims and all(self.is_known(d, label) and self.is_length(d, let) for d in dims):
                sizes = [self.length(dim, label, b) for dim in dims if dim is not None]
                self.table[str(let.target)] = tuple(sizes) if kind.base == "tuple" else sizes[0]
                return list(b.take())
        elif let.op == "getitem" and let.args[0] in self.table and isinstance(let.args[1], Const):
            self.table[str(let.target)] = self.table[let.args[0]][let.args[1].value]
        elif let.op == "np.zeros_like" and kind is not None and let.args[1:] == (Const(None),):
            dims = list(kind.shape or ())
            if any(self.is_counted(d, label) for d in dims):
                if all(self.is_known(d, label) for d in dims):
                    shape = tuple(self.length(dim, label, b) for dim in dims if dim is not None)
                    args = OPS["np.zeros"].complete((shape, dtype_operand(kind.dtype)))
                    self.table.setdefault("", None)
                    return [*b.take(), replace(let, op="np.zeros", args=args)]
        return [let]

    def is_counted(self, dim: Dim | None, label: str) -> bool:
        return (kinds.parted(str(dim))[0], label) in self.names.lengths

    def is_known(self, dim: Dim | None, label: str) -> bool:
        if dim is None or dim in self.sizes.unsettled:
            return False
        given = isinstance(dim, int) or self.sizes.is_given(dim)
        return given or self.is_counted(dim, label)

    def is_length(self, dim: Dim | None, pop: Let) -> bool:
        """Whether what is kept is the size itself: ``n - 2`` that is computed may be negative."""
        if len(self.pushed[pop.args[0]]) != 1:
            return False
        (pushed,) = self.pushed[pop.args[0]]
        made = self.made.get(pushed) if isinstance(pushed, str) else None
        return "-" not in str(dim) or (made is not None and made.op == "np.shape")

    def length(self, dim: Dim, label: str, b: Builder) -> Operand:
        """A size that is known."""
        if self.is_counted(dim, label):
            return less(self.names.lengths[kinds.parted(str(dim))[0], label], dim, b)
        return self.sizes.length_of(dim, b)
