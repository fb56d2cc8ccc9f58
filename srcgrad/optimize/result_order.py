"""The order of the last statements: gradients in the order in which they are returned.

Before (the result is ``a_bar, b_bar``)::

    b_bar = a * y_bar
    a_bar = b * y_bar

After::

    a_bar = b * y_bar
    b_bar = a * y_bar

Only statements of one primal line change places, so that comments stay above what they explain.
"""

from __future__ import annotations

from dataclasses import replace

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function, Let
from srcgrad.rules.operation import OPS


def ordered(function: Function) -> Function:
    """The function with its last pure statements in the order of its result."""
    start = len(function.body)
    origin = None
    while start > 0:
        statement = function.body[start - 1]
        if not isinstance(statement, Let) or OPS[statement.op].effect or statement.target is None:
            break
        if origin is not None and statement.origin != origin:
            break
        origin = statement.origin
        start -= 1
    tail = {s.target: s for s in function.body[start:] if isinstance(s, Let)}
    done: dict[str, Let] = {}

    def place(name: str) -> None:
        statement = tail.get(name)
        if statement is None or name in done:
            return
        for argument in ir.names(statement.args):
            place(argument)
        done[name] = statement

    for name in ir.names(function.result):
        place(name)
    for name in tail:  # type: ignore[assignment]
        place(str(name))
    return replace(function, body=function.body[:start] + tuple(done.values()))
