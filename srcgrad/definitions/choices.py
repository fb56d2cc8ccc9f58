"""Picking elements by conditions and indices, joining, filling up, sliding."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import defines, unsupported


@defines(np.where)
def where(condition):
    return np.nonzero(condition)


@defines(np.select)
def select(condlist, choicelist, default=0):
    found = default
    for k in range(len(condlist) - 1, -1, -1):
        found = np.where(condlist[k], choicelist[k], found)
    return found


@defines(np.choose)
def choose(a, choices, out=None, mode="raise"):
    if out is not None or mode not in ("raise", "wrap", "clip"):
        unsupported("out=, another mode")
    a = np.asarray(a)
    if mode != "raise":
        last = len(choices) - 1
        a = a % len(choices) if mode == "wrap" else np.clip(a, 0, last)
    found = choices[0]
    for k in range(1, len(choices)):
        found = np.where(a == k, choices[k], found)
    return found + np.zeros_like(found) if len(choices) == 1 else found


@defines(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    x = np.asarray(x)
    if not isinstance(condlist, list | tuple):
        condlist = [condlist]
    found = np.zeros_like(x)
    if len(funclist) == len(condlist) + 1:
        found = valued(funclist[-1], x, args, kw)
    for k in range(len(condlist)):
        found = np.where(condlist[k], valued(funclist[k], x, args, kw), found)
    return found


def valued(f, x, args, kw):
    return f(x, *args, **kw) if callable(f) else f


@defines(np.compress)
def compress(condition, a, axis=None, out=None):
    if out is not None:
        unsupported("out=")
    if axis is None:
        return np.take(a, np.flatnonzero(condition))
    return np.take(a, np.flatnonzero(condition), axis=axis)


@defines(np.extract)
def extract(condition, arr):
    return np.take(arr, np.flatnonzero(condition))


@defines(np.argwhere)
def argwhere(a):
    return np.stack(np.nonzero(a), axis=-1)


@defines(np.sort)
def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    if order is not None:
        unsupported("fields")
    return np.sort(a, axis=axis)


@defines(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    if order is not None:
        unsupported("fields")
    if axis is None:
        flat = np.ravel(a)
        return flat[np.argpartition(flat, kth)]
    return np.take_along_axis(a, np.argpartition(a, kth, axis), axis=axis)


@defines(np.insert)
def insert(arr, obj, values, axis=None):
    arr = np.asarray(arr)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    if isinstance(obj, slice):
        unsupported("a slice")
    axis = axis % arr.ndim
    size = arr.shape[axis]
    values = np.asarray(values).astype(arr.dtype)
    if isinstance(obj, int):
        if obj < -size or obj > size:
            raise IndexError(f"index {obj} is out of bounds for axis {axis} with size {size}")
        rest = tuple([arr.shape[k] for k in range(arr.ndim) if k != axis])
        if values.ndim == arr.ndim:
            piece = np.moveaxis(values, 0, axis)
        else:
            piece = np.expand_dims(np.broadcast_to(values, rest), axis)
        head, tail = np.split(arr, [obj if obj >= 0 else obj + size], axis=axis)
        return np.concatenate((head, piece, tail), axis=axis)
    places = np.asarray(obj)
    if places.ndim != 1 or places.dtype == bool:
        unsupported("a mask, or places of more dimensions")
    places = np.where(places < 0, places + size, places)
    number = places.shape[0]
    shape = tuple([number if k == axis else arr.shape[k] for k in range(arr.ndim)])
    both = np.concatenate((np.broadcast_to(values, shape), arr), axis=axis)
    new = places + np.argsort(np.argsort(places, kind="stable"))
    old = np.delete(np.arange(size + number), new)
    return np.take(both, np.argsort(np.concatenate((new, old))), axis=axis)
