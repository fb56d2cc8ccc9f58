"""Values with a derivative that are written as text, and read as numbers again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from srcgrad.analysis.shadows import moves
from srcgrad.errors import MissingRule, Refusal
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, Let, Statement
from srcgrad.ir.origin import NOWHERE

ROUNDS = re.compile(r".*?(\.(\d|1[0-4]))?[eEfFgGn%d]$")  # a format that keeps few digits
HOLDS = {"push", "setitem"}


def through_text(
    statements: list[Statement], function: Function, active: set[str]
) -> Iterable[tuple[str, Refusal]]:
    """The numbers that are read from texts of values with a derivative, with a refusal of each.

    ``float(str(x))`` is ``x``, and a text carries no derivative. What is rounded in the text has
    none that is not zero.
    """
    written = {
        str(s.target)
        for s in statements
        if isinstance(s, Let)
        and s.target is not None
        and function.kinds[s.target].base == "str"
        and any(name in active for name in ir.names(s.args))
        and not (s.op == "format" and _rounds(s.args[1]))
    }
    read: dict[str, Refusal] = {}
    size = -1
    while written and size != len(written):
        size = len(written)
        for statement in statements:
            if not isinstance(statement, Let):
                written.update(t for t, source in moves(statement) if source in written)
                continue
            if not any(name in written for name in ir.names(statement.args)):
                continue
            if statement.op in HOLDS:
                written.update(ir.names(statement.args[0]))
            if statement.target is None:
                continue
            kind = function.kinds[statement.target]
            if kind.floating:
                read[statement.target] = _refusal(statement)
            elif not kind.numeric:
                written.add(statement.target)
    return read.items()


def _rounds(spec: object) -> bool:
    return isinstance(spec, Const) and bool(ROUNDS.fullmatch(str(spec.value)))


def _refusal(statement: Let) -> Refusal:
    return Refusal(
        "a text of a value with a derivative is read as a number",
        "a text carries no derivative, so it would be lost",
        "use the value itself, or srcgrad.stop_gradient of it",
        *(statement.origin.place if statement.origin else NOWHERE),
        error=MissingRule,
    )
