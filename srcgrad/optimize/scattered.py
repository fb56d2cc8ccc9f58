"""What is zero but for few places is added to an array at these places.

Before::

    x_bar = t + to_ties(m_bar, x, m, None, False)

After, where the copy goes if nothing else reads ``t``::

    x_bar = np.copy(t)
    add_to_ties(x_bar, m_bar, x, m, None, False)
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import same_shape
from srcgrad.ir.nodes import Block, Function, Let, Statement
from srcgrad.rules.operation import OPS


def scattered(function: Function) -> Function:
    """The function whose sums with arrays of few elements that are not zero are made in place."""
    if not any(isinstance(s, Let) and OPS[s.op].into for s in ir.walk(function.body)):
        return function
    return ir.updated(function, body=_Scattered(function).block(function.body))


class _Scattered:
    def __init__(self, function: Function) -> None:
        self.kinds = function.kinds
        self.alias = aliases(function, strict=False)
        self.readers: dict[str, int] = {}
        for name in (*ir.all_uses(function.body), *ir.names(function.result)):
            self.readers[name] = self.readers.get(name, 0) + 1

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        sparse: dict[str, Let] = {}  # what is zero but for few places, and still what it was
        for statement in block:
            statement = ir.map_blocks(statement, self.block)
            changed = set().union(*(self.alias.changed(s) for s in ir.walk((statement,))))
            sparse = {
                name: made
                for name, made in sparse.items()
                if changed.isdisjoint(map(self.alias.root, ir.names(made.args)))
            }
            if isinstance(statement, Let):
                made = next((sparse[n] for n in ir.names(statement.args) if n in sparse), None)
                if made is not None and self.is_sum(statement, str(made.target)):
                    result.remove(made)
                    result += in_place(statement, made)
                    continue
                if OPS[statement.op].into and self.readers.get(str(statement.target)) == 1:
                    sparse[str(statement.target)] = statement
            result.append(statement)
        return ir.as_block(result, block)

    def is_sum(self, let: Let, part: str) -> bool:
        """Whether a part is added to an array of the kind of the sum."""
        if let.op != "add" or let.target is None or len(set(let.args)) < 2:
            return False
        kind, other = self.kinds[let.target], self.kinds.get(str(whole(let, part)))
        return (
            other is not None
            and other.base == kind.base == "array"
            and bool(kind.ndim)
            and kind.dtype == other.dtype == self.kinds[part].dtype
            and same_shape(kind, other)
            and same_shape(kind, self.kinds[part])
        )


def whole(let: Let, part: str) -> object:
    """The operand that is not the part."""
    return let.args[0] if let.args[1] == part else let.args[1]


def in_place(let: Let, made: Let) -> list[Statement]:
    copy = replace(let, op="np.copy", args=(whole(let, str(made.target)),))
    into = replace(made, target=None, op=OPS[made.op].into, args=(let.target, *made.args))
    return [copy, into]
