"""The statements of the body of a ``try``, and the one lookup in a table by which one may fail.

Whether the key is there can be asked beforehand then, ::

    try:
        v = d[k]             # before: what computes ``k``; the lookup: that of ``k``
    except KeyError:
        v = 0.0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, If, Let, Operand
from srcgrad.rules.operation import OPS

LOOKUP, TEST = "place_of", "has_key"

Args = tuple[Operand, ...]
Test = Callable[[Let], bool]


class Part(NamedTuple):
    """What a statement of a body becomes, the state before it, and what of it is another after it."""

    block: Block
    before: Any
    changed: set[Any]

    def touches(self, number: int) -> bool:
        """Whether the statement changes what is not a variable of the function of this number."""
        return any(key[0] != number and not str(key[1]).startswith("$") for key in self.changed)


class Lookup(NamedTuple):
    """What is computed before it, and the table and the key."""

    before: Block
    args: Args


def sole_lookup(block: Block, fails: Test, repeatable: Test) -> Lookup | None:
    """The only lookup by which a block may fail, where all before it may run once more."""
    for k, statement in enumerate(block):
        if not isinstance(statement, Let):
            return None
        if statement.op == LOOKUP:
            places = {s.target for s in ir.walk(block) if isinstance(s, Let) and s.op == LOOKUP}
            rest = [
                item
                for item in unsure(block[k + 1 :], {statement.args})
                if not (item.op == "getitem" and item.args[1] in places)  # there is a value
            ]
            return None if any(map(fails, rest)) else Lookup(block[:k], statement.args)
        if fails(statement) or not repeatable(statement):
            return None
    return None


def unsure(block: Block, known: set[Args]) -> Iterator[Let]:
    """The statements without lookups of keys that are there: in ``known``, or found by a test."""
    known, tests = set(known), dict[Operand, Args]()
    for statement in block:
        if isinstance(statement, Let):
            if statement.op == TEST and statement.target is not None:
                tests[statement.target] = statement.args
            if statement.op != LOOKUP or statement.args not in known:
                yield statement
            if statement.op == LOOKUP:
                known.add(statement.args)
        elif isinstance(statement, If):
            found = tests.get(statement.cond)
            yield from unsure(statement.then, known if found is None else {*known, found})
            yield from unsure(statement.orelse, known)
        else:
            for inner in ir.blocks(statement):
                yield from unsure(inner, set())
        if any(isinstance(s, Let) and OPS[s.op].changes for s in ir.walk((statement,))):
            known, tests = set(), {}
