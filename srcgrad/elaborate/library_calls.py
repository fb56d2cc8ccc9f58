"""Calls into NumPy and SciPy that no rule covers: definitions, and calls that are kept.

A call that is kept has no derivative: it is refused where one would have to pass. What it returns
is found by calling it on stand-ins of the same kinds and ranks.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import random
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.definitions import definition_of
from srcgrad.handlers import parameters as tables
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.trees import map_tree
from srcgrad.rules import kept, on_demand
from srcgrad.rules.operation import key_of, spelling_of
from srcgrad.runtime import assembled, in_class
from srcgrad.source.read import read
from srcgrad.values.abstract import FunctionV, PartialV
from srcgrad.values.library_objects import CHANGING, is_sparse
from srcgrad.values.objects import ObjectV
from srcgrad.values.optional import is_operand
from srcgrad.values.signals import Uncovered
from srcgrad.values.signature import Dims, plain_array, spec_of, with_own_sizes
from srcgrad.values.standard import of_library
from srcgrad.values.trees import bind
from srcgrad.values.walk import Walk

SIZE = 6  # of matrices on which calls are tried
UNPROBED = {"roots", "eig", "eigvals", "squeeze", "real_if_close"}  # values decide kind or rank


class Library(Walk):
    """Calls of functions that belong to libraries."""

    def call_ruled(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call by its rule, by its definition, or kept as it is."""
        on_demand.load()
        key = key_of(function)
        if key is not None and self.takes(key, args, keywords):
            return self.call_operation(key, args, keywords)
        found = self.call_definition(function, args, keywords)
        if found is None:
            found = self.followed_inside(function, args, keywords)
        return self.call_library(function, args, keywords) if found is None else found

    def is_plain_result(
        self, function: Any, args: list[Any], keywords: dict[str, Any], moves: bool
    ) -> bool:
        """Whether a kept call is known to give numbers or arrays of which nothing is derived."""
        if not all(map(is_operand, (*args, *keywords.values()))):
            return False
        parts = self.handed(kept.facts_of(function, args, keywords), args, keywords)
        kind = self.probe(function, parts)[0]
        known = kinds.OPAQUE not in (kind, *kind.items)
        if not known or not moves:
            return known
        return kind.immutable and not kind.floating and kind.base != "tuple"

    def call_definition(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call by its definition; None if there is none that covers it."""
        definition = definition_of(function)
        if definition is None:
            return None
        return self.follow(definition, args, without_defaults(function, definition, keywords))

    def follow(self, definition: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call of a definition; None if it does not cover it."""
        if not accepts(definition, args, keywords):
            return None
        size, content = len(self.b.block), self.store.snapshot()
        refused, stack, levels = len(self.refusals), len(self.stack), len(self.levels)
        source = read(definition)
        frame, node = self.frame, self.node
        try:
            return self.inline(source, source.node, list(args), dict(keywords), definition)
        except Uncovered:
            del self.b.block[size:], self.refusals[refused:]
            del self.stack[stack:], self.levels[levels:]
            self.store.content = content
            self.frame, self.node = frame, node
            return None

    def call_static(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A builtin on constants alone is called here and now."""
        values = [*args, *keywords.values()]
        if not all(isinstance(value, Const) for value in values) or self.array_constant(*values):
            return None
        try:
            if function not in tables.STATIC:
                return None
        except TypeError:
            return None
        return self.static(
            lambda *found: function(
                *found[: len(args)], **dict(zip(keywords, found[len(args) :], strict=True))
            ),
            *values,
        )

    def call_library(self, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A call that is kept as it is: of a pure function, unless it may write."""
        known = kept.facts_of(function, args, keywords)
        if any(isinstance(arg, FunctionV | PartialV) for arg in (*args, *keywords.values())):
            name = ".".join(p for p in spelling_of(function).split(".") if not p.startswith("_"))
            raise self.refuse(
                f"a function is handed to `{name}`",
                "it is called there as often as that code likes, and derivatives do not follow it",
                "write the loop out; or say what the derivative of a function around the call is, "
                "with srcgrad.defvjp",
            )
        self.refuse_change(function, args)
        parts = self.handed(known, args, keywords)
        kind, found = self.probe(function, parts)
        if known.writes:
            made = self.keep(Const(function), None, parts, known, kind)
        else:
            kind = kept.object_kind(known) if kind == kinds.OPAQUE else kind
            made = self.b.emit("apply", Const(function), *parts, kind=kind)
        return self.stands_for(made, found)

    def probe_object(
        self, owner: str, name: str | None, parts: tuple[Any, ...]
    ) -> tuple[Kind, Any]:
        """The kind of what an object that a library made, or a method of it, returns."""
        function = self.stand_in_objects.get(owner)
        function = function if name is None else getattr(function, name, None)
        kind, found = self.probe(function, parts)
        alone = kind.base == "array" and found.base is None and references(found) <= ALONE
        if not (kind.immutable or alone):  # the object may hold it, too
            kind = kinds.OPAQUE
        return kind, found

    def attribute_of_library(self, owner: str, name: str) -> Any:
        """An attribute of an object that is not followed: a number, or an object again."""
        found = getattr(self.stand_in_objects.get(owner), name, None)
        kind = kind_of(found)
        kind = kind if kind.immutable else kept.part_kind(self.b.kind(owner))
        return self.stands_for(self.b.emit("member", owner, Const(name), kind=kind), found)

    def refuse_change(self, function: Any, args: list[Any]) -> None:
        """Refuse what changes an object of a library's class, which is known by its parts."""
        name = getattr(function, "__name__", "")
        if name in CHANGING and args and isinstance(args[0], ObjectV):
            raise self.refuse(
                f"`{name}` of a `{args[0].cls.__name__}` is not supported",
                "it changes an object that is taken apart when source is generated",
                "make a new one of what it is to hold",
            )

    def put_together(self, cls: Any, names: tuple[str, ...], parts: list[Any]) -> Any:
        """An object of a library's class, for code that is not followed, of its attributes."""
        taken = tuple(self.passed(part) for part in parts)
        args = (Const(cls), Const(names), taken)
        made: Any = self.b.emit("apply", Const(assembled), args, Const(()), (), kind=kinds.OPAQUE)
        _, found = self.probe(assembled, (args, Const(()), ()))
        self.stand_in_objects[made] = small(cls, found)
        return made

    def of_library(self, made: str, cls: Any, found: Any) -> Any:
        """What code that is not followed returned, an object of a library's class, by its attributes."""
        args = (made, Const(cls))
        same = self.b.emit("apply", Const(in_class), args, Const(()), (), kind=kinds.OPAQUE)
        spec = spec_of(found, Dims(specialize=False))
        return bind(self, with_own_sizes(spec), same, "", (object(),), False)

    def stands_for(self, result: Any, found: Any) -> Any:
        """Remember what an object of which nothing else is known is on stand-ins."""
        if is_sparse(type(found)):
            return self.of_library(result, type(found), found)
        if isinstance(result, str) and has_attributes(self.b.kind(result), found):
            self.stand_in_objects[result] = found
        return result

    def probe(self, function: Any, parts: tuple[Any, ...]) -> tuple[Kind, Any]:
        """The kind of a result and the result, on stand-ins; None if there is none."""
        if getattr(function, "__name__", "") in UNPROBED or self.is_trusting(function):
            return kinds.OPAQUE, None
        args, keys, named = parts
        sizes: dict[Any, int] = {}
        try:
            values, given = (
                [map_tree(lambda leaf: self.example_of(leaf, sizes), arg) for arg in group]
                for group in (args, named)
            )
            with warnings.catch_warnings(), np.errstate(all="ignore"), draws_kept():
                warnings.simplefilter("ignore")
                found = function(*values, **dict(zip(keys.value, given, strict=True)))
            return kind_of(found), found
        except Exception:  # whatever a library raises: nothing is known
            return kinds.OPAQUE, None

    def is_trusting(self, function: Any) -> bool:
        """Whether it is a part of a library that leaves the check of its arguments to its callers."""
        if isinstance(function, np.ufunc) or not of_library(self.frame.source.function):
            return False
        path = str(getattr(function, "__module__", None) or "").split(".")
        private = [k for k, part in enumerate(path) if part.startswith("_")]
        home = sys.modules.get(".".join(path[: private[0]] if private else path))
        name = getattr(function, "__name__", "_")
        return name.startswith("_") or getattr(home, name, None) is not function

    def example_of(self, operand: Any, sizes: dict[Any, int]) -> Any:
        """A value of the kind of an operand; equal sizes stay equal."""
        if isinstance(operand, str) and operand in self.stand_in_objects:
            return copy.copy(self.stand_in_objects[operand])
        if isinstance(operand, str):
            return example(self.b.kind(operand), sizes)
        return copy.copy(operand.value) if isinstance(operand.value, np.ndarray) else operand.value


def accepts(definition: Any, args: list[Any], keywords: dict[str, Any]) -> bool:
    """Whether a definition has the parameters that a call passes."""
    try:
        inspect.signature(definition).bind(*args, **keywords)
    except TypeError:
        return False
    return True


def without_defaults(function: Any, definition: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    """Keywords but for those that a definition does not know and that have their defaults."""
    if not keywords:
        return keywords
    known = inspect.signature(definition).parameters
    takes_any = any(param.kind is param.VAR_KEYWORD for param in known.values())
    if takes_any or keywords.keys() <= known.keys():
        return keywords
    try:
        params = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return keywords
    return {
        name: value
        for name, value in keywords.items()
        if name in known or name not in params or not is_default(value, params[name].default)
    }


def is_default(value: Any, default: Any) -> bool:
    return isinstance(value, Const) and (
        value.value is default
        or (
            isinstance(default, bool | int | float | str)
            and type(value.value) is type(default)
            and value.value == default
        )
    )


def example(kind: Kind, sizes: dict[Any, int]) -> Any:
    """A value of a kind; raises ``ValueError`` if it is not known well enough."""
    if kind.base == "tuple" and kind.dim != "unknown":
        return tuple(example(item, sizes) for item in kind.items)
    if kind.base == "int":
        return size_of(kind.dim, sizes) if kind.dim is not None else 2
    if kind.base in ("float", "bool", "complex"):
        return {"float": 0.5, "bool": True, "complex": 0.5 + 0.5j}[kind.base]
    if kind.base == "scalar":
        return np.dtype(kind.dtype).type(1)
    if kind.base != "array" or kind.shape is None:
        raise ValueError(kind)
    shape = [size_of(dim, sizes) for dim in kind.shape]
    number = int(np.prod(shape))
    if kind.floating:
        return np.linspace(0.25, 0.75, number).reshape(shape).astype(kind.dtype)
    return np.minimum(np.arange(number), 1).reshape(shape).astype(kind.dtype)


def size_of(dim: Any, sizes: dict[Any, int]) -> int:
    return dim if isinstance(dim, int) else sizes.setdefault(dim, 5 + len(sizes))


@contextlib.contextmanager
def draws_kept() -> Iterator[None]:
    """Put the random numbers of Python's and NumPy's modules back: a look at a call draws none."""
    numbers, pythons = np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        np.random.set_state(numbers)
        random.setstate(pythons)


def references(array: Any) -> int:
    """How many hold an array, or view it, its caller and this call among them."""
    return sys.getrefcount(array)


def _of_new() -> int:
    array = np.empty(0)
    return references(array)


ALONE = _of_new()


def small(cls: Any, found: Any) -> Any:
    """A small object of a library's class: of ``found``, the dtype is read."""
    if not is_sparse(cls):
        return found
    dtype = found.dtype if found is not None else float
    return cls(np.triu(np.ones((SIZE, SIZE), dtype)) + np.eye(SIZE, dtype=dtype))


def has_attributes(kind: Kind, found: Any) -> bool:
    """Whether a result is an object of a library's class, or a tuple of one."""
    named = kind.base == "tuple" and type(found) is not tuple
    return found is not None and (kind.base == "opaque" or named)


def kind_of(value: Any) -> Kind:
    """The kind of a result, its sizes open."""
    if isinstance(value, np.ndarray):
        if not plain_array(type(value)):
            return kinds.OPAQUE
        return kinds.array(value.dtype, value.ndim) if value.dtype.kind in "fciub" else kinds.OPAQUE
    if isinstance(value, tuple):
        return Kind("tuple", items=tuple(kind_of(item) for item in value))
    found = kinds.of_constant(value)
    return kinds.INT if found.base == "int" else found
