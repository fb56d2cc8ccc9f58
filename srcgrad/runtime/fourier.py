"""Adjoints of Fourier transforms. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np

INVERSE: Any = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def fft_size(n: Any, shape: tuple[int, ...], axis: int) -> int:
    """The number of elements that ``np.fft.fft(a, n, axis)`` transforms."""
    return int(shape[axis]) if n is None else int(n)


def cut_or_padded(v: Any, shape: tuple[int, ...], axis: int) -> Any:
    """``v`` cut off, or with zeros behind it, so that it has the size of ``shape`` along ``axis``."""
    size, have = shape[axis], np.shape(v)[axis]
    if size == have:
        return v
    kept = np.take(v, range(min(size, have)), axis=axis)
    if size < have:
        return kept
    width = [(0, 0)] * np.ndim(v)
    width[axis] = (0, size - have)
    return np.pad(kept, width)


def irfft_adjoint(v: Any, n: Any, shape: tuple[int, ...], axis: int, norm: Any) -> Any:
    """The adjoint of ``np.fft.irfft(a, n, axis, norm)`` for an ``a`` of this shape.

    All but the first element, and the last one of an even ``n``, stand for two of the full transform.
    """
    size = np.shape(v)[axis]
    found = np.conj(np.fft.rfft(v, size, axis, INVERSE[norm]))
    weights = np.full(found.shape[axis], 2.0, np.asarray(v).dtype)
    weights[0] = 1.0
    if size % 2 == 0:
        weights[-1] = 1.0
    weights = weights.reshape([-1 if k == axis % found.ndim else 1 for k in range(found.ndim)])
    return cut_or_padded(found * weights, shape, axis)
