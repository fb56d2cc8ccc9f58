"""What is computed before a loop though Python computes it in its course.

That is the same as long as the loop writes nothing of what was read. Where that is not sure, the loop
is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Let
from srcgrad.rules.kept import makes_new, of_statement
from srcgrad.rules.operation import OPS
from srcgrad.values.iterators import GeneratorV, read_from
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.signals import Refused
from srcgrad.values.store import UNDEFINED, new_number, same
from srcgrad.values.walk import Walk

Body = Callable[[], None]


class Unwritten(Walk):
    """The check of what was read early."""

    def deferred(self, whole: Callable[[], Any], lazily: Callable[[], Any], *sources: Any) -> Any:
        """What is made whole where it is iterated over, unless the loop writes what it reads."""

        def produce(node: Any, target: Any, stop: str | None, body: Body) -> None:
            state, written = self.state(), len(self.written)
            try:
                with self.unwritten(sources, stop is not None) as made:
                    self.iterate(made(whole), node, target, stop, body)
            except Refused:
                if len(self.written) == written:
                    raise
                del self.written[written:]
                self.reset(state)
                self.iterate(lazily(), node, target, stop, body)

        return self.generator_of(GeneratorV(Nothing(), whole, produce))

    def beforehand(
        self, compute: Callable[[], Any], *sources: Any, then: Callable[[Any], Any] | None = None
    ) -> Any:
        """What a loop computes before its first item; refused where it writes what that reads.

        ``then``: what runs in the course of the loop, of what was computed.
        """

        def produce(node: Any, target: Any, stop: str | None, body: Body) -> None:
            with self.unwritten(sources, stop is not None) as made:
                found = made(compute)
                self.iterate(then(found) if then else found, node, target, stop, body)

        return self.generator_of(GeneratorV(Nothing(), None if then else compute, produce))

    @contextmanager
    def unwritten(
        self, sources: tuple[Any, ...], partly: bool = False
    ) -> Iterator[Callable[..., Any]]:
        """A context that gives ``made``, which computes what must stay the same to its end.

        ``partly``: not all of it may be asked for, so it must not raise or write itself.
        """
        read: dict[Any, Any] = {}
        operands: set[str] = set()

        def made(make: Callable[[], Any]) -> Any:
            there = self.store.snapshot()
            found: dict[Any, Any] = {}
            outer, self.store.reading = self.store.reading, found
            start = len(self.b.block)
            try:
                value = make()
            finally:
                self.store.reading = outer
            for key, item in found.items():
                if key in there and not key[1].startswith("$"):
                    read.setdefault(key, item)
            early = tuple(self.b.block[start:])
            for statement in ir.walk(early):
                if isinstance(statement, Let):
                    operands.update(ir.names(statement.args))
            if partly and (self.may_act(early) or self.changed_since(there)):
                self.refuse_early()
            return value

        for source in sources:
            operands.update(operands_of(source))
            self.watch_lists(source, read)
        position: list[int] = []

        def then(make: Callable[[], Any]) -> Any:
            value = made(make)
            position[:] = [len(self.b.block)]
            return value

        entered = len(self.refusals)
        start = len(self.b.block)
        yield then
        if len(self.refusals) > entered:
            return
        late = tuple(self.b.block[position[0] if position else start :])
        changed = any(
            not same(self.store.content.get(key, UNDEFINED), value) for key, value in read.items()
        )
        if changed or any(self.may_write(statement, operands, late) for statement in ir.walk(late)):
            self.refuse_early()

    def refuse_early(self) -> None:
        refused = self.refuse(
            "this is iterated over while what it reads is written, or it may be left early",
            "its items are computed before the loop, where Python computes them in its course",
            "make a list of it before the loop, or write the loop out",
        )
        self.written.append(refused)
        raise refused

    def may_act(self, block: Any) -> bool:
        """Whether statements may raise, or write what is not their own."""
        moved = (*ir.LISTS, *ir.TAPES)  # items that are there
        inside = {name for s in ir.walk(block) for name in ir.defined(s)}
        return any(
            isinstance(s, Let) and OPS[s.op].effect and not (s.op == "push" and s.args[0] in inside)
            for s in ir.walk(block)
        ) or self.may_be_raised(
            tuple(
                s
                for s in ir.walk(block)
                if isinstance(s, Let) and s.op not in moved and not _of_a_loop(s)
            ),
            (ArithmeticError, LookupError, ValueError),
        )

    def changed_since(self, there: Any) -> bool:
        """Whether a variable or container of the user's has another value than it had."""
        return any(
            not key[1].startswith("$") and not same(self.store.content.get(key, UNDEFINED), value)
            for key, value in there.items()
        )

    def watch_lists(self, value: Any, read: dict[Any, Any]) -> None:
        """The contents of the lists among sources."""
        if isinstance(value, ListV):
            items = self.store.get(value.number, "items")
            read[(value.number, "items")] = items
            for item in items if type(items) is tuple else ():
                self.watch_lists(item, read)
        elif isinstance(value, TupleV):
            for item in value.items:
                self.watch_lists(item, read)

    def may_write(self, statement: Any, operands: set[str], late: Any) -> bool:
        """Whether a statement of the loop writes what was read before it."""
        if not isinstance(statement, Let):
            return False
        op = OPS[statement.op]
        if not op.effect or op.flat:
            return False
        if op.foreign and not of_statement(statement, self.b.names.kinds).writes:
            return False
        target = statement.args[0] if statement.args else None
        if not isinstance(target, str) or statement.op not in ("setitem", "push", "pop"):
            return any(self.mutable(name) for name in operands)
        if self.b.kind(target).base == "list":
            return any(name == target or self.holds_lists(name) for name in operands)
        root = self.root(target, late)
        if root is None:
            return any(self.mutable(name) for name in operands)
        return any(
            name == target or self.root(name, late) == root or name in self.b.phis
            for name in operands
            if self.mutable(name)
        )

    def mutable(self, name: str) -> bool:
        kind = self.b.kind(name)
        return not kind.immutable and kind.base in ("array", "list", "any", "opaque", "tuple")

    def holds_lists(self, name: str) -> bool:
        kind = self.b.kind(name)
        return kind.base == "list" and bool(kind.items) and kind.items[0].base == "list"

    def root(self, name: str, late: Any) -> str | None:
        """The new array of which this is a view; None if it is not known to be new."""
        made = {
            statement.target: statement
            for statement in ir.walk((*self.b.block, *late))
            if isinstance(statement, Let) and statement.target is not None
        }
        while name in made:
            statement = made[name]
            if makes_new(statement, self.b.names.kinds) and statement.op != "procedure":
                return name
            viewed = statement.args[OPS[statement.op].viewed]
            if not isinstance(viewed, str) or self.b.kind(viewed).base != "array":
                return None
            name = viewed
        return None


def operands_of(value: Any) -> set[str]:
    """The names of the IR in an iterable."""
    return {leaf for leaf in read_from(value) if isinstance(leaf, str)}


def _of_a_loop(statement: Let) -> bool:
    """Whether this is the item that the counter of a loop names."""
    return statement.op in ir.PARTS and isinstance(statement.args[1], str)


class Nothing:
    """The frame of a generator that no function stands for."""

    def __init__(self) -> None:
        self.number = new_number()
        self.node = None
