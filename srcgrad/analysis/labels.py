"""Numbers for statements: by them passes say where in the primal something stands."""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir.nodes import Block, Const, For, If, Let, While


def labelled(block: Block, prefix: str = "L") -> Block:
    """Number all statements: ``site`` of a ``Let``, ``label`` of a compound one."""
    count = iter(range(10**9))  # positions, as ``program_order`` has them

    def visit(inner: Block) -> Block:
        found = []
        for statement in inner:
            number = next(count)
            label = f"{prefix}{number}"
            if isinstance(statement, Let):
                statement = replace(statement, site=number)
            elif isinstance(statement, If):
                statement = replace(
                    statement,
                    label=label,
                    then=visit(statement.then),
                    orelse=visit(statement.orelse),
                )
            elif isinstance(statement, For):
                statement = replace(statement, label=label, body=visit(statement.body))
            else:
                statement = replace(
                    statement, label=label, head=visit(statement.head), body=visit(statement.body)
                )
            found.append(statement)
        return tuple(found)

    return visit(block)


def counters(loop: For | While) -> list[str]:
    """The names that hold the number of the iteration, or the variable of a ``For``."""
    if isinstance(loop, For):
        return [loop.var]
    steps = {s.target: s.args for s in loop.body if isinstance(s, Let) and s.op == "add"}
    return [
        c.phi
        for c in loop.carries
        if c.init == Const(0) and steps.get(str(c.next)) == (c.phi, Const(1))
    ]
