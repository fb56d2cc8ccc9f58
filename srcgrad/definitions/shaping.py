"""Functions that give several arrays, grids, blocks; names that NumPy 2 added."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.reductions import one_axis
from srcgrad.runtime import shaped_like, stop_gradient


@defines(np.broadcast_arrays)
def broadcast_arrays(*args, subok=False):
    shape = np.broadcast_shapes(*[np.shape(x) for x in args])
    return tuple([np.broadcast_to(x, shape) for x in args])


@defines(np.atleast_1d)
def atleast_1d(*arys):
    return tuple([np.atleast_1d(x) for x in arys])


@defines(np.atleast_2d)
def atleast_2d(*arys):
    return tuple([np.atleast_2d(x) for x in arys])


@defines(np.atleast_3d)
def atleast_3d(*arys):
    return tuple([np.atleast_3d(x) for x in arys])


@defines(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    rank = len(xi)
    flat = [np.ravel(x) for x in xi]
    axes = list(range(rank))
    if indexing == "xy" and rank > 1:
        axes[0], axes[1] = 1, 0
    grids = [
        np.reshape(x, (1,) * axis + (-1,) + (1,) * (rank - axis - 1))
        for x, axis in zip(flat, axes, strict=True)
    ]
    if sparse:
        return tuple(grids)
    shape = np.broadcast_shapes(*[g.shape for g in grids])
    wide = [np.broadcast_to(g, shape) for g in grids]
    return tuple([np.copy(g) for g in wide] if copy else wide)


@defines(np.block)
def block(arrays):
    return blocks(arrays, depth(arrays)) if isinstance(arrays, list) else np.array(arrays)


def depth(arrays):
    return 1 + depth(arrays[0]) if isinstance(arrays, list) else 0


def blocks(arrays, level):
    """Nested lists joined: the innermost along the last axis."""
    if not isinstance(arrays, list):
        return arrays
    parts = [blocks(x, level - 1) for x in arrays]
    rank = max([np.ndim(x) for x in parts])
    rank = rank if rank > level else level
    parts = [np.reshape(x, (1,) * (rank - np.ndim(x)) + np.shape(x)) for x in parts]
    return np.concatenate(parts, axis=-level)


@defines(np.resize)
def resize(a, new_shape):
    a = np.ravel(a)
    size = int(np.prod(np.asarray(new_shape)))
    return np.reshape(np.take(a, np.arange(size) % a.shape[0]), new_shape)


@defines(np.stack)
def stack(arrays, axis=0, *, dtype=None, casting="same_kind"):
    return np.stack(arrays, axis=axis).astype(dtype)


@defines(np.concatenate)
def concatenate(arrays, /, axis=0, *, dtype=None, casting="same_kind"):
    return np.concatenate(arrays, axis=axis).astype(dtype)


@defines(np.copy)
def copy(a, order="K", subok=False):
    return np.array(a, order=order)


def in_order(array, order):
    """A new array in C order, laid out in another."""
    if order not in ("C", "F") and np.ndim(array) > 1:
        unsupported("an order that depends on the layout")
    return np.asfortranarray(array) if order == "F" else array


def lies_like(made, a, order):
    """Whether the axes of a new array lie in memory as those of ``a``, in whatever order."""
    return order == "K" and np.ndim(made) == np.ndim(a) and np.ndim(a) > 1


def like_order(made, a, order):
    """A new array in C order, as ``zeros_like`` and its kin lay it out."""
    if not lies_like(made, a, order):
        return in_order(made, "C" if order == "K" else order)
    found = shaped_like(a, made.dtype, np.shape(made))
    found[...] = made
    return found


def zeros_shaped(a, dtype, order, shape):
    """``np.zeros_like`` of another shape, or in an order that is not that of ``a``."""
    shape = np.shape(a) if shape is None else shape
    made = np.zeros(shape, dtype=dtype or np.asarray(a).dtype)
    return shaped_like(a, dtype, shape) if lies_like(made, a, order) else like_order(made, a, order)


@defines(np.full)
def full(shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    return in_order(np.full(shape, fill_value, dtype=dtype), order)


@defines(np.zeros_like)
def zeros_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    if shape is None and order == "K":
        return np.zeros_like(a, dtype)
    return zeros_shaped(a, dtype, order, shape)


@defines(np.empty_like)
def empty_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    if shape is None and order == "K":
        return np.empty_like(a, dtype)
    return zeros_shaped(a, dtype, order, shape)


@defines(np.ones_like)
def ones_like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    if shape is None and order == "K":
        return np.ones_like(a, dtype)
    shape = np.shape(a) if shape is None else shape
    return like_order(np.ones(shape, dtype=dtype or np.asarray(a).dtype), a, order)


@defines(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    if shape is None and order == "K":
        return np.full_like(a, fill_value, dtype)
    shape = np.shape(a) if shape is None else shape
    return like_order(np.full(shape, fill_value, dtype=dtype or np.asarray(a).dtype), a, order)


@defines(np.zeros)
def zeros(shape, dtype=float, order="C", *, device=None, like=None):
    return in_order(np.zeros(shape, dtype), order)


@defines(np.ones)
def ones(shape, dtype=float, order="C", *, device=None, like=None):
    return in_order(np.ones(shape, dtype), order)


@defines(np.empty)
def empty(shape, dtype=float, order="C", *, device=None, like=None):
    return in_order(np.empty(shape, dtype), order)


@defines(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    found = np.linspace(start, stop, num, endpoint, dtype, axis)
    if not retstep:
        return found
    return found, (stop - start) / (num - 1 if endpoint else num)


@defines(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    if dtype is not None:
        unsupported("another dtype")
    grid = np.linspace(0.0, 1.0, num, endpoint)
    grid = np.reshape(grid, (-1,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    return np.moveaxis(start * (stop / np.asarray(start)) ** grid, 0, axis)


@defines(np.reshape)
def reshape(a, /, shape, order="C", *, copy=None):
    if copy is False:
        unsupported("a view, or else an error")
    return np.array(np.reshape(a, shape, order))


@defines(as_strided)
def strided(x, shape=None, strides=None, subok=False, writeable=True):
    return as_strided(x, shape, strides)


@defines(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    if isinstance(filt, list | tuple):
        unsupported("a list, which stays one")
    axes = range(filt.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    index = [slice(None)] * filt.ndim
    for k in axes:
        others = tuple([j for j in range(filt.ndim) if j != k % filt.ndim])
        kept = np.any(stop_gradient(filt) != 0.0, axis=others)
        first = int(np.argmax(kept)) if "f" in trim.lower() else 0
        last = len(kept) - int(np.argmax(np.flip(kept))) if "b" in trim.lower() else len(kept)
        index[k] = slice(first, last if np.any(kept) else 0)  # nothing is left of zeros alone
    return filt[tuple(index)]


@defines(np.ravel)
def ravel(a, order="C"):
    if order in ("A", "K"):
        unsupported("an order that depends on the layout")
    return np.ravel(a, order)


@defines(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    a = np.asarray(a)
    rank = a.ndim
    for axis in axes if isinstance(axes, list | tuple) else (axes,):
        found = func(a, axis)
        a = found if found.ndim == rank else np.expand_dims(found, axis)
    return a


@defines(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    arr = np.moveaxis(np.asarray(arr), axis, -1)
    lines = np.reshape(arr, (-1, arr.shape[-1]))
    first = np.asarray(func1d(lines[0], *args, **kwargs))
    found = np.zeros((lines.shape[0],) + first.shape, first.dtype)
    for k in range(lines.shape[0]):
        found[k] = func1d(lines[k], *args, **kwargs)
    found = np.reshape(found, arr.shape[:-1] + first.shape)
    rank = arr.ndim
    for k in range(first.ndim):
        found = np.moveaxis(found, rank - 1 + k, axis % rank + k)
    return found


if hasattr(np, "cumulative_sum"):

    @defines(np.cumulative_sum)
    def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        if out is not None:
            unsupported("out=")
        axis = one_axis(x, axis)
        found = np.cumsum(x, axis, dtype)
        return with_first(np.sum, found, axis) if include_initial else found

    @defines(np.cumulative_prod)
    def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        if out is not None:
            unsupported("out=")
        axis = one_axis(x, axis)
        found = np.cumprod(x, axis, dtype)
        return with_first(np.prod, found, axis) if include_initial else found


def with_first(of_none, found, axis):
    """Sums or products, with that of no elements before them."""
    lines = np.moveaxis(found, axis, 0)
    first = of_none(lines[:0], axis=0, keepdims=True)
    return np.moveaxis(np.concatenate((first, lines)), 0, axis)


if hasattr(np, "unstack"):

    @defines(np.unstack)
    def unstack(x, /, *, axis=0):
        moved = np.moveaxis(x, axis, 0)
        return tuple([moved[k] for k in range(moved.shape[0])])


if hasattr(np, "astype"):

    @defines(np.astype)
    def astype(x, dtype, /, *, copy=True, device=None):
        return x.astype(dtype, copy=copy)


@defines(np.fft.fftshift)
def fftshift(x, axes=None):
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axes is None else axes
    axes = axes if isinstance(axes, tuple | list) else (axes,)
    for axis in axes:
        x = np.roll(x, x.shape[axis] // 2, axis)
    return x


@defines(np.fft.ifftshift)
def ifftshift(x, axes=None):
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axes is None else axes
    axes = axes if isinstance(axes, tuple | list) else (axes,)
    for axis in axes:
        x = np.roll(x, -(x.shape[axis] // 2), axis)
    return x


@defines(np.diag_indices)
def diag_indices(n, ndim=2):
    return (np.arange(n),) * ndim


@defines(np.diag_indices_from)
def diag_indices_from(arr):
    return diag_indices(np.shape(arr)[0], np.ndim(arr))


@defines(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    return np.take_along_axis(arr, indices, axis)


if hasattr(np, "row_stack"):  # a name that NumPy 2 is about to drop

    @defines(np.row_stack)
    def row_stack(tup, *, dtype=None, casting="same_kind"):
        if dtype is not None:
            unsupported("dtype=")
        return np.vstack(tup)


@defines(np.hstack)
def hstack(tup, *, dtype=None, casting="same_kind"):
    return np.hstack(tup).astype(dtype)


@defines(np.vstack)
def vstack(tup, *, dtype=None, casting="same_kind"):
    return np.vstack(tup).astype(dtype)
