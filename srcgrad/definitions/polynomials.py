"""Polynomials by their coefficients."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.linalg import check_rank
from srcgrad.runtime import roots_of


@defines(np.polyval)
def polyval(p, x):
    p = np.asarray(p)
    number = isinstance(x, int | float | complex | np.number)
    x = np.asarray(x)[()] if number else np.asarray(x)
    zeros = np.zeros_like(x * 1.0)
    found = (zeros[()] if number else zeros) + 0.0 * np.sum(p[:1])
    for k in range(p.shape[0]):
        found = found * x + p[k]
    return found


@defines(np.polynomial.chebyshev.chebval)
def chebval(x, c, tensor=True):
    c, x = np.asarray(c), np.asarray(x)
    if c.ndim != 1:
        unsupported("several polynomials")
    after, here = 0.0 * x, 0.0 * x  # Clenshaw's recurrence
    for k in range(c.shape[0] - 1, 0, -1):
        after, here = here, c[k] + 2.0 * x * here - after
    return c[0] + x * here - after


@defines(np.polynomial.legendre.legval)
def legval(x, c, tensor=True):
    c, x = np.asarray(c), np.asarray(x)
    if c.ndim != 1:
        unsupported("several polynomials")
    before, here = 0.0 * x, 0.0 * x + 1.0
    found = c[0] * here
    for k in range(1, c.shape[0]):
        before, here = here, ((2.0 * k - 1.0) * x * here - (k - 1.0) * before) / k
        found = found + c[k] * here
    return found


@defines(np.polyder)
def polyder(p, m=1):
    p = np.asarray(p)
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@defines(np.polyint)
def polyint(p, m=1, k=None):
    p = np.asarray(p)
    k = np.zeros(m) if k is None else np.zeros(m) + np.asarray(k)
    for i in range(m):
        p = np.concatenate((p / np.arange(p.shape[0], 0, -1), k[i : i + 1]))
    return p


@defines(np.polyadd)
def polyadd(a1, a2):
    a1, a2 = np.atleast_1d(a1), np.atleast_1d(a2)
    size = np.maximum(a1.shape[0], a2.shape[0])
    return np.pad(a1, (size - a1.shape[0], 0)) + np.pad(a2, (size - a2.shape[0], 0))


@defines(np.polysub)
def polysub(a1, a2):
    return polyadd(a1, -np.asarray(a2))


@defines(np.polymul)
def polymul(a1, a2):
    return np.convolve(a1, a2)


@defines(np.poly)
def poly(seq_of_zeros):
    zeros = np.asarray(seq_of_zeros)
    if zeros.ndim != 1:
        unsupported("a matrix: its eigenvalues may be complex")
    one = np.ones(1, zeros.dtype if zeros.dtype.kind in "fc" else np.float64)
    found = one
    for k in range(zeros.shape[0]):
        found = np.convolve(found, np.concatenate((one, -zeros[k : k + 1])))
    return found


@defines(np.vander)
def vander(x, N=None, increasing=False):
    x = np.asarray(x)
    powers = np.arange(x.shape[0] if N is None else N)
    return x[:, None] ** (powers if increasing else np.flip(powers))


@defines(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    if full or cov:
        unsupported("full= and cov=")
    x, y = np.asarray(x), np.asarray(y)
    basis = vander(x, deg + 1)
    if w is not None:
        basis, y = basis * w[:, None], (y * w if y.ndim == 1 else y * w[:, None])
    scale = np.sqrt(np.sum(basis * basis, axis=0))
    if rcond is not None:
        check_rank(basis / scale, rcond)
    found = np.linalg.pinv(basis / scale) @ y
    return found / scale if y.ndim == 1 else found / scale[:, None]


@defines(np.roots)
def roots(p):
    p = np.asarray(p)
    if p.ndim != 1:
        unsupported("a number")
    return roots_of(p)
