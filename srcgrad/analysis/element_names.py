"""Names for elements of arrays: ``x_i`` for ``x[i]``, ``u_pj`` for ``u[i - 1, j]``.

``p`` and ``n`` stand for the previous and the next place: ``x_p_bar`` is ``x_bar[i - 1]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Let


def element_name(read: Any, made: Mapping[str, Any]) -> str:
    """A name for what a ``getitem`` reads, or none; ``made`` holds the statement of each name."""
    if not isinstance(read, Let) or read.op != "getitem" or not isinstance(read.args[0], str):
        return ""
    array = ir.base(read.args[0])
    index = read.args[1]
    places = [_place(part, made) for part in (index if isinstance(index, tuple) else (index,))]
    if not array.isidentifier() or not places or not all(places):
        return ""
    stem = array.removesuffix("_bar")
    return f"{stem}_{''.join(places)}{array[len(stem) :]}"


def _place(part: Any, made: Mapping[str, Any]) -> str:
    """A letter or two for one part of an index."""
    if isinstance(part, Const):
        if type(part.value) is not int or part.value < -1:
            return ""
        return "last" if part.value == -1 else str(part.value)
    name = ir.base(part)
    if name:
        return name if name.isidentifier() and len(name) <= 2 else ""
    step = made.get(part)
    if (
        isinstance(step, Let)
        and isinstance(step.args[0], str)
        and ir.base(step.args[0])
        and (len(step.args) == 2 and isinstance(step.args[1], Const))
    ):
        value = step.args[1].value
        if type(value) is int and value == 1:
            return "p" if step.op == "sub" else "n" if step.op == "add" else ""
    return ""
