"""Asking for the sizes of short axes, where kinds leave open what is broadcast without them.

In ``x[:, 0:1] - x[:, 0]`` the first operand may have a column or none, and ``q`` one element or three
in ``q + np.zeros(3)``. With the sizes of short axes in the signature, as of coordinates or channels,
the adjoint need not ask at run time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gast

from srcgrad.errors import ShortAxesWanted
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Operand, names
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.operation import OPS
from srcgrad.values.signature import SHORT

ALLOCATING = ("zeros", "ones", "empty", "full", "eye", "identity")


def announced(function: Any, sizes: Mapping[str, int]) -> bool:
    """Whether a function allocates as many elements as a short axis has: they are going to meet."""
    short = {size for size in sizes.values() if 1 < size <= SHORT}
    body = function.body if isinstance(function.body, list) else [function.body]  # of a lambda
    shapes = [
        node.args[0]
        for statement in body
        for node in gast.walk(statement)
        if isinstance(node, gast.Call)
        and getattr(node.func, "attr", None) in ALLOCATING
        and node.args
    ]
    return any(
        isinstance(part, gast.Constant) and type(part.value) is int and part.value in short
        for shape in (shapes if short else ())
        for part in gast.walk(shape)
    )


class AskingBuilder(Builder):
    """A builder that raises ``ShortAxesWanted`` where short ones of ``sizes`` decide a shape."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.sizes: Mapping[str, int] = {}

    def emit(self, op: str, *args: Any, base: str = "", kind: Kind | None = None) -> Operand:
        result = super().emit(op, *args, base=base, kind=kind)
        if self.sizes and isinstance(result, str) and self.depends(op, args, self.kind(result)):
            raise ShortAxesWanted
        return result

    def depends(self, op: str, args: tuple[Any, ...], kind: Kind) -> bool:
        rule = OPS[op].rule
        if kind.base != "array" or not kind.shape or rule is None or rule.style != "elementwise":
            return False
        shapes = [self.kind(arg).shape or () for arg in names(args)]
        return any(
            self.meet({shape[axis] for shape in shapes if len(shape) >= -axis} - {1})
            for axis in range(-len(kind.shape), 0)
        )

    def meet(self, dims: set[Dim]) -> bool:
        """Whether it is not known if these sizes are one, and could be."""
        known = all(isinstance(dim, int) or axis_of(dim) in self.sizes for dim in dims)
        return len(dims) > 1 and known and any(map(self.is_short, dims))

    def is_short(self, dim: Dim | None) -> bool:
        """Whether the signature names a size that it could hold, as it is short."""
        return isinstance(dim, str) and self.sizes.get(axis_of(dim), SHORT + 1) <= SHORT


def axis_of(dim: str) -> str:
    """The size that a size is made of: ``n`` for ``n-2`` and ``n[0:1:None]``."""
    return dim.partition("[")[0].partition("-")[0]
