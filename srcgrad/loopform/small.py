"""Arrays of a few elements, of which only elements are read and stored, as numbers.

Before::

    p = np.empty((3,))
    t = 0.0
    for i in range(3):
        p[i] = x[i] - c[i]
        t += p[i] ** 2
    y = p[2] / t

After::

    p = x[0] - c[0]
    t = 0.0 + p ** 2
    p0 = x[1] - c[1]
    ...
    y = p1 / t1

The loops along them are unrolled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform import EACH
from srcgrad.loopform.fuse import ELEMENTS, Element
from srcgrad.optimize.dead import eliminate
from srcgrad.rules.builder import Names, dtype_operand
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

MOST = 4  # elements of an array, and iterations of a loop
REAL = ("float64", "float32")
Place = tuple[int, ...]


def numbers_for_arrays(function: Function, names: Names) -> Function:
    """The function with numbers in the place of small arrays."""
    found = _Small(function, names)
    body = found.block(function.body)
    if not found.replaced:
        return function
    result = ir.rename(function.result, found.table)
    return eliminate(replace(function, body=body, result=result))


class _Unset(Exception):
    """An element is read before it is stored, or it is not known which one."""


class _Small:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.count = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))
        self.table: dict[str, Operand] = {}
        self.replaced = False

    def block(self, block: Block) -> Block:
        block = self.with_shapes(block)
        chosen = self.chosen(block)
        while chosen:
            before = dict(self.table)
            try:
                block = _Unrolled(self, chosen).block(block)
                self.replaced = True
                break
            except _Unset as unset:
                self.table = before
                chosen = chosen - {unset.args[0]}
        result = (ir.map_blocks(ir.map_operands(s, self.table), self.block) for s in block)
        return ir.as_block((ir.map_operands(s, self.table) for s in result), block)

    def with_shapes(self, block: Block) -> Block:
        """A block in which ``zeros_like`` of a small array it makes does not read it."""
        made: set[str] = set()
        result = list(block)
        for at, s in enumerate(block):
            if not isinstance(s, Let) or s.target is None:
                continue
            zeros = s.op == "np.zeros_like" and s.args == OPS[s.op].complete(s.args[:1])
            if zeros and s.args[0] in made:
                kind = self.names.kinds[s.target]
                self.count[s.args[0]] -= 1
                args = OPS["np.zeros"].complete((Const(kind.shape), dtype_operand(kind.dtype)))
                result[at] = s = replace(s, op="np.zeros", args=args)
            if is_small(s):
                made.add(str(s.target))
        return ir.as_block(result, block)

    def chosen(self, block: Block) -> frozenset[str]:
        """The small arrays that a block makes, if it and its short loops alone use them."""
        found = [s for s in block if isinstance(s, Let) and is_small(s)]
        made = {str(s.target) for s in found if self.names.kinds[str(s.target)].dtype in REAL}
        uses: Counter[str] = Counter()
        for let in straight(block):
            access = accessed(let)
            if access is not None and access.base in made:
                uses[access.base] += 1
        return frozenset(name for name in made if uses[name] == self.count[name])


class _Unrolled:
    """A block in which some arrays are numbers."""

    def __init__(self, small: _Small, chosen: frozenset[str]) -> None:
        self.names, self.table, self.chosen = small.names, small.table, chosen
        self.values: dict[tuple[str, Place], Operand] = {}
        self.blank: dict[str, Operand | None] = {}  # the elements that nothing is stored into
        self.sums: set[str] = set()  # of a few terms, in their order
        self.result: list[Statement] = []

    def block(self, block: Block) -> Block:
        for statement in block:
            self.statement(ir.map_operands(statement, self.table))
        return tuple(self.result)

    def statement(self, s: Statement) -> None:
        if isinstance(s, For) and is_short(s) and self.touches(s):
            self.unrolled(s)
        elif not isinstance(s, Let):
            self.result.append(s)
        elif s.target in self.chosen:
            self.blank[s.target] = self.first_value(s)
        elif (access := accessed(s)) is not None and access.base in self.chosen:
            self.element(access)
        else:
            self.single(s)

    def single(self, let: Let) -> None:
        """A statement that is no access to a small array."""
        found = OPS[let.op].fold(let.args) if let.target and OPS[let.op].foldable else None
        if let.op == "plus" and (isinstance(let.args[0], Const) or let.args[0] in self.sums):
            total, term = let.args
            let = replace(let, op="add")
            if total == Const(0.0) and self.names.kind(term).dtype == "float64":
                found = term
            self.sums.update(ir.names((found or let.target,)))
        if found is not None:
            self.table[str(let.target)] = found
        else:
            self.result.append(let)

    def touches(self, loop: For) -> bool:
        return not self.chosen.isdisjoint(ir.all_uses((loop,)))

    def unrolled(self, loop: For) -> None:
        """The iterations of a loop, one after the other."""
        inside = [n for s in ir.walk(loop.body) for n in (*ir.defined(s), *ir.local(s))]
        now: dict[str, Operand] = {c.phi: c.init for c in loop.carries if c.init is not None}
        assert isinstance(loop.stop, Const)
        for k in range(loop.stop.value):
            fresh: dict[str, Any] = {
                n: self.names.fresh(ir.base(n), self.names.kinds[n]) for n in inside
            }
            fresh.update(now)
            fresh[loop.var] = Const(k)
            for s in loop.body:
                self.statement(ir.map_operands(ir.rename_all(s, fresh), self.table))
            nexts = {c.phi: ir.rename(c.next, fresh) for c in loop.carries}
            now = {phi: ir.rename(value, self.table) for phi, value in nexts.items()}
        self.table.update((c.out, now[c.phi]) for c in loop.carries)

    def element(self, access: Element) -> None:
        let = access.let
        place = access.base, self.place_of(access)
        old = self.values.get(place, self.blank[access.base])
        if let.op != "setitem" and old is None:
            raise _Unset(access.base)
        if let.op == "getitem":
            self.table[str(let.target)] = old  # type: ignore[assignment]
            return
        dtype = self.names.kinds[access.base].dtype
        value = self.number(let.args[2], access.base)
        if let.op == "additem":
            target = self.names.fresh(ir.base(access.base), kinds.scalar(dtype))
            self.result.append(replace(let, target=target, op="add", args=(old, value)))
            value = target
        self.values[place] = value

    def first_value(self, let: Let) -> Operand | None:
        """What all elements of a new array are; None if that is anything."""
        if let.op == "np.empty":
            return None
        value = let.args[1] if let.op == "np.full" else Const(0.0)
        return self.number(value, str(let.target))

    def number(self, value: Operand, array: str) -> Operand:
        """A number as an array holds it; raises ``_Unset`` if it would have to be converted."""
        dtype = self.names.kinds[array].dtype
        if isinstance(value, Const):
            found = np.dtype(dtype).type(value.value)
            return Const(found.item() if dtype == "float64" else found)
        kind = self.names.kinds[value]
        if not kind.immutable or kind.dtype != dtype:
            raise _Unset(array)
        return value

    def place_of(self, access: Element) -> Place:
        """The numbers of an element; raises ``_Unset`` if they are not known, or not in range."""
        shape = self.names.kinds[access.base].shape or ()
        parts = [part.value if isinstance(part, Const) else None for part in access.at]
        at = tuple(part for part in parts if type(part) is int)
        if len(at) == len(parts) == len(shape):
            if all(isinstance(n, int) and 0 <= k < n for k, n in zip(at, shape, strict=True)):
                return at
        raise _Unset(access.base)


def straight(block: Block) -> Iterator[Let]:
    """The single statements of a block, and of short loops in it."""
    for s in block:
        if isinstance(s, Let):
            yield s
        elif isinstance(s, For) and is_short(s):
            yield from straight(s.body)


def is_short(loop: For) -> bool:
    """Whether a loop of a nest has few iterations, and how many is known."""
    if loop.label != EACH or loop.start != Const(0) or loop.step != Const(1):
        return False
    stop = loop.stop.value if isinstance(loop.stop, Const) else None
    return isinstance(stop, int) and stop <= MOST


def is_small(let: Let) -> bool:
    """Whether a statement makes a new array of few elements, and how many is known."""
    if let.op not in ("np.empty", "np.zeros", "np.full") or let.target is None:
        return False
    shape = let.args[0].value if isinstance(let.args[0], Const) else let.args[0]
    if type(shape) is not tuple:
        return False
    sizes = [part.value if isinstance(part, Const) else part for part in shape]
    return all(type(n) is int for n in sizes) and 0 < prod(sizes) <= MOST


def accessed(let: Let) -> Element | None:
    """The element that a statement reads or stores."""
    if let.op not in ELEMENTS or not isinstance(let.args[0], str):
        return None
    return Element(let, let.args[0], operands_of(let.args[1]))
