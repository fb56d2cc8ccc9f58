"""Elaboration of comprehensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gast

from srcgrad.handlers.ranges import set_of
from srcgrad.ir.nodes import Const
from srcgrad.values.iterators import IteratorV
from srcgrad.values.sequences import ListV
from srcgrad.values.signals import Restart, UnknownLength
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Walk

PLACED = ("progress", "iter", "view", "keys")  # iterators that may be read more than once


class Comprehensions(Walk):
    """Comprehensions over what is known; over what is not, see ``sequences``."""

    def eval_listcomp(self, node: Any) -> Any:
        return self.listed_comprehension(node)

    def listed_comprehension(self, node: Any, first: Any = None) -> Any:
        """The list of a comprehension; ``first`` is its first iterable, if that is evaluated."""
        found: list[Any] = []
        state = self.state()
        try:
            self.comprehend(node, node.generators, lambda: found.append(self.eval(node.elt)), first)
        except UnknownLength:
            self.reset(state)
            found = self.runtime_list((), node)
            with self.own_names(node, node.generators):
                self.loop_generator(
                    node, node.generators, lambda: self.appended(found, self.eval(node.elt)), first
                )
            return found
        return self.new_list(found, node)

    # --- iterators, which are used up --------------------------------------------------------

    def once(self, value: Any) -> Any:
        """A list that stands for an iterator: it can be run through once."""
        self.iterators.add(self.first_column(value) if self.is_sequence(value) else value.number)
        return value

    def is_iterator(self, value: Any) -> bool:
        if self.is_sequence(value):
            return self.first_column(value) in self.iterators
        return isinstance(value, ListV) and value.number in self.iterators

    def in_variable(self, value: Any) -> Any:
        """A value that a variable gets: an iterator that is used more than once notes where it is."""
        if not isinstance(value, IteratorV) or value.style in PLACED:
            return value
        site = ("iterator", *self.site_key(self.node))
        if site in self.runtime_lists:
            return IteratorV("iter", (value,))
        self.iterator_sites[value.number] = site
        return value

    def use_up(self, value: Any) -> None:
        """Note that a variable's iterator is read; refuse what would find nothing left of it."""
        mark: Any = None
        if isinstance(value, IteratorV) and value.style not in PLACED:
            mark = value.number
        elif isinstance(value, ListV):
            mark = value.number if value.number in self.iterators else None
        elif self.is_sequence(value) and self.first_column(value) in self.iterators:
            mark = int(self.first_column(value).rpartition("%")[2]) - 1_000_000_000
        if mark is None:
            return
        if self.store.get(mark, "$used") not in (UNDEFINED, Const(False)):
            if mark in self.iterator_sites:
                raise Restart(self.iterator_sites[mark], True)
            raise self.refuse(
                "an iterator is used a second time",
                "what the first use has left of it is not known",
                "make a list of its items",
            )
        if not self.advancing:
            self.store.set(mark, "$used", Const(True))

    def eval_setcomp(self, node: Any) -> Any:
        return set_of(self, self.eval_listcomp(node), self.sets_change)

    def eval_dictcomp(self, node: Any) -> Any:
        found: list[Any] = []

        def pair() -> tuple[Any, Any]:
            return self.eval(node.key), self.eval(node.value)

        state = self.state()
        try:
            self.comprehend(node, node.generators, lambda: found.append(pair()))
        except UnknownLength:  # as statements would make it
            self.reset(state)
            made = self.new_dict((), None, node)
            with self.own_names(node, node.generators):
                self.loop_generator(node, node.generators, lambda: self.set_item(made, *pair()))
            return made
        return self.new_dict(found, None, node)

    def comprehend(
        self, node: Any, generators: list[Any], body: Callable[[], None], first: Any = None
    ) -> None:
        with self.own_names(node, generators):
            self.generator(node, generators, body, first)

    @contextmanager
    def own_names(self, node: Any, generators: list[Any]) -> Iterator[None]:
        """The targets of a comprehension are its own: afterwards, names are what they were."""
        names = {
            item.id
            for generator in generators
            for item in gast.walk(generator.target)
            if isinstance(item, gast.Name)
        }
        kept = {name: self.store.get(self.frame.number, name) for name in names}
        late = {(self.frame.number, id(item)) for item in lambdas_that_read(node, names)}
        self.late -= late
        yield
        self.late |= late
        for name, value in kept.items():
            self.set_name(name, value)
            if (
                not isinstance(value, str | Const)
                and value is kept[name]
                and (type(value).__name__ == "Undefined")
            ):
                self.store.content.pop((self.frame.number, name), None)

    def generator(
        self, node: Any, generators: list[Any], body: Callable[[], None], source: Any = None
    ) -> None:
        first, *rest = generators
        value = self.eval(first.iter) if source is None else source
        if self.runs(value):
            self.run_through(value, node, generators, body)
            return
        items = self.static_items(value)
        if items is None:
            items = self.items_at_hand(value)
        if items is None:
            raise UnknownLength
        for item in items:
            self.assign(first.target, self.now(item))
            if all(self.known_condition(test) for test in first.ifs):
                self.generator(node, rest, body) if rest else body()

    def run_through(
        self, value: Any, node: Any, generators: list[Any], body: Callable[[], None]
    ) -> None:
        """A comprehension over a generator whose course is known."""
        first, *rest = generators

        def each() -> None:
            if self.doubts[-1]:
                raise UnknownLength
            if all(self.known_condition(test) for test in first.ifs):
                self.generator(node, rest, body) if rest else body()

        self.doubts.append(0)
        try:
            self.iterate(value, first, first.target, None, each)
        finally:
            self.doubts.pop()

    def loop_generator(
        self, node: Any, generators: list[Any], body: Any, source: Any = None
    ) -> None:
        """A comprehension over a sequence of unknown length: a loop that appends."""
        first, *rest = generators

        def inner() -> None:
            if rest:
                self.loop_generator(node, rest, body)
            else:
                body()

        def tested(tests: list[Any]) -> None:
            if not tests:
                return inner()
            cond = self.condition(tests[0])
            if isinstance(cond, Const):
                return tested(tests[1:]) if cond.value else None
            self.branch(cond, lambda: tested(tests[1:]), lambda: None)
            return None

        value = self.eval(first.iter) if source is None else source
        self.iterate(value, first, first.target, None, lambda: tested(first.ifs))

    def known_condition(self, test: Any) -> bool:
        cond = self.condition(test)
        if not isinstance(cond, Const):
            raise UnknownLength
        return bool(cond.value)


def lambdas_that_read(node: Any, names: set[str]) -> list[Any]:
    """The lambdas in a comprehension that read its own names, late."""
    found = []
    for item in gast.walk(node):
        if isinstance(item, gast.Lambda):
            given = item.args
            params = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
            own = {param.id for param in params if param is not None}
            reads = {part.id for part in gast.walk(item.body) if isinstance(part, gast.Name)}
            if (reads - own) & names:
                found.append(item)
    return found
