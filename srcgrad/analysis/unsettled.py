"""Symbols of sizes that may stand for several sizes: of what shrinks in a loop, or lies in a list."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from srcgrad.ir import nodes as ir
from srcgrad.ir.analyses import analysis
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import For, Function, If, Let, Operand, While


@analysis
def unsettled(function: Function) -> frozenset[Dim]:
    """The symbols that stand for no one size in each run, or iteration, of what is around them.

    With those of pieces of such sizes.
    """
    return unsettled_beside(function, ())


def unsettled_beside(function: Function, shrinking: Collection[Dim]) -> frozenset[Dim]:
    """Those symbols, but for what comes of sizes of which ``analysis.shrinking`` is certain."""
    found = frozenset((*unrelated(function), *_carried(function, shrinking)))
    if not found:
        return found
    kinds = [kind for kind in function.kinds.values() if isinstance(kind, Kind)]
    pieces = {dim for kind in kinds for dim in _inside(kind) if _whole(dim) in found}
    return found | pieces


def _whole(dim: Dim) -> Dim:
    """The size that a piece is of: ``?3`` of ``?3-1`` and ``?3[cut%4]``."""
    return dim if isinstance(dim, int) else dim.partition("[")[0].partition("-")[0]


def unrelated(function: Function) -> frozenset[Dim]:
    """The symbols that all items of a list share, or all results of a procedure."""
    found = {
        dim
        for kind in function.kinds.values()
        if isinstance(kind, Kind) and kind.base == "list"
        for dim in _inside(kind)
    }
    for statement in ir.walk(function.body):
        if isinstance(statement, Let) and statement.op == "procedure" and statement.target:
            found.update(_inside(function.kinds[statement.target]))
    return frozenset(dim for dim in found if isinstance(dim, str) and "?" in dim)


def _inside(kind: Kind) -> Iterator[Dim]:
    yield from kind.shape or ()
    for item in kind.items:
        if isinstance(item, Kind):
            yield from _inside(item)


def _carried(function: Function, known: Collection[Dim]) -> Iterator[Dim]:
    """The symbols of arrays that go round a loop, or leave a branch, with more than one size."""

    def shape(operand: Operand | None) -> tuple[Dim, ...] | None:
        kind = function.kinds[operand] if isinstance(operand, str) else None
        return kind.shape if kind is not None and kind.base == "array" else None

    for statement in ir.walk(function.body):
        for merge in statement.merges if isinstance(statement, If) else ():
            sides = [side for side in map(shape, (merge.then, merge.orelse)) if side and 0 in side]
            yield from _differing(shape(merge.out), sides)  # no elements: it has no value there
        for carry in statement.carries if isinstance(statement, For | While) else ():
            others = [shape(operand) for operand in (carry.init, carry.next)]
            axes = [k for k, dim in enumerate(shape(carry.phi) or ()) if _whole(dim) in known]
            for own in (carry.phi, carry.out):
                sides = [other for other in others if other is not None]
                yield from _differing(shape(own), sides, axes)


def _differing(
    own: tuple[Dim, ...] | None, others: list[tuple[Dim, ...]], known: Collection[int] = ()
) -> Iterator[Dim]:
    """The sizes of one shape that are not those of others, but along axes that are known."""
    for axis, dim in enumerate(own or ()):
        if axis not in known and any(
            len(other) != len(own or ()) or other[axis] != dim for other in others
        ):
            yield dim
