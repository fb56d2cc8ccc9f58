"""Operations of the language itself: truth, slices, tapes, calls that are kept, checks."""

from __future__ import annotations

import ast
import operator

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.procedures import Procedure
from srcgrad.rules import exceptions, facts
from srcgrad.rules.operation import CALL, Arg, Several, parameters, register
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.runtime import (
    check_broadcast,
    check_count,
    check_dot,
    check_matmul,
    check_pop,
    check_store,
    check_update,
    dtype_of,
    exp,
    half_power,
    larger,
    log,
    of_ordinal,
    ordinal,
    owned,
    plus,
    smaller,
    spread,
    start_of,
    stop_gradient,
    tanh,
    text_by_percent,
    text_of,
    unbroadcast,
)


def tape() -> list[Any]:
    """A new tape."""
    return []


def _boolean(a: Arg, b: Arg) -> Kind:
    if a.kind == b.kind:
        return a.kind
    return kinds.BOOL


def _longer(tape: Arg) -> Kind:
    return kinds.array(tape.kind.dtype, (kinds.fresh_dim(), *(tape.kind.shape or ())[1:]))


OUTSIDE = {"effect": True, "kept": True, "repeatable": False}  # seen from outside
CALLED = {**OUTSIDE, "foreign": True, "view": "held", "raises": exceptions.anything}
HELD = {"view": "held", "cost": 1}
CHECK = {"effect": True, "kept": True}
ASSERTS = {"effect": True, "asserts": True}

QUIET = {"raises": exceptions.nothing}
MARKS = {"effect": True, "marks": True, **QUIET}
UNKNOWN = {"raises": exceptions.anything}
NOT = {"key": "not", "foldable": True, "cost": 1, "total": True, "symbol": ast.Not}
NOT["raises"] = exceptions.truth
constant(operator.not_, facts=facts.python_bool, **NOT)(lambda x: None)
PLAIN = [
    # key, parameters, facts, options
    ("bool_and", lambda a, b: None, _boolean, {"cost": 1, "total": True, **QUIET}),
    ("bool_or", lambda a, b: None, _boolean, {"cost": 1, "total": True, **QUIET}),
    (
        "slice",
        lambda start, stop, step: None,
        lambda *args: kinds.SLICE,
        {"cost": 1, "silent": True, **QUIET},
    ),
    ("tape", lambda: None, lambda: kinds.TAPE, {"effect": True, "distinct": True, **QUIET}),
    ("push", lambda tape, value: None, facts.none, {"effect": True, **QUIET}),
    ("grown", lambda tape: None, _longer, {"distinct": True, "layout": "C", **QUIET}),
    (
        "pop",
        lambda tape: None,
        facts.opaque,
        {"effect": True, "follows": True, "view": "held", "raises": exceptions.popping},
    ),
    ("getattr", lambda owner, name: None, facts.opaque, {**HELD, **UNKNOWN, "unchecked": True}),
    (
        "member",
        lambda owner, name: None,
        facts.opaque,
        {"effect": True, "view": "held", **UNKNOWN},
    ),
    (
        "assert",
        lambda cond, message: None,
        facts.none,
        {**CHECK, **ASSERTS, "flat": True, "raises": exceptions.assertion},
    ),
    (
        "raise_if",
        lambda cond, error, args: None,
        facts.none,
        {**CHECK, **ASSERTS, "flat": True, "raises": lambda of: (of.args[1].value,)},
    ),
    ("raise", lambda error: None, facts.none, {**CHECK, **ASSERTS, "flat": True, **UNKNOWN}),
    (
        "print",
        lambda values, keys, named: None,
        facts.none,
        {**OUTSIDE, "flat": True, "raises": exceptions.output},
    ),
    ("text", lambda parts: None, lambda *args: kinds.STR, {"flat": True, **QUIET}),
    (
        "format",
        lambda value, spec, conversion="": None,
        lambda *args: kinds.STR,
        {"flat": True, "raises": exceptions.formatting},
    ),
    ("call", lambda function, args, keys, named: None, facts.opaque, CALLED),
    (
        "attempt",
        lambda body, classes, lines, *arguments: None,
        facts.opaque,
        {"effect": True, "view": "held", **UNKNOWN},
    ),
    ("outside", lambda value, name: None, facts.opaque, {**HELD, **QUIET}),
    (
        "observed",
        lambda x, adjoint_block, free: None,
        lambda x, *_: x.kind,
        {**CHECK, "view": "always", "injective": True, "follows": True, "hermitian": True, **QUIET},
    ),
    (
        "observed_value",
        lambda x, adjoint_block, free: None,
        lambda x, *_: x.kind,
        {"effect": True, "follows": True, "hermitian": True, **QUIET},
    ),
    ("enter", lambda function, args, keys, named: None, facts.opaque, CALLED),
    ("exit", lambda manager: None, facts.none, CALLED),
    ("invoke", lambda owner, name, args, keys, named: None, facts.opaque, CALLED),
    (
        "mutated",
        lambda owner, name, array: None,
        lambda o, n, array: array.kind,
        {**OUTSIDE, **UNKNOWN},
    ),
    (
        "change",
        lambda owner, name, args: None,
        facts.none,
        {**OUTSIDE, "changes": True, **UNKNOWN},
    ),
    ("lent", lambda array: None, facts.same, {"cost": 1, **QUIET}),
    ("overwritten", lambda array, name: None, facts.none, MARKS),
    ("renewed", lambda old, new: None, facts.none, MARKS),
    (
        "apply",
        lambda function, args, keys, named: None,
        facts.opaque,
        {"foreign": True, "view": "held", **UNKNOWN},
    ),
    ("array_literal", lambda items: None, facts.opaque, {"distinct": True, "layout": "C", **QUIET}),
    ("same", lambda x: None, facts.same, {**HELD, "follows": True, **QUIET}),
    ("either", lambda condition, a, b: None, lambda condition, a, b: a.kind, {"cost": 1, **QUIET}),
    ("check_cotangent", lambda y_bar, shape: None, facts.none, {**CHECK, **ASSERTS}),
    ("check_finite", lambda value, operands, place, line: None, facts.none, ASSERTS),
    ("check_gradient", lambda gradient, inputs, name: None, facts.none, ASSERTS),
    ("follows", lambda companions: None, facts.none, {}),  # ``differentiate.companions``
    ("mark", lambda text: None, facts.none, {**CHECK, **QUIET}),
    ("pack", lambda items: None, facts.opaque, {**HELD, **QUIET}),
]
for _key, _signature, _facts, _options in PLAIN:
    register(_signature, parameters(_signature), _facts, key=_key, spelling=_key, **_options)  # type: ignore[arg-type, arg-type]


