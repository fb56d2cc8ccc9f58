"""Which statements are the same for each element, and may become part of a nest of loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad.analysis.unsettled import unsettled_beside
from srcgrad.ir.kinds import Dim
from srcgrad.ir.marks import NONE, REVERSE, is_mark
from srcgrad.ir.nodes import Const, Function, Let, Statement, leaves, walk
from srcgrad.loopform.accesses import Access, Accesses, Member, Through, placed
from srcgrad.loopform.products import product
from srcgrad.loopform.views import Along, Views
from srcgrad.rules.builder import Names
from srcgrad.rules.operation import OPS
from srcgrad.rules.registry import infer

DTYPES = ("float64", "float32", "complex128", "int64", "bool")
SUMS = {"np.sum", "inner"}
EXTREMA = {"np.max": "larger", "np.min": "smaller"}
PRODUCTS = ("check_matmul", "check_dot")  # they are checked so
REDUCED = ("sum", "extremum")
GATHERED = ("sums", "extrema")  # in an array, one element after the other


class Members(Accesses):
    """What the statements of a function are as members of nests."""

    def __init__(self, function: Function, names: Names, views: Views) -> None:
        super().__init__(names, views)
        self.unsettled = unsettled_beside(function, names.largest)
        self.kept = set(names.arrays.values())  # arrays in the place of tapes
        self.tested: dict[Dim, Dim] = {}  # sizes of pieces -> what they were found to be, here
        at = max((k for k, s in enumerate(function.body) if is_sweep(s)), default=None)
        behind = () if at is None else function.body[at:]
        self.swept = {id(s) for s in walk(behind)}  # the statements of the reverse sweep

    def member(self, let: Let) -> Member | None:
        """A statement as a member of a nest; None if it is none."""
        self.learn(let)
        found = self.of_sort(let)
        return None if found is None or self.unsettled.intersection(found.space) else found

    def learn(self, let: Let) -> None:
        """Know after a test of a piece that others of this place are as long."""
        if let.op != "check_size":
            return
        piece, axis, size = let.args
        made = self.views.made.get(piece)
        if (
            not isinstance(made, Let)
            or made.op != "getitem"
            or not self.views.is_array(made.args[0])
        ):
            return
        whole = self.names.kinds[made.args[0]].shape or ()
        place = infer("getitem", made.args, self.names.kind).shape
        if place is None or self.unsettled.intersection(whole):
            return
        piece, found = place[axis.value], size.value if isinstance(size, Const) else None
        if isinstance(piece, str) and isinstance(found, int):
            self.tested[piece] = found

    def of_sort(self, let: Let) -> Member | None:
        """A statement as a member, of whatever sizes."""
        if let.op in ("setitem", "additem"):
            return self.store(let)
        if let.op == "add_at":
            return self.scatter(let)
        if let.target is None or OPS[let.op].effect:
            return None
        if let.op in SUMS:
            return self.total(let)
        if let.op in EXTREMA:
            return self.extremum(let)
        if OPS[let.op].check in PRODUCTS:
            return product(self, let)
        kind = self.names.kinds[let.target]
        if kind.base != "array" or not kind.shape or kind.dtype not in DTYPES:
            return None
        reads = self.elements(let, kind.shape)
        if reads is None:
            return None
        return Member(let, "value", kind.shape, reads, axes=tuple(range(len(kind.shape))))

    def elements(self, let: Let, space: tuple[Dim, ...]) -> dict[str, Access] | None:
        """What a statement reads of its operands for each element of its result."""
        op = OPS[let.op]
        if op.copies and not op.effect and op.new:
            return self.reads(let.args, space)
        if let.op == "np.outer":
            return self.outer(let, space)
        if let.op == "getitem":
            x, index = let.args
            return self.gathered(x, index, space)
        if let.op == "unreduce":
            return self.spread(let, space)
        if let.op == "astype":
            return self.reads(let.args[:1], space)
        if op.new and op.on_elements and self.fit(let):
            return self.reads(let.args, space)
        return None

    def fit(self, let: Let) -> bool:
        """Whether Numba gives for numbers of these dtypes what it gives for arrays of them."""
        target = self.names.kinds[str(let.target)]
        kinds = [self.names.kind(arg) for arg in leaves(let.args)]
        if any(kind.dtype not in DTYPES for kind in kinds):
            return False
        dtypes = {kind.dtype for kind in kinds}
        if OPS[let.op].picks:
            values = [let.args[k] for k in OPS[let.op].picks]
            return all(
                isinstance(arg, Const) or self.names.kind(arg).dtype == target.dtype
                for arg in values
            )
        if dtypes == {"bool"}:
            return target.dtype == "bool"
        if "bool" in dtypes and "float32" in dtypes:
            return False
        if dtypes <= {"bool", "int64"} and OPS[let.op].symbol is None:
            return target.dtype == "bool"
        powers = let.op in ("pow", "mod", "np.power") and dtypes <= {"bool", "int64"}
        return not powers

    def outer(self, let: Let, space: tuple[Dim, ...]) -> dict[str, Access] | None:
        found: dict[str, Access] = {}
        for axis, arg in enumerate(let.args):
            kind = self.names.kinds[arg] if isinstance(arg, str) else None
            if kind is None or kind.ndim != 1:
                return None
            access = self.access(arg, space, (axis,))
            if access is None or found.get(arg, access) != access:
                return None
            found[arg] = access
        return found

    def spread(self, let: Let, space: tuple[Dim, ...]) -> dict[str, Access] | None:
        """What is read of the result of a reduction, for each element of what was reduced."""
        v, _, axis, keepdims = let.args
        if self.number(v):
            return {} if axis == Const(None) else None
        gone = reduced_axes(axis, len(space))
        if gone is None or not isinstance(keepdims, Const):
            return None
        axes = [k for k in range(len(space)) if keepdims.value or k not in gone]
        if len(self.names.kinds[v].shape or ()) != len(axes):
            return None
        access = self.access(v, space, tuple(axes))
        return None if access is None else {v: access}

    def gathered(self, x: Any, index: Any, space: tuple[Dim, ...]) -> dict[str, Access] | None:
        """``x[idx]``, ``x[:, idx]`` with one array of integers among whole axes."""
        parts = list(index) if type(index) is tuple else [index]
        at = [k for k, part in enumerate(parts) if isinstance(part, str)]
        if len(at) != 1 or not self.views.is_array(x):
            return None
        idx, axis = self.names.kinds[parts[at[0]]], at[0]
        whole = all(part == Const(slice(None)) for k, part in enumerate(parts) if k != axis)
        ndim = self.names.kinds[x].ndim or 0
        if idx.base != "array" or idx.dtype != "int64" or not idx.shape or not whole:
            return None
        if self.views.of(x).parts != self.views.whole(x).parts or x == parts[axis]:
            return None
        more = len(idx.shape) - 1
        if len(space) != ndim + more:
            return None
        access = self.access(parts[axis], space, tuple(range(axis, axis + more + 1)))
        if access is None:
            return None
        found = [
            Through(access) if k == axis else Along(k + more * (k > axis)) for k in range(ndim)
        ]
        return {x: Access(self.views.of(x).base, tuple(found)), parts[axis]: access}

    def scatter(self, let: Let) -> Member | None:
        """``x[idx] += v`` where an element may be named twice."""
        x, index, value = let.args
        kind = infer("getitem", (x, index), self.names.kind) if self.views.is_array(x) else None
        if kind is None or kind.base != "array" or not kind.shape or kind.dtype not in DTYPES:
            return None
        if self.names.kind(value).dtype != kind.dtype:
            return None
        found = self.gathered(x, index, kind.shape)
        reads = self.reads((value,), kind.shape)
        if found is None or reads is None or x in reads:
            return None
        write = found.pop(x)
        axes = tuple(range(len(kind.shape)))
        return Member(let, "store", kind.shape, {**reads, **found}, write, axes)

    def store(self, let: Let) -> Member | None:
        """``x[...] = v`` of a region that is an array."""
        x, index, value = let.args
        if not self.views.is_array(x) or self.names.kinds[x].dtype not in DTYPES:
            return None
        region = self.views.piece(x, index)
        if region is None:
            return None
        kind = infer("getitem", (x, index), self.names.kind)
        if self.tested and kind.base == "array" and kind.shape:
            kind = replace(kind, shape=tuple(self.tested.get(d, d) for d in kind.shape))
        given = self.names.kind(value)
        swept = id(let) in self.swept or x in self.kept
        swept = swept and given.base == "array"
        if swept and len(given.shape or ()) == region.ndim:
            if 1 not in (given.shape or ()):  # what an adjoint, or a tape, takes has its shape
                kind = replace(kind, shape=given.shape)
        if kind.base != "array" or not kind.shape or len(kind.shape) != region.ndim:
            return None
        mine, other = self.names.kinds[x].dtype, self.names.kind(value).dtype
        if other not in DTYPES or not np.can_cast(str(other), str(mine), "same_kind"):
            return None
        axes = tuple(range(len(kind.shape)))
        write = placed(region, kind, kind.shape, axes)
        reads = self.reads((value,), kind.shape)
        if reads is None or write is None:
            return None
        return Member(let, "store", kind.shape, reads, write, axes)

    def total(self, let: Let) -> Member | None:
        """``np.sum(x)``, ``np.sum(x, axis)`` and ``inner(x, y)``."""
        operands = let.args if let.op == "inner" else let.args[:1]
        kinds = [self.names.kind(arg) for arg in operands if isinstance(arg, str)]
        space = max((kind.shape or () for kind in kinds), key=len, default=())
        target = self.names.kinds[str(let.target)]
        if not space or any(k.dtype not in ("float64", "float32") for k in (target, *kinds)):
            return None
        reads = self.reads(operands, space)
        if reads is None:
            return None
        if let.op == "inner":
            whole = target.immutable and all(kind.shape == space for kind in kinds)
            return Member(let, "sum", space, reads) if whole else None
        _, axis, dtype, keepdims = let.args
        if dtype != Const(None):
            return None
        return self.reduction(let, axis, keepdims, space, reads)

    def extremum(self, let: Let) -> Member | None:
        """``np.max(x)`` and ``np.max(x, axis)``."""
        x, axis, keepdims = let.args
        kind, target = self.names.kind(x), self.names.kinds[str(let.target)]
        if kind.base != "array" or not kind.shape or {kind.dtype, target.dtype} != {"float64"}:
            return None
        reads = self.reads((x,), kind.shape)
        found = None if reads is None else self.reduction(let, axis, keepdims, kind.shape, reads)
        if found is None:
            return None
        return replace(found, sort="extrema" if found.sort == "sums" else "extremum")

    def reduction(
        self,
        let: Let,
        axis: Any,
        keepdims: Any,
        space: tuple[Dim, ...],
        reads: dict[str, Access],
    ) -> Member | None:
        """A reduction along some of the loops, or all."""
        target = self.names.kinds[str(let.target)]
        if not isinstance(axis, Const) or not isinstance(keepdims, Const):
            return None
        if axis.value is None and not keepdims.value:
            return Member(let, "sum", space, reads) if target.immutable else None
        gone = reduced_axes(axis, len(space))
        if gone is None or target.shape in (None, ()):
            return None
        axes = tuple(k for k in range(len(space)) if k not in gone)
        outer = axes == tuple(range(len(axes)))
        return Member(let, "sum" if outer else "sums", space, reads, axes=axes)


def is_sweep(statement: Statement) -> bool:
    """Whether the reverse sweep begins here."""
    return is_mark(statement) and statement.args[0] in (REVERSE, NONE)


def reduced_axes(axis: Any, ndim: int) -> tuple[int, ...] | None:
    """The axes along which an array is reduced; None if it is along all, or not known."""
    value = axis.value if isinstance(axis, Const) else None
    axes = value if isinstance(value, tuple) else (value,)
    return tuple(k % ndim for k in axes) if all(type(k) is int for k in axes) else None
