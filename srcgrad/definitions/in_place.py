"""Functions that write into their first argument."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import defines, unsupported


@defines(np.copyto)
def copyto(dst, src, casting="same_kind", where=True):
    if isinstance(where, bool) and where:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


@defines(np.putmask)
def putmask(a, mask, values):
    values = np.asarray(values)
    if values.ndim == 0:
        a[...] = np.where(mask, values, a)
    else:
        a[...] = np.where(mask, np.resize(values, np.shape(a)), a)


@defines(np.place)
def place(arr, mask, vals):
    vals = np.ravel(vals)
    if vals.shape[0] == 0 and np.any(mask):
        raise ValueError("Cannot insert from an empty array!")
    if vals.shape[0] > 0:
        number = np.cumsum(np.ravel(mask).astype(int)).reshape(np.shape(arr)) - 1
        arr[...] = np.where(mask, np.take(vals, np.maximum(number, 0) % vals.shape[0]), arr)


@defines(np.put)
def put(a, ind, v, mode="raise"):
    ind = np.ravel(ind)
    if mode == "wrap":
        ind = ind % np.size(a)
    elif mode == "clip":
        ind = np.clip(ind, 0, np.size(a) - 1)
    values = np.resize(v, np.shape(ind))
    flat = np.ravel(a).copy()
    flat[ind] = values
    a[...] = flat.reshape(np.shape(a))


@defines(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    if wrap and a.ndim == 2:
        k = np.arange(0, a.size, a.shape[1] + 1)
        place = k // a.shape[1], k % a.shape[1]
    else:
        k = np.arange(min(a.shape))
        place = (k,) * a.ndim
    a[place] = val if np.ndim(val) == 0 else np.resize(val, np.shape(k))


@defines(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    if axis is None:
        unsupported("the flat array")
    axis = axis % arr.ndim
    index = [
        np.reshape(np.arange(arr.shape[k]), (1,) * k + (-1,) + (1,) * (arr.ndim - k - 1))
        for k in range(arr.ndim)
    ]
    index[axis] = indices
    arr[tuple(index)] = values


def sort_in_place(a, axis=-1, kind=None, order=None, *, stable=None):
    if order is not None:
        unsupported("fields")
    a[...] = np.sort(a, axis=axis)


def partition_in_place(a, kth, axis=-1, kind="introselect", order=None):
    if order is not None:
        unsupported("fields")
    a[...] = np.take_along_axis(a, np.argpartition(a, kth, axis), axis=axis)
