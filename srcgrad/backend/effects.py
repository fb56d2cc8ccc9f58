"""How statements are printed that are there for their effect: stores, output, ``with``."""

from __future__ import annotations

import ast
import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.backend.printing import Printing
from srcgrad.ir import nodes as ir
from srcgrad.ir.lexical import is_name
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement


class Effects(Printing):
    """Statements for effect."""

    def effect(self, let: Let) -> list[Any]:
        args = let.args
        if let.op == "setitem":
            update = self.in_place(*args)
            if update is not None:
                return [update]
            return [
                ast.Assign(
                    [self.subscript(args[0], args[1], ast.Store())], self.expression(args[2]), None
                )
            ]
        if let.op == "additem":
            return [self.add_item(*args)]
        if let.op == "push":
            return [ast.Expr(self.call(self.method(args[0], "append"), [args[1]]))]
        if let.op == "assert":
            message = None if args[1] == Const("") else self.expression(args[1])
            return [ast.Assert(self.expression(args[0]), message)]
        if let.op == "raise":
            return [ast.Raise(self.expression(args[0]), None)]
        if let.op == "print":
            return [ast.Expr(self.opaque_call(Const(print), *args))]
        if let.op == "invoke" and args[1].value == "__setitem__":
            place, value = args[2]
            return [
                ast.Assign(
                    [self.subscript(args[0], place, ast.Store())], self.expression(value), None
                )
            ]
        if let.op == "invoke" and args[1].value == "__setattr__":
            name, value = args[2]
            if not is_name(name.value):
                return [ast.Expr(self.call(self.builtin(setattr), [args[0], name, value]))]
            target = ast.Attribute(self.expression(args[0]), name.value, ast.Store())
            return [ast.Assign([target], self.expression(value), None)]
        return [ast.Expr(self.operation(let))]

    def region(self, enter: Let, inside: Block) -> list[Any]:
        """``with manager as name:`` around statements."""
        function, args, keys, named = enter.args
        call = function if keys == Const(None) else None
        manager = (
            self.expression(call)
            if call is not None
            else self.opaque_call(function, args, keys, named)
        )
        body = self.block(inside)
        if not body and isinstance(function, Const) and function.value is np.errstate:
            return []
        read = any(name == enter.target for name in ir.all_uses(inside))
        name = self.store(self.variables[str(enter.target)]) if read else None
        items = [ast.withitem(manager, name)]
        node: Any = ast.With(items, body or [ast.Pass()], None)
        node.origin = enter.origin
        return [node]


# context managers of which compiled code needs nothing: it gives no warnings and prints as Numba does
QUIET = (np.errstate, np.printoptions, warnings.catch_warnings)


def without_contexts(function: Function) -> Function:
    """The function without ``with`` statements that only concern warnings and output."""
    dropped = {
        s.target
        for s in ir.walk(function.body)
        if isinstance(s, Let)
        and s.op == "enter"
        and isinstance(s.args[0], Const)
        and s.args[0].value in QUIET
    }

    def drops(statement: Statement) -> bool:
        return isinstance(statement, Let) and (
            (statement.op == "enter" and statement.target in dropped)
            or (statement.op == "exit" and statement.args[0] in dropped)
            or (
                statement.op == "call"
                and statement.target is None
                and getattr(statement.args[0], "value", None) in WARNINGS
            )
        )

    def visit(block: Block) -> Block:
        return tuple(ir.map_blocks(s, visit) for s in block if not drops(s))

    return replace(function, body=visit(function.body)) if dropped else function


WARNINGS = (warnings.simplefilter, warnings.filterwarnings)


def exit_of(enter: Let, after: list[Statement]) -> int:
    """Where the ``with`` that a statement begins ends."""
    return next(
        k
        for k, s in enumerate(after)
        if isinstance(s, Let) and s.op == "exit" and s.args[0] == enter.target
    )
