"""The builder: the one place where statements are made; it infers the kind of all that it emits."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Let, Operand, Origin, Statement, names
from srcgrad.rules import registry
from srcgrad.rules.lines import stated


class Names:
    """Fresh names and the kinds of all names of one function."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.number = 0  # that no name has yet
        self.arrays: dict[str, str] = {}  # tape -> the array that took its place in loop form
        self.grown: set[str] = set()  # arrays that grow in the place of tapes
        self.again: set[str] = set()  # what loop form computes where its elements are read
        self.picked: set[str] = set()  # cotangents of elements that a condition picks, 0 for others
        self.lengths: dict[tuple[str, str], str] = {}  # a size that shrinks, a loop -> what it is
        self.largest: dict[str, Operand] = {}  # a size that shrinks -> what it is before its loop

    def fresh(self, base: str, kind: Kind) -> str:
        if "%" in base:  # a key of the user's; the sign stands before the number
            base = base.replace("%", "_")
        name = f"{base}%{self.number}"
        self.number += 1
        self.kinds[name] = kind
        return name

    def kind(self, operand: Operand) -> Kind:
        if isinstance(operand, Const):
            return kinds.of_constant(operand.value)
        return self.kinds[operand]


class Builder:
    """Appends statements to the current block; ``origin`` and ``adjoint`` mark what it emits."""

    def __init__(self, names: Names, adjoint: bool = False) -> None:
        self.names = names
        self.adjoint = adjoint
        self.origin: Origin | None = None
        self.site = -1
        self.block: list[Statement] = []
        self.phis: set[str] = set()  # what goes round loops
        self.own: set[str] = set()  # results of arithmetic, of which there is no view

    def kind(self, operand: Operand) -> Kind:
        return self.names.kind(operand)

    def emit(self, op: str, *args: Any, base: str = "", kind: Kind | None = None) -> Operand:
        """``base = op(*args)``; its value: a new name, or a constant if that is known."""
        definition = registry.OPS[op]
        args = definition.complete(args)
        if kind is None:
            unknown = not definition.converts and self.of_unknown(op, args)
            kind = kinds.OPAQUE if unknown else registry.infer(op, args, self.names.kind)
        if definition.foldable:
            folded = definition.fold(args)
            if folded is not None:
                return folded
        if kind.base == "int" and isinstance(kind.dim, int) and not self.adjoint:
            return Const(kind.dim)
        name = self.names.fresh(base, kind)
        self.block.append(Let(name, op, args, self.origin, self.adjoint, self.site))
        if (
            definition.rule is not None
            and definition.gives_new(args, self.names.kind)
            and op != "procedure"
        ):
            self.own.add(name)
        elif not definition.looks:
            self.own.difference_update(names(args))
        return name

    def size(self, x: Any, axis: Any, **form: Any) -> Operand:
        """``x.shape[axis]``"""
        return self.emit("getitem", self.emit("np.shape", x), axis, **form)

    def of_unknown(self, op: str, args: tuple[Any, ...]) -> bool:
        """Whether one of the operands is a value of which nothing is known: so is the result."""
        for place in stated(op).operands:
            arg = args[place]
            for item in arg if type(arg) is tuple else (arg,):
                if isinstance(item, str) and self.names.kinds[item].base == "opaque":
                    return True
        return False

    def effect(self, op: str, *args: Any) -> None:
        """``op(*args)`` for its effect alone."""
        args = registry.OPS[op].complete(args)
        if not registry.OPS[op].looks:
            self.own.difference_update(names(args))
        self.block.append(Let(None, op, args, self.origin, self.adjoint, self.site))

    def add(self, statement: Statement) -> None:
        self.block.append(statement)

    def nested(self) -> Nested:
        """A context in which statements go to a new block, which it gives."""
        return Nested(self)

    def take(self) -> Block:
        """The statements so far; the builder starts anew."""
        block, self.block = tuple(self.block), []
        return block


class Nested:
    """``with builder.nested() as inner: ...`` and then ``inner.block``."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.block: Block = ()

    def __enter__(self) -> Nested:
        self.outer, self.builder.block = self.builder.block, []
        return self

    def __exit__(self, *_: object) -> None:
        self.block = tuple(self.builder.block)
        self.builder.block = self.outer


def dtype_operand(name: Any) -> Const:
    """A dtype as generated code says it: Python's ``float`` for double precision."""
    return Const(float if name == "float64" else np.dtype(name))
