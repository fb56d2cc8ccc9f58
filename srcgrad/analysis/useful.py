"""Usefulness: the names from which a derivative may reach the result."""

from __future__ import annotations

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.shadows import moves
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import For, Function, Let, While
from srcgrad.rules.operation import OPS

HOLDERS = ("list", "tape", "tuple", "opaque")


def carries(kind: Kind) -> bool:
    """Whether a value of this kind carries derivatives: a number, an array, what holds them."""
    return (
        kind.floating
        or kind.base in ("list", "tape")
        or (kind.base == "tuple" and any(carries(item) for item in kind.items))
    )


def is_count(kind: Kind) -> bool:
    """Whether a value is made of integers, booleans and strings: no derivative passes it."""
    if kind.base == "tuple" and kind.dim != "unknown":
        return all(is_count(item) for item in kind.items)
    numbers = kind.numeric and kind.dtype != "object"
    return kind.base == "str" or (numbers and not kind.floating)


def is_call(statement: Let) -> bool:
    """Whether a statement runs code that is not followed."""
    return OPS[statement.op].foreign or statement.op == "mutated"


def only_decide(function: Function, alias: Aliases) -> set[str]:
    """The names of loops from which no derivative reaches the result.

    They count, or are compared: in the condition of a ``while``, which is evaluated once more than
    the body, or in a test in it.
    """
    inside = {
        name
        for loop in ir.walk(function.body)
        if isinstance(loop, For | While) and (loop.carries or isinstance(loop, While))
        for item in ir.walk((loop,))
        for name in (*ir.defined(item), *ir.local(item))
    }
    if not inside:
        return inside
    inside -= useful(function, alias)
    loops = (s for s in ir.walk(function.body) if isinstance(s, For | While))
    return inside - {c.out for loop in loops for c in loop.carries if c.phi not in inside}


def useful(function: Function, alias: Aliases) -> set[str]:
    """The names from which a derivative may reach the result, or what is written on the way."""
    kinds = function.kinds
    found = set(ir.names(function.result))
    found.update(n for n, kind in kinds.items() if alias.is_buffer(n) or kind.base in HOLDERS)
    statements = list(ir.walk(function.body))
    for statement in statements:
        if isinstance(statement, Let) and (
            statement.target is None or OPS[statement.op].effect or is_call(statement)
        ):
            if OPS[statement.op].flat:
                continue
            found.update(ir.names((statement.target or (), statement.args)))
    while True:
        size = len(found)
        for statement in reversed(statements):
            if isinstance(statement, Let):
                target = statement.target
                if target in found and (carries(kinds[target]) or kinds[target].base == "opaque"):
                    found.update(ir.names(statement.args))
            else:
                found.update(ir.names([s for t, s in moves(statement) if t in found]))
        if size == len(found):
            return found
