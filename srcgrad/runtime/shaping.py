"""Adjoints of functions that move elements. NumPy only: generated code calls these."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.runtime.basics import unbroadcast


def negated(shift: Any) -> Any:
    """An int, or each of a tuple, with the other sign."""
    return tuple(-k for k in shift) if isinstance(shift, tuple | list) else -shift


def inverse(axes: Any) -> Any:
    """The permutation of axes that undoes ``axes``."""
    if axes is None:
        return None
    return tuple(int(k) for k in np.argsort([k % len(axes) for k in axes]))


def piece(y_bar: Any, k: int, xs: Any, axis: Any = 0) -> Any:
    """The part of ``y_bar`` that belongs to ``xs[k]`` in arrays joined along ``axis``."""
    return y_bar[_place(np.shape(y_bar), k, xs, axis)].reshape(np.shape(xs[k]))[()]


def embedded(v: Any, k: int, xs: Any, axis: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of this shape with ``v`` in the place of ``xs[k]``: the adjoint of ``piece``."""
    out = np.zeros(shape, np.asarray(v).dtype)
    part = out[_place(shape, k, xs, axis)]
    part[...] = np.reshape(v, part.shape)
    return out


def _place(shape: tuple[int, ...], k: int, xs: Any, axis: Any) -> tuple[slice, ...]:
    """Where ``xs[k]`` stands; operands with fewer dimensions count 1 along ``axis``."""
    shapes = [np.shape(x) for x in xs[: k + 1]]
    if axis is None:
        axis, sizes = 0, [int(np.prod(have)) for have in shapes]
    else:
        axis = axis % len(shape) if axis < 0 else min(axis, len(shape) - 1)
        sizes = [have[axis] if len(have) == len(shape) else 1 for have in shapes]
    return (slice(None),) * axis + (slice(sum(sizes[:k]), sum(sizes)),)


def untile(v: Any, shape: tuple[int, ...], reps: Any) -> Any:
    """The adjoint of ``np.tile(x, reps)`` for an ``x`` of this shape."""
    reps = tuple(int(n) for n in np.atleast_1d(reps))
    rank = max(len(shape), len(reps))
    pairs = zip((1,) * (rank - len(reps)) + reps, (1,) * (rank - len(shape)) + shape, strict=True)
    parts = np.reshape(v, tuple(size for pair in pairs for size in pair))
    return np.asarray(np.sum(parts, axis=tuple(range(0, 2 * rank, 2)))).reshape(shape)


def moved_by_start(y: Any, stop: Any) -> Any:
    """The slope of ``y = np.arange(start, stop)`` by its start; without a stop it starts at 0."""
    return np.zeros_like(y) if stop is None else np.ones_like(y)


def gathered(v: Any, index: Any, shape: tuple[int, ...], axis: int = 0) -> Any:
    """Zeros of this shape, to which ``v`` is added at ``index`` along ``axis``."""
    out = np.zeros(shape, np.asarray(v).dtype)
    np.add.at(out, (slice(None),) * axis + (index,), v)
    return out


def unrepeat(v: Any, shape: tuple[int, ...], repeats: Any, axis: Any = None) -> Any:
    """The adjoint of ``np.repeat`` for an ``x`` of this shape."""
    axis, flat = (0, (int(np.prod(shape)),)) if axis is None else (axis % v.ndim, shape)
    return gathered(v, np.repeat(np.arange(flat[axis]), repeats), flat, axis).reshape(shape)


def unpad(v: Any, shape: tuple[int, ...], pad_width: Any, mode: Any = "constant") -> Any:
    """The adjoint of ``np.pad`` in the modes that copy elements of ``x``, and of zeros around."""
    if isinstance(pad_width, dict):
        given = {axis % len(shape): width for axis, width in pad_width.items()}
        pad_width = [given.get(axis, (0, 0)) for axis in range(len(shape))]
    widths = np.broadcast_to(pad_width, (len(shape), 2)).tolist()
    if mode in ("constant", "empty"):  # around x there is nothing of it
        return v[tuple(slice(a, a + size) for (a, _), size in zip(widths, shape, strict=True))]
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise NotImplementedError(f"np.pad has no derivative for mode={mode!r}")
    for axis, (size, width) in enumerate(zip(shape, widths, strict=True)):
        index = np.pad(np.arange(size), width, mode=mode)
        v = gathered(v, index, v.shape[:axis] + (size,) + v.shape[axis + 1 :], axis)
    return v


def undiag(v: Any, shape: tuple[int, ...], k: int = 0) -> Any:
    """The adjoint of ``np.diag`` for an operand of this shape."""
    return np.diag(v, k) if len(shape) == 1 else undiagonal(v, shape, k)


def undiagonal(
    v: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1
) -> Any:
    """Zeros of this shape with ``v`` on a diagonal: the adjoint of ``np.diagonal``."""
    out = np.zeros(shape, np.asarray(v).dtype)
    matrices = np.moveaxis(out, (axis1, axis2), (-2, -1))
    rows = np.arange(np.diagonal(out, offset, axis1, axis2).shape[-1]) + max(-offset, 0)
    matrices[..., rows, rows + offset] = v
    return out


def untake(
    v: Any, shape: tuple[int, ...], indices: Any, axis: Any = None, mode: str = "raise"
) -> Any:
    """The adjoint of ``np.take``: an index that occurs twice adds up."""
    flat = (int(np.prod(shape)),) if axis is None else shape
    axis = 0 if axis is None else axis % len(shape)
    indices = np.asarray(indices)
    if mode != "raise":
        n = flat[axis]
        indices = indices % n if mode == "wrap" else np.clip(indices, 0, n - 1)
    return gathered(v, indices, flat, axis).reshape(shape)


def untake_along(v: Any, shape: tuple[int, ...], indices: Any, axis: Any) -> Any:
    """The adjoint of ``np.take_along_axis``."""
    if axis is None:
        return gathered(v, indices, (int(np.prod(shape)),)).reshape(shape)
    index: list[Any] = list(np.ix_(*(np.arange(size) for size in shape)))
    index[axis] = indices
    out = np.zeros(shape, v.dtype)
    np.add.at(out, tuple(index), v)
    return out


def undelete(v: Any, shape: tuple[int, ...], obj: Any, axis: Any = None) -> Any:
    """The adjoint of ``np.delete``: ``v`` with zeros where elements were deleted."""
    flat = (int(np.prod(shape)),) if axis is None else shape
    axis = 0 if axis is None else axis % len(shape)
    return gathered(v, np.delete(np.arange(flat[axis]), obj), flat, axis).reshape(shape)


def rolled_to(ndim: int, axis: int, start: int) -> int:
    """Where ``np.rollaxis`` puts ``axis``."""
    return start % ndim - (axis % ndim < start % ndim) if -ndim <= start < ndim else ndim - 1


def linspace_bar(
    v: Any, shape: tuple[int, ...], end: int, num: int, endpoint: bool, axis: int
) -> Any:
    """The adjoint of ``np.linspace``'s start (``end=0``) or stop (1), which has this shape."""
    weights = np.linspace(1 - end, end, num, endpoint=endpoint, dtype=v.dtype)
    return unbroadcast(np.moveaxis(v, axis, -1) @ weights, shape)
