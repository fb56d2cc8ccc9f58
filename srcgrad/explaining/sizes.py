"""Integers of the IR as formulas in sizes: lengths of axes, integer inputs, loop variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from srcgrad.explaining.formulas import Formula, Loop, Symbol
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, For, Function, Let, While
from srcgrad.rules.operation import OPS, literal

NOT_COUNTED = ("none", "slice", "str", "tape")  # what takes no room to speak of


class Sizes:
    """What stands for the sizes of one function; ``axes`` says where those of inputs are read."""

    def __init__(self, function: Function, kinds: dict[str, Kind], axes: dict[str, str]) -> None:
        self.kinds = kinds
        self.axes = axes
        self.params = set(function.params)
        self.made: dict[str, Let] = {}
        self.symbols: dict[Any, Symbol] = {}
        self.counters: dict[str, While] = {}  # what says how often a loop has run
        self.meanings: dict[Symbol, str] = {}
        self.texts: set[str] = {ir.base(p) for p in function.params if self.is_int(p)}
        self.see(function)

    def see(self, function: Function) -> None:
        """Take in the statements of a function that shares its names with those seen before."""
        for statement in ir.walk(function.body):
            if isinstance(statement, Let) and statement.target is not None:
                self.made[statement.target] = statement

    def is_int(self, name: str) -> bool:
        return self.kinds[name].base == "int"

    def symbol(self, key: Any, text: str, meaning: str) -> Symbol:
        """What stands for a size; of a text that stands for another one already, a variant."""
        if key not in self.symbols:
            found, number = text, 2
            while found in self.texts:
                found, number = f"{text}_{number}", number + 1
            self.texts.add(found)
            self.symbols[key] = Symbol(found, key)
            self.meanings[self.symbols[key]] = meaning
        return self.symbols[key]

    # --- integers -------------------------------------------------------------------------------

    def integer(self, operand: Any) -> Formula:
        """An integer operand as a formula; one of which nothing is known stands for itself."""
        if isinstance(operand, Const):
            return Formula.of(int(operand.value))
        kind = self.kinds[operand]
        if kind.base == "int" and kind.dim is not None:
            return self.dimension(kind.dim)
        if operand in self.counters:
            return Formula.of(self.trips(self.counters[operand]))
        made = self.made.get(operand)
        axis = None if made is None else self.axis(made)
        if axis is not None:
            return self.dimension(axis)
        if operand in self.params:
            key = "param", operand
            if key not in self.symbols:
                self.symbols[key] = Symbol(ir.base(operand), key)
                self.meanings[self.symbols[key]] = "an input"
            return Formula.of(self.symbols[key])
        if made is not None and not OPS[made.op].effect:
            found = self.arithmetic(made)
            if found is not None:
                return found
        return Formula.of(
            self.symbol(operand, ir.base(operand) or "count", "a number that is known at run time")
        )

    def arithmetic(self, made: Let) -> Formula | None:
        """An operation on integers as a formula; None if it is none."""
        op = OPS[made.op]
        leaves = list(ir.leaves(made.args))
        if not leaves or not all(self.whole(leaf) for leaf in leaves):
            return None
        parts = [self.integer(leaf) for leaf in leaves]
        if op.arithmetic and len(parts) == 2 and op.symbol is not None:
            linear = {"Add": Formula.__add__, "Sub": Formula.__sub__, "Mult": Formula.__mul__}
            way = linear.get(op.symbol.__name__)
            if way is not None:
                return way(*parts)
        if op.foreign or not op.new or not self.is_int(str(made.target)):
            return None
        text = f"{op.spelling}({', '.join(map(str, parts))})"
        several = any(type(arg) is tuple for arg in made.args)

        def apply(*values: int) -> int:
            return int(op.function(values) if several else op.function(*values))

        return Formula.of(Symbol(text, ("made", text), (apply, tuple(parts))))

    def axis(self, made: Let) -> kinds.Dim | None:
        """The size that ``np.shape(x)[k]`` is."""
        if made.op != "getitem" or type(made.args[0]) is not str:
            return None
        shape, place = self.made.get(made.args[0]), literal(made.args[1])
        if shape is None or shape.op != "np.shape" or type(place) is not int:
            return None
        array = shape.args[0]
        dims = self.kinds[array].shape if isinstance(array, str) else None
        return None if dims is None else dims[place]

    def whole(self, operand: Any) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) is int
        return self.is_int(operand)

    def dimension(self, dim: kinds.Dim) -> Formula:
        """The size of an axis."""
        if isinstance(dim, int):
            return Formula.of(dim)
        name, less = kinds.parted(dim)
        text = name if name in self.axes else "size"
        if text in self.texts and name in self.axes:
            text = self.axes[name]
        meaning = self.axes.get(name, "a size that is known at run time")
        return Formula.of(self.symbol(("dim", name), text, meaning)) - Formula.of(less)

    # --- how much -------------------------------------------------------------------------------

    def elements(self, name: str) -> Formula:
        """How many numbers a value holds."""
        kind = self.kinds[name]
        if kind.base == "array" or (kind.base == "any" and kind.shape == ()):
            made = self.made.get(name)
            if made is not None and OPS[made.op].allocates:
                return self.allocated(made)
            if kind.shape is None:
                label = f"{ir.base(name) or 'array'}.size"
                return Formula.of(
                    self.symbol(("size", name), label, "a number that is known at run time")
                )
            return self.product(map(self.dimension, kind.shape))
        if kind.immutable:
            return Formula.of(1)
        if kind.base in NOT_COUNTED:
            return Formula()
        if kind.base == "tuple" and kind.dim != "unknown":
            return Formula.of(len(kind.items))
        label = f"size({ir.base(name) or kind.base})"
        return Formula.of(self.symbol(("size", name), label, "a number that is known at run time"))

    def allocated(self, made: Let) -> Formula:
        """The elements of the array that is made of a shape."""
        shape = made.args[0]
        parts = shape.value if isinstance(shape, Const) else shape
        if isinstance(parts, str) and not self.is_int(parts):  # a tuple that a name stands for
            dims = self.kinds[str(made.target)].shape or ()
            return self.product(map(self.dimension, dims))
        parts = parts if isinstance(parts, tuple | list) else (parts,)
        return self.product(self.integer(Const(p) if isinstance(p, int) else p) for p in parts)

    def product(self, factors: Iterable[Formula]) -> Formula:
        found = Formula.of(1)
        for factor in factors:
            found = found * factor
        return found

    def bytes(self, name: str) -> Formula:
        """The bytes of the numbers that a value holds."""
        return Formula.of(self.width(name)) * self.elements(name)

    def width(self, name: str) -> int:
        """The bytes of one of its numbers."""
        dtype = self.kinds[name].dtype
        return np.dtype(dtype).itemsize if dtype is not None else 8

    def loop(self, statement: For | While) -> Loop:
        """A loop by its bounds; of one with none that are known, as often as it runs."""
        if isinstance(statement, For) and isinstance(statement.step, Const):
            symbol = Symbol(ir.base(statement.var) or "k", ("loop", statement.var))
            self.symbols[statement.var] = symbol
            self.made.pop(statement.var, None)
            start, stop = self.integer(statement.start), self.integer(statement.stop)
            return Loop(symbol, start, stop, int(statement.step.value))
        trips = self.trips(statement)
        return Loop(Symbol("k", trips.key), Formula.of(0), Formula.of(trips), 1)

    def trips(self, statement: For | While) -> Symbol:
        """What stands for how often a loop runs."""
        line = statement.origin.line if statement.origin else 0
        key = "loop", statement.label.removesuffix("'")
        return self.symbol(key, f"trips_{line}", f"iterations of the loop in line {line}")
