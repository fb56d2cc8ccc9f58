"""Derivatives of solutions of differential equations: forward sensitivities, and costates.

With ``y' = f(t, y, p)``, the derivative ``s`` of ``y`` by its initial values and by ``p`` solves
``s' = (df/dy) s + df/dp``, beside ``y`` and with the same method and tolerances (Hairer, Norsett and Wanner,
Solving Ordinary Differential Equations I, 1993, section I.14). A row of the two matrices is one
reverse sweep of ``f``. By a time at which ``y`` is wanted the derivative is ``f`` there, by the time at which
it starts ``-f`` behind the initial values.

Where that would be many columns, reverse mode goes back from the last time to the first instead: the costates
``w' = -(df/dy)^T w``, to which the adjoint of ``y`` is added at each time, and the integral of ``(df/dp)^T w``
(section I.14, too; Cao, Li, Petzold and Serban, SIAM Journal on Scientific Computing 24, 2003). Derivatives of
this derivative are those of the other one.

A flow is a call of a procedure of the family "flow". Its parts are ``f``, a procedure ``f(t, y, *free)``;
where it stands among its parameters (or as a constant) what it starts from and goes to; the names of
``free``; and the options of the solver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from srcgrad.differentiate.calls import builder, called, dots_of, piece, seeds_of
from srcgrad.differentiate.implicit import composed, zeros
from srcgrad.differentiate.segments import branch
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, For, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder

NONE, ZERO = Const(None), Const(np.float64(0.0))


class Course(NamedTuple):
    """From where to where: ``times`` are those at which values are wanted, None those of the solver."""

    start: Operand
    end: Operand
    y0: Operand
    times: Operand


class Flow:
    """One derivative of a flow, and a builder of its body."""

    def __init__(self, of: Procedure, made: Procedure) -> None:
        self.of, self.made = of, made
        self.function, course, self.free, self.options = of.parts
        self.course = Course(*course)
        self.params = of.body.params
        self.b = b = builder(of)
        self.given = tuple(b.names.fresh("y", kind) for kind in of.results)
        self.y = self.given[0]
        self.times: Operand = self.given[1] if len(self.given) > 1 else self.course.times
        self.read = [self.free[k - 2] for k in self.function.wrt[2:]]
        self.counts = b.size(self.y, Const(0)), b.size(self.y, Const(1))

    def close(self, more: tuple[str, ...], results: tuple[Operand, ...]) -> None:
        params = (*self.params, *self.given, *more)
        self.made.define(params, self.b.take(), results, self.b.origin)

    def slope(self, t: Operand, y: Operand) -> Operand:
        return self.b.emit("procedure", Const(self.function), (t, y, *self.free))

    def flow(self, function: Procedure, z0: Operand, more: tuple[Operand, ...]) -> Operand:
        """The flow of another function that takes ``y0`` and ``more``, too, at the same times."""
        made = flow(function, self.options)
        options = [x for x in self.options[1] if isinstance(x, str)]
        more = (*options, self.course.y0, *self.free, *more)
        args = (self.course.start, z0, self.times, *more)
        return self.b.emit("procedure", Const(made), args)

    def costates(self, y_bar: Operand) -> Operand:
        """The adjoints of initial values and parameters, as one vector, by costates."""
        b, (names, values) = self.b, self.options
        back = Const(self.function.adjoint())
        course = self.course.start, self.course.y0, self.times
        call = Const(self.function), back, *course, self.free, Const(names), values, y_bar
        return b.emit("costates", *call, kind=kinds.array("float64", 1))

    def each_time(self, body: Callable[[Operand, Operand, Operand], None]) -> None:
        """``body(i, y, f)`` for each time: its number, the value there, and the slope."""
        b = self.b
        index = b.names.fresh("i", kinds.INT)
        with b.nested() as inner:
            y = b.emit("getitem", b.emit("mT", self.y), index)
            body(index, y, self.slope(b.emit("getitem", self.times, index), b.emit("np.copy", y)))
        b.add(For(index, Const(0), self.counts[1], Const(1), (), inner.block, b.origin, True))


def joined(b: Builder, *parts: Operand) -> Operand:
    return b.emit("np.concatenate", parts)


def flow(function: Procedure, options: tuple[Any, tuple[Operand, ...]]) -> Procedure:
    """The procedure that solves ``z' = function(t, z, *free)``.

    It takes ``(start, z0, times, *options, *free)``; of the options, those that are no constants.
    """
    of, params, outer = function.body.kinds, function.body.params, options[1]
    own: list[Any] = []

    def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
        start, z0, times, *rest = names
        given = iter(rest)
        values = tuple(next(given) if isinstance(x, str) else x for x in outer)
        free = tuple(given)
        own.append((Course(start, NONE, z0, times), free, (options[0], values)))
        shape = [(b.kind(x).shape or (kinds.fresh_dim(),))[0] for x in (z0, times)]
        kind = kinds.array("float64", tuple(shape))
        call = Const(function), start, z0, times, free, Const(options[0]), values
        return (b.emit("flowed", *call, kind=kind),)

    vector = kinds.array("float64", 1), kinds.array("float64", 1)
    named = [function.names.kinds[x] for x in outer if isinstance(x, str)]
    rest = [of[name] for name in params[2:]]
    kind_of = (kinds.scalar("float64"), *vector, *named, *rest)
    made = composed(function, f"{function.name}_flow", kind_of, body)
    made.family, made.hands_on, made.parts = "flow", True, (function, *own[0])
    return made


# --- reverse mode ---------------------------------------------------------------------------------


def sensitivities(function: Procedure) -> Procedure:
    """``f`` for ``y`` and, row by row, its derivatives by initial values and parameters."""
    back = function.adjoint()
    read = [k for k in function.wrt if k > 1]
    kind_of = [function.body.kinds[name] for name in function.body.params]

    def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
        t, z, y0, *free = names
        n = b.size(y0, Const(0))
        y = b.emit("np.copy", piece(b, z, Const(0), n))
        width = b.emit("floordiv", b.emit("sub", b.size(z, Const(0)), n), n)
        s = b.emit("np.reshape", piece(b, z, n, NONE), (n, width))
        slopes = b.emit("np.zeros", (n, width))
        rows = b.emit("np.zeros", (n, n))
        index = b.names.fresh("i", kinds.INT)
        with b.nested() as inner:
            unit = b.emit("np.zeros_like", y)
            b.effect("setitem", unit, index, Const(1.0))
            bars = called(b, back, t, y, *free, unit, first=1)
            b.effect("setitem", rows, index, bars[0])
            if read:
                flat = [b.emit("np.reshape", bar, Const(-1)) for bar in bars[1:]]
                row = joined(b, b.emit("np.zeros_like", y), *flat)
                b.effect("setitem", slopes, index, row)
        b.add(For(index, Const(0), n, Const(1), (), inner.block, b.origin, True))
        s_dot = b.emit("add", b.emit("matmul", rows, s), slopes)
        f = b.emit("procedure", Const(function), (t, y, *free))
        return (joined(b, f, b.emit("np.reshape", s_dot, Const(-1))),)

    names = (kind_of[0], kinds.array("float64", 1), kinds.array("float64", 1), *kind_of[2:])
    return composed(function, f"{function.name}_sensitivities", names, body)


def adjoint(procedure: Procedure) -> None:
    """The adjoints of the initial values, of what ``f`` reads, and of the times."""
    made = procedure.begun("adjoint", "flow_back")
    columns = Procedure(made.name, made.results, procedure.names, of=(procedure, "adjoint"))
    made.parts = (columns,)
    for one, choice in ((columns, False), (made, True)):
        _adjoint(Flow(procedure, one), choice)


def _adjoint(rule: Flow, choice: bool) -> None:
    """With forward sensitivities, or where there is a ``choice``, perhaps with costates."""
    b, procedure, y0 = rule.b, rule.of, rule.course.y0
    n, m = rule.counts
    seeds = seeds_of(b, procedure)
    y_bar = seeds[0]
    sizes = [Const(1) if b.kind(x).immutable else b.emit("np.size", x) for x in rule.read]
    width = n
    for size in sizes:
        width = b.emit("add", width, size)

    def by_columns() -> list[Operand]:
        unit = b.emit("np.reshape", b.emit("np.eye", n, width), Const(-1))
        z = rule.flow(sensitivities(rule.function), joined(b, y0, unit), ())
        s = b.emit("np.reshape", piece(b, z, n, NONE), (n, width, m))
        weights = b.emit("np.reshape", y_bar, (n, Const(1), m))
        return [b.emit("np.sum", b.emit("mul", weights, s), Const((0, 2)))]

    if not choice:
        (found,) = by_columns()
    else:
        vector = kinds.array("float64", 1)
        few = b.emit("few_columns", n, width, y_bar)
        (found,) = branch(b, few, (vector,), by_columns, lambda: [rule.costates(y_bar)])
    _hand_out(rule, found, sizes, seeds)


def _hand_out(rule: Flow, found: Operand, sizes: list[Operand], seeds: tuple[str, ...]) -> None:
    """The results, from the adjoints of initial values and parameters as one vector."""
    b, procedure, (start, end, y0, times) = rule.b, rule.of, rule.course
    n, m = rule.counts
    y_bar = seeds[0]
    y0_bar = b.emit("np.copy", piece(b, found, Const(0), n))
    bars: dict[Any, Operand] = {y0: y0_bar}
    at = n
    for x, size in zip(rule.read, sizes, strict=True):
        stop = b.emit("add", at, size)
        part = piece(b, found, at, stop)
        scalar = b.kind(x).immutable
        part = (
            b.emit("getitem", found, at)
            if scalar
            else b.emit("np.reshape", part, b.emit("np.shape", x))
        )
        part = part if scalar else b.emit("np.copy", part)
        bars[x] = b.emit("add", bars[x], part) if x in bars else part
        at = stop
    moving = {start, end, times} - {NONE}
    if any(isinstance(x, str) for x in moving):
        times_bar = b.emit("np.zeros", m)

        def one(i: Operand, y: Operand, f: Operand) -> None:
            column = b.emit("getitem", b.emit("mT", y_bar), i)
            b.effect("setitem", times_bar, i, b.emit("np.sum", b.emit("mul", f, column)))

        rule.each_time(one)
        if len(seeds) > 1:
            times_bar = b.emit("add", times_bar, seeds[1])
        back = b.emit("np.sum", b.emit("mul", rule.slope(start, y0), y0_bar))
        bars[start] = b.emit("neg", back)
        if times == NONE:
            first, last = (b.emit("getitem", times_bar, Const(k)) for k in (0, -1))
            bars[start] = b.emit("add", bars[start], first)
            bars[end] = last
        else:
            bars[times] = times_bar
    names = [rule.params[k] for k in procedure.wrt]
    rule.close(seeds, tuple(bars[x] if x in bars else zeros(b, x) for x in names))


# --- forward mode ---------------------------------------------------------------------------------


def beside(function: Procedure) -> Procedure:
    """``f`` for ``y``, and its tangent beside it, of ``(t, z, y0, *free, *dots)``."""
    moved = function.tangent()
    kind_of = [function.body.kinds[name] for name in function.body.params]
    dots = [kinds.of_adjoint(kind_of[k]) for k in function.wrt if k > 1]

    def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
        t, z, y0, *rest = names
        free, x_dots = rest[: len(kind_of) - 2], rest[len(kind_of) - 2 :]
        n = b.size(y0, Const(0))
        y, y_dot = (b.emit("np.copy", piece(b, z, *ends)) for ends in ((Const(0), n), (n, NONE)))
        f = b.emit("procedure", Const(function), (t, y, *free))
        f_dot = b.emit("procedure", Const(moved), (t, y, *free, ZERO, y_dot, *x_dots))
        return (joined(b, f, f_dot),)

    names = (kind_of[0], kinds.array("float64", 1), kinds.array("float64", 1), *kind_of[2:], *dots)
    return composed(function, f"{function.name}_beside", names, body)


def tangent(procedure: Procedure) -> None:
    """The tangents of the values, and of the times."""
    rule = Flow(procedure, procedure.begun("tangent"))
    b, (start, end, y0, times) = rule.b, rule.course
    dots = dots_of(b, procedure)
    y0_dot: Operand = dots[str(y0)]
    if start in dots:
        back = b.emit("mul", rule.slope(start, y0), dots[str(start)])
        y0_dot = b.emit("sub", y0_dot, back)
    z = rule.flow(beside(rule.function), joined(b, y0, y0_dot), tuple(dots[x] for x in rule.read))
    y_dot = b.emit("np.copy", piece(b, z, rule.counts[0], NONE))
    results: list[Operand] = [y_dot]
    moving = [x for x in (start, end, times) if x in dots]
    if times in dots:
        t_dot: Operand = b.emit("np.copy", dots[str(times)])
    else:
        t_dot = b.emit("np.zeros", rule.counts[1])
        if times == NONE:
            for x, place in ((start, 0), (end, -1)):
                if x in dots:
                    b.effect("setitem", t_dot, Const(place), dots[str(x)])
    if moving:
        rows = b.emit("np.zeros", (rule.counts[1], rule.counts[0]))

        def one(i: Operand, y: Operand, f: Operand) -> None:
            b.effect("setitem", rows, i, b.emit("mul", f, b.emit("getitem", t_dot, i)))

        rule.each_time(one)
        results[0] = b.emit("add", y_dot, b.emit("mT", rows))
    if len(rule.made.results) > 1:
        results.append(t_dot)
    rule.close(tuple(dots.values()), tuple(results))


def of_columns(procedure: Procedure, style: str) -> None:
    """Derivatives of the adjoint: those of forward sensitivities, which are flows themselves."""
    (columns,) = procedure.parts
    procedure.derivatives[style] = columns.derivative(style)


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "flow_adjoint": adjoint,
    "flow_tangent": tangent,
    "flow_back_adjoint": lambda procedure: of_columns(procedure, "adjoint"),
    "flow_back_tangent": lambda procedure: of_columns(procedure, "tangent"),
}
