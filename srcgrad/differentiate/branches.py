"""Adjoints of branches, and what every compound statement needs before it is reversed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.differentiate.sweeping import ELSEWHERE, Sweeping
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import For, If, Merge, Operand, While


class BranchSweep(Sweeping):
    """Reverse mode of ``If``."""

    def enter(self, statement: ir.Statement) -> list[str]:
        """Before a compound statement is reversed: open the shadows that its blocks add to.

        Gives the names of values from outside whose adjoints its blocks may change.
        """
        inside = {name for inner in ir.walk((statement,)) for name in _defined_in(inner)}
        loops = isinstance(statement, For | While)
        outside: list[str] = []
        for name in dict.fromkeys(ir.all_uses((statement,))):
            if name in inside or name not in self.active:
                continue
            if name in self.memory and loops and any(name in names for names in self.scopes):
                self.shadow_of(name)  # a view once, not in each iteration
            elif name in self.memory or name in self.twins:
                self.open_root(name, inside)
            elif name not in outside:
                outside.append(name)
        return outside

    def open_root(self, name: str, inside: set[str]) -> None:
        base = self.alias.base.get(name)
        while name not in self.shadow and base is not None and base in self.memory:
            name, base = base, self.alias.base.get(base)
        if name not in inside:
            self.shadow_of(name)

    def branch(self, statement: If) -> If:
        """The branch that was taken is reversed."""
        outside = self.enter(statement)
        outs = {merge.out: self.adjoint_of(merge.out) for merge in statement.merges}
        bar, shadow = dict(self.bar), dict(self.shadow)
        sides = []
        forwards = []
        for block, side in ((statement.then, "then"), (statement.orelse, "orelse")):
            self.bar, self.shadow = dict(bar), dict(shadow)
            with self.b.nested() as inner:
                for merge in statement.merges:
                    if merge.out not in self.twins:
                        name = getattr(merge, side)
                        used = ELSEWHERE if merge.out in self.companions else None
                        self.accumulate(name, self.filled(outs[merge.out], name), used)
                forwards.append(self.sweep(block))
                values = {name: self.bar.get(name) for name in outside}
            sides.append((inner, values))
        self.bar, self.shadow = dict(bar), dict(shadow)
        merges = tuple(self.merge_sides(sides, outside, bar))
        self.at(statement)
        then, orelse = (inner.block for inner, _ in sides)
        if then or orelse or merges:
            label = statement.label + "'"
            self.b.add(If(statement.cond, then, orelse, merges, statement.origin, True, label))
        twins = tuple(
            Merge(self.twins[m.out], self.twin(m.then), self.twin(m.orelse))
            for m in statement.merges
            if m.out in self.twins
        )
        return replace(
            statement,
            then=forwards[0],
            orelse=forwards[1],
            merges=self.plain(statement.merges) + twins,
        )

    def plain(self, merges: tuple[Merge, ...]) -> tuple[Merge, ...]:
        """Those that the forward sweep needs: not of companions."""
        return tuple(merge for merge in merges if merge.out not in self.originals)

    def filled(self, value: Operand | None, name: Operand | None) -> Operand | None:
        """An adjoint that may be a plain zero, in the shape of the array it belongs to."""
        if (
            value is None
            or name not in self.active
            or self.is_open(str(name))
            or (self.kind(value).base == "array" or self.kind(name).base != "array")
        ):
            return value
        if name in self.unset:
            self.measured.add(self.like(str(name)))
        return self.b.emit("spread", value, self.like(str(name)), kind=self.kind(name))

    def joined_kind(self, name: str, values: list[Operand]) -> Kind:
        """The kind of an adjoint that is one of several: of no known shape if one is a plain 0."""
        kind: Kind = self.adjoint_kind(name)
        whole = kind.base != "array" or all(self.kind(v).base == "array" for v in values)
        return kind if whole else kindlib.anything(kind.dtype)

    def merge_sides(self, sides: Any, outside: list[str], bar: dict[str, Operand]) -> list[Merge]:
        merges = []
        for name in outside:
            values = [side[1][name] for side in sides]
            if values[0] == values[1] == bar.get(name):
                continue
            for k, (inner, _) in enumerate(sides):
                if values[k] is None:
                    with self.b.nested() as extra:
                        values[k] = self.zero(name)
                    inner.block = inner.block + extra.block
            out = self.names.fresh(self.bar_name(name), self.joined_kind(name, values))
            merges.append(Merge(out, values[0], values[1]))
            self.bar[name] = out
        return merges


def _defined_in(statement: ir.Statement) -> list[str]:
    return ir.defined(statement) + ir.local(statement)
