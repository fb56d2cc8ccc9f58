"""Which neighbours become one nest: of one space, and without what another element must wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from srcgrad.analysis.alias_classes import Aliases
from srcgrad.analysis.bounds import Bounds
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Const, For, Let, Operand, Statement, names
from srcgrad.ir.nodes import uses as statement_uses
from srcgrad.loopform.accesses import Access, Member, Through
from srcgrad.loopform.members import REDUCED
from srcgrad.loopform.views import Along, Fixed
from srcgrad.rules.operation import CALL, OPS

SHORT = 16  # a loop of so few turns is not vectorised
POINTERS = 8  # comparisons of arrays with which a loop is still vectorised


class Places:
    """What is known of the integers in subscripts."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def differ(self, a: Operand, b: Operand) -> bool:
        """Whether two places on an axis are different, for certain."""
        (name, offset), (other, more) = self.sum(a), self.sum(b)
        if name != other:
            return self.above(a, b) or self.above(b, a)
        if offset == more:
            return False
        if name is None:
            return (offset < 0) == (more < 0)
        low = self.bounds.low(name)
        return low is not None and low + min(offset, more) >= 0

    def above(self, a: Operand, b: Operand) -> bool:
        """Whether ``a`` is the variable of a loop whose turns are all above ``b``, which is no less
        than 0.
        """
        loop = self.bounds.made.get(a) if isinstance(a, str) else None
        low = self.bounds.low(b)
        if not isinstance(loop, For) or low is None or low < 0:
            return False
        step = loop.step.value if isinstance(loop.step, Const) else 0
        name, offset = self.sum(b)
        least, more = self.sum(loop.start if step > 0 else loop.stop)
        return step != 0 and name == least and more + (step < 0) > offset

    def sum(self, operand: Operand) -> tuple[str | None, int]:
        if isinstance(operand, Const):
            return None, int(operand.value)
        made = self.bounds.made.get(operand)
        name, offset = self.bounds.shifted(made) if isinstance(made, Let) else (None, 0)
        return (operand, 0) if name is None else (name, offset)


def uses(members: Iterable[Member]) -> Counter[str]:
    """How often statements read a name."""
    return Counter(name for member in members for name in names(member.let.args))


