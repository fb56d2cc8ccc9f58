"""Values of the right type where a path leaves none: compiled code has no None beside an array.

Before::

    if c:
        t = np.sin(x)
    else:
        t = None

After::

    if c:
        t = np.sin(x)
    else:
        t = np.empty((0,))

Nothing reads such a value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, If
from srcgrad.rules.builder import Builder, Names, dtype_operand

NONE = Const(None)


def with_blanks(function: Function, names: Names) -> Function:
    """The function with blanks where a number or an array of known rank is None on a path."""
    body = visited(function.body, names)
    return function if body == function.body else replace(function, body=body)


def visited(block: Block, names: Names) -> Block:
    result: list[Any] = []
    for statement in block:
        statement = ir.map_blocks(statement, lambda inner: visited(inner, names))
        if isinstance(statement, If):
            statement = filled(statement, names)
        elif not isinstance(statement, ir.Let):
            b = Builder(names, adjoint=True)
            carries = tuple(
                replace(c, init=blank(names.kinds[c.out], b)) if c.init == NONE else c
                for c in statement.carries
            )
            result += b.take()
            statement = replace(statement, carries=carries)
        result.append(statement)
    return tuple(result)


def filled(branch: If, names: Names) -> If:
    """A branch whose merges have a value on either side."""
    then, orelse = Builder(names, adjoint=True), Builder(names, adjoint=True)
    merges = []
    for m in branch.merges:
        if (m.then == NONE) != (m.orelse == NONE):
            side = ("then", then) if m.then == NONE else ("orelse", orelse)
            m = replace(m, **{side[0]: blank(names.kinds[m.out], side[1])})
        merges.append(m)
    return replace(
        branch,
        then=(*branch.then, *then.take()),
        orelse=(*branch.orelse, *orelse.take()),
        merges=tuple(merges),
    )


def blank(kind: Kind, b: Builder) -> Any:
    """A value of a kind; None where that names no type."""
    if kind.base == "array" and kind.shape is not None:
        shape = Const((0,) * len(kind.shape))
        return b.emit("np.empty", shape, dtype_operand(kind.dtype), kind=kind)
    if kind.immutable and kind.dtype is not None:
        value = np.dtype(kind.dtype).type(0)
        plain = kind.base in ("float", "int", "bool", "complex")
        return Const(value.item() if plain else value)
    return NONE
