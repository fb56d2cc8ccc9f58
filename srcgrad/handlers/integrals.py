"""Calls of ``scipy.integrate.quad`` with functions of the user's."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.procedures import Procedure
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk

REFUSED = ("full_output", "weight", "wvar", "wopts", "complex_func")
USUAL = (Const(None), Const(False), Const(0))
CALLED = "is called by scipy.integrate.quad"


def handler(function: Any) -> Handler | None:
    """The handler of ``scipy.integrate.quad``; None for any other function."""
    library = sys.modules.get("scipy.integrate")
    return _quad if library is not None and function is library.quad else None


def _quad(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    quad = sys.modules["scipy.integrate"].quad
    given = callbacks.bound(e, "scipy.integrate.quad", quad, args, keywords)
    for name in REFUSED:
        if given.get(name, Const(None)) not in USUAL:
            raise e.refuse(
                f"`scipy.integrate.quad` with `{name}` has no derivative",
                "the derivative is an integral without it",
                f"leave out `{name}`, and write what it does into the function",
            )
    t = callbacks.parameter(e, "t", kinds.FLOAT)
    extra = callbacks.extra_arguments(e, given.pop("args", TupleV(())))
    function = given.pop("func")
    callback = callbacks.followed(
        e, "scipy.integrate.quad", function, [t, *extra], (t,), lambda value: (_number(e, value),)
    )
    (inner,), free = callbacks.procedures(e, CALLED, callback)
    points = _points(e, given.pop("points", Const(None)))
    limits = [_limit(e, given.pop(name)) for name in ("a", "b")]
    options = {name: e.as_operand(value) for name, value in given.items()}
    if points is not None:
        options["points"] = Const(points)
    return _integral(e, quad, inner, free, limits, options)


def _integral(
    e: Walk,
    quad: Any,
    inner: Procedure,
    free: tuple[str, ...],
    limits: list[Any],
    options: dict[str, Any],
) -> Any:
    """The integral and the estimate of its error."""
    names = e.b.names
    outer = (*limits, *options.values())
    inside = [names.fresh("a", e.b.kind(x)) if isinstance(x, str) else x for x in outer]
    own, fixed = inside[:2], dict(zip(options, inside[2:], strict=True))
    params = (*(x for x in inside if isinstance(x, str)), *free)
    named: dict[str, Any] = fixed | ({"args": free} if free else {})
    with e.b.nested() as body:
        call = Const(quad), (Const(inner), *own), Const(tuple(named)), tuple(named.values())
        both = Kind("tuple", items=(kinds.FLOAT, kinds.FLOAT))
        found = e.b.emit("solve", *call, kind=both)
        results = tuple(e.b.emit("getitem", found, Const(k)) for k in (0, 1))
    errors = [fixed.get(name, Const(1.49e-8)) for name in ("epsabs", "epsrel")]
    rest = fixed.get("limit", Const(50)), fixed.get("points", Const(None))
    parts = (inner, tuple(own), (*errors, *rest), free)
    made = Procedure("quad", both.items, names, family="integral", parts=parts, new=True)
    made.called = CALLED
    made.define(params, body.block, results, e.b.origin)
    passed = tuple(x for x in outer if isinstance(x, str))
    found = e.b.emit("procedure", Const(made), (*passed, *free), kind=both)
    return TupleV(tuple(e.b.emit("getitem", found, Const(k)) for k in (0, 1)))


def _points(e: Walk, value: Any) -> tuple[float, ...] | None:
    """Where what is integrated has a kink or a jump: numbers that do not move."""
    if value == Const(None):
        return None
    items: Any = e.items_of(value) if isinstance(value, TupleV | ListV) else (value,)
    if isinstance(value, Const):
        items = [Const(x) for x in np.ravel(value.value)]
    if all(isinstance(item, Const) and np.isreal(item.value) for item in items):
        return tuple([float(item.value) for item in items])
    raise e.refuse(
        "`points` of `scipy.integrate.quad` are computed",
        "the derivative of an integral by the place of a jump is the height of the jump",
        "write the numbers where they are passed; where they move, add up integrals from one to the next",
    )


def _number(e: Walk, value: Any) -> Any:
    """What is integrated: a real number."""
    kind = e.b.kind(value) if isinstance(value, str | Const) else kinds.OPAQUE
    if kind.immutable and not (kind.dtype or "").startswith("complex"):
        return value
    raise e.refuse(
        "the function that is handed to `scipy.integrate.quad` returns no real number",
        "one number is integrated",
        "return a number, or integrate the parts one by one",
    )


def _limit(e: Walk, value: Any) -> Any:
    """A limit: a real number, constant or not."""
    found = callbacks.double(e, value)
    if found is not None:
        return found
    raise e.refuse(
        "a limit of `scipy.integrate.quad` is no number of double precision",
        "the integral is one between two numbers",
        "pass floats",
    )
