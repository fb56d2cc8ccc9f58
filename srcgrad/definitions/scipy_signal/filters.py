"""``scipy.signal``: filters, from rest or a state, forwards and both ways; trends; resampling."""

from __future__ import annotations

from math import factorial

import numpy as np
from scipy import signal

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_ndimage import filters as images
from srcgrad.runtime import filtered

# --- filters ----------------------------------------------------------------------------------------


def zeros_along(x, axis, number):
    """Zeros of the shape of ``x`` but for one axis."""
    shape = list(x.shape)
    shape[axis] = number
    return np.zeros(tuple(shape))


def part(x, axis, start, stop):
    return np.moveaxis(np.moveaxis(x, axis, 0)[start:stop], 0, axis)


def from_state(b, a, x, axis, zi):
    """The result and the last state, with ``y = (b x + zi) / a`` in powers of a delay."""
    b, a = b / a[0], a / a[0]
    size, number = np.maximum(b.shape[0], a.shape[0]) - 1, x.shape[axis]
    state = zi + zeros_along(x, axis, size)
    whole = filtered(b, a, np.concatenate([x, zeros_along(x, axis, size)], axis=axis), axis)
    whole = whole + filtered(
        np.ones(1), a, np.concatenate([state, np.zeros(x.shape)], axis=axis), axis
    )
    tail = part(whole, axis, number, number + size)
    return part(whole, axis, 0, number), filtered(a, np.ones(1), tail, axis)


@defines(signal.lfilter)
def lfilter(b, a, x, axis=-1, zi=None):
    b, a, x = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a)), np.asarray(x)
    if zi is None:
        return filtered(b, a, x, axis)
    return from_state(b, a, x, axis, np.asarray(zi))


@defines(signal.lfilter_zi)
def lfilter_zi(b, a):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    b, a = b / a[0], a / a[0]
    size = np.maximum(b.shape[0], a.shape[0])
    b = np.concatenate([b, np.zeros(size - b.shape[0])])
    a = np.concatenate([a, np.zeros(size - a.shape[0])])
    moved = b[1:] - a[1:] * b[0]
    first = np.sum(moved) / np.sum(a)
    return first * np.cumsum(a)[:-1] - np.cumsum(moved) + moved_back(moved)


def moved_back(moved):
    """The last of each partial sum, which the state does not have yet."""
    rest = np.cumsum(moved)
    return rest - np.concatenate([np.zeros(1), rest[:-1]])


def along(values, x, axis):
    """One-dimensional values along an axis of ``x``."""
    return np.reshape(values, [values.shape[0] if k == axis % x.ndim else 1 for k in range(x.ndim)])


def extended(x, axis, padtype, edge):
    if padtype is None:
        return x
    x = np.moveaxis(x, axis, 0)
    before, after = x[edge:0:-1], x[-2 : -(edge + 2) : -1]
    if padtype == "odd":
        before, after = 2.0 * x[:1] - before, 2.0 * x[-1:] - after
    elif padtype == "constant":
        before, after = x[:1] + 0.0 * before, x[-1:] + 0.0 * after
    return np.moveaxis(np.concatenate([before, x, after], axis=0), 0, axis)


@defines(signal.filtfilt)
def filtfilt(b, a, x, axis=-1, padtype="odd", padlen=None, method="pad", irlen=None):
    if method != "pad":
        unsupported("this method")
    b, a, x = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a)), np.asarray(x)
    edge = 3 * np.maximum(b.shape[0], a.shape[0]) if padlen is None else padlen
    if padtype is None or padlen == 0:
        edge, padtype = 0, None
    elif x.shape[axis] <= edge:
        raise ValueError("The length of the input vector x must be greater than padlen.")
    wide = extended(x, axis, padtype, edge)
    zi = along(lfilter_zi(b, a), x, axis)
    y, _ = from_state(b, a, wide, axis, zi * part(wide, axis, 0, 1))
    y = np.flip(y, axis)
    y, _ = from_state(b, a, y, axis, zi * part(y, axis, 0, 1))
    return part(np.flip(y, axis), axis, edge, edge + x.shape[axis])


