"""What procedures must not do: their calls are repeated by derivatives, and by solvers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.refusals import called
from srcgrad.analysis.turns import holds, seen_after
from srcgrad.analysis.useful import is_call
from srcgrad.errors import AliasError, Refusal, UnsupportedSyntax, refuse
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function, Let
from srcgrad.ir.procedures import Procedure, named_in
from srcgrad.rules.kept import repeatable


def calls(function: Function) -> Iterator[tuple[Let, Procedure]]:
    """The calls of procedures in a function."""
    for statement in ir.walk(function.body):
        if isinstance(statement, Let) and statement.op == "procedure":
            yield statement, statement.args[0].value


def procedures(function: Function) -> list[Procedure]:
    """The procedures that a function calls, directly or not, callees before their callers."""
    found: dict[int, Procedure] = {}
    seen: set[int] = set()

    def visit(inner: Function) -> None:
        for procedure in (p for statement in ir.walk(inner.body) for p in named_in(statement)):
            if id(procedure) not in seen:
                seen.add(id(procedure))
                visit(procedure.body)
                found[id(procedure)] = procedure

    visit(function)
    return list(found.values())


def check(function: Function) -> None:
    """Raises ``AliasError`` or ``UnsupportedSyntax`` for what a procedure must not do.

    A procedure writes into no argument, and what it returns is a copy: a caller that writes into
    an argument or a result afterwards would see the difference.
    """
    refusals = []
    known = procedures(function)
    for inner in [function, *(procedure.body for procedure in known)]:
        alias = aliases(inner, strict=False) if known else Aliases()
        for statement, procedure in calls(inner):
            refusals += list(_written(inner, statement, procedure, alias))
            refusals += list(_shared(inner, statement, procedure, alias))
    for procedure in known:
        refusals += list(_effects(procedure))
    if refusals:
        raise refuse(refusals)


def _written(
    function: Function, statement: Let, procedure: Procedure, alias: Aliases
) -> Iterator[Refusal]:
    results = [str(statement.target)] + [
        s.target
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.target and s.op == "getitem" and s.args[0] == statement.target
    ]
    made = procedure.of is not None and procedure.origin.family  # by hand: of new arrays
    if (
        made
        or procedure.origin.new
        or not any(kind.base in ("array", "any") for kind in procedure.results)
    ):
        return
    args, places = statement.args[1], procedure.handed_on
    if places is not None:
        args = tuple(args[k] for k in places)
    arrays = [n for n in ir.names(args) if function.kinds[n].base in ("array", "any")]
    if places is not None:
        arrays = [n for n in arrays if seen_after(function, statement, n, alias)]
    written = [n for n in (*results, *arrays) if alias.is_buffer(n)]
    if arrays and written:
        yield _refusal(
            procedure,
            f"`{ir.base(written[0]) or 'an array'}` goes through `{procedure.name}`, which "
            f"{procedure.origin.called}, and is written",
            "whether a result is an argument itself is not known",
            "copy the array first",
            AliasError,
        )


def _shared(
    function: Function, statement: Let, procedure: Procedure, alias: Aliases
) -> Iterator[Refusal]:
    """Refusals of arrays that are written under one name and read under another."""
    args = statement.args[1]
    for place in procedure.alone:
        root = alias.root(args[place])
        for k, arg in enumerate(args):
            if k != place and holds(arg, function) and root in alias.reach(arg):
                yield _refusal(
                    procedure,
                    f"`{ir.base(args[place]) or 'an array'}` may share memory with "
                    f"`{ir.base(arg) or 'another array'}`, and `{procedure.name}` {procedure.called}",
                    "it is written there, in a copy that the other does not see",
                    "make the view inside of the loop, or copy the array first",
                    AliasError,
                )


def check_turns(function: Function) -> None:
    """Raises ``AliasError`` where arrays take turns in being written, and are seen by other names.

    Of the user's own statements, before anything is done to them: steps are called once.
    """
    own = [p for p in procedures(function) if p.of is None]
    for inner in [function, *(p.body for p in own)] if any(p.turning for p in own) else ():
        alias = aliases(inner, strict=False)
        for statement, procedure in calls(inner):
            if procedure.turning and not procedure.settled and not statement.adjoint:
                refusals = list(_seen(inner, statement, procedure, alias))
                if refusals:
                    raise refuse(refusals)
                procedure.settled = True


def _seen(
    function: Function, statement: Let, procedure: Procedure, alias: Aliases
) -> Iterator[Refusal]:
    """Refusals of arrays that take turns in being written, and are read under a name of before."""
    for place in procedure.turning:
        name = statement.args[1][place]
        if seen_after(function, statement, name, alias):
            yield _refusal(
                procedure,
                f"`{ir.base(name) or 'an array'}` may be read after `{procedure.name}`, which "
                f"{procedure.called} and writes into it in some of them",
                "the steps write into copies, which other names do not see",
                "copy the array first",
                AliasError,
            )


def _effects(procedure: Procedure) -> Iterator[Refusal]:
    function = procedure.body
    alias = aliases(function, strict=False)
    for name in function.params:
        if function.kinds[name].base == "table":
            yield _refusal(
                procedure,
                f"`{function.name}` {procedure.called} and has a dict or set of the caller's",
                "its calls are repeated by its derivatives, when the keys are others",
                "make the dict or set inside of it, or use an array",
                UnsupportedSyntax,
            )
        elif alias.is_buffer(name):
            yield _refusal(
                procedure,
                f"`{function.name}` {procedure.called} and writes into `{ir.base(name)}`",
                "its calls are repeated by its derivatives",
                "copy the array first",
                AliasError,
            )
    lets = (s for s in ir.walk(function.body) if isinstance(s, Let))
    seen = next((s for s in lets if not repeatable(s, function.kinds)), None)
    if seen is not None:
        refusal = _refusal(
            procedure,
            f"`{function.name}` {procedure.called} and prints, or calls what cannot be followed",
            "its calls are repeated by its derivatives",
            "do this outside of it",
            UnsupportedSyntax,
        )
        yield replace(refusal, uncovered=called(seen) if is_call(seen) else None)


def _refusal(procedure: Procedure, what: str, why: str, fix: str, error: type) -> Refusal:
    at = procedure.body.origin
    if at is None:
        return Refusal(what, why, fix, error=error)
    return Refusal(
        what, why, fix, at.file, at.line, at.text, at.column, len(at.text), at.function, error
    )
