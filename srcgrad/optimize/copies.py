"""Copies that are read before what they were copied from is written, if it is: they are not made.

Before::

    t = u_bar[1:].copy()
    v_bar = k * t
    u_bar[1:] = 0.0

After::

    t = u_bar[1:]
    v_bar = k * t
    u_bar[1:] = 0.0
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS


def read_in_place(function: Function) -> Function:
    """The function without copies that nothing could tell from what they are copies of."""
    found = _Copies(function)
    table = found.block(function.body)
    if not table:
        return function
    for target in table:  # copies of copies
        while table[target] in table:
            table[target] = table[table[target]]
    return without(function, table)


def without(function: Function, table: dict[str, Any]) -> Function:
    """The function without what makes the names of a table, for which others stand."""

    def kept(block: Block) -> Block:
        left = (s for s in block if not (isinstance(s, Let) and s.target in table))
        return tuple(ir.map_blocks(s, kept) for s in left)

    body = tuple(ir.map_operands(s, table) for s in kept(function.body))
    return replace(function, body=body, result=ir.rename(function.result, table))


class _Copies:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.alias = aliases(function, strict=False)
        self.count: Counter[str] = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))
        self.handed_out = set(ir.names(function.result))
        self.followed = not any(map(writes_unseen, ir.walk(function.body)))

    def block(self, block: Block) -> dict[str, Any]:
        """The copies of a block that need not be made, and what stands for them."""
        table: dict[str, Any] = {}
        for number, statement in enumerate(block):
            for inner in ir.blocks(statement):
                table |= self.block(inner)
            if not isinstance(statement, Let) or not OPS[statement.op].copies:
                continue
            source = table.get(statement.args[0], statement.args[0])  # a copy's, that is not made
            if self.needless(
                replace(statement, args=(source, *statement.args[1:])), block[number + 1 :]
            ):
                table[str(statement.target)] = source
        return table

    def needless(self, copy: Let, rest: Block) -> bool:
        source, target = copy.args[0], str(copy.target)
        kind = self.function.kinds.get(source) if isinstance(source, str) else None
        if (
            kind is None
            or kind.base != "array"
            or not kind.ndim
            or copy.args[1:] not in ((), (Const("K"),), (Const("C"),))
        ):
            return False
        left, root = self.count[target], self.alias.root(source)
        if self.is_never_written(source, target):
            return True
        for statement in rest:
            reads = list(ir.uses(statement)).count(target) if isinstance(statement, Let) else 0
            if reads and not self.only_reads(statement, target, root):
                return False
            left -= reads
            if left == 0:
                return True
            if self.writes(statement, root):
                return False
        return False

    def is_never_written(self, source: str, target: str) -> bool:
        """Whether nothing ever writes into an array or its copy, which stays in the function."""
        lasting = not (self.alias.is_buffer(source) or self.alias.is_buffer(target))
        held = {self.alias.root(name) for name in self.alias.held}
        return (
            lasting
            and self.followed
            and target not in self.handed_out
            and held.isdisjoint((self.alias.root(source), self.alias.root(target)))
        )

    def only_reads(self, statement: Statement, target: str, root: str) -> bool:
        """Whether a statement reads elements, and keeps no reference to what it reads."""
        if not isinstance(statement, Let):
            return False
        if statement.op in ("setitem", "additem"):
            return target not in statement.args[:2] and self.alias.root(statement.args[0]) != root
        kind = self.function.kinds.get(str(statement.target))
        return (
            kind is not None
            and kind.base in ("array", "scalar", "float")
            and (makes_new(statement, self.function.kinds) and not OPS[statement.op].effect)
        )

    def writes(self, statement: Statement, root: str) -> bool:
        return any(root in self.alias.changed(s) or writes_unseen(s) for s in ir.walk((statement,)))


def writes_unseen(statement: Statement) -> bool:
    """Whether a statement runs code that is not followed, and that may write anywhere."""
    return isinstance(statement, Let) and OPS[statement.op].foreign and OPS[statement.op].effect
