"""``scipy.spatial.distance``: distances of the rows of matrices."""

from __future__ import annotations

import numpy as np
from scipy.spatial import distance

from srcgrad.definitions import defines, unsupported


def double(x):
    """A matrix in double precision, as all of these are computed."""
    return np.asarray(x).astype(np.float64)


def lengths(d, metric, p):
    """The lengths of the vectors along the last axis; the slope of a norm at 0 is 0."""
    if metric == "euclidean":
        return np.linalg.norm(d, axis=-1)
    if metric == "sqeuclidean":
        return np.sum(d * d, axis=-1)
    if metric in ("cityblock", "manhattan"):
        return np.sum(np.abs(d), axis=-1)
    if metric == "chebyshev":
        return np.max(np.abs(d), axis=-1)
    if metric == "minkowski":
        return np.linalg.norm(d, p, axis=-1)
    return unsupported("this metric")


@defines(distance.cdist)
def cdist(XA, XB, metric="euclidean", *, out=None, p=2):
    if out is not None or not isinstance(metric, str):
        unsupported("out=, or a metric of one's own")
    a, b = double(XA), double(XB)
    return lengths(a[:, None, :] - b[None, :, :], metric, p)


@defines(distance.pdist)
def pdist(X, metric="euclidean", *, out=None, p=2):
    if out is not None or not isinstance(metric, str):
        unsupported("out=, or a metric of one's own")
    x = double(X)
    first, second = np.triu_indices(x.shape[0], 1)
    return lengths(x[first] - x[second], metric, p)


@defines(distance.squareform)
def squareform(X, force="no", checks=True):
    x = np.asarray(X)
    if x.ndim == 2:
        return x[np.triu_indices(x.shape[0], 1)]
    n = int(np.ceil(np.sqrt(x.shape[0] * 2.0)))
    found = np.zeros((max(n, 1), max(n, 1)), x.dtype)
    found[np.triu_indices(max(n, 1), 1)] = x
    return found + found.T


@defines(distance.euclidean)
def euclidean(u, v, w=None):
    if w is not None:
        unsupported("weights")
    return np.float64(np.linalg.norm(np.asarray(u) - np.asarray(v)))


@defines(distance.sqeuclidean)
def sqeuclidean(u, v, w=None):
    if w is not None:
        unsupported("weights")
    d = np.asarray(u) - np.asarray(v)
    return np.dot(d, d)


@defines(distance.cosine)
def cosine(u, v, w=None):
    if w is not None:
        unsupported("weights")
    return 1.0 - np.dot(u, v) / np.sqrt(np.dot(u, u) * np.dot(v, v))
