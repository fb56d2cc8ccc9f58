"""``scipy.linalg``: other factorisations of one matrix, by the steps of their algorithms."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_linalg.basics import alone
from srcgrad.runtime import discrete_riccati, stop_gradient


@defines(linalg.rq)
def rq(a, overwrite_a=False, lwork=None, mode="full", check_finite=True):
    """By the QR factorisation of the matrix that is turned over, with the signs that SciPy's has."""
    a = np.asarray(a)
    if a.ndim != 2 or a.dtype.kind != "f" or mode not in ("full", "economic", "r"):
        unsupported("stacks, complex numbers")
    if mode != "economic" and a.shape[0] < a.shape[1]:
        unsupported("the rest of q, which is any basis")
    given = as_is(linalg.rq, stop_gradient(a), False, None, "economic")[1]
    q, r = np.linalg.qr(np.transpose(a[::-1]))
    q, r = np.transpose(q)[::-1], np.transpose(r)[::-1, ::-1]
    turn = np.sign(np.sum(stop_gradient(q) * np.asarray(given, dtype=a.dtype), axis=1))
    return r * turn if mode == "r" else (r * turn, np.expand_dims(turn, 1) * q)


@defines(linalg.hessenberg)
def hessenberg(a, calc_q=False, overwrite_a=False, check_finite=True):
    """Reflections that make zeros of what is below the second diagonal, column by column."""
    h = np.array(a)
    if h.ndim != 2 or h.dtype.kind != "f":
        unsupported("stacks, complex numbers")
    q = np.eye(h.shape[0], dtype=h.dtype)
    for k in range(h.shape[0] - 2):
        tail = np.sum(h[k + 2 :, k] ** 2)
        if tail > 0.0:
            v = h[k + 1 :, k].copy()
            end = -np.copysign(np.sqrt(v[0] ** 2 + tail), stop_gradient(v[0]))
            v[0] -= end
            v *= np.sqrt(2.0 / np.sum(v**2))
            h[k + 1 :] -= np.outer(v, v @ h[k + 1 :])
            h[:, k + 1 :] -= np.outer(h[:, k + 1 :] @ v, v)
            h[k + 1, k] = end
            h[k + 2 :, k] = 0.0
            q[:, k + 1 :] -= np.outer(q[:, k + 1 :] @ v, v)
    return (h, q) if calc_q else h


@defines(linalg.ldl)
def ldl(A, lower=True, hermitian=True, overwrite_a=False, check_finite=True):
    """Elimination by the rows, and the blocks of one or two, that SciPy chooses."""
    a = np.asarray(A)
    if a.ndim != 2 or a.dtype.kind != "f" or not lower:
        unsupported("stacks, complex numbers, lower=False")
    given = as_is(linalg.ldl, stop_gradient(a))
    order = np.reshape(np.asarray(given[2], dtype=int), np.shape(a)[:1])
    pairs = np.diagonal(np.reshape(np.asarray(given[1], dtype=a.dtype), np.shape(a)), -1) != 0.0
    whole = np.tril(a) + np.transpose(np.tril(a, -1))
    rest = whole[order][:, order]
    left, middle = np.eye(a.shape[0], dtype=a.dtype), np.zeros_like(a)
    k = 0
    while k < a.shape[0]:
        end = k + (2 if k + 1 < a.shape[0] and pairs[k] else 1)
        pivot = rest[k:end, k:end].copy()
        middle[k:end, k:end] = pivot
        if end < a.shape[0] and np.any(pivot != 0.0):
            below = np.transpose(np.linalg.solve(pivot, np.transpose(rest[end:, k:end])))
            rest[end:, end:] -= below @ rest[k:end, end:]
            left[end:, k:end] = below
        k = end
    return left[np.argsort(order)], middle, order


@defines(linalg.solve_discrete_are)
def solve_discrete_are(a, b, q, r, e=None, s=None, balanced=True):
    if e is not None or s is not None or np.asarray(a).dtype.kind == "c":
        unsupported("e=, s=, complex numbers")
    alone(2, a, b, q, r)
    return discrete_riccati(np.asarray(a), np.asarray(b), np.asarray(q), np.asarray(r))
