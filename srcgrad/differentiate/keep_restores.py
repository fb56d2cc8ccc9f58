"""Which stores of the primal the reverse sweep undoes (to-be-recorded analysis)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from typing import TypeGuard

from srcgrad.analysis.alias import is_reference, view_of
from srcgrad.analysis.alias_classes import is_store
from srcgrad.analysis.reads import content_reads
from srcgrad.differentiate.keep_deeper import Deeper
from srcgrad.differentiate.keeping import site_of
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Let, Statement
from srcgrad.rules.operation import OPS


class Restores(Deeper):
    """Decides for each array that is stored to whether, and which of, its stores are undone."""

    def is_restore(self, statement: Statement) -> bool:
        """``x[i] = old`` of a primal array in the reverse sweep."""
        return (
            isinstance(statement, Let)
            and statement.op == "setitem"
            and statement.adjoint
            and isinstance(statement.args[0], str)
            and self.is_primal_buffer(statement.args[0])
        )

    def is_store(self, statement: Statement) -> TypeGuard[Let]:
        """Whether a statement stores into an array; lists have no stores that are undone."""
        return (
            isinstance(statement, Let)
            and is_store(statement)
            and (self.kinds[statement.args[0]].base != "list")
        )

    def is_primal_buffer(self, name: str) -> bool:
        """Whether a name, also a view made in the reverse sweep, is of an array that is stored to."""
        return bool(self.stores_to(self.alias.root(name)))

    @cached_property
    def stores(self) -> dict[str, list[int]]:
        """The positions of the primal's stores to each class."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, statement in enumerate(self.where.statements):
            if self.is_store(statement):
                found[self.alias.root(statement.args[0])].append(number)
        return found

    def stores_to(self, root: str) -> list[int]:
        """The positions of the primal's stores to a class."""
        return self.stores.get(root, [])

    def prune_restores(self, needed: dict[str, list[Statement]]) -> Block:
        """Drop the restores of stores that no needed read precedes."""
        reads = self.content_sites(needed)
        undone = {
            number
            for root, found in reads.items()
            for number in self.stores_to(root)
            if any(
                self.runs_after(number, site) and self.sees(number, site, name)
                for site, name in found
            )
        }

        def sweep(block: Block) -> Block:
            kept = []
            for statement in block:
                if isinstance(statement, Let) and self.is_restore(statement):
                    if self.index(statement.site) not in undone:
                        continue
                    self.undone.add(self.index(statement.site))
                kept.append(ir.map_blocks(statement, sweep))
            return tuple(kept)

        return sweep(self.backward)

    def runs_after(self, number: int, site: int) -> bool:
        """Whether the store at a position may run after the statement that was numbered ``site``."""
        return site < 0 or self.order.may_follow(site_of(self.where.statements[number]), site)

    def sees(self, number: int, site: int, name: str) -> bool:
        """Whether a read of ``name`` may be of what the array of a store held before it.

        Not if the store's own block allocates the array, but after the name, or if the read comes after
        the store: what another iteration allocates is another array. A read may stand at a line before
        that: ``a * (b * x)`` has become ``(a * b) * x``.
        """
        store = self.where.statements[number]
        made = self.allocated_beside(store) if isinstance(store, Let) else None
        if made is None or site < 0:
            return True
        if site > site_of(store):
            return False
        older = self.sites.get(self.viewed(name)) if name in self.sites else None
        return older is None or older.position >= self.where.position[id(made)]

    def allocated_beside(self, store: Let) -> Let | None:
        """What allocates the array of a store, if that stands in the same block."""
        name = self.viewed(store.args[0])
        made = self.sites.get(name)
        block = self.chains[self.where.position[id(store)]][-1][0]
        if made is None or made.block != block or not isinstance(made.statement, Let):
            return None
        new = OPS[made.statement.op].new and self.kinds[name].base == "array"
        return made.statement if new and made.statement.site >= 0 else None

    def viewed(self, name: str) -> str:
        """The array that a name is a view of, for certain; itself if it is none."""
        while (site := self.sites.get(name)) is not None:
            view = view_of(site.statement, self.kinds) if isinstance(site.statement, Let) else None
            if view is None:
                break
            name = str(view[0])
        return name

    def content_sites(self, needed: dict[str, list[Statement]]) -> dict[str, list[tuple[int, str]]]:
        """For each class of primal buffers, the sites at which its content is needed, and of what."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for statement in ir.walk(self.backward):
            if isinstance(statement, Let) and not self.is_restore(statement):
                for name in content_reads(statement, self.function):
                    if self.is_primal_buffer(name):
                        found[self.alias.root(name)].append((statement.site, name))
        for root, reads in self.scalar_reads(needed, found).items():
            found[root].extend(reads)
        return found

    def index(self, site: int) -> int:
        """The position now of the primal statement that was numbered ``site``."""
        found = bisect_right(self.numbers, site)
        return self.positions[found - 1] if found else 0

    def stands(self, site: int) -> bool:
        """Whether that statement is still there; else its position is that of the one before it."""
        found = bisect_right(self.numbers, site)
        return not found or self.numbers[found - 1] == site

    def scalar_reads(
        self, needed: dict[str, list[Statement]], known: dict[str, list[tuple[int, str]]]
    ) -> dict[str, list[tuple[int, str]]]:
        """Reads of elements that are repeated in the reverse sweep, where that keeps less."""
        groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for name in needed:
            statement = self.sites[name].statement if name in self.sites else None
            if (
                isinstance(statement, Let)
                and statement.op == "getitem"
                and (
                    isinstance(statement.args[0], str)
                    and self.is_primal_buffer(statement.args[0])
                    and not is_reference(self.kinds[name])
                )
                and not all(self.is_restore(reader) for reader in needed[name])
            ):
                array = statement.args[0]
                groups[self.alias.root(array)].append((statement.site, array))
        found: dict[str, list[tuple[int, str]]] = {}
        for root, sites in groups.items():
            inside = [k for k in self.stores_to(root) if self.where.loops[k]]
            if known.get(root) or len(inside) < len(sites):
                found[root] = sites
        for root, sites in self.deeper_reads(needed).items():
            found[root] = [*found.get(root, []), *sites]
        return found

    def state_holds(self, statement: Let, uses: list[int]) -> bool:
        """Whether the arrays that a statement reads hold, at its uses, what they held then."""
        at = self.where.position[id(statement)]
        if any(self.changes_after(name, at) for name in ir.names(statement.args)):
            return False
        for name in content_reads(statement, self.function) + (
            list(ir.names(statement.args[:1])) if statement.op == "getitem" else []
        ):
            if self.kinds[name].base == "list" and self.changes_after(self.alias.root(name), at):
                return False
            if not self.is_primal_buffer(name) or view_of(statement, self.kinds) is not None:
                continue
            root = self.alias.root(name)
            if any(use < 0 for use in uses) or not self.comes_back(name, at):
                return False
            if self.stored_between(root, at, max([at, *(self.place(at, use) for use in uses)])):
                return False
        return True

    def place(self, at: int, use: int) -> int:
        """Where the value defined at ``at`` is computed again for ``use``, as a position.

        That is in the block it was defined in: before the reverse of the whole statement of that
        block that ``use`` stands in.
        """
        block = self.chains[at][-1][0]
        inside = [end for where, end in self.chains.get(use, ()) if where == block]
        return inside[-1] + 1 if inside and inside[-1] > use else use

    def comes_back(self, name: str, at: int) -> bool:
        """Whether all stores to an array after a position are undone."""
        site = site_of(self.where.statements[at])
        return self.supposed or all(
            number in self.undone
            for number in self.stores_to(self.alias.root(name))
            if self.where.may_follow(number, at) and self.sees(number, site, name)
        )

    def changes_after(self, name: str, at: int) -> bool:
        """Whether a list is changed after a position: its changes are never undone."""
        return self.kinds[name].base == "list" and any(
            self.alias.root(name) in self.alias.changed(s) and self.where.may_follow(number, at)
            for number, s in enumerate(self.where.statements)
        )

    def stored_between(self, root: str, first: int, last: int) -> bool:
        """Whether a store to a class stands between two positions, or in a loop around the last."""
        outer = self.where.loops[first]
        for number in self.stores_to(root):
            if first < number < last:
                return True
            inner = set(self.where.loops.get(last, ())) - set(outer)
            if set(self.where.loops[number]) & inner:
                return True
        return False
