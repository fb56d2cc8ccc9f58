"""The ends of loops: the sizes that symbols stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from srcgrad.analysis.bounds import bounds
from srcgrad.analysis.given_sizes import cotangents
from srcgrad.analysis.unsettled import unsettled_beside
from srcgrad.errors import InternalError
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim
from srcgrad.ir.marks import is_mark
from srcgrad.ir.nodes import Block, Const, Function, Let, Operand, Statement
from srcgrad.loopform.groups import Group
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.indexing import operands_of, slice_dim
from srcgrad.rules.operation import Arg

UNIT = (Const(None), Const(1))


class Sizes:
    """Sizes of parameters are read at the start of the function; others in front of their nest."""

    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.unsettled = unsettled_beside(function, names.largest)
        self.places: dict[Dim, tuple[str, int]] = {}  # symbol -> the parameter and axis it is of
        self.shaped: dict[Any, str] = {}  # the parameters by their shapes
        unsure = {*cotangents(function), *function.partial}
        for param in function.params:
            if param in unsure:
                continue
            kind = names.kinds[param]
            if kind.base == "array" and not self.unsettled.intersection(kind.shape or (None,)):
                self.shaped.setdefault(kind.shape, param)
            for axis, dim in enumerate(kind.shape or ()) if kind.base == "array" else ():
                if dim not in self.unsettled:
                    self.places.setdefault(dim, (param, axis))
        self.read: dict[Dim, Operand] = {}
        self.shapes: dict[str, Operand] = {}
        self.counted = {name: dim for (dim, _), name in names.lengths.items()}
        self.here: dict[Dim, str] = {}  # sizes that shrink -> what they are in this iteration
        self.signed: set[Operand] = set()  # the ends that may be negative
        self.b = Builder(names)
        self.bounds = bounds(function)

    def read_before(self, body: Block) -> None:
        """Know the sizes of parameters that a body reads at its start."""
        places = {place: dim for dim, place in self.places.items()}
        shapes: dict[Operand, str] = {}
        for s in body[bool(body) and is_mark(body[0]) :]:
            if not isinstance(s, Let) or s.target is None:
                return
            if s.op == "np.shape":
                shapes[s.target] = s.args[0]
            elif s.op == "getitem" and s.args[0] in shapes and isinstance(s.args[1], Const):
                axis = s.args[1].value
                dim = places.get((shapes[s.args[0]], axis)) if type(axis) is int else None
                if dim is not None:
                    self.read.setdefault(dim, s.target)

    def lines(self) -> tuple[Statement, ...]:
        """The statements that read the sizes of parameters."""
        return self.b.take()

    def looked_at(self, let: Let) -> Let:
        """A statement of the walk through the function, after what stands in front of it."""
        if let.target in self.counted:
            self.here[self.counted[let.target]] = let.target
        return self.measured_on_entry(let) if let.op == "np.shape" else let

    def measured_on_entry(self, let: Let) -> Let:
        """``np.shape`` of an array that is computed as that of a parameter, if one is shaped so."""
        kind = self.names.kind(let.args[0])
        known = self.shaped.get(kind.shape) if kind.base == "array" else None
        return let if known is None else replace(let, args=(known,))

    def end(self, dim: Dim, axis: int, group: Group, b: Builder) -> Operand:
        """The end of a loop along a dimension; where that is empty, it may be negative."""
        if isinstance(dim, int):
            return Const(dim)
        if dim in self.places:
            return self.given(dim)
        name, less = kinds.parted(dim)
        if less and name in self.places:
            return self.less(self.given(name), less, b)
        if name in self.here:
            return self.less(self.here[name], less, b) if less else self.here[name]
        found = self.cut(dim, group, b) or self.seen(dim, group, b)
        if found is None and less:
            whole = self.seen(name, group, b)
            found = whole and self.less(whole, less, b)
        return found or self.measured(axis, group, b)

    def cut(self, dim: Dim, group: Group, b: Builder) -> Operand | None:
        """The length of a piece ``x[i:j]`` of the nest, where ``0 <= i`` and ``j <= len(x)``."""
        for x, parts in self.pieces(group):
            for whole, part in zip(self.names.kinds[x].shape or (), parts, strict=False):
                made = self.bounds.made.get(part) if isinstance(part, str) else None
                if isinstance(made, Let) and made.op == "slice":
                    if slice_dim(Arg(self.names.kinds[str(part)]), whole) == dim:
                        return self.length_of_slice(made, whole, b)
        return None

    def pieces(self, group: Group) -> Iterator[tuple[str, tuple[Operand, ...]]]:
        """The subscripts of arrays that a nest reads or writes, without new axes."""
        for member in group.members:
            lets = [self.bounds.made.get(name) for name in member.reads]
            for let in (*lets, member.let if member.sort == "store" else None):
                if isinstance(let, Let) and let.op in ("getitem", "setitem", "additem"):
                    parts = operands_of(let.args[1])
                    if not any(part in (Const(None), Const(Ellipsis)) for part in parts):
                        yield let.args[0], parts

    def length_of_slice(self, made: Let, whole: Dim, b: Builder) -> Operand | None:
        start, stop, step = made.args
        start = Const(0) if start == Const(None) else start
        if step not in UNIT:
            return None
        if stop == Const(None):
            return self.length_to_the_end(start, whole, b)
        low, least, high = self.bounds.low(start), self.bounds.low(stop), self.bounds.high(stop)
        if low is None or low < 0 or least is None or least < 0:
            return None
        if high is None or high.dim != whole or high.offset > 0:
            return None
        if start == Const(0):
            return stop
        found = b.emit("sub", stop, start, kind=kinds.INT)
        self.signed.add(found)
        return found

    def length_to_the_end(self, start: Operand, whole: Dim, b: Builder) -> Operand | None:
        """The length of ``x[start:]``, where ``0 <= start <= len(x)``."""
        low, high = self.bounds.low(start), self.bounds.high(start)
        if low is None or low < 0 or high is None or high.dim != whole or high.offset > 0:
            return None
        if not self.is_given(whole):
            return None
        return b.emit("sub", self.length_of(whole, b), start, kind=kinds.INT)

    def is_given(self, dim: Dim) -> bool:
        """Whether a size is that of a parameter, or a constant less."""
        return dim in self.places or kinds.parted(str(dim))[0] in self.places

    def length_of(self, dim: Dim, b: Builder) -> Operand:
        """The size of a parameter, or a constant less, as a length."""
        if isinstance(dim, int):
            return Const(dim)
        if dim in self.places:
            return self.given(dim)
        name, less = kinds.parted(dim)
        return self.length(self.less(self.given(name), less, b), b)

    def less(self, whole: Operand, less: int, b: Builder) -> Operand:
        found = b.emit("sub", whole, Const(less), kind=kinds.INT)
        self.signed.add(found)
        return found

    def length(self, end: Operand, b: Builder) -> Operand:
        """The number of places of a dimension along which a loop ends at ``end``."""
        if end not in self.signed:
            return end
        return b.emit("max", (end, Const(0)), kind=kinds.INT)

    def given(self, dim: Dim) -> Operand:
        """The size of a parameter."""
        if dim not in self.read:
            param, axis = self.places[dim]
            if param not in self.shapes:
                self.shapes[param] = self.b.emit("np.shape", param)
            base = dim if isinstance(dim, str) and dim.isidentifier() else ""
            self.read[dim] = self.b.emit(
                "getitem", self.shapes[param], Const(axis), base=base, kind=kinds.INT
            )
        return self.read[dim]

    def seen(self, dim: Dim, group: Group, b: Builder) -> Operand | None:
        """The size of an array that a nest reads or writes."""
        for name in arrays(group):
            shape = self.names.kinds[name].shape or ()
            if dim in shape:
                return b.size(name, Const(shape.index(dim)), kind=kinds.INT)
        return None

    def measured(self, axis: int, group: Group, b: Builder) -> Operand:
        """The length of the piece that a nest stores into, or of the shape that it fills."""
        for member in group.members:
            let = member.let
            if let.op == "unreduce":
                return b.emit("getitem", let.args[1], Const(axis), kind=kinds.INT)
            if member.sort == "store":
                return b.size(b.emit("getitem", *let.args[:2]), Const(axis), kind=kinds.INT)
        raise InternalError("a loop without an end")


def after_heading(body: Block, lines: Block) -> Block:
    """A body that begins with other statements, but for its heading."""
    headed = bool(body) and is_mark(body[0])
    return (*body[:headed], *lines, *body[headed:])


def arrays(group: Group) -> Iterator[str]:
    """The arrays that are there before a nest."""
    for member in group.members:
        yield from (name for name in member.reads if name not in group.values)
        if member.sort == "store":
            yield member.let.args[0]
