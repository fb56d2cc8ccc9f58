"""Iterators that stop between two items: what ``next`` takes from, and several in one ``zip``.

An iterator with numbered items knows how many were taken. A generator can stop where its one loop
yields: taking an item runs what follows the ``yield``, tests the loop's condition, and runs what
stands before the ``yield``::

    def halves(v):              v = next(h)            started = False   # h = halves(x)
        while v > 0.1:                                 ...
            yield v                                    if started:
            v = v / 2                                      h_v = h_v / 2
                                                       started = True
                                                       if not h_v > 0.1: raise StopIteration
                                                       v = h_v
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.ir.nodes import Const, While
from srcgrad.source.suspension import Parts, parts_of
from srcgrad.values.iterators import GeneratorV, IteratorV, OnceV, RangeV
from srcgrad.values.sequences import TupleV
from srcgrad.values.store import UNDEFINED, new_number, same
from srcgrad.values.walk import Walk

Body = Callable[[], None]


class Suspended(Walk):
    """``next``, and loops over what was begun."""

    def suspendable(self, value: Any) -> bool:
        """Whether an iterator can be asked for one item at a time."""
        if isinstance(value, GeneratorV):
            return (
                value.produce is None
                and parts_of(value.frame.node) is not None
                and same(self.store.get(value.frame.number, "$begun"), Const(False))
            )
        return isinstance(value, IteratorV)

    def started(self, value: GeneratorV) -> bool:
        """Whether ``next`` was called of a generator."""
        found = self.store.get(value.frame.number, "$started")
        return not (found is UNDEFINED or same(found, Const(False)))

    def pull(self, value: Any, then: Callable[[Any], Any], end: Callable[[], Any] | None) -> Any:
        """``then`` of the next item, or ``end`` if there is none.

        Without an ``end``, generated code raises ``StopIteration`` there.
        """
        if isinstance(value, GeneratorV):
            return self.pull_generator(value, then, end)
        source = value.sources[0] if value.style == "iter" else value
        if value.style == "iter" and self.runs(source):
            return self.pull(source, then, end)
        if value.style != "iter" and any(self.runs(part) for part in value.sources):
            raise self.refuse(
                "next() of an iterator over an iterator is not supported",
                "what is left of the inner one is not known",
                "call next() of the inner one",
            )
        if value.style == "cycle" and not isinstance(source.sources[0], Const | TupleV | RangeV):
            raise self.refuse(
                "next() of itertools.cycle() over what may change is not supported",
                "it gives the items of its first round again",
                "make a tuple of them",
            )
        at = self.position(value)
        at = Const(0) if at is UNDEFINED else at

        def take() -> Any:
            item = self.numbered(source, at)
            self.store.set(value.number, "$at", self.binary("add", at, Const(1)))
            return then(item)

        if self.endless(source):
            return take()
        return self.if_more(self.binary("lt", at, self.count(source)), take, end)

    def if_more(self, more: Any, take: Callable[[], Any], end: Callable[[], Any] | None) -> Any:
        """``take()`` where ``more`` holds; otherwise ``end()``, or an exception."""
        if isinstance(more, Const):
            if not more.value and end is None:
                raise self.raising(
                    StopIteration(),
                    "there is no next item",
                    "Python itself raises StopIteration here",
                    "pass a default",
                )
            return take() if more.value or end is None else end()
        if end is None:
            self.require(more, StopIteration, "")
            return take()
        return self.branch(more, take, end)[0]

    def numbered(self, source: Any, at: Any) -> Any:
        """Item number ``at``, of what is taken apart, too."""
        items = self.static_items(source) if isinstance(at, Const) else None
        return self.item_at(source, at) if items is None else self.now(items[at.value])

    # --- generators -------------------------------------------------------------------------

    def pull_generator(
        self, value: GeneratorV, then: Callable[[Any], Any], end: Callable[[], Any] | None
    ) -> Any:
        if not self.suspendable(value):
            raise self.refuse(
                "an item of this generator is asked for in the middle of its course",
                "where it stops is known only for a generator of one loop with one `yield`",
                "make a list of its items, or loop over it",
            )
        number, parts = value.frame.number, parts_of(value.frame.node)
        assert parts is not None
        over = self.store.get(number, "$over")

        def ended() -> Any:
            with self.in_generator(value):
                self.run(parts.after)
            self.store.set(number, "$over", Const(True))
            return end() if end is not None else self.if_more(Const(False), lambda: None, None)

        def go() -> Any:
            if parts.loop is None:
                return self.pull_row(value, parts, then, ended)
            self.run_to_test(value, parts)
            return self.pull_loop(value, parts, then, None if end is None else ended)

        if over is UNDEFINED or same(over, Const(False)):
            return go()
        return self.if_more(self.negate(over), go, end)

    def pull_row(
        self, value: GeneratorV, parts: Parts, then: Callable[[Any], Any], end: Callable[[], Any]
    ) -> Any:
        """The next of statements in a row."""
        number = value.frame.number
        at = self.store.get(number, "$started")
        at = Const(0) if at is UNDEFINED else at
        if not isinstance(at, Const):
            self.known_place()
        if int(at.value) == len(parts.rows):
            return end()
        with self.in_generator(value):
            self.run(parts.rows[int(at.value)][0])
            node = parts.rows[int(at.value)][1]
            item = Const(None) if node is None else self.eval(node)
        self.store.set(number, "$started", Const(int(at.value) + 1))
        return then(item)

    def known_place(self) -> None:
        if self.constant_loops:
            self.unroll_if_constant(self.constant_loops[-1])
        raise self.refuse(
            "the first item of this generator is asked for in a loop or a branch",
            "where the generator stands is known only at run time",
            "call next() once before, or loop over the generator",
        )

    def run_to_test(self, value: GeneratorV, parts: Parts) -> None:
        """What runs up to the test of the loop."""
        number = value.frame.number
        started = self.store.get(number, "$started")

        def begin() -> None:
            with self.in_generator(value):
                self.run(parts.before)
                if isinstance(parts.loop, gast.For):
                    source = self.eval(parts.loop.iter)
                    if self.runs(source) and not self.suspendable(source):
                        self.known_place()
                    cursor = source if self.runs(source) else IteratorV("iter", (source,))
                    self.store.set(number, "$cursor", cursor)
                    self.store.set(cursor_number(cursor), "$at", Const(0))

        def go_on() -> None:
            with self.in_generator(value):
                self.run(parts.tail)

        if started is UNDEFINED or isinstance(started, Const):
            (go_on if isinstance(started, Const) and started.value else begin)()
        elif parts.before or isinstance(parts.loop, gast.For):
            self.known_place()
        else:
            self.branch(started, go_on, begin)
        self.store.set(number, "$started", Const(True))

    def pull_loop(
        self,
        value: GeneratorV,
        parts: Parts,
        then: Callable[[Any], Any],
        end: Callable[[], Any] | None,
    ) -> Any:
        """The test of the loop, and the item."""

        def take() -> Any:
            with self.in_generator(value):
                self.run(parts.head)
                item = Const(None) if parts.value is None else self.eval(parts.value)
            return then(item)

        if isinstance(parts.loop, gast.While):
            with self.in_generator(value):
                self.at(parts.loop)
                more = self.condition(parts.loop.test)
            return self.if_more(more, take, end)

        def assigned(item: Any) -> Any:
            with self.in_generator(value):
                self.assign(parts.loop.target, item)
            return take()

        cursor = self.store.get(value.frame.number, "$cursor")
        return self.pull(cursor, assigned, end)

    @contextmanager
    def in_generator(self, value: GeneratorV) -> Any:
        """The generator's own code is walked."""
        outer, at = self.surroundings(), self.node
        self.surround(outer, self.stand_in(f"generator {id(value.frame.node)}"))
        self.frame = value.frame
        try:
            yield
        finally:
            self.surround(outer)
            self.node = at

    # --- loops ------------------------------------------------------------------------------

    def loop_on(self, value: OnceV, node: Any, target: Any, stop: str | None, body: Body) -> None:
        """A loop over what is left of an iterator, of which the body may take items itself."""

        def turn(end: Body) -> None:
            def each(item: Any) -> None:
                self.assign(target, item)
                body()

            value.resume(self)
            self.pull(value, each, end)

        value.begin(self)
        self.while_running(node, stop, turn, self.taken_apart_now(value))

    def while_running(
        self, node: Any, stop: str | None, turn: Callable[[Body], None], written_out: bool
    ) -> None:
        """``turn`` over and over, until it calls what it is given, or the flag ``stop`` is set."""
        frame, running = self.frame.number, f"$running.{new_number()}"

        def end() -> None:
            self.store.set(frame, running, Const(False))

        def going() -> Any:
            on = self.store.get(frame, running)
            left = self.store.get(frame, stop) if stop else Const(False)
            return self.all_of([on, self.negate(left)])

        self.store.set(frame, running, Const(True))
        if written_out:
            self.turns(going, lambda: turn(end))
            return
        origin = self.b.origin

        def once(_: Any) -> Any:
            with self.b.nested() as head:
                cond = going()
            with self.b.nested() as inner:
                turn(end)
            return head, cond, inner

        carries, (head, cond, inner) = self.agree(node, once)
        self.b.add(While(carries, head.block, cond, inner.block, origin))

    def taken_apart_now(self, value: Any) -> bool:
        """Whether all that is left is known by structure."""
        if isinstance(value, GeneratorV):
            parts = parts_of(value.frame.node)
            return parts is not None and parts.loop is None
        if not isinstance(self.position(value), Const):
            return False
        source = value.sources[0] if value.style == "iter" else value
        return not self.endless(source) and self.static_items(source) is not None

    def turns(self, going: Callable[[], Any], turn: Body) -> None:
        """``while going(): turn()``, written out."""
        for _ in range(512):
            cond, known = going(), len(self.refusals)
            if not isinstance(cond, Const):

                def rest() -> None:
                    turn()
                    self.turns(going, turn)

                self.branch(cond, rest, lambda: None)
                return
            if not cond.value:
                return
            turn()
            if len(self.refusals) > known:
                return
        raise self.refuse(
            "this loop is too long to unroll", "its items differ in structure", "use arrays"
        )

    def pulled(
        self, parts: list[Any], node: Any, target: Any, stop: str | None, body: Body
    ) -> None:
        """A loop over iterators that are asked in turn, each stopping in between."""
        frame, row = self.frame.number, f"$row.{new_number()}"
        asked: list[OnceV] = [
            part if self.runs(part) else IteratorV("iter", (part,)) for part in parts
        ]

        def ask(k: int, then: Body, end: Body) -> None:
            if k == len(asked):
                return then()

            def keep(item: Any) -> None:
                self.store.set(frame, f"{row}.{k}", item)
                ask(k + 1, then, end)

            self.pull(asked[k], keep, end)
            return None

        def turn(end: Body) -> None:
            items = (self.store.get(frame, f"{row}.{k}") for k in range(len(asked)))
            self.assign(target, TupleV(tuple(items)))
            body()
            for part in asked:
                part.resume(self)
            left = self.store.get(frame, stop) if stop else Const(False)
            self.either(self.negate(left), lambda: ask(0, lambda: None, end), lambda: None)

        def apart(part: OnceV) -> bool:
            part.begin(self)
            return self.taken_apart_now(part)

        known = all(isinstance(part, IteratorV) and apart(part) for part in asked)
        ask(0, lambda: self.while_running(node, stop, turn, known), lambda: None)


def cursor_number(cursor: Any) -> int:
    return int(cursor.number if isinstance(cursor, IteratorV) else cursor.frame.number)
