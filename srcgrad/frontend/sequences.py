"""Lists whose length is not known when source is generated.

A list is taken apart as long as its length is known. Where a loop of unknown length changes its
length, the walk starts again (``Restart``) with the list kept as a list of the generated code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcgrad import kinds
from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.frontend.merging import is_operand, numeric
from srcgrad.frontend.values import IteratorV, ListV, RangeV, TupleV
from srcgrad.ir import Const
from srcgrad.kinds import Kind


class Restart(Exception):
    """The list made at ``site`` must be kept as a list of the generated code."""

    def __init__(self, site: Any) -> None:
        super().__init__("restart")
        self.site = site


STACKING = {np.stack: "stacked", np.concatenate: "joined", np.array: "stacked",
            np.asarray: "stacked", np.hstack: "joined"}


class Sequences:
    """Lists of the generated code: made, changed, read."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def runtime_lists(self) -> set[Any]:
        """The sites of lists that are kept as lists."""
        return self.__dict__.setdefault("_runtime_lists", set())

    @property
    def list_sites(self) -> dict[int, Any]:
        return self.__dict__.setdefault("_list_sites", {})

    def is_list(self, value: Any) -> bool:
        return isinstance(value, str) and self.b.kind(value).base == "list"

    def new_list(self, items: Any, site: Any = None) -> Any:
        """A list; ``site`` is the node that makes it, by which it is known in the next walk."""
        if site is not None and id(site) in self.runtime_lists:
            return self.runtime_list(items)
        value = ListV()
        self.store.set(value.number, "items", tuple(items))
        if site is not None:
            self.list_sites[value.number] = id(site)
        return value

    def runtime_list(self, items: Any = ()) -> str:
        operands = tuple(self.item_operand(item) for item in items)
        name = self.b.emit("list_of", operands)
        return str(name)

    def repeated(self, sequence: Any, count: str) -> Any:
        """``[a, b] * n`` for an ``n`` that is not known: a loop that appends."""
        items = self.items_of(sequence)
        if not isinstance(sequence, ListV) or not all(
            is_operand(item) and numeric(item) and self.b.kind(item).immutable for item in items
        ):
            self.want(SizesWanted, IntegersWanted)
            raise self.refuse("how often this sequence is repeated is not known",
                              "its items are kept as separate variables", "use an array")
        found = self.runtime_list()
        each = gast.copy_location(gast.Name("$", gast.Store(), None, None), self.node)

        def append() -> None:
            for item in items:
                self.appended(found, item)

        self.iterate(RangeV(Const(0), count, Const(1)), self.node, each, None, append)
        return found

    def item_operand(self, value: Any) -> Any:
        if isinstance(value, TupleV | ListV):
            raise self.refuse(
                "a list of unknown length holds tuples or lists", "its items must be numbers or "
                "arrays", "use one list for each part",
            )
        return self.to_operand(value)

    def restart(self, number: int) -> None:
        """Begin the walk again if the list of this number can be kept as a list."""
        site = self.list_sites.get(number)
        if site is not None and site not in self.runtime_lists:
            raise Restart(site)

    def appended(self, owner: str, value: Any) -> Any:
        operand = self.item_operand(value)
        kind = self.b.kind(operand)
        have = self.b.kind(owner)
        if kind.base == "int":
            kind = kinds.INT
        item = have.items[0] if have.items else None
        joined = kind if item is None else kinds.join(item, kind)
        if joined is None:
            raise self.refuse("this list holds values that do not mix",
                              "its items must be of one kind", "use one list for each kind")
        if item is None or not _covers(item, kind):
            self.b.names.kinds[owner] = Kind("list", items=(_widened(item, joined),))
            self.list_changes = self.list_changes + 1
        self.b.effect("push", owner, operand)
        return Const(None)

    @property
    def list_changes(self) -> int:
        """How often the kind of a list grew: a loop in which one does is elaborated again."""
        return int(self.__dict__.get("_list_changes", 0))

    @list_changes.setter
    def list_changes(self, value: int) -> None:
        self.__dict__["_list_changes"] = value

    def list_method(self, owner: str, name: str, args: list[Any], keywords: Any) -> Any:
        """``xs.append(v)`` and the like of a list of the generated code."""
        if name == "append":
            return self.appended(owner, args[0])
        if name == "extend":
            for item in self.items_of(args[0]):
                self.appended(owner, item)
            return Const(None)
        if name == "pop" and not args:
            kind = self.b.kind(owner)
            return self.b.emit("pop", owner, kind=kind.items[0] if kind.items else kinds.OPAQUE)
        if name == "copy":
            raise self.refuse("a copy of a list of unknown length is not supported",
                              "its length is known only at run time", "use an array")
        raise self.refuse(f"the method `{name}` is not supported for a list of unknown length",
                          "its length is known only at run time", "use an array")

    def stack_list(self, function: Any, owner: str, args: list[Any], keywords: Any) -> Any:
        """``np.stack(xs)``, ``np.array(xs)``, ``np.concatenate(xs)``; None for another function."""
        key = STACKING.get(function)
        if key is None:
            return None
        axis = args[0] if args and function not in (np.array, np.asarray) else Const(0)
        return self.b.emit(key, owner, self.to_operand(keywords.get("axis", axis)))

    def comprehended(self, node: Any, generators: list[Any], body: Any) -> str:
        """A comprehension over a sequence of unknown length: a loop that appends."""
        found = self.runtime_list()
        self.loop_generator(node, generators, lambda: self.appended(found, body()))
        return found

    def loop_generator(self, node: Any, generators: list[Any], body: Any) -> None:
        first, *rest = generators

        def inner() -> None:
            if rest:
                self.loop_generator(node, rest, body)
            else:
                body()

        def tested(tests: list[Any]) -> None:
            if not tests:
                return inner()
            cond = self.truth(self.eval(tests[0]))
            if isinstance(cond, Const):
                return tested(tests[1:]) if cond.value else None
            self.branch(cond, lambda: tested(tests[1:]), lambda: None)
            return None

        self.iterate(self.eval(first.iter), first, first.target, None, lambda: tested(first.ifs))

    def unknown_length(self, value: Any) -> bool:
        """Whether an iterable has a length that is known only at run time."""
        if isinstance(value, IteratorV):
            return self.static_items(value) is None
        return self.static_items(value) is None


def _covers(have: Kind, kind: Kind) -> bool:
    if have == kind:
        return True
    return (have.base == kind.base == "array" and have.dtype == kind.dtype and (
        have.shape is not None and kind.shape is not None
        and len(have.shape) == len(kind.shape)
        and all(x == y or str(x).startswith("*") for x, y in
                zip(have.shape, kind.shape, strict=True))
    )) or (have.base == "array" and have.shape is None and kind.base == "array")


def _widened(item: Kind | None, joined: Kind) -> Kind:
    """A kind that stays the same when the next item is joined: unequal sizes become open."""
    if item is None or item.shape is None or joined.shape is None:
        return joined
    return replace(joined, shape=tuple(
        x if x == y else f"*{y}" for x, y in zip(item.shape, joined.shape, strict=True)
    )) if len(item.shape) == len(joined.shape) else joined
