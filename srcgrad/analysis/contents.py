"""What arrays hold that are written: put there by which write, read or written over by what."""

from __future__ import annotations

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.uses import Use, Uses, Write, apart, leaves_out
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Function
from srcgrad.rules.operation import OPS
from srcgrad.rules.ranges import PLACES, WHOLE

NUMBERS = ("array", "any", "scalar", "float", "complex")


class Contents:
    """The writes to arrays, by the array: the root of its alias class."""

    def __init__(self, function: Function, alias: Aliases, uses: Uses) -> None:
        self.kinds: dict[str, Kind] = function.kinds
        self.alias = alias
        self.uses = uses
        self.order = uses.order
        self.classes: dict[str, set[str]] = {}  # the names of each array
        for name in uses.place:
            if alias.is_buffer(name):
                self.classes.setdefault(alias.root(name), set()).add(name)
        self.writes: dict[str, list[Write]] = {}
        for write in uses.writes:
            self.writes.setdefault(self.key(write.name), []).append(write)
        self.untracked = self._untracked()

    def key(self, name: str) -> str:
        """What stands for a name: its class, if that is written."""
        return self.alias.root(name) if self.alias.is_buffer(name) else name

    def put(self, use: Use) -> str | None:
        """What a use makes: a value, or what a write puts into an array."""
        if use.target is None or not self.alias.is_buffer(use.target):
            return use.target
        root = self.key(use.target)
        written = any(write.position == use.position for write in self.writes.get(root, ()))
        return f"{root}@{use.position}" if written else None

    def read(self, use: Use) -> list[str]:
        """What a use reads: a value, or all that may have been written into an array before."""
        if not self.alias.is_buffer(use.source):
            return [use.source]
        root = self.key(use.source)
        if use.target is not None and self.key(use.target) == root and self.put(use) is None:
            return []  # a view
        before = (
            w for w in self.writes.get(root, ()) if self.may_follow(use.position, w.position, root)
        )
        return [f"{root}@{write.position}" for write in before]

    def overwritten(self, use: Use) -> int:
        """What later writes leave out of what a use puts into an array."""
        root = self.key(str(use.target))
        found = WHOLE
        for write in self.writes.get(root, ()) if root not in self.untracked else ():
            if write.position == use.position:
                for later in self.writes[root]:
                    if self.replaces(later, write):
                        found = max(found, PLACES, leaves_out(later.index, self.kinds))
        return found

    def replaces(self, write: Write, other: Write) -> bool:
        """Whether a write may replace what another has written in the same run of a loop."""
        shape = self.kinds[write.name].shape
        size = shape[0] if shape else None
        elsewhere = write.name == other.name and apart(write.index, other.index, size)
        return write.replaces and write.position > other.position and not elsewhere

    def may_follow(self, later: int, earlier: int, root: str) -> bool:
        """Whether one may run after the other on the same contents of an array."""
        if later > earlier:
            return True
        loops = set(self.order.loops[later]) & set(self.order.loops[earlier])
        return any(self.outlives(root, loop) for loop in loops)

    def outlives(self, root: str, loop: str) -> bool:
        """Whether what an array holds may be older than one iteration of a loop."""
        if all(("loop", loop) in self.uses.place[name] for name in self.classes[root]):
            return False
        reads = (use for use in self.uses.all if self.key(use.source) == root)
        items: list[Use | Write] = [*reads, *self.writes.get(root, ())]
        inside = (item for item in items if loop in self.order.loops[item.position])
        first = min(inside, key=lambda item: item.position, default=None)
        renewed = (
            isinstance(first, Write)
            and first.replaces
            and first.path[-1] == ("loop", loop)
            and leaves_out(first.index, self.kinds) == WHOLE
            and self.is_all(first.name)
        )
        return not renewed

    def is_all(self, name: str) -> bool:
        """Whether a name is that of an array, not of a piece of one."""
        base = self.alias.base.get(name)
        if base is None:
            return True
        made = self.uses.made_by[name]
        piece = made.op == "getitem" and leaves_out(made.args[1], self.kinds) != WHOLE
        return not piece and self.is_all(base)

    def _untracked(self) -> set[str]:
        """What counts as used: what lists hold; arrays that one loop both reads and writes."""
        found = {self.key(name) for name in self.alias.held}
        found.update(
            self.key(name) for name in self.uses.active if self.kinds[name].base not in NUMBERS
        )
        for name, base in self.alias.base.items():
            rule = OPS[self.uses.made_by[name].op].rule
            if rule is not None and rule.style == "elementwise":  # parts of complex numbers
                found.add(self.key(base))
        for use in self.uses.all:
            root, around = self.key(use.source), set(self.order.loops[use.position])
            for write in self.writes.get(root, ()) if self.alias.is_buffer(use.source) else ():
                if write.index is not None:
                    loops = around & set(self.order.loops[write.position])
                    found.update(root for loop in loops if self.outlives(root, loop))
        return found
