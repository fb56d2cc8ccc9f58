"""The classes of names that may share memory, and which of them are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from types import ModuleType

import numpy as np

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import TAPES, Const, Let, Statement
from srcgrad.rules.kept import of_statement
from srcgrad.rules.operation import OPS

HOLDERS = ("opaque", "list", "tape")


NOTHING: frozenset[str] = frozenset()


class Classes:
    """Names in classes, each known by its root."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def join(self, a: str, b: str) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self.parent[b] = a


class Aliases(Classes):
    """The classes of one function."""

    def __init__(
        self, inputs: frozenset[str] = frozenset(), kinds: dict[str, Kind] | None = None
    ) -> None:
        super().__init__(kinds or {})
        self.written: set[str] = set()  # roots
        self.base: dict[str, str] = {}  # view -> what it is a view of
        self.copies: set[str] = set()  # doubtful views that may as well be copies
        self.holds: set[tuple[str, str]] = set()  # (list or object, what it may hold)
        self.held: set[str] = set()  # names that lists and tapes hold
        self.unseen: list[tuple[int, str]] = []  # (position of a call, what it may write)
        self.inputs = inputs
        self.assumed: set[str] = set()  # inputs that must be C-contiguous
        self.orders: dict[str, tuple[int, ...]] = {}  # arrays whose axes must lie so in memory
        self.merged: set[str] = set()  # names that control flow may make one of two
        self.reached: dict[str, frozenset[str]] = {}  # root of a list or object -> ``reach``

    def join(self, a: str, b: str) -> None:
        written = self.root(b) in self.written
        super().join(a, b)
        if written:
            self.written.add(self.root(a))

    def settle(self) -> None:
        """Once all is joined: make roots quick to find, and what lists of each class reach."""
        self.parent = {name: self.root(name) for name in self.parent}
        self.written = {self.root(name) for name in self.written}
        self.find_reach()

    def find_reach(self) -> None:
        self.reached = {}
        items: dict[str, set[str]] = defaultdict(set)
        for holder, item in self.holds:
            items[self.root(holder)].add(self.root(item))
        for root in items:
            found: set[str] = set()
            work = [root]
            while work:
                inner = work.pop()
                if inner not in found:
                    found.add(inner)
                    work.extend(items.get(inner, ()))
            self.reached[root] = frozenset(found)

    def reach(self, name: str) -> frozenset[str]:
        """The class of a name, and the classes of what lists and objects of it hold."""
        root = self.root(name)
        return self.reached.get(root) or frozenset((root,))

    def changed(self, statement: Statement) -> frozenset[str]:
        """The classes whose content a statement changes."""
        name = changed(statement)
        if name is None:
            if not isinstance(statement, Let) or not OPS[statement.op].foreign:
                return NOTHING
            written = objects_written(statement, self.kinds)
            return NOTHING.union(*map(self.reach, written))
        deep = OPS[statement.op].deep or self.kinds[name].base == "opaque"  # type: ignore[union-attr]
        return self.reach(name) if deep else frozenset((self.root(name),))

    def with_mirrored(self, table: dict[str, str]) -> Aliases:
        """The classes of a function in which names have a second each, with the same relations."""
        found = Aliases(self.inputs, self.kinds)
        found.parent, found.base = dict(self.parent), dict(self.base)
        found.written, found.merged = set(self.written), set(self.merged)
        found.copies, found.held, found.holds = self.copies, self.held, self.holds
        found.assumed, found.reached = self.assumed, self.reached
        for name, second in table.items():
            root = self.root(name)
            if root in self.written:
                found.written.add(table.get(root, f"{root}'"))
            if table.get(root, f"{root}'") != second:
                found.parent[second] = table.get(root, f"{root}'")
            if self.base.get(name) in table:
                found.base[second] = table[self.base[name]]
            if name in self.merged:
                found.merged.add(second)
        return found

    def is_buffer(self, name: str) -> bool:
        return self.root(name) in self.written

    def twinned(self) -> set[str]:
        """The roots of written classes whose alias relation control flow decides."""
        return {self.root(name) for name in self.merged} & self.written


def is_store(statement: Let) -> bool:
    """Whether a statement stores into its first argument."""
    return OPS[statement.op].stored is not None


def changed(statement: Statement) -> str | None:
    """The array, list or tape whose content a statement changes."""
    if not isinstance(statement, Let) or not (
        is_store(statement) or statement.op in TAPES or OPS[statement.op].changes
    ):
        return None
    target = statement.args[0]
    return target if isinstance(target, str) else None


def objects_in(statement: Let, kinds: dict[str, Kind]) -> Iterator[str]:
    """The objects and lists that a kept call is passed, those from outside by a name of their own."""
    for leaf in ir.leaves(statement.args):
        if isinstance(leaf, str):
            if kinds[leaf].base in HOLDERS:
                yield leaf
        elif is_object(leaf):
            yield outside_name(leaf)


def objects_written(statement: Let, kinds: dict[str, Kind]) -> list[str]:
    """The objects that a kept call may write into, or into what they hold."""
    found = [n for n in objects_in(statement, kinds) if n not in kinds or kinds[n].base == "opaque"]
    return found if found and of_statement(statement, kinds).writes else []


def is_object(const: Const) -> bool:
    """Whether a constant is an object from outside that may hold others."""
    return not (callable(const.value) or isinstance(const.value, PLAIN))


PLAIN = (
    *(bool, int, float, complex, str, bytes, slice, range, type(None), type(...), ModuleType),
    *(tuple, list, dict, frozenset, np.generic, np.ndarray, np.dtype),
)


def outside_name(const: Const) -> str:
    """The name by which an object from outside is known among the classes."""
    return f"={id(const.value)}"
