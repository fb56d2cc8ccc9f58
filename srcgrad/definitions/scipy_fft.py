"""``scipy.fft``: the transforms of ``numpy.fft``, and cosine and sine transforms by them."""

from __future__ import annotations

import numpy as np
from scipy import fft

from srcgrad.definitions import as_is, defines
from srcgrad.definitions import fft as fourier


@defines(fft.fft)
def fft_(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.fft.fft(x, n, axis, norm)


@defines(fft.ifft)
def ifft(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.fft.ifft(x, n, axis, norm)


@defines(fft.rfft)
def rfft(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.fft.rfft(x, n, axis, norm)


@defines(fft.irfft)
def irfft(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.fft.irfft(x, n, axis, norm)


@defines(fft.hfft)
def hfft(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.hfft(x, n, axis, norm)


@defines(fft.ihfft)
def ihfft(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.ihfft(x, n, axis, norm)


@defines(fft.fftn)
def fftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.fftn(x, s, axes, norm)


@defines(fft.ifftn)
def ifftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.ifftn(x, s, axes, norm)


@defines(fft.rfftn)
def rfftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.rfftn(x, s, axes, norm)


@defines(fft.irfftn)
def irfftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.irfftn(x, s, axes, norm)


@defines(fft.fft2)
def fft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.fftn(x, s, axes, norm)


@defines(fft.ifft2)
def ifft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.ifftn(x, s, axes, norm)


@defines(fft.rfft2)
def rfft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.rfftn(x, s, axes, norm)


@defines(fft.irfft2)
def irfft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.irfftn(x, s, axes, norm)


@defines(fft.hfftn)
def hfftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.irfftn(np.conj(x), s, axes, fourier.SWAPPED[norm])


@defines(fft.hfft2)
def hfft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fourier.irfftn(np.conj(x), s, axes, fourier.SWAPPED[norm])


@defines(fft.ihfftn)
def ihfftn(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.conj(fourier.rfftn(x, s, axes, fourier.SWAPPED[norm]))


@defines(fft.ihfft2)
def ihfft2(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.conj(fourier.rfftn(x, s, axes, fourier.SWAPPED[norm]))


@defines(fft.fftshift)
def fftshift(x, axes=None):
    return np.fft.fftshift(x, axes)


@defines(fft.ifftshift)
def ifftshift(x, axes=None):
    return np.fft.ifftshift(x, axes)


# --- cosine and sine transforms: products with their matrices -------------------------------------


def transformed(transform, x, type, n, axis, norm, orthogonalize):
    """A linear transform along one axis, which is cut to length ``n`` or continued with zeros."""
    x = np.moveaxis(np.asarray(x), axis, -1)
    have = x.shape[-1]
    unit = np.eye(have, have if n is None else n)
    matrix = as_is(transform, unit, type, None, -1, norm, orthogonalize=orthogonalize)
    found = (x @ matrix).astype(np.result_type(x.dtype, np.float32))  # the precision of the data
    return np.moveaxis(found, -1, axis)


def by_axes(transform, x, type, s, axes, norm, orthogonalize):
    x = np.asarray(x)
    if axes is None:
        axes = range(x.ndim) if s is None else range(x.ndim - len(s), x.ndim)
    axes = (axes,) if isinstance(axes, int) else axes
    for k, axis in enumerate(axes):
        n = None if s is None else s[k] if np.ndim(s) else s
        x = transformed(transform, x, type, n, axis, norm, orthogonalize)
    return x


@defines(fft.dct)
def dct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    return transformed(fft.dct, x, type, n, axis, norm, orthogonalize)


@defines(fft.idct)
def idct(
    x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None
):
    return transformed(fft.idct, x, type, n, axis, norm, orthogonalize)


@defines(fft.dst)
def dst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    return transformed(fft.dst, x, type, n, axis, norm, orthogonalize)


@defines(fft.idst)
def idst(
    x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None
):
    return transformed(fft.idst, x, type, n, axis, norm, orthogonalize)


@defines(fft.dctn)
def dctn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    return by_axes(fft.dct, x, type, s, axes, norm, orthogonalize)


@defines(fft.idctn)
def idctn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    return by_axes(fft.idct, x, type, s, axes, norm, orthogonalize)


@defines(fft.dstn)
def dstn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    return by_axes(fft.dst, x, type, s, axes, norm, orthogonalize)


@defines(fft.idstn)
def idstn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    return by_axes(fft.idst, x, type, s, axes, norm, orthogonalize)


# --- Hankel transforms on logarithmic grids: linear in what is transformed --------------------------


@defines(fft.fht)
def fht(a, dln, mu, offset=0.0, bias=0.0):
    a = np.asarray(a)
    matrix = as_is(fft.fht, np.eye(a.shape[-1], dtype=a.dtype), dln, mu, offset, bias)
    return a @ matrix


@defines(fft.ifht)
def ifht(A, dln, mu, offset=0.0, bias=0.0):
    a = np.asarray(A)
    matrix = as_is(fft.ifht, np.eye(a.shape[-1], dtype=a.dtype), dln, mu, offset, bias)
    return a @ matrix
