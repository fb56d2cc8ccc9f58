"""What is added to all of a new array of zeros is what it begins with.

Before::

    u_bar = np.zeros_like(u)
    u_bar[1:] += t
    u_bar += v_bar

After::

    u_bar = v_bar.copy()
    u_bar[1:] += t
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.rules.operation import OPS


def whole_first(function: Function) -> Function:
    """The function whose sums begin with the contribution that is as large as they are."""
    search = _Search(function)
    return ir.updated(function, body=search.visit(function.body))


class _Search:
    def __init__(self, function: Function) -> None:
        self.kinds = function.kinds
        self.alias = aliases(function, strict=False)
        self.laid_out = {  # arrays whose layout decides what is a view
            self.alias.root(str(s.target))
            for s in ir.walk(function.body)
            if isinstance(s, Let) and s.target and OPS[s.op].by_layout
        }

    def visit(self, block: Block) -> Block:
        block = tuple(ir.map_blocks(s, self.visit) for s in block)
        left: dict[int, Statement | None] = {}
        later: set[str] = {name for s in block for name in ir.defined(s)}  # not defined yet
        for number, statement in enumerate(block):
            later.difference_update(ir.defined(statement))
            if isinstance(statement, Let) and OPS[statement.op].zeros and statement.adjoint:
                at = self.whole(statement, block, number + 1, later)
                if at is not None:
                    added = block[at]
                    assert isinstance(added, Let)
                    left[number], left[at] = None, None
                    first = at if any(map(is_mark, block[number:at])) else number
                    left[first] = replace(statement, op="np.copy", args=(added.args[2],))
        found = (left.get(number, statement) for number, statement in enumerate(block))
        return ir.as_block([s for s in found if s is not None], block)

    def whole(self, zeros: Let, block: Block, start: int, later: set[str]) -> int | None:
        """Where all of ``zeros`` is added to by what is known before, and nothing reads it before."""
        target = str(zeros.target)
        root = self.alias.root(target)
        if (
            self.kinds[target].base != "array"
            or not self.kinds[target].ndim
            or root in self.laid_out
        ):
            return None
        changed: set[str] = set()
        for number in range(start, len(block)):
            statement = block[number]
            if is_mark(statement) and any(self.reads(s, root) for s in block[start:number]):
                return None  # the forward sweep knows no cotangents
            if isinstance(statement, Let) and statement.op == "additem":
                x, index, value = statement.args
                if x == target and index == Const(Ellipsis) and isinstance(value, str):
                    known = value not in later and self.alias.root(value) not in changed
                    alike = self.kinds[value].base == "array" and _alike(self.kinds, value, target)
                    if known and alike and self.alias.root(value) != root:
                        return number
            for inner in ir.walk((statement,)):
                if not self.only_adds(inner, root):
                    return None
                changed |= self.alias.changed(inner)
        return None

    def reads(self, statement: Statement, root: str) -> bool:
        """Whether a statement reads or writes an array of a class, or a part of one."""
        return any(self.alias.root(name) == root for name in ir.all_uses((statement,)))

    def only_adds(self, statement: Statement, root: str) -> bool:
        """Whether a statement leaves the arrays of a class as they are, or adds to them."""
        if is_sum(statement):
            names = [*ir.names(statement.args[1:])]
        elif isinstance(statement, Let) and self.alias.base.get(str(statement.target)) is not None:
            names = [*ir.names(statement.args[1:])]  # a view
        elif isinstance(statement, Let) and OPS[statement.op].foreign:
            return False
        else:
            names = [*ir.uses(statement)]
        return all(self.alias.root(name) != root for name in names)


def _alike(kinds: dict[str, Kind], a: str, b: str) -> bool:
    return same_shape(kinds[a], kinds[b]) and kinds[a].dtype == kinds[b].dtype


def is_sum(statement: Statement) -> TypeGuard[Let]:
    return isinstance(statement, Let) and statement.op in ir.STORES and statement.op != "setitem"
