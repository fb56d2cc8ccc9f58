"""Temporaries are allocated once, before the loop of which each iteration fills them anew.

Before::

    for i in range(n):
        t = np.empty((m,))
        for j in range(m):
            t[j] = x[j] * y[j]
        for j in range(m):
            y[j] += t[j]

After::

    t = np.empty((m,))
    for i in range(n):
        for j in range(m):
            t[j] = x[j] * y[j]
        for j in range(m):
            y[j] += t[j]

An array that shrinks with the iterations is the beginning of one of the largest size. One of zeros is
filled with them in each iteration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcgrad.analysis.bounds import bounds
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, For, Function, Let, Operand, Statement, While
from srcgrad.loopform import SHARED
from srcgrad.loopform.filling import nest
from srcgrad.loopform.fuse import ELEMENTS
from srcgrad.loopform.shrinking import is_counted, less
from srcgrad.loopform.sizes import Sizes, after_heading
from srcgrad.optimize.raising import raised
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.indexing import operands_of
from srcgrad.rules.operation import OPS

ZEROS = ("np.zeros", "np.zeros_like")


def allocated_once(function: Function, names: Names) -> Function:
    """The function with its temporaries in front of the loops that fill them."""
    found = _Hoisted(function, names)
    body = found.block(function.body)
    if body is function.body:
        return function
    return replace(function, body=after_heading(body, found.sizes.lines()))


class _Hoisted:
    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.bounds = bounds(function)
        self.sizes = Sizes(function, names)
        self.sizes.read_before(function.body)
        self.measured: set[Operand] = set()  # the lengths that are given here
        self.known = {*function.params, *(n for s in function.body for n in ir.defined(s))}

    def block(self, block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            statement = ir.map_blocks(statement, self.block)
            if isinstance(statement, For | While) and statement.label != SHARED:
                result += self.loop(statement)
            else:
                result.append(statement)
        return ir.as_block(result, block)

    def loop(self, loop: For | While) -> list[Statement]:
        """A loop, and before it what it need not allocate in each iteration."""
        if not any(map(self.allocates, loop.body)):
            return [loop]
        inside = {name for s in ir.walk((loop,)) for name in (*ir.defined(s), *ir.local(s))}
        before: list[Statement] = []
        body: list[Statement] = []
        for s in loop.body:
            made = self.made_before(s, loop, inside) if isinstance(s, Let) else []
            if isinstance(s, Let) and self.is_number(s) and inside.isdisjoint(ir.names(s.args)):
                made = [s]
            inside.difference_update(name for s in made for name in ir.defined(s))
            before += made
            body += self.filled(s, made[-1]) if made else [s]
        return [*before, replace(loop, body=tuple(body))] if before else [loop]

    def is_number(self, let: Let) -> bool:
        """Whether a statement computes an integer that a size may be, and cannot fail."""
        op, names = OPS[let.op], [str(let.target), *ir.names(let.args)]
        if let.target is None or op.effect or op.foreign or not op.new or op.cost > 1:
            return False
        ints = all(self.names.kinds[name].base == "int" for name in names)
        return ints and not raised(let, self.names.kinds)

    def allocates(self, statement: Statement) -> bool:
        return isinstance(statement, Let) and statement.op in ("np.empty", *ZEROS)

    def made_before(self, let: Let, loop: For | While, inside: set[str]) -> list[Statement]:
        """What allocates an array before a loop; nothing if it must be a new one each time."""
        if not self.allocates(let) or let.target is None:
            return []
        if let.op in ZEROS:
            return self.blank(let, loop, inside)
        name, lengths = let.target, self.lengths(let)
        if inside.isdisjoint(ir.names(let.args)) and all(map(self.is_length, lengths)):
            alone = replace(let, origin=None)  # its line of the primal stands in the loop
            return [alone] if self.is_temporary(name, loop, shorter=False) else []
        dims = self.names.kinds[name].shape or ()
        if not any(is_counted(dim, self.names) for dim in dims) or len(dims) != len(lengths):
            return []
        b = Builder(self.names, let.adjoint)
        b.site = let.site
        largest: list[Operand] = []
        for dim, length in zip(dims, lengths, strict=True):
            if not is_counted(dim, self.names):
                if length in inside or not self.is_length(length):
                    return []
                largest.append(length)
                continue
            symbol = kinds.parted(str(dim))[0]
            whole = self.names.largest[symbol]
            if (symbol, loop.label) not in self.names.lengths or whole not in self.known:
                return []
            largest.append(less(whole, dim, b))
        if not self.is_temporary(name, loop, shorter=True):
            return []
        shape = tuple(kinds.fresh_dim() if is_counted(d, self.names) else d for d in dims)
        self.names.kinds[name] = replace(self.names.kinds[name], shape=shape)
        b.add(replace(let, args=(tuple(largest), *let.args[1:]), origin=None))
        return list(b.take())

    def blank(self, let: Let, loop: For | While, inside: set[str]) -> list[Statement]:
        """What allocates, before a loop, an array that iterations fill with zeros."""
        name = str(let.target)
        kind = self.names.kinds[name]
        if kind.base != "array" or not kind.shape or kind.dtype not in ("float64", "float32"):
            return []
        if let.op == "np.zeros_like" and kind.ndim != 1:  # they have the layout of another
            return []
        if not self.is_temporary(name, loop, shorter=False):
            return []
        b = Builder(self.names, let.adjoint)
        b.site = let.site
        lengths: tuple[Operand, ...] = ()
        if all(isinstance(dim, int) or self.sizes.is_given(dim) for dim in kind.shape):
            lengths = tuple(self.sizes.length_of(dim, b) for dim in kind.shape)
            self.measured.update(lengths)
        elif let.op == "np.zeros" and inside.isdisjoint(ir.names(let.args)):
            lengths = self.lengths(let)
            if not all(map(self.is_length, lengths)):
                return []
        if not lengths:
            return []
        args = OPS["np.empty"].complete((lengths, dtype_operand(kind.dtype)))
        return [*b.take(), replace(let, op="np.empty", args=args, origin=None)]

    def filled(self, let: Statement, made: Statement) -> list[Statement]:
        """What is left in a loop of a statement that allocated an array; ``made`` stands before it."""
        if not (isinstance(let, Let) and isinstance(made, Let) and let.op in ZEROS):
            return []
        b = Builder(self.names, let.adjoint)
        b.origin, b.site = let.origin, let.site
        return [
            nest(self.lengths(made), b, lambda at: b.effect("setitem", let.target, at, Const(0.0)))
        ]

    def lengths(self, let: Let) -> tuple[Operand, ...]:
        shape = let.args[0]
        if isinstance(shape, Const):
            found = shape.value if isinstance(shape.value, tuple) else (shape.value,)
            return tuple(map(Const, found))
        return shape if type(shape) is tuple else (shape,)

    def is_length(self, operand: Operand) -> bool:
        """Whether an operand is no negative number: a loop that does not run raises nothing."""
        if isinstance(operand, Const):
            return type(operand.value) is int and operand.value >= 0
        if operand in self.measured:
            return True
        made = self.bounds.made.get(operand)
        if isinstance(made, Let) and made.op == "max":
            return (
                Const(0) in made.args[0] if type(made.args[0]) is tuple else Const(0) in made.args
            )
        low = self.bounds.low(operand) if self.names.kinds[operand].base == "int" else None
        return low is not None and low >= 0

    def is_temporary(self, name: str, loop: For | While, shorter: bool) -> bool:
        """Whether nothing has a reference to an array when an iteration has ended.

        If it may be longer than it was, it must be seen by elements that are within.
        """
        for s in ir.walk((loop,)):
            if isinstance(s, Let):
                if name in ir.names(s.args) and not self.is_use(s, name, shorter):
                    return False
            elif name in ir.uses(s):
                return False
        return True

    def is_use(self, let: Let, name: str, shorter: bool) -> bool:
        op, rest = OPS[let.op], let.args[1:]
        if let.op in ELEMENTS and let.args[0] == name and name not in ir.names(rest):
            places = operands_of(let.args[1])
            if self.is_element(places, name):
                return not shorter or all(map(self.is_from_start, places))
        if shorter or op.foreign:
            return False
        if op.asserts:
            return True
        if let.op in ir.STORES:
            array = self.names.kinds[let.args[0]].base == "array"
            return array and name not in ir.names(rest[:-1])
        if let.target is None or not op.new or op.effect:
            return False
        kind = self.names.kinds[let.target]
        return kind.base == "array" or kind.immutable

    def is_element(self, places: Iterable[Operand], name: str) -> bool:
        found = list(places)
        single = all(self.names.kind(place).base == "int" for place in found)
        return single and len(found) == self.names.kinds[name].ndim

    def is_from_start(self, place: Any) -> bool:
        low = self.bounds.low(place)
        return low is not None and low >= 0
