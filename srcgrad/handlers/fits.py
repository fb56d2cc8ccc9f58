"""Calls of ``scipy.optimize.curve_fit`` and ``lsq_linear``: where the sum of the squares is least."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.constraints import Limits, described, is_code, remade
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.runtime.constraints import fitted
from srcgrad.values.abstract import FunctionV, Value
from srcgrad.values.sequences import SequenceV, TupleV
from srcgrad.values.solutions import SolutionV
from srcgrad.values.walk import Walk

NAME = "scipy.optimize.curve_fit"
CALLED = f"is called by {NAME}"
NONE = Const(None)
REFUSED = ("full_output", "nan_policy", "loss", "args", "kwargs", "callback")


def handler(function: Any) -> Handler | None:
    """The handler of ``scipy.optimize.curve_fit`` and of ``lsq_linear``; None for any other function."""
    library = sys.modules.get("scipy.optimize")
    if library is not None and function is library.lsq_linear:
        return _lsq_linear
    return _curve_fit if library is not None and function is library.curve_fit else None


def _lsq_linear(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    from srcgrad.definitions import scipy_optimize

    name = "scipy.optimize.lsq_linear"
    given = callbacks.bound(e, name, sys.modules["scipy.optimize"].lsq_linear, args, keywords)
    matrix, right = given.pop("A"), given.pop("b")
    limits = given.pop("bounds", TupleV((Const(-np.inf), Const(np.inf))))
    pair = isinstance(limits, TupleV) and len(limits.items) == 2
    steered = all(isinstance(value, Const) for value in given.values())
    if isinstance(matrix, Value) or not pair or not steered:
        raise e.refuse(
            f"these arguments of `{name}` have no derivative",
            "known are a matrix that is an array, and bounds that are a pair of numbers or arrays",
            "write the matrix out, and pass `bounds=(low, high)`",
        )
    low, high = (e.as_operand(limit) for limit in limits.items)
    options = e.new_dict([(Const(key), value) for key, value in given.items()])
    found = e.call_constant(scipy_optimize.bounded, [matrix, right, low, high, options], {})
    return SolutionV(name, ("x", "fun", "cost"), tuple(e.items_of(found)))


@dataclass(frozen=True, eq=False)
class CovarianceV(Value):
    """The estimate of the covariance, which nothing may read."""

    def attribute(self, e: Walk, name: str) -> Any:
        raise self.refuse(e)

    def item(self, e: Walk, index: Any) -> Any:
        raise self.refuse(e)

    def operand(self, e: Walk) -> Any:
        raise self.refuse(e)

    def passed(self, e: Walk) -> Any:
        raise self.refuse(e)

    def refuse(self, e: Walk) -> BaseException:
        return e.refuse(
            f"the covariance that `{NAME}` gives is read",
            "it is an estimate of the solver's, of which no derivative is made",
            "use the parameters alone; their Jacobian by the data gives their covariance",
        )


def _curve_fit(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    fit = sys.modules["scipy.optimize"].curve_fit
    given = callbacks.bound(e, NAME, fit, args, keywords)
    given.update(given.pop("kwargs", {}))
    for name in REFUSED:
        if given.get(name, NONE) not in (NONE, Const(False), Const("linear")):
            raise e.refuse(
                f"`{NAME}` with `{name}` has no derivative",
                "its result is no minimum of the squares alone, or tells more than that",
                f"leave out `{name}`",
            )
    return Fit(e, fit, given).run()


class Fit:
    """One call, with the arguments by their names."""

    def __init__(self, e: Walk, fit: Any, given: dict[str, Any]) -> None:
        self.e, self.fit, self.given = e, fit, given
        self.function = given.pop("f")
        self.count = self.parameters()
        self.unknown = callbacks.parameter(e, "p", kinds.array("float64", (self.count,)))
        self.limits = Limits(e, NAME, self.unknown)
        self.x = self.data("xdata")
        self.y = self.data("ydata")
        self.sigma = self.data("sigma") if given.get("sigma", NONE) != NONE else None
        if self.sigma is not None and e.b.kind(self.sigma).ndim not in (0, 1):
            raise self.limits.refuse("`sigma` is a matrix")

    def data(self, name: str) -> Any:
        return self.limits.numbers(self.given.pop(name))

    def parameters(self) -> int:
        """How many there are, by the start, or by the function."""
        e, p0 = self.e, self.given.get("p0", NONE)
        if isinstance(p0, SequenceV):
            return len(e.items_of(p0))
        if isinstance(p0, Const) and p0 != NONE:
            return int(np.size(p0.value))
        if isinstance(p0, str) and e.b.kind(p0).immutable:
            return 1
        known = e.length_known(p0) if isinstance(p0, str) else None
        if known is not None:
            return known
        if isinstance(self.function, FunctionV):
            given = self.function.node.args
            plain = not (given.vararg or given.kwonlyargs or self.function.defaults)
            count = len(given.args) - 1
        else:
            value = getattr(self.function, "value", None)
            sorts = [p.kind for p in inspect.signature(value).parameters.values()] if value else []
            plain = bool(sorts) and set(sorts) == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
            count = len(sorts) - 1
        if plain:
            return count
        raise e.refuse(
            f"how many parameters `{NAME}` looks for is not known",
            "the function takes each of them as an argument of its own",
            "pass a tuple as `p0`",
        )

    def model(self, function: Any) -> Any:
        """The values of a function of the data and the parameters."""
        e = self.e
        single = [e.get_item(self.unknown, Const(k)) for k in range(self.count)]
        return self.limits.numbers(e.returned(e.call(function, [self.x, *single], {})))

    def residuals(self) -> tuple[Operand, ...]:
        e = self.e
        found = e.binary("sub", self.model(self.function), self.y)
        if self.sigma is not None:
            found = e.binary("truediv", found, self.sigma)
        return (e.call_constant(np.ravel, [found], {}),)

    def run(self) -> Any:
        e, given, params = self.e, self.given, (self.unknown,)
        bounds = given.get("bounds", NONE)
        self.limits.bounds(bounds, pairs=False)
        slope = given.pop("jac", NONE)
        isolated = lambda name, body: callbacks.isolated(e, NAME, name, params, body)  # noqa: E731
        functions = {
            "residuals": isolated("residuals", self.residuals),
            "model": isolated("model", lambda: (self.model(self.function),)),
        }
        if is_code(slope):
            functions["slope"] = isolated("slope", lambda: (self.model(slope),))
        within = self.limits.callback()
        if within is not None:
            functions["within"] = within
        made, free = callbacks.procedures(e, CALLED, *functions.values())
        named = dict(zip(functions, made, strict=True))
        slope = Const(named["slope"]) if "slope" in named else e.passed(slope)

        def body() -> tuple[Operand, ...]:
            object_of = described(e, bounds)
            if object_of is not None:
                given["bounds"] = remade(e, object_of)
            more = {name: e.passed(value) for name, value in given.items()}
            more |= {} if self.sigma is None else {"sigma": self.sigma}
            model = Const(named["model"])
            call = Const(self.fit), Const(self.count), model, slope, free, self.x, self.y
            keys, values = Const(tuple(more)), tuple(more.values())
            kind = e.b.kind(self.unknown)
            return (e.b.emit("solve", Const(fitted), call, keys, values, kind=kind),)

        parts = (named["residuals"], "squares", free, *made[len(made) - bool(within) :])
        family = "constrained" if within else "solution"
        found = callbacks.closed(e, "curve_fit", family, CALLED, parts, body)
        return TupleV((found[0], CovarianceV()))
