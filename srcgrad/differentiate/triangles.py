"""Matrices of which one triangle is read: the derivative goes to the elements that are read.

The rules of ``np.linalg.eigh`` and the like take their matrix as Hermitian. Before::

    y = np.linalg.cholesky(m)

After, where ``m`` is computed::

    t = of_lower(m)
    y = np.linalg.cholesky(t)

An input of the function stays as it is: its gradient is Hermitian, as PyTorch has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcgrad.analysis.activity import reached
from srcgrad.analysis.alias import aliases
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Function, Let, Statement
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def read_in_part(
    function: Function,
    wrt: Iterable[str],
    inputs: Iterable[str],
    names: Names,
    contiguous: frozenset[str] = frozenset(),
) -> Function:
    """The function with the triangles of all matrices that depend on ``wrt``, but ``inputs``."""
    readers = [s for s in ir.walk(function.body) if isinstance(s, Let) and OPS[s.op].triangle]
    if not readers:
        return function
    active = reached(function, wrt, aliases(function, strict=False, inputs=contiguous))
    whole = set(inputs)
    for statement in ir.walk(function.body):  # an operand stands before what reads it
        if isinstance(statement, Let) and statement.target is not None and statement.args:
            if statement.op == "of_lower" or (
                OPS[statement.op].hermitian and statement.args[0] in whole
            ):
                whole.add(statement.target)
    wanted = {id(s) for s in readers if s.args[0] in active and s.args[0] not in whole}

    def visit(block: Block) -> Block:
        found: list[Statement] = []
        for statement in block:
            if isinstance(statement, Let) and id(statement) in wanted:
                matrix, *rest = statement.args
                half = names.fresh("", names.kind(matrix))
                found.append(Let(half, "of_lower", (matrix,), statement.origin))
                statement = ir.with_args(statement, (half, *rest))
            found.append(ir.map_blocks(statement, visit))
        return ir.as_block(found, block)

    body = visit(function.body)
    return function if body is function.body else replace(function, body=body)
