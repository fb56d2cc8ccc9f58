"""Statements that change what is there: ``x += v`` and ``x[i] *= v``."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, Any

from srcgrad.analysis.alias import makes_new
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.backend.nest import reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let
from srcgrad.rules.operation import OPS


def binary(op: str) -> Any:
    """The binary operator that Python writes for an operation; None if there is none."""
    symbol = OPS[op].symbol
    return symbol if symbol is not None and issubclass(symbol, ast.operator) else None


def owned(function: Function, alias: Aliases, inline: dict[str, Let]) -> set[str]:
    """Arrays that are new, have no other name, and are read last by a sum that starts with them."""
    members = Counter(alias.root(name) for name in function.kinds)
    uses = Counter(ir.all_uses(function.body))
    uses.update(ir.names(function.result))
    found: set[str] = set()

    def visit(block: Block) -> None:
        left: dict[str, int] = {}
        for statement in block:
            for inner in ir.blocks(statement):
                visit(inner)
            if not isinstance(statement, Let):
                left = {}
                continue
            for name in ir.uses(statement):
                if name in left:
                    left[name] -= 1
                    made = function.kinds.get(str(statement.target))
                    if (
                        statement.target in inline
                        or not makes_new(statement, function.kinds)
                        or (made is None or made.base not in ("array", "scalar", "float"))
                    ):
                        del left[name]
            first = statement.args[0] if statement.args else None
            if statement.op in ("add", "sub") and isinstance(first, str) and left.get(first) == 0:
                found.add(first)
            target = statement.target
            kind = function.kinds.get(str(target))
            if (
                target
                and is_new(statement, function.kinds)
                and kind is not None
                and kind.base == "array"
                and (kind.ndim and members[alias.root(target)] == 1)
            ):
                left[target] = uses[target]

    visit(function.body)
    return found


def is_new(let: Let, kinds: dict[str, Kind]) -> bool:
    """Whether an operation of Python or NumPy itself makes a new array."""
    rule = OPS[let.op].rule
    named = binary(let.op) or let.op == "neg" or let.op.startswith("np.")
    return bool(
        named
        and makes_new(let, kinds)
        and rule is not None
        and (OPS[let.op].elementwise or OPS[let.op].layout == "C")
    )


class Updates:
    """Printing of updates in place."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def updates(self, let: Let, target: str) -> bool:
        """Whether ``x = x + y`` may be written ``x += y``: where ``x`` is nobody else's."""
        first = let.args[0]
        if not isinstance(first, str) or first in self.inline or self.variables[first] != target:
            return False
        kinds = self.function.kinds
        if kinds[first].immutable and kinds[str(let.target)].immutable:
            return True
        return (
            first in self.owned
            and kinds[first] == kinds[str(let.target)]
            and (first not in reads(let.args[1], self.inline))
        )

    def in_place(self, x: Any, index: Any, value: Any) -> Any:
        """``x[i] = x[i] * v`` as ``x[i] *= v``, unless ``v`` reads other parts of the array."""
        made = self.inline.get(value) if isinstance(value, str) else None
        if made is None or not OPS[made.op].arithmetic:
            return None
        have, change = made.args
        if OPS[made.op].commutative and not self.is_piece(have, x, index):
            have, change = change, have
        if not self.is_piece(have, x, index):
            return None
        kinds = self.function.kinds
        if kinds[x].base != "array" or kinds[x].dtype != kinds[str(made.target)].dtype:
            return None
        roots = {self.alias.root(name) for name in reads(change, self.inline)}
        if self.alias.root(x) in roots:
            return None
        target = self.subscript(x, index, ast.Store())
        if index == Const(Ellipsis):
            target = self.whole(x) or target
        return ast.AugAssign(target, binary(made.op)(), self.expression(change))

    def is_piece(self, value: Any, x: str, index: Any) -> bool:
        """Whether a value is ``x[index]``, read where it is written out."""
        if index == Const(Ellipsis) and value == x:
            return True
        made = self.inline.get(value) if isinstance(value, str) else None
        return made is not None and made.op == "getitem" and made.args == (x, index)

    def add_item(self, x: Any, index: Any, value: Any) -> Any:
        op: Any = ast.Add()
        if isinstance(value, str) and value in self.inline and self.inline[value].op == "neg":
            op, value = ast.Sub(), self.inline[value].args[0]
        target = self.subscript(x, index, ast.Store())
        if index == Const(Ellipsis):
            target = self.whole(x) or target
        return ast.AugAssign(target, op, self.expression(value))

    def whole(self, x: str) -> Any:
        """An array as the target of ``+=``: a variable, or the subscript that gives the view."""
        if x in self.inline:
            let = self.inline[x]
            return self.subscript(*let.args, ast.Store()) if let.op == "getitem" else None
        kind = self.function.kinds[x]
        if kind.base == "array" and kind.shape != ():
            return self.store(self.variables[x])
        return None
