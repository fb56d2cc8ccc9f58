"""``scipy.ndimage``: filters of what is Fourier transformed, products with their values for each frequency."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from srcgrad.definitions import as_is, defines, unsupported


def filtered(filter, input, size, n, axis, output):
    if output is not None:
        unsupported("output=")
    x = np.asarray(input)
    return x * as_is(filter, np.ones(np.shape(x), x.real.dtype), size, n, axis)


@defines(ndimage.fourier_gaussian)
def fourier_gaussian(input, sigma, n=-1, axis=-1, output=None):
    return filtered(ndimage.fourier_gaussian, input, sigma, n, axis, output)


@defines(ndimage.fourier_uniform)
def fourier_uniform(input, size, n=-1, axis=-1, output=None):
    return filtered(ndimage.fourier_uniform, input, size, n, axis, output)


@defines(ndimage.fourier_ellipsoid)
def fourier_ellipsoid(input, size, n=-1, axis=-1, output=None):
    return filtered(ndimage.fourier_ellipsoid, input, size, n, axis, output)


@defines(ndimage.fourier_shift)
def fourier_shift(input, shift, n=-1, axis=-1, output=None):
    """By the image, and by the shift: that of one axis turns the phase of each of its frequencies."""
    if output is not None or not isinstance(n, int) or not isinstance(axis, int):
        unsupported("these arguments")
    x = np.asarray(input)
    if x.dtype not in (np.float64, np.complex128):
        unsupported("numbers of single precision")
    shift = np.broadcast_to(shift, (x.ndim,))
    turned = np.zeros(np.shape(x))
    for k in range(x.ndim):
        whole, count = n >= 0 and k == axis % x.ndim, x.shape[k]
        places = np.arange(count) / n if whole else np.fft.fftfreq(count)
        turned = turned + shift[k] * np.reshape(places, (count,) + (1,) * (x.ndim - 1 - k))
    return x * np.exp(-2j * np.pi * turned)
