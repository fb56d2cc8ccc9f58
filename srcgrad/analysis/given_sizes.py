"""Shapes that are known wherever a function is: of constants and of the sizes of its inputs."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import PARTS, Const, Function, Let, Operand
from srcgrad.rules.builder import Builder, Names, dtype_operand


class GivenSizes:
    """The arrays among the inputs, by the sizes that the signature names."""

    def __init__(self, function: Function, names: Names) -> None:
        self.names = names
        self.places: dict[Dim, tuple[str, int]] = {}  # symbol -> an input that has it, and its axis
        self.whole: dict[tuple[Dim, ...], str] = {}  # shape -> an input that has it
        for name in inputs(function):
            kind = function.kinds[name]
            if kind.base == "array" and kind.shape:
                self.whole.setdefault(kind.shape, name)
                for axis, dim in enumerate(kind.shape):
                    self.places.setdefault(dim, (name, axis))

    def shape(self, kind: Kind, b: Builder) -> Any:
        """The shape of arrays of a kind; None where it may differ from run to run."""
        dims = kind.shape if kind.base == "array" else None
        if not dims or not all(self.is_given(dim) for dim in dims):
            return None
        if all(isinstance(dim, int) for dim in dims):
            return Const(dims)
        if dims in self.whole:
            return b.emit("np.shape", self.whole[dims])
        return tuple(self.size(dim, b) for dim in dims)

    def is_given(self, dim: Dim) -> bool:
        """Whether a size is a constant, or one that an input has, or a constant less."""
        return isinstance(dim, int) or ("?" not in dim and kinds.parted(dim)[0] in self.places)

    def size(self, dim: Dim, b: Builder) -> Operand:
        if isinstance(dim, int):
            return Const(dim)
        name, less = kinds.parted(dim)
        source, axis = self.places[name]
        size = b.size(source, Const(axis), kind=kinds.INT)
        if not less:
            return size
        rest = b.emit("sub", size, Const(less), kind=kinds.INT)
        return b.emit("max", (rest, Const(0)), kind=kinds.INT)

    def zeros(self, kind: Kind, b: Builder, base: str = "") -> str | None:
        """``np.zeros`` of a kind; None where its shape is not known."""
        shape = self.shape(kind, b)
        if shape is None:
            return None
        return str(b.emit("np.zeros", shape, dtype_operand(kind.dtype), base=base, kind=kind))


def cotangents(function: Function) -> set[str]:
    """The cotangents whose shapes the function compares: where that fails, they have others."""
    return {
        s.args[0]
        for s in ir.walk(function.body)
        if isinstance(s, Let) and s.op == "check_cotangent"
    }


def inputs(function: Function) -> list[str]:
    """The parameters, and what is taken out of them at the start of the function."""
    checked = cotangents(function)
    found = [param for param in function.params if param not in checked]
    for statement in function.body:
        if not isinstance(statement, Let):
            break
        if statement.op in PARTS and statement.args[0] in found and statement.target is not None:
            if function.kinds[statement.args[0]].base == "opaque":
                found.append(statement.target)
    return found
