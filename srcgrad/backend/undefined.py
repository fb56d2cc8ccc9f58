"""Variables that a path leaves without a value, and that generated code copies all the same.

The primal does not read such a variable, or it raises. A copy, ``i0 = i`` to free the name ``i``,
would raise where the primal does not. Before::

    if c:
        i = 1
    i0 = i

After::

    if c:
        i = 1
    else:
        i = None
    i0 = i
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.shadows import may_be_undefined, moves, sources, with_values
from srcgrad.backend.nest import nested
from srcgrad.backend.variables import variables
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function


def filled(function: Function) -> Function:
    """The function with ``None`` where a variable that is copied would have no value."""
    partial = may_be_undefined(function.body)
    if not partial:
        return function
    table = variables(function, nested(function), ())
    copied = {
        source
        for statement in ir.walk(function.body)
        for target, source in moves(statement)
        if source in partial and table.get(target) != table.get(source)
    }
    return replace(function, body=fill(function.body, sources(function.body, copied)))


def fill(block: Block, wanted: set[str]) -> Block:
    def value(name: str, operand: Any) -> Any:
        return Const(None) if operand is None and name in wanted else operand

    return with_values(block, value)
