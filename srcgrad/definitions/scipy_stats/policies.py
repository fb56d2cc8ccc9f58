"""``nan_policy=``, ``keepdims=`` and several axes of the functions of samples in ``scipy.stats``."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import unsupported
from srcgrad.definitions.averages import in_one_axis


def sampled(f, nan_policy, keepdims, axis, sample, **named):
    """``f`` of a sample that is looked through before: of many axes as one, or without NaNs."""
    a = np.asarray(sample)
    rank, axes = a.ndim, axis if isinstance(axis, tuple) else (axis,)
    if isinstance(axis, tuple):
        a, axis = in_one_axis(a, axis), 0
    if nan_policy == "raise" and np.any(np.isnan(a)):
        raise ValueError("The input contains nan values")
    if nan_policy == "omit":
        if axis is not None and a.ndim != 1:
            unsupported("nan_policy='omit' of several samples")
        for name in named:
            if np.ndim(named[name]) != 0 and not isinstance(named[name], tuple):
                unsupported("nan_policy='omit' of two samples, or of weights")
        a, axis = np.ravel(a), 0
        a = a[np.logical_not(np.isnan(a))]
    found = f(a, axis=axis, **named)
    if not keepdims:
        return found
    if isinstance(found, tuple) or hasattr(found, "statistic"):
        unsupported("keepdims= of several results")
    if axes[0] is None:
        return np.reshape(found, (1,) * rank)
    return np.expand_dims(found, axes)
