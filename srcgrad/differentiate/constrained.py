"""Derivatives of minima within limits: the implicit function theorem, with the limits that are met.

With ``lower <= c(x) <= upper`` the unknowns are ``x`` and a multiplier for each limit. What holds is
``g + J^T w = 0`` and, for each multiplier, ``c = upper``, ``c = lower`` or ``w = 0``: which of them, is found at
the solution (``runtime.constraints``), and stays as it is around it. Where it does not, there is no derivative.

Such a solution is a call of a procedure of the family "constrained", which has a further part: the procedure
``limits(x, *free)``, which gives ``c``, ``lower`` and ``upper``.
"""

from __future__ import annotations

from collections.abc import Callable

from srcgrad.differentiate.calls import called, item, piece
from srcgrad.differentiate.implicit import (
    EQUATIONS,
    Theorem,
    composed,
    gradient,
    moved_along,
    reversed_by,
    rows_of,
)
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder

NONE = Const(None)


class Constrained(Theorem):
    """The theorem for ``x`` and the multipliers, which follow from ``x``."""

    def equations(self) -> Procedure:
        b, x = self.b, self.x
        (limits,) = self.more
        self.count = b.size(x, Const(0))
        pulled = gradient(weighted(limits))
        slope = lagrangian(EQUATIONS[self.equation](self.function), pulled)
        found = self.called(limits)
        self.limits = values, lower, upper = tuple(item(b, found, k, 3) for k in range(3))
        none = b.emit("np.zeros_like", values)
        self.jacobian = rows_of(b, values, x, lambda unit: self.called(pulled, unit))
        g = self.called(slope, none)
        guess = b.emit("multipliers", g, self.jacobian, *self.limits, kind=b.kind(values))
        back = slope.adjoint()
        count = len(back.results)
        hessian = rows_of(b, x, x, lambda unit: item(b, self.called(back, guess, unit), 0, count))
        sides = kinds.array("int64", b.kind(values).shape or 1)
        self.side = b.emit("active_set", hessian, g, self.jacobian, *self.limits, guess, kind=sides)
        self.weights = self.multipliers(g)
        self.first = x
        self.x = b.emit("np.concatenate", (x, self.weights))
        self.free = (*self.free, self.side)
        return karush_kuhn_tucker(slope, limits)

    def multipliers(self, g: Operand) -> Operand:
        """Those of the limits that are met, by least squares, as operations that have derivatives."""
        b = self.b
        met = b.emit("astype", b.emit("ne", self.side, Const(0)), Const(float))
        rows = b.emit("mul", b.emit("np.reshape", met, (Const(-1), Const(1))), self.jacobian)
        above = b.emit(
            "np.concatenate", (b.emit("np.eye", self.count), b.emit("mT", rows)), Const(1)
        )
        rest = b.emit("np.diag", b.emit("sub", met, Const(1.0)))
        below = b.emit("np.concatenate", (rows, rest), Const(1))
        matrix = b.emit("np.concatenate", (above, below))
        right = b.emit("np.concatenate", (b.emit("neg", g), b.emit("np.zeros_like", met)))
        found = b.emit("np.linalg.solve", matrix, right)
        return b.emit("np.copy", piece(b, found, self.count, NONE))

    def seed(self, x_bar: Operand) -> Operand:
        return self.b.emit("np.concatenate", (x_bar, self.b.emit("np.zeros_like", self.weights)))

    def found(self, dot: Operand) -> Operand:
        return self.b.emit("np.copy", piece(self.b, dot, Const(0), self.count))

    def check(self, slope: Operand) -> None:
        residual = self.called(self.residual)
        more = self.side, self.jacobian, self.limits
        self.b.effect("check_active", self.first, self.weights, slope, residual, *more)


def extended(
    of: Procedure, name: str, body: Callable[[Builder, tuple[str, ...], str], Operand]
) -> Procedure:
    """A procedure with the parameters of another and a vector behind them."""
    kind_of = *(of.body.kinds[p] for p in of.body.params), kinds.array("float64", 1)
    return composed(of, name, kind_of, lambda b, names: (body(b, names[:-1], names[-1]),))


def weighted(limits: Procedure) -> Procedure:
    """``sum(w * c(x))`` of ``(x, *free, w)``."""

    def body(b: Builder, names: tuple[str, ...], weights: str) -> Operand:
        values = item(b, b.emit("procedure", Const(limits), names, kind=limits.kind), 0, 3)
        return b.emit("np.sum", b.emit("mul", weights, values))

    return extended(limits, "weighted", body)


def lagrangian(slope: Procedure, pulled: Procedure) -> Procedure:
    """The gradient of the function that is minimized and ``w * c``: of ``(x, *free, w)``."""

    def body(b: Builder, names: tuple[str, ...], weights: str) -> Operand:
        one = b.emit("procedure", Const(slope), names)
        return b.emit("add", one, b.emit("procedure", Const(pulled), (*names, weights)))

    return extended(slope, f"{slope.name}_within", body)


def karush_kuhn_tucker(slope: Procedure, limits: Procedure) -> Procedure:
    """What holds at the solution: of ``(z, *free, side)``, where ``z`` is ``x`` and the multipliers."""
    _, *free = (limits.body.kinds[p] for p in limits.body.params)
    kind_of = kinds.array("float64", 1), *free, kinds.array("int64", 1)

    def body(b: Builder, names: tuple[str, ...]) -> tuple[Operand, ...]:
        z, *free, side = names
        count = b.emit("sub", b.size(z, Const(0)), b.size(side, Const(0)))
        x = b.emit("np.copy", piece(b, z, Const(0), count))
        weights = b.emit("np.copy", piece(b, z, count, NONE))
        g = b.emit("procedure", Const(slope), (x, *free, weights))
        values, lower, upper = called(b, limits, x, *free)
        inside = b.emit(
            "np.where", b.emit("lt", side, Const(0)), b.emit("sub", values, lower), weights
        )
        gap = b.emit("np.where", b.emit("gt", side, Const(0)), b.emit("sub", values, upper), inside)
        return (b.emit("np.concatenate", (g, gap)),)

    return composed(limits, "karush_kuhn_tucker", kind_of, body)


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "constrained_adjoint": lambda procedure: reversed_by(Constrained(procedure, "adjoint")),
    "constrained_tangent": lambda procedure: moved_along(Constrained(procedure, "tangent")),
}
