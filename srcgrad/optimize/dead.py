"""Dead code: what neither the result nor an effect needs.

Before::

    r = np.sqrt(x)
    y = w * r
    x_bar = y_bar / r

After (the result is ``x_bar``)::

    r = np.sqrt(x)
    x_bar = y_bar / r

A store is live if something live reads its array; a push if a pop of its tape is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import changed
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import TAPES, Block, Carry, For, Function, If, Let, Merge, Statement
from srcgrad.rules.operation import OPS


def is_check(statement: Let) -> bool:
    """Whether an operation is there for nothing but what it may raise."""
    return statement.target is None and not OPS[statement.op].effect


class Liveness:
    """Marks what is live, from the result and the effects backwards."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.alias = aliases(function, strict=False)
        self.live: set[str] = set()
        self.kept: set[int] = set()
        self.roots: set[str] = set()
        self.tapes: set[str] = set()
        self.defined: dict[str, tuple[Statement, Any]] = {}
        self.parent: dict[int, Statement] = {}
        self.stores: dict[str, list[Let]] = defaultdict(list)
        self.pushes: dict[str, list[Let]] = defaultdict(list)  # all changes of lists and tapes
        self.work: list[str] = []
        self.index(function.body, None)
        self.changing = self.stores.keys() | self.pushes.keys()

    def index(self, block: Block, parent: Statement | None) -> None:
        for statement in block:
            if parent is not None:
                self.parent[id(statement)] = parent
            if isinstance(statement, Let):
                self.index_let(statement)
                continue
            if isinstance(statement, If):
                for merge in statement.merges:
                    self.defined[merge.out] = (statement, merge)
            else:
                for name in ir.local(statement):
                    self.defined[name] = (statement, None)
                for carry in statement.carries:
                    self.defined[carry.phi] = self.defined[carry.out] = (statement, carry)
            for inner in ir.blocks(statement):
                self.index(inner, statement)

    def index_let(self, statement: Let) -> None:
        if statement.target is not None:
            self.defined[statement.target] = (statement, None)
        name = changed(statement)
        if name is not None:
            array = self.function.kinds[name].base not in ("list", "tape")
            for root in self.alias.changed(statement):
                (self.stores if array else self.pushes)[root].append(statement)

    def run(self, checks: bool = True) -> None:
        """Mark all; without ``checks``, those of subscripts count as nothing."""
        for statement in ir.walk(self.function.body):
            if isinstance(statement, Let) and (OPS[statement.op].kept or is_check(statement)):
                if checks or statement.op != "check_index":
                    self.keep(statement)
        for name in ir.names(self.function.result):
            self.mark(name)
            self.touch(name)
        self.finish()

    def keep_too(self, statement: Let, place: Let) -> None:
        """Another statement stays, which will stand where ``place`` does."""
        if id(place) in self.parent:
            self.parent[id(statement)] = self.parent[id(place)]
        self.keep(statement)
        self.finish()

    def finish(self) -> None:
        while self.work:
            self.trace(self.work.pop())

    def mark(self, name: str) -> None:
        if name not in self.live:
            self.live.add(name)
            self.work.append(name)
            if self.function.kinds[name].base == "table":
                self.touch(name)

    def mark_all(self, value: Any) -> None:
        for name in ir.names(value):
            self.mark(name)

    def touch(self, name: str) -> None:
        """The content of ``name`` is read: the stores to its class are live."""
        root = self.alias.root(name)
        if root not in self.changing:
            return
        self.keep_tape(root)
        if root in self.alias.written and root not in self.roots:
            self.roots.add(root)
            for store in self.stores[root]:
                self.keep(store)

    def keep(self, statement: Statement) -> None:
        """A statement stays, and so do those around it."""
        if id(statement) in self.kept:
            return
        self.kept.add(id(statement))
        if isinstance(statement, Let):
            self.mark_all(statement.args)
            for name in content_reads(statement, self.function) if self.changing else ():
                self.touch(name)
            if statement.op in TAPES:
                self.keep_tape(self.alias.root(statement.args[0]))
        elif isinstance(statement, If):
            self.mark_all(statement.cond)
        elif isinstance(statement, For):
            self.mark_all((statement.start, statement.stop, statement.step))
        else:
            self.mark_all(statement.cond)
        parent = self.parent.get(id(statement))
        if parent is not None:
            self.keep(parent)

    def keep_tape(self, tape: str) -> None:
        if tape not in self.tapes:
            self.tapes.add(tape)
            for statement in self.pushes[tape]:
                self.keep(statement)

    def trace(self, name: str) -> None:
        if name not in self.defined:
            return
        statement, part = self.defined[name]
        self.keep(statement)
        if isinstance(part, Merge):
            self.mark_all((part.then, part.orelse))
        elif isinstance(part, Carry):
            self.mark_all((part.init, part.next, part.phi))


def eliminate(function: Function) -> Function:
    """The function without dead statements, merges and carries."""
    found = Liveness(function)
    found.run()
    return without_dead(function, found)


def without_dead(function: Function, found: Liveness) -> Function:
    """The function without what ``found`` did not mark."""

    def sweep(block: Block) -> Block:
        return ir.as_block((item for item in map(visit, block) if item is not None), block)

    def live(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        """The carries or merges of which something is read."""
        kept = tuple(
            part
            for part in parts
            if not found.live.isdisjoint(
                (part.out,) if isinstance(part, Merge) else (part.phi, part.out)
            )
        )
        return parts if len(kept) == len(parts) else kept

    def visit(statement: Statement) -> Statement | None:
        if isinstance(statement, Let):
            needed = id(statement) in found.kept or statement.target in found.live
            return statement if needed else None
        if isinstance(statement, If):
            new = ir.updated(
                statement,
                then=sweep(statement.then),
                orelse=sweep(statement.orelse),
                merges=live(statement.merges),
            )
            return new if new.then or new.orelse or new.merges else None
        carries = live(statement.carries)
        if id(statement) not in found.kept and not carries:
            return None
        if isinstance(statement, For):
            body = sweep(statement.body)
            return ir.updated(statement, body=body, carries=carries) if body or carries else None
        return ir.updated(
            statement, head=sweep(statement.head), body=sweep(statement.body), carries=carries
        )

    return ir.updated(function, body=sweep(function.body))
