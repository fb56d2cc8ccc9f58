"""Calls of ``scipy.integrate.solve_ivp`` and ``odeint`` with functions of the user's."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.constraints import is_code
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.procedures import Procedure
from srcgrad.values.abstract import Value
from srcgrad.values.sequences import TupleV
from srcgrad.values.solutions import SolutionV
from srcgrad.values.walk import Walk

NONE = Const(None)
USUAL = (NONE, Const(False), Const(0), Const(()))
REFUSED = {
    "solve_ivp": ("events", "vectorized"),
    "odeint": ("Dfun", "full_output", "ml", "mu", "tcrit"),
}


def handler(function: Any) -> Handler | None:
    """The handler of a solver of differential equations; None for any other function."""
    name, library = getattr(function, "__name__", ""), sys.modules.get("scipy.integrate")
    if type(name) is not str or name not in REFUSED or library is None:
        return None
    if getattr(library, name, None) is not function:
        return None
    return functools.partial(_solved, function)


class Course(NamedTuple):
    """What the solver is handed beside the function: operands, and constants."""

    start: Any
    end: Any
    y0: Any
    times: Any


def _solved(function: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    name = f"scipy.integrate.{function.__name__}"
    given = callbacks.bound(e, name, function, args, keywords)
    given.update(given.pop("options", {}))
    for refused in REFUSED[function.__name__]:
        value = given.pop(refused, NONE)
        if value not in USUAL and value != TupleV(()):
            raise e.refuse(
                f"`{name}` with `{refused}` has no derivative",
                "what happens at an event, or how the solver gets on, is not followed",
                f"leave out `{refused}`",
            )
    extra = given.pop("args", TupleV(()))
    extra = [] if extra == NONE else callbacks.extra_arguments(e, extra)
    solve = _solve_ivp if function.__name__ == "solve_ivp" else _odeint
    return solve(Call(e, name, function, given, extra))


class Call:
    """One call: the arguments by their names, without those of the functions."""

    def __init__(
        self, e: Walk, name: str, function: Any, given: dict[str, Any], extra: list[Any]
    ) -> None:
        self.e, self.name, self.function, self.extra = e, name, function, extra
        self.given = given
        self.called = f"is called by {name}"

    def number(self, value: Any) -> Any:
        """A time: a real number, constant or not."""
        found = callbacks.double(self.e, value)
        if found is None:
            raise self.refuse("a time is no number of double precision")
        return found

    def vector(self, value: Any) -> Any:
        """Initial values, or times, as an array of float64."""
        e = self.e
        given = value if isinstance(value, str | Const) else e.call_constant(np.array, [value], {})
        if e.b.kind(given).dtype not in ("float64", "int64"):
            raise self.refuse("initial values or times are not of double precision")
        found = e.call_constant(np.array, [given], {"dtype": Const(float)})
        kind = e.b.kind(found)
        if kind.immutable or kind.shape == ():
            return e.call_constant(np.reshape, [found, Const((1,))], {})
        if kind.ndim != 1:
            raise self.refuse("initial values or times are no vector")
        return found

    def refuse(self, what: str) -> BaseException:
        return self.e.refuse(
            f"{what}, in a call of `{self.name}`",
            "the equation is one for a vector of float64",
            "pass arrays of float64, with one dimension",
        )

    def slope(self, function: Any, y0: Any, swapped: bool = False) -> callbacks.Callback:
        """The right side of the equation, with the time first."""
        e = self.e
        t = callbacks.parameter(e, "t", kinds.scalar("float64"))
        y = callbacks.parameter(e, "y", kinds.array("float64", e.b.kind(y0).shape))
        args = [y, t, *self.extra] if swapped else [t, y, *self.extra]
        return callbacks.followed(e, self.name, function, args, (t, y), self.right_side)

    def right_side(self, value: Any) -> tuple[Any, ...]:
        e = self.e
        found = value if isinstance(value, str | Const) else e.call_constant(np.array, [value], {})
        kind = e.b.kind(found)
        if kind.immutable and kind.numeric:
            return (e.call_constant(np.reshape, [found, Const((1,))], {}),)
        if kind.ndim == 1 and kind.dtype in ("float64", "float32", "int64"):
            return (found,)
        raise self.refuse("the function returns no vector of real numbers")

    def result(
        self,
        course: Course,
        slope: Procedure,
        free: Any,
        options: dict[str, Any],
        body: Any,
        given: Any = None,
    ) -> Any:
        """The call of a procedure of the family "flow": its results.

        ``given`` is what it is passed for ``free``, if that is something else.
        """
        e, names = self.e, self.e.b.names
        outer = (*course, *options.values())
        inside = [names.fresh("t", e.b.kind(x)) if isinstance(x, str) else x for x in outer]
        own, values = Course(*inside[:4]), tuple(inside[4:])
        with e.b.nested() as inner:
            results = body(own, dict(zip(options, values, strict=True)))
        params = (*(x for x in inside if isinstance(x, str)), *free)
        made = Procedure(
            self.function.__name__,
            tuple(map(e.b.kind, results)),
            names,
            family="flow",
            parts=(slope, tuple(own), free, (tuple(options), values)),
            hands_on=True,
            new=True,
            called=self.called,
        )
        made.define(params, inner.block, results, e.b.origin)
        passed = tuple(x for x in outer if isinstance(x, str))
        passed = (*passed, *(free if given is None else given))
        found = e.b.emit("procedure", Const(made), passed, kind=made.kind)
        if len(results) == 1:
            return (found,)
        return tuple(e.b.emit("getitem", found, Const(k)) for k in range(len(results)))


@dataclass(frozen=True, eq=False)
class InterpolantV(Value):
    """What ``solve_ivp`` gives with ``dense_output=True``: the solution as a function of time.

    It is solved for anew where it is called, with what was there when it was made: ``values`` are
    start, end, initial values, options, and what the right side reads.
    """

    call: Call
    made: tuple[Procedure, ...]
    free: tuple[str, ...]
    options: tuple[str, ...]
    values: tuple[Any, ...]

    def held(self) -> tuple[Any, ...]:
        return self.values

    def with_held(self, values: tuple[Any, ...]) -> Any:
        return replace(self, values=values)

    def called(self, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        call, (times,) = self.call, args
        single = isinstance(times, str | Const) and e.b.kind(times).immutable
        times = call.vector(call.number(times) if single else times)
        start, end, y0, *rest = self.values
        options = dict(zip(self.options, rest, strict=False))

        def body(course: Course, named: dict[str, Any]) -> tuple[Any, ...]:
            last = named.pop("t_bound")
            named["dense_output"] = Const(True)
            found = solved(call, self.made, self.free, course._replace(end=last), named)
            shape = length(e.b.kind(course.y0)), length(e.b.kind(course.times))
            kind = kinds.array("float64", shape)
            return (e.b.emit("interpolated", found, course.times, Const(single), kind=kind),)

        course = Course(start, NONE, y0, times)
        options["t_bound"] = end
        given = rest[len(self.options) :]
        found = call.result(course, self.made[0], self.free, options, body, given)[0]
        return e.call_constant(np.ravel, [found], {}) if single else found


def solved(
    call: Call,
    made: tuple[Procedure, ...],
    free: tuple[str, ...],
    course: Course,
    named: dict[str, Any],
) -> Any:
    """The call of ``solve_ivp`` itself."""
    if len(made) > 1:
        named["jac"] = Const(made[1])
    if free:
        named["args"] = free
    positional = Const(made[0]), (course.start, course.end), course.y0
    keys, values = Const(tuple(named)), tuple(named.values())
    return call.e.b.emit("solve", Const(call.function), positional, keys, values)


def length(kind: Kind) -> Dim:
    """The size of a vector."""
    return kind.shape[0] if kind.shape else kinds.fresh_dim()


def _solve_ivp(call: Call) -> Any:
    e, given = call.e, call.given
    span = e.items_of(given.pop("t_span"), 2)
    times = given.pop("t_eval", NONE)
    dense = e.steering(given.pop("dense_output", Const(False)), "dense_output")
    y0 = call.vector(given.pop("y0"))
    start, end = map(call.number, span)
    course = Course(start, end, y0, times if times == NONE else call.vector(times))
    followed = {"fun": call.slope(given.pop("fun"), y0)}
    if is_code(given.get("jac")):
        t = callbacks.parameter(e, "t", kinds.scalar("float64"))
        y = callbacks.parameter(e, "y", kinds.array("float64", e.b.kind(y0).shape))
        args = [t, y, *call.extra]
        array = lambda v: (v if isinstance(v, str) else e.call_constant(np.array, [v], {}),)  # noqa: E731
        followed["jac"] = callbacks.followed(e, call.name, given.pop("jac"), args, (t, y), array)
    made, free = callbacks.procedures(e, call.called, *followed.values())
    options = {name: e.as_operand(value) for name, value in given.items()}

    def body(course: Course, named: dict[str, Any]) -> tuple[Any, ...]:
        if course.times != NONE:
            named["t_eval"] = course.times
        found = solved(call, tuple(made), free, course, named)
        rows = length(e.b.kind(course.y0))
        columns = kinds.fresh_dim() if course.times == NONE else length(e.b.kind(course.times))
        kind = (
            kinds.array("float64", (rows, columns)),
            kinds.array("float64", (columns,)),
            kinds.BOOL,
        )
        found = e.b.emit("trajectory", found, kind=Kind("tuple", items=kind))
        return tuple(e.b.emit("getitem", found, Const(k)) for k in range(3))

    y, t, success = call.result(course, made[0], free, options, body)
    found = {"t": t, "y": y, "success": success}
    if dense:
        kept = tuple(_kept(call, x) for x in (start, end, y0, *options.values(), *free))
        found["sol"] = InterpolantV(call, tuple(made), free, tuple(options), kept)
    return SolutionV(call.name, tuple(found), tuple(found.values()))


def _kept(call: Call, x: Any) -> Any:
    """What does not change, if something is written later."""
    kind = call.e.b.kind(x)
    if isinstance(x, Const) or kind.immutable:
        return x
    if kind.base != "array":
        raise call.refuse("the right side reads a list, and the solution is asked for later")
    return call.e.b.emit("np.copy", x)


def _odeint(call: Call) -> Any:
    e, given = call.e, call.given
    y0, times = call.vector(given.pop("y0")), call.vector(given.pop("t"))
    swapped = not e.steering(given.get("tfirst", Const(False)), "tfirst")
    slope = call.slope(given.pop("func"), y0, swapped)
    start = e.get_item(times, Const(0))
    (made,), free = callbacks.procedures(e, call.called, slope)
    given.pop("tfirst", None)
    tight = {name: given.pop(name, NONE) for name in ("rtol", "atol")}
    tight = {k: Const(1.49012e-8) if x == NONE else e.as_operand(x) for k, x in tight.items()}
    more = {name: Const(e.steering(value, name)) for name, value in given.items()}
    options = {"method": Const("LSODA"), **tight}

    def body(course: Course, named: dict[str, Any]) -> tuple[Any, ...]:
        named = {**more, "rtol": named["rtol"], "atol": named["atol"], "tfirst": Const(True)}
        if free:
            named["args"] = free
        positional = Const(made), course.y0, course.times
        keys, values = Const(tuple(named)), tuple(named.values())
        rows, columns = (length(e.b.kind(x)) for x in (course.y0, course.times))
        kind = kinds.array("float64", (columns, rows))
        found = e.b.emit("solve", Const(call.function), positional, keys, values, kind=kind)
        return (e.b.emit("np.copy", e.b.emit("mT", found)),)

    course = Course(start, NONE, y0, times)
    found = call.result(course, made, free, options, body)
    return e.call_constant(np.transpose, [found[0]], {})
