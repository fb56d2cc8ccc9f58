"""``scipy.integrate``: rules for sampled functions."""

from __future__ import annotations

import numpy as np
from scipy import integrate

from srcgrad.definitions import defines
from srcgrad.definitions.calculus import trapezoid as numpy_trapezoid


@defines(integrate.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    return numpy_trapezoid(y, x, dx, axis)


@defines(integrate.cumulative_trapezoid)
def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    y = np.moveaxis(np.asarray(y), axis, -1)
    widths = dx
    if x is not None:
        widths = np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))
    found = np.cumsum(widths * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        found = np.concatenate((initial + 0.0 * y[..., :1], found), axis=-1)
    return np.moveaxis(found, -1, axis)
