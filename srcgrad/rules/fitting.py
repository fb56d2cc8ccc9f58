"""Checks that stand for operations whose values are not needed: they raise the same."""

from __future__ import annotations

from srcgrad.rules import facts
from srcgrad.rules.operation import parameters, register
from srcgrad.runtime import check_broadcast, check_dot, check_matmul, check_pop

for function in (check_broadcast, check_matmul, check_dot, check_pop):
    register(
        function,
        parameters(function),
        facts.none,
        key=function.__name__,
        spelling=function.__name__,
        effect=True,
        kept=True,
        compares=function is check_broadcast,
        raises=(lambda of: (IndexError,)) if function is check_pop else (lambda of: (ValueError,)),
    )
