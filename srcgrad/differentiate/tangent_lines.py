"""The ``y_dot`` line of a rule, with tangents that may be zero."""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.differentiate.tangents import Tangents
from srcgrad.rules import registry
from srcgrad.rules.template import Expansion, call, operator_of


class Zero:
    """The tangent of what depends on no input; terms that are linear in it are left out."""


ZERO = Zero()


class TangentLine(Expansion):
    """A ``y_dot`` line: linear in the tangents it reads, some of which are ``ZERO``."""

    def __init__(self, tangents: Tangents, rule: Any, env: dict[str, Any]) -> None:
        super().__init__(tangents.b, rule, env)
        self.tangents = tangents

    def binary(self, key: str, left: Any, right: Any) -> Any:
        if left is not ZERO and right is not ZERO:
            return self.builder.emit(key, left, right)
        if key in ("add", "sub"):
            if right is ZERO:
                return left
            return right if key == "add" else self.builder.emit("neg", right)
        return ZERO

    def _binop(self, node: Any) -> Any:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.binary(operator_of(node.op), left, right)

    def _unaryop(self, node: Any) -> Any:
        value = self.evaluate(node.operand)
        return ZERO if value is ZERO else self.builder.emit(operator_of(node.op), value)

    def _subscript(self, node: Any) -> Any:
        return ZERO if self.evaluate(node.value) is ZERO else super()._subscript(node)

    def _call(self, node: Any) -> Any:
        """A call that is linear in its tangents: left out if all of them are zero."""
        values = self._spread(node.args)
        if any(value is ZERO for value in values):
            rest = [arg for arg, value in zip(node.args, values, strict=True) if value is not ZERO]
            if not any(self.reads_tangent(arg) for arg in rest):
                return ZERO
            values = [self.filled(*pair) for pair in zip(node.args, values, strict=True)]
        keywords = {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords}
        key = registry.key_of(self.resolve(node.func))
        return call(self.builder, str(key), values, keywords)

    def filled(self, node: Any, value: Any) -> Any:
        """A zero tangent beside others in one call, as an array of zeros."""
        if value is not ZERO:
            return value
        assert isinstance(node, ast.Name)
        return self.tangents.zero(self.env[node.id.removesuffix("_dot")], self.dtype())

    def reads_tangent(self, node: Any) -> bool:
        names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
        return any(name.endswith("_dot") for name in names) or any(
            self.reads_tangent(self.pending[name].expression) for name in names & set(self.pending)
        )

    def dtype(self) -> str:
        return str(self.tangents.names.kind(self.env["y"]).dtype)