QUICK = {"cost": 1, "total": True, **QUIET}
for step, extreme in ((plus, 0), (larger, 1), (smaller, -1)):
    register(
        step, parameters(step), lambda a, b: a.kind, key=step.__name__, extreme=extreme, **QUICK
    )
for computed in (exp, log, tanh):
    register(
        computed, parameters(computed), facts.same, key=computed.__name__, **{**QUICK, "cost": CALL}
    )
register(half_power, parameters(half_power), lambda x, _: x.kind, key="half_power", **QUICK)
register(ordinal, parameters(ordinal), lambda x: kinds.INT, key="ordinal", **QUICK)
register(of_ordinal, parameters(of_ordinal), lambda place: kinds.FLOAT, key="of_ordinal", **QUICK)
register(start_of, parameters(start_of), lambda *_: kinds.INT, key="start_of", **QUICK)

for written in (text_of, text_by_percent):
    register(
        written,
        parameters(written),
        lambda *_: kinds.STR,
        key=written.__name__,
        spelling=written.__name__,
        flat=True,
        raises=exceptions.formatting,
    )


def _call_kind(procedure: Arg, args: tuple[Arg, ...]) -> Kind:
    return procedure.const.kind


@adjoint(
    Procedure,
    facts=_call_kind,
    key="procedure",
    spelling="procedure",
    cost=100,
    unchecked=True,
    **UNKNOWN,
)
def _procedure(y_bar, y, procedure, args: Several):
    x_bar = y_bar  # the sweeps call the procedure's own derivative
    y_dot = y_bar


def _min_max(xs: Several):
    pass


for _function in (min, max):
    register(_function, parameters(_min_max), facts.python_int, cost=1, **QUIET)


@constant(stop_gradient, facts=facts.same, view="always", cost=1, **QUIET)
def _stop_gradient(x):
    pass


# --- what adjoint code does with adjoints -----------------------------------------------------


@linear(owned, facts=facts.same)
def owned_(y_bar, y, x):
    x_bar = y_bar


@linear(spread, facts=lambda v, x: x.kind, shape_only=("x",), view="maybe")
def spread_(y_bar, y, v, x):
    v_bar = unbroadcast(y_bar, np.shape(v))


constant(dtype_of, facts=facts.opaque, shape_only=("x",), cost=1, holomorphic=True)(lambda x: None)


# --- checks that stand for operations whose values are not needed: they raise the same -------

for function, raised in (
    (check_broadcast, ValueError),
    (check_matmul, ValueError),
    (check_dot, ValueError),
    (check_count, ValueError),
    (check_pop, IndexError),
    (check_store, ValueError),
    (check_update, ValueError),
):
    register(
        function,
        parameters(function),
        facts.none,
        key=function.__name__,
        spelling=function.__name__,
        effect=True,
        kept=True,
        asserts=True,
        shape_only=("x",) if "x" in function.__code__.co_varnames[:1] else (),
        places=function in (check_store, check_update),
        compares=function is check_broadcast,
        raises=exceptions.always((raised,)),
    )
