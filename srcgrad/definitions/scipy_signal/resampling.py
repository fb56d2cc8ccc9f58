"""``scipy.signal``: filters between rates, spectra on other points than the usual ones, waves, and splines."""

from __future__ import annotations

import numpy as np
from scipy import fft, signal
from scipy.signal import _upfirdn

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_ndimage import filters as images
from srcgrad.runtime import filtered

# --- filters ----------------------------------------------------------------------------------------


@defines(_upfirdn._output_len)
def _output_len(len_h, in_len, up, down):
    return ((in_len - 1) * up + len_h - 1) // down + 1


@defines(signal.upfirdn)
def upfirdn(h, x, up=1, down=1, axis=-1, mode="constant", cval=0):
    h, x = np.asarray(h), np.moveaxis(np.asarray(x), axis, -1)
    h = h.astype(np.result_type(h, np.float32))
    if h.ndim != 1:
        unsupported("several filters")
    if up < 1 or down < 1:
        raise ValueError("Both up and down must be >= 1")
    number, reach = (x.shape[-1] - 1) * up + h.shape[0], 0
    if mode not in ("constant", None) or not (isinstance(cval, int | float) and cval == 0):
        reach = (h.shape[0] - 1) // up + 1
        x = extended(x, reach, mode or "constant", cval)
    rest = [(0, 0)] * (x.ndim - 1)
    apart = np.pad(x[..., None], [*rest, (0, 0), (0, up - 1)])
    apart = np.reshape(apart, (*x.shape[:-1], x.shape[-1] * up))
    wide = np.pad(apart, [*rest, (0, h.shape[0] - 1)])[..., : reach * up + number]
    found = filtered(h, np.ones(1, h.dtype), wide, -1)[..., reach * up :: down]
    return np.moveaxis(found, -1, axis)


BORDERS = ("symmetric", "reflect", "edge", "wrap")


def extended(x, reach, mode, cval):
    """A signal that goes on beyond both ends."""
    edge = [(0, 0)] * (x.ndim - 1) + [(reach, reach)]
    if mode == "constant":
        return np.pad(x, edge, mode="constant", constant_values=cval)
    if mode in BORDERS:
        return np.pad(x, edge, mode=mode)
    steps = np.arange(1.0, reach + 1.0).astype(x.dtype)
    first, last = x[..., :1], x[..., -1:]
    if mode not in ("line", "smooth"):
        unsupported("what is beyond the borders")
    before, after = x[..., 1:2] - first, last - x[..., -2:-1]
    if mode == "line":
        before = after = (last - first) / (x.shape[-1] - 1.0)
    return np.concatenate([first - before * np.flip(steps), x, last + after * steps], axis=-1)


@defines(signal.sepfir2d)
def sepfir2d(input, hrow, hcol):
    x, hrow, hcol = np.asarray(input), np.asarray(hrow), np.asarray(hcol)
    if x.dtype != np.float64 or x.ndim != 2:
        unsupported("numbers that are not of double precision")
    if hrow.shape[0] % 2 == 0 or hcol.shape[0] % 2 == 0:
        raise ValueError("hrow and hcol must be odd length")
    found = images.convolve1d(x, hrow, 1, None, "reflect")
    return images.convolve1d(found, hcol, 0, None, "reflect")


# --- the chirp z-transform (Bluestein) --------------------------------------------------------------


def bluestein(x, chirped, weights, m):
    """The transform along the last axis by a convolution with a chirp."""
    n = x.shape[-1]
    size = as_is(fft.next_fast_len, n + m - 1)
    kernel = np.concatenate([np.flip(chirped[1:n]), chirped[:m]])
    product = np.fft.fft(1.0 / kernel, size) * np.fft.fft(x * weights, size, axis=-1)
    return np.fft.ifft(product, axis=-1)[..., n - 1 : n + m - 1] * chirped[:m]


@defines(signal.czt)
def czt(x, m=None, w=None, a=1 + 0j, *, axis=-1):
    x = np.moveaxis(np.asarray(x), axis, -1)
    n = x.shape[-1]
    m = n if m is None else m
    k = np.arange(np.maximum(m, n))
    if w is None:
        chirped = np.exp(-1j * np.pi * ((k * k) % (2 * m)) / m)
    else:
        chirped = (w + 0j) ** (k * k / 2.0)
    weights = (a + 0j) ** -(1.0 * k[:n]) * chirped[:n]
    return np.moveaxis(bluestein(x, chirped, weights, m), -1, axis)


