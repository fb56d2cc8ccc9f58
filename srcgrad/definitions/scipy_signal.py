"""``scipy.signal``: convolutions of any rank, by Fourier transforms, and recursive filters."""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcgrad.definitions import defines, unsupported


@defines(signal.convolve)
def convolve(in1, in2, mode="full", method="auto"):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if in1.ndim == 1 and mode != "same":
        return np.convolve(in1, in2, mode)
    return fftconvolve(in1, in2, mode)


@defines(signal.fftconvolve)
def fftconvolve(in1, in2, mode="full", axes=None):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if axes is not None or in1.ndim != in2.ndim:
        unsupported("axes=, or arrays of different ranks")
    ranks = range(in1.ndim)
    size = tuple([in1.shape[k] + in2.shape[k] - 1 for k in ranks])
    along = tuple(ranks)
    found = np.fft.irfftn(
        np.fft.rfftn(in1, size, along) * np.fft.rfftn(in2, size, along), size, along
    )
    for k in ranks:
        n, m = in1.shape[k], in2.shape[k]
        if mode == "same":
            found = np.take(found, np.arange(n) + (m - 1) // 2, axis=k)
        elif mode == "valid":
            short, long = np.minimum(n, m), np.maximum(n, m)
            found = np.take(found, np.arange(long - short + 1) + short - 1, axis=k)
    return found


@defines(signal.convolve2d)
def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    if boundary != "fill" or fillvalue != 0:
        unsupported("this boundary")
    return fftconvolve(in1, in2, mode)


@defines(signal.correlate)
def correlate(in1, in2, mode="full", method="auto"):
    return convolve(in1, np.flip(in2), mode)


@defines(signal.lfilter)
def lfilter(b, a, x, axis=-1, zi=None):
    b, a, x = np.asarray(b), np.asarray(a), np.asarray(x)
    if zi is not None or x.ndim != 1:
        unsupported("an initial state, or several signals")
    b, a = b / a[0], a / a[0]
    number = x.shape[0]
    found = np.zeros(number)
    for n in range(number):
        total = 0.0
        for k in range(b.shape[0]):
            if n >= k:
                total += b[k] * x[n - k]
        for k in range(1, a.shape[0]):
            if n >= k:
                total -= a[k] * found[n - k]
        found[n] = total
    return found
