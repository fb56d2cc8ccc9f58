"""The uses that values are put to, as far as derivatives pass: by what, where, and how much of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias import index_parts
from srcgrad.analysis.alias_classes import DEEP, WRITES, Aliases
from srcgrad.analysis.program_order import program_order
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Statement
from srcgrad.rules.operation import OPS, Op
from srcgrad.rules.ranges import PLACES, REJECTED, WHOLE
from srcgrad.rules.slopes import Lines, line_of

Path = tuple[tuple[str, str], ...]  # the blocks around a statement: what sort, and which
HELD = {"push", "pop", "list_of", "stacked", "joined", "procedure", "observed", "observed_value"}


class Use(NamedTuple):
    """``target`` is made of ``source``; ``moves`` says what it leaves out, None: not known."""

    source: str
    target: str | None
    moves: int | None
    path: Path
    position: int
    index: Any = None  # of a subscript


class Write(NamedTuple):
    """Elements of an array are given values, or all of them when it is made (without an index)."""

    name: str
    index: Any
    path: Path
    position: int
    replaces: bool


class Uses:
    """The uses of the active names of a function, and the writes to its arrays."""

    def __init__(self, function: Function, active: set[str], alias: Aliases) -> None:
        self.kinds = function.kinds
        self.active = active
        self.alias = alias
        self.order = program_order(function.body)
        self.made_by: dict[str, Let] = {}
        self.positions: dict[str, int] = {}  # of these statements
        self.place: dict[str, Path] = dict.fromkeys(function.params, ())
        self.carried: dict[str, str] = {}  # what a loop leaves -> what goes round it
        self.all: list[Use] = []
        self.writes: list[Write] = []
        self.block(function.body, ())
        self.left = {phi: out for out, phi in self.carried.items()}

    def is_conditional(self, use: Use) -> bool:
        """Whether a use stands in a branch that its source does not stand in."""
        return beyond(use.path, self.place[use.source]) == "if"

    def block(self, block: Block, path: Path) -> None:
        for statement in block:
            self.position = self.order.position[id(statement)]
            self.place.update(dict.fromkeys(ir.defined(statement), path))
            if isinstance(statement, Let):
                self.let(statement, path)
            else:
                self.compound(statement, path)

    def compound(self, statement: Statement, path: Path) -> None:
        position = self.position
        if isinstance(statement, If):
            inner = [(*path, ("if", f"{position}.{side}")) for side in range(2)]
        else:
            inner = [(*path, ("loop", self.order.loops[position][-1]))] * 2
        self.place.update(dict.fromkeys(ir.local(statement), inner[0]))
        for nested, where in zip(ir.blocks(statement), inner, strict=False):
            self.block(nested, where)
        self.position = position
        for merge in getattr(statement, "merges", ()):
            self.use(merge.then, merge.out, WHOLE, inner[0])
            self.use(merge.orelse, merge.out, WHOLE, inner[1])
        for carry in getattr(statement, "carries", ()):
            self.carried[carry.out] = carry.phi
            self.use(carry.init, carry.phi, WHOLE, path)
            self.use(carry.next, carry.phi, WHOLE, inner[0])

    def use(
        self, source: Any, target: Any, moves: int | None, path: Path, index: Any = None
    ) -> None:
        if isinstance(source, str) and source in self.active:
            self.all.append(Use(source, target, moves, path, self.position, index))

    def let(self, statement: Let, path: Path) -> None:
        args, target = statement.args, statement.target
        if target is not None:
            self.made_by[target], self.positions[target] = statement, self.position
        if statement.op in WRITES:
            deep = statement.op in DEEP
            self.use(args[-1], None if deep else args[0], WHOLE, path)
            if not deep:
                replaces = statement.op == "setitem"
                self.writes.append(Write(args[0], args[1], path, self.position, replaces))
        elif statement.op in HELD:
            for name in ir.names(args):
                self.use(name, None, None, path)
        elif target in self.active and statement.op == "getitem":
            found = max(leaves_out(args[1], self.kinds), self.tested(args[1]))
            if found and args[0] in self.active and is_guarded(path, self.place[args[0]]):
                found = REJECTED
            self.use(args[0], target, found, path, args[1])
        elif target in self.active:
            passed = list(self.passed(statement))
            for name, moves in passed:
                self.use(name, target, moves, path)
            if passed and target not in self.alias.base:
                self.writes.append(Write(str(target), None, path, self.position, False))

    def passed(self, statement: Let) -> Iterator[tuple[str, int | None]]:
        """The operands that a derivative passes to, and what the operation leaves out of them."""
        several = self.kinds[str(statement.target)].base == "tuple"
        for line, name in active_lines(statement, self.active):
            moves = None if several else left_out(OPS[statement.op], line)
            yield name, max(moves, self.tested(statement.args)) if moves == PLACES else moves

    def tested(self, index: Any) -> int:
        """What a subscript leaves out if it says where a test holds, as ``np.nonzero`` does."""
        found = WHOLE
        for name in ir.names(index):
            made = self.made_by.get(name)
            if made is not None and made.op == "getitem" and name not in self.active:
                made = self.made_by.get(str(made.args[0]))
            if made is not None and OPS[made.op].rule is None:
                found = max(found, OPS[made.op].moves or WHOLE)
        return found


def beyond(path: Path, place: Path) -> str:
    """The sort of the first block around a path that is not around a place; empty if there is none.

    What is in a loop counts as run: a branch there is taken sooner or later.
    """
    pairs = zip(path, place, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return path[shared][0] if shared < len(path) else ""


def is_guarded(path: Path, place: Path) -> bool:
    """Whether a path is in a branch of a loop that a place is not in: one item is tested."""
    sorts = [block[0] for block in path if block not in place]
    return "loop" in sorts and "if" in sorts[sorts.index("loop") :]


def active_lines(statement: Let, active: set[str]) -> Iterator[tuple[str, str]]:
    """The lines of the rule that are read, each with the operand it is for."""
    params = {param.name: param for param in OPS[statement.op].params}
    for param, _, name in active_args(statement, active):
        yield line_of(params[param]), name


def left_out(op: Op, line: str) -> int | None:
    """What an operation leaves out of an operand, by the operand's line in the rule."""
    assert op.rule is not None
    known: dict[str, int | None] = op.rule.__dict__.setdefault("_left_out", {})
    if line not in known:
        lines = Lines(op.rule)
        known[line] = lines.moves(lines.lines[line].expression)
    return known[line]


def apart(a: Any, b: Any, size: Any) -> bool:
    """Whether two subscripts of the first axis, which has this size, name no element twice."""
    found = []
    for index in (a, b):
        value = index.value if isinstance(index, Const) else None
        if isinstance(value, slice) and isinstance(size, int):
            found.append(set(range(size)[value]))
        elif isinstance(value, slice) and min(value.start or 0, value.stop or -1) >= 0:
            found.append(set(range(value.stop)[value]))
        elif type(value) is int and (value >= 0 or isinstance(size, int)):
            found.append({value % size if isinstance(size, int) else value})
        else:
            return False
    return not found[0] & found[1]


def leaves_out(index: Any, kinds: dict[str, Any]) -> int:
    """What a subscript leaves out."""
    parts = index_parts(index, kinds)
    if any(part.kind.is_mask for part in parts):
        return REJECTED
    consts = [part.const if part.known else 0 for part in parts]
    whole = all(
        const is None or const is Ellipsis or (isinstance(const, slice) and const == slice(None))
        for const in consts
    )
    return WHOLE if whole else PLACES
