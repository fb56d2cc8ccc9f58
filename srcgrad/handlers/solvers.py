"""Calls of SciPy's solvers with functions of the user's: implicit functions of all that these read."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any, NamedTuple

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.constraints import Limits, described, is_code, remade
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.procedures import Procedure
from srcgrad.runtime.constraints import constrained
from srcgrad.values.sequences import TupleV
from srcgrad.values.solutions import SolutionV
from srcgrad.values.walk import Walk


class Solver(NamedTuple):
    """``equation`` is what holds at the solution: "root", "fixed", "gradient" or "squares".

    ``unknown`` is what the function is called with: a "number" of Python's, a "scalar" or array
    "like" the start, or a "vector". ``part`` is the attribute of the result that holds it.
    """

    equation: str
    unknown: str
    part: str = ""
    slopes: tuple[str, ...] = ()  # parameters that are derivatives, as functions
    refused: tuple[str, ...] = ()  # parameters for which the theorem does not hold as it stands
    limits: str = (
        ""  # how it takes bounds: as "bounds" of each unknown, or all lower and upper "ends"
    )


USUAL = (Const(None), Const(False), Const(()), Const("linear"))  # what changes no equation
BRACKETED = Solver("root", "number", refused=("full_output",))
SOLVERS = {
    **dict.fromkeys(("brentq", "brenth", "bisect", "ridder", "toms748"), BRACKETED),
    "newton": Solver("root", "like", "", ("fprime", "fprime2"), ("full_output",)),
    "root_scalar": Solver("root", "number", "root", ("fprime", "fprime2")),
    "fsolve": Solver("root", "vector", "", ("fprime",), ("full_output",)),
    "root": Solver("root", "vector", "x", ("jac",), ("callback",)),
    "fixed_point": Solver("fixed", "like"),
    "minimize": Solver("gradient", "vector", "x", ("jac", "hess"), ("hessp", "callback"), "bounds"),
    "minimize_scalar": Solver("gradient", "number", "x"),
    "least_squares": Solver(
        "squares", "vector", "x", ("jac",), ("kwargs", "callback", "loss"), "ends"
    ),
}


def handler(function: Any) -> Handler | None:
    """The handler of a solver of SciPy's; None for any other function."""
    name, library = getattr(function, "__name__", ""), sys.modules.get("scipy.optimize")
    if type(name) is not str or name not in SOLVERS or library is None:
        return None
    if getattr(library, name, None) is not function:
        return None
    return functools.partial(_solved, function, SOLVERS[name])


def _solved(
    function: Any, solver: Solver, e: Walk, args: list[Any], keywords: dict[str, Any]
) -> Any:
    return Call(function, solver, e, args, keywords).run()


