"""Views that may be copies: ``reshape`` and its kin, where a write could tell the two apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from srcgrad.analysis.program_order import ProgramOrder
from srcgrad.errors import AliasError, Refusal
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Function, Let
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.operation import OPS

if TYPE_CHECKING:
    from srcgrad.analysis.alias_classes import Aliases


class Doubt(NamedTuple):
    """A statement whose result may share memory with ``base``, from the one at ``number`` on."""

    number: int
    statement: Let
    base: str
    view: bool = True  # of the base, if it is one; else what a call that is kept returns
    copyable: bool = True  # whether a copy of the result may stand for it


def decide(
    uncertain: list[Doubt],
    writes: list[tuple[int, str]],
    found: Aliases,
    where: ProgramOrder,
    strict: bool,
    function: Function,
) -> None:
    """Views that may be copies: it matters only if one of the two is written afterwards."""
    kinds, result = function.kinds, set(ir.names(function.result))
    made_by = {s.target: s for s in where.statements if isinstance(s, Let) and s.target}

    def ends_of(base: str, target: str) -> set[str]:
        """The classes of the two; of an object, also those of what it may hold."""
        return {*found.reach(base), found.root(base), found.root(target)}

    def matters(number: int, base: str, target: str) -> bool:
        ends = ends_of(base, target)
        return any(found.root(name) in ends and where.may_follow(at, number) for at, name in writes)

    def is_view(item: Doubt, target: str) -> bool:
        """Whether it is taken to be one; it is to be a copy where nothing could tell."""
        statement, base = item.statement, item.base
        needs = contiguous_if(base, made_by, kinds, found.inputs)
        by_layout = OPS[statement.op].by_layout
        if not strict or (by_layout and needs == set()):
            return True
        ends = ends_of(base, target)
        alone = (
            sum(
                found.root(name) in ends
                for other in uncertain
                for name in (other.base, str(other.statement.target))
            )
            == 2
        )
        whole = kinds[base].base in ("array", "any") if base in kinds else False
        ended = (target, base) if alone and whole else (target,)  # a base of two views joins them
        if any(_unused_after(name, ends, writes, where, found, result) for name in ended):
            return not item.copyable
        if not by_layout or needs is None:
            raise _refusal(item)
        found.assumed |= needs
        return True

    waiting, grown = uncertain, True
    while grown:  # a view more may make others matter, or be told from a copy
        found.copies, grown = set(), False
        for item in list(waiting):
            base, target = item.base, str(item.statement.target)
            if not matters(item.number, base, target):
                continue
            if is_view(item, target):
                found.join(base, target)
                found.find_reach()
                if item.view:
                    found.base[target] = base
                waiting, grown = [other for other in waiting if other is not item], True
            else:
                found.copies.add(target)


def contiguous_if(
    name: str, made_by: dict[Any, Let], kinds: dict[str, Kind], inputs: frozenset[str]
) -> set[str] | None:
    """The inputs on which it depends whether an array is contiguous in C order.

    Empty if it certainly is; None if it is not known. An elementwise result has the layout of its
    operands.
    """
    made = made_by.get(name)
    if made is None:
        return {name} & inputs or None
    op = OPS[made.op]
    if op.layout == "C":
        return set()
    if op.layout != "like" and not op.elementwise:
        return None
    arrays = [arg for arg in ir.names(made.args) if not kinds[arg].immutable]
    found = [contiguous_if(arg, made_by, kinds, inputs) for arg in arrays]
    return None if None in found else set().union(*found)  # type: ignore[arg-type]


def _unused_after(
    name: str,
    ends: set[str],
    writes: list[tuple[int, str]],
    where: ProgramOrder,
    found: Aliases,
    result: set[str],
) -> bool:
    """Whether no name of the class is read once the other is written, nor this one written."""
    root = found.root(name)
    stores = [at for at, other in writes if found.root(other) in ends]
    if root in {found.root(other) for other in (*result, *(other for _, other in writes))}:
        return False
    made = {s.target: at for at, s in enumerate(where.statements) if isinstance(s, Let)}
    members = {other for other in (*found.parent, root) if found.root(other) == root}

    def may_follow(later: int, earlier: int) -> bool:
        """The same, where each iteration around the store makes the class anew."""
        anew = all(
            other in made and set(where.loops[earlier]) <= set(where.loops[made[other]])
            for other in members
        )
        if anew:  # what was stored before is no matter
            return min(made[other] for other in members) < earlier < later
        return where.may_follow(later, earlier)

    return not any(
        found.root(other) == root and any(may_follow(number, at) for at in stores)
        for number, statement in enumerate(where.statements)
        for other in ir.uses(statement)
    )


def _refusal(item: Doubt) -> AliasError:
    statement = item.statement
    names = [ir.base(str(statement.target)) or "its result", ir.base(item.base) or "its argument"]
    place = statement.origin.place if statement.origin else NOWHERE
    gives = f"{OPS[statement.op].spelling} gives a view or a copy by the array's layout"
    why = gives if item.view else "it comes from a call whose code is not followed"
    if OPS[statement.op].view == "unknown":
        why = f"the rule of {OPS[statement.op].spelling} does not state whether it gives a view"
    return AliasError(
        Refusal(
            f"`{names[0]}` may or may not share memory with `{names[1]}`",
            f"{why}, and one of the two is written afterwards",
            "copy the array first, or write before the call",
            *place,
        ).render()
    )
