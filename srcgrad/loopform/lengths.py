"""The length of an array that is allocated in sight is what it was allocated with.

Before::

    t = np.zeros(k)
    for i in range(n):
        for c in range(len(t)):

After, so that it is known before the outer loop how often the inner one runs::

    t = np.zeros(k)
    for i in range(n):
        for c in range(k):
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.bounds import bounds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Const, Function, Let, Operand
from srcgrad.loopform.sizes import Sizes, after_heading
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS


def known_lengths(function: Function, names: Names) -> Function:
    """The function with lengths read where they come from; in loops, those of parameters, too."""
    made = bounds(function).made
    sizes = Sizes(function, names)
    outside = {id(s) for s in function.body}
    table: dict[str, Operand] = {}
    for s in ir.walk(function.body):
        if isinstance(s, Let) and s.target is not None:
            found = length(s, made, names)
            if found is None and id(s) not in outside:
                found = given(s, made, names, sizes)
            if found is not None:
                table[s.target] = found
    if not table:
        return function
    body = tuple(ir.map_operands(s, table) for s in function.body)
    result = ir.rename(function.result, table)
    return replace(function, body=after_heading(body, sizes.lines()), result=result)


def given(let: Let, made: dict[str, Any], names: Names, sizes: Sizes) -> Operand | None:
    """The size of a parameter that a statement reads; None if it does something else."""
    x, axis = measured(let, made) or ("", 0)
    if x not in {param for param, _ in sizes.places.values()}:
        return None
    shape = names.kinds[x].shape or ()
    dim = shape[axis] if 0 <= axis < len(shape) else None
    return sizes.given(dim) if dim in sizes.places else None


def length(let: Let, made: dict[str, Any], names: Names) -> Operand | None:
    """The operand that a statement reads back from an array; None if it does something else."""
    x, axis = measured(let, made) or ("", 0)
    allocation = made.get(x)
    if not isinstance(allocation, Let) or not OPS[allocation.op].allocates:
        return None
    sizes = allocation.args[0] if type(allocation.args[0]) is tuple else (allocation.args[0],)
    found = sizes[axis] if 0 <= axis < len(sizes) else None
    return found if isinstance(found, str) and names.kinds[found].base == "int" else None


def measured(let: Let, made: dict[str, Any]) -> tuple[str, int] | None:
    """The array, and the axis, of which a statement gives the length; None if it does not."""
    if let.op == "len" and isinstance(let.args[0], str):
        return let.args[0], 0
    if let.op != "getitem" or not isinstance(let.args[1], Const):
        return None
    shape, axis = made.get(let.args[0]), let.args[1].value
    if not isinstance(shape, Let) or shape.op != "np.shape" or type(axis) is not int:
        return None
    return (shape.args[0], axis) if isinstance(shape.args[0], str) else None
