"""Choices that are known: exact, since what is not taken leaves no trace.

Before::

    t = 1.0 > 0.0
    x_bar = y_bar / regular(t, x, 1.0)

After::

    x_bar = y_bar / x
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.optimize.patterns import Definitions, alike, definition, is_number
from srcgrad.rules.builder import Builder


def _positive(let: Let, definitions: Definitions, b: Builder) -> Const | None:
    x, y = let.args
    return Const(x.value > y.value) if let.adjoint and is_number(x) and is_number(y) else None


def _chosen(let: Let, definitions: Definitions, b: Builder) -> Operand | None:
    condition, x, other = let.args
    if isinstance(condition, Const) and type(condition.value) is bool:
        found: Operand = x if condition.value else other
    elif _holds(condition, definitions):
        found = x
    else:
        return None
    return found if alike(found, let, b) else None


def _holds(condition: Any, definitions: Definitions) -> bool:
    """Whether a mask is that of an array of ones."""
    test = definition(condition, "gt", definitions)
    return (
        test is not None
        and test.args[1] == Const(0.0)
        and definition(test.args[0], "np.ones", definitions) is not None
    )


RULES: dict[str, Callable[[Let, Definitions, Builder], Any]] = {
    "gt": _positive,
    "np.where": _chosen,
    "regular": _chosen,
}
