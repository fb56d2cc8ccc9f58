"""``scipy.signal``: convolutions of any rank, by Fourier transforms."""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_ndimage.filters import axes_of


@defines(signal.convolve)
def convolve(in1, in2, mode="full", method="auto"):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if in1.ndim == 1 and mode != "same":
        return np.convolve(in1, in2, mode)
    return fftconvolve(in1, in2, mode)


@defines(signal.fftconvolve)
def fftconvolve(in1, in2, mode="full", axes=None):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if in1.ndim != in2.ndim:
        unsupported("arrays of different ranks")
    ranks = range(in1.ndim)
    along = axes_of(in1, axes)
    size = tuple([in1.shape[k] + in2.shape[k] - 1 for k in along])
    if in1.dtype.kind == "c" or in2.dtype.kind == "c":
        found = np.fft.ifftn(
            np.fft.fftn(in1, size, along) * np.fft.fftn(in2, size, along), size, along
        )
    else:
        found = np.fft.irfftn(
            np.fft.rfftn(in1, size, along) * np.fft.rfftn(in2, size, along), size, along
        )
    for k in ranks:
        n, m = in1.shape[k], in2.shape[k]
        if mode == "same" and k in along:
            found = np.take(found, np.arange(n) + (m - 1) // 2, axis=k)
        elif mode == "same":  # what was broadcast is cut, too
            found = np.take(found, np.arange(n) + (found.shape[k] - n) // 2, axis=k)
        elif mode == "valid" and k in along:
            short, long = np.minimum(n, m), np.maximum(n, m)
            found = np.take(found, np.arange(long - short + 1) + short - 1, axis=k)
    return found


@defines(signal.convolve2d)
def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if mode == "valid" or (boundary == "fill" and fillvalue == 0):
        return fftconvolve(in1, in2, mode)
    edge = [(in2.shape[0] - 1, in2.shape[0] - 1), (in2.shape[1] - 1, in2.shape[1] - 1)]
    if boundary == "fill":
        wide = np.pad(in1, edge, mode="constant", constant_values=fillvalue)
    else:
        wide = np.pad(in1, edge, mode="wrap" if boundary in ("wrap", "circular") else "symmetric")
    found = fftconvolve(wide, in2, "valid")
    if mode == "same":
        down, right = (in2.shape[0] - 1) // 2, (in2.shape[1] - 1) // 2
        found = found[down : down + in1.shape[0], right : right + in1.shape[1]]
    return found


@defines(signal.correlate2d)
def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    flipped = np.flip(np.conj(in2))
    if mode != "same":
        return convolve2d(in1, flipped, mode, boundary, fillvalue)
    found, (n, m) = convolve2d(in1, flipped, "full", boundary, fillvalue), np.shape(in1)
    down, right = np.shape(in2)[0] // 2, np.shape(in2)[1] // 2
    return found[down : down + n, right : right + m]


@defines(signal.oaconvolve)
def oaconvolve(in1, in2, mode="full", axes=None):
    return fftconvolve(in1, in2, mode, axes)


@defines(signal.correlate)
def correlate(in1, in2, mode="full", method="auto"):
    return convolve(in1, np.flip(np.conj(in2)), mode)
