"""Views that read an element several times: ``sliding_window_view`` and ``as_strided``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import dim_of, dims_from, items, shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.ranges import PLACES
from srcgrad.rules.registry import constant, linear
from srcgrad.runtime import strides_of, unslide, unstrided

TRICKS = "np.lib.stride_tricks"


def slid(x: Arg, window_shape: Any, axis: Any) -> Kind:
    """``sliding_window_view``: the axes that are left of ``x``, and one for each window."""
    shape, windows = shape_of(x.kind), items(window_shape)
    if x.kind.dtype is None:
        return kinds.OPAQUE
    if shape is None or windows is None:
        return kinds.array(x.kind.dtype)
    left = [kinds.fresh_dim() for _ in shape]
    return kinds.array(x.kind.dtype, (*left, *(dim_of(item) for item in windows)))


def strided(x: Arg, shape: Any, strides: Any) -> Kind:
    if x.kind.dtype is None:
        return kinds.OPAQUE
    whole = isinstance(shape, Arg) and shape.known and shape.const is None
    return kinds.array(x.kind.dtype, shape_of(x.kind) if whole else dims_from(shape))


def stepped(x: Arg) -> Kind:
    shape = shape_of(x.kind)
    if shape is None:
        return kinds.shape_tuple(None)
    return Kind("tuple", items=(kinds.INT,) * len(shape))


@linear(
    sliding_window_view,
    facts=slid,
    view="maybe",
    key=f"{TRICKS}.sliding_window_view",
    spelling=f"{TRICKS}.sliding_window_view",
)
def sliding(y_bar, y, x, window_shape, axis=None):
    x_bar = unslide(y_bar, np.shape(x), window_shape, axis)


@linear(
    unslide, moves=PLACES, facts=lambda v, shape, *rest: kinds.array(v.kind.dtype, dims_from(shape))
)
def unslide_(y_bar, y, v, shape, window_shape, axis):
    v_bar = sliding_window_view(y_bar, window_shape, axis)


@linear(
    as_strided,
    facts=strided,
    view="maybe",
    key=f"{TRICKS}.as_strided",
    spelling=f"{TRICKS}.as_strided",
)
def by_strides(y_bar, y, x, shape=None, strides=None):  # of contiguous arrays
    x_bar = unstrided(y_bar, x, shape, strides)


@linear(
    unstrided,
    moves=PLACES,
    facts=lambda v, x, *rest: kinds.array(v.kind.dtype, shape_of(x.kind)),
    shape_only=("x",),
)
def unstrided_(y_bar, y, v, x, shape, strides):
    v_bar = as_strided(np.ascontiguousarray(y_bar), shape, strides)


constant(strides_of, facts=stepped, shape_only=("x",), cost=1)(lambda x: None)
