"""Whether parts of complex arrays are written, or read after the arrays are."""

from __future__ import annotations

from srcgrad.analysis.alias import aliases, is_reference
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function, Let
from srcgrad.rules.operation import OPS


def parts_written(function: Function) -> bool:
    """Whether something is written that a part of a complex array may share memory with."""
    parts = [
        statement.target
        for statement in ir.walk(function.body)
        if isinstance(statement, Let)
        and statement.target is not None
        and OPS[statement.op].elementwise
        and OPS[statement.op].view == "always"
        and is_reference(function.kinds[statement.target])
    ]
    if not parts:
        return False
    alias = aliases(function, strict=False)
    return any(alias.is_buffer(name) for name in parts)
