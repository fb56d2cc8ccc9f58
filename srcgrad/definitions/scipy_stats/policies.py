"""``nan_policy=``, ``keepdims=`` and several axes of the functions of samples in ``scipy.stats``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.definitions import unsupported
from srcgrad.definitions.averages import in_one_axis

SAMPLES: dict[Any, tuple[tuple[str, ...], bool]] = {}  # where a function takes not the first alone


def of_samples(*names: str, paired: bool = False) -> Callable[[Any], Any]:
    """Say which parameters are samples, none for ``*samples``; of pairs, a NaN leaves out both."""

    def decorate(definition: Any) -> Any:
        SAMPLES[definition] = names, paired
        return definition

    return decorate


def sampled(f, names, paired, nan_policy, keepdims, axis, *samples, **named):
    """``f`` of samples that are looked through before: of many axes as one, or without NaNs."""
    samples = [np.asarray(one) for one in samples]
    rank, axes = max(one.ndim for one in samples), axis if isinstance(axis, tuple) else (axis,)
    if isinstance(axis, tuple):
        samples, axis = [in_one_axis(one, axis) for one in samples], 0
    if nan_policy == "raise":
        for one in samples:
            if np.any(np.isnan(one)):
                raise ValueError("The input contains nan values")
    if nan_policy == "omit":
        for name in named:
            if np.ndim(named[name]) != 0 and not isinstance(named[name], tuple):
                unsupported("nan_policy='omit' beside arrays that are no samples")
        if axis is None:
            samples, axis = [np.ravel(one) for one in samples], 0
        if any(one.ndim != 1 for one in samples):
            found = of_each(f, names, paired, axis, samples, named)
        else:
            found = called(f, names, 0, without_nans(samples, paired), named)
    else:
        found = called(f, names, axis, samples, named)
    return widened(found, axes, rank) if keepdims else found


def called(f, names, axis, samples, named):
    if not names:
        return f(*samples, axis=axis, **named)
    return f(axis=axis, **dict(zip(names, samples, strict=True)), **named)


def without_nans(samples, paired):
    kept = [np.logical_not(np.isnan(one)) for one in samples]
    if paired and len(samples) > 1:
        if samples[0].shape != samples[1].shape:
            raise ValueError("array shapes are incompatible for broadcasting")
        return [one[kept[0] & kept[1]] for one in samples]
    return [one[keep] for one, keep in zip(samples, kept, strict=True)]


def of_each(f, names, paired, axis, samples, named):
    """``f`` of one sample after the other: each leaves out other places."""
    if len(samples) > 1:
        unsupported("nan_policy='omit' of several pairs of samples")
    lines = np.moveaxis(samples[0], axis, -1)
    found = [of_line(f, names, line, named) for line in lines.reshape(-1, lines.shape[-1])]
    return np.reshape(np.stack(found), lines.shape[:-1])


def of_line(f, names, line, named):
    found = called(f, names, 0, without_nans([line], False), named)
    if isinstance(found, tuple) or hasattr(found, "statistic"):
        unsupported("nan_policy='omit' of several samples, with several results")
    return found


def widened(found, axes, rank):
    """Results with axes of length 1 where samples had theirs."""
    if hasattr(found, "each"):
        return found.each(lambda one: widened(one, axes, rank))
    if hasattr(found, "statistic"):
        return type(found)(*[widened(one, axes, rank) for one in found])
    if isinstance(found, tuple):
        unsupported("keepdims= of several results")
    if axes[0] is None:
        return np.expand_dims(found, tuple(range(-rank, 0)))
    return np.expand_dims(found, tuple([k if k < 0 else k - rank for k in axes]))  # from the end
