"""Loops that are written out: those over items that differ in kind, and those of known course.

A loop whose course is known is tried as a loop first. If its variables change their structure from
iteration to iteration, or its body is refused, it is written out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.ir.nodes import Carry, Const
from srcgrad.values.abstract import Later
from srcgrad.values.dicts import DictV
from srcgrad.values.iterators import IteratorV
from srcgrad.values.signals import Unroll
from srcgrad.values.store import NUMBERS
from srcgrad.values.walk import Walk

UNROLL_LIMIT = 512
LONG = 32  # so many numbers of one kind are gone through by a loop, if they can be
NESTED = 20  # branches inside of each other: Python takes 100, and each pass goes through all


class Unrolling(Walk):
    """What is done instead of a loop of the generated code."""

    def unrollable(self, index: Any) -> bool:
        return bool(self.constant_loops)

    def unroll_if_constant(self, node: Any) -> None:
        """Raise ``Unroll`` if ``node`` is a loop of known course."""
        if self.constant_loops and self.constant_loops[-1] is node:
            raise Unroll(None)

    def loop_or_unroll(
        self, node: Any, loop: Callable[[], None], unrolled: Callable[[], None], length: int
    ) -> None:
        """Elaborate a loop of known course, or write it out where that is refused."""
        from srcgrad.values.signals import Refused

        state, known = self.state(), len(self.refusals)
        wanted, failed = False, None
        self.constant_loops.append(node)
        try:
            loop()
            self.constant_loops.pop()
            if len(self.refusals) == known or length > UNROLL_LIMIT:
                return
        except (Unroll, Refused) as error:
            del self.constant_loops[self.constant_loops.index(node) :]
            if isinstance(error, Unroll):
                wanted = True  # an index into what is taken apart, which may be read all the same
            else:
                failed = error  # an expression is the body, as in a comprehension
        refused = self.refusals[known:]
        self.reset(state)
        if length <= UNROLL_LIMIT:
            try:
                unrolled()
            except Refused:
                if not wanted:
                    raise
            if len(self.refusals) == known:
                return
            if refused:
                self.refusals[known:] = refused
        if failed is not None:
            raise failed
        if wanted:
            self.reset(state)
            loop()

    def state(self) -> Any:
        return (
            self.store.snapshot(),
            list(self.b.block),
            len(self.refusals),
            self.frame,
            list(self.stack),
            set(self.b.own),
            NUMBERS.value,
            self.level,
            list(self.levels),
            set(self.iterators),
            list(self.settings),
        )

    def reset(self, state: Any) -> None:
        self.store.content, self.b.block = dict(state[0]), list(state[1])
        del self.refusals[state[2] :]
        self.frame, self.stack, self.b.own = state[3], list(state[4]), set(state[5])
        NUMBERS.value, self.level, self.levels = state[6], state[7], list(state[8])
        self.iterators.intersection_update(state[9])  # their numbers are given anew
        self.settings = list(state[10])

    def unrolled(
        self, items: Callable[[], Any], target: Any, stop: str | None, body: Any, k: int = 0
    ) -> None:
        """The body for each item; ``items()`` are those of a list now, which may grow."""
        while k < len(items()):
            flag = self.store.get(self.frame.number, stop) if stop else Const(False)
            if isinstance(flag, Const):
                if flag.value:
                    return
            elif self.level < NESTED:
                self.branch(
                    flag, lambda: None, lambda k=k: self.resume(items, target, stop, body, k)
                )
                return
            known = len(self.refusals)

            def once(k: int = k) -> None:
                self.assign(target, self.now(items()[k]))
                body()

            if isinstance(flag, Const):
                once()
            else:
                self.branch(flag, lambda: None, once)
            k += 1
            if len(self.refusals) > known:
                return

    # --- the first iteration, written out ---------------------------------------------------

    def loop_key(self, node: Any) -> Any:
        """A loop, in the calls that led here."""
        return id(node), tuple(id(item) for item in self.stack)

    def peels(self, node: Any, carries: tuple[Carry, ...]) -> bool:
        """Whether the first iteration of a loop must stand before it, and does not yet.

        In compiled code a variable has one type: a number goes into this loop, and arrays go round.
        """
        key, kind = self.loop_key(node), self.b.kind
        if not self.compiled or key in self.peeled:
            return False
        for carry in carries:
            if (
                kind(carry.phi).base == "any"
                and carry.init is not None
                and kind(carry.init).immutable
            ):
                self.peeled.add(key)
                self.guesses.clear()
                return True
        return False

    def peel(self, node: Any, cond: Any) -> None:
        """Refuse a loop whose first iteration does not run, where that is so."""
        if isinstance(cond, Const) and cond.value:
            return
        self.refuse(
            "a variable is a number if this loop does not run, and an array if it does",
            "variables of compiled code have one kind, and here it does not run",
            "leave out jit=True, or begin with an array: np.zeros(...)",
            node if hasattr(node, "lineno") else None,
        )
        self.closed.append(self.refusals.pop())
        self.require(cond, NotImplementedError, self.closed[-1].brief)

    def same_length(self, iterable: Any, items: Any, stop: str | None) -> None:
        """Refuse a list that changes its length while ``enumerate`` or ``zip`` runs through it."""
        left = stop is not None and self.store.get(self.frame.number, stop) == Const(True)
        if isinstance(iterable, DictV) and len(iterable.content(self)) != len(items) and not left:
            raise self.raising(
                RuntimeError("dictionary changed size during iteration"),
                "this dict changes its size while it is iterated over",
                "the function itself raises here",
                "loop over a copy of its keys: list(d)",
            )
        found = self.static_items(iterable) if isinstance(iterable, IteratorV) else items
        if found is None or len(found) != len(items):
            raise self.refuse(
                "this list changes its length while it is iterated over",
                "how many iterations there are is not known",
                "use a copy of it",
            )

    def items_at_hand(self, value: Any) -> tuple[Any, ...] | None:
        """The rows of an array, or what iterates over it, if the signature holds its exact size."""
        numbered = isinstance(value, IteratorV) and not (self.runs(value) or self.endless(value))
        if not self.exact or not (isinstance(value, str) or numbered):
            return None
        count = self.count(value)
        if not isinstance(count, Const) or count.value > UNROLL_LIMIT:
            return None
        return tuple(Later(lambda k: self.item_at(value, Const(k)), k) for k in range(count.value))

    def now(self, item: Any) -> Any:
        """An item, read when its turn comes: the loop may change what it is read from."""
        return item.read(item.number) if isinstance(item, Later) else item

    def resume(self, items: Any, target: Any, stop: str | None, body: Any, k: int) -> None:
        self.assign(target, self.now(items()[k]))
        body()
        self.unrolled(items, target, stop, body, k + 1)

    def foreseen(self, test: Callable[[], Any]) -> Any:
        """What a condition is now, if that is known; None otherwise."""
        state = self.state()
        with self.b.nested():
            try:
                found = test()
            except Exception:
                found = None
        self.reset(state)
        return found if isinstance(found, Const) else None

    def unrolled_while(self, node: Any, test: Callable[[], Any]) -> None:
        """A ``while`` of which it is known, before each iteration, whether it goes on."""
        for _ in range(UNROLL_LIMIT):
            flag = self.store.get(self.frame.number, node.stop) if node.stop else Const(False)
            cond = test() if flag == Const(False) else self.negate(flag)
            if not isinstance(cond, Const):
                self.restart_all(*self.conflicting)
                raise self.refuse(
                    "lists of this loop are taken apart, and it cannot be unrolled",
                    "how often it runs is not known",
                    "use arrays",
                    node,
                )
            known = len(self.refusals)
            if cond.value:
                self.run(node.body)
            if not cond.value or len(self.refusals) > known:
                return
        raise self.refuse(
            "this loop is too long to unroll",
            "its variables change their structure",
            "use arrays",
            node,
        )
