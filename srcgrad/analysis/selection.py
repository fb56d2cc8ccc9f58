"""Which values may be used in part only, where that matters: on the way to an infinite slope.

An adjoint is exactly 0 where a value is not used: where ``np.where``, a mask, a comparison, a
triangle or a subscript leaves it out, where it is written over, and where a branch that reads it is
not taken. Such a 0 meets the slopes of the operations before: ``0 * inf`` would make it NaN. So
``partly_used`` looks for values that lie between the two, ::

    r = np.sqrt(x)                     # the slope is infinite at 0 ...
    y = 2.0 * r
    z = np.where(x > 0.0, y, 0.0)      # ... and y is used in part

here ``r`` and ``y``; the sweep then follows which elements are used (``differentiate.usage``).

How strong a reason there must be for it is a matter of cost: what fails a test is kept from all
slopes, what loses a comparison from those that may overflow, what is only not read from poles.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Any, NamedTuple

from srcgrad.analysis.activity import active_args
from srcgrad.analysis.alias import index_parts
from srcgrad.analysis.alias_classes import DEEP, WRITES, Aliases
from srcgrad.analysis.program_order import program_order
from srcgrad.analysis.value_ranges import ValueRanges
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While
from srcgrad.rules.operation import OPS, Op
from srcgrad.rules.ranges import LOSERS, NEVER, PLACES, REJECTED, WHOLE, Range
from srcgrad.rules.slopes import Lines, line_of

Path = tuple[tuple[str, str], ...]  # the blocks around a statement: what they belong to, and where
HELD = {"push", "pop", "list_of", "stacked", "joined", "procedure", "observed", "observed_value"}


class Use(NamedTuple):
    """``target`` is made of ``source``; ``moves`` says what it leaves out, None: not known."""

    source: str
    target: str | None
    moves: int | None
    path: Path
    position: int


class PartlyUsed(NamedTuple):
    """``strength`` of the names of which some elements may be unused, and what is known of values."""

    strength: dict[str, int]
    ranges: ValueRanges

    def is_harmful(self, statement: Let, line: str) -> bool:
        """Whether a slope may be infinite where the result of a statement is not used."""
        strength = self.strength.get(str(statement.target), WHOLE)
        return strength > WHOLE and hazard(statement, line, self.ranges) <= strength


def partly_used(function: Function, active: set[str], alias: Aliases) -> PartlyUsed:
    """The active names that are to be followed."""
    return _Selections(function, active, alias).run()


def hazard(statement: Let, line: str, known: ValueRanges) -> int:
    """How the slopes in a line of an operation's rule may come to be infinite."""
    op = OPS[statement.op]
    assert op.rule is not None
    env: dict[str, Range] = {"y": known.of(statement.target)}
    for param, arg in zip(op.params, statement.args, strict=True):
        env[param.name] = known.of(arg)
        if param.several:
            env["x"] = env["xs"] = env[param.name]
    lines = Lines(op.rule, env)
    return lines.range(lines.lines[line].expression).hazard


def left_out(op: Op, line: str) -> int | None:
    """What an operation leaves out of an operand, by the operand's line in the rule."""
    assert op.rule is not None
    known: dict[str, int | None] = op.rule.__dict__.setdefault("_left_out", {})
    if line not in known:
        lines = Lines(op.rule)
        known[line] = lines.moves(lines.lines[line].expression)
    return known[line]


def strength_of(index: Any, kinds: dict[str, Any]) -> int:
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


