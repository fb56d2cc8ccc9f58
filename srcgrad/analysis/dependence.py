"""Dependences: whether one access to an array may touch, later, the elements of another.

A store to ``x[i]`` is met by a read of ``x[j]`` that runs after it, if the places may be one: the
order in which loops run, what their variables range over, and that places are equal are inequalities
of integers, which some integers satisfy or none do (``analysis.inequalities``; as in Maydan, Hennessy,
Lam, 1991). What is not known of an access counts as all elements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.inequalities import Form, combined, satisfiable, shifted
from srcgrad.analysis.places import Path, Places, Span, Step
from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Statement, While
from srcgrad.rules.kept import makes_new
from srcgrad.rules.operation import OPS


class Access(NamedTuple):
    """Elements that a statement reads or writes; those in ``spans``, or all if it is None."""

    statement: Let | None
    path: Path
    spans: list[Span] | None
    reads: bool
    writes: bool


class Dependences:
    """The accesses to the arrays that a function makes itself, by the roots of their classes."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.alias = aliases(function, strict=False)
        self.places = Places(function)
        self.accesses: dict[str, list[Access]] = defaultdict(list)
        self.views: dict[str, tuple[list[Span] | None, bool]] = {}
        self.owners = self.find_owners()
        self.visit(function.body, ())
        end = (Step(None, 0, len(function.body)),)
        for name in ir.names(function.result):
            self.note(name, Access(None, end, None, True, False))

    def find_owners(self) -> dict[str, str]:
        """The arrays that are made here, and have no names but those of views, by their roots."""
        made: dict[str, str] = {}
        others = {self.alias.root(name) for name in self.function.params}
        views = self.alias.base
        for statement in ir.walk(self.function.body):
            for name in (*ir.defined(statement), *ir.local(statement)):
                root = self.alias.root(name)
                new = isinstance(statement, Let) and makes_new(statement, self.function.kinds)
                if new and root not in made and self.function.kinds[name].base == "array":
                    made[root] = name
                elif name not in views:
                    others.add(root)
        others.update(self.alias.root(name) for name in (*self.alias.merged, *self.alias.held))
        return {root: name for root, name in made.items() if root not in others}

    # --- accesses -----------------------------------------------------------------------------

    def visit(
        self, block: Block, path: Path, around: Statement | None = None, side: int = 0
    ) -> None:
        for position, statement in enumerate(block):
            here = (*path, Step(around, side, position))
            if isinstance(statement, Let):
                self.let(statement, here)
            for k, inner in enumerate(ir.blocks(statement)):
                self.visit(inner, here, statement, k)

    def let(self, let: Let, path: Path) -> None:
        if let.target in self.alias.base:
            self.view(let, path)
        store = let.op in ir.STORES and isinstance(let.args[0], str)
        if store:
            spans = self.named(let, path)
            self.note(let.args[0], Access(let, path, spans, let.op != "setitem", True))
        else:
            handed = ir.names(let.args) if is_opaque(let) else ()
            for root in (*self.alias.changed(let), *map(self.alias.root, handed)):
                self.owners.pop(root, None)
        for name in content_reads(let, self.function):
            spans = self.named(let, path) if self.is_element(let, name) else self.seen(name)
            self.note(name, Access(let, path, spans, True, False))

    def is_element(self, let: Let, name: str) -> bool:
        return let.op == "getitem" and name == let.args[0] and name not in ir.names(let.args[1])

    def note(self, name: str, access: Access) -> None:
        root = self.alias.root(name)
        if root in self.owners:
            self.accesses[root].append(access)

    def named(self, let: Let, path: Path) -> list[Span] | None:
        """What the subscript of a statement names."""
        spans = self.seen(let.args[0])
        whole = spans is None or not self.is_straight(let.args[0])
        return spans if whole else self.places.within(spans, let.args[1], path)[0]  # type: ignore[arg-type]

    def view(self, let: Let, path: Path) -> None:
        base = self.alias.base[str(let.target)]
        spans = self.seen(base)
        if spans is None or let.op != "getitem" or not self.is_straight(base):
            self.views[str(let.target)] = spans, False
        else:
            self.views[str(let.target)] = self.places.within(spans, let.args[1], path)

    def seen(self, name: str) -> list[Span] | None:
        """The elements of the array behind it that a name shows."""
        return self.views[name][0] if name in self.views else self.places.whole(name)

    def is_straight(self, name: str) -> bool:
        """Whether the axes of what a name shows are those of the array behind it, in their order."""
        return name not in self.views or self.views[name][1]

    # --- dependences --------------------------------------------------------------------------

    def known(self, name: str) -> bool:
        """Whether all accesses to the array of a name are known."""
        return self.alias.root(name) in self.owners

    def may_be_read(self, store: Access, root: str) -> bool:
        """Whether what a store leaves may be read later."""
        return any(self.meets(store, other, root) for other in self.accesses[root] if other.reads)

    def meets(self, first: Access, later: Access, root: str) -> bool:
        """Whether one access may touch elements of another that ran before it."""
        made = self.places.home.get(self.owners[root], frozenset())
        return any(
            satisfiable(self.inequalities(first, later, same, order))
            for same, order in self.cases(first.path, later.path, made)
        )

    def cases(
        self, first: Path, later: Path, made: frozenset[int]
    ) -> Iterator[tuple[frozenset[int], For | None]]:
        """The ways in which one may run after the other: the loops that are in one iteration for
        both, and the one that has gone on. No array outlives the iteration that it is made in.
        """
        same: frozenset[int] = frozenset()
        for a, b in zip(first, later, strict=False):
            if isinstance(a.around, For | While):
                if id(a.around) not in made:
                    yield same, a.around if isinstance(a.around, For) else None
                same |= {id(a.around)}
            if (a.side, a.position) != (b.side, b.position):
                apart = isinstance(a.around, If) and a.side != b.side
                if not apart and (a.side, a.position) < (b.side, b.position):
                    yield same, None
                return

    def inequalities(
        self, first: Access, later: Access, same: frozenset[int], loop: For | None
    ) -> list[Form]:
        """What holds if ``later`` runs after ``first`` on an element of its own."""
        sides = [self.side(first, "1", same), self.side(later, "2", same)]
        found = [form for side in sides for form in side]
        step = loop.step.value if loop is not None and isinstance(loop.step, Const) else 0
        if loop is not None and step:
            before, after = {(loop.var, "1"): 1}, {(loop.var, "2"): 1}
            ahead = combined(after, before, -1) if step > 0 else combined(before, after, -1)
            found.append(shifted(ahead, -1))
        return found

    def side(self, access: Access, number: str, same: frozenset[int]) -> list[Form]:
        """What holds of an access: of its integers, and of the element ``("at", axis)`` of it."""
        ends = [(span.low, span.high) for span in access.spans or ()]
        forms = self.places.facts(access.path, *(end for pair in ends for end in pair))
        for k, (low, high) in enumerate(ends):
            at = {("at", k): 1}
            if low is not None:
                forms.append(combined(at, low, -1))
            if high is not None:
                forms.append(shifted(combined(high, at, -1), -1))
        return [self.numbered(form, number, same) for form in forms]

    def numbered(self, form: Form, number: str, same: frozenset[int]) -> Form:
        """A form of the names of one of two iterations, where these differ."""
        home = self.places.home

        def own(symbol: object) -> bool:
            return symbol in home and not home[symbol] <= same

        return {(s, number) if own(s) else s: count for s, count in form.items()}


def is_opaque(let: Let) -> bool:
    """Whether a statement may keep references to its operands, or give them back."""
    op = OPS[let.op]
    return op.foreign or op.view in ("held", "unknown") or let.op in ir.OBSERVED
