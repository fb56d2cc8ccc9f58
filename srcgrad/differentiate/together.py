"""Several directions at once: derivative code in which tangents or adjoints have one axis more.

Before::

    for i in range(n):                     x_dot, y_dot: float64[n]
        y[i] = w * x[i]
        y_dot[i] = w * x_dot[i]

After::

    for i in range(n):                     x_dot, y_dot: float64[k, n]
        y[i] = w * x[i]
        y_dot[:, i] = w * x_dot[:, i]

What depends on no direction stays as it is and runs once, as do loops and branches. What does
depend on one is found first: what reads it, what it is stored into, what control flow makes of it.
An operation has a form for several directions (``rules.directions``), or is done by element, or one
direction after the other. ``Unjoined`` says that there is none of these.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.alias import aliases, index_parts
from srcgrad.analysis.alias_classes import is_store
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Block, Const, For, Function, If, Let, Merge, Operand, While
from srcgrad.ir.trees import map_tree
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.directions import WHOLE
from srcgrad.rules.indexing import is_advanced
from srcgrad.rules.operation import OPS, Unjoined, infer

INTEGERS = ("int", "scalar")
BEHIND = Const(slice(1, None))


def unused_dim(names: Names) -> str:
    """A symbol for the number of directions, the same one whenever code is generated."""
    used = {dim for kind in names.kinds.values() for dim in kind.shape or ()}
    symbols = (f"?directions{k or ''}" for k in itertools.count())
    return next(symbol for symbol in symbols if symbol not in used)


def together(
    function: Function, seeds: tuple[str, ...], part: int | None, names: Names
) -> Function:
    """The function of several directions: each of ``seeds`` and of its results has an axis in front.

    ``part`` says which of the results are meant; None: all. Raises ``Unjoined`` where an operation
    has no form.
    """
    return Together(function, seeds, names).run(part)


class Together:
    """The rewriting of one function; ``new`` has the names with the axis, by those without."""

    def __init__(self, function: Function, seeds: tuple[str, ...], names: Names) -> None:
        self.function = function
        self.seeds = seeds
        self.names = names
        self.b = Builder(names, adjoint=True)
        self.alias = aliases(function, strict=False)
        self.dim = unused_dim(names)
        self.count: Operand = Const(0)
        self.key = ""
        self.new: dict[str, Operand] = {}
        self.found: set[str] = set()
        self.classes: dict[str, list[str]] = defaultdict(list)
        made = (n for s in ir.walk(function.body) for n in (*ir.defined(s), *ir.local(s)))
        for name in (*function.params, *made):
            self.classes[self.alias.root(name)].append(name)
        for name in seeds:
            self.add(name)
        size = -1
        while size != len(self.found):
            size = len(self.found)
            for statement in ir.walk(function.body):
                self.see(statement)

    # --- what depends on a direction ----------------------------------------------------------

    def add(self, name: Any) -> None:
        if not isinstance(name, str) or name in self.found:
            return
        kind = self.names.kinds[name]
        followed = kind.floating or (kind.base == "array" and kind.is_mask)
        if kind.base != "tape" and not (followed and kind.ndim is not None):
            raise Unjoined
        if name in self.function.params and name not in self.seeds:
            raise Unjoined
        self.found.add(name)
        if kind.base in ("array", "tape") and self.alias.is_buffer(name):
            for other in self.classes[self.alias.root(name)]:
                self.add(other)

    def see(self, statement: Any) -> None:
        if isinstance(statement, Let):
            reads = self.reads(statement)
            if (is_store(statement) or statement.op == "push") and reads:
                self.add(statement.args[0])
            elif reads and statement.target is not None:
                self.add(statement.target)
        elif isinstance(statement, If):
            for merge in statement.merges:
                if self.many(merge.then) or self.many(merge.orelse):
                    self.add(merge.out)
        else:
            for carry in statement.carries:
                if any(map(self.many, (carry.init, carry.next, carry.phi, carry.out))):
                    self.add(carry.phi)
                    self.add(carry.out)

    def reads(self, statement: Let) -> bool:
        """Whether a statement reads more than the shape of what depends on a direction."""
        op = OPS[statement.op]
        if op.asserts or statement.op == "len":
            return False
        return any(
            name in self.found
            for param, arg in zip(op.params, statement.args, strict=True)
            if param.name not in op.shape_only
            for name in ir.names(arg)
        )

    def many(self, arg: Any) -> bool:
        return isinstance(arg, str) and arg in self.found

    # --- operands -------------------------------------------------------------------------------

    def lifted(self, name: str) -> Kind:
        """The kind of a name with the axis."""
        kind = self.names.kinds[name]
        shape = () if kind.immutable else kind.shape or ()
        return kind if kind.base == "tape" else kindlib.array(kind.dtype, (self.dim, *shape))

    def fresh(self, name: str) -> str:
        new = self.names.fresh(ir.base(name), self.lifted(name))
        self.new[name] = new
        return new

    def rank(self, arg: Any) -> int:
        found = self.b.kind(arg).ndim
        if found is None:
            raise Unjoined
        return found

    def moved(self, arg: Any) -> Operand:
        if self.many(arg):
            return self.new[arg]
        return self.spread(arg)

    def spread(self, arg: Any) -> Operand:
        """What is the same in all directions, with the axis."""
        if not isinstance(arg, str | Const) or self.b.kind(arg).dtype is None:
            raise Unjoined
        if isinstance(arg, Const):
            if isinstance(arg.value, np.ndarray):
                raise Unjoined
            dtype = Const(np.dtype(self.b.kind(arg).dtype))
            zeros = self.b.emit("np.zeros", (self.count,), dtype)
            return zeros if arg.value == 0 else self.b.emit("add", zeros, arg)
        shape = self.shape(self.b.emit("np.shape", arg)) if self.rank(arg) else (self.count,)
        return self.b.emit("np.copy", self.b.emit("np.broadcast_to", arg, shape))

    def aligned(self, arg: Any, rank: int) -> Any:
        if not self.many(arg):
            return arg
        missing = rank - self.rank(arg)
        if missing < 0:
            raise Unjoined
        if missing == 0 or rank == missing == 0:
            return self.new[arg]
        return self.b.emit("getitem", self.new[arg], (WHOLE, *(Const(None),) * missing))

    def shape(self, shape: Any) -> tuple[Any, ...]:
        if isinstance(shape, Const):
            sizes = shape.value if isinstance(shape.value, tuple) else (shape.value,)
            return (self.count, *map(Const, sizes))
        if isinstance(shape, tuple):
            return (self.count, *shape)
        kind = self.b.kind(shape)
        if kind.base == "int":
            return (self.count, shape)
        if kind.base != "tuple" or kind.dim == "unknown":
            raise Unjoined
        places = range(len(kind.items))
        return (self.count, *(self.b.emit("getitem", shape, Const(k)) for k in places))

    def index(self, x: Any, index: Any) -> tuple[Any, ...]:
        if self.b.kind(x).base != "array" or any(map(self.many, ir.names(index))):
            raise Unjoined
        parts = index_parts(index, self.names.kinds)
        operands = index if isinstance(index, tuple) else (index,)
        if isinstance(index, Const) and isinstance(index.value, tuple):
            operands = tuple(map(Const, index.value))
        if any(self.b.kind(operand).base == "tuple" for operand in operands):
            raise Unjoined
        if any(map(is_advanced, parts)):
            gathers = [
                k for k, part in enumerate(parts) if is_advanced(part) or part.kind.base in INTEGERS
            ]
            if gathers[-1] - gathers[0] != len(gathers) - 1:  # NumPy puts their axes in front
                raise Unjoined
        return (WHOLE, *operands)

    def rank_of_piece(self, x: Any, index: Any) -> int:
        found = infer("getitem", (x, index), self.names.kind).ndim
        if found is None:
            raise Unjoined
        return found

    # --- the function ---------------------------------------------------------------------------

    def run(self, part: int | None) -> Function:
        params = tuple(
            self.fresh(name) if name in self.seeds else name for name in self.function.params
        )
        body = list(self.function.body)
        while body and is_mark(body[0]):
            self.b.add(body.pop(0))
        if self.seeds:
            self.count = self.b.size(self.new[self.seeds[0]], Const(0), base="count")
        self.block(tuple(body))
        result = self.function.result
        if part is None:
            result = map_tree(self.output, result)
        else:
            moved = map_tree(self.output, result[part])
            result = (*result[:part], moved, *result[part + 1 :])
        return replace(
            self.function,
            params=params,
            body=self.b.take(),
            result=result,
            kinds=self.names.kinds,
        )

    def output(self, leaf: Any) -> Any:
        """A derivative that is given back, with the axis."""
        if self.many(leaf):
            return self.new[leaf]
        return self.spread(leaf) if self.b.kind(leaf).floating else leaf

    def nested(self, block: Block, ends: list[Any]) -> tuple[Block, list[Any]]:
        """A block, and operands with the axis at its end."""
        with self.b.nested() as inner:
            self.block(block)
            found = [None if end is None else self.moved(end) for end in ends]
        return inner.block, found

    def block(self, block: Block) -> None:
        for statement in block:
            self.b.origin = statement.origin
            if isinstance(statement, Let):
                self.b.site = statement.site
                self.let(statement)
            elif isinstance(statement, If):
                self.branch(statement)
            else:
                self.loop(statement)

    def branch(self, statement: If) -> None:
        mine = [m for m in statement.merges if self.many(m.out)]
        then, left = self.nested(statement.then, [m.then for m in mine])
        orelse, right = self.nested(statement.orelse, [m.orelse for m in mine])
        merges = [m for m in statement.merges if not self.many(m.out)]
        for m, a, b in zip(mine, left, right, strict=True):
            merges.append(Merge(self.fresh(m.out), a, b))
        self.b.add(replace(statement, then=then, orelse=orelse, merges=tuple(merges)))

    def loop(self, loop: For | While) -> None:
        mine = [c for c in loop.carries if self.many(c.phi)]
        inits = [None if c.init is None else self.moved(c.init) for c in mine]
        phis = [self.fresh(c.phi) for c in mine]
        head: Block = ()
        if isinstance(loop, While):
            head, _ = self.nested(loop.head, [])
        body, nexts = self.nested(loop.body, [c.next for c in mine])
        carries = [c for c in loop.carries if not self.many(c.phi)]
        for c, phi, init, following in zip(mine, phis, inits, nexts, strict=True):
            carries.append(ir.Carry(phi, init, following, self.fresh(c.out)))
        made: Any = replace(loop, body=body, carries=tuple(carries))
        self.b.add(replace(made, head=head) if isinstance(loop, While) else made)

    # --- statements -----------------------------------------------------------------------------

    def let(self, statement: Let) -> None:
        op, target = OPS[statement.op], statement.target
        touched = any(map(self.many, ir.names(statement.args)))
        if not touched and not self.many(target):
            self.b.add(statement)
            return
        self.key = statement.op
        if self.many(target):
            value = self.fitted(self.value(statement), str(target))
            self.new[str(target)] = self.named(value, str(target))
        elif op.over is not None and target is None:
            op.over(self, *statement.args)
        elif target is not None and statement.op in ("np.shape", "len"):
            shape = self.b.emit("np.shape", self.moved(statement.args[0]))
            place = BEHIND if statement.op == "np.shape" else Const(1)
            self.b.add(replace(statement, op="getitem", args=(shape, place)))
        else:
            raise Unjoined

    def value(self, statement: Let) -> Operand:
        """The result of an operation with the axis."""
        op, args = OPS[statement.op], statement.args
        names = [name for name in ir.names(args) if self.many(name)]
        if statement.op == "pop":
            return self.b.emit("pop", self.moved(args[0]), kind=self.lifted(str(statement.target)))
        if statement.op == "tape":
            return self.b.emit("tape", kind=self.names.kinds[str(statement.target)])
        if not names or not self.reads(statement):
            return self.made(statement, op)
        if op.over is not None:
            try:
                found: Operand = op.over(self, *args)
            except Unjoined:
                return self.one_by_one(statement)
            return self.own(found, statement)
        if op.elementwise and all(isinstance(arg, str | Const) for arg in args):
            rank = self.rank(statement.target)
            return self.b.emit(statement.op, *(self.aligned(arg, rank) for arg in args))
        return self.one_by_one(statement)

    def made(self, statement: Let, op: Any) -> Operand:
        """A value that is the same in all directions, at first."""
        kind = self.names.kinds[str(statement.target)]
        first = statement.args[0] if statement.args else None
        if op.zeros and kind.base == "array" and isinstance(first, str):
            shape = first if op.allocates else self.b.emit("np.shape", first)
            if self.many(first):
                shape = self.b.emit("getitem", self.b.emit("np.shape", self.new[first]), BEHIND)
            return self.b.emit("np.zeros", self.shape(shape), Const(np.dtype(kind.dtype)))
        if any(map(self.many, ir.names(statement.args))):
            raise Unjoined
        self.b.add(statement)
        return self.spread(statement.target)

    def own(self, value: Operand, statement: Let) -> Operand:
        """A copy of what is a view only because of the axis: a number is none."""
        kind = self.names.kinds[str(statement.target)]
        if statement.op == "getitem" and kind.immutable and self.alias.is_buffer(statement.args[0]):
            return self.b.emit("np.copy", value)
        return value

    def one_by_one(self, statement: Let) -> Operand:
        """An operation done for one direction after the other."""
        op, target = OPS[statement.op], str(statement.target)
        plain = not (op.effect or op.kept or op.foreign) and op.repeatable
        if not plain or (self.alias.is_buffer(target) and not op.new):
            raise Unjoined
        item = self.names.kinds[target]
        held = Kind("list", items=(item,))
        found = self.b.emit("list_of", (), kind=held)
        k = self.names.fresh("", kindlib.INT)
        many = {name for name in ir.names(statement.args) if self.many(name)}
        with self.b.nested() as inner:
            table: dict[str, Any] = {}
            for name in sorted(many):
                table[name] = self.b.emit("getitem", self.new[name], k)
            value = self.b.emit(statement.op, *ir.rename(statement.args, table), kind=item)
            self.b.effect("push", found, value)
        body = inner.block
        self.b.add(For(k, Const(0), self.count, Const(1), (), body, statement.origin, True))
        return self.b.emit("stacked", found, Const(0))

    def fitted(self, value: Operand, target: str) -> Operand:
        """A result of the rank and dtype that a name with the axis has."""
        have, want = self.b.kind(value), self.lifted(target)
        if want.base == "tape":
            return value
        if have.base != "array" or have.ndim != want.ndim:
            raise Unjoined
        if have.dtype != want.dtype:
            value = self.b.emit("astype", value, Const(np.dtype(want.dtype)))
        return value

    def named(self, value: Operand, target: str) -> Operand:
        """A temporary that was just computed, named as it was without the axis."""
        last = self.b.block[-1] if self.b.block else None
        base = ir.base(target)
        if not base or not isinstance(last, Let) or last.target != value or ir.base(str(value)):
            return value
        new = self.names.fresh(base, self.names.kinds[str(value)])
        self.b.block[-1] = replace(last, target=new)
        return new
