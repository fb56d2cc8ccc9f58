"""Common subexpressions, copies and identities, in one walk.

Before::

    a = b * y_bar
    c = 2 * a
    d = 2 * b
    e = d * y_bar
    f = c + e

After::

    d = 2 * b
    e = d * y_bar
    f = 2 * e

What reads an array that is written is common only while no store comes in between.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set
from dataclasses import replace
from types import NoneType
from typing import Any

from srcgrad.analysis.alias import aliases, view_of
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import (
    Block,
    Carry,
    Const,
    For,
    Function,
    If,
    Let,
    Merge,
    Operand,
    Statement,
    While,
)
from srcgrad.optimize import products
from srcgrad.optimize.identities import rewrite
from srcgrad.optimize.patterns import Definitions
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS

Table = dict[Any, str]
PLAIN = (int, float, str, tuple, slice, NoneType)


def simplify(function: Function, names: Names) -> Function:
    """The function with common subexpressions shared and identities applied."""
    return _Simplify(function, names).run()


class _Simplify:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.alias: Aliases = aliases(function, strict=False)
        self.b = Builder(names)
        self.table: dict[str, Operand] = {}
        self.epoch: dict[str, int] = defaultdict(int)
        uses = Counter(ir.all_uses(function.body))
        self.views: dict[str, Let] = {}  # what gives views of arrays that are written
        self.definitions = Definitions(uses, function)  # of what still has the value it was given
        self.changed = False
        self.readers: dict[str, set[str]] = defaultdict(set)  # class -> definitions that read it

    def run(self) -> Function:
        body = self.block(self.function.body, {})
        if not self.changed and not self.table:
            return self.function
        return replace(self.function, body=body, result=ir.rename(self.function.result, self.table))

    def written_in(self, block: Block) -> set[str]:
        return set().union(*(self.alias.changed(s) for s in ir.walk(block)))

    def bump(self, roots: Set[str]) -> None:
        for root in roots:
            self.epoch[root] += 1
            for name in self.readers.pop(root, ()):
                self.definitions.pop(name, None)

    def define(self, statement: Let, reads: set[str] | None = None) -> None:
        """Remember how a value was made, until a store changes what it was made of."""
        target = str(statement.target)
        if self.alias.is_buffer(target):
            self.views[target] = statement
            return
        self.definitions.add(target, statement)
        for root in self.reads(statement) if reads is None else reads:
            self.readers[root].add(target)

    def reads(self, statement: Let) -> set[str]:
        """The classes of written arrays that a statement reads elements of."""
        if not self.alias.written:
            return set()
        reached = map(self.alias.reach, content_reads(statement, self.function))
        return set().union(*reached) & self.alias.written

    def block(self, block: Block, known: Table) -> Block:
        with self.b.nested() as inner:
            for statement in block:
                self.statement(statement, known)
        return inner.block

    def rename(self, value: Any) -> Any:
        return ir.rename(value, self.table)

    def statement(self, statement: Statement, known: Table) -> None:
        if isinstance(statement, Let):
            self.let(statement, known)
        elif isinstance(statement, If):
            self.branch(statement, known)
        else:
            self.loop(statement, known)

    def let(self, statement: Let, known: Table) -> None:
        statement = ir.with_args(statement, self.rename(statement.args))
        target = statement.target
        if OPS[statement.op].compares and len(set(statement.args)) == 1:
            self.changed = True
            return  # these are one
        if target is None or OPS[statement.op].effect:
            if statement.op == "additem":
                given = statement
                statement = products.untransposed(given, self.views, self.definitions, self.b)
                self.changed = self.changed or statement is not given
            if OPS[statement.op].foreign:
                self.bump(set(self.alias.written))
            else:
                self.bump(self.alias.changed(statement))
            self.b.add(statement)
            return
        if not self.shareable(statement):
            if self.makes_new(statement):
                better = self.rewritten(statement)
                if isinstance(better, Let) and self.makes_new(better):
                    statement = better
            self.b.add(statement)
            self.define(statement)
            return
        if statement.op == "same":
            self.table[target] = statement.args[0]
            return
        new = self.rewritten(statement)
        if isinstance(new, str) and self.is_other_buffer(new, target):
            new = statement
        self.changed = self.changed or new is not statement
        if not isinstance(new, Let):
            self.table[target] = new
            return
        reads = self.reads(new)
        state = tuple(sorted((root, self.epoch[root]) for root in reads))
        key = (new.op, hashable(new.args), state)
        if key in known:
            self.table[target] = known[key]
            return
        known[key] = target
        self.define(new, reads)
        self.b.add(new)

    def rewritten(self, statement: Let) -> Let | Operand:
        """The simplest form of a statement; what it is made of is added before it."""
        self.b.origin, self.b.adjoint = statement.origin, statement.adjoint
        self.b.site = statement.site
        start = len(self.b.block)
        new = rewrite(statement, self.definitions, self.b)
        for extra in self.b.block[start:]:
            if isinstance(extra, Let) and self.definitions.pop(str(extra.target), None):  # type: ignore[arg-type]
                self.define(extra)
        return new

    def makes_new(self, statement: Let) -> bool:
        """Whether this is an operation that gives an array of its own."""
        return not OPS[statement.op].distinct and makes_new(statement, self.function.kinds)

    def shareable(self, statement: Let) -> bool:
        """Whether two evaluations give one value: not if the result is an array to be written."""
        target = str(statement.target)
        if OPS[statement.op].distinct:
            return False
        if self.alias.is_buffer(target):
            return view_of(statement, self.function.kinds) is not None
        return True

    def is_other_buffer(self, name: str, target: str) -> bool:
        """Whether a name is of an array that is written: ``y * 1.0`` is what ``y`` is now."""
        return self.alias.is_buffer(name) and self.alias.root(name) != self.alias.root(target)

    def branch(self, statement: If, known: Table) -> None:
        cond = self.rename(statement.cond)
        then = self.block(statement.then, dict(known))
        self.bump(self.written_in(statement.then))
        orelse = self.block(statement.orelse, dict(known))
        self.bump(self.written_in(statement.orelse))
        merges = []
        for merge in statement.merges:
            new = Merge(merge.out, self.rename(merge.then), self.rename(merge.orelse))
            if new.then == new.orelse and new.then is not None:
                self.table[merge.out] = new.then
            else:
                merges.append(new)
        self.b.add(replace(statement, cond=cond, then=then, orelse=orelse, merges=tuple(merges)))

    def loop(self, statement: For | While, known: Table) -> None:
        blocks = ir.blocks(statement)
        written = set().union(*(self.written_in(block) for block in blocks))
        self.bump(written)
        carries = self.invariant(statement.carries)
        inner = dict(known)
        if isinstance(statement, For):
            bounds = self.rename((statement.start, statement.stop, statement.step))
            body = self.block(statement.body, inner)
            new: Any = replace(
                statement, start=bounds[0], stop=bounds[1], step=bounds[2], body=body
            )
        else:
            with self.b.nested() as head:
                for item in statement.head:
                    self.statement(item, inner)
            cond = self.rename(statement.cond)
            body = self.block(statement.body, inner)
            new = replace(statement, head=head.block, cond=cond, body=body)
        self.bump(written)
        carries = tuple(
            Carry(c.phi, self.rename(c.init), self.rename(c.next), c.out) for c in carries
        )
        same, carries = self.counters(carries)
        self.table.update(same)
        self.b.add(ir.map_operands(replace(new, carries=carries), same))

    def counters(self, carries: tuple[Carry, ...]) -> tuple[dict[str, str], tuple[Carry, ...]]:
        """Of counters that start and step alike one is kept; the others are names for it."""
        first: dict[Any, Carry] = {}
        same: dict[str, str] = {}
        for carry in sorted(carries, key=lambda c: ir.base(c.phi) == "count"):
            step = self.definitions.get(str(carry.next))
            if (
                step is None
                or step.op != "add"
                or step.args[0] != carry.phi
                or not (
                    isinstance(step.args[1], Const)
                    and isinstance(carry.init, Const)
                    and self.function.kinds[carry.phi].base == "int"
                )
            ):
                continue
            kept = first.setdefault((carry.init, step.args[1]), carry)
            if kept is not carry:
                same |= {carry.phi: kept.phi, carry.out: kept.out}
        return same, tuple(c for c in carries if c.phi not in same)

    def invariant(self, carries: tuple[Carry, ...]) -> tuple[Carry, ...]:
        """Carries that change are kept; the others are their initial values."""
        kept = []
        for carry in carries:
            if carry.next == carry.phi and carry.init is not None:
                self.table[carry.phi] = self.table[carry.out] = self.rename(carry.init)
            else:
                kept.append(carry)
        return tuple(kept)


def hashable(args: Any) -> Any:
    """Operands as the key of a table."""
    if isinstance(args, str):
        return args
    if isinstance(args, Const):
        value = args.value
        return (type(value).__name__, repr(value), 0 if isinstance(value, PLAIN) else id(value))
    if isinstance(args, tuple | list):
        return (type(args).__name__, *[hashable(item) for item in args])
    if isinstance(args, dict):
        return tuple((key, hashable(item)) for key, item in args.items())
    return args
