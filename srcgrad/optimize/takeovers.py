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
from srcgrad.optimize.copies import without
from srcgrad.rules.builder import Builder, Names


def taken_over(function: Function, names: Names) -> Function:
    """The function without copies that may as well be what they are copies of."""
    while any(_copies(function)):
        found = next(_takeovers(function), None)
        if found is not None:
            function = _made_without(function, found)
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
            if any(found is copy for found in _takeovers(changed)):
                return _made_without(changed, copy)
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


def _made_without(function: Function, copy: Let) -> Function:
    return without(function, {str(copy.target): copy.args[0]})


def _takeovers(function: Function) -> Iterator[Let]:
    """The copies that may as well be what they are copies of."""
    candidates = {id(copy) for copy in _candidates(function)}
    if candidates:
        yield from _Takeovers(function).block(function.body, candidates)


def _candidates(function: Function) -> Iterator[Let]:
    """The copies of arrays that the function makes, and no list or tape holds."""
    alias = aliases(function, strict=False)
    made = new_arrays(function)
    held = {alias.root(name) for name in alias.held}
    for copy in _copies(function):
        source, target = copy.args[0], str(copy.target)
        if isinstance(source, str) and source in made:
            kinds = function.kinds[source], function.kinds[target]
            arrays = all(kind.base == "array" for kind in kinds) and bool(kinds[0].ndim)
            if arrays and held.isdisjoint((alias.root(source), alias.root(target))):
                yield copy


class _Takeovers:
    def __init__(self, function: Function) -> None:
        self.alias = aliases(function, strict=False, apart=handed_over(function), all_views=True)
        self.live = {
            id(statement): live
            for statement, live in with_live(function.body, set(ir.names(function.result)))
        }

    def block(self, block: Block, candidates: set[int]) -> Iterator[Let]:
        """Those of the candidates that need not be made."""
        for number, statement in enumerate(block):
            for inner in ir.blocks(statement):
                yield from self.block(inner, candidates)
            if isinstance(statement, Let) and id(statement) in candidates:
                if self.is_dead(statement, block[number + 1 :]):
                    yield statement

    def is_dead(self, copy: Let, rest: Block) -> bool:
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
        return all(self.alias.root(name) != source for name in self.live[id(before)])
