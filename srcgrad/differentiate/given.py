"""Derivatives of calls of functions whose derivatives are computed by code of the user's.

The adjoint of such a call is a call of the user's ``vjp``. That one is followed only to be
differentiated in its turn, for second derivatives.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.differentiate.calls import builder, dots_of, item
from srcgrad.elaborate.primal import followed
from srcgrad.errors import CotangentError, MissingRule, Refusal, SrcgradError
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const, Operand
from srcgrad.ir.origin import NOWHERE
from srcgrad.ir.procedures import Procedure
from srcgrad.rules.builder import Builder
from srcgrad.runtime.given import GIVEN, key_of
from srcgrad.values.sequences import TupleV


def adjoint(procedure: Procedure) -> None:
    """The user's ``vjp``, called with the cotangents, the results and the arguments."""
    function, args = procedure.parts
    made, b, ys = _derivative(procedure, "adjoint")
    seeds = tuple(b.names.fresh("y_bar", kinds.of_adjoint(kind)) for kind in procedure.results)
    wanted = tuple(args.index(procedure.body.params[k]) for k in procedure.wrt)
    call = Const(function), _tuple(seeds), _tuple(ys), args, Const(wanted)
    found = b.emit("gradients", *call, kind=kinds.Kind("tuple", items=made.results))
    items = tuple(b.emit("getitem", found, Const(k)) for k in range(len(made.results)))
    made.define((*procedure.body.params, *ys, *seeds), b.take(), items, b.origin)
    made.parts = (function, "vjp", (_tuple(seeds), _tuple(ys), *args), wanted, args)


def tangent(procedure: Procedure) -> None:
    """The user's ``jvp``, called with the tangents, the results and the arguments."""
    function, args = procedure.parts
    if GIVEN[key_of(function)].jvp is None:
        raise MissingRule(
            _refusal(
                procedure,
                f"`{procedure.name}` has no tangent",
                "its derivative was registered with a vjp alone",
                "hand srcgrad.defvjp a jvp, too, or use srcgrad.vjp",
            ).render()
        )
    made, b, ys = _derivative(procedure, "tangent")
    params = procedure.body.params
    dots = dots_of(b, procedure)
    moved = tuple(dots.get(x) or _unmoved(b, x) for x in args)
    found = b.emit("tangents", Const(function), moved, _tuple(ys), args, kind=made.kind)
    count = len(made.results)
    items = tuple(item(b, found, k, count) for k in range(count))
    made.define((*params, *ys, *dots.values()), b.take(), items, b.origin)
    made.parts = function, "jvp", (moved, _tuple(ys), *args), tuple(range(len(ys))), ys


def twice(style: str, procedure: Procedure) -> None:
    """The derivative of a call of the user's ``vjp`` or ``jvp``, which are followed now."""
    function, which, args, wanted, likes = procedure.parts
    values = [TupleV(x) if isinstance(x, tuple) else x for x in args]
    try:
        block, output = followed(
            getattr(GIVEN[key_of(function)], which), tuple(values), procedure.names
        )
    except SrcgradError as error:
        name = getattr(function, "__name__", "this function")
        raise type(error)(
            f"the {which} of `{name}` cannot be differentiated, as a second derivative asks\n{error}"
        ) from None
    b = Builder(procedure.names, adjoint=True)
    b.block = list(block)
    output = output if isinstance(output, tuple | list) else (output,)
    if len(output) != len(likes) or not all(isinstance(x, str | Const) for x in output):
        raise CotangentError(
            f"the {which} of `{procedure.origin.name}` gives no tuple of {len(likes)} arrays\n"
            "  why: a derivative has the structure and the shapes of what it is one of\n"
            f"  try: mend the {which} that was handed to srcgrad.defvjp"
        )
    results = tuple(
        _new(b, output[k], likes[k], kind)
        for k, kind in zip(wanted, procedure.results, strict=True)
    )
    body = replace(procedure.body, body=b.take(), result=results)
    made = replace(procedure, function=body, family="", derivatives={})
    procedure.derivatives[style] = made.derivative(style)


def _unmoved(b: Builder, x: Operand) -> Const:
    """The tangent of a constant: zero, and None for what is no floating number."""
    if not isinstance(x, Const) or not b.kind(x).floating:
        return Const(None)
    return Const(np.zeros_like(x.value) if isinstance(x.value, np.ndarray) else type(x.value)(0))


def _new(b: Builder, found: Any, x: Operand, kind: kinds.Kind) -> Operand:
    """A derivative as a new array, or number, like ``x``."""
    if found == Const(None):
        return b.emit("np.zeros_like", x)
    if b.kind(found).dtype != kind.dtype:
        found = b.emit("astype", found, Const(np.dtype(kind.dtype)))
    return found if b.kind(found).immutable else b.emit("np.copy", found)


def _derivative(procedure: Procedure, style: str) -> tuple[Procedure, Builder, tuple[str, ...]]:
    """A derivative without its body, a builder for that, and parameters for the results."""
    made = procedure.begun(style, "given_twice")
    b = builder(procedure)
    return made, b, tuple(b.names.fresh("y", kind) for kind in procedure.results)


def _tuple(operands: tuple[Any, ...]) -> Any:
    """What the user's function gets for the results: one, or a tuple."""
    return operands[0] if len(operands) == 1 else operands


def _refusal(procedure: Procedure, what: str, why: str, fix: str) -> Refusal:
    origin = procedure.body.origin
    return Refusal(what, why, fix, *(origin.place if origin else NOWHERE), error=MissingRule)


FAMILIES: dict[str, Callable[[Procedure], None]] = {
    "given_adjoint": adjoint,
    "given_tangent": tangent,
    "given_twice_adjoint": functools.partial(twice, "adjoint"),
    "given_twice_tangent": functools.partial(twice, "tangent"),
}
