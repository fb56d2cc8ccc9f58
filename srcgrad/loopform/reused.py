"""Arrays that a nest reads for the last time give their memory to one that it makes.

Before::

    t = np.empty((n,))                          # filled, and read
    y = np.empty((n,))
    for i in range(n):
        y[i] = k * t[i]

After::

    t = np.empty((n,))
    for i in range(n):
        t[i] = k * t[i]

Each iteration reads the element that it writes, and no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, Let, Statement


def reused(function: Function) -> Function:
    """The function with fewer arrays: those that are made of others, element by element, take their place."""
    made = [s for s in ir.walk(function.body) if isinstance(s, Let) and s.op == "np.empty"]
    if len(made) < 2:
        return function
    search = _Reused(function)
    body = search.block(function.body)
    if body is function.body:
        return function
    result = ir.rename(function.result, search.table)
    return replace(function, body=body, result=result)


@dataclass(frozen=True)
class Access:
    """A read or a write of one element in a nest: where it stands, and in which iterations."""

    order: int
    writes: bool
    index: Any
    inside: tuple[str, ...]  # the variables of the loops around it, in the nest


class _Reused:
    def __init__(self, function: Function) -> None:
        alias = aliases(function, strict=False, all_views=True)
        self.names = Counter(map(alias.root, function.kinds))  # in each class
        self.root = alias.root
        self.kinds = function.kinds
        self.uses = Counter(ir.all_uses(function.body))
        self.uses.update(ir.names(function.result))
        self.table: dict[str, str] = {}

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        made: dict[str, Let] = {}  # arrays of this block that nothing else refers to
        left: dict[str, int] = {}  # how often they are read yet
        for statement in block:
            statement = ir.map_operands(statement, self.table)
            statement = ir.map_blocks(statement, self.block)
            here = Counter(name for name in ir.all_uses((statement,)) if name in left)
            found = self.pairs(statement, made, left, here) if isinstance(statement, For) else {}
            for new, old in found.items():
                result.remove(made.pop(new))
                left[old] += left.pop(new)
                here[old] += here.pop(new)
            self.table.update(found)
            left.update({name: left[name] - count for name, count in here.items()})
            result.append(ir.map_operands(statement, found))
            if isinstance(statement, Let) and statement.op == "np.empty" and statement.target:
                if self.names[self.root(statement.target)] == 1:
                    made[statement.target] = statement
                    left[statement.target] = self.uses[statement.target]
        return ir.as_block(result, block)

    def pairs(
        self, nest: For, made: dict[str, Let], left: dict[str, int], here: Counter[str]
    ) -> dict[str, str]:
        """New arrays that a nest fills, and old ones that it is the last to read, in whose place they are."""
        news = [n for n in here if n in made and left[n] == self.uses[n]]
        olds = [n for n in here if n in made and left[n] == here[n] and n not in news]
        if not news or not olds:
            return {}
        accesses = {name: list(of_array(nest, name)) for name in (*news, *olds)}
        found: dict[str, str] = {}
        for new in news:
            for old in olds:
                if old not in found.values() and self.fits(made[old], made[new]):
                    if after_each_other(accesses[old], accesses[new]):
                        found[new] = old
                        break
        return found

    def fits(self, old: Let, new: Let) -> bool:
        """Whether arrays have one shape and dtype."""
        kinds = self.kinds[str(old.target)], self.kinds[str(new.target)]
        return old.args == new.args and kinds[0] == kinds[1]


def of_array(nest: For, name: str) -> Iterator[Access | None]:
    """What a nest does to an array; None for what is no access to one element, or not in each iteration."""
    order = 0

    def walk(block: Block, inside: tuple[str, ...]) -> Iterator[Access | None]:
        nonlocal order
        for statement in block:
            order += 1
            if isinstance(statement, For):
                yield from walk(statement.body, (*inside, statement.var))
                yield from (None for used in ir.uses(statement) if used == name)
            elif not isinstance(statement, Let):
                yield from (None for used in ir.all_uses((statement,)) if used == name)
            elif name in ir.names(statement.args):
                once = sum(used == name for used in ir.names(statement.args)) == 1
                known = statement.op in ("getitem", "setitem") and statement.args[0] == name
                if not (once and known):
                    yield None
                else:
                    writes = statement.op == "setitem"
                    yield Access(order, writes, statement.args[1], inside)

    yield from walk((nest,), ())


def after_each_other(old: list[Access | None], new: list[Access | None]) -> bool:
    """Whether each element of the old array is read in the iteration that writes that of the new one, before."""
    reads = [access for access in old if access is not None]
    writes = [access for access in new if access is not None]
    if len(reads) < len(old) or len(writes) < len(new) or not reads or not writes:
        return False
    first = writes[0]
    parts = first.index if isinstance(first.index, tuple) else (first.index,)
    if not first.writes or sorted(map(str, parts)) != sorted(first.inside):
        return False
    alike = all((a.index, a.inside) == (first.index, first.inside) for a in (*reads, *writes))
    return alike and not any(a.writes or a.order > first.order for a in reads)
