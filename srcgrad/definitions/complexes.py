"""What some functions are for complex numbers, in terms of real ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import by_rule, unsupported
from srcgrad.definitions.averages import root
from srcgrad.definitions.linalg import norm_of_matrix


def vdot(a, b):
    return np.dot(np.conj(np.ravel(a)), np.ravel(b))


def norm(x, ord=None, axis=None, keepdims=False):
    x = np.asarray(x)
    matrix = isinstance(axis, tuple) or (axis is None and x.ndim == 2)
    if matrix and ord in ("nuc", 2, -2):
        return norm_of_matrix(x, ord, axis, keepdims)
    return np.linalg.norm(np.abs(x), ord, axis, keepdims)


def slogdet(a):
    d = np.linalg.det(a)
    return d / np.abs(d), by_rule(np.linalg.slogdet, a)[1]


def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    if dtype is not None or out is not None:
        unsupported("out= or another dtype")
    return np.var(np.real(a), axis=axis, ddof=ddof, keepdims=keepdims) + np.var(
        np.imag(a), axis=axis, ddof=ddof, keepdims=keepdims
    )


def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    return root(var(a, axis, dtype, out, ddof, keepdims))


def convolve(a, v, mode="full"):
    a, v = np.asarray(a), np.asarray(v)
    real = np.convolve(np.real(a), np.real(v), mode) - np.convolve(np.imag(a), np.imag(v), mode)
    imag = np.convolve(np.real(a), np.imag(v), mode) + np.convolve(np.imag(a), np.real(v), mode)
    return real + 1j * imag


def correlate(a, v, mode="valid"):
    a, v = np.asarray(a), np.asarray(v)
    real = np.correlate(np.real(a), np.real(v), mode) + np.correlate(np.imag(a), np.imag(v), mode)
    imag = np.correlate(np.imag(a), np.real(v), mode) - np.correlate(np.real(a), np.imag(v), mode)
    return real + 1j * imag


FORMS: dict[Any, Any] = {
    np.convolve: convolve,
    np.correlate: correlate,
    np.vdot: vdot,
    np.var: var,
    np.std: std,
    np.linalg.slogdet: slogdet,
}
