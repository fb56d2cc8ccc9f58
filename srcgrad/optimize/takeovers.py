"""Copies of what nobody reads any more once the copy is written: it is written itself.

Before::

    for i in range(n):  [x <- x0 | x2]
        x1 = np.copy(x)
        y = 2 * x
        x1[0] = 0.0
        x2 = x1 + y

After::

    for i in range(n):  [x <- x0 | x2]
        y = 2 * x
        x[0] = 0.0
        x2 = x + y
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.handovers import handed_over, new_arrays, with_live
from srcgrad.analysis.shadows import with_values
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, Function, Let, Statement
from srcgrad.rules.builder import Builder, Names


def taken_over(function: Function, names: Names) -> Function:
    """The function without copies that may as well be what they are copies of."""
    while any(_copies(function)):
        found = next(_Takeovers(function).found(), None)
        if found is not None:
            function = _without(function, found)
            continue
        once = _copied_once(function, names)
        if once is None:
            break
        function = once
    return function


def _copied_once(function: Function, names: Names) -> Function | None:
    """The function in which the first array of a loop is copied, and not that of each iteration."""
    copies = {copy.args[0]: copy for copy in _copies(function)}
    for loop in ir.walk(function.body):
        for carry in loop.carries if isinstance(loop, ir.For | ir.While) else ():
            copy = copies.get(carry.phi)
            if copy is None or not isinstance(carry.init, str):
                continue
            new = with_values(function.body, _beginning(carry, names))
            changed = replace(function, body=new)
            if any(found is copy for found in _Takeovers(changed).found()):
                return _without(changed, copy)
    return None


def _beginning(carry: Carry, names: Names) -> Callable[[str, Any], Any]:
    """What loops begin with: this one with a copy."""

    def value(name: str, operand: Any) -> Any:
        if name != carry.phi:
            return operand
        b = Builder(names, adjoint=True)
        b.emit("np.copy", operand, base=ir.base(carry.phi), kind=names.kinds[operand])
        return b.take()

    return value


def _copies(function: Function) -> Iterator[Let]:
    for s in ir.walk(function.body):
        if isinstance(s, Let) and s.op == "np.copy" and s.args[1:] in ((), (Const("K"),)):
            yield s


def _without(function: Function, copy: Let) -> Function:
    def kept(block: Block) -> Block:
        return tuple(ir.map_blocks(s, kept) for s in block if s is not copy)

    table = {str(copy.target): copy.args[0]}
    body = tuple(ir.map_operands(s, table) for s in kept(function.body))
    return replace(function, body=body, result=ir.rename(function.result, table))


class _Takeovers:
    def __init__(self, function: Function) -> None:
        self.function = function
        joined = aliases(function, strict=False)
        self.alias = aliases(function, False, apart=handed_over(function))
        self.made = new_arrays(function, joined)
        self.held = {joined.root(name) for name in joined.held}
        self.joined = joined

    def found(self) -> Iterator[Let]:
        live = {id(s): names for s, names in self.live()}
        yield from self.block(self.function.body, live)

    def live(self) -> Iterator[tuple[Statement, frozenset[str]]]:
        return with_live(self.function.body, set(ir.names(self.function.result)))

    def block(self, block: Block, live: dict[int, frozenset[str]]) -> Iterator[Let]:
        for number, statement in enumerate(block):
            for inner in ir.blocks(statement):
                yield from self.block(inner, live)
            if isinstance(statement, Let) and statement.op == "np.copy":
                if self.is_candidate(statement) and self.is_dead(
                    statement, block[number + 1 :], live
                ):
                    yield statement

    def is_candidate(self, copy: Let) -> bool:
        source, target = copy.args[0], str(copy.target)
        kinds = self.function.kinds
        return (
            isinstance(source, str)
            and copy.args[1:] in ((), (Const("K"),))
            and source in self.made
            and kinds[source].base == kinds[target].base == "array"
            and bool(kinds[source].ndim)
            and not {self.joined.root(source), self.joined.root(target)} & self.held
        )

    def is_dead(self, copy: Let, rest: Block, live: dict[int, frozenset[str]]) -> bool:
        """Whether nothing reads what was copied once the copy is written, and nothing writes it."""
        source, target = self.alias.root(copy.args[0]), self.alias.root(str(copy.target))
        before: Statement = copy
        for statement in rest:
            changed = {root for s in ir.walk((statement,)) for root in self.alias.changed(s)}
            if target in changed:
                break
            if source in changed or not isinstance(statement, Let):
                return False
            before = statement
        else:
            return False  # the copy is only read
        return all(self.alias.root(name) != source for name in live[id(before)])
