"""Cross products of vectors, and of stacks of them along the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.numba_overloads.common import is_array, known, overload, register_jitable
from srcgrad.errors import MissingRule

PLANE = (
    "np.cross is compiled for vectors of three elements\n"
    "  why: of two, its result has another number of dimensions\n"
    "  try: write a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]"
)


@register_jitable
def element(v: Any, k: Any) -> Any:
    """An element of each vector."""
    return v[k] if v.ndim == 1 else v[..., k]


@overload(np.cross)
def _cross(
    a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
) -> Any:
    """With the usual axes given, which Numba's own has no place for."""
    axes = (axisa, axisb, axisc, axis)
    if not (is_array(a) and is_array(b) and a.ndim and b.ndim and _usual(axes)):
        return None
    if a.ndim == b.ndim == 1:
        return lambda a, b, axisa=-1, axisb=-1, axisc=-1, axis=None: np.array(crossed(a, b))

    def impl(
        a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None
    ) -> Any:
        x, y, z = crossed(a, b)
        found = np.empty(x.shape + (3,), x.dtype)
        found[..., 0] = x
        found[..., 1] = y
        found[..., 2] = z
        return found

    return impl


def _usual(axes: Any) -> bool:
    """Whether the vectors lie along the last axis."""
    return all(known(axis) == -1 or getattr(axis, "value", None) == -1 for axis in axes[:3]) and (
        known(axes[3]) in (None, -1)
    )


@register_jitable
def crossed(a: Any, b: Any) -> Any:
    """The elements of the products."""
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise MissingRule(PLANE)
    return (
        element(a, 1) * element(b, 2) - element(a, 2) * element(b, 1),
        element(a, 2) * element(b, 0) - element(a, 0) * element(b, 2),
        element(a, 0) * element(b, 1) - element(a, 1) * element(b, 0),
    )


@overload(runtime.cross_like)
def _cross_like(a: Any, b: Any, like: Any, axisa: Any, axisb: Any, axisc: Any, axis: Any) -> Any:
    vectors = all(is_array(x) and x.ndim for x in (a, b, like))
    if not (vectors and _usual((axisa, axisb, axisc, axis))):
        return None
    if not a.ndim == b.ndim == like.ndim == 1:
        return lambda a, b, like, axisa, axisb, axisc, axis: fitted(np.cross(a, b), like.shape)
    return lambda a, b, like, axisa, axisb, axisc, axis: np.cross(a, b, -1, -1, -1, None)


@register_jitable
def fitted(v: Any, shape: Any) -> Any:
    """``v`` repeated or summed along axes."""
    whole = np.broadcast_shapes(v.shape, shape)
    return runtime.unbroadcast(np.broadcast_to(v, whole), shape)
