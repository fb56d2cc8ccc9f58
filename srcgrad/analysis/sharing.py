"""What may share memory at worst: views that may be copies, what lists hold, what calls give back.

``alias`` answers where a write could tell a view from a copy, for writes that stand in the function.
This answers for what becomes of results: the reverse sweep undoes stores that came before they were
made, and whoever is handed one may write into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from srcgrad.analysis.alias import is_reference, view_of
from srcgrad.analysis.alias_classes import Classes, changed
from srcgrad.analysis.shadows import moves
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Function, Let, Statement
from srcgrad.rules.kept import makes_new, of_statement
from srcgrad.rules.operation import OPS


class Sharing(Classes):
    """The classes of names of a function that may share memory, or hold what does."""

    def __init__(self, function: Function) -> None:
        super().__init__(function.kinds)
        for statement in ir.walk(function.body):
            for group in _together(statement, function.kinds):
                names = [name for name in ir.names(group) if may_refer(self.kinds[name])]
                for name in names[1:]:
                    self.join(names[0], name)

    def changed(self, block: Block) -> Callable[[str], bool]:
        """Whether what a name refers to, or what that holds, may be changed by a block."""
        written = {self.root(name) for name in map(changed, ir.walk(block)) if name is not None}
        return lambda name: may_refer(self.kinds[name]) and self.root(name) in written


def _together(statement: Statement, kinds: dict[str, Kind]) -> Iterator[Any]:
    """Operands that may share memory once a statement has run."""
    if not isinstance(statement, Let):
        yield from moves(statement)
        return
    owner = changed(statement)
    if owner is not None:
        keeps = kinds[owner].base != "array"  # whose elements are values, not references
    elif OPS[statement.op].foreign:
        keeps = of_statement(statement, kinds).shares
    elif statement.op in ("list_of", "procedure"):  # whose results may hold, or be, any argument
        keeps = True
    else:
        first = statement.args[0] if statement.args else None
        known = isinstance(first, str)  # not an item of a constant
        picked = known and statement.op == "getitem" and kinds[str(first)].base == "array"
        keeps = statement.target is not None and (
            view_of(statement, kinds) is not None if picked else not makes_new(statement, kinds)
        )
    if keeps:
        yield statement.target, statement.args


def may_refer(kind: Kind) -> bool:
    """Whether a value of this kind is, or holds, what can be written."""
    if kind.base == "tuple":
        return not kind.items or any(may_refer(item) for item in kind.items)
    return is_reference(kind)
