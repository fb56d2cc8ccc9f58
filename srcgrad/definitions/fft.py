"""Fourier transforms over several axes: one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import defines, unsupported

SWAPPED: Any = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def axes_of(a, s, axes):
    """The axes of a transform and the sizes along them."""
    if axes is None:
        count = a.ndim if s is None else len(s)
        axes = tuple(range(-count, 0))
    axes, s = (axes,) if isinstance(axes, int) else axes, (s,) if isinstance(s, int) else s
    sizes = tuple([a.shape[axis] for axis in axes]) if s is None else tuple(s)
    return tuple(axes), sizes


@defines(np.fft.fftn)
def fftn(a, s=None, axes=None, norm=None, out=None):
    a = np.asarray(a)
    if out is not None:
        unsupported("out=")
    axes, sizes = axes_of(a, s, axes)
    for axis, n in zip(axes, sizes, strict=True):
        a = np.fft.fft(a, n, axis, norm)
    return a


@defines(np.fft.ifftn)
def ifftn(a, s=None, axes=None, norm=None, out=None):
    a = np.asarray(a)
    if out is not None:
        unsupported("out=")
    axes, sizes = axes_of(a, s, axes)
    for axis, n in zip(axes, sizes, strict=True):
        a = np.fft.ifft(a, n, axis, norm)
    return a


@defines(np.fft.rfftn)
def rfftn(a, s=None, axes=None, norm=None, out=None):
    a = np.asarray(a)
    if out is not None:
        unsupported("out=")
    axes, sizes = axes_of(a, s, axes)
    a = np.fft.rfft(a, sizes[-1], axes[-1], norm)
    for axis, n in zip(axes[:-1], sizes[:-1], strict=True):
        a = np.fft.fft(a, n, axis, norm)
    return a


@defines(np.fft.irfftn)
def irfftn(a, s=None, axes=None, norm=None, out=None):
    a = np.asarray(a)
    if out is not None:
        unsupported("out=")
    axes, sizes = axes_of(a, s, axes)
    for axis, n in zip(axes[:-1], sizes[:-1], strict=True):
        a = np.fft.ifft(a, n, axis, norm)
    last = sizes[-1] if s is not None else 2 * (sizes[-1] - 1)
    return np.fft.irfft(a, last, axes[-1], norm)


@defines(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None):
    a = np.conj(a)
    n = 2 * (np.shape(a)[axis] - 1) if n is None else n
    return np.fft.irfft(a, n, axis, SWAPPED[norm])


@defines(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None):
    return np.conj(np.fft.rfft(a, n, axis, SWAPPED[norm]))


@defines(np.fft.fft2)
def fft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return fftn(a, s, axes, norm, out)


@defines(np.fft.ifft2)
def ifft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return ifftn(a, s, axes, norm, out)


@defines(np.fft.rfft2)
def rfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return rfftn(a, s, axes, norm, out)


@defines(np.fft.irfft2)
def irfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    return irfftn(a, s, axes, norm, out)
