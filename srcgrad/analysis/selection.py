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
slopes, what loses a comparison from those that may overflow, what is only not read from poles. Of
what goes round a loop, only what fails a test is followed into the iterations before; and arrays
that one loop both reads and writes count as used.
"""

from __future__ import annotations

from typing import NamedTuple

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.contents import Contents
from srcgrad.analysis.uses import Path, Use, Uses, Write, active_lines, beyond, left_out
from srcgrad.analysis.value_ranges import ValueRanges
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, Let
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import NEVER, PLACES, REJECTED, WHOLE, Range
from srcgrad.rules.slopes import Lines


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


class _Selections:
    def __init__(self, function: Function, active: set[str], alias: Aliases) -> None:
        self.kinds = function.kinds
        self.active = active
        self.alias = alias
        self.uses = Uses(function, active, alias)
        self.arrays = Contents(function, alias, self.uses)
        self.key = self.arrays.key
        self.result = set(ir.names(function.result))
        self.known = ValueRanges(function, alias)
        self.live = self.result | {use.source for use in self.uses.all}

    def run(self) -> PartlyUsed:
        strength = self.strengths()
        hazards = self.reached() if strength else {}
        nodes = {n: s for n, s in strength.items() if hazards.get(n, NEVER) <= s}
        found: dict[str, int] = {}
        for node in nodes:
            key = node.split("@")[0]
            found[key] = max(nodes[node], found.get(key, WHOLE))
        whole = self.whole() if found else set()
        names = {n: self.node(self.key(n)) for n in self.active}
        strength = {n: found[key] for n, key in names.items() if key in found and key not in whole}
        for name, made in self.uses.made_by.items():  # pieces and views, with what they are of
            base = made.args[0] if made.op == "getitem" else self.alias.base.get(name)
            if name in self.active and base in strength:
                strength.setdefault(name, WHOLE)
        return PartlyUsed(strength, self.known)

    def node(self, name: str) -> str:
        """One name for all that goes round a loop, and what the loop leaves."""
        return self.uses.carried.get(name, name)

    # --- hazards flow forwards, selections backwards ----------------------------------------

    def reached(self) -> dict[str, int]:
        """The worst hazard that each value comes from."""
        found: dict[str, int] = {}
        for name, statement in self.uses.made_by.items():
            worst = self.own_hazard(statement) if name in self.active else NEVER
            if worst < NEVER:
                at = self.uses.positions[name]
                node = f"{self.key(name)}@{at}" if self.alias.is_buffer(name) else self.node(name)
                found[node] = min(worst, found.get(node, NEVER))
        edges = [
            (self.node(source), self.node(target))
            for use in self.uses.all
            for target in [self.arrays.put(use)]
            if target is not None and use.moves is not None
            for source in self.arrays.read(use)
        ]
        changed = bool(found)
        while changed:
            changed = False
            for source, target in edges:
                if found.get(source, NEVER) < found.get(target, NEVER):
                    found[target] = found[source]
                    changed = True
        return found

    def own_hazard(self, statement: Let) -> int:
        """The worst hazard of the slopes of an operation."""
        op = OPS[statement.op]
        if op.rule is None or self.kinds[str(statement.target)].base == "tuple":
            return NEVER
        lines = {line for line, _ in active_lines(statement, self.active)}
        return min(
            (
                hazard(statement, line, self.known)
                for line in lines
                if left_out(op, line) is not None
            ),
            default=NEVER,
        )

    def strengths(self) -> dict[str, int]:
        """The strongest reason for which elements of each value may be unused."""
        found: dict[str, int] = {}
        edges = [
            (use, self.node(source), self.own_strength(use), target and self.node(target))
            for use in self.uses.all
            if use.moves is not None and self.key(use.source) not in self.arrays.untracked
            for target in [self.arrays.put(use)]
            for source in self.arrays.read(use)
        ]
        for use in self.uses.all:
            content = self.arrays.put(use)
            if content is not None and self.arrays.overwritten(use):
                found[content] = max(self.arrays.overwritten(use), found.get(content, WHOLE))
        changed = True
        while changed:
            changed = False
            for use, source, own, target in reversed(edges):
                strength = max(own, found.get(str(target), WHOLE))
                if strength < REJECTED and self.goes_round(use):
                    strength = WHOLE
                if strength > found.get(source, WHOLE):
                    found[source] = strength
                    changed = True
        return found

    def own_strength(self, use: Use) -> int:
        """What a use itself leaves out of its source."""
        found = use.moves or WHOLE
        if self.uses.is_conditional(use) or not self.arrays.is_all(use.source):
            found = max(found, PLACES)
        return found

    def goes_round(self, use: Use) -> bool:
        """Whether a use stands in a loop that its source goes round."""
        place = self.uses.place[use.source]
        return use.source in self.uses.left and use.path[: len(place)] == place

    # --- what is used in full -----------------------------------------------------------------

    def whole(self) -> set[str]:
        """What is used in full whatever happens, so that it need not be followed."""
        found = {self.key(name) for name in self.active}
        uses: dict[str, list[Use]] = {}
        for use in reversed(self.uses.all):  # what follows from the end is known in few rounds
            uses.setdefault(self.key(use.source), []).append(use)
        order = [*uses, *(found - uses.keys())]
        size = -1
        while size != len(found):
            size = len(found)
            for key in order:
                if key in found:
                    here = uses.get(key, ())
                    paths = {u.path for u in here if self.uses_all(u, found) and self.is_last(u)}
                    if not self.is_whole(key, paths, found):
                        found.discard(key)
        left = self.uses.left
        return {key for key in found if left.get(key) not in self.live or left[key] in found}

    def uses_all(self, use: Use, whole: set[str], piece: bool = False) -> bool:
        """Whether a use is one of all elements of its source (or piece), if ``whole`` are used so."""
        if use.moves is None or use.target is None:
            return True
        if use.moves == WHOLE and self.kinds[use.source].immutable:
            if beyond(use.path, self.uses.place[use.source]) == "loop":
                return True  # a number: it is used in some run of the loop
        left = self.uses.left.get(use.target)
        if left is not None and left not in self.live and use.path == self.uses.place[use.target]:
            return False  # of the last iteration nothing is used
        ends = {self.key(use.target)} | ({left} & self.live)
        return (use.moves == WHOLE or piece) and ends <= whole

    def is_last(self, use: Use) -> bool:
        """Whether a use is of an array as it is in the end, as a whole."""
        name, root = use.source, self.key(use.source)
        if not self.alias.is_buffer(name):
            return True
        inside = use.target is not None and self.key(use.target) == root
        writes = (w.position for w in self.arrays.writes.get(root, ()))
        return (
            not inside
            and self.arrays.is_all(name)
            and not any(self.arrays.may_follow(position, use.position, root) for position in writes)
        )

    def is_whole(self, key: str, paths: set[Path], whole: set[str]) -> bool:
        """Whether uses at these places are one of all elements."""
        names = self.arrays.classes.get(key)
        if names is None:
            place = self.uses.place[key]
            return key in self.result or covers(paths, place) or self.is_unpacked(key, whole)
        if key in self.arrays.untracked:
            return True
        if names & self.alias.merged or not all(
            self.is_read(write, whole)
            for write in self.arrays.writes.get(key, ())
            if any(self.arrays.replaces(write, other) for other in self.arrays.writes[key])
        ):
            return False
        place = min((self.uses.place[name] for name in names), key=len)
        return any(n in self.result and self.arrays.is_all(n) for n in names) or covers(
            paths, place
        )

    def is_unpacked(self, name: str, whole: set[str]) -> bool:
        """Whether all items of an array are read one by one where it is made."""
        kind, place = self.kinds[name], self.uses.place[name]
        size = kind.shape[0] if kind.base == "array" and kind.shape else None
        if not isinstance(size, int):
            return False
        read: set[int] = set()
        for use in self.uses.all:
            index = use.index.value if isinstance(use.index, Const) else None
            if use.source == name and use.path == place and self.uses_all(use, whole, True):
                if isinstance(index, slice):
                    read.update(range(size)[index])
                elif isinstance(index, int) and -size <= index < size:
                    read.add(index % size)
        return len(read) == size

    def is_read(self, write: Write, whole: set[str]) -> bool:
        """Whether the elements that a write replaces were read before."""
        root = self.key(write.name)
        for use in self.uses.all:
            same = use.source == write.name and use.position < write.position
            if not same or use.path != write.path[: len(use.path)]:
                continue
            piece = use.index is not None and use.index == write.index
            if (piece or write.index == Const(Ellipsis)) and self.uses_all(use, whole, piece):
                between = range(use.position + 1, write.position)
                writes = (w.position for w in self.arrays.writes.get(root, ()))
                if not any(position in between for position in writes):
                    return True
        return False


def covers(paths: set[Path], place: Path) -> bool:
    """Whether what runs at ``place`` comes to one of the paths: loops run, one branch is taken."""
    paths = set(paths)
    work = list(paths)
    while work:
        path = work.pop()
        if beyond(path, place) != "if":
            return True
        sort, name = path[-1]
        other = (*path[:-1], (sort, f"{name[:-1]}{'10'[int(name[-1])]}")) if sort == "if" else path
        if other in paths and path[:-1] not in paths:
            paths.add(path[:-1])
            work.append(path[:-1])
    return False
