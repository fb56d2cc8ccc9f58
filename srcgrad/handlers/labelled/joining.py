"""Two arrays of pandas' or xarray's in one operation.

Rows are never aligned: two are joined only if the labels of both are the same, which generated code
checks unless both come of one input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import labelled as definitions
from srcgrad.handlers.labelled.tables import Unfit
from srcgrad.ir.nodes import Const
from srcgrad.values.labelled import LabelledV, made
from srcgrad.values.labels import is_frame
from srcgrad.values.store import same
from srcgrad.values.walk import Walk

LOGICAL = ("and", "or", "xor")
ARITHMETIC = ("add", "sub", "mul", "truediv", "pow")


def like(e: Walk, owner: LabelledV, values: Any) -> LabelledV:
    """Other numbers with the labels of ``owner``."""
    parts = dict(zip(*owner.parts(e)[1:], strict=True))
    return made(e, owner.cls, owner.labels(e), {**parts, "values": values})


def joined(e: Walk, owner: LabelledV, key: str, other: Any, swapped: bool = False) -> Any:
    """``owner op other``, or the other way round."""
    if key in ARITHMETIC and owner.cls.__name__ == "Series":
        other = as_python(e, other)
    owner, first, second = together(e, owner, other)
    if key in LOGICAL and not all(e.b.kind(x).dtype == "bool" for x in (first, second)):
        return None
    return like(e, owner, e.binary(key, *((second, first) if swapped else (first, second))))


def as_python(e: Walk, value: Any) -> Any:
    """A number as pandas takes it in arithmetic: one of NumPy's takes the precision of the series, too."""
    found = e.as_operand(value) if not isinstance(value, LabelledV) else value
    kind = e.b.kind(found) if isinstance(found, str | Const) else None
    if kind is None or not kind.numeric or kind.ndim != 0 or kind.base in ("float", "int"):
        return value
    python = {"f": float, "i": int, "u": int}.get(np.dtype(kind.dtype).kind)
    return value if python is None else e.call_constant(python, [found], {})


def together(e: Walk, owner: LabelledV, other: Any) -> tuple[LabelledV, Any, Any]:
    """What the result of both is like, and the numbers of both, which fit.

    Raises ``Unfit`` for what has none.
    """
    values = owner.part(e, "values")
    if not isinstance(other, LabelledV):
        found = e.as_operand(other)
        rank = e.b.kind(found).ndim if e.b.kind(found).numeric else None
        if rank is None or (rank and rank != e.b.kind(values).ndim):
            raise Unfit
        if rank:
            found = e.call_constant(definitions.as_long, [values, found], {})
        return owner, values, found
    if other.cls is not owner.cls or is_frame(other.cls):
        raise Unfit
    if owner.cls.__name__ == "Series":
        check(e, owner, other)
        return owner, values, other.part(e, "values")
    return _by_dims(e, owner, other)


def fitted(e: Walk, owner: LabelledV, value: Any) -> Any:
    """An argument of a method for each of the numbers of ``owner``, or a single one."""
    rows = isinstance(value, str) and e.b.kind(value).numeric and e.b.kind(value).ndim != 0
    if not rows and not isinstance(value, LabelledV):
        return value
    like, _, found = together(e, owner, value)
    if not same(like.part(e, "dims"), owner.part(e, "dims")):
        raise Unfit
    return found


def check(e: Walk, a: LabelledV, b: LabelledV, dims: Any = None) -> None:
    """Let generated code compare the labels of two arrays, where they may differ."""
    for one in a.labels(e):
        for other in b.labels(e):
            if same(one, other):
                continue
            if isinstance(one, Const) or isinstance(other, Const):
                raise a.refuse(
                    e,
                    "to join it with another of other rows",
                    "what a mask leaves over has labels of its own, which are not followed",
                )
            e.b.effect("check_labels", one, other, Const(dims))


def _by_dims(e: Walk, a: LabelledV, b: LabelledV) -> tuple[LabelledV, Any, Any]:
    """Two arrays of xarray's, with an axis for each dimension of either."""
    first, second = a.part(e, "dims").value, b.part(e, "dims").value
    shared = tuple(dim for dim in first if dim in second)
    if shared:
        check(e, a, b, shared)
    dims = (*first, *[dim for dim in second if dim not in first])
    labels = dict.fromkeys((*a.labels(e), *b.labels(e)))
    parts = {"values": a.part(e, "values"), "dims": Const(dims)}
    return made(e, a.cls, tuple(labels), parts), spread(e, a, dims), spread(e, b, dims)


def spread(e: Walk, x: LabelledV, dims: tuple[str, ...]) -> Any:
    own = x.part(e, "dims").value
    if own == dims:
        return x.part(e, "values")
    order = tuple(own.index(dim) for dim in dims if dim in own)
    axes = tuple(k for k, dim in enumerate(dims) if dim not in own)
    args = [x.part(e, "values"), Const(order), Const(axes)]
    return e.call_constant(definitions.spread, args, {})
