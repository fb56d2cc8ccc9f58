"""Companions: beside each value that may be used in part, one whose adjoint says which elements are.

Before (``r`` may be used in part)::

    r = np.sqrt(x)
    y = np.where(c, r, 0.0)

After::

    r = np.sqrt(x)
    r_used = follows(())
    y = np.where(c, r, 0.0)
    follows((r_used))

A companion stands where its value does, in stores, views, branches and loops, so that the sweep
finds its adjoint as it finds any other. It has no value of its own: the forward sweep is without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.alias_classes import Aliases, is_store
from srcgrad.analysis.complex import is_complex
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, Function, If, Let, Merge, Statement
from srcgrad.rules.builder import Names


def with_companions(
    function: Function, followed: Iterable[str], active: set[str], alias: Aliases, names: Names
) -> tuple[Function, dict[str, str]]:
    """The function with companions of the active names ``followed``, and the companion of each."""
    table = {name: companion(name, names) for name in sorted(followed)}
    made = _Companions(active, alias, names, table)
    return made.run(function), table


def companion(name: str, names: Names) -> str:
    base, kind = ir.base(name), names.kinds[name]
    if is_complex(kind):
        real = np.zeros((), kind.dtype).real.dtype.name
        kind = kindlib.FLOAT if kind.base == "complex" else replace(kind, dtype=real)
    return names.fresh(f"{base}_used" if base else "", kind)


class _Companions:
    def __init__(
        self, active: set[str], alias: Aliases, names: Names, table: dict[str, str]
    ) -> None:
        self.active = active
        self.alias = alias
        self.names = names
        self.table = table

    def run(self, function: Function) -> Function:
        return replace(function, body=self.block(function.body))

    def of(self, operand: Any) -> Any:
        """The companion of an operand; what has none is not followed."""
        return None if operand is None else self.table.get(operand, Const(0.0))

    def read(self, operands: Any) -> list[Statement]:
        """A statement that says that companions are read here."""
        found = tuple(dict.fromkeys(self.table[n] for n in ir.names(operands) if n in self.table))
        return [Let(None, "follows", (found,))] if found else []

    def block(self, block: Block, leaving: Any = ()) -> Block:
        found: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let):
                found += [statement, *self.beside(statement)]
            elif isinstance(statement, If):
                found.append(self.branch(statement))
            else:
                found += self.loop(statement)
        return (*found, *self.read(leaving))

    def branch(self, statement: If) -> If:
        followed = [m for m in statement.merges if m.out in self.table]
        others = [m for m in statement.merges if m.out not in self.table]
        merges = tuple(
            Merge(self.table[m.out], self.of(m.then), self.of(m.orelse)) for m in followed
        )
        return replace(
            statement,
            then=self.block(statement.then, [m.then for m in others]),
            orelse=self.block(statement.orelse, [m.orelse for m in others]),
            merges=statement.merges + merges,
        )

    def loop(self, loop: Any) -> list[Statement]:
        followed = [c for c in loop.carries if c.phi in self.table]
        others = [c for c in loop.carries if c.phi not in self.table]
        carries = tuple(
            Carry(self.table[c.phi], self.of(c.init), self.of(c.next), self.after(c))
            for c in followed
        )
        body = self.block(loop.body, [c.next for c in others])
        made = replace(loop, body=body, carries=loop.carries + carries)
        if isinstance(loop, ir.While):
            made = replace(made, head=self.block(loop.head))
        return [*self.read([c.init for c in others]), made]

    def after(self, carry: Carry) -> str:
        """The companion of a value after its loop, where no derivative may pass it any more."""
        if carry.out not in self.table:
            self.table[carry.out] = companion(carry.out, self.names)
        return self.table[carry.out]

    def beside(self, statement: Let) -> list[Statement]:
        """The same statement of companions, or one that says which it reads."""
        target, args = statement.target, statement.args
        first = args[0] if args else None
        if is_store(statement) and first in self.table:
            return [replace(statement, args=(self.table[first], *args[1:-1], self.of(args[-1])))]
        base = first if statement.op == "getitem" else self.alias.base.get(str(target))
        if target in self.active and base in self.table:
            made = self.table[str(target)]
            return [replace(statement, target=made, args=ir.rename(args, {base: self.table[base]}))]
        if target in self.table:
            found = self.read(args)
            operands = getattr(found[0], "args", ()) if found else ((),)
            return [Let(self.table[target], "follows", operands, statement.origin)]
        return self.read(args)
