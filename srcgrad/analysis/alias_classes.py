"""The classes of names that may share memory, and which of them are written."""

from __future__ import annotations

from collections import defaultdict

from srcgrad.ir.nodes import STORES, Let, Statement

DEEP = ("add_pieces", "add_parts", "add_items")  # these change lists inside of lists, too


WRITES = frozenset((*STORES, *DEEP))


CHANGES = WRITES | {"push", "pop", "change"}


NOTHING: frozenset[str] = frozenset()


class Aliases:
    """The classes of one function."""

    def __init__(self, inputs: frozenset[str] = frozenset()) -> None:
        self.parent: dict[str, str] = {}
        self.written: set[str] = set()  # roots
        self.base: dict[str, str] = {}  # view -> what it is a view of
        self.copies: set[str] = set()  # doubtful views that may as well be copies
        self.holds: set[tuple[str, str]] = set()  # (list, what it holds)
        self.held: set[str] = set()  # names that lists and tapes hold
        self.inputs = inputs
        self.assumed: set[str] = set()  # inputs that must be C-contiguous
        self.merged: set[str] = set()  # names that control flow may make one of two
        self.reached: dict[str, frozenset[str]] = {}  # root of a list -> ``reach``

    def root(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def join(self, a: str, b: str) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self.parent[b] = a
            if b in self.written:
                self.written.add(a)

    def settle(self) -> None:
        """Once all is joined: make roots quick to find, and what lists of each class reach."""
        self.parent = {name: self.root(name) for name in self.parent}
        self.written = {self.root(name) for name in self.written}
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
        """The class of a name, and the classes of what lists of it hold."""
        root = self.root(name)
        return self.reached.get(root) or frozenset((root,))

    def changed(self, statement: Statement) -> frozenset[str]:
        """The classes whose content a statement changes."""
        name = changed(statement)
        if name is None:
            return NOTHING
        return self.reach(name) if statement.op in DEEP else frozenset((self.root(name),))  # type: ignore[union-attr]

    def with_mirrored(self, table: dict[str, str]) -> Aliases:
        """The classes of a function in which names have a second each, with the same relations."""
        found = Aliases(self.inputs)
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


def changed(statement: Statement) -> str | None:
    """The array, list or tape whose content a statement changes."""
    if not isinstance(statement, Let) or statement.op not in CHANGES:
        return None
    target = statement.args[0]
    return target if isinstance(target, str) else None
