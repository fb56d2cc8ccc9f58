"""Activity: the names that carry a derivative of the inputs that are differentiated."""

from __future__ import annotations

from collections.abc import Container, Iterable

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.cancelling import cancelling
from srcgrad.analysis.refusals import check
from srcgrad.analysis.useful import carries
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function, If, Let, Statement
from srcgrad.rules.lines import stated
from srcgrad.rules.operation import OPS


def active_args(statement: Let, active: set[str]) -> list[tuple[str, int, str]]:
    """``(parameter, position, name)`` of the active arguments that a rule differentiates."""
    wanted = stated(statement.op).differentiable
    if not wanted:
        return []
    found: list[tuple[str, int, str]] = []
    for param, arg in zip(OPS[statement.op].params, statement.args, strict=True):
        if param.name not in wanted:
            continue
        items = arg if type(arg) is tuple else (arg,)
        found.extend(
            (param.name, k, item)
            for k, item in enumerate(items)
            if isinstance(item, str) and item in active
        )
    return found


def active_names(function: Function, inputs: Iterable[str], alias: Aliases) -> set[str]:
    """The names that depend on ``inputs`` through differentiable operations, but for what cancels.

    Raises ``MissingRule`` if a derivative would have to pass through what has no rule.
    """
    active = reached(function, inputs, alias, cancelling(function, alias))
    check(list(ir.walk(function.body)), function, active, alias)
    return active


def reached(
    function: Function,
    inputs: Iterable[str],
    alias: Aliases,
    held: Container[str] = (),
) -> set[str]:
    """The names that depend on ``inputs``, as far as derivatives pass: not through those ``held``."""
    active = set(inputs)
    statements = list(ir.walk(function.body))
    roots: set[str] = {alias.root(name) for name in active if alias.is_buffer(name)}
    while True:
        size = (len(active), len(roots))
        for statement in statements:
            _spread(statement, function, active, roots, alias, held)
        if roots:
            active.update(
                name
                for name, kind in function.kinds.items()
                if kind.base != "tuple" and carries(kind) and alias.root(name) in roots
            )
        if size == (len(active), len(roots)):
            break
    return active


def _spread(
    statement: Statement,
    function: Function,
    active: set[str],
    roots: set[str],
    alias: Aliases,
    held: Container[str],
) -> None:
    def mark(name: str, held: Container[str] = held) -> None:
        kind = function.kinds[name]
        if carries(kind) and name not in active and name not in held:
            active.add(name)
            if alias.is_buffer(name) or kind.base in ("list", "tape"):
                roots.add(alias.root(name))

    if isinstance(statement, Let):
        first = statement.args[0] if statement.args else None
        op = OPS[statement.op]
        if op.stored is not None:
            value = statement.args[op.stored]
            if isinstance(value, str) and value in active:
                mark(str(first), held=())
                if op.deep:
                    roots.update(alias.reach(str(first)))
        elif statement.op == "push":
            if statement.args[1] in active:
                mark(str(first))
        elif statement.target is not None and (
            (op.follows and first in active)
            or (statement.op == "list_of" and any(n in active for n in ir.names(first)))
            or active_args(statement, active)
        ):
            mark(statement.target)
    elif isinstance(statement, If):
        for merge in statement.merges:
            if any(name in active for name in ir.names((merge.then, merge.orelse))):
                mark(merge.out)
    else:
        for carry in statement.carries:
            if any(name in active for name in ir.names((carry.init, carry.next, carry.phi))):
                mark(carry.phi)
                mark(carry.out)