@defines(signal.sosfilt)
def sosfilt(sos, x, axis=-1, zi=None):
    sos, x = np.asarray(sos), np.asarray(x)
    if zi is None:
        for k in range(sos.shape[0]):
            x = filtered(sos[k, :3], sos[k, 3:], x, axis)
        return x
    zi = np.asarray(zi)
    states = np.zeros(zi.shape)
    for k in range(sos.shape[0]):
        x, states[k] = from_state(sos[k, :3], sos[k, 3:], x, axis, zi[k])
    return x, states


def steady(sos, x, axis):
    """The sections one after the other, from the state in which the first value is a steady one."""
    first = part(x, axis, 0, 1)
    for k in range(sos.shape[0]):
        b, a = sos[k, :3], sos[k, 3:]
        x, _ = from_state(b, a, x, axis, along(lfilter_zi(b, a), x, axis) * first)
        first = first * np.sum(b) / np.sum(a)
    return x


@defines(signal.sosfiltfilt)
def sosfiltfilt(sos, x, axis=-1, padtype="odd", padlen=None):
    sos, x = np.asarray(sos), np.asarray(x)
    if padlen is None:
        number = np.minimum(np.sum(sos[:, 2] == 0), np.sum(sos[:, 5] == 0))
        edge = 3 * (2 * sos.shape[0] + 1 - int(number))
    else:
        edge = padlen
    if padtype is None or padlen == 0:
        edge, padtype = 0, None
    elif x.shape[axis] <= edge:
        raise ValueError("The length of the input vector x must be greater than padlen.")
    y = np.flip(steady(sos, extended(x, axis, padtype, edge), axis), axis)
    return part(np.flip(steady(sos, y, axis), axis), axis, edge, edge + x.shape[axis])


