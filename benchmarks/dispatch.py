"""What srcgrad adds to a call of the function it has generated."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import adapters
from benchmarks.rows.case import Case
from benchmarks.rows.elementwise import elementwise_adjoint, elementwise_case
from benchmarks.timing import Call, Effort, Timing, measure


def total(a, b, c):
    """The sum of the elementwise example, a scalar, so that `grad` applies."""
    return np.sum(3 * a + 2 * b * b + np.log(c))


def total_adjoint(a, b, c, y_bar):
    """The adjoint of `total`."""
    y_bar = np.full(a.shape, y_bar)
    return elementwise_adjoint(a, b, c, y_bar)


def scalars(x, w):
    """A program of numbers alone, for compiled dispatch."""
    return w * x * x + x


def scalars_adjoint(x, w, y_bar):
    """The adjoint of `scalars`."""
    return y_bar * (2 * w * x + 1), y_bar * x * x


VECTORS = elementwise_case(3)
TOTAL = Case("total", 3, total, total_adjoint, VECTORS.inputs, (0, 1, 2))
SCALARS = Case("scalars", 1, scalars, scalars_adjoint, (1.5, 0.5), (0, 1))


def _compiled_scalars() -> tuple[Call, Call]:
    """The compiled derivative of numbers, and what Numba makes of the generated function."""
    function = adapters.njit(adapters.generated(scalars, *SCALARS.inputs))
    return adapters.srcgrad_compiled(SCALARS), lambda: function(1.5, 0.5, 1.0)


def _pullback() -> Call:
    """`pullback` and a call of what it gives."""
    pullback = adapters.module("srcgrad").pullback
    primal, inputs, cotangent = VECTORS.primal, VECTORS.inputs, VECTORS.cotangent
    return lambda: pullback(primal, *inputs)[1](cotangent)


def _direct(call: Any) -> Call:
    """What gives the gradients of the elementwise example at once."""
    primal, inputs, cotangent = VECTORS.primal, VECTORS.inputs, VECTORS.cotangent
    return lambda: call(primal, inputs, cotangent)


def _jvp() -> tuple[Call, Call]:
    """`srcgrad.jvp` of the elementwise example, and what it has generated."""
    jvp, primal, inputs = adapters.module("srcgrad").jvp, VECTORS.primal, VECTORS.inputs
    request = adapters.module("srcgrad.dispatch").asked("jvp")
    found, *called = adapters.module("srcgrad.api").derivative_of(primal, inputs, request)
    function = found.entry(*called).generated
    tangents = tuple(np.ones_like(x) for x in inputs)
    return lambda: jvp(primal, inputs, tangents), lambda: function(*inputs, *tangents)


WAYS = {
    "srcgrad.vjp": lambda: (adapters.srcgrad_vjp(VECTORS), adapters.srcgrad_generated(VECTORS)),
    "srcgrad.jvp": _jvp,
    "srcgrad.grad": lambda: (adapters.srcgrad_grad(TOTAL), adapters.srcgrad_generated(TOTAL)),
    "srcgrad.vjp, jit": _compiled_scalars,
}


def run(effort: Effort) -> tuple[dict[str, tuple[float, float, float]], dict[str, float], str]:
    """Seconds of each way in, of the generated function, and the difference.

    Then what the targets ask, by name: the differences, and `pullback` over what gives the same;
    then why something is missing.
    """
    rows: dict[str, tuple[float, float, float]] = {}
    missing = []
    for name, pair in WAYS.items():
        try:
            outer, inner = pair()
            outside, inside = _timed(outer, inner, effort)
            rows[name] = outside.median, inside.median, outside.minus(inside)
        except Exception as error:  # the report says why the row is missing
            missing.append(f"{name}: {adapters.explain(error)}")
    asked = {name: row[2] for name, row in rows.items()}
    if "srcgrad.jvp" in asked and "srcgrad.vjp" in asked:
        asked["jvp"] = asked["srcgrad.jvp"] / asked["srcgrad.vjp"]
    try:
        module = adapters.module("srcgrad")
        pulled = _pullback()
        for name in ("vjp", "value_and_vjp"):
            outer, direct = _timed(pulled, _direct(getattr(module, name)), effort)
            asked[f"pullback over {name}"] = outer.ratio(direct)
    except Exception as error:
        missing.append(f"pullback: {adapters.explain(error)}")
    return rows, asked, "; ".join(missing)


def _timed(outer: Call, inner: Call, effort: Effort) -> tuple[Timing, Timing]:
    outer(), inner()
    found = measure({"outer": outer, "inner": inner}, effort)
    return found["outer"], found["inner"]
