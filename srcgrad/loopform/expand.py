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
from math import prod
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Block, Const, Function, Let, Operand, Statement
from srcgrad.loopform import contractions
from srcgrad.loopform.members import reduced_axes
from srcgrad.loopform.views import Views, subscript
from srcgrad.rules.builder import Builder, Names, dtype_operand
from srcgrad.rules.indexing import placed
from srcgrad.rules.operation import UNKNOWN, Arg

MOST_LISTED = 16  # elements of an array that are stored one by one
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
    parts = site.b.take()
    made = [s for s in parts if isinstance(s, Let) and s.target is not None and s.target == found]
    if not made:
        return None
    assert isinstance(found, str)
    if names.kinds[let.target].base == "any":
        names.kinds[let.target] = names.kinds[found]
    return [ir.rename_all(part, {found: let.target}) for part in parts]


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
    found = _equals(site, *site.let.args)
    return found and site.b.emit("truediv", *found[1:], kind=site.kind)


@expands("to_ties")
def _to_ties(site: _Site) -> Operand | None:
    """What equals the extremum of a line gets its share; if nothing does, all is NaN."""
    v, a, y, axis, keepdims = site.let.args
    found, b = _equals(site, a, y, axis, keepdims), site.b
    at, _, total = found or (None, None, None)
    if at is None or total is None or b.kind(v).dtype != "float64":
        return None
    if b.kind(total).base == "array" and keepdims == Const(False):
        v = b.emit("getitem", v, _beside(site.axes(a, axis) or (), b.kind(a).ndim or 0))
    elif not b.kind(total).immutable and b.kind(v).immutable:
        return None
    share, rest = (b.emit("truediv", x, total) for x in (v, Const(0.0)))
    b.names.picked.add(str(site.let.target))
    return b.emit("np.where", at, share, rest, kind=site.kind)


def _equals(
    site: _Site, a: Operand, y: Operand, axis: Any, keepdims: Any
) -> tuple[Operand, Operand, Operand] | None:
    """Where elements equal the extremum of their line, as flags and as numbers, and how many do."""
    axes, b, kind = site.axes(a, axis), site.b, site.b.kind(a)
    shape = kind.shape if kind.base == "array" else None
    if not shape or not isinstance(keepdims, Const) or site.kind.dtype != "float64":
        return None
    whole = b.kind(y).immutable and (axis == Const(None) or len(axes or ()) == len(shape))
    if axes is None and not whole:
        return None
    if axes is not None and not (whole or keepdims.value):
        y = b.emit("getitem", y, _beside(axes, len(shape)))
    at = b.emit("eq", a, y, kind=kinds.array("bool", shape))
    number = b.emit("np.where", at, Const(1.0), Const(0.0), kind=site.kind)
    total = b.emit("np.sum", number, axis, Const(None), Const(not whole))
    return at, number, total


def _beside(axes: tuple[int, ...], ndim: int) -> Any:
    """The subscript that puts the axes of a reduction back."""
    return tuple(Const(None if k in axes else slice(None)) for k in range(ndim))


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
    """A view of what came of one operand: of a number, or a row, at one place."""
    y_bar, k, xs, axis = site.let.args
    b, ndim = site.b, site.b.kind(y_bar).ndim
    if not isinstance(xs, tuple) or not isinstance(k, Const) or not ndim:
        return None
    along = _joined_along(axis, [b.kind(x).ndim for x in xs], ndim)
    if along is None:
        return None
    ends: list[Operand] = [Const(0)]
    for x in xs[: k.value + 1]:
        whole = b.kind(x).ndim == ndim
        size = b.size(x, Const(along), kind=kinds.INT) if whole else Const(1)
        ends.append(size if ends[-1] == Const(0) else b.emit("add", ends[-1], size, kind=kinds.INT))
    start, stop = ends[-2:]
    place: Operand = start
    if b.kind(xs[k.value]).ndim == ndim:
        place = b.emit("slice", Const(None) if start == Const(0) else start, stop, Const(None))
    index = (*[Const(slice(None))] * along, place) if along else place
    return b.emit("getitem", y_bar, index, kind=site.kind)


