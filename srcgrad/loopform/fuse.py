"""Neighbouring nests along one outer loop as one; what only its iterations use is a row, or a number.

Before::

    e = np.empty((n, m))
    t = np.empty(n)
    for i in range(n):
        s = 0.0
        for j in range(m):
            e[i, j] = np.exp(x[i, j])
            s += e[i, j]
        t[i] = s
    for i in range(n):
        for j in range(m):
            y[i, j] = e[i, j] / t[i]

After::

    e = np.empty(m)
    for i in range(n):
        s = 0.0
        for j in range(m):
            e[j] = np.exp(x[i, j])
            s += e[j]
        for j in range(m):
            y[i, j] = e[j] / s
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import BOTH, is_mark
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform import EACH
from srcgrad.loopform.copies import Copies, is_copy
from srcgrad.loopform.views import subscript
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.simplify import simplify
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

WHOLE = ("tuple", "slice")  # what nothing is stored into
ELEMENTS = ("getitem", "setitem", "additem")


@dataclass(frozen=True)
class Element:
    """A read, or a store, of one element of an array."""

    let: Let
    base: str
    at: tuple[Operand, ...]

    @property
    def stores(self) -> bool:
        return self.let.target is None


def fused(function: Function, names: Names) -> Function:
    """The function with nests fused, and their temporaries contracted."""
    found = Fusing(function, names)
    body = found.block(function.body)
    function = replace(function, body=body)
    function = replace(function, body=_Rows(function, names).block(body))
    function = replace(function, body=_Known(function, names).block(function.body))
    return eliminate(simplify(function, names))


class Fusing:
    """Neighbouring loops of a function, as one."""

    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.fresh: set[str] = set()  # arrays that share memory with no other, here
        self.copies = Copies(function, names)

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            result.append(ir.map_blocks(statement, self.block))
            while self.last_joined(result):
                pass
        return ir.as_block(result, block)

    def last_joined(self, block: list[Statement]) -> bool:
        """Let the last statement and a nest before it be one, where they may."""
        then = block[-1]
        if not isinstance(then, For) or not is_each(then):
            return False
        self.fresh = fresh(block)
        for at in reversed(range(len(block) - 1)):
            made, first = self.copies.nest(block[at], then)
            if not isinstance(first, For) or not self.may_join(first, then):
                continue
            parts = self.around(first, block[at + 1 : -1], then)
            if parts is None:
                continue
            before, after = parts
            block[at:] = [*made, *map(in_both, before), self.as_one(first, then), *after]
            return True
        return False

    def around(
        self, first: For, between: list[Statement], then: For
    ) -> tuple[list[Statement], list[Statement]] | None:
        """What stands between two loops as what runs before both, and what runs after them."""
        before: list[Statement] = []
        after: list[Statement] = []
        stored = {self.alias.root(e.base) for e in elements(first.body, self.names) or ()}
        for s in between:
            early = self.independent(first, s) if is_each(s) else self.may_precede(s, first, stored)
            if early and all(self.independent(other, s) for other in after):
                before.append(s)
            elif isinstance(s, (For, Let)) and self.independent(s, then):
                after.append(s)
            else:
                return None
        return before, after

    def independent(self, a: Statement, b: Statement) -> bool:
        """Whether two loops may run in either order."""
        if {*ir.defined(a)} & {*ir.all_uses((b,))} or {*ir.defined(b)} & {*ir.all_uses((a,))}:
            return False
        found = elements((a,), self.names), elements((b,), self.names)
        if found[0] is None or found[1] is None:
            return False
        if any(isinstance(s, Let) and OPS[s.op].asserts for s in ir.walk((a, b))):
            return False
        one, other = self.by_root(found[0]), self.by_root(found[1])
        common = one.keys() & other.keys()
        return not any(e.stores for root in common for e in (*one[root], *other[root]))

    def may_join(self, first: For, then: For) -> bool:
        """Whether two loops side by side may be one."""
        if not (is_each(first) and first.stop == then.stop and self.deep(first, then)):
            return False
        return self.meet_in_iterations(first, then, ())

    def meet_in_iterations(self, first: For, then: For, between: Iterable[Statement]) -> bool:
        """Whether a loop needs of another, and of what stands between, the same iteration alone."""
        if {*ir.defined(first)} & {*ir.all_uses((then,))}:
            return False
        before, after = elements(first.body, self.names), elements(then.body, self.names)
        if before is None or after is None:
            return False
        stored = {self.alias.root(e.base) for e in before if e.stores}
        if not all(self.may_precede(s, first, stored) for s in between):
            return False
        return self.iterations_apart(first, before, then, after)

    def as_one(self, first: For, then: For) -> For:
        moved = tuple(ir.map_operands(s, {then.var: first.var}) for s in then.body)
        carries = tuple(
            replace(c, next=ir.rename(c.next, {then.var: first.var})) for c in then.carries
        )
        body = self.block((*first.body, *moved))
        return replace(first, carries=(*first.carries, *carries), body=body)

    def deep(self, *loops: For) -> bool:
        """Whether there are loops inside: those that are innermost were grouped with care."""
        return any(isinstance(s, For) for loop in loops for s in loop.body)

    def may_precede(self, statement: Statement, loop: For, stored: set[str]) -> bool:
        """Whether a statement has no effect, and needs nothing of a loop, which has ``stored``."""
        if is_mark(statement):
            return True
        if {*ir.defined(loop)} & {*ir.uses(statement)}:
            return False
        if not isinstance(statement, Let) or statement.target is None:
            return False
        op = OPS[statement.op]
        if op.effect or op.foreign:
            return False
        read = [
            name
            for name in content_reads(statement, self.function)
            if not (self.names.kinds[name].immutable or self.names.kinds[name].base in WHOLE)
        ]
        if not read or not statement.adjoint:  # what the function itself does may raise
            return not read
        return stored.isdisjoint(map(self.alias.root, read))

    def iterations_apart(
        self, first: For, before: list[Element], then: For, after: list[Element]
    ) -> bool:
        """Whether the elements of two loops meet in the same iteration, and nowhere else."""
        shared = False
        by_root = self.by_root(before), self.by_root(after)
        for root in by_root[0].keys() & by_root[1].keys():
            earlier, later = by_root[0][root], by_root[1][root]
            apart = len({e.base for e in (*earlier, *later)}) == 1 and bool(
                axes_along(earlier, first.var) & axes_along(later, then.var)
            )
            if not apart and any(e.stores for e in (*earlier, *later)):
                return False
            shared = shared or apart
        return shared

    def by_root(self, found: Iterable[Element]) -> dict[str, list[Element]]:
        result: dict[str, list[Element]] = defaultdict(list)
        for element in found:
            known = element.base in self.fresh
            result[element.base if known else self.alias.root(element.base)].append(element)
        return result


class _Rows:
    """Arrays of which an iteration reads what it stored itself, without that axis."""

    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.count = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))

    def block(self, block: Block) -> Block:
        made: dict[str, int] = {}
        result = list(block)
        for at, statement in enumerate(block):
            if isinstance(statement, Let) and statement.op == "np.empty":
                made[str(statement.target)] = at
            elif isinstance(statement, For) and is_each(statement):
                result[at] = self.contracted(statement, made, result)
            else:
                result[at] = ir.map_blocks(statement, self.block)
        return ir.as_block(result, block)

    def contracted(self, loop: For, made: dict[str, int], block: list[Statement]) -> For:
        uses: dict[str, list[Element]] = defaultdict(list)
        for element in elements(loop.body, self.names) or ():
            uses[element.base].append(element)
        places = {loop.var, *(s.var for s in ir.walk(loop.body) if isinstance(s, For))}
        for name, accesses in uses.items():
            if name not in made or len(accesses) != self.count[name]:
                continue
            shape = self.names.kinds[name].shape or ()
            gone = set().union(*(axes_along(accesses, place) for place in places))
            gone |= {k for k in axes_along(accesses, Const(0)) if shape[k] == 1}
            if gone and len(gone) < len(shape):
                block[made[name]] = self.row(block[made[name]], gone)
                loop = replace(loop, body=without_axes(loop.body, name, gone))
        return loop

    def row(self, let: Statement, gone: set[int]) -> Let:
        """The allocation of an array without some of its axes."""
        assert isinstance(let, Let)
        shape, *rest = let.args
        kind = self.names.kinds[str(let.target)]
        left = [k for k in range(len(kind.shape or ())) if k not in gone]
        sizes = shape.value if isinstance(shape, Const) else shape
        kept = tuple(sizes[k] for k in left)
        dims = tuple((kind.shape or ())[k] for k in left)
        self.names.kinds[str(let.target)] = replace(kind, shape=dims)
        return replace(let, args=(Const(kept) if isinstance(shape, Const) else kept, *rest))


class _Known:
    """Elements that an iteration has stored are not read again."""

    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.alias = aliases(function, strict=False)
        self.table: dict[str, Operand] = {}

    def block(self, block: Block) -> Block:
        return ir.as_block(map(self.statement, block), block)

    def statement(self, statement: Statement) -> Statement:
        if is_each(statement):
            return ir.map_blocks(statement, lambda block: self.within(block, {}))
        return ir.map_blocks(statement, self.block)

    def within(self, block: Block, known: dict[tuple[Any, ...], Operand]) -> Block:
        """A block of a nest; ``known`` are the elements stored before it."""
        result: list[Statement] = []
        for old in block:
            s = ir.map_operands(old, self.table)
            if not isinstance(s, Let):
                known = self.without(known, [x for x in ir.walk((s,)) if isinstance(x, Let)])
                result.append(ir.map_blocks(s, lambda b, known=known: self.within(b, {**known})))
                continue
            if s.op == "getitem" and s.args[:2] in known:
                self.table[str(s.target)] = known[s.args[:2]]
                continue
            known = self.without(known, [s])
            if s.op == "setitem":
                array, value = self.names.kinds[s.args[0]], self.names.kind(s.args[2])
                if array.dtype == value.dtype and value.immutable:
                    known[s.args[:2]] = s.args[2]
            result.append(s)
        return tuple(result)

    def without(
        self, known: dict[tuple[Any, ...], Operand], lets: Iterable[Let]
    ) -> dict[tuple[Any, ...], Operand]:
        """The elements that are known after statements."""
        stored = {self.alias.root(let.args[0]) for let in lets if let.op in ir.STORES}
        if not stored:
            return known
        return {e: v for e, v in known.items() if self.alias.root(e[0]) not in stored}


def fresh(block: Iterable[Statement]) -> set[str]:
    """The arrays that a block has allocated and that nothing else in it can be a part of."""
    made, used = set(), set()
    for s in block:
        if isinstance(s, Let) and (OPS[s.op].allocates or is_copy(s)):
            made.add(str(s.target))
        elif not is_each(s):
            used.update(ir.all_uses((s,)))
    return made - used


def in_both(statement: Statement) -> Statement:
    """A heading between two loops, where they have become one."""
    if is_mark(statement):
        return ir.with_args(statement, (BOTH,))
    return statement


def is_each(statement: Statement) -> bool:
    return isinstance(statement, For) and statement.label == EACH


def elements(block: Block, names: Names) -> list[Element] | None:
    """All that a loop reads and stores; None if it does something else with an array."""
    found: list[Element] = []
    for s in ir.walk(block):
        if not isinstance(s, Let):
            continue
        base = s.args[0] if s.args else None
        if s.op in ELEMENTS and isinstance(base, str) and names.kinds[base].base == "array":
            at = operands_of(s.args[1])
            single = all(names.kind(part).base == "int" for part in at)
            if not single or len(at) != names.kinds[base].ndim:
                return None
            found.append(Element(s, base, at))
        elif not reads_numbers(s, names):
            return None
        if OPS[s.op].effect and not (OPS[s.op].asserts or s.op in ELEMENTS):
            return None
    return found


def reads_numbers(let: Let, names: Names) -> bool:
    """Whether all that a statement reads are numbers, and shapes."""
    op = OPS[let.op]
    read = (a for p, a in zip(op.params, let.args, strict=True) if p.name not in op.shape_only)
    return all(names.kind(name).immutable for name in ir.names(tuple(read)))


def axes_along(found: Iterable[Element], place: Operand) -> set[int]:
    """The axes of an array along which all accesses are at one place."""
    axes = [{k for k, at in enumerate(element.at) if at == place} for element in found]
    return set.intersection(*axes) if axes else set()


def without_axes(block: Block, name: str, gone: set[int]) -> Block:
    """A block with subscripts of an array that has lost axes."""

    def visit(block: Block) -> Block:
        return tuple(changed(s) for s in block)

    def changed(s: Statement) -> Statement:
        if not isinstance(s, Let):
            return ir.map_blocks(s, visit)
        if s.op not in ELEMENTS or s.args[0] != name:
            return s
        at = enumerate(operands_of(s.args[1]))
        left = subscript(part for k, part in at if k not in gone)
        return replace(s, args=(name, left, *s.args[2:]))

    return visit(block)
