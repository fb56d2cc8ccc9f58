"""Derivatives of integrals: by their limits and, under the sign of integration, by all else (Leibniz).

The derivative of the integral of ``f(t, p)`` from a to b by ``p`` is the integral of ``df/dp``, and that by the
limits is ``f(b, p) b_dot - f(a, p) a_dot``. The adjoint of the parameters is one integral, too, of all of
their adjoints at once.

An integral is a call of a procedure of the family "integral", which takes those of its limits that are no
constants, and ``free``. It gives the integrals of all results of a procedure ``f(t, *free)``, and perhaps
estimates of their errors, which have no derivative. Its parts are that procedure, the limits, and what the
integrals are computed with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.differentiate.calls import builder, called, dots_of, seeds_of
from srcgrad.differentiate.implicit import composed, zeros
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder


class Leibniz:
    """One derivative of an integral, and a builder of its body."""

    def __init__(self, of: Procedure, style: str) -> None:
        self.made = of.begun(style)
        self.function, self.limits, self.options, self.free = of.parts
        self.params = of.body.params
        self.moving = [limit for limit in self.limits if isinstance(limit, str)]
        self.b = builder(of)
        self.count = len(self.function.results)

    def close(self, more: tuple[str, ...], results: tuple[Operand, ...]) -> None:
        self.made.define((*self.params, *more), self.b.take(), results, self.b.origin)

    def at(self, limit: str) -> list[Operand]:
        """What is integrated, at a limit."""
        return called(self.b, self.function, limit, *self.free)

    def integral(self, function: Procedure, more: tuple[str, ...]) -> list[Operand]:
        """The integrals of all results of ``function(t, *free, *more)``."""
        made = integral(function, self.limits, self.options)
        options = [x for x in self.options if isinstance(x, str)]
        return called(self.b, made, *self.moving, *options, *self.free, *more)


def integral(
    function: Procedure, limits: tuple[Operand, ...], options: tuple[Operand, ...]
) -> Procedure:
    """The procedure of the integrals of what another gives."""
    params, of = function.body.params, function.body.kinds
    results = tuple(kinds.of_adjoint(kind) for kind in function.results)
    own: list[Any] = []

    def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
        given = iter(names)
        fixed = [
            tuple(next(given) if isinstance(x, str) else x for x in group)
            for group in (limits, options)
        ]
        free = tuple(given)
        own.append((*fixed, free))
        call = Const(function), *fixed[0], free, fixed[1]
        found = b.emit("integrated", *call, kind=Kind("tuple", items=results))
        return tuple(b.emit("getitem", found, Const(k)) for k in range(len(results)))

    named = [kinds.FLOAT for limit in limits if isinstance(limit, str)]
    named += [function.names.kinds[x] for x in options if isinstance(x, str)]
    kind_of = (*named, *(of[name] for name in params[1:]))
    made = composed(function, f"{function.name}_integral", kind_of, body)
    made.family, made.parts = "integral", (function, *own[0])
    return made


def adjoint(procedure: Procedure) -> None:
    """The adjoints of the limits, and of what the function reads."""
    rule = Leibniz(procedure, "adjoint")
    b, function = rule.b, rule.function
    seeds = seeds_of(b, procedure)
    bars: dict[str, Operand] = {}
    for limit in rule.moving:
        parts = [_inner(b, y, s) for y, s in zip(rule.at(limit), seeds, strict=False)]
        total = _finite(b, limit, _total(b, parts))
        bars[limit] = b.emit("neg", total) if limit == rule.limits[0] else total
    read = function.wrt[1:]
    if read:
        back = function.adjoint()

        def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
            return tuple(called(b, back, *names, first=1))

        used = seeds[: rule.count]
        kind_of = (*(function.body.kinds[p] for p in function.body.params), *map(b.kind, used))
        inner = composed(function, f"{function.name}_bars", kind_of, body)
        found = rule.integral(inner, used)
        bars.update({rule.free[k - 1]: bar for k, bar in zip(read, found, strict=True)})
    names = [rule.params[k] for k in procedure.wrt]
    rule.close(seeds, tuple(bars[x] if x in bars else zeros(b, x) for x in names))


def tangent(procedure: Procedure) -> None:
    """The tangents of the integrals."""
    rule = Leibniz(procedure, "tangent")
    b, function = rule.b, rule.function
    dots = dots_of(b, procedure)
    parts: list[list[Operand]] = [[] for _ in range(rule.count)]
    for limit in rule.moving:
        for k, y in enumerate(rule.at(limit)):
            moves = b.emit("ne", dots[limit], Const(0.0))
            part = b.emit("masked", _finite(b, limit, b.emit("mul", y, dots[limit])), moves)
            parts[k].append(b.emit("neg", part) if limit == rule.limits[0] else part)
    if function.wrt[1:]:
        moved = function.tangent()
        count = len(function.body.params)

        def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
            still = (*names[:count], Const(np.float64(0.0)), *names[count:])
            return tuple(called(b, moved, *still))

        used = tuple(dots[rule.free[k - 1]] for k in function.wrt[1:])
        kind_of = (*(function.body.kinds[p] for p in function.body.params), *map(b.kind, used))
        inner = composed(function, f"{function.name}_dots", kind_of, body)
        for terms, dot in zip(parts, rule.integral(inner, used), strict=True):
            terms.append(dot)
    results = [_total(b, terms) for terms in parts]
    results += [Const(0.0)] * (len(rule.made.results) - len(results))
    rule.close(tuple(dots.values()), tuple(results))


def _finite(b: Builder, limit: Operand, part: Operand) -> Operand:
    """What a limit adds: nothing if it is infinite, for then it does not move."""
    return b.emit("masked", part, b.emit("np.isfinite", limit))


def _inner(b: Builder, y: Operand, y_bar: Operand) -> Operand:
    product = b.emit("mul", y, y_bar)
    return product if b.kind(product).immutable else b.emit("np.sum", product)


def _total(b: Builder, parts: list[Operand]) -> Operand:
    total: Operand = parts[0] if parts else Const(0.0)
    for part in parts[1:]:
        total = b.emit("add", total, part)
    return total


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "integral_adjoint": adjoint,
    "integral_tangent": tangent,
}
