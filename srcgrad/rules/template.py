"""Splicing the lines of a rule into generated code."""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.errors import InputError, InternalError
from srcgrad.ir.nodes import Const, Operand
from srcgrad.rules import registry
from srcgrad.rules.builder import Builder
from srcgrad.rules.lines import is_constant, is_none, lines_of, namespace, resolved
from srcgrad.rules.operation import OPS, REQUIRED, Rule

OPERATORS = {  # of syntax trees, by the names of their classes
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Div": "truediv",
    "Pow": "pow",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "MatMult": "matmul",
    "USub": "neg",
    "UAdd": "pos",
    "Invert": "invert",
    "Not": "not",
    "Eq": "eq",
    "NotEq": "ne",
    "Lt": "lt",
    "LtE": "le",
    "Gt": "gt",
    "GtE": "ge",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
    "LShift": "lshift",
    "RShift": "rshift",
}


def operator_of(node: Any) -> str:
    """The operation that an operator of a syntax tree, Python's or gast's, stands for."""
    return OPERATORS[type(node).__name__]


class Expansion:
    """The lines of one rule being spliced in; intermediate lines are emitted when first read."""

    def __init__(self, builder: Builder, rule: Rule, env: dict[str, Any]) -> None:
        self.builder = builder
        self.env = env
        self.rule = rule
        self.pending = {line.target: line for line in lines_of(rule)}

    def line(self, target: str) -> Operand | None:
        """The value of the line for ``target``; None if the rule says there is none."""
        line = self.pending.get(target)
        if line is None or is_none(line):
            return None
        return self.evaluate(line.expression)

    def is_name(self, target: str) -> bool:
        """Whether a line hands on a value that other lines may read too."""
        return isinstance(self.pending[target].expression, ast.Name)

    def evaluate(self, node: Any) -> Any:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise InternalError(f"a rule may not contain {type(node).__name__}")
        return method(node)

    def _constant(self, node: Any) -> Any:
        return Const(node.value)

    def _name(self, node: Any) -> Any:
        if node.id in self.env:
            return self.env[node.id]
        if node.id not in self.pending:
            return self._attribute(node)
        self.env[node.id] = self.evaluate(self.pending[node.id].expression)
        return self.env[node.id]

    def _attribute(self, node: Any) -> Any:
        value = self.resolve(node)
        if not is_constant(value):
            raise InternalError(f"a rule reads {ast.unparse(node)}, which is no constant")
        return Const(value)

    def _binop(self, node: Any) -> Any:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        return self.builder.emit(operator_of(node.op), left, right)

    def _unaryop(self, node: Any) -> Any:
        value = self.evaluate(node.operand)
        return self.builder.emit(operator_of(node.op), value)

    def _compare(self, node: Any) -> Any:
        left, right = self.evaluate(node.left), self.evaluate(node.comparators[0])
        return self.builder.emit(operator_of(node.ops[0]), left, right)

    def _subscript(self, node: Any) -> Any:
        base, index = self.evaluate(node.value), self.evaluate(node.slice)
        if isinstance(base, tuple):
            return base[index.value]
        return self.builder.emit("getitem", base, index)

    def _tuple(self, node: Any) -> Any:
        return tuple(self._spread(node.elts))

    def _spread(self, nodes: list[Any]) -> list[Any]:
        """The values of arguments or elements; ``*xs`` gives the operands of a sequence."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found.extend(self.evaluate(node.value))
            else:
                found.append(self.evaluate(node))
        return found

    def _call(self, node: Any) -> Any:
        function = self.resolve(node.func)
        key = registry.key_of(function)
        if key is None:
            raise InputError(
                f"a rule calls `{ast.unparse(node.func)}`, of which no rule is registered\n"
                f"  why: the lines of {self.rule.function.__name__} become operations of generated code\n"
                "  try: register a rule of it, too, or write it out"
            )
        return call(
            self.builder,
            key,
            self._spread(node.args),
            {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords},
        )

    def resolve(self, node: Any) -> Any:
        try:
            return resolved(node, namespace(self.rule.function))
        except KeyError:
            text = ast.unparse(node)
            raise InternalError(f"a rule reads {text}, which it does not define") from None


def call(
    builder: Builder, key: str, positional: list[Any], keywords: dict[str, Any], base: str = ""
) -> Operand:
    """Emit ``key(*positional, **keywords)``; raises ``TypeError`` as Python does."""
    if key == "np.conjugate" and not (builder.kind(positional[0]).dtype or "").startswith(
        "complex"
    ):
        return positional[0]  # of real numbers
    if key == "np.real" and (builder.kind(positional[0]).dtype or "").startswith("float"):
        return positional[0]
    return builder.emit(key, *bind(key, positional, keywords), base=base)


def bind(key: str, positional: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The arguments in the order of the operation's parameters."""
    op = OPS[key]
    args: list[Any] = []
    rest = list(positional)
    left = dict(keywords)
    for param in op.params:
        if param.several == "star":
            args.append(tuple(rest))
            rest = []
        elif rest:
            args.append(rest.pop(0))
        elif param.name in left:
            args.append(left.pop(param.name))
        elif param.default is not REQUIRED:
            args.append(Const(param.default))
        else:
            raise TypeError(f"{op.spelling}() misses the argument {param.name!r}")
    if rest or left:
        extra = ", ".join(left) or f"{len(positional)} positional arguments"
        raise TypeError(f"{op.spelling}() does not take {extra}")
    return args
