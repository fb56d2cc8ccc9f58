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

from srcgrad.analysis.dependence import Dependences
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let, Statement


def without_dead_stores(function: Function) -> Function:
    """The function without stores to elements that are not read afterwards."""
    if not any(map(is_adjoint_store, ir.walk(function.body))):
        return function
    found = Dependences(function)
    dead: set[int] = set()
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
