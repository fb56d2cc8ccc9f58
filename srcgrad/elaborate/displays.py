"""Elaboration of displays: tuples, lists, sets and dicts, and what is in them."""

from __future__ import annotations

from typing import Any

import gast

from srcgrad.definitions.tables import TABLES
from srcgrad.handlers import ranges
from srcgrad.handlers.builtins import is_table
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.dicts import DictV
from srcgrad.values.refusals import no_mapping
from srcgrad.values.sequences import TupleV
from srcgrad.values.store import same_key
from srcgrad.values.walk import Walk


class Displays(Walk):
    """``(a, b)``, ``[a, *b]``, ``{a}``, ``{a: b}``."""

    def joined(self, nodes: list[Any], site: Any) -> Any:
        """Their values: a tuple, or a list of the generated code where one is of unknown length."""
        found: list[Any] = []
        open_list: Any = None

        def add(item: Any) -> None:
            if open_list is None:
                found.append(item)
            else:
                self.appended(open_list, item)

        for node in nodes:
            if not isinstance(node, gast.Starred):
                add(self.eval(node))
                continue
            value = self.drained(self.run_over(self.eval(node.value)))
            if self.unknown_length(value) and self.length_known(value) is None:
                open_list = self.runtime_list(found, site) if open_list is None else open_list
                self.each(value, "joined", add)
            else:
                for item in self.items_of(value):
                    add(item)
        return tuple(found) if open_list is None else open_list

    def eval_tuple(self, node: Any) -> Any:
        found = self.joined(node.elts, node)
        return TupleV(found) if type(found) is tuple else self.call_constant(tuple, [found], {})

    def eval_set(self, node: Any) -> Any:
        found = self.joined(node.elts, node)
        items = TupleV(found) if type(found) is tuple else found
        return ranges.set_of(self, items, self.sets_change)

    def eval_list(self, node: Any) -> Any:
        found = self.joined(node.elts, node)
        return self.new_list(found, node) if type(found) is tuple else found

    def eval_dict(self, node: Any) -> Any:
        pairs: list[Any] = []
        table: Any = None

        def add(key: Any, value: Any) -> None:
            if table is None:
                pairs.append((key, value))
            else:
                self.set_item(table, key, value)

        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                add(self.eval(key), self.eval(value))
                continue
            found = self.eval(value)
            if is_table(found):
                table = self.new_table(pairs, DictV()) if table is None else table
                self.call(self.attribute(table, "update"), [found], {})
            else:
                for pair in self.pairs(found):
                    add(*pair)
        return self.new_dict(pairs, None, node) if table is None else table

    def new_dict(self, pairs: Any, like: Any = None, site: Any = None) -> Any:
        """A dict with these pairs, of the kind that ``like`` is.

        One made at a ``site`` may get keys that are known only at run time: a later walk makes a table.
        """
        like = DictV() if like is None else like
        sites = () if site is None else (("table", *self.site_key(site)),)
        if sites and sites[0] in self.runtime_lists:
            return self.new_table(pairs, like)
        value = DictV(cls=like.cls, factory=like.factory, outside=like.outside, sites=sites)
        unique: dict[Any, Any] = {}
        for key, item in pairs:
            key = self.key_of(key)
            if not isinstance(key, Const):
                value.as_table()
                raise self.refuse(
                    "the key of a dict must be known",
                    "dicts are taken apart when source is generated",
                    "use a constant key",
                )
            place = next((other for other in unique if same_key(other, key)), key)
            unique[place] = item  # a key that is there keeps its place
        self.store.set(value.number, "items", tuple(unique.items()))
        return value

    def new_table(self, pairs: Any, like: DictV) -> Any:
        """A dict whose keys are known only at run time."""
        factory = [] if like.factory is None else [like.factory]
        found = self.call_constant(TABLES[like.cls], factory, {})
        for key, item in pairs:
            self.set_item(found, key, item)
        return found

    def pairs(self, value: Any) -> tuple[Any, ...]:
        """The keys and values of a dict, the same keys on every path, or of a user's mapping."""
        if not isinstance(value, Value):
            raise no_mapping(self)
        return value.pairs(self)

    def eval_starred(self, node: Any) -> Any:
        raise self.refuse(
            "a star is not supported here",
            "it unpacks outside a display or call",
            "write the items out",
            node,
        )
