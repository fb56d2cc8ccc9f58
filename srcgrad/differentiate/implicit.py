"""Derivatives of solutions: the implicit function theorem, at the solution.

What solves ``r(x, p) = 0`` moves with ``p`` by ``x_dot = -(dr/dx)^-1 (dr/dp) p_dot``; the adjoint of
``p`` is therefore ``-(dr/dp)^T (dr/dx)^-T x_bar``: one linear system, and one reverse sweep of ``r``. How
the solution was found does not matter (Griewank and Walther, Evaluating Derivatives, 2008, chapter 15).

A solution is a call of a procedure of the family "solution". Its parts are the function ``r`` that was
solved, a procedure ``r(x, *free)`` too, what holds at the solution, and the names of ``free``. Where it
lies within limits, ``constrained`` makes equations of them, for more unknowns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.differentiate.calls import builder, dots_of, item
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, For, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder

ONE = Const(np.float64(1.0))


class Theorem:
    """One derivative of a solution: its procedure, which is made at once, and a builder of its body."""

    def __init__(self, of: Procedure, style: str) -> None:
        self.function, self.equation, self.free, *self.more = of.parts
        self.of, self.params = of, of.body.params
        self.made = of.begun(style)
        self.b = builder(of)
        self.given = tuple(self.b.names.fresh("x", kind) for kind in of.results)
        self.x: Operand = self.given[0]
        self.vector = not of.results[0].immutable
        self.residual = self.equations()

    def equations(self) -> Procedure:
        """What is 0 at the solution: a procedure of ``(x, *free)``."""
        return EQUATIONS[self.equation](self.function)

    def close(self, params: tuple[str, ...], results: tuple[Operand, ...]) -> None:
        params = (*self.params, *self.given, *params)
        self.made.define(params, self.b.take(), results, self.b.origin)

    def called(self, procedure: Procedure, *more: Operand) -> Operand:
        """A call of the function that was solved, or of a derivative, at the solution."""
        return self.b.emit("procedure", Const(procedure), (self.x, *self.free, *more))

    def seed(self, x_bar: Operand) -> Operand:
        """The adjoint of all unknowns, from that of the result."""
        return x_bar

    def found(self, dot: Operand) -> Operand:
        """The tangent of the result, from that of all unknowns."""
        return dot

    def check(self, slope: Operand) -> None:
        """The solution is one, and the only one around."""
        self.b.effect("check_solution", self.x, slope, self.called(self.residual))

    def rows(self, row: Callable[[Operand], Operand]) -> Operand:
        """The matrix of what ``row`` makes of each unit vector."""
        return rows_of(self.b, self.x, self.x, row)


def rows_of(b: Builder, x: Operand, y: Operand, row: Callable[[Operand], Operand]) -> Operand:
    """The matrix with as many columns as ``y`` has of what ``row`` makes of each unit vector like ``x``."""
    count = b.size(x, Const(0))
    matrix = b.emit("np.zeros", (count, b.size(y, Const(0))))
    index = b.names.fresh("i", kinds.INT)
    with b.nested() as inner:
        unit = b.emit("np.zeros_like", x)
        b.effect("setitem", unit, index, Const(1.0))
        b.effect("setitem", matrix, index, row(unit))
    b.add(For(index, Const(0), count, Const(1), (), inner.block, b.origin, True))
    return matrix


def adjoint(procedure: Procedure) -> None:
    """The adjoints of what the equations read, and zeros for where the solver starts."""
    reversed_by(Theorem(procedure, "adjoint"))


def reversed_by(theorem: Theorem) -> None:
    """Give the adjoint of a solution its body."""
    procedure = theorem.of
    b, residual = theorem.b, theorem.residual
    x_bar = b.names.fresh("x_bar", kinds.of_adjoint(procedure.results[0]))
    back = residual.adjoint()
    count = len(back.results)
    if theorem.vector:
        matrix = theorem.rows(lambda unit: item(b, theorem.called(back, unit), 0, count))
        theorem.check(matrix)
        weights = b.emit("np.linalg.solve", b.emit("mT", matrix), theorem.seed(x_bar))
        found = theorem.called(back, b.emit("neg", weights))
        parts = [item(b, found, k, count) for k in range(count)]
    else:
        found = theorem.called(back, ONE)
        parts = [item(b, found, k, count) for k in range(count)]
        theorem.check(parts[0])
        weight = b.emit("neg", b.emit("truediv", x_bar, parts[0]))
        parts[1:] = [b.emit("mul", weight, part) for part in parts[1:]]
    bars = {theorem.free[k - 1]: parts[n] for n, k in enumerate(residual.wrt) if n > 0}
    names = [theorem.params[k] for k in procedure.wrt]
    theorem.close((x_bar,), tuple(bars.get(name) or zeros(b, name) for name in names))


def tangent(procedure: Procedure) -> None:
    """The tangent of the solution, from those of what the equations read."""
    moved_along(Theorem(procedure, "tangent"))


def moved_along(theorem: Theorem) -> None:
    """Give the tangent of a solution its body."""
    procedure = theorem.of
    b, residual = theorem.b, theorem.residual
    dots = dots_of(b, procedure)
    moved = residual.tangent()
    read = [theorem.free[k - 1] for k in residual.wrt[1:]]
    still = tuple(zeros(b, name) for name in read)
    if theorem.vector:
        rows = theorem.rows(lambda unit: theorem.called(moved, unit, *still))
        matrix = b.emit("mT", rows)
        theorem.check(matrix)
        start = b.emit("np.zeros_like", theorem.x)
        right = theorem.called(moved, start, *(dots[name] for name in read))
        x_dot = b.emit("neg", b.emit("np.linalg.solve", matrix, right))
    else:
        slope = theorem.called(moved, ONE, *still)
        theorem.check(slope)
        right = theorem.called(moved, Const(np.float64(0.0)), *(dots[name] for name in read))
        x_dot = b.emit("neg", b.emit("truediv", right, slope))
    theorem.close(tuple(dots.values()), (theorem.found(x_dot),))


def zeros(b: Builder, name: str) -> Operand:
    return Const(0.0) if b.kind(name).immutable else b.emit("np.zeros_like", name)


# --- what holds at the solution -------------------------------------------------------------------


Body = Callable[[Builder, tuple[str, ...]], tuple[Operand, ...]]


def composed(of: Procedure, name: str, kind_of: tuple[Any, ...], body: Body) -> Procedure:
    """A procedure with parameters of these kinds that calls another."""
    b = builder(of)
    params = tuple(b.names.fresh("x", kind) for kind in kind_of)
    results = body(b, params)
    made = Procedure(name, tuple(map(b.kind, results)), of.names, called=of.called, new=True)
    made.define(params, b.take(), results, b.origin)
    return made


def _like(
    of: Procedure, name: str, body: Callable[[Builder, tuple[str, ...]], Operand]
) -> Procedure:
    """A procedure with the parameters of another that calls it."""
    kind_of = tuple(of.body.kinds[p] for p in of.body.params)
    return composed(of, name, kind_of, lambda b, params: (body(b, params),))


def moved_by(step: Procedure) -> Procedure:
    """``step(x) - x``, which is 0 at a fixed point."""

    def body(b: Builder, params: tuple[str, ...]) -> Operand:
        return b.emit("sub", b.emit("procedure", Const(step), params), params[0])

    return _like(step, f"{step.name}_moved", body)


def gradient(function: Procedure) -> Procedure:
    """The gradient by ``x``, which is 0 at a minimum."""
    back = function.adjoint()

    def body(b: Builder, params: tuple[str, ...]) -> Operand:
        found = b.emit("procedure", Const(back), (*params, ONE))
        return item(b, found, 0, len(back.results))

    return _like(function, f"{function.name}_gradient", body)


def half_square(function: Procedure) -> Procedure:
    """Half the sum of the squares."""

    def body(b: Builder, params: tuple[str, ...]) -> Operand:
        found = b.emit("procedure", Const(function), params)
        return b.emit("mul", Const(0.5), b.emit("np.sum", b.emit("mul", found, found)))

    return _like(function, f"{function.name}_squares", body)


EQUATIONS: dict[str, Callable[[Procedure], Procedure]] = {
    "root": lambda function: function,
    "fixed": moved_by,
    "gradient": gradient,
    "squares": lambda function: gradient(half_square(function)),
}
FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "solution_adjoint": adjoint,
    "solution_tangent": tangent,
}