@defines(signal.zoom_fft)
def zoom_fft(x, fn, m=None, *, fs=2, endpoint=False, axis=-1):
    x = np.moveaxis(np.asarray(x), axis, -1)
    n = x.shape[-1]
    m = n if m is None else m
    first, last = (0.0, fn) if np.ndim(fn) == 0 else (fn[0], fn[1])
    span = (last - first) / fs
    if endpoint:
        span = span * m / (m - 1)
    k = np.arange(np.maximum(m, n))
    chirped = np.exp(-1j * np.pi * span * (k * k) / m)
    weights = np.exp(-2j * np.pi * first / fs * k[:n]) * chirped[:n]
    return np.moveaxis(bluestein(x, chirped, weights, m), -1, axis)


# --- waves and splines ------------------------------------------------------------------------------


@defines(signal.sawtooth)
def sawtooth(t, width=1):
    t, w = np.asarray(t), np.asarray(width)
    at = np.mod(t, 2.0 * np.pi)
    rising = at < w * 2.0 * np.pi
    up = at / (np.pi * np.where(rising, w, 1.0)) - 1.0
    down = (np.pi * (w + 1.0) - at) / (np.pi * np.where(rising, 1.0, 1.0 - w))
    found = np.where((w > 1) | (w < 0), np.nan, np.where(rising, up, down))
    return np.asarray(found, dtype=np.float64)


def coefficients(signal, root, gain):
    """Of the spline through values that are mirrored at the ends, by a recursion each way."""
    x = np.asarray(signal)
    if x.ndim != 1 or x.dtype != np.float64:
        unsupported("several signals, or numbers that are not of double precision")
    b, a = np.ones(1), np.array([1.0, -root])
    start = np.sum(root ** np.arange(x.shape[0]) * x)
    there = filtered(b, a, np.concatenate([np.reshape(start, 1), x]), 0)[1:]
    last = root / (root - 1.0) * there[-1]
    if x.shape[0] == 1:
        return np.reshape(last, 1)
    back = np.concatenate([np.reshape(last, 1), -root * np.flip(there[:-1])])
    return np.flip(filtered(b, a, back, 0)) * gain


@defines(signal.cspline1d)
def cspline1d(signal, lamb=0.0):
    if np.ndim(lamb) != 0 or lamb != 0.0:
        unsupported("smoothing")
    return coefficients(signal, np.sqrt(3.0) - 2.0, 6.0)


@defines(signal.qspline1d)
def qspline1d(signal, lamb=0.0):
    if lamb != 0.0:
        raise ValueError("Smoothing quadratic splines not supported yet.")
    return coefficients(signal, 2.0 * np.sqrt(2.0) - 3.0, 8.0)


def mirrored(x, number):
    """Places brought between the first and the last of the knots."""
    if number < 2:
        raise NotImplementedError("derivatives of a spline with one coefficient")
    at = np.mod(x, 2.0 * (number - 1))
    return np.where(at > number - 1, 2.0 * (number - 1) - at, at)


def cubic(x):
    x = np.abs(x)
    return np.where(
        x < 1.0, 2.0 / 3.0 - x * x * (2.0 - x) / 2.0, np.maximum(2.0 - x, 0.0) ** 3 / 6.0
    )


def quadratic(x):
    x = np.abs(x)
    return np.where(x < 0.5, 0.75 - x * x, np.maximum(1.5 - x, 0.0) ** 2 / 2.0)


def evaluated(cj, x, piece, size):
    """The sum of ``size`` pieces, of width ``size``, around each place."""
    c = np.asarray(cj)
    if c.dtype != np.float64 or c.ndim != 1:
        unsupported("coefficients that are not of double precision")
    number = c.shape[0]
    x = mirrored(x, number)
    first = np.floor(x - size / 2.0).astype(int) + 1
    found = 0.0 * x
    for k in range(size):
        found = found + c[np.clip(first + k, 0, number - 1)] * piece(x - (first + k))
    return found


@defines(signal.cspline1d_eval)
def cspline1d_eval(cj, newx, dx=1.0, x0=0):
    return evaluated(cj, (np.asarray(newx) - x0) / dx, cubic, 4)


@defines(signal.qspline1d_eval)
def qspline1d_eval(cj, newx, dx=1.0, x0=0):
    return evaluated(cj, (np.asarray(newx) - x0) / dx, quadratic, 3)
