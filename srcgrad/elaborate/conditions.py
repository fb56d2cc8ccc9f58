"""Elaboration of conditions: ``and``, ``or``, comparisons, ``in``, ``is``, what counts as true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcgrad.elaborate.branches import is_lost
from srcgrad.handlers import array_methods as methods
from srcgrad.ir.nodes import Const
from srcgrad.rules.template import operator_of
from srcgrad.values.abstract import Conflict, Value
from srcgrad.values.walk import Walk


class Truths(Walk):
    """What decides between paths."""

    def eval_boolop(self, node: Any) -> Any:
        return self.lazy(node.values, isinstance(node.op, gast.And))

    def condition(self, node: Any) -> Any:
        """The truth of an expression: what its parts are else does not matter."""
        if isinstance(node, gast.BoolOp):
            previous, self.node = self.node, node
            value = self.lazy(node.values, isinstance(node.op, gast.And), test=True)
            self.node = previous
            return value
        return self.truth(self.eval(node))

    def lazy(self, values: list[Any], is_and: bool, test: bool = False) -> Any:
        """``and`` and ``or``: the rest is computed only if the first does not decide.

        With ``test``, only the truth of the result is wanted.
        """
        first = self.condition(values[0]) if test else self.eval(values[0])
        if len(values) == 1:
            return first
        return self.unless_decided(first, lambda: self.lazy(values[1:], is_and, test), is_and, test)

    def unless_decided(
        self, first: Any, again: Callable[[], Any], is_and: bool, test: bool = False
    ) -> Any:
        """``first and again()``, or ``first or again()``."""
        cond = self.truth(first)
        if isinstance(cond, Const):
            return again() if bool(cond.value) == is_and else first
        before, given = self.store.snapshot(), self.given_count
        with self.uncertain(), self.b.nested() as inner:
            rest = self.side(again)
        pure = not is_lost(rest) and given == self.given_count
        pure = pure and all(methods.is_plain(statement) for statement in inner.block)
        if pure and self.is_truth(first) and self.is_truth(rest) and not self.store.changed(before):
            self.b.block.extend(inner.block)
            return self.b.emit("bool_and" if is_and else "bool_or", first, rest)
        self.store.content = before

        def skip() -> Any:
            return Const(not is_and) if test else first

        sides = (again, skip) if is_and else (skip, again)
        result = self.branch(cond, *sides)[0]
        if result is None or isinstance(result, Conflict):
            raise self.refuse(
                "the two sides of this `and` or `or` do not mix",
                result.why if result else "they are structures of different kinds",
                "use an if statement",
            )
        return result

    def is_truth(self, value: Any) -> bool:
        return self.kind_base(value) in ("bool", "scalar")

    def eval_compare(self, node: Any) -> Any:
        left = self.eval(node.left)
        return self.chained(node, 0, left, self.eval(node.comparators[0]))

    def chained(self, node: Any, k: int, left: Any, right: Any) -> Any:
        """The comparison of this number and, only if it holds, those after it."""
        part = self.compare(node.ops[k], left, right)
        if k + 1 == len(node.ops):
            return part

        def rest() -> Any:
            return self.chained(node, k + 1, right, self.eval(node.comparators[k + 1]))

        return self.unless_decided(part, rest, True)

    def compare(self, op: Any, a: Any, b: Any) -> Any:
        equal = isinstance(op, gast.Eq | gast.NotEq)
        if isinstance(op, gast.Is | gast.IsNot):
            if self.asked_for_none(a, b) is not None:
                return self.equal_or_none("eq" if isinstance(op, gast.Is) else "ne", a, b)
            found = self.identity(a, b)
            return found if isinstance(op, gast.Is) else self.negate(found)
        if isinstance(op, gast.In | gast.NotIn):
            found = self.contains(b, a)
            return found if isinstance(op, gast.In) else self.negate(found)
        if equal and self.text_and_number(a, b):
            return Const(isinstance(op, gast.NotEq))
        return self.binary(operator_of(op), a, b)

    def text_and_number(self, a: Any, b: Any) -> bool:
        """Whether one operand is a constant text and the other one of Python's numbers."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Const) and isinstance(one.value, str):
                return self.kind_base(other) in ("int", "float", "bool", "complex")
        return False

    def truth(self, value: Any) -> Any:
        """The operand to test: a constant where it is known."""
        if isinstance(value, Value):
            return value.truth(self)
        if isinstance(value, Const):
            return Const(bool(value.value))
        if self.is_list(value):
            return self.b.emit("gt", self.sequence_length(value), Const(0))
        kind = self.b.kind(value)
        known = kind.base == "tuple" and kind.dim != "unknown"  # a piece of a shape
        return Const(bool(kind.items)) if known else value

    def eval_ifexp(self, node: Any) -> Any:
        cond = self.condition(node.test)
        if isinstance(cond, Const):
            return self.eval(node.body if cond.value else node.orelse)
        value = self.one_path(
            node, cond, lambda: self.eval(node.body), lambda: self.eval(node.orelse)
        )
        if isinstance(value, Conflict):
            self.restart_all(value.lists, value.other)
        if value is None or isinstance(value, Conflict):
            raise self.refuse(
                "the two sides of this conditional do not mix",
                value.why if value else "they are structures of different kinds",
                "use an if statement",
                node,
                branch=self.branch_number(node),
            )
        return value
