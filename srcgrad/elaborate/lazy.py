"""Iterators that give their items in the course of the loop that asks for them.

What has numbered items (``map`` over a list, a generator expression over an array) stays an
``IteratorV``, whose item is computed when its turn comes. Anything else is a ``GeneratorV``: its own
loop runs, with the body of the loop over it in place of each ``yield``. Of several in one ``zip`` only
one can lead, unless they can stop between two items (``elaborate.suspended``); the others are made
whole first, which is the same as long as the loop writes nothing that they read::

    for i, v in enumerate(s * w for w in x):        for i in range(len(x)):
        total += v                                      v = s * x[i]
        s = s + v                                       total += v
                                                        s = s + v
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.definitions import iterators
from srcgrad.elaborate.unwritten import Nothing
from srcgrad.handlers.table import LAZY, RUN_THROUGH
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.frames import Frame
from srcgrad.values.iterators import GeneratorV, IteratorV, RangeV, read_from
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import TupleV
from srcgrad.values.signals import Refused
from srcgrad.values.store import UNDEFINED, new_number
from srcgrad.values.walk import Walk

Body = Callable[[], None]


class Lazies(Walk):
    """Generator expressions, and iterators over iterators."""

    # --- generator expressions --------------------------------------------------------------

    def eval_generatorexp(self, node: Any) -> Any:
        """The first iterable is evaluated at once, all else where an item is asked for."""
        first = self.run_over(self.eval(node.generators[0].iter))
        made = self.generator_function(node)
        outer = self.frame
        frame = Frame(outer.source, outer.namespace, outer.cells, outer, made)
        frame.site = (outer, node) if outer.site is not None else None
        around: Any = outer
        while around is not None:
            self.closed_over.add(around.number)
            around = around.parent
        for item in gast.walk(node):
            if isinstance(item, gast.NamedExpr):  # assigns outside
                self.nonlocals.add((frame.number, item.target.id))
        head = node.generators[0]

        def whole() -> Any:
            with self.inside(frame):
                return self.listed_comprehension(node, first)

        def item_of(item: Any) -> Any:
            with self.inside(frame):
                self.assign(head.target, item)
                return self.eval(node.elt)

        if len(node.generators) == 1 and not head.ifs and not self.runs(first):
            found = IteratorV("map", (first,), function=item_of, whole=whole)
            found.begin(self)
            return found
        self.store.set(frame.number, "$first", first)
        return self.generator_of(GeneratorV(frame, whole))

    def generator_function(self, node: Any) -> Any:
        """The generator function that a generator expression is a call of."""
        if not hasattr(node, "function"):
            body: Any = gast.Expr(gast.Yield(node.elt))
            for k, part in reversed(list(enumerate(node.generators))):
                for test in reversed(part.ifs):
                    body = gast.If(test, [gast.copy_location(body, node)], [])
                source = part.iter if k else gast.Name("$first", gast.Load(), None, None)
                source = gast.copy_location(source, part.iter)
                body = gast.copy_location(body, node)
                body = gast.For(part.target, source, [body], [], None)
            arguments = gast.arguments([], [], None, [], [], None, [])
            args: Any = ("<genexpr>", arguments, [gast.copy_location(body, node)], [], None, None)
            node.function = gast.copy_location(gast.FunctionDef(*args), node)
            for item in gast.walk(node.function):
                if not hasattr(item, "lineno"):
                    gast.copy_location(item, node)
        return node.function

    @contextmanager
    def inside(self, frame: Any) -> Any:
        """What is walked here stands in another frame, whose variables are forgotten then."""
        outer, node = self.frame, self.node
        self.frame = frame
        try:
            yield
        finally:
            self.frame, self.node = outer, node
        self.leave_frame(frame.number)

    def handled(self, handler: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call by its handler: of what iterators yield, or of the iterators themselves."""
        through = RUN_THROUGH.get(handler)
        if through is not None:
            args = list(args)
            args[through] = map(self.run_over, args[through])
        if handler in LAZY:
            args = [self.given(arg) for arg in args]
        else:
            args = self.arguments_of(self.callee, args)
        found = handler(self, args, keywords)
        if isinstance(found, IteratorV):
            found.begin(self)
        return found

    def run_over(self, value: Any) -> Any:
        """What stands for an object that is iterated over; other values as they are."""
        if isinstance(value, str) and self.b.kind(value).numeric and self.b.kind(value).immutable:
            raise self.raising(
                TypeError("object is not iterable"),
                "this cannot be iterated over",
                "it is a number",
                "use a list, an array or a range",
            )
        return value.iterated(self) if type(value) is ObjectV else value

    def stepping(self, owner: ObjectV) -> Any:
        """What an object with ``__next__`` gives."""
        return self.run_by(iterators.stepped, owner)

    def by_number(self, owner: ObjectV) -> Any:
        """The items of an object with ``__getitem__`` alone."""
        return self.run_by(iterators.numbered, owner)

    # --- made of others ---------------------------------------------------------------------

    def runs(self, value: Any) -> bool:
        """Whether an iterable has no numbered items: it must be run through, or was begun."""
        return isinstance(value, Value) and value.runs(self)

    def begun(self, value: IteratorV) -> bool:
        """Whether items were taken from an iterator, or may have been."""
        return self.position(value) not in (UNDEFINED, Const(0))

    def position(self, value: IteratorV) -> Any:
        """How many items were taken from an iterator by ``next``."""
        return self.store.get(value.number, "$at")

    def generator_of(self, value: GeneratorV) -> GeneratorV:
        """A generator that has not begun."""
        self.store.set(value.frame.number, "$begun", Const(False))
        self.store.set(value.frame.number, "$started", Const(False))
        if value.frame.node is not None:
            self.store.set(value.frame.number, "$over", Const(False))
        return value

    def run_by(self, definition: Any, *args: Any) -> Any:
        """A call of a generator function of srcgrad's own."""
        return self.call_python(definition, list(args), {})

    def zipped(self, sources: tuple[Any, ...]) -> Any:
        """``zip`` of iterables of which one at least must be run through."""
        running = [k for k, source in enumerate(sources) if self.runs(source)]
        forced = [k for k in running if getattr(sources[k], "whole", None) is not None]
        lead = next((k for k in running if k not in forced), running[0])
        others = [k for k in running if k != lead]

        def produce(node: Any, target: Any, stop: str | None, body: Body) -> None:
            if len(running) > 1 and all(self.suspendable(sources[k]) for k in running):
                self.pulled(list(sources), node, target, stop, body)
                return
            if any(k not in forced or sources[k] is sources[lead] for k in others):
                raise self.refuse(
                    "zip() of several generators is not supported",
                    "each must be of one loop with one `yield`, where it stops when another is asked",
                    "make a list of all but one of them",
                )
            with self.unwritten(tuple(sources[k] for k in others), True) as made:
                parts = [
                    made(lambda k=k: self.drained(sources[k])) if k in others else sources[k]
                    for k in range(len(sources))
                ]
                Led(self, parts, lead).run(node, target, stop, body)

        return self.generator_of(GeneratorV(Nothing(), None, produce))

    def all_of(self, tests: list[Any]) -> Any:
        result: Any = Const(True)
        for test in tests:
            if isinstance(test, Const):
                if not test.value:
                    return Const(False)
            else:
                result = (
                    test if isinstance(result, Const) else self.b.emit("bool_and", result, test)
                )
        return result

    def either(self, cond: Any, then: Body, orelse: Body) -> None:
        """One of two, known now or in the generated code."""
        if isinstance(cond, Const):
            (then if cond.value else orelse)()
        else:
            self.branch(cond, then, orelse)

    # --- one after the other ----------------------------------------------------------------

    def first_item(self, source: GeneratorV, default: Any) -> Any:
        """``next(generator)`` of one that has not begun; nothing else is taken from it."""
        mark, frame = new_number(), self.frame.number
        stop, item, found = (f"${name}.{mark}" for name in ("stop", "next", "found"))
        self.store.set(frame, stop, Const(False))
        if default is not None:
            self.store.set(frame, found, default)
        target = gast.copy_location(gast.Name(item, gast.Store(), None, None), self.node)

        def keep() -> None:
            self.store.set(frame, found, self.store.get(frame, item))
            self.store.set(frame, stop, Const(True))

        self.iterate(source, self.stand_in("next"), target, stop, keep)
        if default is None:
            self.require(self.store.get(frame, stop), StopIteration, "")
        value = self.store.get(frame, found)
        if value is UNDEFINED:
            raise self.raising(
                StopIteration(),
                "there is no next item",
                "Python itself raises StopIteration here",
                "pass a default",
            )
        return self.usable(value, "next()")

    def unless_it_acts(self, source: Any) -> Any:
        """All items of an iterable, or None if more is done than to compute them: one for one then."""
        if isinstance(source, GeneratorV):
            return None
        return None if self.acts(source) else self.drained(source)

    def acts(self, source: Any) -> bool:
        """Whether to compute the items of an iterable may raise, or writes what was there before."""
        if not self.computes(source):
            return False
        state, start, there = self.state(), len(self.b.block), self.store.snapshot()
        try:
            if self.endless(source):
                self.item_at(source, Const(0))
            else:
                self.drained(source)
            return self.may_act(tuple(self.b.block[start:])) or self.changed_since(there)
        except Refused:
            return False
        finally:
            self.reset(state)

    def searched(self, source: Any, wanted: bool, test: Callable[[Any], Any] | None = None) -> Any:
        """``any`` and ``all``: whether an item is true or false, up to the first.

        Or whether ``test`` of it is.
        """
        mark, frame = new_number(), self.frame.number
        stop, item = (f"${name}.{mark}" for name in ("found", "item"))
        self.store.set(frame, stop, Const(False))
        target = gast.copy_location(gast.Name(item, gast.Store(), None, None), self.node)

        def search() -> None:
            value = self.store.get(frame, item)
            cond = self.truth(value if test is None else test(value))
            self.store.set(frame, stop, cond if wanted else self.negate(cond))

        self.iterate(source, self.stand_in("search"), target, stop, search)
        found = self.store.get(frame, stop)
        return found if wanted else self.negate(found)

    def holds_generator(self, value: GeneratorV) -> bool:
        """Whether a variable or container holds a generator, which lives on after a loop then."""
        held = self.store.content.values()
        return any(leaf is value for item in held for leaf in read_from(item))


