"""Operations that call code which is not followed, though derivatives pass: they are in procedures.

Functions with derivatives of the user's (``runtime.given``), and solvers (``runtime.solving``).
"""

from __future__ import annotations

from srcgrad.ir import kinds
from srcgrad.rules import exceptions, facts
from srcgrad.rules.operation import parameters, register
from srcgrad.runtime import (
    active_set,
    called,
    check_active,
    check_solution,
    costates,
    cut,
    enough,
    few_columns,
    fewer,
    flowed,
    gradients,
    integrated,
    interpolated,
    multipliers,
    solution,
    tangents,
    trajectory,
)

DEAR = {"cost": 100, "raises": exceptions.anything}

for _helper in (called, costates, flowed, gradients, integrated, tangents):
    register(_helper, parameters(_helper), facts.opaque, **DEAR)
for _helper in (active_set, multipliers):  # they decide what is met, and nothing else
    register(_helper, parameters(_helper), facts.opaque, flat=True, **DEAR)
for _helper in (interpolated, solution, trajectory):
    register(_helper, parameters(_helper), facts.opaque, raises=exceptions.anything)
for _helper in (check_active, check_solution):
    register(
        _helper,
        parameters(_helper),
        facts.none,
        effect=True,
        kept=True,
        asserts=True,
        flat=True,
        raises=exceptions.anything,
    )


def _solve(function, args, keys, named):
    pass


register(_solve, parameters(_solve), facts.opaque, key="solve", spelling="solve", **DEAR)


for _helper in (cut, enough, fewer):
    register(_helper, parameters(_helper), lambda *args: kinds.INT, raises=exceptions.nothing)


register(few_columns, parameters(few_columns), facts.python_bool, raises=exceptions.nothing)
