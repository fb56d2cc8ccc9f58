"""Sizes that a loop makes less by a constant in each iteration, as in ``v = p * v[1:] + q * v[:-1]``.

Their symbol is one size within an iteration, there and in the loop that runs it backwards, where all
that has it comes of that iteration. Only symbols of which this is certain are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from srcgrad.analysis.unsettled import unsettled_beside
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, If, Let, Operand, Statement


@dataclass(frozen=True)
class Shrinks:
    """``dim`` is the size of axis ``axis`` of ``first`` before ``loop``, and ``less`` less each time."""

    dim: str
    loop: For
    back: For | None  # the loop that runs backwards
    first: str
    axis: int
    less: int


def shrinking(function: Function) -> list[Shrinks]:
    """The sizes that shrink in counted loops of the body, by ones that stand for one size."""
    loops = [s for s in ir.walk(function.body) if isinstance(s, For)]
    return [
        found
        for loop in function.body
        if isinstance(loop, For) and loop.step in (Const(1), Const(-1))
        for found in _candidates(loop, loops, function)
        if _Iterations(found, function).are_apart()
    ]


def _candidates(loop: For, loops: list[For], function: Function) -> Iterator[Shrinks]:
    behind = [other for other in loops if loop.label and other.label == loop.label + "'"]
    if len(behind) > 1 or sum(other.label == loop.label for other in loops) > 1:
        return
    if any(other not in function.body for other in behind):
        return
    back = behind[0] if behind else None
    seen: set[Dim] = set()
    for carry in loop.carries:
        init, next_ = _shape(carry.init, function), _shape(carry.next, function)
        for axis, dim in enumerate(_shape(carry.phi, function) or ()):
            if init is None or next_ is None or isinstance(dim, int) or dim in seen:
                continue
            name, less = kindlib.parted(str(next_[axis]))
            if less > 0 and name == dim and "[" not in dim:
                seen.add(dim)
                yield Shrinks(dim, loop, back, str(carry.init), axis, less)


def _shape(operand: Operand | None, function: Function) -> tuple[Dim, ...] | None:
    kind = function.kinds[operand] if isinstance(operand, str) else None
    return kind.shape if kind is not None and kind.base == "array" else None


class _Iterations:
    """Whether what has a size that shrinks comes of one iteration."""

    def __init__(self, found: Shrinks, function: Function) -> None:
        self.found = found
        self.function = function
        self.inside = set(map(id, (found.loop, found.back)))
        self.size = (_shape(found.first, function) or ())[found.axis]
        self.after = {  # the sizes behind the loop
            dim
            for carry in found.loop.carries
            for own, dim in zip(
                _shape(carry.phi, function) or (), _shape(carry.out, function) or (), strict=False
            )
            if own == found.dim
        }

    def of(self, kind: Kind) -> Iterator[Dim]:
        """The sizes of a kind that come of the symbol."""
        dims = [*(kind.shape or ()), *([] if kind.dim is None else [kind.dim])]
        yield from (dim for dim in dims if isinstance(dim, str) and self.comes_of(dim))
        for item in kind.items:
            if isinstance(item, Kind):
                yield from self.of(item)

    def comes_of(self, dim: str) -> bool:
        return dim.partition("[")[0].partition("-")[0] == self.found.dim

    def has(self, name: Operand | None) -> bool:
        return isinstance(name, str) and any(self.of(self.function.kinds[name]))

    def are_apart(self) -> bool:
        around = {self.size, *self.after}
        if self.size in unsettled_beside(self.function, {self.found.dim}) or any(
            map(self.has, self.function.params)
        ):
            return False
        if self.found.dim in around or not self.tapes_match():
            return False
        return self.block(self.function.body, False)

    def block(self, block: Block, within: bool) -> bool:
        """Whether all in a block is well, which stands in an iteration or not."""
        for statement in block:
            if not within and any(map(self.has, ir.defined(statement))):
                return False
            if any(map(self.has, ir.local(statement))) and not within:
                if id(statement) not in self.inside:
                    return False
            if isinstance(statement, If):
                pairs = [(m.out, (m.then, m.orelse)) for m in statement.merges]
                if not all(self.alike(out, sides) for out, sides in pairs):
                    return False
            elif not isinstance(statement, Let) and not self.carried(statement, within):
                return False
            inner = within or id(statement) in self.inside
            if not all(self.block(nested, inner) for nested in ir.blocks(statement)):
                return False
            if isinstance(statement, Let) and self.is_hidden(statement):
                return False
        return True

    def is_hidden(self, let: Let) -> bool:
        """Whether a list, or what a procedure gives, has the size."""
        target = let.target
        if target is None or not self.has(target):
            return False
        return let.op == "procedure" or self.function.kinds[target].base == "list"

    def carried(self, statement: Statement, within: bool) -> bool:
        carries = () if isinstance(statement, Let | If) else statement.carries
        if statement is self.found.loop:
            return all(map(self.shrinks, carries))
        if statement is self.found.back:
            return all(map(self.grows, carries)) and all(map(self.ends, carries))
        return all(self.alike(c.phi, (c.init, c.next, c.out)) for c in carries)

    def alike(self, name: str, others: tuple[Operand | None, ...]) -> bool:
        """Whether what a name stands for has its sizes, where they come of the symbol."""
        if not any(map(self.has, (name, *others))):
            return True
        kind = self.function.kinds[name]
        return all(
            other is None
            or (
                isinstance(other, str)
                and list(self.of(self.function.kinds[other])) == list(self.of(kind))
            )
            for other in others
        ) and all(
            other is None or _shape(other, self.function) == _shape(name, self.function)
            for other in others
        )

    def shrinks(self, carry: Carry) -> bool:
        return self.steps(
            carry, {self.size}, self.found.dim, kindlib.shrunk(self.found.dim, self.found.less)
        )

    def grows(self, carry: Carry) -> bool:
        return self.steps(
            carry, self.after, kindlib.shrunk(self.found.dim, self.found.less), self.found.dim
        )

    def ends(self, carry: Carry) -> bool:
        """Whether what goes backwards has the size before the loop in the end."""
        phi, out = _shape(carry.phi, self.function), _shape(carry.out, self.function)
        axes = [k for k, dim in enumerate(phi or ()) if isinstance(dim, str) and self.comes_of(dim)]
        return not axes or (out is not None and all(out[k] == self.size for k in axes))

    def steps(self, carry: Carry, before: set[Dim], own: Dim, after: Dim) -> bool:
        """Whether a carry goes from the sizes ``before``, as one of size ``own``, to ``after``."""
        if not any(map(self.has, (carry.phi, carry.next))):
            return not self.has(carry.init)
        shapes = [_shape(x, self.function) for x in (carry.init, carry.phi, carry.next)]
        init, phi, next_ = shapes
        if init is None or phi is None or next_ is None or not len(init) == len(phi) == len(next_):
            return False
        for first, dim, last in zip(init, phi, next_, strict=True):
            related = any(isinstance(d, str) and self.comes_of(d) for d in (first, dim, last))
            if related and not (first in before and dim == own and last == after):
                return False
        return True

    def tapes_match(self) -> bool:
        """Whether what is kept in an iteration is read where that is run backwards."""
        inside = {
            label: {id(s) for s in ir.walk(loop.body)} if loop is not None else set()
            for label, loop in (("push", self.found.loop), ("pop", self.found.back))
        }
        uses: dict[str, list[Let]] = defaultdict(list)
        for s in ir.walk(self.function.body):
            if isinstance(s, Let) and s.op in ir.TAPES:
                uses[s.args[0]].append(s)
        for lets in uses.values():
            values = [str(let.args[1] if let.op == "push" else let.target) for let in lets]
            values = [v for v in values if v in self.function.kinds]
            if not any(map(self.has, values)):
                continue
            if len(lets) != 2 or {let.op for let in lets} != {"push", "pop"}:
                return False
            if any(id(let) not in inside[let.op] for let in lets):
                return False
            one, other = (list(self.of(self.function.kinds[v])) for v in values)
            if one != other:
                return False
        return True
