"""What becomes of each value of a function: kept, computed again, inactive, or not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from srcgrad.differentiate import decisions
from srcgrad.differentiate.decisions import Decision
from srcgrad.differentiate.keep_sizes import asks_shape
from srcgrad.explaining.formulas import Amount, Formula
from srcgrad.explaining.operations import name_of
from srcgrad.explaining.report import AGAIN, INACTIVE, KEPT, UNREAD
from srcgrad.explaining.sizes import Sizes
from srcgrad.explaining.sweeps import Placed, Sweeps, placed
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, If, Let, Statement
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS
from srcgrad.stages import Work

NOTHING = Amount((), Formula())


class Fate(NamedTuple):
    """What becomes of a value."""

    status: str
    why: str
    read_in: tuple[int, ...]
    bytes: Amount


class Fates:
    """What becomes of the values of one function.

    ``work`` is what came out of the passes, ``final`` what is printed, in loop form or not.
    """

    def __init__(self, work: Work, final: Function, sizes: Sizes) -> None:
        assert work.swept is not None and work.keeper is not None
        self.work, self.sizes, self.names = work, sizes, work.names
        self.plain = Sweeps(work.function)
        self.final = self.plain if final is work.function else Sweeps(final)
        self.keeper = work.keeper
        primal = work.primal
        self.inputs = dict.fromkeys(ir.names((primal.inputs, primal.captured)))
        self.active = work.swept.active
        self.decisions = self.keeper.decisions()
        self.tapes = {d.tape: name for name, d in self.decisions.items() if d.tape}
        self.where = {n: p for p in placed(work.swept.forward) for n in _defined(p.statement)}
        self.pushed: dict[str, tuple[Placed, str]] = {}  # owner -> where, and its tape
        self.popped: dict[str, list[Statement]] = {}  # tape -> what reads what is popped
        self.tape_arrays = {*self.names.arrays.values(), *self.names.grown}
        self.counted: set[str] = set()  # arrays whose bytes are counted
        self.find_tapes()

    def find_tapes(self) -> None:
        for at in placed(self.plain.forward):
            let = at.statement
            if isinstance(let, Let) and let.op == "push":
                tape, name = let.args
                if self.names.kinds[tape].base != "tape" or tape not in self.plain.readers:
                    continue  # a list of the user's, or a tape of a derivative inside
                owner = self.tapes.get(tape, name)
                if isinstance(owner, str):
                    self.pushed[owner] = at, tape
        for statement in ir.walk(self.plain.reverse):
            if isinstance(statement, Let) and statement.op == "pop":
                readers = self.plain.readers.get(str(statement.target), [])
                self.popped.setdefault(statement.args[0], []).extend(readers)

    def names_in_order(self) -> Iterator[tuple[str, Placed | None]]:
        """The values that are the user's or are kept, in the order of the program."""
        for name in self.inputs:
            yield name, None
        seen = {*self.inputs, *self.work.function.params}
        later = {n: p for p in placed(self.final.forward) for n in _defined(p.statement)}
        for name, at in {**self.where, **later}.items():
            copied = isinstance(at.statement, Let) and name in at.statement.args[:1]
            if name not in seen and not copied and self.is_shown(name, at):
                seen.add(name)
                yield name, at

    def is_shown(self, name: str, at: Placed) -> bool:
        """Whether a value is told of: what is computed and named, and all else that is kept."""
        kind = self.names.kinds[name]
        if name in self.tape_arrays or kind.base == "tape":
            return False
        if name not in self.plain.defined and kind.base != "array":
            return False  # a size, which loops read
        if name in self.pushed or name in self.decisions or self.final.holds(name):
            return True
        computed = isinstance(at.statement, Let) and not at.statement.adjoint
        return computed and bool(ir.base(name)) and name in self.where

    def fate(self, name: str, at: Placed | None) -> Fate:
        if at is None:
            return self.of_input(name)
        decision = self.decisions.get(name)
        if name in self.pushed:
            return self.on_tape(name, decision)
        if decision is not None and decision.how == decisions.COUNTER:
            why = "the reverse loop counts it itself"
            return Fate(AGAIN, why, self.lines(self.keeper.wanted.get(name, [])), NOTHING)
        if decision is not None and decision.how == decisions.AGAIN:
            why = f"cheap to compute again (cost {decision.cost})"
            return Fate(AGAIN, why, self.lines(self.readers_again(name)), NOTHING)
        if self.final.holds(name):
            return self.held(name, at)
        if self.plain.holds(name):
            why = "computed where it is read"
            if name in self.names.again:
                why = "larger than what it is made of: computed where its elements are read"
            return Fate(AGAIN, why, self.lines(self.plain.readers[name]), NOTHING)
        if name in self.active:
            return Fate(UNREAD, "no line of the reverse sweep reads it", (), NOTHING)
        return Fate(INACTIVE, self.no_derivative(name), (), NOTHING)

    def readers_again(self, name: str) -> list[Statement]:
        """What reads a value that is computed again."""
        names = self.keeper.again.get(name, [])
        found = [s for new in names for s in self.plain.readers.get(new, [])]
        return found or self.keeper.wanted.get(name, [])

    def of_input(self, name: str) -> Fate:
        """An input, which is there in any case."""
        found = self.final.readers.get(name) or self.plain.readers.get(name)
        if found is not None:
            return Fate(KEPT, "an input, which is there anyway", self.lines(found), NOTHING)
        if name in self.active:
            return Fate(UNREAD, "no line of the reverse sweep reads it", (), NOTHING)
        return Fate(INACTIVE, self.no_derivative(name), (), NOTHING)

    def no_derivative(self, name: str) -> str:
        kind = self.names.kinds[name]
        if not kind.floating:
            return f"no derivative passes {'an array of ' if kind.base == 'array' else ''}" + (
                str(kind.dtype) if kind.base == "array" else kind.base
            )
        return "no derivative reaches it"

    def on_tape(self, name: str, decision: Decision | None) -> Fate:
        """What each iteration keeps."""
        at, tape = self.pushed[name]
        loops = tuple(map(self.sizes.loop, at.loops))
        array = self.names.arrays.get(tape)
        statement = at.statement
        assert isinstance(statement, Let)
        body = self.sizes.bytes(str(statement.args[1]))
        amount = Amount(loops, body, at.in_branch and array is None)
        if array is not None and not amount.is_block:
            amount = Amount((), self.sizes.bytes(array))
        reason = "it is read by the reverse sweep"
        if decision is not None and decision.how == decisions.SHAPE:
            reason = "its shape alone is read"
        elif self.is_earlier(name):
            reason = f"overwritten in line {self.line_of(name)}"
        elif decision is not None and decision.obstacle is not None:
            why, cost = decision.obstacle
            reason = f"{why} (cost {cost})" if cost else why
        if self.final is not self.plain and array is None:
            reason += "; in an array that grows, so that up to twice as much is taken"
        return Fate(KEPT, reason, self.lines(self.popped.get(tape, [])), amount)

    def held(self, name: str, at: Placed) -> Fate:
        """What its variable still holds."""
        readers = self.lines(self.final.readers[name])
        owner, certain = self.final.owner(name)
        if (owner in self.inputs or owner in self.work.function.params) and certain:
            return Fate(KEPT, f"shares memory with the input {ir.base(owner)}", readers, NOTHING)
        if owner in self.counted:
            label = ir.base(owner) or "what is counted before"
            return Fate(KEPT, f"shares memory with {label}", readers, NOTHING)
        self.counted.add(owner)
        made = self.final.made.get(owner)
        kinds = self.names.kinds
        new = made is not None and (kinds[owner].immutable or makes_new(made, kinds)) and certain
        amount = Amount((), self.sizes.bytes(owner), at.in_branch or not new)
        return Fate(KEPT, self.why_held(name, at), readers, amount)

    def why_held(self, name: str, at: Placed) -> str:
        """Why a variable still holds a value."""
        why = "its variable still holds it"
        statement = at.statement
        if not isinstance(statement, Let):
            why += " after the branch" if isinstance(statement, If) else " after the loop"
        if self.is_earlier(name):
            why = f"overwritten in line {self.line_of(name)}"
        elif isinstance(statement, Let) and statement.adjoint:
            why = "of the reverse sweep, made beside the value it belongs to"
        elif isinstance(statement, Let) and self.is_copy_of_input(statement):
            why = "a copy of the input, which the function writes into"
        if all(isinstance(s, Let) and asks_shape(s) for s in self.final.readers[name]):
            return f"its shape is read, and {why}"
        return why

    def is_copy_of_input(self, made: Let) -> bool:
        return OPS[made.op].copies and made.args[0] in self.inputs

    def is_earlier(self, name: str) -> bool:
        """Whether it is what a store overwrites."""
        at = self.where.get(name)
        statement = at.statement if at is not None else None
        if not isinstance(statement, Let) or not statement.adjoint or statement.site < 0:
            return False
        return self.keeper.index(statement.site) in self.keeper.undone

    def label(self, name: str, depth: int = 3) -> str:
        """A value by its variable, or by what computes it."""
        made = self.plain.made.get(name) or self.final.made.get(name)
        if ir.base(name) or made is None or not depth:
            return ir.base(name) or "..."
        op = OPS[made.op]
        params = zip(op.params, made.args, strict=False)
        said = [a for p, a in params if a != Const(p.default)]
        parts = [self.operand(arg, depth - 1) for arg in said]
        if made.op == "getitem":
            owner = f"({parts[0]})" if " " in parts[0] else parts[0]
            return f"{owner}[{self.subscript(made.args[1], depth - 1)}]"
        if op.symbol is not None and len(parts) == 2:
            parts = [f"({part})" if " " in part else part for part in parts]
            return f" {name_of(op)} ".join(parts)
        return f"{name_of(op)}({', '.join(parts)})"

    def operand(self, arg: Any, depth: int) -> str:
        if isinstance(arg, tuple):
            return ", ".join(self.operand(item, depth) for item in arg)
        if isinstance(arg, Const):
            return repr(arg.value) if arg.value is not Ellipsis else "..."
        return self.label(arg, depth) if isinstance(arg, str) else "..."

    def subscript(self, index: Any, depth: int) -> str:
        """An index as it is written between brackets."""
        if isinstance(index, Const) and type(index.value) is tuple:
            index = tuple(map(Const, index.value))
        if isinstance(index, tuple):
            return ", ".join(self.subscript(part, depth) for part in index)
        if isinstance(index, Const) and isinstance(index.value, slice):
            cut = index.value
            ends = ["" if end is None else repr(end) for end in (cut.start, cut.stop, cut.step)]
            return ":".join(ends if cut.step is not None else ends[:2])
        return self.operand(index, depth)

    def line_of(self, name: str) -> int:
        at = self.where.get(name)
        origin = at.statement.origin if at is not None else None
        return origin.line if origin is not None else 0

    def lines(self, statements: Iterable[Statement]) -> tuple[int, ...]:
        """The lines whose adjoints statements are."""
        found = {s.origin.line for s in statements if s.origin is not None}
        return tuple(sorted(found))


def _defined(statement: Statement) -> list[str]:
    return [*ir.local(statement), *ir.defined(statement)]
