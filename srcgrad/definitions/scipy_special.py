"""``scipy.special``: sums of exponentials and the functions made of them."""

from __future__ import annotations

import numpy as np
from scipy import special

from srcgrad.definitions import defines, unsupported


@defines(special.logsumexp)
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    if return_sign:
        unsupported("return_sign=True")
    a = np.asarray(a)
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    weights = np.exp(a - top)
    if b is not None:
        weights = b * weights
    found = np.log(np.sum(weights, axis=axis, keepdims=True)) + top
    if keepdims:
        return found
    return np.ravel(found)[0] if axis is None else np.squeeze(found, axis=axis)


@defines(special.softmax)
def softmax(x, axis=None):
    weights = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return weights / np.sum(weights, axis=axis, keepdims=True)


@defines(special.log_softmax)
def log_softmax(x, axis=None):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


@defines(special.huber)
def huber(delta, r):
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * r * r, delta * (size - 0.5 * delta))


@defines(special.pseudo_huber)
def pseudo_huber(delta, r):
    return delta * delta * (np.sqrt(1.0 + (r / delta) ** 2) - 1.0)


@defines(special.multigammaln)
def multigammaln(a, d):
    found = 0.25 * d * (d - 1) * np.log(np.pi)
    for k in range(d):
        found = found + special.gammaln(a - 0.5 * k)
    return found
