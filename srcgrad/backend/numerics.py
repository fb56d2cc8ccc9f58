"""``check_numerics``: the reverse sweep stops where it makes a NaN or infinity of finite values.

Before::

    x_bar = y_bar / x

After::

    x_bar = y_bar / x
    check_finite(x_bar, (y_bar, x), "model.py:4", "y = np.log(x)")
    check_gradient((x_bar,), (x, y_bar), "x")

The last check finds what no statement of the sweep is to blame for: a value that was not finite
before, of inputs that are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from srcgrad.backend.nest import nested
from srcgrad.errors import located_at
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, If, Let, Statement
from srcgrad.rules.operation import OPS


def checked(function: Function, gradients: Iterable[tuple[str, Any]]) -> Function:
    """The function with a check after each statement of the reverse sweep, as it is printed.

    And one for each of the ``gradients``, by the names of the inputs.
    """
    inline = nested(function)
    shown = set(ir.names(function.result)) | set(_exposed(function.body))
    hidden = {name: let for name, let in inline.items() if name not in shown}

    def operands(args: Any) -> Iterator[str]:
        for name in ir.names(args):
            if name in hidden:
                yield from operands(hidden[name].args)
            elif function.kinds[name].floating:
                yield name

    def visit(block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            found.append(ir.map_blocks(statement, visit))
            if not isinstance(statement, Let) or not _made(statement, function):
                continue
            origin = statement.origin
            if origin is None or statement.target in hidden:
                continue
            read = tuple(dict.fromkeys(operands(statement.args)))
            place = f"{located_at(origin.file, origin.line)}, in {origin.function}"
            found.append(
                Let(
                    None,
                    "check_finite",
                    (statement.target, read, Const(place), Const(origin.comment)),
                    origin,
                    True,
                )
            )
        return tuple(found)

    given = tuple(p for p in function.params if _may_hold(function.kinds[p]))
    last = [
        Let(None, "check_gradient", (tuple(ir.names(tree)), given, Const(name)), None, True)
        for name, tree in gradients
        if ir.names(tree)
    ]
    return replace(function, body=(*visit(function.body), *last))


def _may_hold(kind: Kind) -> bool:
    """Whether a value may hold floating numbers."""
    return kind.floating or kind.base in ("list", "opaque")


def _made(statement: Let, function: Function) -> bool:
    """Whether a statement of the reverse sweep computes a floating value."""
    op = OPS[statement.op]
    given = op.view == "held" or op.zeros or op.copies or op.distinct or statement.op == "getitem"
    if not statement.adjoint or statement.target is None or given:
        return False
    return function.kinds[statement.target].floating


def _exposed(block: Block) -> Iterator[str]:
    """What is stored, or handed on by branches and loops, without a statement of its own."""
    for statement in ir.walk(block):
        if isinstance(statement, Let):
            if statement.target is None:
                yield from ir.names(statement.args)
        elif isinstance(statement, If):
            yield from ir.names([(m.then, m.orelse) for m in statement.merges])
        else:
            yield from ir.names([(c.init, c.next) for c in statement.carries])
