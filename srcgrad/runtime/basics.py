"""Broadcasting undone, copies, checks. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(v: Any, shape: tuple[int, ...]) -> Any:
    """``v`` summed to ``shape``: the adjoint of broadcasting from ``shape`` to ``v``'s shape."""
    have = np.shape(v)
    if have == shape:
        return v
    extra = len(have) - len(shape)
    if extra < 0:  # NumPy stores what has more axes in front, all of length 1
        v, have, extra = np.reshape(v, (1,) * -extra + have), (1,) * -extra + have, 0
    axes = tuple(range(extra)) + tuple(
        extra + k for k, size in enumerate(shape) if size == 1 and have[extra + k] != 1
    )
    return np.sum(v, axis=axes).reshape(shape) if shape else np.sum(v)


def unreduce(y_bar: Any, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Any:
    """``y_bar``, the adjoint of a sum over ``axis``, spread over ``shape`` (a read-only view)."""
    if not shape:
        return y_bar
    if not isinstance(y_bar, np.ndarray):
        return np.broadcast_to(y_bar, shape)
    if not keepdims and axis is not None:
        y_bar = np.expand_dims(y_bar, _normalized(axis, len(shape)))
    elif keepdims and axis is None:
        y_bar = np.reshape(y_bar, (1,) * len(shape))
    return np.broadcast_to(y_bar, shape)


def _normalized(axis: Any, ndim: int) -> tuple[int, ...]:
    """``axis`` as a tuple of axes counted from the front."""
    if axis is None or ndim == 0:
        return tuple(range(ndim))
    return tuple(int(k) % ndim for k in (axis if isinstance(axis, tuple | list) else (axis,)))


def mT(a: Any) -> Any:
    """A matrix, or a stack of them, with the last two axes exchanged."""
    return np.swapaxes(a, -1, -2)


def astype(x: Any, dtype: Any) -> Any:
    """A copy of ``x`` with another dtype; numbers become NumPy scalars."""
    return x.astype(dtype) if isinstance(x, np.ndarray) else np.asarray(x, dtype=dtype)[()]


def plus(a: Any, b: Any) -> Any:
    """``a + b`` of a sum that a compiler may add up in any order, several numbers at once."""
    return a + b


def exp(x: Any) -> Any:
    """``np.exp`` of a number, which a compiler may compute of several at once; so are the next two."""
    return np.exp(x)


def log(x: Any) -> Any:
    """``np.log`` of a number."""
    return np.log(x)


def tanh(x: Any) -> Any:
    """``np.tanh`` of a number."""
    return np.tanh(x)


def half_power(x: Any, halves: int) -> Any:
    """``x ** (halves / 2)`` of a double: by roots and products, in compiled code."""
    return np.float64(x) ** (halves / 2)


def ordinal(x: Any) -> Any:
    """The place of a double among all: an integer, larger for larger numbers, largest for NaN."""
    bits = int(np.float64(x if x == x else np.nan).view(np.int64))
    return bits if bits >= 0 else bits ^ 0x7FFFFFFFFFFFFFFF


def of_ordinal(place: Any) -> Any:
    """The double of which this is the ``ordinal``."""
    return np.int64(place if place >= 0 else place ^ 0x7FFFFFFFFFFFFFFF).view(np.float64)


def larger(a: Any, b: Any) -> Any:
    """The larger of two numbers, NaN if either is: ``np.maximum`` as one step of a reduction."""
    return b if b > a or b != b else a


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two numbers, NaN if either is: ``np.minimum`` as one step of a reduction."""
    return b if b < a or b != b else a


def prange(stop: int) -> range:
    """``range(stop)`` of which a compiler may share the turns among threads."""
    return range(stop)


def start_of(part: int, parts: int, count: int) -> Any:
    """The first of ``count`` turns of a loop that belongs to one of so many parts of about one size."""
    return max(np.int64(part) * count // parts, 0)


def array_of(xs: Any, dtype: Any = None) -> Any:
    """The array of these numbers, or of these arrays of one shape."""
    return np.array(xs, dtype=dtype)


def spread(v: Any, x: Any) -> Any:
    """``v`` in the shape of ``x``: an adjoint that may be a plain 0."""
    return v if np.shape(v) == np.shape(x) else np.zeros_like(x) + v


def copied(a: Any) -> Any:
    """A copy of an array, contiguous in C order."""
    return a.copy()


def flat_of(a: Any, order: Any = "C") -> Any:
    """``a.flat`` as an array."""
    return np.ravel(a, order)


def shaped_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Zeros of a shape, of as many axes as ``a`` has, which lie in memory as those of ``a``."""
    return np.zeros_like(a, dtype, shape=shape)


def grown(tape: Any) -> Any:
    """An array of twice the length, with the rows of a tape; the rest is not set."""
    larger = np.empty((2 * tape.shape[0],) + tape.shape[1:], tape.dtype)
    new, old = larger.reshape(-1), np.ascontiguousarray(tape).reshape(-1)
    for k in range(old.size):  # one by one: Numba takes seconds to compile a store of rows
        new[k] = old[k]
    return larger


def owned(x: Any) -> Any:
    """``x``, copied if it is an array, or holds arrays."""
    if isinstance(x, np.ndarray):
        return x.copy()
    if type(x) in (list, tuple):
        return type(x)([owned(item) for item in x])
    if type(x) is dict:
        return {key: owned(item) for key, item in x.items()}
    return x


def check_cotangent(y_bar: Any, shape: tuple[int, ...]) -> None:
    """Raise ``CotangentError`` unless ``y_bar`` has this shape."""
    if np.shape(y_bar) != tuple(shape):
        from srcgrad.errors import CotangentError

        raise CotangentError(other_shape(np.shape(y_bar), tuple(shape)))


def other_shape(have: Any, want: Any, name: str = "the cotangent") -> str:
    """What is said of a cotangent that has not the shape of its output."""
    return (
        f"{name} has shape {have}, the output has shape {want}\n"
        "  why: a cotangent has the shape of the output; it is never broadcast\n"
        f"  try: pass an array of shape {want}, or broadcast the output itself; "
        "where several are\n       refused, pass one after the other"
    )


def stop_gradient(x: Any) -> Any:
    """``x``, through which no derivative passes: a constant for every gradient.

    Parameters
    ----------
    x : any
        A number, an array, or a structure.

    Returns
    -------
    any
        ``x`` itself.

    Examples
    --------
    >>> srcgrad.grad(lambda x: x * srcgrad.stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return x


def dtype_of(x: Any) -> Any:
    """``x.dtype``, where it is known only when ``x`` is there."""
    return x.dtype
