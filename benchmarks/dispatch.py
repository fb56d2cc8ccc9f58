"""What srcgrad adds to a call of the function it has generated."""

from __future__ import annotations

import numpy as np

from benchmarks import adapters
from benchmarks.cases.case import Case
from benchmarks.cases.elementwise import elementwise_adjoint, elementwise_case
from benchmarks.timing import Call, Effort, measure


def total(a, b, c):
    """The sum of the elementwise example, a scalar, so that `grad` applies."""
    return np.sum(3 * a + 2 * b * b + np.log(c))


def total_adjoint(a, b, c, y_bar):
    """The adjoint of `total`."""
    y_bar = np.full(a.shape, y_bar)
    return elementwise_adjoint(a, b, c, y_bar)


VECTORS = elementwise_case(3)
TOTAL = Case("total", 3, total, total_adjoint, VECTORS.inputs, (0, 1, 2))


def contenders() -> dict[str, tuple[Call, Call]]:
    """The calls to time: each way in, with the generated function it leads to."""
    vjp = adapters.srcgrad_vjp(VECTORS), adapters.srcgrad_generated(VECTORS)
    grad = adapters.srcgrad_grad(TOTAL), adapters.srcgrad_generated(TOTAL)
    return {"srcgrad.vjp": vjp, "srcgrad.grad": grad}


def run(effort: Effort) -> tuple[dict[str, tuple[float, float, float]], str | None]:
    """Seconds of each way in, of the generated function, and the difference; or why none."""
    try:
        pairs = contenders()
        rows = {}
        for name, (outer, inner) in pairs.items():
            timings = measure({"outer": outer, "inner": inner}, effort)
            outside, inside = timings["outer"], timings["inner"]
            rows[name] = outside.median, inside.median, outside.minus(inside)
    except Exception as error:  # the report says why the section is empty
        return {}, adapters.explain(error)
    return rows, None
