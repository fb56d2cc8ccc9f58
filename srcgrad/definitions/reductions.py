"""Reductions with ``where=`` and ``initial=``; ufuncs' ``reduce``, ``accumulate``, ``outer``, ``at``."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.averages import in_dtype, root

# --- reductions: what is left out becomes neutral ---------------------------------------------


@defines(np.sum)
def sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    if out is not None:
        unsupported("out=")
    return np.sum(kept(a, where, 0), axis=axis, dtype=dtype, keepdims=keepdims) + initial


@defines(np.prod)
def prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    if out is not None:
        unsupported("out=")
    return np.prod(kept(a, where, 1), axis=axis, dtype=dtype, keepdims=keepdims) * initial


@defines(np.max, np.amax)
def max(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    if out is not None or initial is None:
        unsupported("out=, or where= without initial=")
    left = kept(a, where, initial)
    if np.size(left) == 0:
        return np.sum(left, axis=axis, keepdims=keepdims) + initial
    return np.maximum(np.max(left, axis=axis, keepdims=keepdims), initial)


@defines(np.min, np.amin)
def min(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    if out is not None or initial is None:
        unsupported("out=, or where= without initial=")
    left = kept(a, where, initial)
    if np.size(left) == 0:
        return np.sum(left, axis=axis, keepdims=keepdims) + initial
    return np.minimum(np.min(left, axis=axis, keepdims=keepdims), initial)


@defines(np.any)
def any(a, axis=None, out=None, keepdims=False, *, where=True):
    if out is not None:
        unsupported("out=")
    return np.any(np.where(where, a, False), axis=axis, keepdims=keepdims)


@defines(np.all)
def all(a, axis=None, out=None, keepdims=False, *, where=True):
    if out is not None:
        unsupported("out=")
    return np.all(np.where(where, a, True), axis=axis, keepdims=keepdims)


@defines(np.mean)
def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    a = in_dtype(a, dtype, out)
    number = counted(where, a, axis, keepdims)
    return np.sum(np.where(where, a, 0.0), axis=axis, keepdims=keepdims) / number


@defines(np.var)
def var(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=None,
    correction=None,
):
    ddof = ddof if correction is None else correction
    a = in_dtype(a, dtype, out)
    if mean is None and isinstance(where, bool):
        return np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    number = counted(where, a, axis, True)
    if mean is None:
        mean = np.sum(np.where(where, a, 0.0), axis=axis, keepdims=True) / number
    centred = np.where(where, a - mean, 0.0)
    degrees = number - ddof
    if not keepdims:
        degrees = np.squeeze(degrees, axis=axis) if axis is not None else np.ravel(degrees)[0]
    return np.sum(centred * centred, axis=axis, keepdims=keepdims) / degrees


@defines(np.std)
def std(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=True,
    mean=None,
    correction=None,
):
    return root(
        var(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    )


@defines(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    return np.trace(in_dtype(a, dtype, out), offset, axis1, axis2)


def counted(where, a, axis, keepdims):
    """How many elements are left, in the precision of ``a``."""
    found = np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    return found.astype(a.dtype) if a.dtype.kind == "f" else found


def kept(a, where, neutral):
    return a if isinstance(where, bool) and where else np.where(where, a, neutral)


# --- any binary ufunc ``f`` -------------------------------------------------------------------


def reduce(f, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
    if isinstance(axis, tuple):
        if len(axis) != 1:
            unsupported("several axes")
        axis = axis[0]
    if not (isinstance(where, bool) and where):
        unsupported("where=")
    array, rank = in_dtype(array, dtype, out), np.ndim(array)
    array = np.ravel(array) if axis is None else np.moveaxis(array, axis, 0)
    found = array[0] if initial is None else f(initial, array[0])
    for k in range(1, array.shape[0]):
        found = f(found, array[k])
    if keepdims:
        return np.reshape(found, (1,) * rank) if axis is None else np.expand_dims(found, axis)
    return found


def logaddexp_reduce(array, axis=0, dtype=None, out=None, keepdims=False):
    array = in_dtype(array, dtype, out)
    top = np.max(array, axis=axis, keepdims=True)
    found = np.log(np.sum(np.exp(array - top), axis=axis, keepdims=True)) + top
    if keepdims:
        return found
    return np.ravel(found)[0] if axis is None else np.squeeze(found, axis=axis)


def logaddexp2_reduce(array, axis=0, dtype=None, out=None, keepdims=False):
    array, of_two = in_dtype(array, dtype, out), 0.6931471805599453
    return logaddexp_reduce(array * of_two, axis, keepdims=keepdims) / of_two


def one_axis(array, axis):
    """The axis of what goes along one: also a tuple of one, and None of an array with one axis."""
    if (isinstance(axis, tuple) and len(axis) != 1) or (axis is None and np.ndim(array) != 1):
        raise ValueError("accumulate and reduceat do not allow multiple axes")
    return 0 if axis is None else axis[0] if isinstance(axis, tuple) else axis


def cumulated(f, array, axis=0, dtype=None, out=None):
    """``accumulate`` by a function for it."""
    return f(in_dtype(array, dtype, out), axis=one_axis(array, axis))


def accumulate(f, array, axis=0, dtype=None, out=None):
    axis = one_axis(array, axis)
    moved = np.moveaxis(in_dtype(array, dtype, out), axis, 0)
    found = np.zeros_like(moved)
    found[:1] = moved[:1]
    for k in range(1, moved.shape[0]):
        found[k] = f(found[k - 1], moved[k])
    return np.moveaxis(found, 0, axis)


def outer(f, a, b):
    a = np.asarray(a)
    return f(np.reshape(a, a.shape + (1,) * np.ndim(b)), b)


def reduceat(f, array, indices, axis=0, dtype=None, out=None):
    axis = one_axis(array, axis)
    moved = np.moveaxis(in_dtype(array, dtype, out), axis, 0)
    indices = np.asarray(indices)
    number = indices.shape[0]
    found = np.zeros((number,) + moved.shape[1:], moved.dtype)
    for k in range(number):
        end = indices[k + 1] if k + 1 < number else moved.shape[0]
        found[k] = moved[indices[k]]
        for j in range(indices[k] + 1, end):
            found[k] = f(found[k], moved[j])
    return np.moveaxis(found, 0, axis)


def at_binary(f, a, indices, b):
    indices = np.asarray(indices)
    if indices.ndim != 1 or indices.dtype == bool:
        unsupported("an index of several dimensions")
    b = np.broadcast_to(b, indices.shape + np.shape(a)[1:])
    for k in range(indices.shape[0]):
        a[indices[k]] = f(a[indices[k]], b[k])


def at_unary(f, a, indices):
    indices = np.asarray(indices)
    if indices.ndim != 1 or indices.dtype == bool:
        unsupported("an index of several dimensions")
    for k in range(indices.shape[0]):
        a[indices[k]] = f(a[indices[k]])
