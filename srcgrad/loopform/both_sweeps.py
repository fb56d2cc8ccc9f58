"""A loop of independent iterations, and the one that runs it backwards, as one: nothing is kept.

Before::

    for i in range(n):
        r = x[i] * c - y[i]
        tape[i] = r
        total += r * r
    for i in range(n - 1, -1, -1):
        c_bar += 2 * y_bar * tape[i] * x[i]

After::

    for i in range(n):
        r = x[i] * c - y[i]
        total += r * r
        c_bar += 2 * y_bar * r * x[i]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcgrad.analysis.reads import content_reads
from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import BOTH, FORWARD, heading, is_mark
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Statement
from srcgrad.loopform import EACH
from srcgrad.loopform.apart import Apart
from srcgrad.loopform.fuse import Fusing, fresh
from srcgrad.loopform.groups import Places
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def sweeps_joined(function: Function, names: Names) -> Function:
    """The function with both sweeps of a loop in one, where its iterations are independent."""
    labels = {s.label for s in ir.walk(function.body) if isinstance(s, For)}
    if not any(f"{label}'" in labels for label in labels):
        return function
    return replace(function, body=_Both(function, names).block(function.body))


class _Both(Fusing):
    def __init__(self, function: Function, names: Names) -> None:
        super().__init__(function, names)
        self.apart = Apart(function, names)
        self.places = Places(self.apart.bounds)

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            result.append(ir.map_blocks(statement, self.block))
            self.with_its_forward(result)
        return ir.as_block(result, block)

    def with_its_forward(self, block: list[Statement]) -> None:
        """Let the last statement, and the loop that it runs backwards, be one, where they may."""
        then = block[-1]
        found = ((k, s) for k, s in enumerate(block[:-1]) if isinstance(s, For))
        if not isinstance(then, For):
            return
        for at, first in found:
            if f"{first.label}'" == then.label and self.backwards(first, then):
                self.join(block, at, first, then)
                return

    def join(self, block: list[Statement], at: int, first: For, then: For) -> None:
        self.fresh = fresh(block)
        if self.apart.plan(then, self.fresh) is None:
            return
        before, after = needed(then, block[at + 1 : -1])
        if self.meet_in_iterations(first, then, before) and self.may_follow(after, [*before, then]):
            joined = replace(self.as_one(first, then), label=EACH)
            block[at:] = headed([*before, joined], after)

    def may_follow(self, rest: list[Statement], moved: list[Statement]) -> bool:
        """Whether statements may run after others that stood behind them, or among them."""
        mine, others = self.touched(moved), self.touched(rest)
        if mine is None or others is None:
            return False
        (reads, writes, adds), (read, written, added) = mine, others
        return not (
            written & (reads | writes | adds)
            or writes & (read | added)
            or added & reads
            or adds & read
        )

    def touched(self, block: Iterable[Statement]) -> tuple[set[str], set[str], set[str]] | None:
        """The arrays that are read, written, and added to; None if that is not known."""
        reads: set[str] = set()
        writes: set[str] = set()
        adds: set[str] = set()
        for s in ir.walk(tuple(block)):
            if not isinstance(s, Let):
                continue
            if s.op in ir.STORES:
                (adds if s.op == "additem" else writes).add(self.root(s.args[0]))
                reads.update(map(self.root, self.arrays(s.args[2:])))
            elif is_mark(s) or OPS[s.op].asserts:
                pass
            elif OPS[s.op].foreign or OPS[s.op].effect:
                return None
            else:
                reads.update(map(self.root, content_reads(s, self.function)))
        return reads, writes, adds

    def arrays(self, operands: Any) -> Iterable[str]:
        return (name for name in ir.names(operands) if not self.names.kinds[name].immutable)

    def root(self, name: str) -> str:
        return name if name in self.fresh else self.alias.root(name)

    def backwards(self, first: For, then: For) -> bool:
        """Whether a loop goes from the end of another to its start, by 1."""
        if first.step != Const(1) or then.step != Const(-1):
            return False
        for end, other in ((first.start, then.stop), (first.stop, then.start)):
            name, more = self.places.sum(other)
            if self.places.sum(end) != (name, more + 1):
                return False
        return True


def needed(then: For, between: list[Statement]) -> tuple[list[Statement], list[Statement]]:
    """The statements that a loop needs of those in front of it, and the others."""
    wanted = set(ir.all_uses((then,)))
    before: list[Statement] = []
    after: list[Statement] = []
    for s in reversed(between):
        if wanted.isdisjoint(ir.defined(s)):
            after.insert(0, s)
        else:
            wanted.update(ir.all_uses((s,)))
            before.insert(0, s)
    return before, after


def headed(joined: list[Statement], after: list[Statement]) -> list[Statement]:
    """Both sweeps of a loop, and what follows, with the headings that are true then."""
    at = next((k for k, s in enumerate(after) if is_mark(s)), None)
    if at is None:
        return [*joined, *after]
    if at == 0:
        return [heading(BOTH), *joined, *after[1:]]
    return [heading(BOTH), *joined, heading(FORWARD), *after]
