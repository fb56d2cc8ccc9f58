"""Elaboration of generators, progress bars, functions chosen by values, and inner classes.

A loop over a generator function runs the generator's body, with the loop's body in place of each
``yield``. Where the loop may be left, by ``break`` or because it takes no more items, the generator
returns after the ``yield``::

    def halves(x, n):            for v in halves(x, n):           for _ in range(n):
        for _ in range(n):           total += v                       total += x
            yield x                                                   x = x / 2
            x = x / 2
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from types import FunctionType
from typing import Any

import gast

from srcgrad.ir.nodes import Const
from srcgrad.rules.kept import LOOKS, object_kind
from srcgrad.source.fence import yields
from srcgrad.source.jumps import BLOCKS, has, structured
from srcgrad.values.abstract import Value
from srcgrad.values.iterators import GeneratorV, IteratorV
from srcgrad.values.signature import MADE
from srcgrad.values.store import UNDEFINED, same
from srcgrad.values.walk import Walk

DEPTH = 60  # of generators in generators
ACCESSORS = ("fget", "fset", "fdel")  # the functions of a property
SIMPLE = (gast.FunctionDef, gast.AnnAssign, gast.Assign, gast.Expr, gast.Pass)


def statements(function: Any, leaving: bool) -> list[Any]:
    """The body of a generator function without jumps; ``leaving``: it may be left at a ``yield``."""
    name = "leaving" if leaving else "structured"
    if not hasattr(function, name):
        body = [part for item in function.body for part in _Yields(leaving).parts(item)]
        setattr(function, name, structured(body))
    found: list[Any] = getattr(function, name)
    return found


class _Yields:
    """``yield from`` becomes a loop, and a flag is tested where the generator may be left."""

    def __init__(self, leaving: bool) -> None:
        self.leaving = leaving

    def parts(self, node: Any) -> list[Any]:
        """The statements that one becomes."""
        if isinstance(node, gast.FunctionDef | gast.ClassDef):
            return [node]
        value = getattr(node, "value", None)
        if isinstance(node, gast.Expr) and isinstance(value, gast.YieldFrom):
            name = f"$from{value.lineno}_{value.col_offset}"
            read = gast.Yield(gast.Name(name, gast.Load(), None, None))
            body = self.parts(_placed(gast.Expr(_placed(read, value)), node))
            target = gast.Name(name, gast.Store(), None, None)
            return [_placed(gast.For(_placed(target, node), value.value, body, [], None), node)]
        if isinstance(node, gast.Expr | gast.Assign | gast.AnnAssign | gast.Return) and (
            isinstance(value, gast.Yield)
        ):
            value.statement = True
            if not self.leaving or isinstance(node, gast.Return):
                return [node]
            test = gast.Name("$left", gast.Load(), None, None)
            back = _placed(gast.Return(_placed(gast.Constant(None, None), node)), node)
            return [node, _placed(gast.If(_placed(test, node), [back], []), node)]
        new = copy.copy(node)
        for name in BLOCKS:
            if hasattr(node, name):
                setattr(new, name, [p for item in getattr(node, name) for p in self.parts(item)])
        return [new]


def _placed(new: Any, node: Any) -> Any:
    new = gast.copy_location(new, node)
    for item in gast.walk(new):
        if not hasattr(item, "lineno"):
            gast.copy_location(item, node)
    return new


def never_ends(node: Any) -> bool:
    """Whether a statement is a ``while True`` that nothing leaves."""
    return (
        isinstance(node, gast.While)
        and isinstance(node.test, gast.Constant)
        and bool(node.test.value)
        and not any(has(item, (gast.Break,), into_loops=False) for item in node.body)
        and not any(has(item, (gast.Return, gast.Raise)) for item in node.body)
    )


class Generators(Walk):
    """Generators, progress bars, inner classes."""

    def is_generator(self, node: Any) -> bool:
        return isinstance(node, gast.FunctionDef) and bool(yields(node))

    def generate(
        self,
        iterable: GeneratorV,
        node: Any,
        target: Any,
        stop: str | None,
        body: Callable[[], None],
    ) -> None:
        """``for target in generator: body``; the flag ``stop`` leaves the generator where it is."""
        number = iterable.frame.number
        if self.store.get(number, "$begun") not in (UNDEFINED, Const(False)):
            raise self.refuse(
                "a generator is used twice",
                "what is left of it is not known",
                "call the generator function again, or make a list",
            )
        self.store.set(number, "$begun", Const(True))
        if iterable.produce is not None:
            iterable.produce(node, target, stop, body)
            return
        self.check_yields(iterable, stop)
        outer, at = self.surroundings(), self.node
        self.store.set(number, "$left", Const(False))

        def consume(value: Any, place: Any) -> None:
            inner = self.surroundings()
            self.surround(outer, place)
            try:
                self.assign(target, value)
                body()
                left = self.store.get(self.frame.number, stop) if stop else Const(False)
            finally:
                self.surround(inner)
            self.store.set(number, "$left", left)

        function = iterable.frame.node
        self.surround(outer, self.stand_in(f"generator {id(function)}"))
        self.frame = iterable.frame
        self.consumers.append((iterable.frame, consume))
        try:
            self.run(statements(function, bool(stop)))
        finally:
            self.surround(outer)
            self.node = at

    def surroundings(self) -> tuple[Any, ...]:
        """The function that is walked, and what led to it."""
        return (self.frame, self.stack, self.call_sites, self.levels, self.consumers)

    def surround(self, state: tuple[Any, ...], place: Any = None) -> None:
        """Go on in another function; ``place`` tells what is walked there from what is elsewhere."""
        self.frame, self.stack, self.call_sites, self.levels, self.consumers = state
        if place is not None:
            site = getattr(place, "stands_for", id(place))
            self.stack, self.call_sites = [*self.stack, place], [*self.call_sites, site]
            self.levels, self.consumers = [*self.levels, self.level], list(self.consumers)

    def check_yields(self, iterable: GeneratorV, stop: str | None) -> None:
        """Refuse generators that would see what the loop over them raises, or never end."""
        function = iterable.frame.node
        if sum(isinstance(place, gast.Pass) for place in self.stack) > DEPTH:
            raise self.refuse(
                "generators run in each other without end",
                "when a generator that calls itself ends is not known",
                "write it as a loop",
            )
        for item in gast.walk(function):
            if isinstance(item, gast.Try) and item.handlers and yields(item):
                raise self.refuse(
                    "`yield` in a `try` with `except` is not supported",
                    "the loop over the generator runs in place of the `yield`",
                    "yield after the `try`",
                    item,
                )
        if stop is None:
            if any(never_ends(item) for item in function.body):
                raise self.refuse(
                    "this never ends",
                    "the generator has no end, and nothing stops taking its items",
                    "take a number of them with itertools.islice, or leave the loop with `break`",
                )
            return
        if self.holds_generator(iterable) and any(
            isinstance(item, gast.Try | gast.With) and yields(item) for item in gast.walk(function)
        ):
            raise self.refuse(
                "a generator is left in a `try` or `with`, and lives on",
                "how it ends depends on when the last name of it goes",
                "call the generator function in the `for` statement",
            )

    def eval_yield(self, node: Any) -> Any:
        if not self.consumers or self.consumers[-1][0] is not self.frame:
            raise self.refuse(
                "`yield` is not supported here",
                "only `for` loops over a generator are followed",
                "append to a list and return it",
                node,
            )
        value = Const(None) if node.value is None else self.eval(node.value)
        self.consumers[-1][1](value, node)
        if not getattr(node, "statement", False) and not same(
            self.store.get(self.frame.number, "$left"), Const(False)
        ):
            raise self.refuse(
                "a generator may be left in the middle of an expression",
                "what follows in the expression does not run then",
                "write the `yield` as a statement",
                node,
            )
        return Const(None)  # nothing is ever sent to it

    def eval_yieldfrom(self, node: Any) -> Any:
        raise self.refuse(
            "the value of `yield from` is not supported",
            "it is what the generator inside returns",
            "write `yield from` as a statement",
            node,
        )

    # --- all items at once ------------------------------------------------------------------

    def drained(self, value: Any) -> Any:
        """A generator, or an iterator that computes its items, as the list of what it yields."""
        if self.computes(value) and not self.runs(value):
            if value.whole is not None:
                return value.whole()
            items = self.static_items(value)
            if items is None:
                return self.listed(value, "items")
            return self.new_list(self.now(item) for item in items)
        if not self.runs(value):
            return value
        if isinstance(value, GeneratorV) and value.whole is not None:
            if self.store.get(value.frame.number, "$begun") == Const(False):
                self.store.set(value.frame.number, "$begun", Const(True))
                return value.whole()
        from srcgrad.values.signals import Refused

        state, refused = self.state(), len(self.refusals)
        try:
            return self.new_list(self.collected(value))
        except Refused:
            if len(self.refusals) > refused + 1:
                raise
            self.reset(state)
        found = self.runtime_list()
        self.each(value, "drained", lambda item: self.appended(found, item))
        return found

    def computes(self, value: Any) -> bool:
        """Whether the items of an iterator are computed where they are asked for."""
        return isinstance(value, Value) and value.computes

    def collected(self, iterable: Any) -> tuple[Any, ...]:
        """What a generator yields, if that is known when source is generated."""
        from srcgrad.values.signals import Raised

        found: list[Any] = []
        doubtful: list[bool] = []

        def keep() -> None:
            found.append(self.store.get(self.frame.number, "$item"))
            doubtful.append(bool(self.doubts[-1]))

        target = gast.copy_location(gast.Name("$item", gast.Store(), None, None), self.node)
        self.doubts.append(0)
        try:
            self.iterate(iterable, self.stand_in("collected"), target, None, keep)
        except Raised:
            if len(self.doubts) > 1:  # in a ``try`` of the function's
                raise
            doubtful.append(True)
        finally:
            self.doubts.pop()
        if any(doubtful):
            raise self.refuse(
                "this generator yields a number of items that is not known",
                "only `for` loops over such a generator are followed",
                "loop over it, and append to a list",
            )
        return tuple(found)

    # --- progress bars ----------------------------------------------------------------------

    def progress(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """``tqdm(xs)`` and ``trange(n)``: the bar is kept, and the loop goes over ``xs`` itself."""
        module = (getattr(function, "__module__", None) or "").split(".")[0]
        name = getattr(function, "__name__", "")
        if module != "tqdm" or name not in ("tqdm", "trange", "tqdm_notebook", "tnrange"):
            return None
        if "range" in name:
            args = [self.call(Const(range), args, {})]
        iterable = args[0] if args else None
        if iterable is None or (isinstance(iterable, Const) and iterable.value is None):
            return None
        import importlib

        bar = getattr(importlib.import_module(function.__module__), "tqdm", function)
        total = {} if "total" in keywords else {"total": self.count(iterable)}
        parts = self.handed(LOOKS, [], {**keywords, **total})
        kept = self.b.emit("call", Const(bar), *parts, kind=object_kind(LOOKS))
        return IteratorV("progress", (iterable,), kept)

    def with_bar(
        self,
        iterable: IteratorV,
        node: Any,
        target: Any,
        stop: str | None,
        body: Callable[[], None],
    ) -> None:
        """A loop that moves a progress bar on."""
        nothing = ((), Const(()), ())

        def move() -> None:
            body()
            self.b.effect("invoke", iterable.start, Const("update"), *nothing)

        self.iterate(iterable.sources[0], node, target, stop, move)
        self.b.effect("invoke", iterable.start, Const("close"), *nothing)

    # --- classes ----------------------------------------------------------------------------

    def do_classdef(self, node: Any) -> None:
        """A class of methods, constants and annotations is made when source is generated."""
        for item in node.body:
            if not isinstance(item, SIMPLE) or (
                isinstance(item, gast.Expr) and not isinstance(item.value, gast.Constant)
            ):
                raise self.refuse(
                    "this `class` inside a function is not supported",
                    "its body does more than define methods and constants",
                    "define the class at the level of the module",
                    item,
                )
        source = self.frame.source
        tree = ast.Module([gast.gast_to_ast(node)], [])
        ast.increment_lineno(tree, source.first_line - 1)
        scope = self.constants_of(node)
        try:
            exec(
                compile(ast.fix_missing_locations(tree), source.file, "exec"),
                self.frame.namespace,
                scope,
            )
        except Exception as error:
            raise self.refuse(
                f"this `class` cannot be made: {type(error).__name__}: {error}",
                "it may read variables of the function",
                "define the class at the level of the module",
                node,
            ) from None
        made = scope[node.name]
        for item in (made, *vars(made).values()):
            if item is made or _stands_in(item, made):
                setattr(item, MADE, True)
        self.close_over_all()
        for item in vars(made).values():
            functions = (item, *(getattr(item, name, None) for name in ("__func__", *ACCESSORS)))
            for function in functions:
                if isinstance(function, FunctionType) and _stands_in(function, made):
                    self.made_in[function] = self.frame
        self.set_name(node.name, Const(scope[node.name]))

    def constants_of(self, node: Any) -> dict[str, Any]:
        """The names that the class reads and that are known: bases, decorators, other classes."""
        found: dict[str, Any] = {}
        for item in gast.walk(node):
            if isinstance(item, gast.Name) and isinstance(item.ctx, gast.Load):
                value = self.store.get(self.frame.number, item.id)
                if isinstance(value, Const):
                    found[item.id] = value.value
        return found


def _stands_in(item: Any, cls: type) -> bool:
    """Whether a class or function is defined in a class, which may hold others as well."""
    own = isinstance(item, type | FunctionType) and item.__module__ == cls.__module__
    return own and item.__qualname__.startswith(f"{cls.__qualname__}.")
