"""Where primal names are defined, and what is decided of each, as the parts of ``keep`` see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.program_order import ProgramOrder, program_order
from srcgrad.differentiate.decisions import Obstacle
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Statement, While
from srcgrad.rules.builder import Names


class Site(NamedTuple):
    """Where a primal name is defined: the block (label and branch) and the loops around it."""

    block: tuple[str, int]
    loops: tuple[str, ...]
    position: int
    statement: Statement | None


class Keeping:
    """Where primal names are defined, and what becomes of them.

    ``variables``: those of the primal's loops and their labels; ``order``: where its statements
    stand, by their sites; ``loops``: arithmetic of arrays becomes loops over elements.
    """

    def __init__(
        self,
        function: Function,
        forward: Block,
        backward: Block,
        names: Names,
        variables: dict[str, str],
        order: ProgramOrder,
        loops: bool = False,
        seeds: Collection[str] = (),
    ) -> None:
        self.seeds = seeds  # the cotangents, which the forward sweep does not know
        self.loops = loops
        self.variables = variables | counters(forward)
        self.function = function
        self.names = names
        self.kinds = names.kinds
        self.forward, self.backward = forward, backward
        self.alias: Aliases = aliases(replace(function, body=forward + backward), strict=False)
        self.order = order
        self.where = program_order(forward)
        self.numbers, self.positions = numbered([site_of(s) for s in self.where.statements])
        self.sites: dict[str, Site] = {}
        self.chains: dict[int, tuple[tuple[tuple[str, int], int], ...]] = {}
        self.find_sites(forward, ("", 0), (), ())
        self.made = {name: site.statement for name, site in self.sites.items()}
        self.kept: dict[str, str] = {}  # name -> its tape
        self.shapes: dict[str, str] = {}  # name -> name of its kept shape
        self.cheap: dict[str, int] = {}  # name -> cost of recomputing it
        self.settled: set[str] = (
            set()
        )  # names that are read and recomputed: others may read them, too
        self.prices: dict[tuple[str, tuple[int, ...]], int] = {}
        self.wanted: dict[str, list[Statement]] = {}  # the names that are read, with their readers
        self.obstacles: dict[str, Obstacle] = {}  # why names are not recomputed
        self.again: dict[str, list[str]] = {}  # names that were recomputed, and under which
        self.supposed = False  # whether all stores are taken for undone
        self.undone: set[int] = set()  # the positions of stores that the reverse sweep undoes

    # --- where primal names are defined -----------------------------------------------------

    def find_sites(
        self, block: Block, where: tuple[str, int], loops: tuple[str, ...], around: tuple[Any, ...]
    ) -> None:
        """Fill ``sites``, and ``chains``: the blocks around a position, and where they go on."""
        for statement in block:
            position = self.where.position[id(statement)]
            chain = (*around, (where, position + sum(1 for _ in ir.walk((statement,))) - 1))
            self.chains[position] = chain
            for name in ir.defined(statement):
                self.sites[name] = Site(where, loops, position, statement)
            inner_loops = loops
            if isinstance(statement, For | While):
                inner_loops = (*loops, statement.label)
                for name in ir.local(statement):
                    self.sites[name] = Site((statement.label, 0), inner_loops, position, None)
            for k, inner in enumerate(ir.blocks(statement)):
                branch = 0 if isinstance(statement, While) else k
                label = statement.label  # type: ignore[union-attr]
                self.find_sites(inner, (label, branch), inner_loops, chain)

    if TYPE_CHECKING:  # defined in ``keep``

        def is_ghost(self, name: str) -> bool: ...


def numbered(sites: list[int]) -> tuple[list[int], list[int]]:
    """Sites in ascending order, and of each the last position of one that is not above it."""
    pairs = sorted((site, position) for position, site in enumerate(sites) if site >= 0)
    return [site for site, _ in pairs], list(accumulate((at for _, at in pairs), max))


def counters(forward: Block) -> dict[str, str]:
    """The names that count the iterations of ``while`` loops from 0, and the loops' labels."""
    steps = {
        s.target: s.args[0]
        for s in ir.walk(forward)
        if isinstance(s, Let) and s.op == "add" and s.args[1] == Const(1)
    }
    return {
        carry.phi: loop.label
        for loop in ir.walk(forward)
        if isinstance(loop, While)
        for carry in loop.carries
        if carry.init == Const(0)
        and steps.get(str(carry.next)) == carry.phi
        and isinstance(carry.init, Const)
        and type(carry.init.value) is int
    }


def site_of(statement: Statement) -> int:
    """The number of a statement in the function that was differentiated."""
    return statement.site if isinstance(statement, Let) else int(statement.label[1:])
