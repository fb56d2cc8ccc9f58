"""``scipy.fftpack``: the transforms of ``scipy.fft`` by their older names and arguments."""

from __future__ import annotations

import numpy as np
from scipy import fft, fftpack

from srcgrad.definitions import defines

BACK = {1: 1, 2: 3, 3: 2, 4: 4}  # the type of the inverse, which fftpack leaves unscaled


@defines(fftpack.fft)
def fft_(x, n=None, axis=-1, overwrite_x=False):
    return np.fft.fft(x, n, axis)


@defines(fftpack.ifft)
def ifft(x, n=None, axis=-1, overwrite_x=False):
    return np.fft.ifft(x, n, axis)


@defines(fftpack.rfft)
def rfft(x, n=None, axis=-1, overwrite_x=False):
    """Real and imaginary parts in turns, of half the frequencies."""
    found = np.fft.rfft(x, n, axis)
    moved = np.moveaxis(found, axis, -1)
    parts = np.stack([moved.real, moved.imag], axis=-1)
    flat = np.reshape(parts, (*moved.shape[:-1], 2 * moved.shape[-1]))
    length = x.shape[axis] if n is None else n
    return np.moveaxis(np.concatenate([flat[..., :1], flat[..., 2 : length + 1]], -1), -1, axis)


@defines(fftpack.fftn)
def fftn(x, shape=None, axes=None, overwrite_x=False):
    return fft.fftn(x, shape, axes)


@defines(fftpack.ifftn)
def ifftn(x, shape=None, axes=None, overwrite_x=False):
    return fft.ifftn(x, shape, axes)


@defines(fftpack.fft2)
def fft2(x, shape=None, axes=(-2, -1), overwrite_x=False):
    return fft.fft2(x, shape, axes)


@defines(fftpack.ifft2)
def ifft2(x, shape=None, axes=(-2, -1), overwrite_x=False):
    return fft.ifft2(x, shape, axes)


@defines(fftpack.dct)
def dct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False):
    return fft.dct(x, type, n, axis, norm)


@defines(fftpack.idct)
def idct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False):
    return fft.dct(x, BACK[type], n, axis, norm)


@defines(fftpack.dst)
def dst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False):
    return fft.dst(x, type, n, axis, norm)


@defines(fftpack.idst)
def idst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False):
    return fft.dst(x, BACK[type], n, axis, norm)


@defines(fftpack.dctn)
def dctn(x, type=2, shape=None, axes=None, norm=None, overwrite_x=False):
    return fft.dctn(x, type, shape, axes, norm)


@defines(fftpack.idctn)
def idctn(x, type=2, shape=None, axes=None, norm=None, overwrite_x=False):
    return fft.dctn(x, BACK[type], shape, axes, norm)
