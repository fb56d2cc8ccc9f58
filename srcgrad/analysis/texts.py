"""Values with a derivative that become texts or Python objects, and are read as numbers again."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from srcgrad.analysis.shadows import moves
from srcgrad.errors import MissingRule, Refusal
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let, Statement
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.operation import OPS

ROUNDS = re.compile(r".*?(\.(\d|1[0-4]))?[eEfFgGn%d]$")  # a format that keeps few digits


Written = dict[str, tuple[str, Statement]]  # what a name is of, and where that was made


def through_text(
    statements: list[Statement], function: Function, active: set[str]
) -> Iterable[tuple[str, Refusal]]:
    """The numbers that are read from texts of values with a derivative, with a refusal of each.

    ``float(str(x))`` is ``x``, and a text carries no derivative. What is rounded in the text has
    none that is not zero. Python objects in an array carry none, and are numbers where they are
    returned, too.
    """
    kinds, written = function.kinds, _written(statements, function, active)
    read: dict[str, Refusal] = {}
    size = -1
    while written and size != len(written):
        size = len(written)
        for statement in statements:
            if not isinstance(statement, Let):
                found = [(t, source) for t, source in moves(statement) if source in written]
                written.update([(t, written[source]) for t, source in found])
                continue
            given = [written[name] for name in ir.names(statement.args) if name in written]
            if not given:
                continue
            if OPS[statement.op].stored is not None or statement.op == "push":
                written.update(dict.fromkeys(ir.names(statement.args[0]), given[0]))
            if statement.target is None:
                continue
            kind = kinds[statement.target]
            if kind.floating:
                read[statement.target] = _refusal(given[0][0], statement)
            elif not kind.numeric or kind.dtype == "object":
                written[statement.target] = given[0]
    for name in ir.names(function.result):
        if name in written and (kinds[name].base == "opaque" or kinds[name].dtype == "object"):
            read[name] = _refusal(*written[name])
    return read.items()


def _written(statements: list[Statement], function: Function, active: set[str]) -> Written:
    """The texts and arrays of objects that values with a derivative are written into."""
    written: Written = {}
    for s in statements:
        if isinstance(s, Let) and any(name in active for name in ir.names(s.args)):
            target = s.target if OPS[s.op].stored is None else str(s.args[0])
            what = _hiding(function.kinds[target]) if target in function.kinds else None
            if what is not None and not (s.op == "format" and _rounds(s.args[1])):
                written[str(target)] = what, s
    return written


def _hiding(kind: Kind) -> str | None:
    """What a value of this kind holds instead of numbers."""
    if kind.base == "str":
        return "text"
    sort = "" if kind.dtype is None else np.dtype(kind.dtype).kind
    return "Python object" if sort == "O" else "text" if sort in ("S", "U", "V") else None


def _rounds(spec: object) -> bool:
    return isinstance(spec, Const) and bool(ROUNDS.fullmatch(str(spec.value)))


def _refusal(what: str, statement: Statement) -> Refusal:
    return Refusal(
        f"a {what} of a value with a derivative is read as a number",
        f"a {what} carries no derivative, so it would be lost",
        "use the value itself, or srcgrad.stop_gradient of it",
        *(statement.origin.place if statement.origin else NOWHERE),
        error=MissingRule,
    )
