"""Which stores of the primal the reverse sweep undoes (to-be-recorded analysis)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from typing import TypeGuard

from srcgrad.analysis.alias import is_reference, view_of
from srcgrad.analysis.alias_classes import is_store
from srcgrad.analysis.reads import content_reads
from srcgrad.differentiate.keeping import Keeping, site_of
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Let, Statement


class Restores(Keeping):
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
            for root, sites in reads.items()
            for number in self.stores_to(root)
            if any(self.runs_after(number, site) for site in sites)
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

    def content_sites(self, needed: dict[str, list[Statement]]) -> dict[str, list[int]]:
        """For each class of primal buffers, the sites at which its content is needed."""
        found: dict[str, list[int]] = defaultdict(list)
        for statement in ir.walk(self.backward):
            if isinstance(statement, Let) and not self.is_restore(statement):
                for name in content_reads(statement, self.function):
                    if self.is_primal_buffer(name):
                        found[self.alias.root(name)].append(statement.site)
        for root, sites in self.scalar_reads(needed, found).items():
            found[root].extend(sites)
        return found

    def index(self, site: int) -> int:
        """The position now of the primal statement that was numbered ``site``."""
        found = bisect_right(self.numbers, site)
        return self.positions[found - 1] if found else 0

    def scalar_reads(
        self, needed: dict[str, list[Statement]], known: dict[str, list[int]]
    ) -> dict[str, list[int]]:
        """Reads of elements that are repeated in the reverse sweep, where that keeps less."""
        groups: dict[str, list[int]] = defaultdict(list)
        for name in needed:
            statement = self.sites[name].statement if name in self.sites else None
            if (
                isinstance(statement, Let)
                and statement.op == "getitem"
                and (
                    self.is_primal_buffer(statement.args[0]) and not is_reference(self.kinds[name])
                )
                and not all(self.is_restore(reader) for reader in needed[name])
            ):
                groups[self.alias.root(statement.args[0])].append(statement.site)
        found: dict[str, list[int]] = {}
        for root, sites in groups.items():
            inside = [k for k in self.stores_to(root) if self.where.loops[k]]
            if known.get(root) or len(inside) < len(sites):
                found[root] = sites
        return found

    def state_holds(self, statement: Let, uses: list[int]) -> bool:
        """Whether the arrays that a statement reads hold, at its uses, what they held then."""
        at = self.where.position[id(statement)]
        if any(self.changes_after(name, at) for name in ir.names(statement.args)):
            return False
        for name in content_reads(statement, self.function) + (
            [statement.args[0]] if statement.op == "getitem" else []
        ):
            if self.kinds[name].base == "list" and self.changes_after(self.alias.root(name), at):
                return False
            if not self.is_primal_buffer(name) or view_of(statement, self.kinds) is not None:
                continue
            root = self.alias.root(name)
            if any(use < 0 for use in uses) or not self.comes_back(root, at):
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

    def comes_back(self, root: str, at: int) -> bool:
        """Whether all stores to a class after a position are undone."""
        return all(
            number in self.undone
            for number in self.stores_to(root)
            if self.where.may_follow(number, at)
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
