"""Calls of ``scipy.optimize.linprog``: a vertex, which is where limits meet."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from srcgrad.handlers import callbacks
from srcgrad.handlers.constraints import Limits
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Operand
from srcgrad.runtime.constraints import programmed
from srcgrad.values.sequences import SequenceV
from srcgrad.values.solutions import SolutionV
from srcgrad.values.walk import Walk

NAME = "scipy.optimize.linprog"
CALLED = f"is called by {NAME}"
NONE = Const(None)
KNOWN = ("x", "success", "status", "nit", "fun", "slack", "con")


def handler(function: Any) -> Handler | None:
    """The handler of ``scipy.optimize.linprog``; None for any other function."""
    library = sys.modules.get("scipy.optimize")
    return _linprog if library is not None and function is library.linprog else None


def _linprog(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    linprog = sys.modules["scipy.optimize"].linprog
    given = callbacks.bound(e, NAME, linprog, args, keywords)
    if any(given.get(name, NONE) != NONE for name in ("integrality", "callback")):
        return e.call_unknown(linprog, args, keywords)
    limits = Limits(e, NAME, "")
    named = {k: limits.numbers(given[k]) for k in MATRICES if given.get(k, NONE) != NONE}
    for name, x in named.items():
        if e.b.kind(x).ndim != MATRICES[name]:
            raise limits.refuse(f"`{name}` has not {MATRICES[name]} dimensions")
    c = named.pop("c")
    kind = kinds.array("float64", e.b.kind(c).shape)
    limits.unknown = unknown = callbacks.parameter(e, "x", kind)
    _rows(e, limits, named, given.get("bounds", NONE))
    product = lambda: (e.binary("matmul", c, unknown),)  # noqa: E731
    within: Any = limits.callback()
    objective = callbacks.isolated(e, NAME, "objective", (unknown,), product)
    made, free = callbacks.procedures(e, CALLED, objective, within)

    def body() -> tuple[Operand, ...]:
        more = {name: e.passed(x) for name, x in given.items() if name not in MATRICES}
        more |= named
        call = (Const(linprog), c), Const(tuple(more)), tuple(more.values())
        several = Kind("tuple", items=(kind, kinds.BOOL, kinds.INT, kinds.INT))
        found = e.b.emit("solve", Const(programmed), *call, kind=several)
        return tuple(e.b.emit("getitem", found, Const(k)) for k in range(4))

    parts = (made[0], "gradient", free, made[1])
    found = callbacks.closed(e, "linprog", "constrained", CALLED, parts, body)
    more = [e.binary("matmul", c, found[0])]
    for matrix, right in (("A_ub", "b_ub"), ("A_eq", "b_eq")):
        there = matrix in named and right in named
        side = e.binary("matmul", named[matrix], found[0]) if there else None
        more.append(e.binary("sub", named[right], side) if there else Const(np.zeros(0)))
    return SolutionV(NAME, KNOWN, (*found, *more))


MATRICES = {"c": 1, "A_ub": 2, "b_ub": 1, "A_eq": 2, "b_eq": 1}  # their dimensions


def _rows(e: Walk, limits: Limits, named: dict[str, Any], bounds: Any) -> None:
    """The limits of the unknown, which is at least 0 if nothing else is said."""
    for matrix, right, lower in (("A_ub", "b_ub", Const(-np.inf)), ("A_eq", "b_eq", None)):
        if matrix in named and right in named:
            a, b = named[matrix], named[right]
            limits.rows.append(
                lambda x, a=a, b=b, lower=lower: (  # type: ignore[misc]
                    e.binary("matmul", a, x),
                    b if lower is None else lower,
                    b,
                )
            )
    plain = isinstance(bounds, Const) and (bounds.value is None or np.size(bounds.value) == 0)
    if plain:
        limits.rows.append(lambda x: (x, Const(0.0), Const(np.inf)))
    elif _is_pair(e, bounds):
        pair = e.items_of(bounds, 2)
        ends = [Const(v) if p == NONE else p for p, v in zip(pair, (-np.inf, np.inf), strict=True)]
        limits.rows.append(lambda x: (x, *ends))
    else:
        limits.bounds(bounds, pairs=True)


def _is_pair(e: Walk, bounds: Any) -> bool:
    """Whether bounds are two numbers, for all unknowns, and no pairs."""
    if isinstance(bounds, Const) and type(bounds.value) in (tuple, list):
        return not any(isinstance(x, tuple | list | np.ndarray) for x in bounds.value)
    if not isinstance(bounds, SequenceV):
        return False
    items = e.items_of(bounds)
    return not any(
        isinstance(x, SequenceV) or type(getattr(x, "value", 0)) in (tuple, list) for x in items
    )
