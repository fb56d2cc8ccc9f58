"""Elaboration of calls that are kept as they are: output, logging, clocks, random numbers.

They run once, where they stand in the forward sweep. What they are passed cannot be written by
them unless it is known that they do, and then the write is a store like any other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir.nodes import Const
from srcgrad.rules import draws
from srcgrad.rules.operation import Arg
from srcgrad.values.abstract import DictV, IteratorV, ListV, ObjectV, RangeV, TupleV
from srcgrad.values.optional import is_operand
from srcgrad.values.signature import OUTPUT, is_standard
from srcgrad.values.trees import map_tree
from srcgrad.values.walk import Walk

# modules whose functions only look at what they are passed
LOOKING = {
    "logging",
    "warnings",
    "time",
    "datetime",
    "sys",
    "_io",
    "io",
    "json",
    "pprint",
    *OUTPUT,
}


class Effects(Walk):
    """Calls whose code is not followed."""

    def call_unknown(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call into code that is not followed, kept if no derivative goes through it."""
        owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
        if owner is not None and name in draws.MUTATING and draws.is_generator(owner):
            return self.shuffled(Const(owner), name, args)
        hidden = getattr(np.random, name, None) == function  # np.random.rand, of a generator
        if (
            owner is not None
            and not hidden
            and not isinstance(owner, type)
            and not _is_module(owner)
        ):
            self.change_constant(owner)
            return self.invoked(Const(owner), name, args, keywords, function)
        parts = self.handed(function, args, keywords)
        kind = draws.result_of(function, *self.facts_of(args, keywords))
        return self.kept("call", (Const(function), *parts), kind)

    def invoke(self, owner: str, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A method of a value of which nothing is known."""
        kind = self.b.kind(owner)
        if kind.items == ("python",) and name not in draws.MUTATING:
            parts = self.handed(None, args, keywords)
            return self.kept("invoke", (owner, Const(name), *parts), draws.of_python(name))
        if draws.is_generator(kind):
            if name in draws.MUTATING:
                return self.shuffled(owner, name, args)
            found = draws.drawn(name, *self.facts_of(args, keywords))
            parts = self.handed(None, args, keywords)
            return self.kept("invoke", (owner, Const(name), *parts), found)
        return self.invoked(owner, name, args, keywords, None)

    def invoked(
        self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any], function: Any
    ) -> Any:
        parts = self.handed(function, args, keywords)
        if owner in self.stand_in_objects:
            return self.call_object("invoke", (owner, Const(name)), parts)
        kind = None
        if function is not None:
            kind = draws.result_of(function, *self.facts_of(args, keywords))
        return self.kept("invoke", (owner, Const(name), *parts), kind)

    def kept(self, op: str, args: tuple[Any, ...], kind: Any) -> Any:
        """The statement; it has no target if nothing reads its result."""
        if self.node is self.discarded:
            self.b.effect(op, *args)
            return Const(None)
        return self.b.emit(op, *args, kind=kind)

    def shuffled(self, owner: Any, name: str, args: list[Any]) -> Any:
        """``rng.shuffle(x)``: a store of what ``x`` becomes."""
        if not isinstance(args[0], str) or self.b.kind(args[0]).base != "array":
            raise self.refuse(
                f"`{name}` of this is not supported",
                "what it does to a list is not known beforehand",
                "shuffle an array of indices",
            )
        self.writable(args[0])
        found = self.b.emit("mutated", owner, Const(name), args[0])
        self.b.effect("setitem", args[0], Const(Ellipsis), found)
        return Const(None)

    # --- arguments --------------------------------------------------------------------------

    def handed(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments as operands, in the containers that the function itself would pass."""
        looks = function is print or (
            (not self.operating and function is None) or _top(function) in LOOKING
        )

        def protected(value: Any) -> Any:
            if looks or not isinstance(value, str) or self.b.kind(value).base != "array":
                return value
            if self.operating:  # the reverse sweep adds to its adjoints
                return self.b.emit("np.copy", value)
            if self.node is not self.discarded:
                return value
            return self.b.emit("read_only", value)

        trees = [map_tree(protected, self.passed(arg)) for arg in args]
        named = [map_tree(protected, self.passed(arg)) for arg in keywords.values()]
        return tuple(trees), Const(tuple(keywords)), tuple(named)

    def passed(self, value: Any) -> Any:
        """A value as it is passed on: lists as lists, dicts as dicts."""
        if isinstance(value, TupleV) and value.cls is tuple:
            return tuple(self.passed(item) for item in value.items)
        if isinstance(value, ListV):
            return [self.passed(item) for item in self.items_of(value)]
        if isinstance(value, DictV):
            return {key.value: self.passed(item) for key, item in self.pairs(value)}
        if isinstance(value, RangeV):
            known = self.constant_range(value)
            if known is not None:
                return Const(known)
            bounds = (value.start, value.stop, value.step)
            return self.b.emit("call", Const(range), bounds, Const(()), ())
        if isinstance(value, IteratorV):
            items = self.static_items(value)
            if items is not None:
                return [self.passed(self.now(item)) for item in items]
        if is_operand(value):
            return value
        what = (
            value.cls.__name__
            if isinstance(value, ObjectV | TupleV)
            else type(value).__name__.removesuffix("V").lower()
        )
        raise self.refuse(
            f"a value of the class `{what}` is passed to code that is not followed",
            "it is taken apart when source is generated",
            "pass its parts",
        )

    def facts_of(self, args: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], Any]:
        return [self.fact(arg) for arg in args], {k: self.fact(v) for k, v in keywords.items()}

    def fact(self, value: Any) -> Any:
        if isinstance(value, Const):
            return Arg(self.b.kind(value), value.value)
        if isinstance(value, str):
            return Arg(self.b.kind(value))
        if isinstance(value, TupleV | ListV):
            return tuple(self.fact(item) for item in self.items_of(value))
        return None

    # --- exceptions -------------------------------------------------------------------------

    def exception(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """An exception that is made: it is raised, or written down."""
        made = self.b.emit("call", Const(cls), *self.handed(cls, args, keywords))
        self.errors[made] = cls
        return made


def _top(function: Any) -> str:
    """The module of a function, or of the class that it is a method of."""
    owner = getattr(function, "__self__", None)
    named = (
        function
        if owner is None or _is_module(owner)
        else (owner if isinstance(owner, type) else type(owner))
    )
    return str(getattr(named, "__module__", None) or "").split(".")[0]


def _is_module(value: Any) -> bool:
    return type(value).__name__ == "module"


__all__ = ["Effects", "is_standard"]
