"""Bounds and constraints of SciPy's solvers: functions of the unknown, and what they lie between."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.values.abstract import FunctionV, MethodV, PartialV, Value
from srcgrad.values.dicts import DictV
from srcgrad.values.library_objects import STATES
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import SequenceV
from srcgrad.values.walk import Walk

NONE = Const(None)
CONSTRAINTS = ("Bounds", "LinearConstraint", "NonlinearConstraint")
DIFFERENCES = STATES["NonlinearConstraint"][-2:]
USUAL = {"lb": Const(-np.inf), "ub": Const(np.inf), "keep_feasible": Const(False)}

Row = Callable[[str], tuple[Any, ...]]  # of the unknown: values, and what they lie between


@dataclass(frozen=True, eq=False)
class ConstraintV(Value):
    """An object of one of SciPy's classes, with the arguments that it was made of."""

    cls: str
    names: tuple[str, ...]
    values: tuple[Any, ...]

    def held(self) -> tuple[Any, ...]:
        return self.values

    def with_held(self, values: tuple[Any, ...]) -> Any:
        return ConstraintV(self.cls, self.names, values)

    def attribute(self, e: Walk, name: str) -> Any:
        if name in self.names:
            return self.values[self.names.index(name)]
        return USUAL[name] if name in USUAL else super().attribute(e, name)

    def get(self, name: str) -> Any:
        given = dict(zip(self.names, self.values, strict=True))
        return given.get(name, USUAL.get(name, NONE))


def handler(function: Any) -> Handler | None:
    """The handler of a class of constraints; None for anything else."""
    name, library = getattr(function, "__name__", ""), sys.modules.get("scipy.optimize")
    if type(name) is not str or name not in CONSTRAINTS or library is None:
        return None
    if getattr(library, name, None) is not function:
        return None
    return functools.partial(_made, name, function)