def _joined_along(axis: Any, ranks: list[int | None], ndim: int) -> int | None:
    """The axis along which operands, some of one axis less, are joined to ``ndim`` axes."""
    value = axis.value if isinstance(axis, Const) else UNKNOWN
    if value is None and ndim == 1:
        value = 0
    if type(value) is not int or value < -ndim or not set(ranks) <= {ndim, ndim - 1}:
        return None
    return value % ndim if value < 0 else min(value, ndim - 1)


@expands("np.concatenate")
def _concatenated(site: _Site) -> Operand | None:
    """A new array into which the operands are stored, whose other sizes are known to be equal."""
    xs, axis = site.let.args
    b, whole = site.b, site.kind
    if not isinstance(xs, tuple) or not whole.shape or whole.dtype != "float64":
        return None
    ndim = len(whole.shape)
    along = _joined_along(axis, [b.kind(x).ndim for x in xs], ndim)
    if along is None or axis.value is None or axis.value >= ndim:
        return None
    if not all(_fits(b.kind(x), whole, along) for x in xs):
        return None
    stops: list[Operand] = []
    for x in xs:
        size = b.size(x, Const(along), kind=kinds.INT)
        stops.append(b.emit("add", stops[-1], size, kind=kinds.INT) if stops else size)
    shape = [
        stops[-1]
        if k == along
        else Const(dim)
        if isinstance(dim, int)
        else b.size(xs[0], Const(k), kind=kinds.INT)
        for k, dim in enumerate(whole.shape)
    ]
    out = b.emit("np.empty", tuple(shape), dtype_operand(whole.dtype), kind=whole)
    for x, start, stop in zip(xs, [Const(None), *stops], stops, strict=False):
        place = b.emit("slice", start, stop, Const(None))
        index = (*[Const(slice(None))] * along, place) if along else place
        b.effect("setitem", b.emit("getitem", out, index, kind=b.kind(x)), Const(Ellipsis), x)
    return out


@expands("array_of")
def _listed(site: _Site) -> Operand | None:
    """A small array of numbers and rows, each stored in its place."""
    xs, b, whole = site.let.args[0], site.b, site.kind
    shape = [dim for dim in whole.shape or () if isinstance(dim, int)]
    if not isinstance(xs, tuple) or whole.dtype != "float64" or len(shape) != whole.ndim:
        return None
    if not 0 < prod(shape) <= MOST_LISTED or not all(_is_row(x, b.kind(x), whole) for x in xs):
        return None
    out = b.emit("np.empty", tuple(map(Const, shape)), dtype_operand(whole.dtype), kind=whole)
    for k, x in enumerate(xs):
        if isinstance(x, Const):
            for at, number in np.ndenumerate(x.value):
                b.effect("setitem", out, subscript(map(Const, (k, *at))), Const(float(number)))
        elif whole.ndim == 1:
            b.effect("setitem", out, Const(k), x)
        else:
            b.effect("setitem", b.emit("getitem", out, Const(k)), Const(Ellipsis), x)
    return out


def _is_row(x: Operand, part: Kind, whole: Kind) -> bool:
    """Whether an item of an array is one of its numbers, or a row of its shape."""
    dtypes = {whole.dtype, "int64"} if isinstance(x, Const) else {whole.dtype}
    if whole.ndim == 1:
        return part.immutable and part.dtype in ("float64", "int64")
    shape = (whole.shape or ())[1:]
    return part.base == "array" and part.dtype in dtypes and part.shape == shape


def _fits(part: Kind, whole: Kind, along: int) -> bool:
    """Whether arrays are of one dtype, and of equal sizes but along an axis."""
    if part.base != "array" or part.dtype != whole.dtype or part.ndim != whole.ndim:
        return False
    pairs = zip(part.shape or (), whole.shape or (), strict=True)
    return all(mine == theirs for k, (mine, theirs) in enumerate(pairs) if k != along)


@expands("matmul_bar_a")
def _matmul_bar_a(site: _Site) -> Operand | None:
    y_bar, a, b = site.let.args
    return contractions.by_stacks(site.b, y_bar, a, b, site.kind, of_first=True)


