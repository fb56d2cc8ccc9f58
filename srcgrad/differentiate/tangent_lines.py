"""The ``y_dot`` line of a rule, with tangents that may be zero."""

from __future__ import annotations

import ast
from typing import Any, Protocol

from srcgrad.differentiate.linear_lines import ZERO, LinearLine
from srcgrad.ir.nodes import Operand
from srcgrad.rules.builder import Builder, Names


class Zeros(Protocol):
    """Forward mode, as far as a line asks it: for the zero tangents of what has none."""

    b: Builder
    names: Names

    def zero(self, operand: Operand, dtype: str) -> Operand: ...


class TangentLine(LinearLine):
    """A ``y_dot`` line: linear in the tangents it reads, some of which are ``ZERO``."""

    def __init__(self, tangents: Zeros, rule: Any, env: dict[str, Any]) -> None:
        super().__init__(tangents.b, rule, env)
        self.tangents = tangents

    def inputs_of(self, node: Any) -> set[Any]:
        found: set[Any] = set()
        for item in ast.walk(node):
            if isinstance(item, ast.Name) and item.id in self.pending:
                found |= self.inputs_of(self.pending[item.id].expression)
            elif isinstance(item, ast.Name) and item.id.endswith("_dot"):
                found.add(item.id)
        return found

    def is_zero(self, given: Any) -> bool:
        return self.env.get(given) is ZERO

    def filled(self, node: Any) -> Operand:
        assert isinstance(node, ast.Name)
        dtype = str(self.tangents.names.kind(self.env["y"]).dtype)
        return self.tangents.zero(self.env[node.id.removesuffix("_dot")], dtype)
