"""The syntax of operators: each stands on the record of its operation."""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.rules.operation import OPS


def binary(op: str) -> Any:
    """The binary operator that Python writes for an operation; None if there is none."""
    symbol = OPS[op].symbol
    return symbol if symbol is not None and issubclass(symbol, ast.operator) else None


def operator_of(symbol: Any, operands: list[Any]) -> Any:
    """An operator of Python with its operands."""
    if issubclass(symbol, ast.operator):
        return ast.BinOp(operands[0], symbol(), operands[1])
    if issubclass(symbol, ast.cmpop):
        return ast.Compare(operands[0], [symbol()], [operands[1]])
    return ast.UnaryOp(symbol(), operands[0])


def negated(node: Any) -> Any:
    """``-a * b`` for ``-(a * b)``, where ``a`` is a floating number: the sign stands in front."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return ast.BinOp(negated(node.left), node.op, node.right)
    return ast.UnaryOp(ast.USub(), node)
