"""Numbers that the reverse sweep computes as the forward sweep did, where it reads those anyway.

Before, where the reverse sweep reads ``c``::

    c = np.cos(theta)
    # reverse sweep
    p_bar = c * q_bar
    theta_bar = -np.sin(theta) * c_bar + np.cos(theta) * s_bar

After::

    c = np.cos(theta)
    # reverse sweep
    p_bar = c * q_bar
    theta_bar = -np.sin(theta) * c_bar + c * s_bar

Sines and their like alone: what is cheap is computed again sooner than kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from srcgrad.ir import nodes as ir
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Block, Const, Function, Let, Operand
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS

TOP = 0  # the function's own block
CALL = 10  # the cost of a function such as ``exp``


def shared_values(function: Function, names: Names) -> Function:
    """The function whose reverse sweep reads what the forward sweep has computed."""
    body = function.body
    at = next((k for k, s in enumerate(body) if is_sweep(s)), len(body))
    forward, backward = body[:at], body[at:]
    homes: dict[str, int] = {}  # the block in which a name of the forward sweep is made
    made: dict[Any, str] = {}
    number(forward, homes, made, names, count())
    read = frozenset(ir.all_uses(backward))
    table: dict[str, Operand] = {}
    for s in ir.walk(backward):
        if not isinstance(s, Let) or not is_costly(s, names):
            continue
        found = made.get((s.op, s.args))
        there = {TOP, *(homes.get(n) for n in ir.names(s.args))}
        if found in read and homes[str(found)] in there:
            table[str(s.target)] = str(found)  # where an operand is there, what stands by it is
    if not table:
        return function
    rest = tuple(ir.map_operands(s, table) for s in without(backward, table))
    result = ir.rename(function.result, table)
    return ir.updated(function, body=(*forward, *rest), result=result)


def is_sweep(statement: ir.Statement) -> bool:
    if not is_mark(statement):
        return False
    return statement.args == (Const("reverse sweep"),)


def number(
    block: Block, homes: dict[str, int], made: dict[Any, str], names: Names, fresh: Iterator[int]
) -> None:
    """Write down what a block of the forward sweep makes, and the blocks in it."""
    home = next(fresh)
    for s in block:
        homes.update((name, home) for name in ir.defined(s))
        if isinstance(s, Let) and is_costly(s, names):
            made.setdefault((s.op, s.args), str(s.target))
        for inner in ir.blocks(s):
            number(inner, homes, made, names, fresh)


def is_costly(let: Let, names: Names) -> bool:
    """Whether a statement computes a number of numbers, by a function such as ``exp``."""
    op = OPS[let.op]
    if let.target is None or op.effect or op.foreign or op.cost < CALL or not op.elementwise:
        return False
    return all(names.kinds[n].immutable for n in (let.target, *ir.names(let.args)))


def without(block: Block, table: dict[str, Operand]) -> Block:
    """A block but for the statements that make certain names."""
    kept = (s for s in block if not (isinstance(s, Let) and s.target in table))
    return tuple(ir.map_blocks(s, lambda inner: without(inner, table)) for s in kept)
