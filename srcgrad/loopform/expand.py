"""Operations in terms of elementwise ones and sums, where loops say all that they do.

Before::

    m = np.mean(x, axis=1)
    w = ties(x, y, 1, False)

After::

    s = np.sum(x, axis=1)
    m = s / count
    at = np.where(x == y[:, None], 1.0, 0.0)
    w = at / np.sum(at, axis=1, keepdims=True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let, Operand, Statement
from srcgrad.loopform.members import reduced_axes
from srcgrad.loopform.views import Views
from srcgrad.rules.builder import Builder, Names
from srcgrad.rules.indexing import placed
from srcgrad.rules.operation import UNKNOWN, Arg

EXPANSIONS: dict[str, Callable[[_Site], Operand | None]] = {}


def expands(op: str) -> Callable[[Any], Any]:
    def decorate(expansion: Any) -> Any:
        EXPANSIONS[op] = expansion
        return expansion

    return decorate


def expanded(function: Function, names: Names) -> Function:
    """The function with operations written out that are no loops of their own."""
    views = Views(function)

    def visit(block: Block) -> Block:
        result: list[Statement] = []
        for statement in block:
            statement = ir.map_blocks(statement, visit)
            parts = None
            if isinstance(statement, Let):
                parts = written_out(statement, names) or stored_by_view(statement, names, views)
            result += [statement] if parts is None else parts
        return tuple(result)

    return replace(function, body=visit(function.body))


def written_out(let: Let, names: Names) -> list[Statement] | None:
    expansion = EXPANSIONS.get(let.op)
    if expansion is None or let.target is None:
        return None
    site = _Site(let, names)
    found = expansion(site)
    if found is None:
        return None
    *parts, last = site.b.take()
    if not isinstance(last, Let) or last.target != found:
        return None
    return [*parts, replace(last, target=let.target)]


def stored_by_view(let: Let, names: Names, views: Views) -> list[Statement] | None:
    """``x[i:j] += v`` of a slice that may count from the end: a loop stores into the view."""
    if let.op not in ("setitem", "additem") or not views.is_array(let.args[0]):
        return None
    x, index, value = let.args
    if names.kind(value).base != "array" or views.piece(x, index) is not None:
        return None
    shape = names.kinds[x].shape or ()
    parts = placed(index, len(shape), lambda operand: argument(operand, names))
    if parts is None or any(item.part.kind.base not in ("int", "slice") for item in parts):
        return None
    b = Builder(names, let.adjoint)
    b.origin, b.site = let.origin, let.site
    view = b.emit("getitem", x, index)
    if b.kind(view).base != "array":
        return None
    return [*b.take(), replace(let, args=(view, Const(Ellipsis), value))]


def argument(operand: Operand, names: Names) -> Arg:
    known = operand.value if isinstance(operand, Const) else UNKNOWN
    return Arg(names.kind(operand), known)


class _Site:
    """A statement, and a builder of those that it becomes."""

    def __init__(self, let: Let, names: Names) -> None:
        self.let = let
        self.kind: Kind = names.kinds[str(let.target)]
        self.b = Builder(names, let.adjoint)
        self.b.origin, self.b.site = let.origin, let.site

    def axes(self, x: Operand, axis: Any) -> tuple[int, ...] | None:
        """The axes of a reduction of an array of known rank; None if it is of all, or unknown."""
        kind = self.b.kind(x)
        ranked = kind.base == "array" and bool(kind.shape)
        return reduced_axes(axis, len(kind.shape or ())) if ranked else None


@expands("ties")
def _ties(site: _Site) -> Operand | None:
    a, y, axis, keepdims = site.let.args
    axes, b = site.axes(a, axis), site.b
    shape = b.kind(a).shape if b.kind(a).base == "array" else None
    if not shape or not isinstance(keepdims, Const) or site.kind.dtype != "float64":
        return None
    whole = axis == Const(None) and b.kind(y).immutable
    if axes is None and not whole:
        return None
    if axes is not None and not (whole or keepdims.value):
        index = tuple(Const(None if k in axes else slice(None)) for k in range(len(shape)))
        y = b.emit("getitem", y, index)
    at = b.emit("eq", a, y, kind=kinds.array("bool", shape))
    number = b.emit("np.where", at, Const(1.0), Const(0.0), kind=site.kind)
    total = b.emit("np.sum", number, axis, Const(None), Const(not whole))
    return b.emit("truediv", number, total, kind=site.kind)


@expands("np.mean")
def _mean(site: _Site) -> Operand | None:
    x, axis, dtype, keepdims = site.let.args
    b = site.b
    if dtype != Const(None) or site.kind.dtype != "float64" or b.kind(x).dtype != "float64":
        return None
    axes = site.axes(x, axis)
    whole = axis == Const(None) and b.kind(x).base == "array" and b.kind(x).shape
    if axes is None and not (whole and site.kind.immutable):
        return None
    total = b.emit("np.sum", x, axis, Const(None), keepdims)
    count: Operand = Const(1)
    for k in axes if axes is not None else range(len(b.kind(x).shape or ())):
        size = b.size(x, Const(k), kind=kinds.INT)
        count = size if count == Const(1) else b.emit("mul", count, size, kind=kinds.INT)
    return b.emit("truediv", total, count, kind=site.kind)


@expands("np.clip")
def _clip(site: _Site) -> Operand | None:
    a, low, high = site.let.args[:3]
    if site.kind.base != "array" or site.kind.dtype != "float64":
        return None
    if Const(None) in (low, high) or any(site.b.kind(x).dtype != "float64" for x in (a, low, high)):
        return None
    found = site.b.emit("np.maximum", a, low, kind=site.kind)
    return site.b.emit("np.minimum", found, high, kind=site.kind)


@expands("piece")
def _piece(site: _Site) -> Operand | None:
    y_bar, k, xs, axis = site.let.args
    b = site.b
    lists = [y_bar, *xs] if isinstance(xs, tuple) else []
    if not lists or axis not in (Const(0), Const(-1)) or not isinstance(k, Const):
        return None
    if any(b.kind(x).base != "array" or b.kind(x).ndim != 1 for x in lists):
        return None
    ends: list[Operand] = [Const(0)]
    for x in xs[: k.value + 1]:
        size = b.size(x, Const(0), kind=kinds.INT)
        first = ends[-1] == Const(0)
        ends.append(size if first else b.emit("add", ends[-1], size, kind=kinds.INT))
    start, stop = ends[-2:]
    cut = b.emit("slice", Const(None) if start == Const(0) else start, stop, Const(None))
    return b.emit("getitem", y_bar, cut, kind=site.kind)
