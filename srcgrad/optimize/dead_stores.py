"""Stores of the reverse sweep whose elements nothing reads any more.

Before, where each element of ``y`` is stored once, and none was read before::

    y_bar = y_bar.copy()
    for i in range(n - 1, -1, -1):
        t = y_bar[i]
        y_bar[i] = 0.0
        y[i] = y_tape.pop()
        x_bar[i] = 2 * x[i] * t

After::

    for i in range(n - 1, -1, -1):
        t = y_bar[i]
        x_bar[i] = 2 * x[i] * t
"""

from __future__ import annotations

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.dependence import Dependences, is_opaque
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let, Statement


def without_dead_stores(function: Function) -> Function:
    """The function without stores to elements that are not read afterwards."""
    if not any(map(is_adjoint_store, ir.walk(function.body))):
        return function
    found = Dependences(function)
    dead = _Unread(function, found.alias).dead
    for root in found.owners:
        for access in found.accesses[root]:
            store = access.statement
            if store is not None and access.writes and is_adjoint_store(store):
                if not found.may_be_read(access, root):
                    dead.add(id(store))

    def sweep(block: Block) -> Block:
        kept = (ir.map_blocks(s, sweep) for s in block if id(s) not in dead)
        return ir.as_block(kept, block)

    return ir.updated(function, body=sweep(function.body)) if dead else function


def is_adjoint_store(statement: Statement) -> bool:
    """Whether a statement puts something in place, and raises nothing that the primal has not."""
    return isinstance(statement, Let) and statement.op == "setitem" and statement.adjoint


class _Unread:
    """The stores into arrays of which nothing reads any element later, whatever holds them.

    Arrays that the caller passed, or is given, are read by it.
    """

    def __init__(self, function: Function, alias: Aliases) -> None:
        self.function = function
        self.alias = alias
        self.dead: set[int] = set()
        seen = (*function.params, *ir.names(function.result))
        self.block(function.body, {root for name in seen for root in alias.reach(name)})

    def block(self, block: Block, live: set[str]) -> set[str]:
        """The classes that are read from the start of a block on; ``live`` are those after it."""
        live = set(live)
        for statement in reversed(block):
            if isinstance(statement, ir.If):
                live = self.block(statement.then, live) | self.block(statement.orelse, live)
            elif not isinstance(statement, Let):
                for inner in ir.walk((statement,)):
                    live |= self.reads(inner)
                for body in ir.blocks(statement):
                    self.block(body, live)
            elif is_adjoint_store(statement) and self.alias.root(statement.args[0]) not in live:
                self.dead.add(id(statement))
            else:
                live |= self.reads(statement)
        return live

    def reads(self, statement: Statement) -> set[str]:
        if not isinstance(statement, Let) or statement.op in ir.TAPES:
            return set()
        names = [*content_reads(statement, self.function)]
        if is_opaque(statement) or (statement.op in ir.STORES and statement.op != "setitem"):
            names += ir.names(statement.args)
        return {root for name in names for root in self.alias.reach(name)}
