"""Which loops have iterations that may run in any order, at the same time.

Nothing that one iteration stores may be read, or stored into, by another. Proven of

- an array whose elements are all taken at one place ``i + c`` of one axis, by the variable ``i``;
- an array that each iteration makes, or overwrites before it reads it: each thread has its own;
- a number, or an array, that is only added to: each thread has a sum of its own.

What may raise stays in order: that no subscript is out of range is a condition, tested beforehand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcgrad.analysis.alias import aliases, view_of
from srcgrad.analysis.bounds import bounds
from srcgrad.analysis.unsettled import unsettled
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, If, Let, Operand
from srcgrad.loopform.fuse import ELEMENTS, Element
from srcgrad.loopform.overwritten import Overwritten
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

SUMS = {"add": "add", "plus": "add", "sub": "add"}


@dataclass
class Plan:
    """How a loop is run by several threads."""

    loop: For
    totals: dict[str, str] = field(default_factory=dict)  # phi -> the operation that joins two
    summed: list[str] = field(default_factory=list)  # arrays that are only added to
    private: list[Let] = field(default_factory=list)  # what allocates arrays of each thread's own
    checks: list[Let] = field(default_factory=list)  # what must not raise


class Apart:
    """What is known of the loops of a function."""

    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.bounds = bounds(function)
        self.overwritten = Overwritten(function, self.bounds, unsettled(function))
        self.tangled = {  # arrays with views in which an element may stand twice
            self.alias.root(str(s.target))
            for s in ir.walk(function.body)
            if isinstance(s, Let) and s.op != "getitem" and self.is_doubtful(s)
        }
        self.users: dict[str, list[Let]] = defaultdict(list)
        for s in ir.walk(function.body):
            if isinstance(s, Let):
                for name in set(ir.names(s.args)):
                    self.users[name].append(s)
        self.count = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))

    def is_doubtful(self, let: Let) -> bool:
        view = view_of(let, self.names.kinds)
        return view is not None and not view[1]

    def plan(self, loop: For, fresh: Collection[str] = ()) -> Plan | None:
        """How threads share the iterations of a loop; None if they may not.

        ``fresh`` are arrays that were just allocated, in memory of their own.
        """
        if loop.step not in (Const(1), Const(-1)):
            return None
        plan = Plan(loop)
        found = self.elements(loop, plan)
        if found is None or not all(self.is_total(c, plan) for c in loop.carries):
            return None
        inside = made_in(loop.body)
        by_root: dict[str, list[Element]] = defaultdict(list)
        for element in found:
            if element.base not in inside:
                own = element.base in fresh
                by_root[element.base if own else self.alias.root(element.base)].append(element)
        for root, accesses in by_root.items():
            if any(e.stores for e in accesses) and not self.shared(root, accesses, plan):
                return None
        return plan

    # --- what an iteration does ---------------------------------------------------------------

    def elements(self, loop: For, plan: Plan) -> list[Element] | None:
        """All elements that iterations read and store; None if they do what threads may not."""
        found: list[Element] = []
        for s in ir.walk(loop.body):
            if not isinstance(s, Let):
                if not all(self.is_number(name) for name in (*ir.defined(s), *ir.local(s))):
                    return None
            elif s.op in ELEMENTS and self.is_array(s.args[0]):
                element = self.element(s)
                if element is None:
                    return None
                found.append(element)
            elif OPS[s.op].asserts:
                plan.checks.append(s)
            elif not (self.is_arithmetic(s) or self.reads_shape(s) or self.makes(s)):
                return None
        return found

    def element(self, let: Let) -> Element | None:
        base, at = let.args[0], operands_of(let.args[1])
        if len(at) != self.names.kinds[base].ndim:
            return None
        if not all(is_integer(self.names.kind(part)) for part in at):
            return None
        if let.target is None and not self.names.kind(let.args[2]).immutable:
            return None
        return Element(let, base, at)

    def is_array(self, operand: Any) -> bool:
        return isinstance(operand, str) and self.names.kinds[operand].base == "array"

    def is_number(self, name: str) -> bool:
        return self.names.kinds[name].immutable

    def is_arithmetic(self, let: Let) -> bool:
        """Whether a statement makes a number of numbers, and compiled code of it never raises."""
        op = OPS[let.op]
        if op.effect or op.kept or op.foreign or let.target is None:
            return False
        if not self.is_number(let.target):
            return False
        if let.op == "getitem":
            return self.names.kind(let.args[0]).base == "tuple" and isinstance(let.args[1], Const)
        if not all(self.is_number(name) for name in ir.names(let.args)):
            return False
        return op.total or op.on_elements or op.elementwise or op.cost <= 1

    def reads_shape(self, let: Let) -> bool:
        """Whether all that a statement reads of arrays is their shape."""
        op = OPS[let.op]
        if op.effect or op.foreign or let.target is None or not op.shape_only:
            return False
        read = {p.name for p in op.params} - set(op.shape_only)
        others = [a for p, a in zip(op.params, let.args, strict=True) if p.name in read]
        kind = self.names.kinds[let.target]
        return (kind.base == "tuple" or kind.immutable) and all(
            self.is_number(name) for name in ir.names(tuple(others))
        )

    def makes(self, let: Let) -> bool:
        """Whether a statement allocates an array."""
        plain = OPS[let.op].allocates and not OPS[let.op].effect
        return plain and all(self.is_number(name) for name in ir.names(let.args))

    # --- numbers that go round ----------------------------------------------------------------

    def is_total(self, carry: Carry, plan: Plan) -> bool:
        """Whether all that iterations do to a number is to add to it, or to raise it."""
        if not self.is_number(carry.phi) or self.names.kinds[carry.phi].dtype == "bool":
            return False
        uses: Counter[str] = Counter()
        joins: set[str] = set()
        if not self.follow(carry.phi, plan.loop.body, carry.next, uses, joins):
            return False
        read = Counter(ir.all_uses(plan.loop.body))
        read.update(name for c in plan.loop.carries for name in ir.names(c.next))
        if len(joins) != 1 or any(read[name] != uses[name] for name in uses):
            return False
        plan.totals[carry.phi] = joins.pop()
        return True

    def follow(
        self, total: str, block: Block, end: Any, uses: Counter[str], joins: set[str]
    ) -> bool:
        """Whether a block makes ``end`` of a total; ``uses`` are how often it is read for that."""
        for s in block:
            if isinstance(s, Let):
                if (s.op in SUMS or OPS[s.op].extreme) and self.joined(s, total):
                    uses[total] += 1
                    joins.add(SUMS.get(s.op, s.op))
                    total = str(s.target)
            elif isinstance(s, If):
                total = self.through(s, total, uses, joins)
            else:
                for c in s.carries:
                    if c.init == total:
                        uses[total] += 1
                        if not self.follow(c.phi, s.body, c.next, uses, joins):
                            return False
                        total = c.out
                        break
        uses[total] += 1
        return total == end

    def through(self, branch: If, total: str, uses: Counter[str], joins: set[str]) -> str:
        """A total after a branch: the merge of what either side makes of it."""
        for m in branch.merges:
            found: Counter[str] = Counter()
            ways: set[str] = set()
            sides = (branch.then, m.then), (branch.orelse, m.orelse)
            if all(self.follow(total, block, end, found, ways) for block, end in sides):
                uses.update(found)
                joins.update(ways)
                return m.out
        return total

    def joined(self, let: Let, total: str) -> bool:
        """Whether a statement adds something else to a total."""
        a, b = let.args[:2]
        return (a == total) != (b == total) and not (let.op == "sub" and b == total)

    # --- arrays -------------------------------------------------------------------------------

    def shared(self, root: str, accesses: list[Element], plan: Plan) -> bool:
        """Whether threads may store into an array, or into one of their own instead."""
        base = accesses[0].base
        if any(e.base != base for e in accesses) or root in self.tangled:
            return False
        if self.is_owned(accesses, plan.loop):
            return True
        let = self.overwritten.allocation(base, accesses, plan.loop)
        let = let or self.overwritten.zeros(base, plan.loop)
        if let is not None and self.is_scratch(base, plan.loop):
            plan.private.append(let)
            return True
        kind = self.names.kinds[base]
        if all(e.let.op == "additem" for e in accesses) and kind.dtype != "bool" and kind.shape:
            plan.summed.append(base)
            return True
        return False

    def is_owned(self, accesses: list[Element], loop: For) -> bool:
        """Whether each iteration has a row of an array to itself."""
        places = [{k: self.place(at, loop) for k, at in enumerate(e.at)} for e in accesses]
        return any(
            at is not None and all(found[k] == at for found in places)
            for k, at in places[0].items()
        )

    def place(self, at: Operand, loop: For) -> int | None:
        """The ``c`` of a place ``i + c``, which is not negative; ``i`` is the variable of a loop."""
        low = self.bounds.low(at)
        if low is None or low < 0:
            return None
        if at == loop.var:
            return 0
        made = self.bounds.made.get(at) if isinstance(at, str) else None
        name, more = self.bounds.shifted(made) if isinstance(made, Let) else (None, 0)
        return more if name == loop.var else None

    def is_scratch(self, base: str, loop: For) -> bool:
        """Whether nothing but a loop reads or stores the elements of an array that is allocated."""
        inside = {id(s) for s in ir.walk(loop.body)}
        users = self.users[base]
        if self.count[base] != sum(list(ir.names(s.args)).count(base) for s in users):
            return False  # it goes round a loop, or out of a branch, or is a result
        return all(id(s) in inside or reads_shape_of(s, base) for s in users)


def is_integer(kind: Kind) -> bool:
    return kind.immutable and kind.dtype is not None and np.dtype(kind.dtype).kind in "iu"


def reads_shape_of(let: Let, name: str) -> bool:
    """Whether all that a statement reads of an array is its shape."""
    op = OPS[let.op]
    if op.effect or op.foreign or let.target is None:
        return False
    others = (a for p, a in zip(op.params, let.args, strict=True) if p.name not in op.shape_only)
    return name not in ir.names(tuple(others))


def made_in(block: Block) -> set[str]:
    """The names that the statements of a block define, nested ones too."""
    found: set[str] = set()
    for s in ir.walk(block):
        found.update(ir.defined(s))
        found.update(ir.local(s))
    return found
