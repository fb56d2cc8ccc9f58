"""Elaboration of generators, progress bars, functions chosen by values, and inner classes.

A loop over a generator function runs the generator's body, with the loop's body in place of each
``yield``::

    def halves(x, n):            for v in halves(x, n):           for _ in range(n):
        for _ in range(n):           total += v                       total += x
            yield x                                                   x = x / 2
            x = x / 2
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

import gast

from srcgrad.ir.nodes import Const
from srcgrad.source.fence import yields
from srcgrad.source.jumps import structured
from srcgrad.values.abstract import UNDEFINED, ChoiceV, Conflict, GeneratorV, IteratorV
from srcgrad.values.signature import MADE
from srcgrad.values.walk import Walk

SIMPLE = (gast.FunctionDef, gast.AnnAssign, gast.Assign, gast.Expr, gast.Pass)


class Generators(Walk):
    """Generators, progress bars, inner classes."""

    def is_generator(self, node: Any) -> bool:
        return isinstance(node, gast.FunctionDef) and bool(yields(node))

    def generate(
        self, iterable: GeneratorV, target: Any, stop: str | None, body: Callable[[], None]
    ) -> None:
        """``for target in generator: body``"""
        if stop:
            raise self.refuse(
                "`break` or `return` in a loop over a generator is not supported",
                "the generator would stop in the middle of its own loops",
                "let it yield a list, or write the loop out",
            )
        outer = self.frame
        at = self.node
        if self.store.get(iterable.frame.number, "$begun") is not UNDEFINED:
            raise self.refuse(
                "a generator is used twice",
                "what is left of it is not known",
                "call the generator function again, or make a list",
            )
        self.store.set(iterable.frame.number, "$begun", Const(True))

        def consume(value: Any) -> None:
            inner, self.frame = self.frame, outer
            self.consumers.append(None)
            self.assign(target, value)
            body()
            self.consumers.pop()
            self.frame = inner

        self.frame = iterable.frame
        self.consumers.append((iterable.frame, consume))
        node = iterable.frame.node
        if not hasattr(node, "structured"):
            node.structured = structured(node.body)
        try:
            self.run(node.structured)
        finally:
            self.consumers.pop()
            self.frame, self.node = outer, at

    def eval_yield(self, node: Any) -> Any:
        if (
            not self.consumers
            or self.consumers[-1] is None
            or (self.consumers[-1][0] is not self.frame)
        ):
            raise self.refuse(
                "`yield` is not supported here",
                "only `for` loops over a generator are followed",
                "append to a list and return it",
                node,
            )
        value = Const(None) if node.value is None else self.eval(node.value)
        self.consumers[-1][1](value)
        return Const(None)  # nothing is ever sent to it

    def eval_yieldfrom(self, node: Any) -> Any:
        iterable = self.eval(node.value)
        name = f"$from{node.lineno}"
        target = gast.copy_location(gast.Name(name, gast.Store(), None, None), node)
        read = gast.copy_location(gast.Name(name, gast.Load(), None, None), node)
        again = gast.copy_location(gast.Yield(read), node)
        self.iterate(iterable, node, target, None, lambda: self.eval(again))
        return Const(None)

    def drained(self, value: Any) -> Any:
        """A generator as the list of what it yields."""
        if not isinstance(value, GeneratorV):
            return value
        from srcgrad.values.signals import Refused

        state, refused = self.state(), len(self.refusals)
        try:
            return self.new_list(self.collected(value))
        except Refused:
            if len(self.refusals) > refused + 1:
                raise
            self.reset(state)
        found = self.runtime_list()
        target = gast.copy_location(gast.Name("$item", gast.Store(), None, None), self.node)
        self.generate(
            value,
            target,
            None,
            lambda: self.appended(found, self.store.get(self.frame.number, "$item")),
        )
        return found

    def collected(self, iterable: GeneratorV) -> tuple[Any, ...]:
        """What a generator yields, if that is known when source is generated."""
        found: list[Any] = []
        doubtful: list[bool] = []

        def keep() -> None:
            found.append(self.store.get(self.frame.number, "$item"))
            doubtful.append(bool(self.doubts[-1]))

        self.doubts.append(0)
        target = gast.copy_location(gast.Name("$item", gast.Store(), None, None), self.node)
        self.generate(iterable, target, None, keep)
        self.doubts.pop()
        if any(doubtful):
            raise self.refuse(
                "this generator yields a number of items that is not known",
                "only `for` loops over such a generator are followed",
                "loop over it, and append to a list",
            )
        return tuple(found)

    def call_choice(self, choice: ChoiceV, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call of one of two functions."""
        value = self.branch(
            choice.cond,
            lambda: self.call(choice.then, args, keywords),
            lambda: self.call(choice.orelse, args, keywords),
        )[0]
        if value is None or isinstance(value, Conflict):
            raise self.refuse(
                "the results of these two functions do not mix",
                getattr(value, "why", "they are structures of different kinds"),
                "call them in an if statement",
            )
        return value

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
        parts = self.handed(bar, [], {**keywords, **total})
        kept = self.b.emit("call", Const(bar), *parts)
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
            if isinstance(item, type | FunctionType):
                setattr(item, MADE, True)
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