@dataclass
class Group:
    """Statements that become one nest, and those that stand before and after it."""

    alias: Aliases
    places: Places
    count: Counter[str]  # how often the function reads a name
    fresh: frozenset[str] = frozenset()  # the arrays that the block allocates
    made: frozenset[str] = frozenset()  # all that it gives names to
    members: list[Member] = field(default_factory=list)
    before: list[Statement] = field(default_factory=list)
    after: list[Statement] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)  # what those after it make
    values: set[str] = field(default_factory=set)  # the arrays that its members make
    results: set[str] = field(default_factory=set)  # what is there when the nest has run
    reads: list[Access] = field(default_factory=list)
    writes: list[Access] = field(default_factory=list)

    def another(self) -> Group:
        """A group of the same block, as yet without statements."""
        return Group(self.alias, self.places, self.count, self.fresh, self.made)

    def accepts(self, member: Member) -> bool:
        """Whether a statement may run in the iterations of the others."""
        if not self.members:
            return self.consistent(member)
        if member.space != self.members[0].space or self.results & set(names(member.let.args)):
            return False
        if member.write is not None and member.write.base in self.values:
            return False
        if not all(self.own(access, member) for access in member.reads.values()):
            return False
        if not all(self.places_known(a) for a in (*member.reads.values(), member.write) if a):
            return False
        earlier = [(access, self.writes) for access in member.reads.values()]
        if member.write is not None:
            earlier.append((member.write, [*self.writes, *self.reads]))
        return (
            not any(self.clash(a, b, member.space) for a, others in earlier for b in others)
            and self.consistent(member)
            and self.few(member)
        )

    def consistent(self, member: Member) -> bool:
        """Whether a store reads no other element of the array that it writes."""
        write = member.write
        if write is None:
            return True
        along = [part.axis for part in write.parts if isinstance(part, Along)]
        if write.gathers:
            return not any(self.clash(write, read, member.space) for read in member.reads.values())
        if sorted(along) != [k for k, dim in enumerate(member.space) if dim != 1 or k in along]:
            return False
        return not any(self.clash(write, read, member.space) for read in member.reads.values())

    def own(self, access: Access, member: Member) -> bool:
        """Whether what is read of an array of the group is the element at hand."""
        if access.base not in self.values:
            return True
        return access.parts == tuple(Along(axis) for axis in range(len(member.space)))

    def places_known(self, access: Access) -> bool:
        fixed = [
            part.at if isinstance(part, Fixed) else part.by
            for part in access.parts
            if not isinstance(part, Through)
        ]
        return not self.results & set(names(tuple(fixed)))

    def clash(self, a: Access, b: Access, space: tuple[Dim, ...]) -> bool:
        """Whether two accesses may be to one element in different iterations."""
        if self.alias.root(a.base) != self.alias.root(b.base) or self.distinct(a.base, b.base):
            return False
        if a.base != b.base or len(a.parts) != len(b.parts):
            return True
        return (a != b or a.gathers) and not a.disjoint(b, self.places, space)

    def distinct(self, a: str, b: str) -> bool:
        """Whether one was allocated in this block, and the other then or before it."""
        return a != b and any(
            x in self.fresh and (y in self.fresh or y not in self.made) for x, y in ((a, b), (b, a))
        )

    def few(self, member: Member) -> bool:
        """Whether the loop still has few enough arrays for the compiler to tell them apart.

        It must, to do several elements at once; sums and calls of functions it does one by one.
        """
        members, innermost = [*self.members, member], member.space[-1]
        if isinstance(innermost, int) and innermost <= SHORT:
            return True
        if any(m.sort in REDUCED or OPS[m.let.op].cost >= CALL for m in members):
            return True
        inner = uses(members)
        written = {m.write.base for m in members if m.write is not None}
        written |= {
            str(m.let.target)
            for m in members
            if m.sort not in REDUCED
            and m.write is None
            and self.count[str(m.let.target)] > max(inner[str(m.let.target)], 1)
        }
        read = {a.base for m in members for a in m.reads.values()} - self.values - written
        pairs = len(written) * len(read) + len(written) * (len(written) - 1) // 2
        return pairs <= POINTERS

    def release(self, user: Member) -> list[Member]:
        """The members that nothing but a later statement reads, and that may run with it instead."""
        if not self.members or user.space != self.members[0].space:
            return []
        written = {self.alias.root(access.base) for access in self.writes}
        needed = {name for s in self.after for name in statement_uses(s)}
        found = [
            m
            for m in self.members
            if m.sort == "value"
            and m.let.target not in needed
            and not any(self.alias.root(a.base) in written for a in m.reads.values())
            and not self.results & set(names(m.let.args))
        ]
        while True:  # what reads a value that stays, or is read by what stays, stays
            moved = {str(m.let.target) for m in found}
            read = uses((*found, user))
            left = [
                m
                for m in found
                if read[str(m.let.target)] == self.count[str(m.let.target)]
                and not (self.values - moved) & {a.base for a in m.reads.values()}
            ]
            if len(left) == len(found):
                break
            found = left
        if len(found) == len(self.members):
            return []
        kept = [m for m in self.members if m not in found]
        self.members, self.values, self.results = [], set(), set()
        self.reads, self.writes = [], []
        for member in kept:
            self.add(member)
        return found

    def add(self, member: Member) -> None:
        self.members.append(member)
        self.reads += [a for a in member.reads.values() if a.base not in self.values]
        target = member.let.target
        if member.sort == "value":
            self.values.add(str(target))
        elif target is not None:
            self.results.add(target)
        if member.write is not None:
            self.writes.append(member.write)
