"""Paths that are not followed: they raise why, when they are taken."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

from srcgrad.analysis.activity import active_names
from srcgrad.analysis.alias import aliases
from srcgrad.dispatch.opened import opening
from srcgrad.elaborate.primal import Primal
from srcgrad.errors import Refusal, Sides, SrcgradError, Wanted
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Statement
from srcgrad.rules.builder import Names
from srcgrad.values.signals import Side


def on_some_paths(
    make: Callable[..., Primal],
    argnums: tuple[int, ...] | None,
    error: SrcgradError,
    asked: Mapping[int, bool],
    closing: bool = True,
) -> Primal:
    """What ``make`` makes of the paths that can be followed, where that of all raises ``error``.

    Of a branch whose two sides leave what does not mix, one is followed, the first unless ``asked``.
    If ``closing``, a path that is refused raises that when it is taken. Raises ``error`` otherwise.
    """
    sides: dict[int, Side] = {}
    again: SrcgradError | Wanted = error
    while True:
        if closing or sides:
            try:
                return opening(functools.partial(make, closing=closing, sides=dict(sides)), argnums)
            except (SrcgradError, Wanted) as found:
                again = found
        refusals = getattr(again, "refusals", ())
        apart = (r for r in refusals if r.branch is not None and r.branch not in sides)
        refusal = next(apart, None)
        if refusal is None or refusal.branch is None:
            raise error from None
        sides[refusal.branch] = Side(asked.get(refusal.branch, True), refusal)


def other_side(sides: Sides, branch: int) -> Sides:
    """The sides of the path that goes the other way at a branch: what it meets then is not known."""
    before = tuple((number, side) for number, side in sides if number < branch)
    return (*before, (branch, not dict(sides)[branch]))


def without_missing_rules(primal: Primal, argnums: tuple[int, ...] | None) -> Primal | None:
    """A primal whose branches raise where a derivative by ``argnums`` does not pass.

    None if it does not on every path, or for another reason.
    """
    numbers = range(len(primal.inputs)) if argnums is None else argnums
    wanted = [name for k in numbers for name in ir.names(primal.inputs[k])]
    cut = primal
    while True:
        try:
            active_names(cut.function, wanted, aliases(cut.function))
        except SrcgradError as error:
            function = closed(cut.function, error.refusals, cut.names)
            if function is None:
                return None
            cut = replace(cut, function=function, closed=(*cut.closed, *error.refusals))
        else:
            return None if cut is primal else cut


def closed(function: Function, refusals: tuple[Refusal, ...], names: Names) -> Function | None:
    """The function with the refused statements' branches cut off there; None if one is on every path."""
    reasons = {id(item.statement): item for item in refusals if item.statement is not None}
    if not refusals or any(item.statement is None for item in refusals):
        return None
    body, raises = _Cut(reasons, names).block(function.body)
    return None if raises else replace(function, body=body)


class _Cut:
    def __init__(self, reasons: dict[int, Refusal], names: Names) -> None:
        self.reasons = reasons
        self.names = names

    def block(self, block: Block) -> tuple[Block, bool]:
        """A block up to its refused statement, and whether it has one that no branch avoids."""
        found: list[Statement] = []
        for statement in block:
            raises = id(statement) in self.reasons
            if isinstance(statement, If):
                statement, raises = self.branch(statement)
            elif not isinstance(statement, Let):
                parts = [self.block(part) for part in ir.blocks(statement)]
                raises = any(inner for _, inner in parts)
                if not raises:
                    given = iter(parts)
                    statement = ir.map_blocks(statement, lambda _, given=given: next(given)[0])
            if raises:
                return (*found, *self.raised(statement)), True
            found.append(statement)
        return tuple(found), False

    def branch(self, statement: If) -> tuple[If, bool]:
        then, first = self.block(statement.then)
        orelse, second = self.block(statement.orelse)
        merges = tuple(
            replace(
                merge,
                then=None if first else merge.then,
                orelse=None if second else merge.orelse,
            )
            for merge in statement.merges
        )
        if first and second:
            return statement, True
        return replace(statement, then=then, orelse=orelse, merges=merges), False

    def raised(self, statement: Statement) -> Block:
        """What raises the first refusal inside a statement."""
        refusal = next(self.reasons[id(s)] for s in ir.walk((statement,)) if id(s) in self.reasons)
        error = self.names.fresh("t", kinds.OPAQUE)
        made = (Const(NotImplementedError), (Const(refusal.brief),), Const(()), ())
        return (
            Let(error, "call", made, statement.origin),
            Let(None, "raise", (error,), statement.origin),
        )
