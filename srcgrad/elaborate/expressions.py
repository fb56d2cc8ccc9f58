"""Elaboration of expressions: names, operators, attributes, subscripts, displays."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from srcgrad.ir.nodes import Const, Origin
from srcgrad.rules.operation import OPS
from srcgrad.rules.template import operator_of
from srcgrad.source.match import captured
from srcgrad.values.abstract import Conflict, FunctionV
from srcgrad.values.dicts import DictV
from srcgrad.values.frames import Frame
from srcgrad.values.objects import ObjectV
from srcgrad.values.optional import is_operand
from srcgrad.values.outside import EMPTY
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Walk

CONVERSIONS: dict[int, Any] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


# expressions that compute something, which may be refused later
COMPUTING = {gast.Call, gast.BinOp, gast.UnaryOp, gast.Compare, gast.Subscript}


class Expressions(Walk):
    """Expression nodes to abstract values."""

    def eval(self, node: Any) -> Any:
        method = getattr(self, f"eval_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refuse(
                f"`{type(node).__name__.lower()}` cannot be differentiated",
                "this expression has no derivative code",
                "write it in plain Python",
                node,
            )
        previous, self.node = self.node, node
        if type(node) in COMPUTING and self.b.origin is not None:
            origin, self.b.origin = self.b.origin, self.spotted(node)
            value = method(node)
            self.b.origin = origin
        else:
            value = method(node)
        self.node = previous
        return value

    def spotted(self, node: Any) -> Origin | None:
        """The origin of a statement, with the place of an expression in it."""
        frame, node = self.place(node)
        at = frame.source.origin(node)
        spot = (at.line, at.text, at.column, frame.source.width(node))
        return self.b.origin and replace(self.b.origin, spot=spot)

    def eval_constant(self, node: Any) -> Any:
        return Const(node.value)

    # --- names ------------------------------------------------------------------------------

    def eval_name(self, node: Any) -> Any:
        return self.get_name(node.id, node)

    def get_name(self, name: str, node: Any) -> Any:
        last = self.frame
        frame: Frame | None = last
        while frame is not None:
            if name in globals_of(frame.node or frame.source.node):
                return self.get_global(name, frame, node)
            value = self.store.get(frame.number, name)
            if isinstance(value, Conflict):
                raise self.conflict(name, value, node)
            if self.is_unset((frame.number, name), value):
                raise self.refuse(*self.unassigned(name), node, raises=True)
            if value is not UNDEFINED:
                self.use_up(value)
                return value
            if name in self.locals_of(frame.node or frame.source.node):
                if (frame.number, name) not in self.nonlocals:
                    raise self.raising(
                        UnboundLocalError(f"local variable '{name}' is not assigned yet"),
                        *self.unassigned(name),
                        node,
                    )
            last, frame = frame, frame.parent
        return self.get_free(name, last, node)

    def unassigned(self, name: str) -> tuple[str, str, str]:
        """What is said of a variable that has no value yet."""
        fix = "assign it first"
        if self.checkpointed:
            fix += "; behind a checkpointed loop, what its steps make anew has no value"
        return f"`{name}` is read before it is assigned", "it has no value on this path", fix

    def locals_of(self, node: Any) -> set[str]:
        if not hasattr(node, "local_names"):
            node.local_names = local_names(node)
        return node.local_names

    def get_free(self, name: str, frame: Any, node: Any) -> Any:
        cell = frame.cells.get(name)
        if cell == EMPTY:
            raise self.undefined("empty", name, frame, node)
        if cell is not None:
            return self.capture(
                ("cell", id(cell), name),
                name,
                cell.cell_contents,
                ("cell", frame.source.function, name),
            )
        return self.get_global(name, frame, node)

    def get_global(self, name: str, frame: Any, node: Any) -> Any:
        found = self.state_at(frame.namespace, name, node)
        if found is not UNDEFINED:
            return found
        if name in frame.namespace:
            return self.capture(
                ("global", id(frame.namespace), name),
                name,
                frame.namespace[name],
                ("global", frame.source.function, name),
            )
        if hasattr(builtins, name.removeprefix("$")):  # with "$": whatever the user calls so
            found = getattr(builtins, name.removeprefix("$"))
            return Const(found) if name.startswith("$") else self.builtin(name, frame, found)
        if name in of_comprehensions(frame.source.node):
            raise self.refuse(
                f"`{name}` of a comprehension is read after it",
                "a function that is made in the comprehension reads its last value, wherever it runs",
                f"give the function the value that it has there: lambda {name}={name}: ...",
                node,
                raises=True,
            )
        raise self.undefined("unset", name, frame, node)

    def undefined(self, sort: str, name: str, frame: Any, node: Any) -> BaseException:
        """What to raise for a name that nothing visible has, as long as that is so."""
        if frame.site is None:
            self.look(sort, frame.source.function, name, sort == "empty")
        return self.raising(
            NameError(f"name '{name}' is not defined"),
            f"`{name}` is not defined",
            "no such name is visible here",
            "define it before the function is differentiated",
            node,
        )

    def conflict(self, name: str, value: Conflict, node: Any) -> Exception:
        from srcgrad.values.signals import Refused

        if value.broken and self.refusals:
            return Refused()
        self.restart_all(value.lists, value.other)
        return self.refuse(
            f"`{name}` is {value.why}",
            "generated code needs one kind of value",
            "give it one structure on every path",
            node,
            branch=value.branch,
        )

    def usable(self, value: Any, what: str) -> Any:
        """What a container holds, unless it differs from path to path."""
        if isinstance(value, Conflict):
            raise self.conflict(what, value, self.node)
        return value

    def set_name(self, name: str, value: Any) -> None:
        frame: Frame | None = self.frame
        declared = globals_of(self.frame.node or self.frame.source.node).get(name)
        if declared is not None:
            self.set_global(name, value, self.frame, declared)
            return
        if (self.frame.number, name) in self.nonlocals:
            frame = self.frame.parent
            while frame is not None and self.store.get(frame.number, name) is UNDEFINED:
                frame = frame.parent
        if frame is None and isinstance(self.node, gast.NamedExpr):
            raise self.refuse(
                f"`{name} := ...` in a generator expression assigns to a variable around it",
                "which has no value before, so when it has one depends on what asks for items",
                f"assign to `{name}` before, or write a list: [... for ...]",
            )
        if frame is None:
            raise self.refuse(
                f"`nonlocal {name}` of a function around it cannot be differentiated",
                "the variable lies outside of what is differentiated",
                f"pass `{name}` in and return it",
            )
        self.store.set(frame.number, name, self.in_variable(value))

    def set_global(self, name: str, value: Any, frame: Frame, node: Any) -> None:
        def read() -> Any:
            return self.get_global(name, frame, node)

        self.set_state(frame.namespace, name, value, read, node)

    def eval_namedexpr(self, node: Any) -> Any:
        value = self.named(self.eval(node.value), node.target.id)
        self.set_name(node.target.id, value)
        return value

    # --- operators --------------------------------------------------------------------------

    def eval_binop(self, node: Any) -> Any:
        return self.binary(operator_of(node.op), self.eval(node.left), self.eval(node.right))

    def binary(self, key: str, a: Any, b: Any) -> Any:
        if key in ("eq", "ne"):
            found = self.equal_or_none(key, a, b)
            found = self.ranges_compared(key, a, b) if found is None else found
            if found is not None:
                return found
        a, b = self.key_sets(self.given(a, TypeError), self.given(b, TypeError))
        if isinstance(a, Const) and isinstance(b, Const) and not self.array_constant(a, b):
            return self.static(OPS[key].function, a, b)
        if isinstance(a, ObjectV) or isinstance(b, ObjectV):
            return self.dunder(key, a, b)
        if isinstance(a, DictV) and isinstance(b, DictV):
            joined = self.dicts_joined(key, a, b)
            if joined is not None:
                return joined
        for one, other in ((a, b), (b, a)):
            none = isinstance(one, Const) and one.value is None and OPS[key].arithmetic
            if none and is_operand(other) and self.b.kind(other).numeric:
                raise self.no_operator("None")
        text = self.text_operator(key, a, b)
        if text is not None:
            return text
        if any(
            isinstance(item, TupleV | ListV) or self.kind_base(item) in ("list", "tuple")
            for item in (a, b)
        ):
            joined = self.sequence_operator(key, a, b)
            if joined is not None:
                return joined
        return self.b.emit(key, self.as_operand(a), self.as_operand(b))

    def array_constant(self, *values: Const) -> bool:
        return any(isinstance(value.value, np.ndarray | np.generic) for value in values)

    def static(self, function: Any, *args: Const) -> Const:
        try:
            return Const(function(*(arg.value for arg in args)))
        except Exception as error:
            raise self.raising(
                error,
                f"this raises {type(error).__name__}: {error}",
                "the function itself raises here",
                "mend the function",
                self.node,
            ) from None

    def kind_base(self, value: Any) -> str:
        return self.b.kind(value).base if is_operand(value) else ""

    def negate(self, value: Any) -> Any:
        if isinstance(value, Const):
            return Const(not value.value)
        return self.b.emit("not", value)

    def eval_unaryop(self, node: Any) -> Any:
        if isinstance(node.op, gast.Not):
            return self.negate(self.condition(node.operand))
        value = self.eval(node.operand)
        value = self.given(value, TypeError)
        key = operator_of(node.op)
        if isinstance(value, Const) and not self.array_constant(value):
            return self.static(OPS[key].function, value)
        if isinstance(value, ObjectV):
            result = self.answer(value, f"__{key}__")
            if result is not None:
                return result
        if isinstance(value, TupleV | ListV) or self.kind_base(value) in ("list", "tuple"):
            raise self.no_operator()
        return self.b.emit(key, self.as_operand(value))

    # --- displays ---------------------------------------------------------------------------

    def eval_lambda(self, node: Any) -> FunctionV:
        return self.closure(node)

    def eval_joinedstr(self, node: Any) -> Any:
        parts = [self.eval(part) for part in node.values]
        if all(isinstance(part, Const) for part in parts):
            return Const("".join(str(part.value) for part in parts))
        return self.b.emit("text", tuple(self.to_operand(part) for part in parts))

    def eval_formattedvalue(self, node: Any) -> Any:
        value = self.eval(node.value)
        spec = Const("") if node.format_spec is None else self.eval(node.format_spec)
        if isinstance(value, Const) and isinstance(spec, Const):
            shown = CONVERSIONS.get(node.conversion, lambda value: value)(value.value)
            return self.static(format, Const(shown), spec)
        letter = chr(node.conversion) if node.conversion > 0 else ""
        return self.b.emit("format", self.printable(value), spec, Const(letter))

    def printable(self, value: Any) -> Any:
        """A value as a part of a text."""
        return (
            self.passed(value)
            if isinstance(value, ListV | DictV | TupleV)
            else (self.to_operand(value))
        )


def local_names(node: Any) -> set[str]:
    """The names that a function assigns, its parameters among them."""
    found: set[str] = set()
    args = node.args
    for arg in [*args.args, *args.posonlyargs, *args.kwonlyargs, args.vararg, args.kwarg]:
        if arg is not None:
            found.add(arg.id)
    skip: set[str] = set()

    def visit(item: Any) -> None:
        if isinstance(item, gast.FunctionDef | gast.ClassDef):
            found.add(item.name)
            return
        if isinstance(
            item, gast.Lambda | gast.ListComp | gast.GeneratorExp | gast.DictComp | gast.SetComp
        ):
            return
        if isinstance(item, gast.Global):
            skip.update(item.names)
        if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Store | gast.Del):
            found.add(item.id)
        for child in gast.iter_child_nodes(item):
            visit(child)

        if isinstance(item, gast.match_case):
            found.update(captured(item.pattern))

    if isinstance(node, gast.FunctionDef):
        for item in node.body:
            visit(item)
    return found - skip


def globals_of(node: Any) -> dict[str, Any]:
    """The names that a function declares to be ``global``, and where."""
    if not hasattr(node, "globals_declared"):
        own = node.body if isinstance(node, gast.FunctionDef) else []
        node.globals_declared = {name: found for found in _globals(own) for name in found.names}
    found: dict[str, Any] = node.globals_declared
    return found


def _globals(body: list[Any]) -> Iterator[Any]:
    for item in body:
        if isinstance(item, gast.Global):
            yield item
        elif not isinstance(item, gast.FunctionDef | gast.ClassDef):
            yield from _globals(list(gast.iter_child_nodes(item)))


def of_comprehensions(node: Any) -> set[str]:
    """The variables of the comprehensions in a function."""
    return {
        item.id
        for made in gast.walk(node)
        if isinstance(made, gast.comprehension)
        for item in gast.walk(made.target)
        if isinstance(item, gast.Name)
    }
