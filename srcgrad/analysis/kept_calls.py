"""Writes that are not seen: by objects that may hold arrays, and into what a call may overwrite.

An object whose code is not followed may write into every array that it holds. That is refused
where anything else reads such an array, of which nobody would know when it changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.handovers import with_live
from srcgrad.analysis.program_order import ProgramOrder, program_order
from srcgrad.analysis.reads import content_reads
from srcgrad.errors import AliasError, Refusal, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS
from srcgrad.runtime import untouched

HELD = ("array", "any", "list")


def checked(function: Function) -> Function:
    """The function with calls that are kept as they are, where that is sure to be right.

    Raises ``AliasError`` where they may write into what is read elsewhere.
    """
    lets = [s for s in ir.walk(function.body) if isinstance(s, Let)]
    if not any(OPS[s.op].foreign or OPS[s.op].marks for s in lets):
        return function
    alias = aliases(function, strict=False)
    refusals = [*_hidden(function, lets, alias), *_overwritten(function, alias)]
    refusals += _renewed(function, alias)
    if refusals:
        raise refuse(refusals)
    return replace(function, body=_plain(function, lets))


def _hidden(function: Function, lets: list[Let], alias: Aliases) -> list[Refusal]:
    """Refusals of calls that may write into an array which an object holds."""
    where = program_order(function.body)
    made = {n: at for at, s in enumerate(where.statements) for n in (*ir.defined(s), *ir.local(s))}
    writes: dict[str, list[int]] = defaultdict(list)
    for number, name in alias.unseen:
        s = where.statements[number]
        if isinstance(s, Let) and OPS[s.op].foreign:
            writes[alias.root(name)].append(number)
    reads = [name for s in lets if not OPS[s.op].foreign for name in _reads(s, function)]
    found: dict[int, tuple[Statement, str]] = {}
    for name in (*reads, *ir.names(function.result)):
        if function.kinds[name].base in HELD:
            for number in writes.get(alias.root(name), ()):
                if name not in made or where.may_follow(number, made[name]):
                    found.setdefault(number, (where.statements[number], name))
    return [
        _refusal(
            s,
            f"this may write into `{ir.base(name) or 'an array'}`, which is read elsewhere",
            "an object whose code is not followed may hold the array",
            "pass the object a copy of the array",
        )
        for s, name in found.values()
    ]


def _reads(statement: Let, function: Function) -> list[str]:
    """The arrays and lists whose content a statement reads, or stores into a part of."""
    stored = [statement.args[0]] if statement.op == "additem" else []
    return [*stored, *content_reads(statement, function)]


def _overwritten(function: Function, alias: Aliases) -> list[Refusal]:
    """Refusals of reads of what a call was allowed to overwrite."""
    where = program_order(function.body)
    found = []
    for number, s in enumerate(where.statements):
        if not isinstance(s, Let) or s.op != "overwritten":
            continue
        root = alias.root(s.args[0])
        read = root in {alias.root(name) for name in ir.names(function.result)} or any(
            alias.root(name) == root and _follows(at, number, root, where, alias)
            for at, other in enumerate(where.statements)
            if isinstance(other, Let) and not OPS[other.op].marks
            for name in _reads(other, function)
        )
        if read:
            name = ir.base(s.args[0]) or "the argument"
            found.append(
                _refusal(
                    s,
                    f"`{name}` is read after `{s.args[1].value}` was allowed to overwrite it",
                    "what stands in it then is not specified",
                    "leave the keyword `overwrite_...` out",
                )
            )
    return found


def _renewed(function: Function, alias: Aliases) -> list[Refusal]:
    """Refusals of ``x += y`` where ``x`` may be an array, which is written, that has other names."""
    found = []
    for statement, live in with_live(function.body, set(ir.names(function.result))):
        if isinstance(statement, Let) and statement.op == "renewed":
            old, new = statement.args
            if any(name != new and alias.root(name) == alias.root(old) for name in live):
                found.append(
                    _refusal(
                        statement,
                        "this may be an array that other names share",
                        "an update in place and a new value differ there",
                        "write x = x + y",
                    )
                )
    return found


def _follows(later: int, earlier: int, root: str, where: ProgramOrder, alias: Aliases) -> bool:
    """Whether a read may come after; not where each iteration makes the array anew."""
    made = {
        name: at
        for at, s in enumerate(where.statements)
        for name in ir.defined(s)
        if alias.root(name) == root
    }
    lets = (s for s in where.statements if isinstance(s, Let))
    members = {n for s in lets for n in ir.names(s.args) if alias.root(n) == root}
    loops = set(where.loops[earlier])
    if all(name in made and loops <= set(where.loops[made[name]]) for name in members):
        return later > earlier
    return where.may_follow(later, earlier)


def _plain(function: Function, lets: list[Let]) -> Block:
    """The body without marks, and without guards of arrays that are nobody else's."""
    count = Counter(ir.all_uses(function.body))
    count.update(ir.names(function.result))
    new = {s.target for s in lets if s.target and makes_new(s, function.kinds)}

    def visit(block: Block) -> Block:
        kept = [s for s in block if not (isinstance(s, Let) and OPS[s.op].marks)]
        return ir.as_block((ir.map_blocks(unguarded(s), visit) for s in kept), block)

    def unguarded(statement: Statement) -> Statement:
        if not isinstance(statement, Let) or statement.op != "call":
            return statement
        called, args, keys, named = statement.args
        if called != Const(untouched) or not all(map(own, (*args[1:], *named))):
            return statement
        return ir.with_args(statement, (args[0], args[1:], keys, named))

    def own(part: object) -> bool:
        if isinstance(part, str):
            held = function.kinds[part].base in HELD
            return not held or (part in new and count[part] == 1)
        return isinstance(part, Const) or (isinstance(part, tuple) and all(map(own, part)))

    return visit(function.body)


def _refusal(statement: Statement, what: str, why: str, fix: str) -> Refusal:
    place = statement.origin.place if statement.origin else NOWHERE
    return Refusal(what, why, fix, *place, error=AliasError)
