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
    """The adjoint of ``as_strided(x, shape, strides)``. Raises ``ValueError`` where x has gaps."""
    if not x.flags.c_contiguous:
        raise ValueError("as_strided has an adjoint where the array is contiguous: pass a copy")
    places = np.lib.stride_tricks.as_strided(
        np.arange(x.size),
        np.shape(v),
        None if strides is None else tuple(step * 8 // x.itemsize for step in strides),
    )
    out = np.zeros(x.size, np.asarray(v).dtype)
    np.add.at(out, places, v)
    return out.reshape(np.shape(x))


def strides_of(x: Any) -> tuple[int, ...]:
    """The bytes from one element to the next, along each axis."""
    found: tuple[int, ...] = x.strides
    return found
