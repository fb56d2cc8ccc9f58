"""Values that are handed to objects whose code is not followed, and are read from them again.

``cache.append(x)`` hides the derivative of ``x`` in ``cache``. That is well as long as nothing of it
comes back into the result; what does is refused.
"""

from __future__ import annotations

from typing import Any

from srcgrad.analysis.alias_classes import Aliases, is_object, outside_name
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import OPAQUE, Kind
from srcgrad.ir.nodes import Const, Function, If, Let, Statement
from srcgrad.rules.draws import is_generator
from srcgrad.rules.kept import of_statement
from srcgrad.rules.operation import OPS


def hidden_return(function: Function, active: set[str], alias: Aliases) -> Let | None:
    """The statement that hands a derivative to an object from which the result reads it."""
    statements = list(ir.walk(function.body))
    found: dict[str, Let] = {}  # names that may hold what was handed over, by that statement
    while True:
        size = len(found)
        for statement in statements:
            _spread(statement, function, active, alias, found)
        if len(found) == size:
            break
    return next((found[name] for name in ir.names(function.result) if name in found), None)


def _spread(
    statement: Statement,
    function: Function,
    active: set[str],
    alias: Aliases,
    found: dict[str, Let],
) -> None:
    def origin(names: list[str]) -> Let | None:
        return next((found[name] for name in names if name in found), None)

    if not isinstance(statement, Let):
        pairs = (
            [(m.out, [m.then, m.orelse]) for m in statement.merges]
            if isinstance(statement, If)
            else [
                (out, [c.init, c.next, c.phi]) for c in statement.carries for out in (c.phi, c.out)
            ]
        )
        for out, sources in pairs:
            cause = origin(list(ir.names(sources)))
            if cause is not None:
                found.setdefault(out, cause)
        return
    op = OPS[statement.op]
    if op.flat:
        return
    kept = op.foreign and of_statement(statement, function.kinds).shares
    if kept or op.stored is not None or statement.op == "push":
        _take(statement, function, active, alias, found)
    cause = origin(_operands(statement.args))
    if (
        cause is not None
        and statement.target is not None
        and not _is_count(function.kinds[statement.target])
    ):
        found.setdefault(statement.target, cause)


def _operands(args: Any) -> list[str]:
    """The names of operands, objects from outside included."""
    outside = [outside_name(c) for c in ir.leaves(args) if isinstance(c, Const) and is_object(c)]
    return [*ir.names(args), *outside]


def _take(
    statement: Let, function: Function, active: set[str], alias: Aliases, found: dict[str, Let]
) -> None:
    """What an object, array or list is given."""
    call = OPS[statement.op].foreign
    for owner in _operands(statement.args if statement.op == "call" else statement.args[:1]):
        given = [name for name in _operands(statement.args) if name != owner]
        kind = function.kinds.get(owner, OPAQUE)
        causes = [found.get(name) for name in given if name in found]
        if kind.base == "opaque" and not is_generator(kind) and any(n in active for n in given):
            causes.append(statement)
        elif kind.base not in (("opaque",) if call else ("opaque", "array", "list")):
            continue
        if causes and causes[0] is not None:
            reached = alias.reach(owner)
            for name in (*function.kinds, owner):  # a call may put it into objects alone
                if alias.root(name) in reached and not (
                    call and function.kinds.get(name, OPAQUE).base != "opaque"
                ):
                    found.setdefault(name, causes[0])


def _is_count(kind: Kind) -> bool:
    """Whether a value carries no derivative whatever it was made of."""
    return kind.base in ("str", "slice") or (kind.numeric and not kind.floating)
