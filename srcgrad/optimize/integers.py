"""Sums of a whole number and constants, gathered: the bounds of loops and their neighbours.

Before::

    for i in range(n - 1 - 1, 0 - 1, -1):
        j = 1 + i

After::

    for i in range(n - 2, -1, -1):
        j = i + 1
"""

from __future__ import annotations

from typing import Any

from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.optimize.patterns import Definitions, again
from srcgrad.rules.builder import Builder


def gathered(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``n + 1 - 1`` as ``n``, ``n - -1`` and ``1 + n`` as ``n + 1``: of Python's own integers."""
    if let.target is None or b.names.kinds[let.target].base != "int":
        return None
    found = terms(let, b)
    if found is None:
        return None
    name, total = found
    inner = definitions.get(name)
    below = None if inner is None else terms(inner, b)
    if below is not None:
        name, total = below[0], below[1] + total
    if total == 0:
        return name
    new = again(let, "add" if total > 0 else "sub", name, Const(abs(total)))
    return None if new == let else new


def terms(let: Let, b: Builder) -> tuple[str, int] | None:
    """``(n, c)`` of a statement that gives ``n + c``."""
    if let.op not in ("add", "sub"):
        return None
    x, y = let.args
    if _is_name(x, b) and _is_int(y):
        return x, y.value if let.op == "add" else -y.value
    if _is_name(y, b) and _is_int(x) and let.op == "add":
        return y, x.value
    return None


def _is_name(operand: Operand, b: Builder) -> bool:
    return isinstance(operand, str) and b.kind(operand).base == "int"


def _is_int(operand: Any) -> bool:
    return isinstance(operand, Const) and type(operand.value) is int
