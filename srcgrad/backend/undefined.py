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

Compiled code, in which a variable has one type, has a zero there, ``i = 0``, and wherever a variable
would have no value: Numba takes no variable that no path before defines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.given_sizes import GivenSizes
from srcgrad.analysis.shadows import may_be_undefined, moves, nothing, sources, with_values
from srcgrad.backend.nest import nested
from srcgrad.backend.variables import variables
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function
from srcgrad.rules.builder import Names


def filled(function: Function, names: Names | None = None) -> Function:
    """The function with ``None`` where a variable that is copied would have no value.

    With ``names``, with a value of its kind.
    """
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
    wanted = sources(function.body, copied if names is None else partial)
    sizes = None if names is None else GivenSizes(function, names)

    def value(name: str, operand: Any) -> Any:
        if operand is not None or name not in wanted:
            return operand
        kind = function.kinds[name]
        if names is None or sizes is None or kind.base == "any" or not kind.numeric:
            return Const(None)
        return zero(kind) if kind.immutable else nothing(kind, names, sizes)

    return replace(function, body=with_values(function.body, value))


def zero(kind: Kind) -> Const:
    """The number 0 of a kind."""
    number = np.dtype(kind.dtype).type(0)
    return Const(number if kind.base == "scalar" else number.item())
