"""Array statements as nests of loops; neighbours of one space are one nest.

Before::

    t = k * x[1:]
    y = t + b
    s = np.sum(y * y)

After::

    s = 0.0
    for i in range(n - 1):
        y_i = k * x[i + 1] + b[i]
        s += y_i * y_i

An array that is read outside of its nest is made, and filled by it. What is not the same for each
element (products, gathers, sizes of which nothing is known) stays as it is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import HOLDERS
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, Let, Operand, Statement
from srcgrad.loopform import EACH
from srcgrad.loopform.accesses import Access, Member, Through
from srcgrad.loopform.filling import INDICES
from srcgrad.loopform.groups import Group, Places, uses
from srcgrad.loopform.members import (
    EXTREMA,
    GATHERED,
    PRODUCTS,
    REDUCED,
    Members,
)
from srcgrad.loopform.sizes import Sizes, after_heading
from srcgrad.loopform.views import Along, Fixed, Views, subscript
from srcgrad.optimize.dead import eliminate
from srcgrad.optimize.simplify import simplify
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.operation import OPS


def nests(function: Function, names: Names) -> Function:
    """The function with nests of loops for what is elementwise."""
    found = _Nests(function, names)
    body = found.block(function.body)
    function = replace(function, body=after_heading(body, found.sizes.lines()))
    return eliminate(simplify(function, names))


class _Nests:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.views = Views(function)
        self.members = Members(function, names, self.views)
        self.places = Places(self.views.bounds)
        self.sizes = Sizes(function, names)
        self.count = Counter(ir.all_uses(function.body))
        self.count.update(ir.names(function.result))
        self.spread: dict[str, Operand] = {}  # arrays of which all elements are one number
        for s in ir.walk(function.body):
            if isinstance(s, Let) and s.target is not None and not self.alias.is_buffer(s.target):
                if s.op == "unreduce" and self.members.number(s.args[0]):
                    self.spread[s.target] = s.args[0]
                elif s.op == "np.ones" and names.kinds[s.target].dtype == "float64":
                    self.spread[s.target] = Const(1.0)

    # --- which statements go together -------------------------------------------------------

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        tested = dict(self.members.tested)
        group = self.group(block)
        queue = deque(block)
        while queue or group.members:
            if not queue:
                result += self.emitted(group)
                queue, group = deque(group.after), group.another()
                continue
            statement = queue.popleft()
            if isinstance(statement, Let):
                statement = self.sizes.looked_at(statement)
            member = self.members.member(statement) if isinstance(statement, Let) else None
            if member is not None and self.joins(member, group):
                group.add(member)
            elif member is None and isinstance(statement, Let) and self.passes(statement, group):
                later = statement.op == "push"
                (group.after if later else group.before).append(statement)
            elif isinstance(statement, Let) and (
                self.waits(member, group) if member is not None else self.follows(statement, group)
            ):
                group.waiting.add(str(statement.target))
                group.after.append(statement)
            elif group.members:
                moved = [] if member is None else group.release(member)
                result += self.emitted(group)
                queue.extendleft(reversed((*group.after, *(item.let for item in moved), statement)))
                group = group.another()
            else:
                result.append(ir.map_blocks(statement, self.block))
        self.members.tested = tested
        return tuple(result)

    def joins(self, member: Member, group: Group) -> bool:
        """Whether a statement may become part of a nest, before those that wait for its end."""
        if not group.accepts(member) or group.waiting & set(ir.names(member.let.args)):
            return False
        if member.write is None:
            return True
        waiting = (name for s in group.after for name in ir.uses(s))
        return self.alias.root(member.write.base) not in map(self.alias.root, waiting)

    def waits(self, member: Member, group: Group) -> bool:
        """Whether a statement over other elements may stand after a nest that still grows."""
        return bool(group.members) and (
            member.sort != "store" and member.space != group.members[0].space
        )

    def follows(self, let: Let, group: Group) -> bool:
        """Whether a number comes of what a nest sums up: it may stand after more of the nest."""
        given = ir.names(let.args)
        if let.target is None or OPS[let.op].effect or OPS[let.op].foreign:
            return False
        numbers = all(self.names.kinds[name].immutable for name in (let.target, *given))
        return numbers and not (group.results | group.waiting).isdisjoint(given)

    def group(self, block: Block) -> Group:
        """A group of statements of a block, as yet without any."""
        lets = [s for s in block if isinstance(s, Let) and s.target is not None]
        fresh = (str(s.target) for s in lets if OPS[s.op].new and OPS[s.op].rule is None)
        made = (name for s in block for name in ir.defined(s))
        return Group(self.alias, self.places, self.count, frozenset(fresh), frozenset(made))

    def passes(self, let: Let, group: Group) -> bool:
        """Whether a statement may run before a nest that stands in front of it, or after it."""
        if not group.members:
            return False
        if let.op == "push":
            return True
        if group.waiting & set(ir.names(let.args)):
            return False
        op = OPS[let.op]
        checks = op.asserts and bool(op.shape_only)
        if op.foreign or (op.effect and let.op != "pop" and not checks):
            return False
        if group.after and any(self.names.kinds[n].base in HOLDERS for n in ir.names(let.args)):
            return False
        if (let.target is None and not checks) or (group.values | group.results) & set(
            ir.names(let.args)
        ):
            return False
        read = {self.alias.root(name) for name in content_reads(let, self.function)}
        if let.op == "getitem" and self.names.kinds[str(let.target)].base != "array":
            read.add(self.alias.root(let.args[0]))
        return not read & {self.alias.root(access.base) for access in group.writes}

    # --- the nests --------------------------------------------------------------------------

    def emitted(self, group: Group) -> list[Statement]:
        """A nest, and what stands before it."""
        first = group.members[0]
        if len(group.members) == 1 and OPS[first.let.op].copies:
            return [*group.before, first.let]
        return [*group.before, *_Nest(self, group).statements()]


class _Nest:
    """One nest, as it is written."""

    def __init__(self, nests: _Nests, group: Group) -> None:
        self.names, self.sizes, self.group, self.nests = nests.names, nests.sizes, group, nests
        self.space = group.members[0].space
        self.b = Builder(self.names, group.members[0].let.adjoint)
        inner = uses(group.members)
        self.kept = {name for name in group.values if nests.count[name] > inner[name]}
        self.at: list[Operand] = []  # the variables of the loops
        self.elements: dict[str, Operand] = {}  # of the arrays of the group, the element at hand
        self.ends: list[Operand] = []

    def statements(self) -> list[Statement]:
        first = self.group.members[0].let
        self.about(first)
        self.ends = [self.sizes.end(dim, k, self.group, self.b) for k, dim in enumerate(self.space)]
        for member in self.group.members:
            self.about(member.let)
            summed = member.sort in REDUCED and self.is_array(member)
            if summed or member.sort in GATHERED or member.let.target in self.kept:
                self.made(member)
        self.about(first)
        self.level(0, {})
        return list(self.b.take())

    def about(self, let: Let) -> None:
        self.b.origin, self.b.adjoint, self.b.site = let.origin, let.adjoint, let.site

    def made(self, member: Member) -> None:
        """The array that a nest fills."""
        target = str(member.let.target)
        kind = self.names.kinds[target]
        lengths = {k: self.sizes.length(self.ends[k], self.b) for k in member.axes}
        full = len(kind.shape or ()) == len(self.space)
        axes = range(len(self.space)) if full else member.axes
        shape = tuple(lengths.get(k, Const(1)) for k in axes)
        op = "np.zeros" if member.sort == "sums" else "np.empty"
        args: tuple[Any, ...] = (shape, dtype_operand(kind.dtype))
        if member.sort == "extrema":
            self.check_some(end for k, end in enumerate(self.ends) if k not in member.axes)
            op, args = "np.full", (shape, Const(below(member)), args[1])
        self.b.add(replace(member.let, op=op, args=args))

    def level(self, depth: int, totals: dict[str, Operand]) -> dict[str, Operand]:
        """The loop at a depth; ``totals`` are the sums so far; those after it."""
        if depth == len(self.ends):
            return self.body(totals)
        if self.space[depth] == 1 and not self.begun(depth):
            self.at.append(Const(0))
            totals = self.level(depth + 1, totals)
            self.at.pop()
            return totals
        begun = self.begun(depth)
        totals = {**totals, **{str(m.let.target): self.start(m) for m in begun}}
        var = self.names.fresh(INDICES[depth % 4], kinds.INT)
        self.at.append(var)
        phis: dict[str, Operand] = {name: self.total(name) for name in totals}
        outs: dict[str, Operand] = {name: self.total(name) for name in totals}
        outs.update((str(m.let.target),) * 2 for m in begun if self.is_total(m))
        origin, adjoint = self.b.origin, self.b.adjoint
        with self.b.nested() as nested:
            nexts = self.level(depth + 1, phis)
        self.b.origin, self.b.adjoint = origin, adjoint
        carries = tuple(Carry(str(phis[n]), totals[n], nexts[n], str(outs[n])) for n in totals)
        loop = For(var, Const(0), self.ends[depth], Const(1), carries, nested.block, origin)
        self.b.add(replace(loop, adjoint=adjoint, label=EACH))
        self.at.pop()
        for member in begun:
            if member.sort == "extremum":
                self.check_some(self.ends[depth:])
            target = str(member.let.target)
            if self.is_array(member):
                self.b.effect("setitem", target, self.kept_place(member), outs.pop(target))
            elif not self.is_total(member):
                dtype = np.dtype(self.names.kinds[target].dtype)
                args = (outs.pop(target), Const(dtype))
                self.b.add(replace(member.let, op="astype", args=args))
        return outs

    def begun(self, depth: int) -> list[Member]:
        """The reductions that begin with the loop at a depth."""
        return [m for m in self.group.members if m.sort in REDUCED and len(m.axes) == depth]

    def start(self, member: Member) -> Operand:
        """What a reduction begins with: no element, so that it may join the loop that makes them."""
        return Const(0.0 if member.sort == "sum" else below(member))

    def check_some(self, ends: Iterable[Operand]) -> None:
        """Of no elements, there is no extremum."""
        for end in ends:
            if not isinstance(end, Const) or end.value <= 0:
                self.b.effect("check_some", end)

    def is_total(self, member: Member) -> bool:
        """Whether a sum is a number of double precision, in which all are summed up."""
        return not self.is_array(member) and (
            self.names.kinds[str(member.let.target)].dtype == "float64"
        )

    def is_array(self, member: Member) -> bool:
        return self.names.kinds[str(member.let.target)].base == "array"

    def total(self, name: str) -> str:
        return self.names.fresh(ir.base(name), kinds.scalar("float64"))

    def kept_place(self, member: Member) -> Any:
        """Where a nest stores what it sums up."""
        shape = self.names.kinds[str(member.let.target)].shape or ()
        full = len(shape) == len(self.space)
        return subscript(
            self.at[k] if k in member.axes else Const(0)
            for k in range(len(self.space))
            if k in member.axes or full
        )

    def body(self, totals: dict[str, Operand]) -> dict[str, Operand]:
        totals = dict(totals)
        for member in self.group.members:
            self.about(member.let)
            self.run(member, totals)
        return totals

    def run(self, member: Member, sums: dict[str, Any]) -> None:
        """A member at one element."""
        let, target = member.let, member.let.target
        if member.sort == "store":
            assert member.write is not None
            value = self.operand(let.args[2], member)
            op = "setitem" if let.op == "setitem" else "additem"
            self.b.effect(op, member.write.base, self.index(member.write), value)
        elif member.sort == "value":
            value = self.value(member)
            if isinstance(value, str) or target not in self.kept:
                self.elements[str(target)] = value
            if target in self.kept:
                self.b.effect("setitem", target, subscript(self.at), value)
        else:
            value = self.summand(member)
            if member.sort in REDUCED:
                name, op = str(target), EXTREMA.get(let.op, "plus")
                sums[name] = self.b.emit(op, sums[name], value, kind=kinds.scalar("float64"))
            elif member.sort == "sums":
                self.b.effect("additem", target, self.kept_place(member), value)
            else:
                place, kind = self.kept_place(member), kinds.scalar("float64")
                old = self.b.emit("getitem", target, place, kind=kind)
                new = self.b.emit(EXTREMA[let.op], old, value, kind=kind)
                self.b.effect("setitem", target, place, new)

    def value(self, member: Member) -> Operand:
        """The element of a new array."""
        let = member.let
        if OPS[let.op].copies or let.op in ("unreduce", "getitem"):
            return self.operand(let.args[0], member)
        args = [self.operand(arg, member) for arg in let.args]
        dtype = self.names.kinds[str(let.target)].dtype
        if let.op == "np.where":
            args[1:] = [number(arg, dtype) for arg in args[1:]]
        name = {"np.where": "either", "np.outer": "mul"}.get(let.op, let.op)
        found = self.b.emit(name, *args, base=ir.base(str(let.target)), kind=kinds.scalar(dtype))
        if let.target in self.names.picked:
            self.names.picked.add(str(found))
        return found

    def summand(self, member: Member) -> Operand:
        let = member.let
        if let.op != "inner" and OPS[let.op].check not in PRODUCTS:
            return self.operand(let.args[0], member)
        factors = [self.operand(arg, member) for arg in let.args]
        dtype = self.names.kinds[str(let.target)].dtype
        return self.b.emit("mul", *factors, kind=kinds.scalar(dtype))

    def operand(self, arg: Operand, member: Member) -> Operand:
        """An operand at the element at hand."""
        access = member.reads.get(arg) if isinstance(arg, str) else None
        if access is None:
            return arg
        return self.element(access, kinds.scalar(self.names.kinds[access.base].dtype))

    def element(self, access: Access, kind: Kind) -> Operand:
        if access.base in self.elements:
            return self.elements[access.base]
        if access.base in self.nests.spread:
            return self.nests.spread[access.base]
        return self.b.emit("getitem", access.base, self.index(access), kind=kind)

    def index(self, access: Access) -> Any:
        return subscript(map(self.place, access.parts))

    def place(self, part: Fixed | Along | Through) -> Operand:
        if isinstance(part, Fixed):
            return part.at
        if isinstance(part, Through):
            return self.element(part.index, kinds.INT)
        place: Operand = self.at[part.axis]
        if part.step != 1:
            place = self.b.emit("mul", Const(part.step), place, kind=kinds.INT)
        if part.by:
            place = self.b.emit("add", part.by, place, kind=kinds.INT)
        if part.start:
            place = self.b.emit("add", place, Const(part.start), kind=kinds.INT)
        return place


def below(member: Member) -> float:
    """What is beyond no element of an extremum."""
    return -np.inf * OPS[EXTREMA[member.let.op]].extreme


def number(arg: Operand, dtype: str | None) -> Operand:
    """A constant as a number of a dtype."""
    if isinstance(arg, Const) and type(arg.value) in (bool, int, float):
        value = np.dtype(dtype).type(arg.value)
        return Const(value.item() if dtype in ("float64", "int64", "bool") else value)
    return arg
