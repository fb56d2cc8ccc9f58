"""Contractions of tensors, and the adjoints of their operands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import (
    UNKNOWN,
    axes_of,
    has,
    is_array,
    is_number,
    known,
    overload,
    register_jitable,
    transposed,
    tuple_setitem,
)
from srcgrad.backend.numba_overloads.reductions import kept_shape

# --- the axes of a contraction ----------------------------------------------------------------


def pair_of(axes: Any, a: Any, b: Any) -> Any:
    """The contracted axes of ``a``, and those of ``b``, as tuples of equal lengths."""
    raise NotImplementedError


@overload(pair_of, prefer_literal=True)
def _pair_of(axes: Any, a: Any, b: Any) -> Any:
    if isinstance(axes, types.BaseTuple):
        return lambda axes, a, b: (axes_of(axes[0], a.shape), axes_of(axes[1], b.shape))
    count = known(axes)
    if count is UNKNOWN:
        return None
    ours, theirs = tuple(range(-count, 0)), tuple(range(count))
    return lambda axes, a, b: (axes_of(ours, a.shape), axes_of(theirs, b.shape))


@register_jitable
def joined_last(shape: Any, axes: Any) -> Any:
    """The permutation that moves ``axes``, in their order, behind the others."""
    order = shape
    at = 0
    for k in range(len(shape)):
        if not has(axes, k):
            order = tuple_setitem(order, at, k)
            at += 1
    for k in axes:
        order = tuple_setitem(order, at, k)
        at += 1
    return order


def back(shape: Any, own: Any, partners: Any, contracted_first: Any) -> Any:
    """The permutation that gives an operand's axes their order again.

    They stand as its free axes and those that were contracted, the latter in the order of their
    ``partners``.
    """
    raise NotImplementedError


@overload(back)
def _back(shape: Any, own: Any, partners: Any, contracted_first: Any) -> Any:
    if len(own) == 0:
        return lambda shape, own, partners, contracted_first: axes_of(None, shape)
    return lambda shape, own, partners, contracted_first: places_of(
        shape, own, partners, contracted_first
    )


@register_jitable
def places_of(shape: Any, own: Any, partners: Any, contracted_first: Any) -> Any:
    order = shape
    free = 0
    for k in range(len(shape)):
        at = -1
        for j in range(len(own)):
            if own[j] == k:
                at = 0
                for partner in partners:
                    at += 1 if partner < partners[j] else 0
        if at < 0:
            order = tuple_setitem(order, k, free + (len(own) if contracted_first else 0))
            free += 1
        else:
            order = tuple_setitem(order, k, at + (0 if contracted_first else len(shape) - len(own)))
    return order


# --- products ---------------------------------------------------------------------------------


def contracted(a: Any, b: Any, ours: Any, theirs: Any) -> Any:
    """``np.tensordot(a, b, (ours, theirs))``"""
    raise NotImplementedError


@overload(contracted)
def _contracted(a: Any, b: Any, ours: Any, theirs: Any) -> Any:
    if is_number(a) or is_number(b):
        return lambda a, b, ours, theirs: a * b
    if len(ours) == 0:
        return lambda a, b, ours, theirs: np.outer(a, b).reshape(a.shape + b.shape)

    def impl(a: Any, b: Any, ours: Any, theirs: Any) -> Any:
        inner = 1
        for k in ours:
            inner *= a.shape[k]
        left = np.ascontiguousarray(transposed(a, joined_last(a.shape, ours)))
        right = np.ascontiguousarray(transposed(b, joined_last(b.shape, theirs)))
        rows, columns = math.prod(kept_shape(a.shape, ours)), math.prod(kept_shape(b.shape, theirs))
        product = left.reshape((rows, inner)) @ right.reshape((columns, inner)).T
        return product.reshape(kept_shape(a.shape, ours) + kept_shape(b.shape, theirs))

    return inner_product if a.ndim == b.ndim == len(ours) else impl


@register_jitable
def inner_product(a: Any, b: Any, ours: Any, theirs: Any) -> Any:
    left = np.ascontiguousarray(transposed(a, joined_last(a.shape, ours)))
    right = np.ascontiguousarray(transposed(b, joined_last(b.shape, theirs)))
    return np.dot(left.reshape(a.size), right.reshape(b.size))


@overload(np.tensordot, prefer_literal=True)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if not (is_array(a) and is_array(b)):
        return None

    def impl(a: Any, b: Any, axes: Any = 2) -> Any:
        ours, theirs = pair_of(axes, a, b)
        return contracted(a, b, ours, theirs)

    return impl


def free_axes(shape: Any, axes: Any) -> Any:
    """The axes that are not among ``axes``."""
    raise NotImplementedError


@overload(free_axes)
def _free_axes(shape: Any, axes: Any) -> Any:
    count = len(shape) - len(axes)
    if len(axes) == 0:
        return lambda shape, axes: axes_of(None, shape)
    if count == 0:
        return lambda shape, axes: ()
    return lambda shape, axes: joined_last(shape, axes)[:count]


@overload(runtime.tensordot_bar_a, prefer_literal=True)
def _tensordot_bar_a(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    def impl(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
        ours, theirs = pair_of(axes, a, b)
        free_b = free_axes(b.shape, theirs)
        mine = places_behind(free_b, a.ndim - len(ours))
        part = contracted(y_bar, b, mine, free_b)
        return transposed(part, back(a.shape, ours, theirs, False))

    return impl


@overload(runtime.tensordot_bar_b, prefer_literal=True)
def _tensordot_bar_b(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    def impl(y_bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
        ours, theirs = pair_of(axes, a, b)
        free_a = free_axes(a.shape, ours)
        part = contracted(a, y_bar, free_a, places_behind(free_a, 0))
        return transposed(part, back(b.shape, theirs, ours, True))

    return impl


def places_behind(axes: Any, start: Any) -> Any:
    """``(start, start + 1, ...)``, as many as ``axes``."""
    raise NotImplementedError


@overload(places_behind)
def _places_behind(axes: Any, start: Any) -> Any:
    if len(axes) == 0:
        return lambda axes, start: ()

    def impl(axes: Any, start: Any) -> Any:
        result = axes
        for k in range(len(axes)):
            result = tuple_setitem(result, k, start + k)
        return result

    return impl


@overload(np.dot)
def _dot(a: Any, b: Any) -> Any:
    if is_number(a) or is_number(b):
        return lambda a, b: a * b
    if max(a.ndim, b.ndim) <= 2:
        return None
    if b.ndim == 1:
        return lambda a, b: np.tensordot(a, b, ((-1,), (0,)))
    return lambda a, b: np.tensordot(a, b, ((-1,), (-2,)))
