"""Elaboration of ``with``.

``nullcontext`` and ``suppress`` are rewritten, a class of the user's is followed, and any other
context manager is kept: its ``with`` stands in the forward sweep, around the same statements.
"""

from __future__ import annotations

import contextlib
from typing import Any

import gast
import numpy as np

from srcgrad.elaborate.outside_states import Region
from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules import kept
from srcgrad.source.suspension import managed
from srcgrad.values.abstract import Conflict, ContextV, PartialV
from srcgrad.values.iterators import GeneratorV
from srcgrad.values.objects import ObjectV
from srcgrad.values.signals import Raised
from srcgrad.values.walk import Walk

MANAGING = contextlib.contextmanager(lambda: iter(())).__code__  # what makes a manager


@handles(contextlib.nullcontext, contextlib.suppress)
def _context(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    style = "suppress" if e.callee is contextlib.suppress else "null"
    return ContextV(style, (*args, *keywords.values()))


@handles(contextlib.contextmanager)
def _contextmanager(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return PartialV(Const(manager_of), (args[0],), ())


def manager_of(function: Any, *args: Any, **keywords: Any) -> Any:
    """What ``contextlib.contextmanager`` makes of a generator function: stands for the call."""


@handles(manager_of)
def _manager_of(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return ContextV("generator", (e.call(args[0], args[1:], keywords),))


def is_manager(value: Any) -> bool:
    """Whether ``contextlib.contextmanager`` made an object, of a generator that is followed."""
    return isinstance(value, contextlib._GeneratorContextManager)


class Contexts(Walk):
    """``with`` statements."""

    def do_with(self, node: Any) -> None:
        self.within(list(node.items), node)

    def within(self, items: list[Any], node: Any) -> None:
        if not items:
            self.run(node.body)
            return
        first, *rest = items
        manager = self.manager(first.context_expr)
        if isinstance(manager, ContextV):
            self.known_context(manager, first, rest, node)
        elif isinstance(manager, ObjectV):
            with self.put_back() as region:
                self.enter(first, self.call(self.attribute(manager, "__enter__"), [], {}))
                self.covered(region)
                self.followed(manager, rest, node, region)
        else:
            self.region(manager, first, rest, node)

    def followed(self, manager: ObjectV, rest: list[Any], node: Any, region: Region) -> None:
        """The body of a ``with``, and what a class of the user's does at its end."""
        leave = self.attribute(manager, "__exit__")
        try:
            self.within(rest, node)
        except Raised as raised:
            error = Const(raised.error) if raised.operand is None else raised.operand
            with self.leaving(region):
                done = self.call(leave, [Const(type(raised.error)), error, Const(None)], {})
            if not isinstance(done, Const):
                raise self.may_be_swallowed(node) from None
            if not done.value:
                raise
            return
        handed: Any = Const(None)
        if len(self.settings) > region.first:  # the same must be done where the block raises
            handed = Conflict("another where the block of the `with` raises")
        with self.leaving(region):
            done = self.call(leave, [handed] * 3, {})
        if isinstance(done, Const) and done.value:
            raise self.may_be_swallowed(node)

    def generated(self, generator: Any, item: Any, rest: list[Any], node: Any) -> None:
        """A ``with`` of a generator function: its code stands before and after the block."""
        parts = managed(generator.frame.node) if isinstance(generator, GeneratorV) else None
        if parts is None:
            raise self.refuse(
                "this context manager is not supported",
                "it is no generator function of one `yield`, or of one in `try: ... finally: ...`",
                "write it as a class with __enter__ and __exit__",
                node,
            )
        with self.put_back() as region:
            with self.in_generator(generator):
                self.run(parts.before)
                value = Const(None) if parts.value is None else self.eval(parts.value)
            self.enter(item, value)
            self.covered(region)
            try:
                self.within(rest, node)
            except Raised:
                with self.in_generator(generator), self.leaving(region):
                    self.run(parts.final)
                raise
            with self.in_generator(generator):
                self.run(parts.after)
                with self.leaving(region):
                    self.run(parts.final)
                self.run(parts.last)

    def may_be_swallowed(self, node: Any) -> Exception:
        return self.refuse(
            "this `__exit__` may swallow what is raised in its `with`",
            "where its body fails decides what was done",
            "return None from it",
            node,
        )

    def enter(self, item: Any, value: Any) -> None:
        if item.optional_vars is not None:
            self.assign(item.optional_vars, value)

    def manager(self, expression: Any) -> Any:
        """A context manager: as a value, or as the parts of the call that makes it."""
        if not isinstance(expression, gast.Call):
            value = self.eval(expression)
            if isinstance(value, ContextV | ObjectV):
                return value
            if isinstance(value, Const) and is_manager(value.value):
                raise self.refuse(
                    "this context manager was made outside",
                    "its generator runs on here, and what it did before is not known",
                    "make it in the `with`",
                )
            return (self.to_operand(value), Const(()), Const(None), ())
        function, args, keywords = self.call_parts(expression)
        if isinstance(function, Const) and function.value is np.errstate:
            self.check_errstate(keywords)
        followed = (
            not isinstance(function, Const)
            or self.is_followed(function.value)
            or self.managing(function.value) is not None
        )
        known = None if followed else kept.facts_of(function.value, args, keywords)
        if known is not None and not known.writes:
            return (function, *self.handed(known, args, keywords))
        value = self.call(function, args, keywords)
        if isinstance(value, ContextV | ObjectV):
            return value
        return (self.to_operand(value), Const(()), Const(None), ())

    def managing(self, function: Any) -> Any:
        """The function of the user's that ``contextmanager`` made a function of."""
        inner = getattr(function, "__wrapped__", None)
        code = getattr(function, "__code__", None)
        return inner if code is MANAGING and self.is_followed(inner) else None

    def made_again(self, method: Any) -> Any:
        """What a ``contextmanager`` that decorates a function makes for a call; None for other calls."""
        owner = method.__self__
        if not is_manager(owner) or method.__name__ != "_recreate_cm":
            return None
        args, named = (
            self.capture(
                (name, id(owner), ""), name, getattr(owner, name), ("attribute", owner, name)
            )
            for name in ("args", "kwds")
        )
        keywords = {key.value: item for key, item in self.pairs(named)}
        generator = self.call_constant(owner.func, list(self.items_of(args)), keywords)
        return ContextV("generator", (generator,))

    def check_errstate(self, keywords: dict[str, Any]) -> None:
        for value in keywords.values():
            if isinstance(value, Const) and value.value in ("raise", "call"):
                raise self.refuse(
                    f"`np.errstate` with '{value.value}' is not supported",
                    "the derivative is computed in another order, with other operations",
                    "test the values with np.isfinite",
                )

    def region(self, parts: tuple[Any, ...], item: Any, rest: list[Any], node: Any) -> None:
        """A ``with`` of generated code."""
        known = kept.of_statement(Let(None, "enter", parts), self.b.names.kinds)
        entered = self.b.emit("enter", *parts, kind=kept.object_kind(known))
        self.enter(item, entered)
        self.within(rest, node)
        self.b.effect("exit", entered)

    def known_context(self, manager: ContextV, item: Any, rest: list[Any], node: Any) -> None:
        if manager.style == "null":
            self.enter(item, manager.inner[0] if manager.inner else Const(None))
            self.within(rest, node)
        elif manager.style == "generator":
            self.generated(manager.inner[0], item, rest, node)
        elif manager.style == "suppress":
            self.suppressed(manager, item, rest, node)
        elif rest:
            raise self.refuse(
                "`adjoint_of` with other context managers is not supported",
                "its block belongs into the reverse sweep",
                "write one `with` inside the other",
                item,
            )
        else:
            self.operate(manager, item, node)

    def suppressed(self, manager: ContextV, item: Any, rest: list[Any], node: Any) -> None:
        """``with suppress(E)`` is ``try: ... except E: pass``."""
        self.enter(item, Const(None))
        body = [gast.copy_location(gast.With(rest, node.body, None), node)] if rest else node.body
        handler = gast.ExceptHandler(None, None, [gast.copy_location(gast.Pass(), node)])
        handler.raises = handler.leaves = False
        handler.caught = tuple(self.to_operand(part).value for part in manager.inner)
        new = gast.Try(body, [gast.copy_location(handler, node)], [], [])
        new.span = (node.body[0], node.body[-1])
        new.written = [statement.lineno for statement in node.body]
        self.do_try(gast.copy_location(new, node))
