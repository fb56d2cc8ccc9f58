"""The memory layout of arrays, where the signature holds that of the inputs: is it a view or a copy?

NumPy itself is asked: an operation that only moves elements is run on an array of the sizes and
strides of its operand, which holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, array, of_constant
from srcgrad.ir.nodes import Const, For, Function, If, Let, While
from srcgrad.rules.operation import OPS

LARGEST = 2**27  # bytes of an array that is made to ask
SMALL = 2**16  # elements of operands on which anything may be run


class Unknown(Exception):
    """A layout that is not known when source is generated."""


class Layouts:
    """The layouts in one function; ``given`` are the inputs whose strides are known."""

    def __init__(self, function: Function, given: Mapping[str, Kind]) -> None:
        self.kinds = function.kinds
        self.given = given
        self.made: dict[str, Let] = {}
        self.merged: dict[str, tuple[Any, ...]] = {}
        self.phis: list[str] = []  # not looked at yet
        for statement in ir.walk(function.body):
            self._enter(statement)
        self.found: dict[str, Any] = {}

    def _enter(self, statement: ir.Statement) -> None:
        if isinstance(statement, Let):
            if statement.target is not None:
                self.made[statement.target] = statement
        elif isinstance(statement, If):
            for merge in statement.merges:
                self.merged[merge.out] = (merge.then, merge.orelse)
        elif isinstance(statement, For | While):
            for carry in statement.carries:
                self.merged[carry.phi] = (carry.init, carry.next)
                self.merged[carry.out] = (carry.phi, carry.next)
                self.phis.append(carry.phi)

    def is_view(self, statement: Let) -> bool | None:
        """Whether the result shares memory with the operand that it may be a view of; or None."""
        viewed = statement.args[OPS[statement.op].viewed]
        try:
            whole = self.like(viewed)
            result = self._run(statement)
            shared = bool(np.may_share_memory(result, whole))
            return None if shared and not result.flags.writeable else shared
        except Unknown:
            return None

    def origins(self, name: str) -> set[str]:
        """The arrays of whose memory a view is, one for each path."""
        found, work = set[str](), [name]
        seen = set(work)
        while work:
            name = work.pop()
            let = self.made.get(name)
            if name in self.merged:
                next_ones = [other for other in self.merged[name] if isinstance(other, str)]
            elif let is not None and OPS[let.op].view != "never" and self.is_view(let):
                next_ones = [let.args[OPS[let.op].viewed]]
            else:
                next_ones = []
                found.add(name)
            work += [other for other in next_ones if other not in seen]
            seen.update(next_ones)
        return found

    def needs(
        self, name: Any, inputs: frozenset[str], seen: frozenset[Any] = frozenset()
    ) -> set[str] | None:
        """The inputs on which it depends whether an array is contiguous in C order.

        Empty if it certainly is; None if it is not known. An elementwise result has the layout of
        its operands.
        """
        if name in self.merged:
            if name in seen:
                return set()
            arrays = self.merged[name]
        else:
            made = self.made.get(name)
            if made is None:
                return {name} & inputs or None
            op = OPS[made.op]
            if op.layout == "C":
                return set()
            if not (op.layout == "like" or op.elementwise or self.keeps_order(made)):
                return None
            first = [made.args[op.viewed]] if op.view != "never" else ir.names(made.args)
            arrays = tuple(arg for arg in first if not self.kinds[arg].immutable)
        found: set[str] = set()
        for operand in arrays:
            more = self.needs(operand, inputs, seen | {name})
            if more is None:
                return None
            found |= more
        return found

    def keeps_order(self, let: Let) -> bool:
        """Whether of what is contiguous in C order the result is, too.

        A subscript takes what lies together: numbers first, then one slice without a step.
        """
        if let.op != "getitem":
            return in_c_order(let)
        if not isinstance(let.args[0], str) or self.kinds[let.args[0]].base != "array":
            return False
        index = let.args[1]
        parts = list(index) if type(index) is tuple else [index]
        if len(parts) == 1 and isinstance(parts[0], Const) and type(parts[0].value) is tuple:
            parts = [Const(part) for part in parts[0].value]
        while parts and self.of_constant(parts[0]).base == "int":
            parts.pop(0)
        values = [part.value if isinstance(part, Const) else None for part in parts]
        if not values:
            return True
        first = values.pop(0)
        whole = first is Ellipsis or (type(first) is slice and first.step in (None, 1))
        return whole and not values

    def of_constant(self, operand: Any) -> Kind:
        return of_constant(operand.value) if isinstance(operand, Const) else self.kinds[operand]

    def order(self, name: str) -> tuple[int, ...]:
        """The axes from the outermost in memory to the innermost."""
        strides = self.like(name).strides
        return tuple(sorted(range(len(strides)), key=lambda axis: -abs(strides[axis])))

    def like(self, name: Any) -> Any:
        """An array with the dtype, sizes and strides that ``name`` has. Raises ``Unknown``."""
        while self.phis:  # what goes round a loop comes before what is made of it
            phi = self.phis.pop(0)
            if phi not in self.found and self.kinds[phi].base == "array":
                self.found[phi] = None
                self.found[phi] = self._made(phi)
        if name not in self.found:
            self.found[name] = None
            self.found[name] = self._made(name)
        if self.found[name] is None:
            raise Unknown
        return self.found[name]

    def _made(self, name: Any) -> Any:
        try:
            if name in self.given:
                return laid_out(self.given[name])
            if name in self.merged:
                return self._merged(name)
            let = self.made.get(name)
            if let is None:
                return None
            shape = self.kinds[name].shape
            if OPS[let.op].layout == "C" and sized(self.kinds[name]):
                return laid_out(array(self.kinds[name].dtype, shape))
            return self._run(let)
        except Unknown:
            return None

    def _merged(self, name: str) -> Any:
        """What all paths agree on; what a loop begins with, if it keeps that."""
        first, second = self.merged[name]
        known, before = self.like(first), dict(self.found)
        self.found[name] = known
        try:
            other = self.like(second)
            same = (known.dtype, known.shape) == (other.dtype, other.shape)
            if same and known.strides == other.strides:
                return known
        except Unknown:
            pass
        self.found = before  # without what was found of what does not hold
        return None

    def _run(self, let: Let) -> Any:
        op = OPS[let.op]
        moves = op.moves is not None or op.alike or op.view not in ("never", "held", "unknown")
        if op.foreign or op.effect:
            raise Unknown
        inside = let.op == "getitem"
        values = [self._value(arg, inside) for arg in op.complete(let.args)]
        arrays = [self.like(x) for x in ir.names(let.args) if self.kinds[x].base == "array"]
        if not (moves or op.elementwise or sum(x.size for x in arrays) <= SMALL):
            raise Unknown
        try:
            with np.errstate(all="ignore"):
                result = op.apply(values)
        except Unknown:
            raise
        except Exception:
            raise Unknown from None
        kind = self.kinds[str(let.target)]
        if not isinstance(result, np.ndarray) or kind.shape is None or not _fits(result, kind):
            raise Unknown
        return result

    def _value(self, arg: Any, inside: bool) -> Any:
        """An operand as it may be passed; numbers ``inside`` a subscript leave the layout alone."""
        if isinstance(arg, Const):
            return arg.value
        if isinstance(arg, tuple | list):
            return type(arg)([self._value(item, inside) for item in arg])
        kind = self.kinds[arg]
        if kind.base == "array":
            return self.like(arg)
        if isinstance(kind.dim, int):
            return kind.dim
        if kind.base == "tuple" and all(isinstance(item.dim, int) for item in kind.items):
            return tuple(item.dim for item in kind.items)
        if kind.floating and kind.immutable:
            return np.dtype(kind.dtype).type(1) if kind.base == "scalar" else 1.0
        if inside and kind.base == "int":
            return 0
        raise Unknown


def in_c_order(let: Let) -> bool:
    """Whether a statement reads elements, and gives a view or a copy of them, in C order."""
    op = OPS[let.op]
    if not op.by_layout:
        return False
    orders = [a for p, a in zip(op.params, op.complete(let.args), strict=True) if p.name == "order"]
    return all(order == Const("C") for order in orders)


def sized(kind: Kind) -> bool:
    return kind.shape is not None and all(isinstance(dim, int) for dim in kind.shape)


def _fits(array: Any, kind: Kind) -> bool:
    dims = zip(array.shape, kind.shape or (), strict=False)
    return array.ndim == kind.ndim and all(
        size == dim or not isinstance(dim, int) for size, dim in dims
    )


def laid_out(kind: Kind) -> Any:
    """An array of a kind whose sizes are known, and strides; without these, in C order."""
    shape: tuple[int, ...] = kind.shape  # type: ignore[assignment]
    dtype = np.dtype(kind.dtype)
    if prod(shape) * dtype.itemsize > LARGEST:
        raise Unknown
    if kind.strides is None or not prod(shape):
        return np.zeros(shape, dtype)
    ends = [(size - 1) * stride for size, stride in zip(shape, kind.strides, strict=True)]
    first = -sum(end for end in ends if end < 0)
    extent = first + sum(end for end in ends if end > 0) + dtype.itemsize
    if extent > LARGEST:
        raise Unknown
    return np.ndarray(shape, dtype, np.zeros(extent, np.uint8), first, kind.strides)


def in_order(old: str, new: str, order: tuple[int, ...], names: Any, origin: Any) -> Iterator[Let]:
    """Lines that make ``new`` a copy of ``old`` whose axes lie in memory in this order."""
    kind: Kind = names.kinds[new]
    if order == tuple(range(len(order))):
        yield Let(new, "copied", (old,), origin)
        return
    shape = tuple(kind.shape[axis] for axis in order)  # type: ignore[index]
    moved = replace(kind, shape=shape)
    turned, made = names.fresh("", moved), names.fresh(ir.base(old), moved)
    back = tuple(sorted(range(len(order)), key=order.__getitem__))
    yield Let(turned, "np.transpose", (old, _axes(order)), origin)
    yield Let(made, "copied", (turned,), origin)
    yield Let(new, "np.transpose", (made, _axes(back)), origin)


def _axes(order: tuple[int, ...]) -> Const:
    return Const(None if order == tuple(range(len(order)))[::-1] else order)