class _Selections:
    def __init__(self, function: Function, active: set[str], alias: Aliases) -> None:
        self.function = function
        self.kinds = function.kinds
        self.active = active
        self.alias = alias
        self.made_by: dict[str, str] = {}  # the operation that defines a name
        self.place: dict[str, Path] = dict.fromkeys(function.params, ())
        self.uses: list[Use] = []
        self.hazards: dict[str, int] = {}  # of what a value is made of
        self.carried: dict[str, str] = {}  # what a loop leaves -> what goes round it
        self.order = program_order(function.body)
        self.stores: list[tuple[str, int, int]] = []  # class, position, strength
        self.made: list[tuple[str, int]] = []  # class, position of what fills it

    def run(self) -> PartlyUsed:
        self.block(self.function.body, ())
        known = ValueRanges(self.function, self.alias)
        if any(use.moves or self.conditional(use) for use in self.uses) or self.stores:
            self.find_hazards(known)
        strength = self.strengths() if self.hazards else {}
        hazards = self.reached() if strength else {}
        whole = self.whole()
        found = {
            name: strength[node]
            for name in self.active
            for node in [self.node(name)]
            if 0 < hazards.get(node, NEVER) <= strength.get(node, WHOLE) and node not in whole
        }
        for name in self.place:  # in program order: views are followed with what they are views of
            base = self.alias.base.get(name)
            if name in self.active and base in found:
                found.setdefault(name, found[base])
        return PartlyUsed(found, known)

    # --- uses -------------------------------------------------------------------------------

    def node(self, name: str) -> str:
        """What stands for a name: its class if it is written; one for all that goes round a loop."""
        if self.alias.is_buffer(name):
            return self.alias.root(name)
        return self.carried.get(name, name)

    def use(self, source: object, target: str | None, moves: int | None, path: Path) -> None:
        if isinstance(source, str) and source in self.active:
            self.uses.append(Use(source, target, moves, path, self.position))

    def block(self, block: Block, path: Path) -> None:
        for statement in block:
            self.position = self.order.position[id(statement)]
            self.place.update(dict.fromkeys(ir.defined(statement), path))
            if isinstance(statement, Let):
                self.let(statement, path)
            else:
                self.compound(statement, path)

    def compound(self, statement: Statement, path: Path) -> None:
        sort = "if" if isinstance(statement, If) else "loop"
        number = self.position
        inner = [(*path, (sort, f"{number}.{k}")) for k in range(2)]
        if isinstance(statement, For | While):
            inner = [(*path, (sort, self.order.loops[number][-1]))] * 2
        self.place.update(dict.fromkeys(ir.local(statement), inner[-1]))
        for nested, where in zip(ir.blocks(statement), inner, strict=False):
            self.block(nested, where)
        self.position = number
        if isinstance(statement, If):
            for merge in statement.merges:
                self.use(merge.then, merge.out, WHOLE, inner[0])
                self.use(merge.orelse, merge.out, WHOLE, inner[1])
        elif isinstance(statement, For | While):
            for carry in statement.carries:
                self.carried[carry.out] = carry.phi
                self.use(carry.init, carry.phi, WHOLE, path)
                self.use(carry.next, carry.phi, WHOLE, inner[-1])

    def let(self, statement: Let, path: Path) -> None:
        op, args, target = OPS[statement.op], statement.args, statement.target
        self.made_by[str(target)] = statement.op
        if statement.op in WRITES:
            x, value = str(args[0]), args[-1]
            self.use(value, None if statement.op in DEEP else x, WHOLE, path)
            self.made.append((self.alias.root(x), self.position))
            if statement.op == "setitem":
                strength = strength_of(args[1], self.kinds)
                self.stores.append((self.alias.root(x), self.position, strength))
        elif statement.op in HELD:
            for name in ir.names(args):
                self.use(name, None, None, path)
        elif target is None or target not in self.active:
            return
        elif statement.op == "getitem":
            self.use(args[0], target, strength_of(args[1], self.kinds), path)
        else:
            several = self.kinds[target].base == "tuple"
            params = {param.name: param for param in op.params}
            found = active_args(statement, self.active)
            for param, _, name in found:
                moves = None if several else left_out(op, line_of(params[param]))
                self.use(name, target, moves, path)
            if found and target not in self.alias.base:
                self.made.append((self.node(target), self.position))

    def conditional(self, use: Use) -> bool:
        """Whether a use stands in a branch that its source does not stand in."""
        place = self.place[use.source]
        pairs = zip(use.path, place, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return any(sort == "if" for sort, _ in use.path[shared:])

    # --- hazards flow forwards, selections backwards ----------------------------------------

    def find_hazards(self, known: ValueRanges) -> None:
        for statement in ir.walk(self.function.body):
            if not isinstance(statement, Let) or statement.target not in self.active:
                continue
            rule, params = OPS[statement.op].rule, {p.name: p for p in OPS[statement.op].params}
            if rule is None or self.kinds[statement.target].base == "tuple":
                continue
            for param, _, _ in active_args(statement, self.active):
                line = line_of(params[param])
                if left_out(OPS[statement.op], line) is not None:
                    found = hazard(statement, line, known)
                    node = self.node(statement.target)
                    self.hazards[node] = min(found, self.hazards.get(node, NEVER))
        self.hazards = {node: found for node, found in self.hazards.items() if found < NEVER}

    def reached(self) -> dict[str, int]:
        """The worst hazard that each value comes from."""
        found = dict(self.hazards)
        changed = True
        while changed:
            changed = False
            for use in self.uses:
                if use.target is None or use.moves is None:
                    continue
                source, target = self.node(use.source), self.node(use.target)
                if found.get(source, NEVER) < found.get(target, NEVER):
                    found[target] = found[source]
                    changed = True
        return found

    def strengths(self) -> dict[str, int]:
        """The strongest reason for which elements of each value may be unused."""
        untracked = self.untracked()
        found: dict[str, int] = {}
        for root, position, strength in self.stores:
            fillers = (at for other, at in self.made if other == root and at != position)
            if any(self.order.may_follow(position, at) for at in fillers):
                found[root] = max(strength, PLACES, found.get(root, WHOLE))
        found = {root: strength for root, strength in found.items() if root not in untracked}
        changed = True
        while changed:
            changed = False
            for use in self.uses:
                source = self.node(use.source)
                if use.moves is None or source in untracked:
                    continue
                strength = use.moves
                if use.target is not None:
                    strength = max(strength, found.get(self.node(use.target), WHOLE))
                if strength < LOSERS and self.goes_round(use):
                    strength = WHOLE
                if self.conditional(use):
                    strength = max(strength, LOSERS)
                if strength > found.get(source, WHOLE):
                    found[source] = strength
                    changed = True
        return found

    def goes_round(self, use: Use) -> bool:
        """Whether a use stands in a loop that its source goes round: all of it counts as used."""
        place = self.place[use.source]
        return use.source in self.carried.values() and use.path[: len(place)] == place

    def untracked(self) -> set[str]:
        """The classes that count as used: what lists hold; arrays read and written in one loop."""
        found = {self.alias.root(name) for name in self.alias.held}
        kinds = self.kinds
        found.update(
            self.node(name)
            for name in self.active
            if kinds[name].base not in ("array", "any", "scalar", "float", "complex")
        )
        found.update(
            self.node(base)
            for name, base in self.alias.base.items()
            for rule in [OPS[self.made_by[name]].rule]
            if rule is not None and rule.style == "elementwise"  # parts of complex numbers
        )
        written = [(root, set(self.order.loops[at])) for root, at, _ in self.stores]
        for use in self.uses:
            root = self.alias.root(use.source)
            if use.moves == PLACES and self.alias.is_buffer(use.source):
                around = set(self.order.loops[use.position])
                for other, loops in written:
                    if other == root and any(self.outlives(root, loop) for loop in around & loops):
                        found.add(root)
        return found

    def outlives(self, root: str, loop: str) -> bool:
        """Whether an array is older than one iteration of a loop."""
        return any(
            ("loop", loop) not in place
            for name, place in self.place.items()
            if self.alias.is_buffer(name) and self.alias.root(name) == root
        )

    def whole(self) -> set[str]:
        """The values that are used in full whatever happens, so that nothing is to be followed."""
        result = set(ir.names(self.function.result))
        left = {phi: out for out, phi in self.carried.items()}
        found = {name for name in self.active if not self.alias.is_buffer(name)}
        size = -1
        while size != len(found):
            size = len(found)
            paths: dict[str, set[Path]] = {name: set() for name in found}
            for use in self.uses:
                ends = {use.target, left.get(str(use.target), use.target)} - {None}
                if use.source in found and (not use.moves if ends <= found else use.moves is None):
                    paths[use.source].add(use.path)
            found = {n for n in found if n in result or covers(paths[n], self.place[n])}
        return {name for name in found if left.get(self.node(name), name) in found}


def covers(paths: set[Path], place: Path) -> bool:
    """Whether what runs at ``place`` comes to one of the paths: loops run, one branch is taken."""
    work = list(paths)
    while work:
        path = work.pop()
        if path == place[: len(path)]:
            return True
        sort, name = path[-1]
        other = (*path[:-1], (sort, f"{name[:-1]}{'10'[int(name[-1])]}")) if sort == "if" else path
        if other in paths and path[:-1] not in paths:
            paths.add(path[:-1])
            work.append(path[:-1])
    return False
