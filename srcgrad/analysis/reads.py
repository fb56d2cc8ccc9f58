"""What a statement reads of its operands: their elements, or their shapes alone."""

from __future__ import annotations

from srcgrad.analysis.alias import view_of
from srcgrad.analysis.alias_classes import is_store
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Function, Let
from srcgrad.rules.operation import OPS


def content_reads(statement: Let, function: Function) -> list[str]:
    """The arguments whose elements a statement reads, not their shapes or identities alone.

    Of a list, also its length is content.
    """
    if is_store(statement):
        owner = statement.args[0]
        stored = isinstance(owner, str) and function.kinds[owner].base == "list"
        return list(ir.names(statement.args if stored else statement.args[1:]))
    view = view_of(statement, function.kinds)
    if view is not None and view[1]:
        return list(ir.names(statement.args[1:]))
    op = OPS[statement.op]
    if not op.shape_only:
        return list(ir.names(statement.args))
    found: list[str] = []
    for param, arg in zip(op.params, statement.args, strict=True):
        whole = param.name not in op.shape_only
        found.extend(n for n in ir.names(arg) if whole or function.kinds[n].base == "list")
    return found