def _made(name: str, cls: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = callbacks.bound(e, f"scipy.optimize.{name}", cls, args, keywords)
    return ConstraintV(name, tuple(given), tuple(given.values()))


def is_code(value: Any) -> bool:
    """Whether an argument is a function."""
    if isinstance(value, Const):
        return callable(value.value) and not isinstance(value.value, type)
    return isinstance(value, FunctionV | MethodV | PartialV)


def described(e: Walk, value: Any) -> ConstraintV | None:
    """A bound or constraint as an object of SciPy's, also one that is made outside."""
    if isinstance(value, ConstraintV):
        return value
    library: Any = sys.modules.get("scipy.optimize")
    name = value.cls.__name__ if isinstance(value, ObjectV) else ""
    if name not in CONSTRAINTS or value.cls is not getattr(library, name):
        return None
    names = STATES[name]
    return ConstraintV(name, names, tuple(e.attribute(value, x) for x in names))


class Limits:
    """What a solver is told to keep to.

    ``rows`` are the limits as functions of the unknown. ``forms`` are the constraints as the solver gets them,
    with numbers for their functions: those of ``followed``.
    """

    def __init__(self, e: Walk, name: str, unknown: str) -> None:
        self.e, self.name, self.unknown = e, name, unknown
        self.rows: list[Row] = []
        self.forms: list[tuple[Any, ...]] = []
        self.followed: list[callbacks.Callback] = []

    def callback(self) -> callbacks.Callback | None:
        """All limits at once: values, and what they lie between; None without limits."""
        if not self.rows:
            return None
        e, x = self.e, self.unknown

        def body() -> tuple[Operand, ...]:
            parts = list(zip(*[self.row(*row(x)) for row in self.rows], strict=True))
            if len(self.rows) == 1:
                return tuple(part[0] for part in parts)
            return tuple(e.b.emit("np.concatenate", part) for part in parts)

        return callbacks.isolated(e, self.name, "limits", (x,), body)

    def row(self, values: Any, lower: Any, upper: Any) -> tuple[Operand, ...]:
        """Three vectors of one length."""
        e = self.e
        values = self.numbers(values)
        if e.b.kind(values).immutable or e.b.kind(values).shape == ():
            values = e.call_constant(np.reshape, [values, Const((1,))], {})
        if e.b.kind(values).ndim != 1:
            raise self.refuse("a constraint is no number and no vector")
        none = e.call_constant(np.zeros_like, [values], {"dtype": Const(float)})
        ends = [e.binary("add", none, self.numbers(x)) for x in (lower, upper)]
        return e.binary("add", none, values), *ends

    def numbers(self, value: Any) -> Any:
        e = self.e
        found = e.call_constant(np.asarray, [value], {"dtype": Const(float)})
        if not isinstance(found, str | Const) or e.b.kind(found).dtype != "float64":
            raise self.refuse("what a constraint is made of is no array of real numbers")
        return found

    def refuse(self, what: str) -> BaseException:
        return self.e.refuse(
            f"{what}, in a call of `{self.name}`",
            "the limits are numbers that the values of functions lie between",
            "pass them in one of the forms that SciPy describes, as they are",
        )

    # --- bounds -----------------------------------------------------------------------------

    def bounds(self, value: Any, pairs: bool) -> None:
        """Bounds of the unknown: of each one its ``pairs``, or all lower and all upper ones."""
        if value == NONE:
            return
        e, made = self.e, described(self.e, value)
        if made is not None and made.cls == "Bounds":
            self.rows.append(lambda x: (x, made.get("lb"), made.get("ub")))
        elif not pairs:
            lower, upper = e.items_of(value, 2)
            self.rows.append(lambda x: (x, lower, upper))
        elif isinstance(value, str) and e.b.kind(value).base == "array":
            columns = e.call_constant(np.transpose, [value], {})
            ends = [e.get_item(columns, Const(k)) for k in (0, 1)]
            self.rows.append(lambda x: (x, *ends))
        else:
            items = [e.items_of(pair, 2) for pair in e.items_of(value)]
            lower = self.array([_end(pair[0], -np.inf) for pair in items])
            upper = self.array([_end(pair[1], np.inf) for pair in items])
            self.rows.append(lambda x: (x, lower, upper))

    def array(self, items: list[Any]) -> Any:
        return self.e.array_of(tuple(items))

    # --- constraints ------------------------------------------------------------------------

    def constraints(self, value: Any) -> None:
        """A constraint, or several."""
        if value == NONE:
            return
        several = isinstance(value, SequenceV)
        several = several or (isinstance(value, Const) and type(value.value) in (tuple, list))
        for one in self.e.items_of(value) if several else [value]:
            made = described(self.e, one)
            if made is None:
                self.of_dict(one)
            elif made.cls == "Bounds":
                raise self.refuse("bounds stand among the constraints")
            elif made.cls == "LinearConstraint":
                self.linear(made)
            else:
                self.nonlinear(made)

    def of_dict(self, value: Any) -> None:
        e = self.e
        if not isinstance(value, DictV):
            raise self.refuse("a constraint is neither a dict nor an object of SciPy's")
        given = {key.value: item for key, item in e.pairs(value)}
        sort: Any = given.get("type")
        function: Any = given.get("fun")
        named = isinstance(sort, Const) and str(sort.value).lower() in ("eq", "ineq")
        if not named or not is_code(function) or set(given) - {"type", "fun", "jac", "args"}:
            raise self.refuse("a constraint has no `type` and `fun` that are known")
        sort = Const(str(sort.value).lower())
        extra = callbacks.extra_arguments(e, given["args"]) if "args" in given else []
        upper = Const(0.0 if sort.value == "eq" else np.inf)
        self.rows.append(lambda x: (self.value(function, [x, *extra]), Const(0.0), upper))
        jac = given.get("jac", NONE)
        functions = [self.follow(f, extra) for f in (function, jac)]
        self.forms.append((sort, *functions, NONE, NONE, NONE, NONE))

    def linear(self, made: ConstraintV) -> None:
        e, lower, upper = self.e, made.get("lb"), made.get("ub")
        matrix = self.numbers(made.get("A"))
        if e.b.kind(matrix).ndim != 2:
            matrix = e.call_constant(np.atleast_2d, [matrix], {})
        self.rows.append(lambda x: (e.binary("matmul", matrix, x), lower, upper))
        ends = [self.numbers(end) for end in (lower, upper)]
        keep = e.as_operand(made.get("keep_feasible"))
        self.forms.append((Const("linear"), matrix, NONE, NONE, *ends, keep))

    def nonlinear(self, made: ConstraintV) -> None:
        e, function = self.e, made.get("fun")
        lower, upper = made.get("lb"), made.get("ub")
        if not is_code(function):
            raise self.refuse("a constraint has no function that is known")
        if any(made.get(name) != NONE for name in DIFFERENCES):
            raise self.refuse("a constraint has settings for differences")
        self.rows.append(lambda x: (self.value(function, [x]), lower, upper))
        hess = made.get("hess")
        if isinstance(hess, ObjectV) and hess.cls.__name__ == "BFGS":
            hess = NONE  # as it is without one
        weights = callbacks.parameter(e, "w", kinds.array("float64", 1))
        given = [
            self.follow(function, []),
            self.follow(made.get("jac"), []),
            self.follow(hess, [], weights),
        ]
        ends = [self.numbers(end) for end in (lower, upper)]
        keep = e.as_operand(made.get("keep_feasible"))
        self.forms.append((Const("nonlinear"), *given, *ends, keep))

    def follow(self, function: Any, extra: list[Any], *more: str) -> Any:
        """The number of a function among those that are followed; what is no function, as it is."""
        if not is_code(function):
            return self.e.passed(function)
        params = (self.unknown, *more)
        made = callbacks.followed(
            self.e,
            self.name,
            function,
            [*params, *extra],
            params,
            lambda value: (self.numbers(value),),
        )
        self.followed.append(made)
        return Followed(len(self.followed) - 1)

    def value(self, function: Any, args: list[Any]) -> Any:
        return self.e.returned(self.e.call(function, args, {}))

    def handed(self, made: list[Any]) -> tuple[Any, ...]:
        """The constraints, with procedures for their functions."""
        return tuple(
            tuple(Const(made[x.number]) if isinstance(x, Followed) else x for x in form)
            for form in self.forms
        )


@dataclass(frozen=True)
class Followed:
    number: int


def _end(value: Any, default: float) -> Any:
    return Const(default) if value == NONE else value


def remade(e: Walk, bounds: ConstraintV) -> Any:
    """An object of SciPy's for bounds, made where the solver is called."""
    values = tuple(e.as_operand(value) for value in bounds.values)
    cls = Const(getattr(sys.modules["scipy.optimize"], bounds.cls))
    return e.b.emit("solve", cls, (), Const(bounds.names), values)
