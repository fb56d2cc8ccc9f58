"""Values that go round a loop alike: two flags that are always set together are one.

Before::

    stop, returned = False, False
    while not stop:
        if x > 1.0:
            stop = True
            returned = True

After::

    stop = False
    while not stop:
        if x > 1.0:
            stop = True
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Carry, Const, For, Function, If, While


def joined(function: Function) -> Function:
    """The function with one carry for those that are alike: same start, same steps."""
    table: dict[str, Any] = {}
    merges = {
        m.out: (number, m)
        for number, s in enumerate(ir.walk(function.body))
        if isinstance(s, If)
        for m in s.merges
    }

    def same(a: Any, b: Any, assumed: dict[str, str]) -> bool:
        """Whether two operands are equal if the phis in ``assumed`` are."""
        if a == b or (isinstance(a, str) and assumed.get(a) == b):
            return type(a) is type(b) and not _differ(a, b)
        if not (isinstance(a, str) and isinstance(b, str) and a in merges and b in merges):
            return False
        (here, x), (there, y) = merges[a], merges[b]
        return here == there and same(x.then, y.then, assumed) and same(x.orelse, y.orelse, assumed)

    def visit(block: Block) -> Block:
        return tuple(loop(ir.map_blocks(s, visit)) for s in block)

    def loop(statement: ir.Statement) -> ir.Statement:
        if not isinstance(statement, For | While):
            return statement
        kept: list[Carry] = []
        for carry in statement.carries:
            twin = next(
                (
                    k
                    for k in kept
                    if _starts_alike(k, carry, function)
                    and same(carry.next, k.next, {carry.phi: k.phi})
                ),
                None,
            )
            if twin is None:
                kept.append(carry)
            else:
                table.update({carry.phi: twin.phi, carry.out: twin.out})
        return replace(statement, carries=tuple(kept))

    body = visit(function.body)
    if not table:
        return function
    return replace(
        function,
        body=tuple(ir.map_operands(s, table) for s in body),
        result=ir.rename(function.result, table),
    )


def _starts_alike(a: Carry, b: Carry, function: Function) -> bool:
    """Only of scalars: two arrays that are equal may be written one by one."""
    kinds = function.kinds
    return (
        a.init is not None
        and a.init == b.init
        and not _differ(a.init, b.init)
        and (kinds[a.phi] == kinds[b.phi] and kinds[a.phi].immutable)
    )


def _differ(a: Any, b: Any) -> bool:
    """Whether two constants that compare as equal are not the same: 0 and False, 0.0 and -0.0."""
    return isinstance(a, Const) and (
        type(a.value) is not type(b.value) or repr(a.value) != repr(b.value)
    )
