"""``scipy.ndimage``: statistics of an image, or of what has a label."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_ndimage.filters import image


def regions(reduced, input, labels, index):
    """What ``reduced`` gives for all, for what has a label above 0, or for one or several labels."""
    x = image(input, None)
    if labels is None:
        if index is not None:
            unsupported("an index without labels")
        return reduced(np.ravel(x))
    labels = np.asarray(labels) + np.zeros(x.shape, int)
    if index is None:
        return reduced(x[labels > 0])
    if np.ndim(index) == 0:
        return reduced(x[labels == index])
    return np.stack([reduced(x[labels == one]) for one in index])


def double(input):
    return image(input, None).astype(np.float64)


@defines(ndimage.sum_labels, ndimage.sum)
def sum_labels(input, labels=None, index=None):
    return regions(np.sum, input if labels is None else double(input), labels, index)


@defines(ndimage.mean)
def mean(input, labels=None, index=None):
    return regions(np.mean, double(input), labels, index)


@defines(ndimage.variance)
def variance(input, labels=None, index=None):
    return regions(np.var, double(input), labels, index)


@defines(ndimage.standard_deviation)
def standard_deviation(input, labels=None, index=None):
    return regions(np.std, double(input), labels, index)


@defines(ndimage.maximum)
def maximum(input, labels=None, index=None):
    return regions(np.max, input, labels, index)


@defines(ndimage.minimum)
def minimum(input, labels=None, index=None):
    return regions(np.min, input, labels, index)


@defines(ndimage.median)
def median(input, labels=None, index=None):
    return regions(np.median, input, labels, index)


@defines(ndimage.center_of_mass)
def center_of_mass(input, labels=None, index=None):
    x = image(input, None)
    if index is not None:
        unsupported("an index")
    if labels is not None:
        x = np.where(np.asarray(labels) > 0, x, 0.0)
    whole = np.sum(x)
    return tuple(
        [
            np.sum(
                x * np.reshape(np.arange(x.shape[k]), [-1 if j == k else 1 for j in range(x.ndim)])
            )
            / whole
            for k in range(x.ndim)
        ]
    )
