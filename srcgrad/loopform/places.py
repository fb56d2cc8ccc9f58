"""Subscripts of compiled code: those that may be out of range are checked where they stand.

Before::

    for i in range(n):
        s += x[i] * w[k[i]]

After, for ``x: float64[n]``::

    for i in range(n):
        check_place(w, 0, k[i])
        s += x[i] * w[k[i]]
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import aliases
from srcgrad.analysis.places import Path, Places, Step
from srcgrad.analysis.recursion import procedures
from srcgrad.analysis.unsettled import unsettled
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim
from srcgrad.ir.nodes import Block, Const, Function, Let, Statement
from srcgrad.rules.indexing import SUBSCRIPTS, Placed, is_advanced, placed
from srcgrad.rules.operation import OPS

ARRAYS = ("int64", "bool")  # of these, subscripts are looked at; masks are since ``backend.legal``


def checked(function: Function) -> Function | None:
    """The function with its own checks of subscripts; None if the compiler must check them.

    It must where nothing is known of subscripts, and in procedures. Where the forward sweep has
    looked, the reverse sweep need not.
    """
    found = _Places(function)
    if procedures(function) or not all(map(found.is_basic, ir.walk(function.body))):
        return None
    return replace(function, body=found.block(function.body))


class _Places:
    def __init__(self, function: Function) -> None:
        self.kinds = function.kinds
        self.bounds = Places(function)
        self.unsettled = unsettled(function)
        self.alias = aliases(function, strict=False)
        self.looked: set[int] = set()  # the sites of the primal's subscripts that stand above

    def is_basic(self, statement: Statement) -> bool:
        """Whether a statement is no subscript of an array, or one of integers and slices."""
        if not isinstance(statement, Let) or statement.op not in SUBSCRIPTS:
            return True
        if not self.of_array(statement):
            return True
        parts = self.parts(statement)
        return parts is not None and all(
            item.part.kind.dtype in ARRAYS for item in parts if is_advanced(item.part)
        )

    def of_array(self, let: Let) -> bool:
        return isinstance(let.args[0], str) and self.kinds[let.args[0]].base in ("array", "any")

    def parts(self, let: Let) -> list[Placed] | None:
        shape = self.kinds[let.args[0]].shape
        return None if shape is None else placed(let.args[1], len(shape), self.bounds.arg)

    def block(
        self,
        block: Block,
        known: frozenset[Any] = frozenset(),
        path: Path = (),
        around: Statement | None = None,
        side: int = 0,
    ) -> Block:
        """A block with its checks; those that are ``known`` stand before it."""
        result: list[Statement] = []
        for position, statement in enumerate(block):
            here = (*path, Step(around, side, position))
            if isinstance(statement, Let) and statement.op in SUBSCRIPTS:
                of_array = self.of_array(statement)
                if of_array and not self.is_again(statement):
                    for check in self.checks(statement, here):
                        fact = self.fact(check)
                        if fact is None or fact not in known:
                            result.append(check)
                            known |= {fact}
                if not statement.adjoint and statement.site != -1:
                    self.looked.add(statement.site)
                if of_array and OPS[statement.op].places:
                    continue
            sides = itertools.count()
            result.append(
                ir.map_blocks(
                    statement,
                    lambda b, known=known, here=here, s=statement, sides=sides: self.block(
                        b, known, here, s, next(sides)
                    ),
                )
            )
        return tuple(result)

    def is_again(self, let: Let) -> bool:
        """Whether a subscript is that of the reverse sweep where the forward sweep had one."""
        return let.adjoint and let.site in self.looked

    def checks(self, let: Let, path: Path) -> list[Let]:
        """A check of each integer, or array of them, in a subscript that may be out of range."""
        x = let.args[0]
        shape = self.kinds[x].shape or ()
        found: list[Let] = []
        for item in self.parts(let) or ():
            is_mask = item.part.kind.dtype == "bool"  # one truth value is a mask, too
            sizes = shape[item.axis : item.axis + item.count]
            if not is_mask and not self.fits(item, sizes, path):
                op = "check_places" if is_advanced(item.part) else "check_place"
                args = (x, Const(item.axis), item.operand)
                found.append(replace(let, target=None, op=op, args=args))
        return found

    def fact(self, check: Let) -> Any:
        """What holds from a check on: that the operand fits a size; None of operands that change."""
        x, axis, operand = check.args
        size = (self.kinds[x].shape or ())[axis.value]
        if any(self.alias.is_buffer(name) for name in ir.names(operand)):
            return None
        return (x, axis, operand) if size in self.unsettled else (size, operand)

    def fits(self, item: Placed, sizes: tuple[Dim, ...], path: Path) -> bool:
        """Whether a part of a subscript is in range for certain."""
        if item.part.kind.base == "int" and self.unsettled.intersection(sizes):
            return False
        if self.bounds.fits(item.operand, item.part, sizes):
            return True
        single = item.part.kind.base == "int" and len(sizes) == 1
        return single and self.bounds.is_index(item.operand, sizes[0], path)
