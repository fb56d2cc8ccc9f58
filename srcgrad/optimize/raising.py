"""What is left of an operation whose value nothing needs, but that may raise: a check.

Before::

    t = x @ w
    r = math.log(s)
    x_bar = y_bar @ w.T

After::

    check_matmul(x.shape, w.shape)
    math.log(s)
    x_bar = y_bar @ w.T

Of shapes that do not fit a check of the shapes is enough; of anything else it is the operation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, of_constant
from srcgrad.ir.nodes import Const, Let
from srcgrad.rules import exceptions
from srcgrad.rules.builder import Names
from srcgrad.rules.indexing import SUBSCRIPTS
from srcgrad.rules.operation import OPS, infer


def raised(let: Let, kinds: dict[str, Kind]) -> exceptions.Classes:
    """What an operation that gives a value may raise, but for what is rare."""
    if let.target is None or let.op in SUBSCRIPTS or OPS[let.op].unchecked:
        return ()
    if let.op == "pop":
        return () if kinds[let.args[0]].base == "tape" else (IndexError,)
    op = OPS[let.op]
    if op.effect or (op.rule is not None and op.raises is exceptions.anything):
        return ()  # of a rule that says nothing of it, the derivative is all that there is

    def kind_of(operand: Any) -> Kind:
        return of_constant(operand.value) if isinstance(operand, Const) else kinds[operand]

    found = op.raised(let.args, kind_of, kinds[let.target])
    return tuple(cls for cls in found if cls not in exceptions.RARE)


def is_owed(let: Let, kinds: dict[str, Kind]) -> bool:
    """Whether what an operation raises is raised by the primal, or in place of it."""
    stands_in = OPS[let.op].raises in exceptions.ONE_CONDITION
    return (not let.adjoint or stands_in) and bool(raised(let, kinds))


def raises_first(let: Let, kinds: dict[str, Kind]) -> bool:
    """Whether a statement stands for itself and may raise, as adjoint code does in its own way."""
    if let.adjoint:
        return let.op != "mark"
    return let.target is None or (bool(ir.base(let.target)) and bool(raised(let, kinds)))


def check_of(let: Let, names: Names) -> list[Let]:
    """The statements that raise what ``let`` does."""
    if let.op == "pop":
        return [replace(let, target=None, op="check_pop")]
    check = _by_shapes(let, names)
    if not check:
        return [replace(let, target=None)]
    shapes = [
        replace(
            let,
            target=names.fresh("", kindlib.shape_tuple(names.kind(x).shape)),
            op="np.shape",
            args=(x,),
            adjoint=True,
        )
        for x in let.args
    ]
    args = tuple(shape.target for shape in shapes)
    return [*shapes, replace(let, target=None, op=check, args=args)]


def _by_shapes(let: Let, names: Names) -> str:
    """The check of the shapes of two arrays that stands for an operation; empty if none does."""
    op = OPS[let.op]
    if raised(let, names.kinds) != (ValueError,) or len(let.args) != 2:
        return ""
    if not all(isinstance(x, str) and names.kind(x).base in ("array", "any") for x in let.args):
        return ""
    if op.check:
        return op.check
    floating = names.kinds[str(let.target)].floating or op.total
    return "check_broadcast" if (op.elementwise or op.total) and floating else ""


def misfits(let: Let, names: Names) -> bool:
    """Whether what a statement stores may have a shape that does not fit."""
    if not OPS[let.op].check:
        return False
    x, index, value = let.args
    have, given = names.kind(x), names.kind(value)
    if have.base not in ("array", "any") or given.base not in ("array", "any"):
        return False
    return not kindlib.takes(infer("getitem", (x, index), names.kind), given)


def check_of_store(let: Let, names: Names) -> list[Let]:
    """The statements that raise what a store does, for its place and for its shape."""
    x, index, value = let.args
    kind = kindlib.shape_tuple(names.kind(value).shape)
    shape = names.fresh("", kind)
    op = OPS[let.op].check
    return [
        replace(let, target=shape, op="np.shape", args=(value,), adjoint=True),
        replace(let, op=op, args=(x, index, shape)),
    ]


def raise_alike(let: Let, other: Let) -> bool:
    """Whether an operation raises where another one does."""
    if let.args != other.args:
        return False
    family = OPS[let.op].raises
    one = family in exceptions.ONE_CONDITION and OPS[other.op].raises is family
    return let.op == other.op or one
