"""Ufuncs with ``where=`` and ``dtype=``."""

from __future__ import annotations

import numpy as np


def masked(f, where, *args):
    """``f(*args, where=where)``; what NumPy leaves uninitialised is 0."""
    found = f(*[np.where(where, x, 1) for x in args])
    return np.where(where, found, np.zeros_like(found))


def masked_into(f, where, out, *args):
    """What ``f(*args, where=where, out=out)`` leaves in ``out``."""
    return np.where(where, f(*[np.where(where, x, 1) for x in args]), out)


def typed(f, dtype, *args):
    return f(*[np.asarray(x).astype(dtype) for x in args])