@expands("matmul_bar_b")
def _matmul_bar_b(site: _Site) -> Operand | None:
    y_bar, a, b = site.let.args
    return contractions.by_stacks(site.b, y_bar, a, b, site.kind, of_first=False)


@expands("np.einsum")
def _einsum(site: _Site) -> Operand | None:
    return contractions.whole(site.b, site.let.args, site.kind)


@expands("einsum_part")
def _einsum_part(site: _Site) -> Operand | None:
    return contractions.part(site.b, site.let.args, site.kind)


@expands("np.cross")
def _cross(site: _Site) -> Operand | None:
    return _crossed(site, *site.let.args[:2])


@expands("cross_like")
def _cross_like(site: _Site) -> Operand | None:
    a, b, like = site.let.args[:3]
    return _crossed(site, a, b) if site.b.kind(like).shape == (3,) else None


def _crossed(site: _Site, x: Operand, y: Operand) -> Operand | None:
    """The product of two vectors of three elements."""
    b, number = site.b, kinds.scalar(site.kind.dtype)
    vectors = all(b.kind(v).base == "array" and b.kind(v).shape == (3,) for v in (x, y))
    if not vectors or {b.kind(x).dtype, b.kind(y).dtype} != {"float64"}:
        return None
    first, second = (
        [b.emit("getitem", v, Const(k), kind=number) for k in range(3)] for v in (x, y)
    )
    out = b.emit("np.empty", (Const(3),), dtype_operand(site.kind.dtype), kind=site.kind)
    for k, i, j in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        left = b.emit("mul", first[i], second[j], kind=number)
        right = b.emit("mul", first[j], second[i], kind=number)
        b.effect("setitem", out, Const(k), b.emit("sub", left, right, kind=number))
    return out


@expands("np.diff")
def _differences(site: _Site) -> Operand | None:
    a, n, axis = site.let.args[:3]
    later = _pieces(site, a, n, axis)
    return None if later is None else site.b.emit("sub", later[0], later[1], kind=site.kind)


@expands("undiff")
def _undifferenced(site: _Site) -> Operand | None:
    v, n, axis, shape = site.let.args
    b = site.b
    out = b.emit("np.zeros", shape, dtype_operand(site.kind.dtype), kind=site.kind)
    pieces = _pieces(site, out, n, axis, b.kind(v))
    if pieces is None or b.kind(v).ndim != site.kind.ndim or b.kind(v).dtype != site.kind.dtype:
        return None
    negative = b.emit("neg", v)
    for piece, part in zip(pieces, (v, negative), strict=True):
        b.effect("additem", piece, Const(Ellipsis), part)
    return out


def _pieces(
    site: _Site, x: Operand, n: Any, axis: Any, kind: Kind | None = None
) -> tuple[Operand, Operand] | None:
    """All but the first, and all but the last places of an axis."""
    ndim = site.b.kind(x).ndim
    along = reduced_axes(axis, ndim) if ndim else None
    if n != Const(1) or not along or site.b.kind(x).dtype not in ("float64", "float32"):
        return None
    whole = [Const(slice(None))] * along[0]
    first, last = (
        site.b.emit("getitem", x, (*whole, Const(cut)) if whole else Const(cut), kind=kind)
        for cut in (slice(1, None), slice(None, -1))
    )
    return first, last


@expands("np.linalg.solve")
@expands("solve_like")
def _solved(site: _Site) -> Operand | None:
    """Numba solves systems of one dtype."""
    arrays, dtype = site.let.args[:2], site.kind.dtype
    if dtype is None or all(site.b.kind(x).dtype == dtype for x in arrays):
        return None
    alike = list(arrays)
    for k, x in enumerate(arrays):
        if site.b.kind(x).dtype != dtype:
            new = replace(site.b.kind(x), dtype=dtype)
            alike[k] = site.b.emit("astype", x, Const(np.dtype(dtype)), kind=new)
    return site.b.emit(site.let.op, *alike, *site.let.args[2:], kind=site.kind)
