"""Lists whose length is not known when source is generated.

A list is taken apart as long as its length is known. Where a loop of unknown length changes its
length, the walk starts again (``Restart``) with the list kept as a list of the generated code. A
list of tuples is kept as one list for each of their parts (``Records``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcgrad.errors import IntegersWanted, SizesWanted
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Merge
from srcgrad.values.abstract import Conflict, leaves_in
from srcgrad.values.sequences import ListV, RecordsV, TupleV, is_records
from srcgrad.values.signals import LEAF, Restart
from srcgrad.values.walk import Walk


def template_of(value: Any) -> Any:
    """The structure of the items of a list."""
    if isinstance(value, TupleV) and not is_records(value):
        return value.with_items(map(template_of, value.items))
    return LEAF


def _has_nothing(template: Any) -> bool:
    """Whether a tuple without items is part of the structure of an item."""
    if not isinstance(template, TupleV):
        return False
    return not template.items or any(map(_has_nothing, template.items))


class Sequences(Walk):
    """Lists of the generated code: how they are made, and what they hold."""

    def is_list(self, value: Any) -> bool:
        """Whether a value is one list of the generated code."""
        return isinstance(value, str) and self.b.kind(value).base == "list"

    def is_sequence(self, value: Any) -> bool:
        """Whether a value is a list of unknown length."""
        return self.is_list(value) or is_records(value)

    def site_key(self, site: Any) -> Any:
        """What tells a node, and the calls that led to it, from all others in every walk."""
        return (getattr(site, "stands_for", id(site)), *self.call_sites)

    # --- made -------------------------------------------------------------------------------

    def new_list(self, items: Any, site: Any = None, longest: int | None = None) -> Any:
        """A list; ``site`` is the node that makes it, by which it is known in the next walk."""
        site = self.node if site is None else site
        if self.site_key(site) in self.runtime_lists:
            found = self.runtime_list(items, site)
            if longest is not None:
                self.as_deque(found, longest)
            return found
        value = ListV(sites=(self.site_key(site),), longest=longest)
        self.store.set(value.number, "items", tuple(items))
        return value

    def as_deque(self, value: Any, longest: int | None) -> Any:
        """A list as a deque, of limited length unless that is None."""
        if isinstance(value, ListV):
            return replace(value, cls=deque)
        self.longest[self.first_column(value)] = longest
        return value

    def is_deque(self, value: Any) -> bool:
        if isinstance(value, ListV):
            return value.cls is deque
        return self.is_sequence(value) and self.first_column(value) in self.longest

    def list_of_class(self, value: Any, cls: Any) -> Any:
        """A list of a class of the user's."""
        if not isinstance(value, ListV):
            raise self.refuse(
                f"a `{cls.__name__}` becomes a list of unknown length",
                "that has no class of the user's",
                "make a plain list of it",
            )
        return replace(value, cls=cls)

    def runtime_list(self, items: Any = (), site: Any = None) -> Any:
        """A list of the generated code with these items."""
        site = self.node if site is None else site
        template = self.runtime_lists.get(self.site_key(site), LEAF)
        if template == LEAF:
            structure = [template_of(item) for item in items]
            if structure and structure[0] != LEAF:
                raise Restart(self.site_key(site), structure[0])
            return self.column(LEAF, items, site)
        return RecordsV((self.column(template, items, site),))

    def column(self, template: Any, items: Any, site: Any) -> Any:
        """One list, or a tuple of lists for records of this structure."""
        if template == LEAF:
            name = str(self.b.emit("list_of", tuple(self.item_operand(item) for item in items)))
            kind = self.b.names.kinds[name]
            if kind.items:
                self.b.names.kinds[name] = Kind("list", items=(_general(kind.items[0]),))
            self.list_sites[name] = self.site_key(site)
            return name
        parts = [self.parts_of_item(template, item) for item in items]
        return template.with_items(
            self.column(inner, [part[k] for part in parts], site)
            for k, inner in enumerate(template.items)
        )

    def parts_of_item(self, template: Any, item: Any) -> tuple[Any, ...]:
        if (
            isinstance(item, TupleV)
            and not is_records(item)
            and (len(item.items) == len(template.items))
        ):
            return item.items
        self.want(SizesWanted, IntegersWanted)
        raise self.refuse(
            "this list holds tuples of different lengths",
            "in a list of unknown length, all items have one structure",
            "give them one structure",
        )

    def item_operand(self, value: Any) -> Any:
        """An item as an operand; a list in a list must be a list of the generated code, too."""
        if isinstance(value, ListV):
            self.restart(value)
        if isinstance(value, ListV | TupleV):
            self.want(SizesWanted, IntegersWanted)
            raise self.refuse(
                "a list of unknown length holds lists of tuples, or tuples and numbers",
                "its items must be of one structure",
                "use one list for each part",
            )
        if not isinstance(value, str | Const):
            self.want(SizesWanted, IntegersWanted)
        return self.to_operand(value)

    def restart_all(self, lists: tuple[Any, ...], other: Any) -> None:
        """Begin again with lists of unknown length, like another value, instead of these.

        Two sets, each of what is known, become sets that change.
        """
        if isinstance(other, Const) and type(other.value) is frozenset:
            self.change_sets()
        template = self.structure(other) if self.is_sequence(other) else LEAF
        for value in lists:
            items = self.store.get(value.number, "items")
            found = template_of(items[0]) if type(items) is tuple and items else LEAF
            self.restart(value, found if template == LEAF else template)

    def lists_numbered(self, number: int) -> tuple[ListV, ...]:
        """The list whose content is stored under a number."""

        for value in self.store.content.values():
            for leaf in leaves_in(value):
                for found in leaf.lists if isinstance(leaf, Conflict) else (leaf,):
                    if isinstance(found, ListV) and found.number == number:
                        return (found,)
        return ()

    def structure(self, value: Any) -> Any:
        """The template of a list of the generated code."""

        return self.on_columns(self.columns(value), lambda name, _: LEAF)

    def restart(self, value: Any, template: Any = LEAF) -> None:
        """Begin the walk again if a list can be kept as a list of the generated code."""
        sites = value.sites if isinstance(value, ListV) else (self.list_sites.get(value),)
        for site in sites:
            if (
                site is not None
                and self.runtime_lists.get(site) != template
                and (site not in self.runtime_lists or self.runtime_lists[site] == LEAF)
            ):
                raise Restart(site, template)

    # --- tuples of unknown length --------------------------------------------------------------

    def as_tuple(self, value: Any) -> Any:
        """A new list of the generated code as the tuple that it stands for, which never changes."""
        if self.is_sequence(value):

            def mark(name: str, _: Any) -> None:
                self.b.names.kinds[name] = replace(self.b.names.kinds[name], dim="tuple")

            self.on_columns(self.columns(value), mark)
        return value

    def is_long_tuple(self, value: Any) -> bool:
        """Whether a value is a tuple whose length is known only at run time."""
        return self.is_sequence(value) and self.b.kind(self.first_column(value)).dim == "tuple"

    def as_index(self, value: Any) -> Any:
        """A subscript; what a tuple of unknown length selects is not known."""
        if self.is_long_tuple(value):
            self.want(IntegersWanted, SizesWanted)
            raise self.refuse(
                "a tuple of unknown length is a subscript",
                "its length decides how many axes it selects on",
                "make it of a known length, or index by an array",
            )
        return value

    def changing(self, value: Any) -> None:
        """Refuse what would change a tuple."""
        if self.is_long_tuple(value):
            raise self.refuse(
                "a tuple is changed",
                "Python itself raises here",
                "make a list of it first",
                raises=True,
            )

    # --- items ------------------------------------------------------------------------------

    def columns(self, value: Any) -> Any:
        """A list, or the tuple of lists of its items' parts."""
        return value.items[0] if is_records(value) else value

    def first_column(self, value: Any) -> str:
        column = self.columns(value)
        while isinstance(column, TupleV):
            column = column.items[0]
        return str(column)

    def sequence_length(self, value: Any) -> Any:
        return self.b.emit("len", self.first_column(value))

    def on_columns(self, column: Any, visit: Callable[..., Any], item: Any = None) -> Any:
        """``visit`` applied to each list, with the part of ``item`` that belongs there."""
        if isinstance(column, str):
            return visit(column, item)
        parts = (None,) * len(column.items) if item is None else self.parts_of_item(column, item)
        return column.with_items(
            self.on_columns(inner, visit, part)
            for inner, part in zip(column.items, parts, strict=True)
        )

    def item_of(self, value: Any, index: Any) -> Any:
        """``xs[i]``"""

        def read(name: str, _: Any) -> Any:
            found = self.b.emit("getitem", name, index)
            if self.is_list(found):
                self.list_owners[str(found)] = name
            return found

        return self.on_columns(self.columns(value), read)

    def set_item_of(self, value: Any, index: Any, item: Any) -> None:
        """``xs[i] = v``"""
        self.changing(value)

        def store(name: str, part: Any) -> None:
            operand = self.item_operand(part)
            self.hold(name, operand)
            self.b.effect("setitem", name, index, operand)

        self.fit_item(value, item)
        self.on_columns(self.columns(value), store, item)

    def appended(self, value: Any, item: Any) -> Any:
        """``xs.append(v)``"""
        self.changing(value)

        def push(name: str, part: Any) -> None:
            operand = self.item_operand(part)
            self.hold(name, operand)
            self.b.effect("push", name, operand)

        self.fit_item(value, item)
        self.on_columns(self.columns(value), push, item)
        return Const(None)

    def popped(self, value: Any) -> Any:
        """``xs.pop()``"""
        self.changing(value)

        def pop(name: str, _: Any) -> Any:
            kind = self.b.kind(name)
            found = self.b.emit("pop", name, kind=kind.items[0] if kind.items else kinds.OPAQUE)
            if self.is_list(found):
                self.list_owners[str(found)] = name
            return found

        return self.on_columns(self.columns(value), pop)

    def fit_item(self, value: Any, item: Any) -> None:
        """A list that first receives a tuple is made again, as lists of its parts."""
        template = template_of(item)
        if _has_nothing(template):
            self.want(SizesWanted, IntegersWanted)
            raise self.refuse(
                "a list of unknown length holds empty tuples",
                "what its items consist of are lists of the generated code, and these are of nothing",
                "use None, or a list",
            )
        if self.is_list(value) and template != LEAF and not self.b.kind(value).items:
            self.restart(value, template)

    # --- kinds ------------------------------------------------------------------------------

    def hold(self, owner: str, operand: Any) -> None:
        """Note in the kind of a list that it holds this operand."""
        if self.is_list(operand):
            self.list_owners[str(operand)] = owner
        self.grow(owner, _general(self.b.kind(operand)))

    def grow(self, owner: str, kind: Kind) -> None:
        have = self.b.kind(owner)
        item = have.items[0] if have.items else None
        joined = kind if item is None else kinds.join(item, kind)
        if joined is None:
            self.want(SizesWanted, IntegersWanted)
            raise self.refuse(
                "this list holds values that do not mix",
                "its items must be of one kind",
                "use one list for each kind",
            )
        if item is None or not covers_item(item, kind):
            self.b.names.kinds[owner] = replace(have, items=(_widened(item, joined),))
            self.grown_lists.append(owner)
            if owner in self.list_owners and self.list_owners[owner] != owner:
                self.grow(self.list_owners[owner], self.b.names.kinds[owner])
            for other in self.one_list.get(owner, ()):
                self.grow(other, kind)

    def may_be_one_list(self, merge: Merge) -> None:
        """What is put into a list that is one of two is put into one of these."""
        for name in (merge.then, merge.orelse):
            if isinstance(name, str) and self.is_list(merge.out):
                self.one_list.setdefault(name, set()).add(merge.out)
                self.one_list.setdefault(merge.out, set()).add(name)


