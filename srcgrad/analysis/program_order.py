"""Where statements stand: which may run after which."""

from __future__ import annotations

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Let, Statement, While


class ProgramOrder:
    """Where statements stand: positions in textual order, and the loops around them."""

    def __init__(self) -> None:
        self.position: dict[int, int] = {}  # id(statement) -> position
        self.loops: dict[int, tuple[str, ...]] = {}  # position -> labels
        self.statements: list[Statement] = []

    def may_follow(self, later: int, earlier: int) -> bool:
        """Whether the statement at ``later`` may run after that at ``earlier``."""
        if later > earlier:
            return True
        return bool(set(self.loops[later]) & set(self.loops[earlier]))


def program_order(block: Block) -> ProgramOrder:
    found = ProgramOrder()

    def visit(inner: Block, loops: tuple[str, ...]) -> None:
        for statement in inner:
            number = len(found.statements)
            found.position[id(statement)] = number
            found.loops[number] = loops
            found.statements.append(statement)
            if isinstance(statement, Let):
                continue
            within = loops
            if isinstance(statement, For | While):
                within = (*loops, statement.label or str(number))
                found.loops[number] = within
            for nested in ir.blocks(statement):
                visit(nested, within)

    visit(block, ())
    return found
