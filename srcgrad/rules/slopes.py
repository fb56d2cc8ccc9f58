"""What a rule's lines say without being expanded: what they leave out, and where they have poles.

``x_bar = np.where(condition, y_bar, 0.0)`` leaves elements of ``x`` out, and is finite; ``x_bar =
y_bar / x`` leaves nothing out, and is infinite where ``x`` is 0; ``a_bar = y_bar @ mT(b)`` mixes
elements, so that nothing is known of what it leaves out.
"""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.rules import ranges
from srcgrad.rules.lines import is_none, lines_of
from srcgrad.rules.operation import OPS, Op, Param, Rule, key_of
from srcgrad.rules.ranges import LOSERS, NEVER, POLE, WHOLE, Range
from srcgrad.rules.template import Expansion, operator_of

SUMS = ("add", "sub")


class Lines:
    """The lines of one rule; ``known`` holds what is known of the values they read."""

    def __init__(self, rule: Rule, known: dict[str, Any] | None = None) -> None:
        self.rule = rule
        self.lines = {line.target: line for line in lines_of(rule) if not is_none(line)}
        self.known = known or {}

    # --- what passes through ----------------------------------------------------------------

    def carries(self, node: ast.AST) -> bool:
        """Whether an expression reads ``y_bar``."""
        return any(
            item.id == "y_bar"
            or (item.id in self.lines and self.carries(self.lines[item.id].expression))
            for item in ast.walk(node)
            if isinstance(item, ast.Name)
        )

    def moves(self, node: Any) -> int | None:
        """What is left out of the operand if all of ``y`` is used; None if that is not known."""
        if isinstance(node, ast.Name):
            return WHOLE if node.id == "y_bar" else self.moves(self.lines[node.id].expression)
        if isinstance(node, ast.UnaryOp):
            return self.moves(node.operand)
        if isinstance(node, ast.Subscript):
            return self.moves(node.value) if isinstance(node.value, ast.Name) else None
        if isinstance(node, ast.BinOp):
            return self._moves_of_operator(node)
        if isinstance(node, ast.Call):
            found = [self.moves(arg) for arg in node.args if self.carries(arg)]
            op = self.operation(node)
            found.append(None if op is None else op.moves)
            return None if None in found else max(found)  # type: ignore[type-var]
        return None

    def _moves_of_operator(self, node: ast.BinOp) -> int | None:
        left, right = self.carries(node.left), self.carries(node.right)
        key = operator_of(node.op)
        if left and right:
            both = (self.moves(node.left), self.moves(node.right))
            return None if key not in SUMS or None in both else min(both)  # type: ignore[type-var]
        if key == "mul" or (key == "truediv" and left):
            carrier, factor = (node.left, node.right) if left else (node.right, node.left)
            found = self.moves(carrier)
            return max(found, LOSERS) if found is not None and self.weighs(factor) else found
        return None

    def weighs(self, node: ast.AST) -> bool:
        """Whether a factor is made of weights, which are positive, or 0 for what is left out."""
        if isinstance(node, ast.Name) and node.id in self.lines:
            return self.weighs(self.lines[node.id].expression)
        op = self.operation(node) if isinstance(node, ast.Call) else None
        return op is not None and op.moves is not None and op.rule is None

    def operation(self, node: ast.Call) -> Op | None:
        return OPS.get(str(key_of(self.resolve(node.func))))

    def resolve(self, node: Any) -> Any:
        return Expansion.resolve(self, node)  # type: ignore[arg-type]

    @property
    def globals(self) -> dict[str, Any]:
        found: dict[str, Any] = self.rule.function.__globals__
        return found

    # --- how it may come to be infinite -----------------------------------------------------

    def range(self, node: Any) -> Range:
        """What is known of an expression whose ``y_bar`` is finite."""
        if isinstance(node, ast.Constant):
            return ranges.of_constant(node.value)
        if isinstance(node, ast.Name):
            if node.id in self.lines:
                return self.range(self.lines[node.id].expression)
            found = self.known.get(node.id, Range(NEVER))
            return ranges.meet(*found) if type(found) is list else found
        if isinstance(node, ast.BinOp):
            return range_of(
                operator_of(node.op),
                [self.range(node.left), self.range(node.right)],
                ast.dump(node.left) == ast.dump(node.right),
            )
        if isinstance(node, ast.UnaryOp):
            return ranges.tame(self.range(node.operand))
        if isinstance(node, ast.Call):
            op = self.operation(node)
            return Range(POLE) if op is None else op.range([self.range(arg) for arg in node.args])
        if isinstance(node, ast.Subscript):
            return self.range(node.value)
        return Range(NEVER)  # comparisons, tuples, attributes


def line_of(param: Param) -> str:
    """The line of a rule that gives the adjoint of a parameter, or of each of several operands."""
    return "x_bar" if param.several else f"{param.name}_bar"


def range_of(key: str, operands: list[Range], same: bool) -> Range:
    """What is known of the result of an operation; ``same``: of one operand with itself."""
    if same and OPS[key].values is ranges.meet:
        return ranges.magnitude(operands[0])
    return OPS[key].range(operands)
