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

SPELLED = ("__setitem__", "__delitem__", "__setattr__")


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
        if let.op == "assert":
            message = None if args[1] == Const("") else self.expression(args[1])
            return [ast.Assert(self.expression(args[0]), message)]
        if let.op == "raise_if":
            return [self.raised_if(*args)]
        if let.op == "raise":
            return [ast.Raise(self.expression(args[0]), None)]
        if let.op == "print":
            return [ast.Expr(self.opaque_call(Const(print), *args))]
        if let.op == "push":
            return [ast.Expr(self.call(self.method(args[0], "append"), [args[1]]))]
        if let.op == "put_key":
            place = ast.Subscript(self.expression(args[0]), self.expression(args[1]), ast.Store())
            return [ast.Assign([place], self.expression(args[2]), None)]
        if let.op == "drop_key":
            place = ast.Subscript(self.expression(args[0]), self.expression(args[1]), ast.Del())
            return [ast.Delete([place])]
        if let.op in ("invoke", "change"):
            return [self.changed(*args[:3])] if args[1].value in SPELLED else self.called(let)
        return [ast.Expr(self.operation(let))]

    def raised_if(self, cond: Any, error: Const, args: Const) -> Any:
        made = self.call(self.expression(error), [Const(item) for item in args.value])
        return ast.If(self.expression(cond), [ast.Raise(made, None)], [])

    def called(self, let: Let) -> list[Any]:
        if let.op == "change":
            let = replace(let, op="invoke", args=(*let.args, Const(()), ()))
        return [ast.Expr(self.operation(let))]

    def changed(self, owner: Any, name: Const, args: tuple[Any, ...]) -> Any:
        """A change of an object that Python has a statement for."""
        place, *value = args
        if name.value == "__setattr__" and not is_name(place.value):
            return ast.Expr(self.call(self.builtin(setattr), [owner, place, *value]))
        if name.value == "__setattr__":
            target: Any = ast.Attribute(self.expression(owner), place.value, ast.Store())
        else:
            context = ast.Store() if value else ast.Del()
            target = self.subscript(owner, place, context)
        return (
            ast.Assign([target], self.expression(value[0]), None) if value else ast.Delete([target])
        )

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
