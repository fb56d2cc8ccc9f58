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

from collections.abc import Iterator
from dataclasses import replace

from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, For, Function, If, Let, Statement, While
from srcgrad.loopform.members import Members
from srcgrad.loopform.views import Views
from srcgrad.optimize.dead import eliminate
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS

MOST = 4  # what it may cost to compute an element again


def computed_again(function: Function, names: Names) -> Function:
    """The function with what is cheap and large computed in front of each of its readers."""
    return _Again(function, names).run()


class _Again:
    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self.alias = aliases(function, strict=False)
        self.members = Members(function, names, Views(function))
        self.cheap: dict[str, tuple[Let, ...]] = {}  # the statements that make it
        self.stored = {*ir.names(function.result), *handed_on(function)}

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
        cheap = self.is_cheap(let)
        if cheap:
            before = (s for name in ir.names(let.args) for s in self.cheap.get(name, ()))
            steps = (*dict.fromkeys(before), let)
            cheap = sum(OPS[s.op].cost for s in steps) <= MOST
            if cheap:
                self.cheap[str(let.target)] = steps
        if not cheap and self.members.member(let) is None:  # it needs an array
            return [let]
        table: dict[str, str] = {}
        made: list[Let] = []
        for name in dict.fromkeys(ir.names(let.args)):
            for step in self.cheap.get(name, ()):
                target = str(step.target)
                if target not in table:
                    self.names.again.add(target)
                    table[target] = self.names.fresh(ir.base(target), self.names.kinds[target])
                    copied = replace(step, target=table[target], adjoint=let.adjoint)
                    made.append(replace(copied, args=ir.rename(step.args, table)))
        made.sort(key=self.extent_made)  # what has fewer axes would part the nest of the others
        return [*made, ir.map_operands(let, table)] if made else [let]

    def extent_made(self, let: Let) -> int:
        return extent(self.names.kinds[str(let.target)])

    def is_cheap(self, let: Let) -> bool:
        """Whether it takes one step from arrays that nothing writes into, and reads no more than it is.

        It is arithmetic of arrays with fewer axes, or of one array with numbers and such arrays.
        """
        op = OPS[let.op]
        if let.target is None or op.effect or self.alias.is_buffer(let.target):
            return False
        if let.target in self.stored:  # it is there to be read
            return False
        kind = self.names.kinds[let.target]
        arrays = [name for name in ir.names(let.args) if not self.names.kind(name).immutable]
        if kind.base != "array" or any(self.names.kinds[n].base != "array" for n in arrays):
            return False
        if not arrays or any(map(self.alias.is_buffer, arrays)):
            return False
        wide = [name for name in arrays if extent(self.names.kinds[name]) >= extent(kind)]
        if op.arithmetic or let.op == "np.outer":
            if not wide:
                return True
        light = op.arithmetic or op.picks or kind.dtype == "bool"
        member = self.members.member(let) if light and op.cost <= 2 and len(wide) == 1 else None
        return member is not None and member.sort == "value"


def handed_on(function: Function) -> Iterator[str]:
    """The names that go round a loop, or out of a branch."""
    for s in ir.walk(function.body):
        if isinstance(s, For | While):
            yield from (name for c in s.carries for name in ir.names((c.init, c.next)))
        elif isinstance(s, If):
            yield from (name for m in s.merges for name in ir.names((m.then, m.orelse)))


def extent(kind: Kind) -> int:
    """The number of axes that are not known to be of length 1."""
    return sum(dim != 1 for dim in kind.shape or ())
