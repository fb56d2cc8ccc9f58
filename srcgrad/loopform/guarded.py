"""Loops that only add products with a number that is mostly 0 run where it is picked.

Before::

    for j in range(n):
        d = v if y[j] == least else 0.0         # what a minimum passes back
        for k in range(m):
            x_bar[k] += d * (x[k] - c[j, k])

After::

    for j in range(n):
        t = y[j] == least
        d = v if t else 0.0
        if t:
            for k in range(m):
                x_bar[k] += d * (x[k] - c[j, k])

What is not picked gives nothing, not even NaN, as in a branch that is not taken.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Merge, Statement
from srcgrad.loopform import EACH
from srcgrad.optimize.raising import raised
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS

ZERO = Const(0.0)


def guarded(function: Function, names: Names) -> Function:
    """The function whose loops do not add up products with what was not picked."""
    return ir.updated(function, body=_Guarded(function, names).block(function.body))


class _Guarded:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.made = {s.target: s for s in ir.walk(function.body) if isinstance(s, Let) and s.target}

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        picked: dict[str, Let] = {}  # what is 0 if a condition does not hold
        for statement in block:
            statement = ir.map_blocks(statement, self.block)
            if isinstance(statement, Let) and self.is_picked(statement):
                picked[str(statement.target)] = statement
            zeros = {name: name for name in picked}
            if isinstance(statement, For) and statement.adjoint and picked:
                for let in (s for s in result if isinstance(s, Let)):
                    self.pass_on(let, zeros)
                found = self.only_adds(statement, zeros)
                if found is not None:
                    result += self.under(statement, picked[found])
                    continue
            result.append(statement)
        return ir.as_block(result, block)

    def is_picked(self, let: Let) -> bool:
        """Whether this is a cotangent, ``v if c else rest``, of which the rest is 0, or NaN in its place."""
        return let.op == "either" and let.target in self.names.picked

    def pass_on(self, let: Let, zeros: dict[str, str]) -> None:
        """What is 0 where another number is, and of which."""
        sources = {zeros.get(arg) for arg in let.args if isinstance(arg, str | Const)}  # type: ignore[arg-type]
        found = sources - {None}
        if let.target is None or len(found) != 1 or not self.is_zero(let, zeros):
            return
        zeros[let.target] = str(found.pop())

    def is_zero(self, let: Let, zeros: dict[str, str]) -> bool:
        """Whether arithmetic gives 0 where what is in ``zeros`` is 0."""
        if not (OPS[let.op].arithmetic or let.op == "neg"):
            return False
        if not self.names.kinds[str(let.target)].immutable:
            return False
        try:
            return all(
                OPS[let.op].function(*(0.0 if arg in zeros else other for arg in let.args)) == 0.0
                for other in (1.0, 2.0)
            )
        except ZeroDivisionError:
            return False

    def only_adds(self, loop: For, zeros: dict[str, str]) -> str | None:
        """The number without which all that a loop adds is 0; it does nothing else."""
        inner, found = dict(zeros), set()
        for s in loop.body:
            if not isinstance(s, Let):
                return None
            if s.op == "additem" and s.args[2] in inner:
                found.add(inner[s.args[2]])
            elif s.target is None or OPS[s.op].effect or self.may_raise(s):
                return None
            else:
                self.pass_on(s, inner)
        for carry in loop.carries:
            made = self.made.get(str(carry.next))
            if made is None or made.op not in ("plus", "add") or made.args[0] != carry.phi:
                return None
            if made.args[1] not in inner:
                return None
            found.add(inner[made.args[1]])
        return found.pop() if len(found) == 1 else None

    def may_raise(self, let: Let) -> bool:
        """Whether a statement may raise; elements are read that have been read in the primal."""
        return let.op != "getitem" and bool(raised(let, self.names.kinds))

    def under(self, loop: For, picked: Let) -> list[Statement]:
        """A loop in the branch in which the number is picked."""
        b = Builder(self.names, adjoint=True)
        cond, rest = picked.args[0], picked.args[2]
        if rest != ZERO:  # NaN, perhaps
            cond = b.emit("np.logical_or", cond, b.emit("ne", rest, ZERO), kind=kinds.BOOL)
        carries = [replace(c, out=self.fresh(c.out)) for c in loop.carries]
        merges = [
            Merge(old.out, new.out, old.init)
            for old, new in zip(loop.carries, carries, strict=True)
        ]
        inside = replace(loop, carries=tuple(carries))
        b.add(If(cond, (inside,), (), tuple(merges), None, True, EACH))
        return list(b.take())

    def fresh(self, name: str) -> str:
        return self.names.fresh(ir.base(name), self.names.kinds[name])
