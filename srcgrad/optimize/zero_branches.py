"""What an adjoint that is zero in a branch gives to others is given in the other branch alone.

Before::

    if c:
        t_bar = y_bar[i]
        y_bar[i] = 0.0
    else:
        t_bar = 0.0
    x_bar[k] += w * t_bar

After::

    if c:
        t_bar = y_bar[i]
        y_bar[i] = 0.0
        x_bar[k] += w * t_bar

Only statements are moved that add to something, so that nothing is lost where they do not run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.bounds import Bounds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Merge, Operand, Statement
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def given_where_not_zero(function: Function, names: Names) -> Function:
    """The function with additions of what is zero in a branch in the other one."""
    if not _has_zero(function.body):
        return function
    alias = aliases(function, strict=False)
    raised = _Raised(function)
    count = Counter(ir.all_uses(function.body))
    count.update(ir.names(function.result))

    def visit(block: Block) -> Block:
        result = [ir.map_blocks(s, visit) for s in block]
        for at in reversed(range(len(result))):
            statement = result[at]
            if isinstance(statement, If):
                raised.beside = _sites(result)
                for taken in (0, 1):
                    move = _Move(statement, taken, names, count, alias, raised)
                    result[at:] = move.run(result[at + 1 :])
                    at += len(move.early)
                    statement = move.statement
        return ir.as_block(result, block)

    return ir.updated(function, body=visit(function.body))


class _Raised:
    """Which subscripts of an adjoint are the only ones that raise what the primal's would."""

    def __init__(self, function: Function) -> None:
        self.bounds = Bounds(function)
        self.primal = _sites(s for s in ir.walk(function.body) if not getattr(s, "adjoint", True))
        self.beside: set[int] = set()  # of the block of the branch

    def elsewhere(self, let: Let) -> bool:
        """Whether it is in range, or what it serves still reads there, if only to recompute it."""
        there = let.site in self.primal or let.site in self.beside
        return there or self.bounds.in_range(*let.args[:2])


def _sites(block: Iterable[Statement]) -> set[int]:
    """The sites of the subscripts that are read in a block, not in blocks inside of it."""
    return {s.site for s in block if isinstance(s, Let) and s.op == "getitem" and s.site >= 0}


def _has_zero(block: Block) -> bool:
    return any(isinstance(s, If) and any(map(_is_zero, _sides(s))) for s in ir.walk(block))


def _sides(statement: If) -> list[Operand | None]:
    return [side for m in statement.merges for side in (m.then, m.orelse)]


def _is_zero(operand: Operand | None) -> bool:
    return isinstance(operand, Const) and type(operand.value) is float and operand.value == 0.0


