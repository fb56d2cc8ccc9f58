"""``scipy.spatial.distance``: distances of the rows of matrices."""

from __future__ import annotations

import numpy as np
from scipy import special
from scipy.spatial import distance

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.averages import root
from srcgrad.runtime import stop_gradient


def double(x):
    """A matrix in double precision, as all of these are computed."""
    return np.asarray(x).astype(np.float64)


def weighed(d, w, p):
    """Numbers times the ``p``-th root of their weights."""
    return d if w is None else d * w ** (1.0 / p)


def summed(x, w):
    return np.sum(x if w is None else x * w, axis=-1)


def lengths(d, metric, p, w):
    """The lengths of the vectors along the last axis; the slope of a norm at 0 is 0."""
    if metric == "euclidean":
        return np.linalg.norm(weighed(d, w, 2), axis=-1)
    if metric == "sqeuclidean":
        return summed(d * d, w)
    if metric == "cityblock":
        return summed(np.abs(d), w)
    if metric == "chebyshev":
        return np.max(np.abs(d if w is None else d * (w > 0.0)), axis=-1)
    if metric == "minkowski":
        return np.linalg.norm(weighed(d, w, p), p, axis=-1)
    return unsupported("this metric")


def angles(a, b, w):
    """One minus the cosines of the angles between vectors."""
    return 1.0 - summed(a * b, w) / np.sqrt(summed(a * a, w) * summed(b * b, w))


def centred(a, w):
    if w is None:
        return a - np.mean(a, axis=-1, keepdims=True)
    return a - (summed(a, w) / np.sum(w))[..., None]


def divergences(a, b):
    """The roots of the divergences of Jensen and Shannon."""
    a = a / np.sum(a, axis=-1, keepdims=True)
    b = b / np.sum(b, axis=-1, keepdims=True)
    middle = 0.5 * (a + b)
    return root(0.5 * np.sum(special.rel_entr(a, middle) + special.rel_entr(b, middle), axis=-1))


def between(a, b, metric, p, w):
    """The distances of vectors along the last axis; those of truth values do not move."""
    if metric == "cosine":
        return angles(a, b, w)
    if metric == "correlation":
        return angles(centred(a, w), centred(b, w), w)
    if metric == "braycurtis":
        return summed(np.abs(a - b), w) / summed(np.abs(a + b), w)
    if metric == "canberra":
        total = np.abs(a) + np.abs(b)
        share = np.abs(a - b) / np.where(total > 0.0, total, 1.0)
        return summed(share, w)
    if metric == "dice":  # of numbers as they are, where nothing is weighed
        both, apart = summed(a * b, w), summed(a * (1.0 - b) + b * (1.0 - a), w)
        return apart / (2.0 * both + apart)
    if metric == "jensenshannon":
        if w is not None:
            unsupported("weights of this metric")
        return divergences(a, b)
    return lengths(a - b, metric, p, w)


def scaled(x, rows, metric, V, VI):
    """Vectors whose Euclidean distances those of a metric by variances are."""
    if metric == "seuclidean":
        return x / np.sqrt(np.var(rows, axis=0, ddof=1) if V is None else np.asarray(V))
    inverse = np.linalg.inv(np.atleast_2d(np.cov(rows.T))) if VI is None else np.asarray(VI)
    return x @ np.linalg.cholesky(inverse)


SHORT = {
    "euclidean": ("euclid", "eu", "e"),
    "sqeuclidean": ("sqe", "sqeuclid"),
    "cityblock": ("cblock", "cb", "c"),
    "chebyshev": ("chebychev", "cheby", "cheb", "ch"),
    "minkowski": ("mi", "m", "pnorm"),
    "mahalanobis": ("mahal", "mah"),
    "seuclidean": ("se", "s"),
    "cosine": ("cos",),
    "correlation": ("co",),
    "jensenshannon": ("js",),
}
ALIASES = {name: metric for metric, names in SHORT.items() for name in names}
OF_TRUTH = (
    "hamming",
    "jaccard",
    "rogerstanimoto",
    "russellrao",
    "sokalsneath",
    "yule",
)


def named(metric):
    if not isinstance(metric, str):
        unsupported("a metric of one's own")
    return ALIASES.get(metric.lower(), metric.lower())


@defines(distance.cdist)
def cdist(XA, XB, metric="euclidean", *, out=None, p=2, w=None, V=None, VI=None):
    a, b, metric = double(XA), double(XB), named(metric)
    if out is not None:
        unsupported("out=")
    w = None if w is None else np.asarray(w)
    if metric in OF_TRUTH or (metric == "dice" and w is not None):
        return as_is(distance.cdist, stop_gradient(a), stop_gradient(b), metric, w=w)
    if metric in ("seuclidean", "mahalanobis"):
        rows = np.concatenate((a, b))
        a, b = scaled(a, rows, metric, V, VI), scaled(b, rows, metric, V, VI)
        metric = "euclidean"
    return between(a[:, None, :], b[None, :, :], metric, p, w)


@defines(distance.pdist)
def pdist(X, metric="euclidean", *, out=None, p=2, w=None, V=None, VI=None):
    x, metric = double(X), named(metric)
    if out is not None:
        unsupported("out=")
    w = None if w is None else np.asarray(w)
    if metric in OF_TRUTH or (metric == "dice" and w is not None):
        return as_is(distance.pdist, stop_gradient(x), metric, w=w)
    if metric in ("seuclidean", "mahalanobis"):
        x, metric = scaled(x, x, metric, V, VI), "euclidean"
    first, second = np.triu_indices(x.shape[0], 1)
    return between(x[first], x[second], metric, p, w)


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
    return np.float64(np.linalg.norm(weighed(np.asarray(u) - np.asarray(v), w, 2)))


@defines(distance.sqeuclidean)
def sqeuclidean(u, v, w=None):
    d = np.asarray(u) - np.asarray(v)
    return np.dot(d, d) if w is None else np.dot(d, w * d)


@defines(distance.cosine)
def cosine(u, v, w=None):
    if w is not None:
        return angles(np.asarray(u), np.asarray(v), np.asarray(w))
    return 1.0 - np.dot(u, v) / np.sqrt(np.dot(u, u) * np.dot(v, v))
