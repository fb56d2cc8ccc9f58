"""Ufuncs with ``where=`` and ``dtype=``."""

from __future__ import annotations

import numpy as np


def masked(f, dtype, where, *args):
    """``f(*args, where=where, dtype=dtype)``; what NumPy leaves uninitialised is 0."""
    found = elsewhere_one(f, dtype, where, *args)
    return np.where(where, found, np.zeros_like(found))


def masked_into(f, dtype, where, out, *args):
    """What ``f(*args, where=where, dtype=dtype, out=out)`` leaves in ``out``."""
    return np.where(where, elsewhere_one(f, dtype, where, *args), out)


def elsewhere_one(f, dtype, where, *args):
    """``f``, of ones where it is not wanted."""
    if dtype is None:
        return f(*[np.where(where, x, 1) for x in args])
    return typed(f, dtype, *[np.where(where, x, 1) for x in args])


def typed(f, dtype, *args):
    """``f`` by the loop whose results have the dtype."""
    taken = loop_of(f, dtype, len(args))
    return f(*[np.asarray(args[k]).astype(taken[k]) for k in range(len(args))])


def loop_of(f, dtype, number):
    """The dtypes that a ufunc takes where it gives one: integers beside floats in some."""
    wanted = np.dtype(dtype)
    for loop in f.types:
        if np.dtype(loop[-1]) == wanted:
            return tuple([np.dtype(part) for part in loop[:number]])
    return (wanted,) * number
