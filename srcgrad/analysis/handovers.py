"""Where a loop or branch hands an array over: nothing else refers to it any more.

In ``u = u + f(u)`` the array that an iteration makes goes to the next one, which may write into it.
Whoever writes there writes what nobody else can see, so the adjoint goes the other way by value, as if
the array were copied. Where another name still refers to it, both names need one adjoint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, If, Let, Statement
from srcgrad.rules.kept import makes_new


def handed_over(function: Function, alias: Aliases) -> frozenset[str]:
    """The phis of carries, and the results of merges, that are the only names of their arrays."""
    held = {alias.root(name) for name in alias.held}
    found: set[str] = set()
    for statement, live in with_live(function.body, set(ir.names(function.result))):
        rows = _rows(statement)
        if not rows:
            continue
        seen = {alias.root(name) for name in live}
        count = Counter(alias.root(name) for name in rows)
        for name, row in rows.items():
            root = alias.root(name)
            arrays = all(function.kinds[n].base == "array" for n in ir.names(row))
            if arrays and count[root] == 1 and root not in seen and root not in held:
                found.add(name)
    return frozenset(found)


def _rows(statement: Statement) -> dict[str, Any]:
    """What meets in each merge or carry, by the name that receives it."""
    if isinstance(statement, Let):
        return {}
    if isinstance(statement, If):
        return {m.out: (m.out, m.then, m.orelse) for m in statement.merges}
    return {c.phi: (c.phi, c.init, c.next, c.out) for c in statement.carries}


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


def new_arrays(function: Function, alias: Aliases | None = None) -> set[str]:
    """Names of arrays that a function makes, and nothing outside of it refers to.

    A merge or a carry is one if all that may come of it is. Without ``alias``, what comes of it must
    be read nowhere else; with it, it is for the caller to see which names share an array.
    """
    count: Counter[str] = Counter(ir.all_uses(function.body))
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
            name
            for name in assumed
            if all(
                isinstance(s, str) and s in good and (alias is not None or count[s] == 1)
                for s in joins[name]
            )
        }
        if left == assumed:
            return good
        assumed = left