def covers_item(have: Kind, kind: Kind) -> bool:
    """Whether items of a kind are among those that a list is known to hold."""
    if have == kind:
        return True
    if have.base == kind.base == "list":
        return not kind.items or (bool(have.items) and covers_item(have.items[0], kind.items[0]))
    return (
        have.base == kind.base == "array"
        and have.dtype == kind.dtype
        and (
            have.shape is not None
            and kind.shape is not None
            and len(have.shape) == len(kind.shape)
            and all(
                x == y or str(x).startswith("*")
                for x, y in zip(have.shape, kind.shape, strict=True)
            )
        )
    ) or (have.base == "array" and have.shape is None and kind.base == "array")


def _general(kind: Kind) -> Kind:
    """The kind of an item, whose value differs from item to item."""
    return replace(kind, dim=None) if kind.base == "int" else kind


def _widened(item: Kind | None, joined: Kind) -> Kind:
    """A kind that stays the same when the next item is joined: unequal sizes become open."""
    if item is None or item.shape is None or joined.shape is None:
        return joined
    return (
        replace(
            joined,
            shape=tuple(
                x if x == y else f"*{y}" for x, y in zip(item.shape, joined.shape, strict=True)
            ),
        )
        if len(item.shape) == len(joined.shape)
        else joined
    )
