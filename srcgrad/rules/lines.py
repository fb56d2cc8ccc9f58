"""What a rule states: its lines, read from its source, and which operands they speak of."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any, NamedTuple

from srcgrad.errors import InternalError
from srcgrad.rules.operation import OPS, Param, Rule
from srcgrad.source.text import definition


class Line(NamedTuple):
    """One line of a rule: ``target = expression``."""

    target: str
    expression: Any

    @property
    def reads(self) -> set[str]:
        """The names in its expression."""
        return {node.id for node in ast.walk(self.expression) if isinstance(node, ast.Name)}


def lines_of(rule: Rule) -> tuple[Line, ...]:
    """The lines of a rule, read from its source at the first call."""
    if rule.parsed is None:
        _, tree, _ = definition(rule.function.__code__)
        found = []
        for node in tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                raise InternalError(f"rule {rule.function.__name__}: lines are assignments")
            found.append(Line(node.targets[0].id, node.value))
        rule.parsed = tuple(found)
    return rule.parsed


def is_none(line: Line) -> bool:
    return isinstance(line.expression, ast.Constant) and line.expression.value is None


def adjoint_line(param: Param) -> str:
    """The target of the line that gives the adjoint of an operand, or of each of several."""
    return "x_bar" if param.several else f"{param.name}_bar"


@dataclass(frozen=True)
class Stated:
    """What a rule says of the parameters of its operation."""

    differentiable: frozenset[str] = frozenset()  # a derivative
    silent: frozenset[str] = frozenset()  # nothing: neither a derivative nor that there is none
    operands: tuple[int, ...] = ()  # the positions of those with a derivative


NOTHING = Stated()


def stated(op: str) -> Stated:
    """What the rule of an operation says of its parameters; nothing if it has no rule."""
    rule = OPS[op].rule
    if rule is None:
        return NOTHING
    if rule.stated is None:
        params = OPS[op].params
        lines = {line.target: line for line in lines_of(rule)}
        given = {
            param.name
            for param in params
            for line in [lines.get(adjoint_line(param))]
            if line is not None and not is_none(line)
        }
        silent = {
            param.name
            for param in params
            if adjoint_line(param) not in lines and param.name not in OPS[op].shape_only
        }
        places = tuple(k for k, param in enumerate(params) if param.name in given)
        rule.stated = Stated(frozenset(given), frozenset(silent), places)
    found: Stated = rule.stated
    return found


def tangents_read(rule: Rule) -> set[str]:
    """The tangents ``x_dot`` that the line ``y_dot`` reads, itself or through other lines."""
    lines = {line.target: line for line in lines_of(rule)}
    found = {"y_dot"}
    ahead = ["y_dot"]
    while ahead:
        line = lines.get(ahead.pop())
        fresh = line.reads - found if line is not None else set()
        found |= fresh
        ahead += fresh
    return {name for name in found if name.endswith("_dot") and name not in lines}
