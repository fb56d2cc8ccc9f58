"""Arrays that are larger than all that they are made of are computed where their elements are read.

Before::

    d = x[:, None, :] - w[None, :, :]
    y = np.sum(d * d, axis=2)
    t = d * y_bar[:, :, None]

After::

    d = x[:, None, :] - w[None, :, :]
    y = np.sum(d * d, axis=2)
    d0 = x[:, None, :] - w[None, :, :]
    t = d0 * y_bar[:, :, None]

In nests, neither is stored.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Function, Let, Statement
from srcgrad.loopform.members import Members
from srcgrad.loopform.views import Views
from srcgrad.optimize.dead import eliminate
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def computed_again(function: Function, names: Names) -> Function:
    """The function with what is cheap and large computed in front of each of its readers."""
    return _Again(function, names).run()


class _Again:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.members = Members(function, names, Views(function))
        self.cheap: dict[str, Let] = {}

    def run(self) -> Function:
        return eliminate(replace(self.function, body=self.block(self.function.body)))

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let):
                result += self.let(statement)
            else:
                result.append(ir.map_blocks(statement, self.block))
        return ir.as_block(result, block)

    def let(self, let: Let) -> list[Statement]:
        """A statement, and before it what it reads."""
        if self.is_cheap(let):
            self.cheap[str(let.target)] = let
            return [let]
        if self.members.member(let) is None:  # it needs an array
            return [let]
        table: dict[str, str] = {}
        made: list[Statement] = []
        for name in dict.fromkeys(ir.names(let.args)):
            if name in self.cheap:
                self.names.again.add(name)
                table[name] = self.names.fresh(ir.base(name), self.names.kinds[name])
                made.append(replace(self.cheap[name], target=table[name], adjoint=let.adjoint))
        return [*made, ir.map_operands(let, table)] if made else [let]

    def is_cheap(self, let: Let) -> bool:
        """Whether it is arithmetic of arrays with fewer axes, which nothing writes into."""
        op = OPS[let.op]
        if let.target is None or op.effect or not (op.arithmetic or let.op == "np.outer"):
            return False
        kind = self.names.kinds[let.target]
        if self.alias.is_buffer(let.target):
            return False
        arrays = [name for name in ir.names(let.args) if not self.names.kind(name).immutable]
        if kind.base != "array" or any(self.names.kinds[n].base != "array" for n in arrays):
            return False
        return bool(arrays) and all(
            not self.alias.is_buffer(name) and extent(self.names.kinds[name]) < extent(kind)
            for name in arrays
        )


def extent(kind: Kind) -> int:
    """The number of axes that are not known to be of length 1."""
    return sum(dim != 1 for dim in kind.shape or ())
