"""``scipy.signal``: filters that are the solution of a linear problem."""

from __future__ import annotations

import numpy as np
from scipy import linalg, signal

from srcgrad.definitions import as_is, defines
from srcgrad.runtime import stop_gradient


@defines(signal.firls)
def firls(numtaps, bands, desired, *, weight=None, fs=None):
    """The least squares of what the response is and what is desired of it, band by band."""
    bands, desired = np.asarray(bands), np.asarray(desired)
    heavy = np.ones(np.size(desired) // 2) if weight is None else np.ravel(np.asarray(weight))
    as_is(checked, numtaps, stop_gradient(bands), stop_gradient(desired), stop_gradient(heavy), fs)
    half = (numtaps - 1) // 2
    bands = np.reshape(bands / (1.0 if fs is None else 0.5 * fs), (-1, 2))
    desired = np.reshape(desired, (-1, 2))
    n = np.reshape(np.arange(numtaps), (-1, 1, 1))
    q = between(np.sinc(bands * n) * bands, heavy)
    system = linalg.toeplitz(q[: half + 1]) + linalg.hankel(q[: half + 1], q[half:])
    n = n[: half + 1]
    slope = (desired[:, 1:] - desired[:, :1]) / (bands[:, 1:] - bands[:, :1])
    level = desired[:, :1] - bands[:, :1] * slope
    parts = bands * (slope * bands + level) * np.sinc(bands * n)
    first = parts[:1] - slope * bands * bands / 2.0
    rest = parts[1:] + slope * np.cos(n[1:] * np.pi * bands) / (np.pi * n[1:]) ** 2
    a = np.linalg.solve(system, between(np.concatenate((first, rest)), heavy))
    return np.concatenate((a[:0:-1], 2.0 * a[:1], a[1:]))


def between(ends, weight):
    """What lies between the ends of each band, added up."""
    return (ends[:, :, 1] - ends[:, :, 0]) @ weight


def checked(numtaps, bands, desired, weight, fs):
    """The filter itself: for what SciPy says of arguments that are wrong."""
    return signal.firls(numtaps, bands, desired, weight=weight, fs=fs)
