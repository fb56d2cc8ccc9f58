"""``np.pad`` by other numbers than an array's own: ramps, means, extremes."""

from __future__ import annotations

import numpy as np

from srcgrad.definitions import unsupported


def pad(array, pad_width, mode, stat_length=None, end_values=0):
    x = np.asarray(array)
    if x.dtype.kind != "f":
        unsupported("other numbers than floats")
    rank = x.ndim
    widths, ends = pairs(pad_width, rank), pairs(end_values, rank)
    lengths = pairs(stat_length, rank)
    for k in range(rank):
        x = np.moveaxis(x, k, 0)
        before, after = widths[k]
        if mode == "linear_ramp":
            start = np.linspace(ends[k][0], x[0], before, endpoint=False, dtype=x.dtype)
            stop = np.flip(np.linspace(ends[k][1], x[-1], after, endpoint=False, dtype=x.dtype), 0)
        else:
            first = x if lengths[k][0] is None else x[: lengths[k][0]]
            last = x if lengths[k][1] is None else x[max(x.shape[0] - lengths[k][1], 0) :]
            start = np.repeat(statistic(first, mode), before, axis=0)
            stop = np.repeat(statistic(last, mode), after, axis=0)
        x = np.moveaxis(np.concatenate((start, x, stop)), 0, k)
    return x


def statistic(x, mode):
    if mode == "mean":
        return np.mean(x, axis=0, keepdims=True)
    if mode == "median":
        return np.median(x, axis=0, keepdims=True)
    return (np.max if mode == "maximum" else np.min)(x, axis=0, keepdims=True)


def pairs(value, rank):
    """What is said of the two ends of each axis: one for all, one for each end, or all of them."""
    if not isinstance(value, tuple | list):
        return ((value, value),) * rank
    if not isinstance(value[0], tuple | list):
        both = (value[0], value[0]) if len(value) == 1 else (value[0], value[1])
        return (both,) * rank
    return tuple(value) * rank if len(value) == 1 else value
