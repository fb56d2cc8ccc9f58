"""From IR to Python source: nested, commented, printed by ``text``."""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from srcgrad import runtime
from srcgrad.backend.bundles import all_items
from srcgrad.backend.effects import Effects, exit_of
from srcgrad.backend.nest import reads
from srcgrad.backend.operators import binary, negated, operator_of
from srcgrad.backend.spellings import Spellings
from srcgrad.backend.text import MARK, render
from srcgrad.backend.updates import Updates, other
from srcgrad.errors import InternalError
from srcgrad.ir import nodes as ir
from srcgrad.ir.lexical import is_dotted, is_name
from srcgrad.ir.nodes import Block, Const, For, If, Let, Statement, While
from srcgrad.loopform import EACH, SHARED
from srcgrad.rules.operation import OPS, REQUIRED

MODULES = {"np": "numpy", "math": "math"}


class Unparser(Spellings, Effects, Updates):
    """One function as syntax; ``helpers`` and ``objects`` gather what its module must import."""

    def source(self, docstring: str) -> str:
        """``def name(...)`` as text."""
        params = [self.variables[p] for p in self.function.params]
        args = ast.arguments([], [ast.arg(p) for p in params], None, [], [], None, [])
        body = self.block(self.function.body)
        body.append(ast.Return(self.expression(self.function.result)))
        doc = ast.Expr(ast.Constant(docstring))
        self.node = ast.FunctionDef(self.name, args, [doc, *body], [])
        return self.render(self.node)

    # --- statements -------------------------------------------------------------------------

    def block(self, block: Block) -> list[Any]:
        found: list[Any] = []
        rest = list(block)
        while rest:
            statement = rest.pop(0)
            if isinstance(statement, Let) and statement.op == "enter":
                end = exit_of(statement, rest)
                found.extend(self.region(statement, tuple(rest[:end])))
                del rest[: end + 1]
            elif self.is_bundle(statement):
                targets = [str(statement.target)]
                while rest and same_pop(rest[0], statement):
                    targets.append(ir.defined(rest.pop(0))[0])
                found.append(self.unpacked(statement, targets))
            elif self.is_unpacked(statement, rest):
                number = all_items(statement, rest, self.count)
                targets = [ir.defined(item)[0] for item in rest[:number]]
                del rest[:number]
                found.append(self.unpacked(statement, targets))
            else:
                found.extend(self.statement(statement))
        return found

    def is_bundle(self, statement: Statement) -> TypeGuard[Let]:
        """Whether a statement pops one of the values of a tape of tuples."""
        return (
            isinstance(statement, Let)
            and statement.op == "pop"
            and (statement.args[0] in self.bundles)
        )

    def is_unpacked(self, statement: Statement, rest: list[Statement]) -> TypeGuard[Let]:
        """Whether all items of a shape are taken next: ``rows, columns = x.shape``."""
        number = all_items(statement, rest, self.count)
        kinds = self.function.kinds
        return (
            isinstance(statement, Let)
            and number > 0
            and (
                number == len(kinds[str(statement.target)].items)
                and not any(name in self.inline for s in rest[:number] for name in ir.defined(s))
            )
        )

    def unpacked(self, pop: Let, targets: list[str]) -> Any:
        """``x, r = tape.pop()``"""
        names = [self.store(self.variables[target]) for target in targets]
        return ast.Assign([ast.Tuple(names, ast.Store())], self.operation(pop), None)

    def comment(self, text: str) -> Any:
        self.comments.append(text)
        call = ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(len(self.comments) - 1)], [])
        node: Any = ast.Expr(call)
        node.mark = True
        return node

    def about(self, statement: Statement) -> list[Any]:
        """In the reverse sweep, the primal's line above the statements of its adjoint."""
        origin = statement.origin
        if not self.reverse or origin is None or origin == self.origin or not statement.adjoint:
            return []
        if isinstance(statement, Let) and OPS[statement.op].silent:
            return []
        self.origin = origin
        return [self.comment(origin.comment)]

    def statement(self, statement: Statement) -> list[Any]:
        nodes = self.printed(statement)
        for node in nodes:
            node.origin = statement.origin
        return nodes

    def printed(self, statement: Statement) -> list[Any]:
        if isinstance(statement, Let):
            if statement.op == "mark":
                heading = statement.args[0].value
                self.reverse = heading != "forward sweep"
                self.origin = None
                return [self.comment(heading)] if heading else []
            if statement.target in self.inline:
                return []
            return [*self.about(statement), *self.let(statement)]
        if isinstance(statement, If):
            return self.branch(statement)
        if isinstance(statement, For):
            above = self.about(statement) if statement.label == EACH else []
            return [*above, *self.for_loop(statement)]
        return self.while_loop(statement)

    def let(self, let: Let) -> list[Any]:
        if let.target is None or let.op == "push":
            return self.effect(let)
        return [self.given(self.variables[let.target], let)]

    def given(self, target: str, let: Let) -> Any:
        """``target = ...``, or ``target += ...`` where that is the same."""
        first = self.updated(let, target)
        if first:
            symbol = binary(let.op)
            return ast.AugAssign(self.store(target), symbol(), self.expression(other(let, first)))
        return self.assign(target, self.operation(let))

    def moved(self, name: str, value: Any) -> Any:
        made = self.inline.get(value) if isinstance(value, str) else None
        return self.given(name, made) if made else self.assign(name, self.expression(value))

    def copies(self, pairs: list[tuple[str, Any]]) -> list[Any]:
        """Assignments that happen together: ``u, v = v, u``."""
        wanted = [
            (self.variables[name], value)
            for name, value in pairs
            if value is not None and not self.is_variable(value, self.variables[name])
        ]
        if not wanted:
            return []
        if len(wanted) == 1 or not self.entangled(pairs):
            return [self.moved(name, value) for name, value in wanted]
        targets = ast.Tuple([self.store(name) for name, _ in wanted], ast.Store())
        values = ast.Tuple([self.expression(value) for _, value in wanted], ast.Load())
        return [ast.Assign([targets], values, None)]

    def entangled(self, pairs: list[tuple[str, Any]]) -> bool:
        """Whether one of several assignments reads a variable that an earlier one writes."""
        written: set[str] = set()
        for name, value in pairs:
            if any(self.variables[read] in written for read in reads(value, self.inline)):
                return True
            written.add(self.variables[name])
        return False

    def is_variable(self, value: Any, name: str) -> bool:
        return (
            isinstance(value, str) and value not in self.inline and (self.variables[value] == name)
        )

    def branch(self, statement: If) -> list[Any]:
        sides = []
        test = self.expression(statement.cond)
        for block, side in ((statement.then, "then"), (statement.orelse, "orelse")):
            outer = self.origin
            self.origin = outer if statement.label == EACH else None
            body = self.block(block)
            body += self.copies([(m.out, getattr(m, side)) for m in statement.merges])
            self.origin = outer
            sides.append(body)
        if not sides[0]:
            if not sides[1]:
                return []
            return [ast.If(ast.UnaryOp(ast.Not(), test), sides[1], [])]
        return [ast.If(test, sides[0], sides[1])]

    def for_loop(self, loop: For) -> list[Any]:
        before = self.copies([(c.phi, c.init) for c in loop.carries])
        bounds = [loop.start, loop.stop, loop.step]
        if loop.step == Const(1):
            bounds = bounds[1:2] if loop.start == Const(0) else bounds[:2]
        if loop.label == SHARED:
            self.helpers.add("prange")
        header = self.call(
            ast.Name("prange" if loop.label == SHARED else "range", ast.Load()), bounds
        )
        of_elements = loop.label in (EACH, SHARED)
        if not of_elements:
            self.origin = None
        body = self.block(loop.body)
        body += self.copies([(c.phi, c.next) for c in loop.carries])
        if not of_elements:
            self.origin = None
        node = ast.For(self.store(self.variables[loop.var]), header, body or [ast.Pass()], [], None)
        return [*before, node, *self.copies([(c.out, c.phi) for c in loop.carries])]

    def while_loop(self, loop: While) -> list[Any]:
        before = self.copies([(c.phi, c.init) for c in loop.carries])
        head = self.block(loop.head)
        test = self.expression(loop.cond)
        body = self.block(loop.body)
        body += self.copies([(c.phi, c.next) for c in loop.carries])
        if head:
            stop = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            body = [*head, stop, *body]
            test = ast.Constant(True)
        node = ast.While(test, body or [ast.Pass()], [])
        return [*before, node, *self.copies([(c.out, c.phi) for c in loop.carries])]

    # --- expressions ------------------------------------------------------------------------

    def store(self, name: str) -> Any:
        return ast.Name(name, ast.Store())

    def assign(self, name: str, value: Any) -> Any:
        return ast.Assign([self.store(name)], value, None)

    def expression(self, value: Any) -> Any:
        if isinstance(value, Const):
            return self.constant(value.value)
        if isinstance(value, str):
            if value in self.inline:
                return self.operation(self.inline[value])
            return ast.Name(self.variables[value], ast.Load())
        if isinstance(value, tuple):
            return ast.Tuple([self.expression(item) for item in value], ast.Load())
        if isinstance(value, list):
            return ast.List([self.expression(item) for item in value], ast.Load())
        if isinstance(value, dict):
            return ast.Dict(
                [self.constant(key) for key in value],
                [self.expression(item) for item in value.values()],
            )
        raise InternalError(f"cannot print {value!r}")

    def path(self, dotted: str) -> Any:
        """``np.linalg.norm`` as syntax."""
        if not is_dotted(dotted):
            raise InternalError(f"{dotted!r} is no name of generated code")
        first, *rest = dotted.split(".")
        node: Any = ast.Name(first, ast.Load())
        if rest and first in MODULES:
            self.modules.add(first)
        elif rest:
            node = self.module(first)
            if first == "scipy":  # its modules are imported one by one
                self.modules.discard(first)
                self.modules.add(dotted.rpartition(".")[0])
        for part in rest:
            node = ast.Attribute(node, part, ast.Load())
        return node

    def call(self, function: Any, args: list[Any]) -> Any:
        return ast.Call(function, [self.expression(arg) for arg in args], [])

    def method(self, owner: Any, name: str) -> Any:
        if not is_name(name):
            return self.call(self.builtin(getattr), [owner, Const(name)])
        return ast.Attribute(self.expression(owner), name, ast.Load())

    def subscript(self, x: Any, index: Any, context: Any) -> Any:
        return ast.Subscript(self.expression(x), self.index(index), context)

    def index(self, index: Any) -> Any:
        if isinstance(index, Const) and type(index.value) is tuple and index.value:
            return ast.Tuple([self.index(Const(item)) for item in index.value], ast.Load())
        if type(index) is tuple:
            return ast.Tuple([self.index(item) for item in index], ast.Load())
        if isinstance(index, Const) and isinstance(index.value, slice):
            cut = index.value
            return ast.Slice(
                *(None if p is None else self.constant(p) for p in (cut.start, cut.stop, cut.step))
            )
        if isinstance(index, str) and index in self.inline and self.inline[index].op == "slice":
            parts = [
                None if p == Const(None) else self.expression(p) for p in self.inline[index].args
            ]
            return ast.Slice(*parts)
        return self.expression(index)

    def operation(self, let: Let) -> Any:
        args, op, symbol = let.args, let.op, OPS[let.op].symbol
        if op == "neg" and self.begins_with_floats(args[0]):
            return negated(self.expression(args[0]))
        if symbol is not None:
            return operator_of(symbol, [self.expression(arg) for arg in args])
        special = getattr(self, f"op_{op.replace('.', '_')}", None)
        if special is not None:
            return special(*args)
        return self.plain_call(let)

    def begins_with_floats(self, operand: Any) -> bool:
        """Whether the first factor of a product can be negated; integers and truth values cannot."""
        while (
            isinstance(operand, str)
            and operand in self.inline
            and self.inline[operand].op in ("mul", "truediv")
        ):
            operand = self.inline[operand].args[0]
        if isinstance(operand, Const):
            return isinstance(operand.value, int | float) and operand.value != 0
        return self.function.kinds[operand].floating

    def plain_call(self, let: Let) -> Any:
        op = OPS[let.op]
        positional: list[Any] = []
        keywords: list[Any] = []
        for param, arg in zip(op.params, let.args, strict=True):
            if param.several == "star":
                positional.extend(self.expression(item) for item in arg)
            elif param.default is REQUIRED:
                positional.append(self.expression(arg))
            elif not (
                isinstance(arg, Const)
                and type(arg.value) is type(param.default)
                and arg.value == param.default
            ):
                keywords.append(ast.keyword(param.name, self.expression(arg)))
        if hasattr(runtime, op.spelling):
            self.helpers.add(op.spelling)
        return ast.Call(self.path(op.spelling), positional, keywords)

    # --- text -------------------------------------------------------------------------------

    def render(self, node: Any) -> str:
        return render(node, self.comments)


def same_pop(statement: Statement, pop: Let) -> bool:
    """Whether a statement takes another value of the same tuple."""
    return isinstance(statement, Let) and (statement.op, statement.args) == ("pop", pop.args)
