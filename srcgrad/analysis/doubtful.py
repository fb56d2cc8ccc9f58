"""Views that may be copies: ``reshape`` and its kin, where a write could tell the two apart."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from srcgrad.analysis.layouts import Layouts, in_c_order
from srcgrad.analysis.program_order import ProgramOrder
from srcgrad.errors import AliasError, LayoutsWanted, Refusal
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


class Doubts(NamedTuple):
    """How doubts are settled: if not ``strict``, all are taken to be views."""

    strict: bool
    inputs: frozenset[str] = frozenset()  # of which it may be assumed that they are contiguous
    layouts: Mapping[str, Kind] = MappingProxyType({})  # inputs whose strides are known
    ask: bool = False  # whether these may be asked for
    all_matter: bool = False  # also those of which no name is written: a name apart may be


def decide(
    uncertain: list[Doubt],
    writes: list[tuple[int, str]],
    found: Aliases,
    where: ProgramOrder,
    doubts: Doubts,
    function: Function,
) -> None:
    """Views that may be copies: it matters only if one of the two is written afterwards."""
    decision = _Decision(uncertain, writes, found, where, doubts, function)
    waiting, grown = uncertain, True
    while grown:  # a view more may make others matter, or be told from a copy
        found.copies, grown = set(), False
        for item in list(waiting):
            base, target = item.base, str(item.statement.target)
            if not decision.matters(item.number, base, target):
                continue
            if decision.is_view(item, target):
                found.join(base, target)
                found.find_reach()
                if item.view:
                    found.base[target] = base
                waiting, grown = [other for other in waiting if other is not item], True
            else:
                found.copies.add(target)


class _Decision:
    """What a doubt is decided by."""

    def __init__(
        self,
        uncertain: list[Doubt],
        writes: list[tuple[int, str]],
        found: Aliases,
        where: ProgramOrder,
        doubts: Doubts,
        function: Function,
    ) -> None:
        self.uncertain, self.writes, self.found = uncertain, writes, found
        self.where, self.doubts, self.kinds = where, doubts, function.kinds
        self.result = set(ir.names(function.result))
        self.layouts = Layouts(function, doubts.layouts)

    def ends_of(self, base: str, target: str) -> set[str]:
        """The classes of the two; of an object, also those of what it may hold."""
        return {*self.found.reach(base), self.found.root(base), self.found.root(target)}

    def matters(self, number: int, base: str, target: str) -> bool:
        ends = self.ends_of(base, target)
        return self.doubts.all_matter or any(
            self.found.root(name) in ends and self.where.may_follow(at, number)
            for at, name in self.writes
        )

    def is_view(self, item: Doubt, target: str) -> bool:
        """Whether it is taken to be one; it is to be a copy where nothing could tell."""
        statement, base = item.statement, item.base
        ordered = item.view and in_c_order(statement)
        needs = self.layouts.needs(base, self.found.inputs) if ordered else None
        if not self.doubts.strict or needs == set():
            return True
        if self.is_unused(base, target):
            return not item.copyable
        if needs is not None:
            self.found.assumed |= needs
            return True
        return self.by_layout(item)

    def is_unused(self, base: str, target: str) -> bool:
        """Whether one of the two is not read once the other is written."""
        ends = self.ends_of(base, target)
        names = [n for other in self.uncertain for n in (other.base, str(other.statement.target))]
        alone = sum(self.found.root(name) in ends for name in names) == 2
        whole = self.kinds[base].base in ("array", "any") if base in self.kinds else False
        ended = (target, base) if alone and whole else (target,)  # a base of two views joins them
        return any(
            _unused_after(name, ends, self.writes, self.where, self.found, self.result)
            for name in ended
        )

    def by_layout(self, item: Doubt) -> bool:
        """What the layouts of the signature say. Raises ``LayoutsWanted`` where it lacks them."""
        op = OPS[item.statement.op]
        base = item.base
        kind = self.kinds.get(base)  # None of an array from outside
        twice = (
            kind is not None and op.view_on(kind, item.statement.args) == "always"
        )  # elements that stand twice
        known = self.layouts.is_view(item.statement) if item.view and not twice else None
        if known is None and is_adjoint(item.statement):
            return False
        if known is None:
            asks = self.doubts.ask and item.view and not twice
            refused = _refusal(item, self.kinds)
            raise LayoutsWanted(refused) if asks else refused
        if not known and op.through:
            raise _refusal(item, self.kinds)
        if known:
            origins = self.layouts.origins(base)
            self.found.orders.update((name, self.layouts.order(name)) for name in origins)
        return known


def is_adjoint(statement: Let) -> bool:
    """Whether a result is the adjoint of one operand, by an operation that is no view of the user's.

    It stands for an array of its own, which a copy is as well; nothing is stored through it.
    """
    op = OPS[statement.op]
    own = getattr(op.function, "__module__", "").startswith("srcgrad.runtime")
    return statement.adjoint and own and not op.through


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
        known = all(other in made for other in members)
        if known and not any(where.may_follow(earlier, made[other]) for other in members):
            return False  # it was stored before there was anything of the class
        if anew:  # what was stored before is no matter
            return min(made[other] for other in members) < earlier < later
        return where.may_follow(later, earlier)

    return not any(
        found.root(other) == root and any(may_follow(number, at) for at in stores)
        for number, statement in enumerate(where.statements)
        for other in ir.uses(statement)
    )


def _refusal(item: Doubt, kinds: Mapping[str, Kind]) -> AliasError:
    statement = item.statement
    names = [ir.base(str(statement.target)) or "its result", ir.base(item.base) or "its argument"]
    place = statement.origin.place if statement.origin else NOWHERE
    gives = f"{OPS[statement.op].spelling} gives a view or a copy by the array's layout"
    why = gives if item.view else "it comes from a call whose code is not followed"
    instead = "copy the array first, or write before the call"
    pair = [kinds[name].dtype or "" for name in (str(statement.target), item.base) if name in kinds]
    if item.view and [dtype.startswith("complex") for dtype in pair] == [False, True]:
        why = f"{OPS[statement.op].spelling} gives a view of one part of the complex numbers"
        instead = (
            "store into the part where the array stands, as in z.real[0] = x; or copy the part"
        )
    if OPS[statement.op].view == "unknown":
        why = f"the rule of {OPS[statement.op].spelling} does not state whether it gives a view"
    return AliasError(
        Refusal(
            f"`{names[0]}` may or may not share memory with `{names[1]}`",
            f"{why}, and one of the two is written afterwards",
            instead,
            *place,
        ).render()
    )
