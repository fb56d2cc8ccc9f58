"""The lengths of arrays that become shorter in each iteration are counted, so that nests know them.

Before::

    for i in range(n):
        v = p * v[1:] + q * v[:-1]

After, where ``k`` is known to be the length of ``v`` to all that follows::

    size = v.shape[0]
    for i in range(n):
        k = max(size - i, 0)
        v = p * v[1:] + q * v[:-1]

What a tape keeps of them lies in rows of the largest size.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.analysis.shrinking import Shrinks, shrinking
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Const, For, Function, Operand, Statement
from srcgrad.rules.builder import Builder, Names


def counted_lengths(function: Function, names: Names) -> Function:
    """The function with the lengths of what shrinks at the head of each iteration."""
    found = shrinking(function)
    if not found:
        return function
    body: list[Statement] = []
    for statement in function.body:
        mine = [s for s in found if statement is s.loop or statement is s.back]
        if isinstance(statement, For) and mine:
            b = Builder(names)
            for s in (s for s in mine if statement is s.loop):
                names.largest[s.dim] = b.size(s.first, Const(s.axis), base="size", kind=kinds.INT)
            body += b.take()
            for s in mine:
                names.lengths[s.dim, statement.label] = length(s, statement, b)
            statement = replace(statement, body=(*b.take(), *statement.body))
        body.append(statement)
    return replace(function, body=tuple(body))


def length(found: Shrinks, loop: For, b: Builder) -> str:
    """``max(size - less * i, 0)`` in iteration ``i``."""
    start, var = found.loop.start, loop.var
    if found.loop.step == Const(-1):
        turn = b.emit("sub", start, var, kind=kinds.INT)
    else:
        turn = var if start == Const(0) else b.emit("sub", var, start, kind=kinds.INT)
    if found.less != 1:
        turn = b.emit("mul", Const(found.less), turn, kind=kinds.INT)
    left = b.emit("sub", b.names.largest[found.dim], turn, kind=kinds.INT)
    return str(b.emit("max", (left, Const(0)), base="size", kind=kinds.int_of(found.dim)))


def is_counted(dim: Dim, names: Names) -> bool:
    """Whether the length of a piece is known where it is one size."""
    return isinstance(dim, str) and kinds.parted(dim)[0] in names.largest


def less(length: Operand, dim: Dim, b: Builder) -> Operand:
    """The size of a piece of what is ``length`` long."""
    count = kinds.parted(str(dim))[1]
    if not count:
        return length
    found = b.emit("sub", length, Const(count), kind=kinds.INT)
    return b.emit("max", (found, Const(0)), kind=kinds.INT)
