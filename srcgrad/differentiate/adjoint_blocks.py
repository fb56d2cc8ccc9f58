"""Statements of the primal that belong into the reverse sweep, put in their place.

An array that is written is one object with one shadow: the block works on that. For any other
value, the names before and after the block are two, and its adjoint goes through the block.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.differentiate.sweeping import Sweeping
from srcgrad.ir import nodes as ir
from srcgrad.ir.adjoint_block import AdjointBlock
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Const, Function, Let, Operand


def settled(function: Function) -> Function:
    """The function with a statement for effect in place of ``observed`` buffers."""
    if not _observed(function):
        return function
    alias = aliases(function, strict=False)
    return _changed(function, lambda let: alias.is_buffer(str(let.target)))


def without(function: Function) -> Function:
    """The function without blocks for the reverse sweep: for forward mode."""
    return _changed(function, lambda let: True, keep=False) if _observed(function) else function


def _observed(function: Function) -> bool:
    return any(isinstance(s, Let) and s.op == "observed" for s in ir.walk(function.body))


def _changed(function: Function, merged: Any, keep: bool = True) -> Function:
    table: dict[str, Any] = {}

    def visit(block: ir.Block) -> ir.Block:
        found: list[ir.Statement] = []
        for statement in block:
            if not isinstance(statement, Let) or statement.op != "observed":
                found.append(ir.map_blocks(statement, visit))
            elif merged(statement):
                table[str(statement.target)] = statement.args[0]
                if keep:
                    found.append(replace(statement, target=None))
            else:
                found.append(replace(statement, op="observed_value"))
        return tuple(found)

    body = visit(function.body)
    for name in table:  # of a variable that is observed twice, the first name
        while table[name] in table:
            table[name] = table[table[name]]
    return replace(
        function,
        body=tuple(ir.map_operands(s, table) for s in body),
        result=ir.rename(function.result, table),
    )


class AdjointBlockSweep(Sweeping):
    """The blocks in the reverse sweep."""

    def operate(self, statement: Let) -> tuple[ir.Statement, ...]:
        """The adjoint of an observed value; in the forward sweep nothing happens."""
        x, piece = statement.args[0], statement.args[1].value
        if statement.target is None:
            if x in self.active:
                self.on_shadow(x, piece, statement.args[2])
            return ()
        if statement.target in self.active:
            found = self.adjoint_of(statement.target)
            y_bar = self.zero(statement.target) if found is None else found
            if piece.writes and not self.kind(x).immutable:
                y_bar = self.own(y_bar, statement.target)
            self.accumulate(x, self.spliced(piece, y_bar, x, statement.args[2]))
        return (replace(statement, op="same", args=(x,)),)

    def on_shadow(self, x: str, piece: AdjointBlock, free: tuple[Any, ...]) -> None:
        shadow: Operand = self.shadow_of(x)
        held = self.own(shadow, x) if piece.writes else shadow
        result = self.spliced(piece, held, x, free)
        if result != shadow:
            self.b.effect("setitem", shadow, Const(Ellipsis), result)

    def spliced(
        self, piece: AdjointBlock, y_bar: Operand, x: str, free: tuple[Any, ...]
    ) -> Operand:
        """The block with names of its own; what it makes of the adjoint."""
        table: dict[str, Any] = dict(zip(piece.free, free, strict=True))
        table[piece.param] = y_bar
        for inner in ir.walk(piece.block):
            for name in [*ir.defined(inner), *ir.local(inner)]:
                table[name] = self.names.fresh(ir.base(name), self.kind(name))
        for inner in piece.block:
            self.b.add(self.as_adjoint(ir.rename_all(inner, table)))
        result: Operand = ir.rename(piece.result, table)
        want, have = self.kind(x), self.kind(result)
        if not want.immutable and not same_shape(want, have):
            shape = self.b.emit("np.shape", x)
            result = self.own(self.b.emit("np.broadcast_to", result, shape, kind=want), x)
        return self.cast(result, want) if isinstance(result, str) else result

    def as_adjoint(self, statement: Any) -> Any:
        inner = ir.map_blocks(statement, lambda block: tuple(map(self.as_adjoint, block)))
        if isinstance(inner, Let):
            return replace(inner, adjoint=True, site=self.b.site)
        return replace(inner, adjoint=True, label="")