@defines(signal.decimate)
def decimate(x, q, n=None, ftype="iir", axis=-1, zero_phase=True):
    x = np.asarray(x)
    if ftype not in ("fir", "iir") or x.dtype != np.float64:
        unsupported("this filter, or another precision")
    if ftype == "fir":
        taps = as_is(signal.firwin, (20 * q if n is None else n) + 1, 1.0 / q, window="hamming")
        if zero_phase:
            return signal.resample_poly(x, 1, q, axis=axis, window=taps)
        found = signal.upfirdn(taps, x, up=1, down=q, axis=axis)
        return np.moveaxis(np.moveaxis(found, axis, 0)[: -(-x.shape[axis] // q)], 0, axis)
    sos = as_is(signal.cheby1, 8 if n is None else n, 0.05, 0.8 / q, output="sos")
    y = sosfiltfilt(sos, x, axis) if zero_phase else sosfilt(sos, x, axis)
    return np.moveaxis(np.moveaxis(y, axis, 0)[::q], 0, axis)


@defines(signal.medfilt)
def medfilt(volume, kernel_size=None):
    x = images.image(volume, None)
    size = images.each(3 if kernel_size is None else kernel_size, x.ndim)
    held = images.held_by(x, size, None, None, "constant", 0.0, 0, None)
    return np.sort(held, axis=-1)[..., held.shape[-1] // 2]


@defines(signal.medfilt2d)
def medfilt2d(input, kernel_size=3):
    return medfilt(input, kernel_size)


# --- transforms and trends ------------------------------------------------------------------------


@defines(signal.hilbert)
def hilbert(x, N=None, axis=-1):
    x = np.asarray(x)
    size = x.shape[axis] if N is None else N
    k = np.arange(size)
    weights = np.where(k == 0, 1.0, np.where(2 * k < size, 2.0, np.where(2 * k == size, 1.0, 0.0)))
    return np.fft.ifft(
        np.fft.fft(x, size, axis) * along(as_precise(weights, x), x, axis), axis=axis
    )


@defines(signal.resample)
def resample(x, num, t=None, axis=0, window=None, domain="time"):
    x = np.asarray(x)
    if t is not None or window is not None or domain != "time" or x.dtype.kind != "f":
        unsupported("times, a window, spectra, or numbers that are not real")
    size = x.shape[axis]
    least = np.minimum(num, size)
    found = np.moveaxis(np.fft.rfft(x, axis=axis), axis, -1)[..., : least // 2 + 1]
    k = np.arange(least // 2 + 1)
    odd = (least % 2 == 1) | (num == size)
    unpaired = np.where((2 * k == least) & ~odd, np.where(num < size, 2.0, 0.5), 1.0)
    weights = as_precise(unpaired * (num / size), x)
    return np.moveaxis(np.fft.irfft(found * weights, num, axis=-1), -1, axis)


def as_precise(values, x):
    """Constants in single precision, if the signal is."""
    return values.astype(np.float32) if x.dtype == np.float32 else values


def less_line(x):
    """What is left of values along the first axis without their regression line."""
    t = np.arange(x.shape[0]) - 0.5 * (x.shape[0] - 1)
    t = as_precise(np.reshape(t, [-1] + [1] * (x.ndim - 1)), x)
    slope = np.sum(t * x, axis=0) / np.maximum(np.sum(t * t), 1e-300)
    return x - np.mean(x, axis=0) - t * slope


@defines(signal.detrend)
def detrend(data, axis=-1, type="linear", bp=0, overwrite_data=False):
    x = np.asarray(data)
    if overwrite_data:
        unsupported("overwrite_data=True")
    if type in ("constant", "c"):
        return x - np.mean(x, axis=axis, keepdims=True)
    lines = np.moveaxis(x, axis, 0)
    starts = [0] + [at for at in ([bp] if np.ndim(bp) == 0 else bp) if at > 0]
    stops = starts[1:] + [x.shape[axis]]
    pieces = [less_line(lines[starts[k] : stops[k]]) for k in range(len(starts))]
    return np.moveaxis(np.concatenate(pieces, axis=0), 0, axis)


@defines(signal.savgol_coeffs)
def savgol_coeffs(window_length, polyorder, deriv=0, delta=1.0, pos=None, use="conv"):
    taps = as_is(signal.savgol_coeffs, window_length, polyorder, deriv, 1.0, pos, use)
    return taps / delta**deriv


@defines(signal.savgol_filter)
def savgol_filter(
    x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0
):
    x = np.asarray(x)
    taps = savgol_coeffs(window_length, polyorder, deriv, delta)
    if mode != "interp":
        return images.convolve1d(x, taps, axis, None, mode, cval)
    half = window_length // 2
    y = np.moveaxis(images.convolve1d(x, taps, axis, None, "constant"), axis, -1)
    ends = np.moveaxis(x, axis, -1)
    fit = np.linalg.pinv(np.vander(np.arange(float(window_length)), polyorder + 1, increasing=True))
    first = slopes(np.arange(float(half)), polyorder, deriv) @ fit / delta**deriv
    at = np.arange(float(half)) + (window_length - half)
    last = slopes(at, polyorder, deriv) @ fit / delta**deriv
    found = [
        ends[..., :window_length] @ first.T,
        y[..., half : y.shape[-1] - half],
        ends[..., -window_length:] @ last.T,
    ]
    return np.moveaxis(np.concatenate(found, axis=-1), -1, axis).astype(x.dtype)


def slopes(at, order, deriv):
    """The derivatives of powers."""
    columns = [0.0 * at for _ in range(min(deriv, order + 1))]
    for k in range(deriv, order + 1):
        columns.append(at ** (k - deriv) * (factorial(k) / factorial(k - deriv)))
    return np.stack(columns, axis=1)
