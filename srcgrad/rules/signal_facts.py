"""Families of facts for differences, interpolation and convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import dims_from, shape_of
from srcgrad.rules.operation import Arg


def differences(a: Arg, n: Arg, axis: Arg) -> Kind:
    """``np.diff``: one axis is shorter."""
    shape = shape_of(a.kind)
    if a.kind.dtype is None or shape is None or not (n.known and axis.known):
        return kinds.array(a.kind.dtype, a.kind.ndim) if a.kind.numeric else kinds.OPAQUE
    dims = list(shape)
    size = dims[axis.const]
    if n.const:
        dims[axis.const] = max(size - n.const, 0) if isinstance(size, int) else kinds.fresh_dim()
    return kinds.array(a.kind.dtype, tuple(dims))


def undifferenced(v: Arg, n: Arg, axis: Arg, shape: Any) -> Kind:
    return kinds.array(v.kind.dtype, dims_from(shape))


def line(a: Arg, v: Arg, *rest: Any) -> Kind:
    """A one-dimensional array of the dtype that both operands give."""
    if not (a.kind.numeric and v.kind.numeric):
        return kinds.OPAQUE
    return kinds.array(np.result_type(np.dtype(a.kind.dtype), np.dtype(v.kind.dtype)), 1)


def line_like(v: Arg, *rest: Any) -> Kind:
    """A one-dimensional array of the dtype of the first operand."""
    return kinds.array(v.kind.dtype, 1) if v.kind.numeric else kinds.OPAQUE


def interpolated(x: Arg, xp: Arg, fp: Arg) -> Kind:
    """``np.interp``: float64, one value for each element of ``x``."""
    return kinds.broadcast("float64", x.kind) if x.kind.numeric else kinds.OPAQUE


def knots(v: Arg, x: Arg, xp: Arg) -> Kind:
    """One value for each knot of an interpolation."""
    return kinds.array("float64", shape_of(xp.kind) or 1)
