"""What the tables of identities are made of: patterns that a statement may match."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import Any

from srcgrad.analysis.pythons import may_be_python
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Const, Function, Let, Operand
from srcgrad.rules.builder import Builder

Rule = Callable[[Let, "Definitions", Builder], Any]
RULES: dict[str, Rule] = {}  # operation -> what rewrites its statements


def identity(*ops: str) -> Callable[[Rule], Rule]:
    """What is decorated gives a simpler form of a statement of these operations, or None."""

    def decorate(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(ops, rule))
        return rule

    return decorate


class Definitions(dict[str, Let]):
    """The statements that define names, and how often each name is read."""

    def __init__(self, uses: Counter[str], function: Function) -> None:
        super().__init__()
        self.uses = uses
        self.function = function
        self.shapes: dict[Operand, list[str]] = {}  # of these, the names of shapes

    def add(self, name: str, let: Let) -> None:
        """``name`` is defined by ``let``."""
        self[name] = let
        if let.op == "np.shape":
            self.shapes.setdefault(let.args[0], []).append(name)

    @cached_property
    def python(self) -> set[str]:
        """NumPy's numbers that may be Python's."""
        return may_be_python(self.function)

    def shape(self, value: Operand) -> str | None:
        """The name of the shape of ``value``, if there is one."""
        return next((name for name in self.shapes.get(value, ()) if name in self), None)


def is_number(operand: Any, value: float | None = None) -> bool:
    if not isinstance(operand, Const) or type(operand.value) not in (int, float):
        return False
    return value is None or operand.value == value


def power_of_two(operand: Any) -> bool:
    return (
        is_number(operand)
        and operand.value != 0
        and abs(operand.value) <= sys.float_info.max
        and abs(math.frexp(operand.value)[0]) == 0.5
    )


def alike(a: Operand, let: Let, b: Builder) -> bool:
    """Whether ``a`` may stand for the result of ``let``: one dtype, one shape, one sort."""
    first, second = b.kind(a), b.names.kinds[str(let.target)]
    return (
        first.dtype == second.dtype
        and same_shape(first, second)
        and (first.immutable == second.immutable)
    )


def definition(operand: Any, op: str, definitions: Definitions) -> Let | None:
    """The statement that defines ``operand``, if it is this operation."""
    found = definitions.get(operand) if isinstance(operand, str) else None
    return found if found is not None and found.op == op else None


def again(let: Let, op: str, *args: Any) -> Let:
    """A statement with another operation for the same target."""
    return Let(let.target, op, args, let.origin, let.adjoint, let.site)


def emitted(op: str, *args: Any, definitions: Definitions, b: Builder) -> Operand:
    """``op(*args)`` as a statement of its own, which further identities may match."""
    result = b.emit(op, *args)
    if isinstance(result, str):
        definitions.add(result, b.block[-1])  # type: ignore[arg-type]
    return result
