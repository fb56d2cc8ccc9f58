"""Families of facts for reductions, cumulations, sorting and searching."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import dims_from, reduced, same_array, shape_of
from srcgrad.rules.operation import Arg

# --- dtypes ---------------------------------------------------------------------------------


def _sum_dtype(kind: Kind) -> Any:
    """The dtype in which NumPy adds and multiplies: small integers and booleans grow."""
    found = np.dtype(kind.dtype)
    return np.add.reduce(np.zeros(1, found)).dtype if found.kind in "iub" else found


def _mean_dtype(kind: Kind) -> Any:
    return "float64" if np.dtype(kind.dtype).kind in "iub" else kind.dtype


def _given(dtype: Arg, default: Any) -> Any:
    """The dtype that an argument names; None if it is not known."""
    if dtype.kind.base == "none":
        return default
    return np.dtype(dtype.const) if dtype.known else None


def _reduced(a: Arg, axis: Any, keepdims: Arg, dtype: Any) -> Kind:
    if dtype is None or not a.kind.numeric:
        return kinds.OPAQUE
    return reduced(a.kind, axis, keepdims, dtype)


# --- reductions: parameters as those of the rules ---------------------------------------------


def summed(a: Arg, axis: Any, dtype: Arg, keepdims: Arg) -> Kind:
    """``np.sum`` and ``np.prod``."""
    return _reduced(a, axis, keepdims, a.kind.numeric and _given(dtype, _sum_dtype(a.kind)))


def averaged(a: Arg, axis: Any, dtype: Arg, keepdims: Arg) -> Kind:
    """``np.mean``."""
    return _reduced(a, axis, keepdims, a.kind.numeric and _given(dtype, _mean_dtype(a.kind)))


def varied(a: Arg, axis: Any, dtype: Arg, ddof: Arg, keepdims: Arg) -> Kind:
    """``np.var`` and ``np.std``."""
    return averaged(a, axis, dtype, keepdims)


def selected(a: Arg, axis: Any, keepdims: Arg) -> Kind:
    """``np.max``: an element of the operand."""
    return _reduced(a, axis, keepdims, a.kind.dtype)


def middle(a: Arg, axis: Any, keepdims: Arg) -> Kind:
    """``np.median``."""
    return _reduced(a, axis, keepdims, a.kind.numeric and _mean_dtype(a.kind))


def tested(a: Arg, axis: Any, keepdims: Arg) -> Kind:
    """``np.any`` and ``np.all``."""
    return _reduced(a, axis, keepdims, "bool")


def located(a: Arg, axis: Any, keepdims: Arg) -> Kind:
    """``np.argmax``: an index, or an array of them."""
    return _reduced(a, axis, keepdims, "int64")


def counted(a: Arg, axis: Any, keepdims: Arg) -> Kind:
    """``np.count_nonzero``; a Python int or a NumPy scalar, by NumPy's version."""
    kind = _reduced(a, axis, keepdims, "int64")
    return kind if kind.base == "array" else kinds.anything("int64")


# --- the same number of elements --------------------------------------------------------------


def cumulated(a: Arg, axis: Arg, dtype: Arg) -> Kind:
    """``np.cumsum``: flat without an axis."""
    found = _given(dtype, _sum_dtype(a.kind)) if a.kind.numeric else None
    return kinds.OPAQUE if found is None else _along(a.kind, axis, found)


def ordered(a: Arg, axis: Arg, *rest: Any) -> Kind:
    """``np.sort``: flat without an axis."""
    return _along(a.kind, axis, a.kind.dtype) if a.kind.numeric else kinds.OPAQUE


def order(a: Arg, axis: Arg, *rest: Any) -> Kind:
    """``np.argsort``."""
    return _along(a.kind, axis, "int64") if a.kind.numeric else kinds.OPAQUE


def _along(kind: Kind, axis: Arg, dtype: Any) -> Kind:
    shape = shape_of(kind)
    if axis.kind.base != "none" and shape is not None and len(shape) > 0:
        return kinds.array(dtype, shape)
    if axis.kind.base == "none" or shape == ():
        flat = shape if shape is not None and len(shape) == 1 else (kinds.fresh_dim(),)
        return kinds.array(dtype, flat)
    return kinds.array(dtype)


def like_operand(a: Arg, *rest: Any) -> Kind:
    """A helper that gives an array for an array, a NumPy scalar for a number."""
    return same_array(a) if a.kind.floating else kinds.OPAQUE


# --- searching --------------------------------------------------------------------------------


def positions(a: Arg, v: Arg, *rest: Any) -> Kind:
    """``np.searchsorted(a, v)``: one index for each element of ``v``."""
    return kinds.broadcast("int64", v.kind) if v.kind.numeric else kinds.OPAQUE


def indices(a: Arg) -> Kind:
    """``np.nonzero``: one array of indices for each dimension, all of one unknown size."""
    if a.kind.ndim is None:
        return kinds.OPAQUE
    return Kind("tuple", items=(kinds.array("int64", (kinds.fresh_dim(),)),) * a.kind.ndim)


def flat_indices(a: Arg) -> Kind:
    return kinds.array("int64", (kinds.fresh_dim(),))


# --- the helpers of rules ---------------------------------------------------------------------


def spread(v: Arg, shape: Any, *rest: Any) -> Kind:
    """``unreduce``: ``v`` with this shape; ``v`` itself if the shape is empty."""
    dims = dims_from(shape)
    if not v.kind.numeric:
        return kinds.OPAQUE
    if dims is None:
        return kinds.anything(v.kind.dtype)
    return kinds.array(v.kind.dtype, dims) if dims else v.kind


def gathered(v: Arg, shape: Any) -> Kind:
    """``unbroadcast``: ``v`` summed to this shape; ``v`` itself if it has it."""
    dims = dims_from(shape)
    if not v.kind.numeric:
        return kinds.OPAQUE
    if dims is None or (not dims and v.kind.ndim is None):
        return kinds.anything(v.kind.dtype)
    if dims:
        return kinds.array(v.kind.dtype, dims)
    return v.kind if v.kind.ndim == 0 else kinds.scalar(v.kind.dtype)


def freedom(shape: Any, axis: Any, ddof: Arg) -> Kind:
    return kinds.INT if ddof.kind.base in ("int", "bool") else kinds.FLOAT


def weights(a: Arg, *rest: Any) -> Kind:
    """Weights for the elements of ``a``, in its dtype."""
    if not a.kind.floating:
        return kinds.OPAQUE
    return kinds.broadcast(a.kind.dtype, a.kind)


def shares(v: Arg, a: Arg, *rest: Any) -> Kind:
    """What is shared among the elements of ``a``, in its dtype."""
    return weights(a)
