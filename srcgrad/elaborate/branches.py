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
from srcgrad.values.signals import Closed, Diverges, Missing, Refused
from srcgrad.values.store import UNDEFINED, same
from srcgrad.values.walk import Walk

DIVERGED = object()  # it is a call whose result is not known yet,
MISSING = object()  # or raises, certainly


Path = tuple[Any, Any, Any]  # the value of a side, the store after it, and its statements


def is_lost(value: Any) -> bool:
    """Whether a side of a branch has no end."""
    return value is DIVERGED or value is MISSING


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
        if is_lost(a) or is_lost(b):
            paths = (a, after_then, first.block), (b, after_else, second.block)
            return self.one_side(cond, *paths), None
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
        """One side of a branch, where ``flag`` holds; ``DIVERGED`` or ``MISSING`` if it has no end."""
        depth = len(self.stack), self.frame, self.level
        before, self.present = self.present, (*self.present, flag)
        around, self.side_depth = self.side_depth, len(self.loops)
        try:
            return thunk()
        except (Diverges, Missing) as signal:
            del self.stack[depth[0] :], self.levels[depth[0] :]
            _, self.frame, self.level = depth
            if not isinstance(signal, Missing):
                return DIVERGED
            if not self.b.block or self.b.block[-1] is not signal.statement:
                self.raise_new(KeyError, "key")  # it stands in a block that is lost
            return MISSING
        finally:
            self.present, self.side_depth = before, around

    def one_side(self, cond: Operand, then: Path, orelse: Path) -> Any:
        """A branch one side of which has no end: what the other leaves. What raises is kept."""
        (a, _, first), (b, _, second) = then, orelse
        both = is_lost(a) and is_lost(b)
        if both and not (a is b is MISSING):
            raise Diverges
        raising = first if a is MISSING else (), second if b is MISSING else ()
        if any(raising):
            self.b.add(If(cond, *raising, (), self.b.origin))
        if both:
            raise self.lost(self.missing())
        value, self.store.content, block = orelse if is_lost(a) else then
        for statement in block:
            self.b.add(statement)
        return value

    def lost(self, signal: BaseException) -> BaseException:
        """A signal, of what the statement that was written last raises."""
        if isinstance(signal, Missing):
            signal.statement = self.b.block[-1]
        return signal

    def missing(self, error: BaseException | None = None) -> BaseException:
        """What to raise where a dict is certain not to have a key: its side of a branch ends."""
        certain = self.doubts and not self.doubts[-1]
        if self.side_depth == len(self.loops) and not certain:
            return Missing()
        return self.raising(
            KeyError("key") if error is None else error,
            "this key is not in the dict",
            "nothing was put into it before",
            "mend the function",
        )