class Led:
    """A loop over a generator, which takes from the iterables beside it in turn.

    Those before it are asked for an item before it runs on, those after it afterwards.
    """

    def __init__(self, e: Walk, parts: list[Any], lead: int) -> None:
        self.e = e
        self.before, self.source, self.after = parts[:lead], parts[lead], parts[lead + 1 :]
        self.held = [kept(part) for part in self.before]
        self.frame, mark = e.frame.number, new_number()
        self.flag, self.count, self.row = (f"${name}.{mark}" for name in ("ended", "count", "row"))
        self.set(self.flag, Const(False))
        self.set(self.count, Const(0))

    def get(self, name: str) -> Any:
        return self.e.store.get(self.frame, name)

    def set(self, name: str, value: Any) -> None:
        self.e.store.set(self.frame, name, value)

    def run(self, node: Any, target: Any, stop: str | None, body: Body) -> None:
        e, beside = self.e, (*self.before, *self.after)
        ends = stop is not None or not all(e.endless(part) for part in beside)
        name = gast.copy_location(gast.Name(self.row, gast.Store(), None, None), node)

        def turn() -> None:
            e.either(self.more(self.after), lambda: self.turn(target, stop, body), self.end)

        def loop() -> None:
            self.take()
            e.iterate(self.source, node, name, self.flag if ends else None, turn)

        e.either(self.more(self.before), loop, lambda: None)

    def more(self, among: list[Any]) -> Any:
        """Whether each of these has another item."""
        e, k = self.e, self.get(self.count)
        return e.all_of([e.binary("lt", k, e.count(part)) for part in among if not e.endless(part)])

    def take(self) -> None:
        """The items of those before it, which are there."""
        k = self.get(self.count)
        items = [
            self.e.item_at(part, k) if held else UNDEFINED
            for part, held in zip(self.before, self.held, strict=True)
        ]
        for j, item in enumerate(items):
            if item is not UNDEFINED:
                self.set(f"{self.row}.{j}", item)

    def end(self) -> None:
        self.set(self.flag, Const(True))

    def turn(self, target: Any, stop: str | None, body: Body) -> None:
        """The body for a row of items; then the next items of those before it are taken."""
        e, k = self.e, self.get(self.count)
        items = [
            self.get(f"{self.row}.{j}") if held else e.item_at(part, k)
            for j, (part, held) in enumerate(zip(self.before, self.held, strict=True))
        ]
        items += [self.get(self.row), *(e.item_at(part, k) for part in self.after)]
        e.assign(target, TupleV(tuple(items)))
        body()
        self.set(self.count, e.binary("add", k, Const(1)))
        left = self.get(stop) if stop else Const(False)
        e.either(
            e.negate(left),
            lambda: e.either(self.more(self.before), self.take, self.end),
            self.end,
        )


def kept(part: Any) -> bool:
    """Whether an item must be kept from when it is asked for: what it is read from changes."""
    return not (
        isinstance(part, Const | TupleV | RangeV)
        or (isinstance(part, IteratorV) and part.style in ("count", "repeat"))
    )
