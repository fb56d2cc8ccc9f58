"""Which arrays are put back because what is read of them is read in deeper loops than it is stored.

Before::

    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                e = x[j] - x[i]
                e_tape.append(e)
                s += e ** 2
        for i in range(n):
            x[i] *= h

After::

    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                e = x[j] - x[i]
                s += e ** 2
        for i in range(n):
            x_tape.append(x[i])
            x[i] *= h
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from srcgrad.analysis.alias import is_reference
from srcgrad.differentiate.keeping import Keeping
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, For, Let, Statement
from srcgrad.rules.registry import infer

BUDGET = 4  # the cost of what is recomputed rather than kept
Reads = list[tuple[int, str]]  # where the content of an array is needed, and of which


class Deeper(Keeping):
    """Decides between a value of inner loops and the arrays that it is computed from."""

    def deeper_reads(self, needed: dict[str, list[Statement]]) -> dict[str, Reads]:
        """For each class, the reads from which values of deeper loops than its stores' are computed."""
        found: dict[str, Reads] = {}
        self.supposed = True
        for name, readers in needed.items():
            if name not in self.sites or is_reference(self.kinds[name]):
                continue
            if all(map(self.is_restore, readers)):
                continue
            if self.price(name, self.last_use(name, readers)) > BUDGET:
                continue
            reads = self.reads_behind(name)
            roots = [self.alias.root(array) for _, array in reads]
            if all(self.depth_of_stores(root) < self.depth(name) for root in roots):
                for root, read in zip(roots, reads, strict=True):
                    found.setdefault(root, []).append(read)
        self.supposed = False
        for table in (self.prices, self.cheap, self.obstacles):
            table.clear()
        return found

    def reads_behind(self, name: str) -> Reads:
        """The reads of elements of arrays that are stored to, from which a value is computed."""
        statement = self.sites[name].statement if name in self.sites else None
        if not isinstance(statement, Let) or not self.is_ghost(name):
            return []
        array = statement.args[0] if statement.op == "getitem" else None
        if isinstance(array, str) and self.is_primal_buffer(array):
            return [(statement.site, array)]
        return [read for arg in ir.names(statement.args) for read in self.reads_behind(arg)]

    def depth(self, name: str) -> int:
        """How many loops around a value run as often as the input says."""
        return sum(label not in self.short_loops for label in self.sites[name].loops)

    @cached_property
    def short_loops(self) -> set[str]:
        """The labels of loops with a fixed number of turns."""
        loops = (s for s in ir.walk(self.forward) if isinstance(s, For))
        return {
            s.label for s in loops if all(isinstance(x, Const) for x in (s.start, s.stop, s.step))
        }

    def depth_of_stores(self, root: str) -> int:
        """The most loops around a store to a class, and axes of what is stored."""
        return max(map(self.depth_of_store, self.stores_to(root)), default=0)

    def depth_of_store(self, number: int) -> int:
        store = self.where.statements[number]
        assert isinstance(store, Let)
        kind = self.kinds[store.args[0]]
        if store.op in ("setitem", "additem"):
            kind = infer("getitem", store.args[:2], self.names.kind)
        axes = kind.ndim or 0 if kind.base == "array" or kind.immutable else len(self.where.loops)
        return len(self.where.loops[number]) + axes

    if TYPE_CHECKING:  # defined in ``keep_restores`` and ``keep``

        def is_restore(self, statement: Statement) -> bool: ...
        def is_primal_buffer(self, name: str) -> bool: ...
        def stores_to(self, root: str) -> list[int]: ...
        def last_use(self, name: str, readers: list[Statement]) -> list[int]: ...
        def price(self, name: str, uses: list[int]) -> int: ...
