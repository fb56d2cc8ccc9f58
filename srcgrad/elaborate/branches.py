"""Elaboration of branches: both sides are walked, and what they leave is merged."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType
from typing import Any

from numpy import ufunc

from srcgrad.errors import Refusal
from srcgrad.ir.nodes import Const, If, Operand
from srcgrad.values.abstract import ChoiceV, FunctionV, MethodV, OptionalV, PartialV
from srcgrad.values.holders import ContainerV
from srcgrad.values.merging import Branches, variable
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import TupleV
from srcgrad.values.signals import Closed, Diverges, Refused
from srcgrad.values.store import UNDEFINED, same
from srcgrad.values.walk import Walk

DIVERGED = object()


def is_function(value: Any) -> bool:
    """Whether a value is known to be a function, of which a branch may pick one."""
    if isinstance(value, Const):
        return isinstance(value.value, FunctionType | BuiltinFunctionType | ufunc)
    return isinstance(value, FunctionV | PartialV | ChoiceV) or (
        isinstance(value, MethodV) and value.function is not None
    )


class Branching(Walk):
    """``if`` statements, and what else is computed on one of two paths."""

    def do_if(self, node: Any) -> None:
        cond = self.condition(node.test)
        if isinstance(cond, Const):
            self.run(node.body if cond.value else node.orelse)
            return
        self.one_path(node, cond, lambda: self.run(node.body), lambda: self.run(node.orelse))

    def one_path(self, node: Any, cond: Operand, then: Any, orelse: Any) -> Any:
        """The value of one of two paths of the user's; one that is refused raises that, if asked for.

        Not inside a ``try``, whose handlers would take what is raised for an error of the function.
        Where the two leave what does not mix, one alone is followed, if ``sides`` says which.
        """
        number = self.branch_number(node)
        side = None if self.doubts else self.sides.get(number)
        if side is not None:
            self.close_path(cond, not side.taken, [side.refusal])
            return then() if side.taken else orelse()
        if not self.closing or self.doubts:
            return self.branch(cond, then, orelse, number)[0]
        state, known = self.state(), len(self.refusals)
        kept: list[Any] = []  # what the first path gives, and the state that it leaves

        def tried(side: bool, make: Any) -> Any:
            value = None
            with suppress(Refused):
                value = make()
            if any(item.branch not in (None, *self.sides) for item in self.refusals[known:]):
                raise Refused  # of a branch inside, one side may be followed
            if len(self.refusals) > known:
                raise Closed(side)
            if side:
                kept.extend((value, self.state()))
            return value

        try:
            paths = (lambda: tried(True, then)), (lambda: tried(False, orelse))
            return self.branch(cond, *paths, number)[0]
        except Closed as path:
            refusals = self.refusals[known:]
            self.reset(state)
            self.close_path(cond, path.side, refusals)
            if path.side or not kept:
                return orelse() if path.side else then()
        before = self.b.block
        self.reset(kept[1])
        self.b.block, self.level = [*before, *self.b.block], state[7]
        return kept[0]

    def branch_number(self, node: Any) -> int:
        """What tells a branch from the others, in each walk that takes the same sides before it."""
        return self.branches.setdefault(self.site_key(node), len(self.branches))

    def close_path(self, cond: Operand, side: bool, refusals: list[Refusal]) -> None:
        """Raise what is refused where ``cond`` has this truth value."""
        self.closed.append(refusals[0])  # the others come of it, or after it
        with self.uncertain(), self.b.nested() as path:
            self.raise_new(NotImplementedError, refusals[0].brief)
        sides = (path.block, ()) if side else ((), path.block)
        self.b.add(If(cond, sides[0], sides[1], (), self.b.origin))

    def branch(
        self, cond: Operand, then: Any, orelse: Any, number: int | None = None
    ) -> tuple[Any, Any]:
        """An ``If`` of the IR; the values of the two thunks."""
        origin = self.b.origin
        before = self.store.snapshot()
        self.level += 1
        flags = self.flag_of(cond)
        with self.uncertain(), self.b.nested() as first:
            a = self.side(then, flags[0])
        after_then, self.store.content = self.store.content, dict(before)
        with self.uncertain(), self.b.nested() as second:
            b = self.side(orelse, flags[1])
        self.level -= 1
        after_else = self.store.content
        if a is DIVERGED or b is DIVERGED:
            result = self.one_side(a, after_then, b, after_else)
            for statement in second.block if a is DIVERGED else first.block:
                self.b.add(statement)  # the other side is taken
            return result
        self.store.completed(after_then)
        branches = Branches(self.b.names, after_then, after_else, flags, number)
        a_b: tuple[Any, Any] = (None, None)
        if is_function(a) and is_function(b):
            a_b = (a if same(a, b) else ChoiceV(cond, a, b), None)
        elif is_operand(a) or isinstance(a, TupleV | OptionalV | ContainerV):
            branches.loose = True
            a_b = (branches.merge(a, b, ""), None)
            branches.loose = False
        merged = dict(before)
        for key in dict.fromkeys([*before, *after_then, *after_else]):
            x, y = after_then.get(key, UNDEFINED), after_else.get(key, UNDEFINED)
            if is_function(x) and is_function(y) and not same(x, y):
                merged[key] = ChoiceV(cond, x, y)
            else:
                merged[key] = branches.merge(x, y, variable(key))
        for side in branches.stores:
            for key, value in side.items():
                merged.setdefault(key, value)
        self.store.content = {k: v for k, v in merged.items() if v is not UNDEFINED}
        for merge in branches.merges:
            if all(m is None or m in self.b.own for m in (merge.then, merge.orelse)):
                self.b.own.add(merge.out)
            self.may_be_one_list(merge)
        for statement in branches.before:
            self.b.add(replace(statement, origin=origin))
        self.b.add(If(cond, first.block, second.block, tuple(branches.merges), origin))
        return a_b

    def side(self, thunk: Any, flag: Any = None) -> Any:
        """One side of a branch, where ``flag`` holds; ``DIVERGED`` if what it calls is not known yet."""
        depth = len(self.stack), self.frame, self.level
        before, self.present = self.present, (*self.present, flag)
        try:
            return thunk()
        except Diverges:
            del self.stack[depth[0] :], self.levels[depth[0] :]
            _, self.frame, self.level = depth
            return DIVERGED
        finally:
            self.present = before

    def one_side(self, a: Any, after_then: Any, b: Any, after_else: Any) -> tuple[Any, Any]:
        """A branch one side of which leads nowhere: what the other leaves."""
        if a is DIVERGED and b is DIVERGED:
            raise Diverges
        value, self.store.content = (b, after_else) if a is DIVERGED else (a, after_then)
        return value, None
