"""Checks that stand for operations whose values are not needed: they raise the same."""

from __future__ import annotations

from srcgrad.rules import exceptions, facts
from srcgrad.rules.operation import parameters, register
from srcgrad.runtime import (
    check_broadcast,
    check_count,
    check_dot,
    check_matmul,
    check_pop,
    check_store,
    check_update,
)

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
