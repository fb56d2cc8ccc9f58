"""Numbers for statements: by them passes say where in the primal something stands."""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir import Block, For, If, Let


def labelled(block: Block, prefix: str = "L") -> Block:
    """Number all statements: ``site`` of a ``Let``, ``label`` of a compound one."""
    count = iter(range(10**9))  # positions, as ``alias.places`` has them

    def visit(inner: Block) -> Block:
        found = []
        for statement in inner:
            number = next(count)
            label = f"{prefix}{number}"
            if isinstance(statement, Let):
                statement = replace(statement, site=number)
            elif isinstance(statement, If):
                statement = replace(statement, label=label, then=visit(statement.then),
                                    orelse=visit(statement.orelse))
            elif isinstance(statement, For):
                statement = replace(statement, label=label, body=visit(statement.body))
            else:
                statement = replace(statement, label=label, head=visit(statement.head),
                                    body=visit(statement.body))
            found.append(statement)
        return tuple(found)

    return visit(block)
