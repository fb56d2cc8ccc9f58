"""Elaboration of calls that are kept as they are: output, logging, clocks, random numbers.

They run once, where they stand in the forward sweep. What is not known to write into nothing is
called by ``untouched``, which raises if it does; what is known to write is a store like any other.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from srcgrad.definitions import draws as pathwise
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.ir.trees import map_tree
from srcgrad.rules import draws
from srcgrad.rules.kept import HOLDS, Kept, facts_of, object_kind, of_method
from srcgrad.rules.operation import Arg
from srcgrad.runtime import untouched
from srcgrad.values.abstract import Value
from srcgrad.values.dicts import DictV
from srcgrad.values.optional import is_operand
from srcgrad.values.refusals import not_passed, sort_of
from srcgrad.values.sequences import ListV, SequenceV, TupleV
from srcgrad.values.standard import is_standard
from srcgrad.values.walk import Walk


class Effects(Walk):
    """Calls whose code is not followed."""

    def call_unknown(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call into code that is not followed, kept if no derivative goes through it."""
        owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
        found = self.drawn_by(Const(owner), draws.sort_of(owner), name, args, keywords)
        if found is not None:
            return found
        if draws.is_generator(owner):
            args, keywords = draws.with_out(name, args, keywords)
            found = self.drawn_into(Const(owner), name, args, keywords)
            if found is not None:
                return found
        known = facts_of(function, args, keywords)
        if not isinstance(owner, random.Random):  # it hands on items of a list, never the list
            self.lend(known, args, keywords)
        parts = self.handed(known, args, keywords)
        kind = draws.result_of(function, *self.facts_of(args, keywords))
        hidden = getattr(np.random, name, None) == function  # np.random.rand, of a generator
        if (
            owner is not None
            and not hidden
            and not isinstance(owner, type)
            and not _is_module(owner)
        ):
            self.change_constant(owner)
            return self.keep(Const(owner), name, parts, known, kind)
        return self.keep(Const(function), None, parts, known, kind)

    def invoke(self, owner: str, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A method of a value of which nothing is known but its kind."""
        kind, found = self.b.kind(owner), None
        written = self.drawn_by(owner, draws.sort_of(kind), name, args, keywords)
        if written is not None:
            return written
        if draws.is_generator(kind):
            args, keywords = draws.with_out(name, args, keywords)
            written = self.drawn_into(owner, name, args, keywords)
            if written is not None:
                return written
            found = draws.drawn(name, *self.facts_of(args, keywords))
        elif kind.items == ("python",):
            found = draws.of_python(name)
        known = of_method(kind, name, keywords)
        self.lend(known, args, keywords)
        return self.keep(owner, name, self.handed(known, args, keywords), known, found)

    def keep(
        self,
        head: Any,
        name: str | None,
        parts: tuple[Any, ...],
        known: Kept,
        kind: Any,
    ) -> Any:
        """The call of ``head``, or of its method ``name``, with what it is handed."""
        trees, keys, named = parts
        self.check_states(head, *trees, *named)
        found = None
        if kind is None and head in self.stand_in_objects:
            kind, found = self.probe_object(head, name, parts)
        if kind is None or kind == kinds.OPAQUE:
            kind = object_kind(known)
        if known.writes and any(self.may_be_written(tree) for tree in (*trees, *named)):
            called = head if name is None else self.b.emit("member", head, Const(name))
            made = self.kept("call", (Const(untouched), (called, *trees), keys, named), kind)
        elif name is None:
            made = self.kept("call", (head, trees, keys, named), kind)
        else:
            made = self.kept("invoke", (head, Const(name), trees, keys, named), kind)
        return self.stands_for(made, found)

    def may_be_written(self, tree: Any) -> bool:
        """Whether an argument is an array or a container; what objects hold is not seen here."""
        if isinstance(tree, str):
            return self.b.kind(tree).base in ("array", "any", "list")
        if isinstance(tree, Const):
            return isinstance(tree.value, np.ndarray | list | dict)
        return isinstance(tree, list | dict) or any(map(self.may_be_written, tree))

    def kept(self, op: str, args: tuple[Any, ...], kind: Any) -> Any:
        """The statement; it has no target if nothing reads its result."""
        if self.node is self.discarded:
            self.b.effect(op, *args)
            return Const(None)
        return self.b.emit(op, *args, kind=kind)

    def drawn_by(
        self, owner: Any, sort: str | None, name: str, args: list[Any], keywords: dict[str, Any]
    ) -> Any:
        """A draw by its parameters, where these may carry a derivative; None for any other."""
        if sort is None or self.frame.namespace is vars(pathwise):
            return None
        definition = pathwise.definition_for(name, sort)
        if definition is None or not any(map(self.floats, (*args, *keywords.values()))):
            return None
        if name in draws.MUTATING and not (args and isinstance(args[0], str)):
            return None  # of a list

        def array(value: Any) -> Any:
            whole = isinstance(value, SequenceV) and self.floats(value)
            return self.call_constant(np.asarray, [value], {}) if whole else value

        named = {key: array(value) for key, value in keywords.items()}
        return self.follow(definition, [owner, *map(array, args)], named)

    def floats(self, value: Any) -> bool:
        """Whether a value is, or a sequence holds, numbers that may have a derivative."""
        if isinstance(value, SequenceV):
            return any(map(self.floats, self.items_of(value)))
        return isinstance(value, str) and self.b.kind(value).floating

    def drawn_into(self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """``rng.shuffle(x)`` and ``rng.random(out=x)`` as stores; None for any other method."""
        if name in draws.MUTATING:
            return self.shuffled(owner, name, args)
        out = keywords.get("out", Const(None))
        if not isinstance(out, str) or self.b.kind(out).base != "array":
            return None
        given = {key: value for key, value in keywords.items() if key != "out"}
        if name not in draws.PERMUTING and draws.size_of(name, args, given) is None:
            given["size"] = self.b.emit("np.shape", out)
        if self.b.kind(out).dtype == "float32" and "dtype" not in given:
            return None  # the draws of another dtype are others
        self.discarded = None
        call = self.invoke if isinstance(owner, str) else self.method_of
        drawn = call(owner, name, args, given)
        self.set_item(out, Const(Ellipsis), drawn)
        return out

    def method_of(self, owner: Const, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        return self.call_unknown(getattr(owner.value, name), args, keywords)

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

    def handed(self, known: Kept, args: list[Any], keywords: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments as operands, in the containers that the function itself would pass."""

        def protected(value: Any) -> Any:
            if (
                not (known.shares or known.writes)
                or not isinstance(value, str)
                or not self.operating
            ):
                return value
            array = self.b.kind(value).base == "array"  # the reverse sweep adds to its adjoints
            return self.b.emit("np.copy", value) if array else value

        trees = [map_tree(protected, self.passed(arg)) for arg in args]
        named = [map_tree(protected, self.passed(arg)) for arg in keywords.values()]
        return tuple(trees), Const(tuple(keywords)), tuple(named)

    def lend(self, known: Kept, args: list[Any], keywords: dict[str, Any]) -> None:
        """Lists and dicts that code which is not followed may keep must not change from then on."""
        work = [*args, *keywords.values()] if known.shares else []
        while work:
            value = work.pop()
            if isinstance(value, ListV | DictV):
                self.store.set(value.number, "lent", Const("code"))
            if isinstance(value, ListV | DictV | TupleV):
                work += value.parts(self)[2]

    def lent_changes(self, to: str) -> None:
        """A container changes that somebody else may hold: ``to`` says who."""
        if to == "cache":
            raise self.refuse(
                "what a function returned that has a cache changes",
                "the next call with equal arguments gives it as it is then",
                "leave the cache out, or change a copy",
            )
        if to == "class":
            raise self.refuse(
                "a list or dict changes that is an attribute of a class inside of the function",
                "the class is made once, when source is generated, and not for each call",
                "define the class at the level of the module, or set the attribute in __init__",
            )
        raise self.refuse(
            "a list or dict changes that was passed to code which is not followed",
            "that code may hold it, and would see the change",
            "pass a copy: list(xs), or dict(xs)",
        )

    def passed(self, value: Any) -> Any:
        """A value as it is passed on: lists as lists, dicts as dicts."""
        if isinstance(value, Value):
            return value.passed(self)
        if self.is_long_tuple(value) or not is_operand(value):
            raise not_passed(self, sort_of(value))
        return value

    def facts_of(self, args: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], Any]:
        return [self.fact(arg) for arg in args], {k: self.fact(v) for k, v in keywords.items()}

    def fact(self, value: Any) -> Any:
        if isinstance(value, Const):
            return Arg(self.b.kind(value), value.value)
        if isinstance(value, str):
            return Arg(self.b.kind(value))
        if isinstance(value, SequenceV):
            return tuple(self.fact(item) for item in self.items_of(value))
        return None

    # --- exceptions -------------------------------------------------------------------------

    def exception(self, cls: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """An exception that is made: it is raised, or written down."""
        made = self.b.emit("call", Const(cls), *self.handed(HOLDS, args, keywords))
        self.errors[made] = cls
        return made

    def raise_new(self, cls: type, message: str) -> None:
        """``raise cls(message)``"""
        self.b.effect("raise", self.exception(cls, [Const(message)], {}))


def _is_module(value: Any) -> bool:
    return type(value).__name__ == "module"


__all__ = ["Effects", "is_standard"]
