"""Where a loop or branch hands an array over: nothing else refers to it any more.

In ``u = u + f(u)`` the array that an iteration makes goes to the next one, which may write into it.
Whoever writes there writes what nobody else can see, so the adjoint goes the other way by value, as if
the array were copied. Where another name still refers to it, both names need one adjoint.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, If, Let, Statement
from srcgrad.rules.kept import makes_new


def handed_over(function: Function) -> frozenset[str]:
    """The phis of carries, and the results of merges, that are the only names of their arrays.

    That they are is assumed of all that may be, and taken back where an array would get two names.
    """
    found = set(_receivers(function))
    joints = list(with_live(function.body, set(ir.names(function.result)))) if found else []
    joints = [(s, live) for s, live in joints if not isinstance(s, Let)]
    while found:
        alias = aliases(function, strict=False, apart=frozenset(found))
        mixed = alias.twinned().union(map(alias.root, alias.held))
        shared = {
            name
            for statement, live in joints
            for edge in _edges(statement)
            for name in _shared(edge, mixed.union(map(alias.root, live)), alias)
        }
        shared.update(name for name in found if alias.root(name) in mixed)
        if not shared & found:
            break
        found -= shared
    return frozenset(found)


def _receivers(function: Function) -> Iterator[str]:
    """The phis and results of merges to which only arrays come."""
    for statement in ir.walk(function.body):
        joined: dict[str, list[str]] = defaultdict(list)
        for edge in _edges(statement):
            for name, operand in edge:
                joined[name] += ir.names((name, operand))
        for name, names in joined.items():
            if all(function.kinds[n].base == "array" for n in names):
                yield name


def _edges(statement: Statement) -> tuple[list[tuple[str, Any]], ...]:
    """What is received, and which names receive it, on each way into a merge or a loop; and out."""
    if isinstance(statement, Let):
        return ()
    if isinstance(statement, If):
        merges = statement.merges
        return [(m.out, m.then) for m in merges], [(m.out, m.orelse) for m in merges]
    carries = statement.carries
    return (
        [(c.phi, c.init) for c in carries],
        [(c.phi, c.next) for c in carries],
        [(c.phi, c.out) for c in carries],
    )


def _shared(edge: list[tuple[str, Any]], others: set[str], alias: Aliases) -> Iterator[str]:
    """Which receive what another receives, or what is of the classes ``others``."""
    given = [(name, alias.root(operand)) for name, operand in edge if isinstance(operand, str)]
    count = Counter(root for _, root in given)
    yield from (name for name, root in given if count[root] > 1 or root in others)


def with_live(block: Block, live: set[str]) -> Iterator[tuple[Statement, frozenset[str]]]:
    """The statements of a block, last ones first, and the names that are live after each.

    ``live`` are those after the block. Of a loop, they are those that are live between two
    iterations, without what goes round it; the statements in it follow it.
    """
    live = set(live)
    for statement in reversed(block):
        live.difference_update(ir.defined(statement))
        if isinstance(statement, Let | If):
            yield statement, frozenset(live)
        if isinstance(statement, If):
            yield from with_live(statement.then, live | _names(m.then for m in statement.merges))
            yield from with_live(
                statement.orelse, live | _names(m.orelse for m in statement.merges)
            )
        elif not isinstance(statement, Let):
            blocks = ir.blocks(statement)
            inside = {*ir.local(statement)}
            for item in ir.walk(tuple(s for one in blocks for s in one)):
                inside.update(ir.defined(item), ir.local(item))
            nexts = _names(c.next for c in statement.carries)
            read = nexts.union(*map(ir.all_uses, blocks))
            round_it = live | (read - inside)
            yield statement, frozenset(round_it)
            after = round_it | nexts
            for inner in reversed(blocks):
                yield from with_live(inner, after)
                after = after | set(ir.all_uses(inner))
        live.update(ir.all_uses((statement,)))


def _names(operands: Any) -> set[str]:
    return {*ir.names(list(operands))}


def new_arrays(function: Function) -> set[str]:
    """Names of arrays that a function makes, and nothing outside of it refers to.

    A merge or a carry is one if all that may come of it is. It is for the caller to see which names
    share an array.
    """
    found = {
        s.target
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.target and makes_new(s, function.kinds)
    }
    joins: dict[str, list[Any]] = {}
    for statement in ir.walk(function.body):
        if isinstance(statement, If):
            joins.update({m.out: [m.then, m.orelse] for m in statement.merges})
        elif not isinstance(statement, Let):
            for c in statement.carries:
                joins[c.out] = [c.init, c.next]
                joins[c.phi] = [c.init, c.next]
    assumed = set(joins)
    while True:
        good = found | assumed
        left = {
            name for name in assumed if all(isinstance(s, str) and s in good for s in joins[name])
        }
        if left == assumed:
            return good
        assumed = left
