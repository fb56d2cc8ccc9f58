"""Derivatives of calls of procedures (``ir.procedures``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.differentiate.sweeping import Sweeping
from srcgrad.differentiate.tangents import Tangents
from srcgrad.elaborate.primal import Primal
from srcgrad.ir.kinds import of_adjoint
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder


class RecursionSweep(Sweeping):
    """Reverse mode of a call: the adjoint procedure gives the adjoints of its arguments."""

    def procedure(self, statement: Let, y_bar: Any) -> None:
        procedure: Procedure = statement.args[0].value
        args = statement.args[1]
        adjoint = procedure.adjoint()
        bars = y_bar if isinstance(y_bar, tuple) else (y_bar,)
        seeds = tuple(bars[k] for k in procedure.seeded)
        results = self.results(
            str(statement.target)
        )  # which may be written since, and are restored
        given = (
            (results if isinstance(results, tuple) else (results,)) if procedure.hands_on else ()
        )
        found = self.b.emit("procedure", Const(adjoint), (*args, *given, *seeds))
        for number, k in enumerate(procedure.wrt):
            if isinstance(args[k], str) and args[k] in self.active:
                self.accumulate(args[k], item(self.b, found, number, len(adjoint.results)))


def tangents_of(sweep: Tangents, statement: Let) -> Any:
    """Forward mode of a call: the tangents of its results, a tuple of them where they are several."""
    procedure: Procedure = statement.args[0].value
    args = statement.args[1]
    tangent = procedure.tangent()
    dots = tuple(sweep.tangent(args[k]) for k in procedure.wrt)
    count = len(procedure.results) if procedure.hands_on else 0
    given = tuple(item(sweep.b, str(statement.target), k, count) for k in range(count))
    found = sweep.b.emit("procedure", Const(tangent), (*args, *given, *dots))
    numbers = {k: number for number, k in enumerate(procedure.seeded)}
    parts = tuple(
        item(sweep.b, found, numbers[k], len(tangent.results)) if k in numbers else Const(None)
        for k in range(len(procedure.results))
    )
    return parts[0] if len(procedure.results) == 1 else parts


def item(b: Builder, found: Operand, number: int, count: int) -> Operand:
    """One result of a call."""
    result: Operand = found if count == 1 else b.emit("getitem", found, Const(number))
    return result


def called(b: Builder, procedure: Procedure, *args: Any, first: int = 0) -> list[Operand]:
    """The results of a call, from that number on."""
    count = len(procedure.results)
    found = b.emit("procedure", Const(procedure), args, kind=procedure.kind)
    return [item(b, found, k, count) for k in range(first, count)]


# --- derivatives that are not made statement by statement -----------------------------------------


def builder(of: Procedure) -> Builder:
    """What the body of a derivative is made with."""
    b = Builder(of.names, adjoint=True)
    b.origin = of.body.origin
    return b


def seeds_of(b: Builder, procedure: Procedure) -> tuple[str, ...]:
    """Parameters for the cotangents of the floating results."""
    kind_of = [of_adjoint(procedure.results[k]) for k in procedure.seeded]
    return tuple(b.names.fresh("y_bar", kind) for kind in kind_of)


def dots_of(b: Builder, procedure: Procedure) -> dict[str, str]:
    """Parameters for the tangents of the floating parameters, by the names of these."""
    body = procedure.body
    moving = [body.params[k] for k in procedure.wrt]
    return {x: b.names.fresh("x_dot", of_adjoint(body.kinds[x])) for x in moving}


def piece(b: Builder, x: Operand, start: Operand, stop: Operand) -> Operand:
    """``x[start:stop]``"""
    return b.emit("getitem", x, b.emit("slice", start, stop, Const(None)))


def as_primal(procedure: Procedure) -> Primal:
    """A procedure as what is differentiated; headings of an adjoint are none of its adjoint."""
    body = tuple(s for s in procedure.body.body if not is_mark(s))
    function = replace(procedure.body, body=body)
    specs = tuple(function.kinds[name] for name in function.params)
    return Primal(
        function, procedure.names, function.params, specs, [], [], function.result, given=False
    )