class _Move:
    """Statements behind a branch that become part of one of its sides."""

    def __init__(
        self,
        statement: If,
        taken: int,
        names: Names,
        count: Counter[str],
        alias: Aliases,
        raised: _Raised,
    ) -> None:
        self.statement = statement
        self.taken = taken
        self.names = names
        self.count = count
        self.table: dict[str, Operand] = {}  # what is zero, or added to -> what it is if taken
        self.zero: set[str] = set()
        for m in statement.merges:
            sides = (m.then, m.orelse)
            mine, other = sides[taken], sides[1 - taken]
            if mine is not None and _is_zero(other) and not _is_zero(mine):
                if names.kinds[m.out].immutable:
                    self.table[m.out] = mine
                    self.zero.add(m.out)
        self.alias = alias
        self.raised = raised
        self.early: list[Let] = []  # what will stand before the branch
        self.moved: list[Let] = []
        self.merges: list[Merge] = []

    def run(self, tail: list[Statement]) -> list[Statement]:
        """The branch, and what stands before it and behind it then."""
        if not self.zero:
            return [self.statement, *tail]
        late: list[Let] = []  # what stays behind the branch
        end = 0
        for s in tail:
            given = {*ir.defined(self.statement), *(n for let in late for n in ir.defined(let))}
            if not isinstance(s, Let) or not s.adjoint:
                break
            if any(n in given and n not in self.table for n in ir.names(s.args)):
                if not self.is_number(s):
                    break
                late.append(s)
            elif not self.depends(s):
                if not (self.is_number(s) or self.is_element(s)):
                    break
                if not self.is_unchanged(s):
                    break
                self.early.append(s)
            elif not self.moves(s):
                if not self.is_number(s):
                    break
                self.inner(s)  # both there and behind the branch
                late.append(s)
            end += 1
        if not any(s.op in ("additem", "regular") for s in self.moved):
            self.early = []
            return [self.statement, *tail]
        self.statement = self.grown({n for let in late for n in ir.names(let.args)})
        return [*self.early, self.statement, *late, *tail[end:]]

    def depends(self, let: Let) -> bool:
        """Whether what a statement reads is something else in the branch."""
        return any(name in self.table for name in ir.names(let.args))

    def grown(self, late: set[str]) -> If:
        """The branch with what was moved into its side; ``late`` is read behind it still."""
        uses = Counter(ir.all_uses(tuple(self.moved)))
        merged = {m.out for m in self.merges}
        for inner, out in self.given.items():
            if inner not in {s.target for s in self.moved} or out in merged or out not in self.zero:
                continue
            if out in late or self.count[out] > uses[inner]:  # something else reads it, too
                self.merges.append(self.merge(out, inner, Const(0.0)))
        sides = [self.statement.then, self.statement.orelse]
        sides[self.taken] = (*sides[self.taken], *self.moved)
        merges = (*self.statement.merges, *self.merges)
        return replace(self.statement, then=sides[0], orelse=sides[1], merges=merges)

    def is_element(self, let: Let) -> bool:
        """Whether a statement reads an element of an array."""
        kind = self.names.kind
        read = let.op == "getitem" and let.target is not None and kind(let.target).immutable
        return read and kind(let.args[0]).base in ("array", "tuple")

    def is_unchanged(self, let: Let) -> bool:
        """Whether a statement gives the same before the branch."""
        if self.is_number(let) or self.names.kind(let.args[0]).base == "tuple":
            return True
        root = self.alias.root(let.args[0])
        inside = [s for s in ir.walk((self.statement,)) if isinstance(s, Let)]
        if any(OPS[s.op].foreign for s in (*inside, *self.moved)):
            return False
        effects = [s for s in inside if OPS[s.op].effect and s.op not in ir.TAPES]
        stores = [*effects, *(s for s in self.moved if s.op == "additem")]
        return all(s.op in ir.STORES and self.alias.root(s.args[0]) != root for s in stores)

    @property
    def given(self) -> dict[str, str]:
        """The names inside of the branch, and what they were behind it."""
        return {str(inner): out for out, inner in self.table.items() if isinstance(inner, str)}

    def merge(self, out: str, inner: Operand, other: Operand) -> Merge:
        return Merge(out, other, inner) if self.taken else Merge(out, inner, other)

    def is_number(self, let: Let) -> bool:
        """Whether a statement computes a number of numbers, and has no effect."""
        op, kinds = OPS[let.op], self.names.kinds
        if let.target is None or op.effect or op.foreign:
            return False
        return all(kinds[name].immutable for name in (let.target, *ir.names(let.args)))

    def moves(self, let: Let) -> bool:
        """Move a statement that does nothing where what it reads is zero; False if it may not be."""
        args = let.args
        if let.op == "additem":
            if args[2] not in self.zero or self.zero.intersection(ir.names(args[:2])):
                return False
            if not self.raised.elsewhere(let):
                return False
            self.moved.append(ir.with_args(let, ir.rename(args, self.table)))
            return True
        if let.target is None or not self.is_number(let):
            return False
        known = [arg in self.zero for arg in args]
        if len(known) == 1:
            linear = let.op == "neg" and known[0]
        elif (let.op == "mul" and sum(known) == 1) or known == [True, True]:
            linear = let.op in ("mul", "add", "sub") and not (let.op == "mul" and all(known))
        else:
            linear = let.op == "truediv" and known == [True, False]
        if linear:
            self.inner(let)
            self.zero.add(let.target)
            return True
        if (let.op == "add" and sum(known) == 1) or (let.op == "sub" and known == [False, True]):
            other = args[known.index(False)]
            if self.names.kind(other) != self.names.kinds[let.target]:
                return False
            if other in self.table:  # what was added to in the branch is what it was without
                merge = next((m for m in self.merges if m.out == other), None)
                if merge is None:  # it is computed behind the branch
                    return False
                other = merge.then if self.taken else merge.orelse
            self.merges.append(self.merge(let.target, self.inner(let), other))
            return True
        return False

    def inner(self, let: Let) -> str:
        """A statement inside of the branch, whose result has a name of its own there."""
        target = str(let.target)
        name = self.names.fresh(ir.base(target), self.names.kinds[target])
        self.moved.append(replace(let, target=name, args=ir.rename(let.args, self.table)))
        self.table[target] = name
        return name
