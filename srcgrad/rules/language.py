"""Operations of the language itself: truth, slices, tapes, calls that are kept as they are."""

from __future__ import annotations

import operator

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.procedures import Procedure
from srcgrad.rules import facts
from srcgrad.rules.operation import Arg, Several, parameters, register
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.runtime import owned, spread, stop_gradient, unbroadcast


def tape() -> list[Any]:
    """A new tape."""
    return []


def _boolean(a: Arg, b: Arg) -> Kind:
    if a.kind == b.kind:
        return a.kind
    return kinds.BOOL


constant(operator.not_, facts=facts.python_bool, key="not", foldable=True, cost=1)(lambda x: None)
PLAIN = [
    # key, parameters, facts, options
    ("bool_and", lambda a, b: None, _boolean, {"cost": 1}),
    ("bool_or", lambda a, b: None, _boolean, {"cost": 1}),
    ("slice", lambda start, stop, step: None, lambda *args: kinds.SLICE, {"cost": 1}),
    ("tape", lambda: None, lambda: kinds.TAPE, {"effect": True}),
    ("push", lambda tape, value: None, facts.none, {"effect": True}),
    ("pop", lambda tape: None, facts.opaque, {"effect": True}),
    ("getattr", lambda owner, name: None, facts.opaque, {"cost": 1}),
    ("member", lambda owner, name: None, facts.opaque, {"effect": True}),
    ("assert", lambda cond, message: None, facts.none, {"effect": True}),
    ("raise", lambda error: None, facts.none, {"effect": True}),
    ("print", lambda values, keys, named: None, facts.none, {"effect": True}),
    ("text", lambda parts: None, lambda *args: kinds.STR, {}),
    ("format", lambda value, spec, conversion="": None, lambda *args: kinds.STR, {}),
    ("call", lambda function, args, keys, named: None, facts.opaque, {"effect": True}),
    ("attempt", lambda body, classes, *arguments: None, facts.opaque, {"effect": True}),
    ("outside", lambda value, name: None, facts.opaque, {"cost": 1}),
    (
        "observed",
        lambda x, adjoint_block, free: None,
        lambda x, *_: x.kind,
        {"effect": True, "view": "always"},
    ),
    ("observed_value", lambda x, adjoint_block, free: None, lambda x, *_: x.kind, {"effect": True}),
    ("enter", lambda function, args, keys, named: None, facts.opaque, {"effect": True}),
    ("exit", lambda manager: None, facts.none, {"effect": True}),
    ("invoke", lambda owner, name, args, keys, named: None, facts.opaque, {"effect": True}),
    ("change", lambda owner, name, args: None, facts.none, {"effect": True}),
    ("lent", lambda array: None, facts.same, {"cost": 1}),
    ("mutated", lambda owner, name, array: None, lambda o, n, array: array.kind, {"effect": True}),
    ("read_only", lambda array: None, facts.same, {"cost": 1}),
    ("apply", lambda function, args, keys, named: None, facts.opaque, {}),
    ("array_literal", lambda items: None, facts.opaque, {}),
    ("same", lambda x: None, facts.same, {"cost": 1}),
    ("check_cotangent", lambda y_bar, shape: None, facts.none, {"effect": True}),
    ("check_finite", lambda value, operands, place, line: None, facts.none, {"effect": True}),
    ("follows", lambda companions: None, facts.none, {}),  # ``differentiate.companions``
    ("mark", lambda text: None, facts.none, {"effect": True}),
    ("pack", lambda items: None, facts.opaque, {"cost": 1}),
]
for _key, _signature, _facts, _options in PLAIN:
    register(_signature, parameters(_signature), _facts, key=_key, spelling=_key, **_options)  # type: ignore[arg-type, arg-type]


def _call_kind(procedure: Arg, args: tuple[Arg, ...]) -> Kind:
    return procedure.const.kind


@adjoint(Procedure, facts=_call_kind, key="procedure", cost=100)
def _procedure(y_bar, y, procedure, args: Several):
    x_bar = y_bar  # the sweeps call the procedure's own derivative
    y_dot = y_bar


def _min_max(xs: Several):
    pass


for _function in (min, max):
    register(_function, parameters(_min_max), facts.python_int, cost=1)


@constant(stop_gradient, facts=facts.same, view="always", cost=1)
def _stop_gradient(x):
    pass


# --- what adjoint code does with adjoints -----------------------------------------------------


@linear(owned, facts=facts.same)
def owned_(y_bar, y, x):
    x_bar = y_bar


@linear(spread, facts=lambda v, x: x.kind, shape_only=("x",), view="maybe")
def spread_(y_bar, y, v, x):
    v_bar = unbroadcast(y_bar, np.shape(v))
