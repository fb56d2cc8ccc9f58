"""Updates in place from what may share memory with their target, which Numba does not buffer.

Before::

    x[1:] += x[:-1]

After::

    x[1:] += x[:-1].copy()
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let, Statement
from srcgrad.rules.builder import Names


def buffered(function: Function, names: Names) -> Function:
    """The function with copies of what is added to an array that it may be a view of."""
    alias = aliases(function, strict=False)

    def overlaps(statement: Statement) -> bool:
        if not isinstance(statement, Let) or statement.op not in ("additem", "add_at"):
            return False
        x, _, value = statement.args
        return (
            isinstance(value, str)
            and names.kinds[value].base == "array"
            and (alias.root(value) == alias.root(x))
        )

    def visit(block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            statement = ir.map_blocks(statement, visit)
            if isinstance(statement, Let) and overlaps(statement):
                x, index, value = statement.args
                copy = names.fresh("", names.kinds[value])
                found.append(replace(statement, target=copy, op="np.copy", args=(value,)))
                statement = replace(statement, args=(x, index, copy))
            found.append(statement)
        return tuple(found)

    return replace(function, body=visit(function.body))