class Call:
    """One call of a solver, with the arguments by their names."""

    def __init__(
        self, function: Any, solver: Solver, e: Walk, args: list[Any], keywords: dict[str, Any]
    ) -> None:
        self.function, self.solver, self.e = function, solver, e
        self.name = f"scipy.optimize.{function.__name__}"
        self.given = callbacks.bound(e, self.name, function, args, keywords)
        self.positional = len(args)
        self.first = next(iter(self.given))
        self.check()
        self.extra = callbacks.extra_arguments(e, self.given.pop("args", TupleV(())))

    def check(self) -> None:
        """Refuse what changes the equations that hold at the solution."""
        for name in self.solver.refused:
            value = self.given.get(name, Const(None))
            if value not in USUAL and value != TupleV(()):
                raise self.e.refuse(
                    f"`{self.name}` with `{name}` has no derivative",
                    "its result is no solution of the equations alone, or tells more than that",
                    f"leave out `{name}`, or use srcgrad.defvjp for a function around the call",
                )

    # --- the unknown ------------------------------------------------------------------------

    def kind(self) -> Kind:
        """The kind of the unknown, as the functions are called with it."""
        e, sort = self.e, self.solver.unknown
        if sort == "number":
            bracketed = "bracket" in self.given or self.function.__name__ != "root_scalar"
            return kinds.FLOAT if bracketed else kinds.scalar("float64")
        start = self.given["x0"] = e.as_operand(self.given["x0"])
        kind = e.b.kind(start)
        if kind.dtype is None or kind.dtype not in ("float64", "int64", "bool"):
            raise self.refuse_start("is neither of float64 nor of integers")
        if sort == "like" and (kind.immutable or kind.shape == ()):
            return kinds.scalar("float64")
        if kind.immutable:
            return kinds.array("float64", (1,))
        if kind.base != "array" or kind.ndim not in (1,) or kind.shape is None:
            raise self.refuse_start("is no vector")
        return kinds.array("float64", kind.shape)

    def refuse_start(self, why: str) -> BaseException:
        return self.e.refuse(
            f"what `{self.name}` starts from {why}",
            "the solver makes something else of it than what it is",
            "start from a vector of float64",
        )

    # --- the functions ----------------------------------------------------------------------

    def followed(self, function: Any, unknown: str, results: Any) -> callbacks.Callback:
        """A function that the solver calls with the unknown."""
        return callbacks.followed(
            self.e, self.name, function, [unknown, *self.extra], (unknown,), results
        )

    def main(self, unknown: str, kind: Kind) -> callbacks.Callback:
        """The function itself; with ``jac=True`` it gives its value and its derivative."""

        def results(value: Any) -> tuple[Any, ...]:
            if self.given.get("jac") != Const(True):
                return (self.result(value, kind),)
            value, slope = self.e.items_of(value, 2)
            return self.result(value, kind), self.array(slope)

        return self.followed(self.given.pop(self.first), unknown, results)

    def slopes(self, unknown: str) -> dict[str, callbacks.Callback]:
        """The derivatives that the solver is handed as functions, by their parameters."""
        found = {}
        for name in self.solver.slopes:
            function = self.given.get(name)
            if is_code(function):
                found[name] = self.followed(function, unknown, lambda value: (self.array(value),))
        for name, value in self.given.items():
            if is_code(value) and name not in found:
                raise self.e.refuse(
                    f"`{self.name}` is handed a function as `{name}`",
                    "what it does with the solution is not known",
                    f"leave out `{name}`, or use srcgrad.root for a solver of your own",
                )
        return found

    def array(self, value: Any) -> Any:
        """What a function returns, as a number or an array."""
        e = self.e
        found = value if isinstance(value, str | Const) else e.call_constant(np.array, [value], {})
        kind = e.b.kind(found)
        if not kind.numeric or (kind.dtype or "").startswith("complex"):
            raise e.refuse(
                f"the function that is handed to `{self.name}` returns no real numbers",
                "the solver needs a number, or an array of them",
                "return numbers",
            )
        return found

    def result(self, value: Any, kind: Kind) -> Any:
        """What the function itself returns: a number, or one equation for each unknown."""
        e, found = self.e, self.array(value)
        have = e.b.kind(found)
        if kind.immutable or self.solver.equation == "gradient":
            if have.immutable:
                return found
            if have.shape is not None and all(size == 1 for size in have.shape):
                return e.call_constant(np.sum, [found], {})
        elif have.immutable:
            return e.call_constant(np.reshape, [found, Const((1,))], {})
        elif have.ndim == 1:
            return found
        raise e.refuse(
            f"the function that is handed to `{self.name}` returns an array of another rank",
            "the solver needs a number for a number, and a vector for a vector",
            "return a number, or a vector",
        )

    # --- the call ---------------------------------------------------------------------------

    def limits(self, unknown: str) -> Limits:
        """Bounds, which are handed on as they are, and constraints."""
        found = Limits(self.e, self.name, unknown)
        if self.solver.limits:
            found.bounds(self.given.get("bounds", Const(None)), self.solver.limits == "bounds")
        found.constraints(self.given.pop("constraints", Const(None)))
        return found

    def run(self) -> Any:
        """The result: a number or an array, or an object with attributes."""
        e, kind = self.e, self.kind()
        unknown = callbacks.parameter(e, "x", kind)
        limits = self.limits(unknown)
        main, slopes = self.main(unknown, kind), self.slopes(unknown)
        called = f"is called by {self.name}"
        alone = main._replace(results=main.results[:1])
        within = limits.callback()
        functions = [alone, main, *slopes.values(), *limits.followed, *([within] if within else [])]
        made, free = callbacks.procedures(e, called, *functions)
        residual, handed = made[0], made[0 if alone == main else 1]
        for name, procedure in zip(slopes, made[2:], strict=False):
            self.given[name] = Const(procedure)
        forms = limits.handed(made[2 + len(slopes) :])
        parts = (residual, self.solver.equation, free, *(made[-1:] if within else ()))
        family = "constrained" if within else "solution"
        found = callbacks.closed(
            e,
            self.function.__name__,
            family,
            called,
            parts,
            lambda: self.solve(kind, handed, free, forms),
        )
        if not self.solver.part:
            return found[0]
        if self.solver.part == "root":
            return SolutionV(self.name, ("root", "converged"), tuple(found))
        fun = e.b.emit("procedure", Const(residual), (found[0], *free))  # as things stand now
        return SolutionV(self.name, ("x", "success", "fun"), (*found, fun))

    def solve(
        self, kind: Kind, handed: Procedure, free: tuple[str, ...], forms: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """The call itself, with procedures for the functions: what is read of its result."""
        e, part = self.e, self.solver.part
        bounds = described(e, self.given.get("bounds"))
        if bounds is not None:
            self.given["bounds"] = remade(e, bounds)
        positional: list[Any] = [Const(handed)]
        named: dict[str, Any] = {}
        for k, name in enumerate(list(inspect.signature(self.function).parameters)[1:], 1):
            if name in self.given and len(positional) == k < self.positional:
                positional.append(e.passed(self.given[name]))
            elif name in self.given:
                named[name] = e.passed(self.given[name])
        if free:
            named["args"] = free
        function: Any = Const(self.function)
        if forms:
            function, positional = Const(constrained), [function, forms, free, *positional]
        call = function, tuple(positional), Const(tuple(named)), tuple(named.values())
        if self.solver.unknown == "number" and not part:
            return (e.b.emit("solve", *call, kind=kinds.FLOAT),)
        kind = kinds.scalar("float64") if kind.immutable else kind
        found = e.b.emit("solve", *call)
        if not part:
            return (e.b.emit("solution", found, Const(""), kind=kind),)
        both = Kind("tuple", items=(kind, kinds.BOOL))
        found = e.b.emit("solution", found, Const(part), kind=both)
        return tuple(e.b.emit("getitem", found, Const(k)) for k in (0, 1))
