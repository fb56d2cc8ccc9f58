"""Lines of rules that are linear in what they are given, some of which is zero.

What multiplies a zero is not computed: ``0 * inf`` would be NaN, and it costs nothing so.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from srcgrad.errors import InternalError
from srcgrad.ir.nodes import Operand
from srcgrad.rules import registry
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import Rule
from srcgrad.rules.template import Expansion, call, operator_of


class Zero:
    """A tangent or an adjoint to which nothing contributes."""


ZERO = Zero()


class LinearLine(Expansion):
    """A line that is linear in its ``inputs_of``."""

    def inputs_of(self, node: Any) -> set[Any]:
        """What an expression is linear in, also by the names that stand for other lines."""
        raise NotImplementedError

    def is_zero(self, given: Any) -> bool:
        raise NotImplementedError

    def filled(self, node: Any) -> Operand:
        """A zero as an array, for a call that has others beside it."""
        raise InternalError("a zero stands beside other operands in a call of a rule")

    def evaluate(self, node: Any) -> Any:
        read = self.inputs_of(node)
        vanishes = bool(read) and all(self.is_zero(given) for given in read)
        return ZERO if vanishes else super().evaluate(node)

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

    def _call(self, node: Any) -> Any:
        values = self._spread(node.args)
        if any(value is ZERO for value in values):
            pairs = zip(node.args, values, strict=True)
            values = [self.filled(arg) if value is ZERO else value for arg, value in pairs]
        keywords = {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords}
        key = registry.key_of(self.resolve(node.func))
        return call(self.builder, str(key), values, keywords)


class AdjointLine(LinearLine):
    """The line of an adjoint, of an operation with several results: ``y_bar[k]`` may be zero."""

    def __init__(
        self, builder: Builder, rule: Rule, env: dict[str, Any], zero: Callable[[int], Operand]
    ) -> None:
        super().__init__(builder, rule, env)
        self.zero = zero

    def inputs_of(self, node: Any) -> set[Any]:
        if isinstance(node, ast.Subscript) and _is_adjoint(node.value):
            assert isinstance(node.slice, ast.Constant)
            return {node.slice.value}
        if _is_adjoint(node):
            return set(range(len(self.env["y_bar"])))
        if isinstance(node, ast.Name) and node.id in self.pending:
            return self.inputs_of(self.pending[node.id].expression)
        return set().union(*(self.inputs_of(child) for child in ast.iter_child_nodes(node)))

    def is_zero(self, given: Any) -> bool:
        return self.env["y_bar"][given] is ZERO

    def _name(self, node: Any) -> Any:
        if not _is_adjoint(node):
            return super()._name(node)
        bars = enumerate(self.env["y_bar"])
        return tuple(self.zero(k) if bar is ZERO else bar for k, bar in bars)

    def _subscript(self, node: Any) -> Any:
        if _is_adjoint(node.value):
            return self.env["y_bar"][node.slice.value]
        return super()._subscript(node)


def _is_adjoint(node: Any) -> bool:
    return isinstance(node, ast.Name) and node.id == "y_bar"
