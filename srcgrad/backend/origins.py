"""Which line of the user's each generated line comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from srcgrad.ir.nodes import Origin

Lines = tuple[tuple[int, Origin], ...]  # counted from the line of the `def`


def lines_of(node: Any, source: str) -> Lines:
    """The origins that ``node``, a ``FunctionDef``, carries, by line of its ``source``.

    Statements without an origin are left out: the line above stands for them.
    """
    printed = next(
        n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == node.name
    )
    pairs = zip(statements(node.body[1:]), statements(printed.body[1:]), strict=True)
    return tuple(
        (there.lineno - printed.lineno, here.origin)
        for here, there in pairs
        if getattr(here, "origin", None) is not None
    )


def statements(body: list[Any]) -> Iterator[Any]:
    """All statements of a block in the order they are printed, without marks for comments."""
    for node in body:
        if not getattr(node, "mark", False):
            yield node
        yield from statements(getattr(node, "body", []))
        yield from statements(getattr(node, "orelse", []))
