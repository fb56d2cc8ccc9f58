"""Adjoints of views that read an element several times: sliding windows, strides by hand."""

from __future__ import annotations

from typing import Any

import numpy as np


def unslide(v: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """The adjoint of ``sliding_window_view(x, window_shape, axis)`` for an ``x`` of this shape."""
    out = np.zeros(shape, np.asarray(v).dtype)
    windows = np.lib.stride_tricks.sliding_window_view(out, window_shape, axis, writeable=True)
    for offset in np.ndindex(windows.shape[len(shape) :]):  # those of one offset do not overlap
        place = (Ellipsis, *offset)
        windows[place] += v[place]
    return out


def unstrided(v: Any, x: Any, shape: Any, strides: Any) -> Any:
    """The adjoint of ``as_strided(x, shape, strides)``.

    Raises ``ValueError`` where x has gaps, or not all elements are those of x.
    """
    if not x.flags.c_contiguous:
        raise ValueError("as_strided has an adjoint where the array is contiguous: pass a copy")
    steps = np.array(x.strides if strides is None else strides, int)
    grid = np.indices(np.shape(v)).reshape(len(steps), -1)
    places = steps @ grid // x.itemsize
    inside = (places >= 0) & (places < x.size)
    if np.any(steps % x.itemsize) or not np.all(inside):
        raise ValueError("as_strided has an adjoint where all it reads are elements of the array")
    places = places.reshape(np.shape(v))
    out = np.zeros(x.size, np.asarray(v).dtype)
    np.add.at(out, places, v)
    return out.reshape(np.shape(x))


def strides_of(x: Any) -> tuple[int, ...]:
    """The bytes from one element to the next, along each axis."""
    found: tuple[int, ...] = x.strides
    return found
