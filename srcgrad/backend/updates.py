"""Statements that change what is there: ``x += v`` and ``x[i] *= v``."""

from __future__ import annotations

import ast
from typing import Any

from srcgrad.backend.nest import reads
from srcgrad.backend.operators import binary
from srcgrad.backend.ownership import is_read_before, replaceable, takes_place
from srcgrad.backend.printing import Printing
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules.operation import OPS


class Updates(Printing):
    """Printing of updates in place."""

    def updated(self, let: Let, target: str) -> str:
        """The operand ``x`` of which ``x = x + y`` may be written ``x += y``: nobody else's."""
        kinds = self.function.kinds
        for name in replaceable(let):
            if name in self.inline or self.variables[name] != target:
                continue
            if kinds[name].immutable and kinds[str(let.target)].immutable:
                if let.op in ("add", "sub") and name == let.args[0]:
                    by = let.args[1]  # Numba adds no array without axes to a number in place
                    return "" if isinstance(by, str) and kinds[by].base == "array" else name
            elif takes_place(let, name, self.owned, kinds):
                if is_read_before(let, name, self.inline):
                    return name
        return ""

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
            if let.op != "getitem":
                return None
            owner, index = let.args
            return self.subscript(owner, index, ast.Store())
        kind = self.function.kinds[x]
        if kind.base == "array" and kind.shape != ():
            return self.store(self.variables[x])
        return None


def other(let: Let, name: str) -> Any:
    """The other operand."""
    return let.args[1] if let.args[0] == name else let.args[0]
