"""What stands behind ``np.mgrid``, ``np.r_`` and the like; functions of numbers on arrays."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import unsupported


def axis_of(cut):
    """``start:stop:step`` as ``np.mgrid`` reads it."""
    start, stop, step = cut
    start = 0 if start is None else start
    if isinstance(step, complex):
        return np.linspace(start, stop, int(abs(step)))
    return np.arange(start, stop, 1 if step is None else step)


def ogrid(parts, whole):
    axes = [axis_of(part) for part in parts]
    rank = len(axes)
    if not whole:
        return axes[0]
    return tuple(
        [np.reshape(x, (1,) * k + (-1,) + (1,) * (rank - k - 1)) for k, x in enumerate(axes)]
    )


def mgrid(parts, whole):
    axes = [axis_of(part) for part in parts]
    if not whole:
        return axes[0]
    return np.stack(np.meshgrid(*axes, indexing="ij"))


def piece_of(part):
    if isinstance(part, tuple):
        return axis_of(part)
    if isinstance(part, str):
        unsupported("directives")
    return np.atleast_1d(part)


def r_(parts, whole):
    dtype = None  # that of the arrays: numbers beside them are weak
    for part in parts:
        if not isinstance(part, tuple | str) and np.ndim(part) > 0:
            found = np.asarray(part).dtype
            dtype = found if dtype is None else np.result_type(dtype, found)
    pieces = [piece_of(part) for part in parts]
    if dtype is not None and dtype.kind == "f":
        pieces = [x.astype(dtype) if x.dtype.kind == "f" else x for x in pieces]
    return np.concatenate(pieces)


def c_(parts, whole):
    pieces = [piece_of(part) for part in parts]
    pieces = [np.expand_dims(x, 1) if x.ndim == 1 else x for x in pieces]
    return np.concatenate(pieces, axis=-1)


def axis_numbers(shape, k, dtype):
    """The indices along axis ``k`` of a grid."""
    line = np.arange(shape[k], dtype=dtype)
    column = np.reshape(line, (1,) * k + (-1,) + (1,) * (len(shape) - k - 1))
    return np.broadcast_to(column, shape)


def indices(shape):
    """The columns of ``np.ndindex(*shape)``."""
    number = 1
    for n in shape:
        number = number * n
    found = []
    line = np.arange(number)
    for k in range(len(shape) - 1, -1, -1):
        found.append(line % shape[k])
        line = line // shape[k]
    return tuple(found[::-1])


def padded(array, pad_width, fill):
    """``np.pad`` with a value that may have a derivative."""
    inside = np.pad(np.ones_like(array), pad_width)
    return np.where(inside == 1, np.pad(array, pad_width), fill)
