"""What some functions are for complex numbers, in terms of real ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import unsupported


def vdot(a, b):
    return np.dot(np.conj(np.ravel(a)), np.ravel(b))


def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    matrix = isinstance(axis, tuple) or (axis is None and x.ndim == 2)
    if matrix and ord not in (None, "fro"):
        unsupported("this norm of complex matrices")
    return np.linalg.norm(np.abs(x), ord, axis, keepdims)


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    if dtype is not None or out is not None:
        unsupported("out= or another dtype")
    return np.var(np.real(a), axis=axis, ddof=ddof, keepdims=keepdims) + np.var(
        np.imag(a), axis=axis, ddof=ddof, keepdims=keepdims)


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    return np.sqrt(var(a, axis, dtype, out, ddof, keepdims))


FORMS: dict[Any, Any] = {np.vdot: vdot, np.linalg.norm: norm, np.var: var, np.std: std}
