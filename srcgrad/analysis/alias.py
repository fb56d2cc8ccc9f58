"""Alias classes: which names may refer to one array, and which of these arrays are written.

*Values* are never written through any name. *Buffers* belong to a class in which some name is.
A view that may be a copy (``reshape``) joins a class only where a write could tell the two apart;
if it is then not known which it is, the function is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from srcgrad.analysis.alias_classes import Aliases, changed, is_store, objects_written
from srcgrad.analysis.doubtful import Doubt, Doubts, decide
from srcgrad.analysis.kept_results import KeptResults, written_unseen
from srcgrad.analysis.program_order import ProgramOrder, program_order
from srcgrad.ir import nodes as ir
from srcgrad.ir.analyses import analysis
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, For, Function, If, Let, Statement, While
from srcgrad.rules.indexing import is_advanced, parts_of
from srcgrad.rules.operation import OPS, Arg

REFERENCES = frozenset(("array", "any", "opaque", "list", "tape"))


def is_reference(kind: Kind) -> bool:
    """Whether a value of this kind may be an array that can be written."""
    return kind.base in REFERENCES


def view_of(statement: Let, kinds: dict[str, Kind]) -> tuple[str, bool] | None:
    """``(base, certain)`` if a statement makes a view of ``base``."""
    op = OPS[statement.op]
    if op.view in ("never", "held", "unknown"):
        return None
    if statement.target is None or not statement.args or not is_reference(kinds[statement.target]):
        return None
    first = statement.args[op.viewed]
    if type(first) is tuple and len(first) == 1:
        first = first[0]
    if not isinstance(first, str) or kinds[first].base not in ("array", "any"):
        return None
    if statement.op == "getitem":
        if any(is_advanced(part) for part in index_parts(statement.args[1], kinds)):
            return None
        return first, True
    view = op.view_on(kinds[first], statement.args)
    return None if view == "never" else (first, view == "always" and op.injective)


def written_by(statement: Let, kinds: dict[str, Kind]) -> list[str]:
    """The arrays, lists and objects that a statement stores into, or may write into."""
    if is_store(statement):
        return [statement.args[0]]
    return objects_written(statement, kinds) if OPS[statement.op].foreign else []


def index_parts(index: Any, kinds: dict[str, Kind]) -> list[Arg]:
    """The parts of an index operand."""
    from srcgrad.ir.kinds import of_constant

    def arg(item: Any) -> Arg:
        if isinstance(item, Const):
            return Arg(of_constant(item.value), item.value)
        return Arg(kinds[item])

    if type(index) is tuple:
        return [arg(item) for item in index]
    found = parts_of(arg(index))
    return [Arg(kinds[index])] if found is None else found


def aliases(
    function: Function,
    strict: bool = True,
    inputs: frozenset[str] = frozenset(),
    layouts: Mapping[str, Kind] = MappingProxyType({}),
    ask: bool = False,
    apart: frozenset[str] = frozenset(),
    all_views: bool = False,
) -> Aliases:
    """The alias classes of a function.

    Raises ``AliasError`` where they cannot be known; if not ``strict``, doubtful views are joined.
    Of ``inputs`` it may be assumed that they are contiguous: ``assumed`` says of which it was. Those
    of ``layouts`` have known strides; if ``ask``, raises ``LayoutsWanted`` where these may decide.
    What the phis and merges ``apart`` receive is taken for a copy. With ``all_views``, doubtful views
    are joined though nothing writes them, as a pass must know that adds writes.
    """
    if not strict:
        if not apart and not all_views:
            return joined_aliases(function)
        return _found(function, Doubts(False, all_matter=True), apart)
    return _found(function, Doubts(True, inputs - layouts.keys(), layouts, ask), apart)


@analysis
def joined_aliases(function: Function) -> Aliases:
    """The alias classes in which doubtful views are joined."""
    return _found(function, Doubts(False))


def _found(function: Function, doubts: Doubts, apart: frozenset[str] = frozenset()) -> Aliases:
    kinds = function.kinds
    found = Aliases(doubts.inputs, kinds)
    statements = list(ir.walk(function.body))
    kept = KeptResults(kinds)
    uncertain = kept.doubts
    given = [pair for group in function.together for pair in _given(group, found, kinds)]
    items: dict[Any, str] = {}  # of tuples: what is taken twice is the same memory
    for number, statement in enumerate(statements):
        if isinstance(statement, Let):
            taken = statement.target
            if taken is not None and statement.op == "getitem" and is_reference(kinds[taken]):
                owner = statement.args[0]
                if isinstance(owner, str) and kinds[owner].base == "tuple":
                    found.join(items.setdefault(statement.args, taken), taken)
            kept.see(statement, number)
            _let(statement, number, found, uncertain)
        else:
            for joined in _joined(statement, apart):
                for name in joined:
                    if is_reference(kinds[name]):
                        found.merged.add(name)
                        found.join(joined[0], name)
    for a, b in kept.joined:
        found.join(a, b)
    _holders(statements, found, kinds, given + kept.taken)
    where = program_order(function.body) if kept.held or uncertain else ProgramOrder()
    found.unseen = written_unseen(where, kept.held, found) if kept.held else []
    found.written.update(name for _, name in found.unseen)
    found.holds.update((holder, item) for holder, item, _ in kept.held)
    found.find_reach()
    found.written.update(name for name in found.merged if kinds[name].base == "list")
    found.written.update([found.root(name) for name in found.written])
    if uncertain:
        writes = [
            (number, name)
            for number, statement in enumerate(statements)
            if isinstance(statement, Let)
            for name in written_by(statement, kinds)
        ] + found.unseen
        decide(uncertain, writes, found, where, doubts, function)
    found.settle()
    return found


def _let(
    statement: Let,
    number: int,
    found: Aliases,
    uncertain: list[Doubt],
) -> None:
    target = changed(statement)
    if target is not None:
        found.written.add(target)
        return
    if OPS[statement.op].foreign:
        found.written.update(objects_written(statement, found.kinds))
        return
    view = view_of(statement, found.kinds)
    if view is None:
        return
    base, certain = view
    if certain:
        found.join(base, str(statement.target))
        found.base[str(statement.target)] = base
    else:
        uncertain.append(Doubt(number, statement, base))


def held_names(statement: Let, kinds: dict[str, Kind]) -> list[str]:
    """The names that a statement puts on a tape or list, or takes from one."""
    if statement.op == "list_of":
        return list(ir.names(statement.args[0]))
    if statement.op not in ("push", "pop", "getitem", "setitem"):
        return []
    owner = statement.args[0]
    if not isinstance(owner, str) or kinds[owner].base not in ("list", "tape"):
        return []
    if statement.op in ("pop", "getitem"):
        return [] if statement.target is None else [statement.target]
    return list(ir.names(statement.args[-1]))


def _given(
    group: tuple[str, ...], found: Aliases, kinds: dict[str, Kind]
) -> Iterator[tuple[str, str]]:
    """Join parameters that share memory; the lists among them may hold any of the others."""
    lists = [name for name in group if kinds[name].base in ("list", "tape")]
    arrays = [name for name in group if name not in lists]
    for same in (lists, arrays):
        for name in same[1:]:
            found.join(same[0], name)
    yield from ((holder, name) for holder in lists for name in group if name != holder)


def _holders(
    statements: list[Statement],
    found: Aliases,
    kinds: dict[str, Kind],
    taken: list[tuple[str, str]],
) -> None:
    """What is taken from a list or tape may be anything that was put into one of its class."""
    pairs = [
        (str(statement.target if statement.op == "list_of" else statement.args[0]), name)
        for statement in statements
        if isinstance(statement, Let)
        for name in held_names(statement, kinds)
        if is_reference(kinds[name])
    ] + taken
    found.merged.update(name for _, name in pairs)
    found.held.update(name for _, name in pairs)
    found.holds.update(pairs)
    settled = False
    while not settled:  # lists hold lists: joining their items may join the lists
        settled = True
        first: dict[str, str] = {}
        for holder, name in pairs:
            other = first.setdefault(found.root(holder), name)
            if found.root(other) != found.root(name):
                found.join(other, name)
                settled = False


def _joined(statement: Statement, apart: frozenset[str]) -> Iterator[list[str]]:
    if isinstance(statement, If):
        for merge in statement.merges:
            if merge.out not in apart:
                yield list(ir.names((merge.out, merge.then, merge.orelse)))
    elif isinstance(statement, For | While):
        for carry in statement.carries:
            if carry.phi not in apart:
                yield list(ir.names((carry.phi, carry.init, carry.next, carry.out)))
