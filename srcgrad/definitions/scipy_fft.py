"""``scipy.fft``: the transforms of ``numpy.fft``, and cosine and sine transforms by them."""

from __future__ import annotations

import numpy as np
from scipy import fft

from srcgrad.definitions import as_is, defines, unsupported
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


def along(matrix, x, axis):
    matrix = matrix.astype(np.result_type(x.real.dtype, np.float32))  # in the precision of the data
    return np.moveaxis(np.moveaxis(x, axis, -1) @ matrix.T, -1, axis)


def cosines(n, norm):
    """The matrix of the second cosine transform."""
    k = np.arange(n)
    matrix = 2.0 * np.cos(np.pi * k[:, None] * (2 * k[None, :] + 1) / (2 * n))
    if norm == "ortho":
        return matrix * np.where(k == 0, np.sqrt(0.25 / n), np.sqrt(0.5 / n))[:, None]
    return matrix / (2 * n) if norm == "forward" else matrix


def sines(n, norm):
    """The matrix of the second sine transform."""
    k = np.arange(n)
    matrix = 2.0 * np.sin(np.pi * (k[:, None] + 1) * (2 * k[None, :] + 1) / (2 * n))
    if norm == "ortho":
        return matrix * np.where(k == n - 1, np.sqrt(0.25 / n), np.sqrt(0.5 / n))[:, None]
    return matrix / (2 * n) if norm == "forward" else matrix


def check(type, n, orthogonalize):
    if type != 2 or n is not None or orthogonalize is not None:
        unsupported("this cosine or sine transform")


@defines(fft.dct)
def dct(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    check(type, n, orthogonalize)
    return along(cosines(np.shape(x)[axis], norm), np.asarray(x), axis)


@defines(fft.idct)
def idct(
    x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None
):
    check(type, n, orthogonalize)
    return along(np.linalg.inv(cosines(np.shape(x)[axis], norm)), np.asarray(x), axis)


@defines(fft.dst)
def dst(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    check(type, n, orthogonalize)
    return along(sines(np.shape(x)[axis], norm), np.asarray(x), axis)


@defines(fft.idst)
def idst(
    x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None
):
    check(type, n, orthogonalize)
    return along(np.linalg.inv(sines(np.shape(x)[axis], norm)), np.asarray(x), axis)


@defines(fft.dctn)
def dctn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    if s is not None:
        unsupported("sizes")
    x = np.asarray(x)
    for axis in range(x.ndim) if axes is None else axes:
        x = dct(x, type, None, axis, norm, False, None, orthogonalize)
    return x


@defines(fft.idctn)
def idctn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    if s is not None:
        unsupported("sizes")
    x = np.asarray(x)
    for axis in range(x.ndim) if axes is None else axes:
        x = idct(x, type, None, axis, norm, False, None, orthogonalize)
    return x


@defines(fft.dstn)
def dstn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    if s is not None:
        unsupported("sizes")
    x = np.asarray(x)
    for axis in range(x.ndim) if axes is None else axes:
        x = dst(x, type, None, axis, norm, False, None, orthogonalize)
    return x


@defines(fft.idstn)
def idstn(
    x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None
):
    if s is not None:
        unsupported("sizes")
    x = np.asarray(x)
    for axis in range(x.ndim) if axes is None else axes:
        x = idst(x, type, None, axis, norm, False, None, orthogonalize)
    return x


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
