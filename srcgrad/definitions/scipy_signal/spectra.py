"""``scipy.signal``: spectra of pieces of signals; responses."""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcgrad.definitions import as_is, certainly_same, defines, unsupported
from srcgrad.definitions.scipy_signal.filters import detrend as trendless
from srcgrad.definitions.scipy_signal.filters import extended as mirrored

# --- spectra --------------------------------------------------------------------------------------


def taps_of(window, size):
    if isinstance(window, str | tuple):
        return as_is(signal.get_window, window, size)
    return np.asarray(window)


def sizes(x, window, nperseg, noverlap, nfft, least=True):
    """The length of the pieces, their overlap, and that of their transforms."""
    if nperseg is None:
        nperseg = np.shape(window)[0] if not isinstance(window, str | tuple) else 256
        if isinstance(window, str | tuple):
            nperseg = np.minimum(256, x.shape[-1])
    elif least:
        nperseg = np.minimum(nperseg, x.shape[-1])
    if noverlap is None:
        noverlap = nperseg // 2
    return nperseg, noverlap, nperseg if nfft is None else nfft


def without_trend(held, detrend):
    if detrend is False or detrend is None:
        return held
    if not isinstance(detrend, str):
        unsupported("a function for the trend")
    return trendless(held, -1, detrend)


def pieces(x, taps, size, overlap, nfft, detrend, one_side):
    """The transforms of the pieces, along the last axis."""
    held = np.lib.stride_tricks.sliding_window_view(x, size, -1)[..., :: size - overlap, :]
    held = without_trend(held, detrend) * taps
    return np.fft.rfft(held, nfft, axis=-1) if one_side else np.fft.fft(held, nfft, axis=-1)


def scale_of(taps, fs, scaling):
    if scaling == "density":
        return 1.0 / (fs * np.sum(taps * taps))
    if scaling == "spectrum":
        return 1.0 / np.sum(taps) ** 2
    raise ValueError("Unknown scaling")


def sides(nfft, one_side):
    """How often a frequency stands in the whole."""
    if not one_side:
        return 1.0
    k = np.arange(nfft // 2 + 1)
    return np.where((k == 0) | (2 * k == nfft), 1.0, 2.0)


def frequencies(nfft, fs, one_side):
    return np.fft.rfftfreq(nfft, 1.0 / fs) if one_side else np.fft.fftfreq(nfft, 1.0 / fs)


def signal_of(x, axis):
    """Double precision, time last."""
    x = np.asarray(x)
    return np.moveaxis(x.astype(np.result_type(x, np.float64)), axis, -1)


def lengthened(x, size):
    """With zeros up to a size."""
    if x.shape[-1] >= size:
        return x
    return np.pad(x, [*[(0, 0)] * (x.ndim - 1), (0, size - x.shape[-1])])


def cross(x, y, same, fs, window, nperseg, noverlap, nfft, detrend, scaling, one_side):
    """The spectra of the pieces, frequencies last."""
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    taps = taps_of(window, size)
    found = pieces(x, taps, size, overlap, nfft, detrend, one_side)
    other = found if same else pieces(y, taps, size, overlap, nfft, detrend, one_side)
    found = np.conj(found) * other * (scale_of(taps, fs, scaling) * sides(nfft, one_side))
    return found, size, nfft


def averaged(found, average):
    """The mean of the pieces, or their median without its bias."""
    if average == "mean":
        return np.mean(found, axis=-2)
    if average != "median":
        raise ValueError("`average` must be 'median' or 'mean'")
    number = found.shape[-2]
    even = 2.0 * np.arange(1, (number - 1) // 2 + 1)
    bias = 1.0 + np.sum(1.0 / (even + 1.0) - 1.0 / even)
    if found.dtype.kind == "f":
        return np.median(found, axis=-2) / bias
    whole = np.median(np.real(found), axis=-2) + 1j * np.median(np.imag(found), axis=-2)
    return whole / bias


@defines(signal.welch)
def welch(
    x,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    average="mean",
):
    dtype = np.real(np.asarray(x)).dtype
    x = signal_of(x, axis)
    one_side = return_onesided and x.dtype.kind == "f"
    given = (fs, window, nperseg, noverlap, nfft, detrend, scaling, one_side)
    found, _, nfft = cross(x, x, True, *given)
    power = np.moveaxis(averaged(np.real(found), average), -1, axis)
    return frequencies(nfft, fs, one_side), power.astype(np.result_type(dtype, np.float32))


@defines(signal.csd)
def csd(
    x,
    y,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    average="mean",
):
    dtype = np.result_type(x, y, np.complex64)
    same = certainly_same(x, y)
    x, y = signal_of(x, axis), signal_of(y, axis)
    one_side = return_onesided and x.dtype.kind == "f" and y.dtype.kind == "f"
    size = np.maximum(x.shape[-1], y.shape[-1])
    x, y = lengthened(x, size), lengthened(y, size)
    given = (fs, window, nperseg, noverlap, nfft, detrend, scaling, one_side)
    found, _, nfft = cross(x, y, same, *given)
    power = np.moveaxis(averaged(found, average), -1, axis).astype(dtype)
    return frequencies(nfft, fs, one_side), np.real(power) if same else power


@defines(signal.coherence)
def coherence(
    x,
    y,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    axis=-1,
):
    given = (fs, window, nperseg, noverlap, nfft, detrend)
    at, xx = welch(x, *given, axis=axis)
    _, yy = welch(y, *given, axis=axis)
    _, xy = csd(x, y, *given, axis=axis)
    return at, np.abs(xy) ** 2 / xx / yy


@defines(signal.periodogram)
def periodogram(
    x,
    fs=1.0,
    window="boxcar",
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
):
    x = np.asarray(x)
    window = "boxcar" if window is None else window
    number = x.shape[axis]
    if nfft is not None and nfft < number:
        x = np.moveaxis(np.moveaxis(x, axis, 0)[:nfft], 0, axis)
        number = nfft
    return welch(x, fs, window, number, 0, nfft, detrend, return_onesided, scaling, axis)


@defines(signal.spectrogram)
def spectrogram(
    x,
    fs=1.0,
    window=("tukey", 0.25),
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    mode="psd",
):
    dtype = np.result_type(x, np.complex64)
    x, place = signal_of(x, axis), axis - 1 if axis < 0 else axis
    one_side = return_onesided and x.dtype.kind == "f"
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    if noverlap is None:
        overlap = size // 8
    times = np.arange(size / 2, x.shape[-1] - size / 2 + 1, size - overlap) / float(fs)
    if mode == "psd":
        given = (fs, window, size, overlap, nfft, detrend, scaling, one_side)
        found = np.real(cross(x, x, True, *given)[0].astype(dtype))
    else:
        taps = taps_of(window, size)
        found = pieces(x, taps, size, overlap, nfft, detrend, one_side)
        found = (found * np.sqrt(scale_of(taps, fs, scaling))).astype(dtype)
    found = np.moveaxis(found, -1, place)
    if mode == "magnitude":
        found = np.abs(found)
    elif mode == "angle" or mode == "phase":
        found = np.angle(found) if mode == "angle" else np.unwrap(np.angle(found), axis=place)
    elif mode not in ("psd", "complex"):
        raise ValueError("unknown value for mode")
    return frequencies(nfft, fs, one_side), times, found


EXTENSIONS = {"constant": "edge", "zeros": "constant"}


def extended(x, width, boundary):
    """The signal with as much on both of its sides."""
    if boundary in (None, "even", "odd"):
        return mirrored(x, -1, boundary, width)
    if boundary not in EXTENSIONS:
        raise ValueError("Unknown boundary option")
    widths = [*[(0, 0)] * (x.ndim - 1), (width, width)]
    return np.pad(x, widths, mode=EXTENSIONS[boundary])  # type: ignore[call-overload]


@defines(signal.stft)
def stft(
    x,
    fs=1.0,
    window="hann",
    nperseg=256,
    noverlap=None,
    nfft=None,
    detrend=False,
    return_onesided=True,
    boundary="zeros",
    padded=True,
    axis=-1,
    scaling="spectrum",
):
    dtype = np.result_type(x, np.complex64)
    x, place = signal_of(x, axis), axis - 1 if axis < 0 else axis
    one_side = return_onesided and x.dtype.kind == "f"
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    taps, step = taps_of(window, size), size - overlap
    x = extended(x, size // 2, boundary)
    if padded:
        x = lengthened(x, x.shape[-1] + (-(x.shape[-1] - size) % step) % size)
    found = pieces(x, taps, size, overlap, nfft, detrend, one_side)
    scale = np.sqrt(scale_of(taps, fs, "density" if scaling == "psd" else scaling))
    times = np.arange(size / 2, x.shape[-1] - size / 2 + 1, step) / float(fs)
    if boundary is not None:
        times = times - (size / 2) / fs
    found = np.moveaxis((found * scale).astype(dtype), -1, place)
    return frequencies(nfft, fs, one_side), times, found


@defines(signal.istft)
def istft(
    Zxx,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    input_onesided=True,
    boundary=True,
    time_axis=-1,
    freq_axis=-2,
    scaling="spectrum",
):
    z = np.asarray(Zxx)
    if not input_onesided or time_axis != -1 or freq_axis != -2 or scaling != "spectrum":
        unsupported("both sides, other axes or another scaling")
    if nfft is not None:
        unsupported("nfft=")
    nfft = 2 * (z.shape[-2] - 1)
    size = nfft if nperseg is None else nperseg
    if nperseg is not None and size % 2 == 1:
        nfft = size
    step = size - (size // 2 if noverlap is None else noverlap)
    taps = taps_of(window, size)
    number = z.shape[-1]
    held = np.fft.irfft(z, nfft, axis=-2)[..., :size, :] * np.sum(taps)
    total, weight = (
        np.zeros((*z.shape[:-2], size + (number - 1) * step)),
        np.zeros(size + (number - 1) * step),
    )
    for k in range(number):
        total[..., k * step : k * step + size] += held[..., k] * taps
        weight[k * step : k * step + size] += taps * taps
    if boundary:
        cut = size // 2
        total, weight = total[..., cut : total.shape[-1] - cut], weight[cut : weight.shape[0] - cut]
    found = total / np.where(weight > 1e-10, weight, 1.0)
    return np.arange(found.shape[-1]) / float(fs), found


@defines(signal.freqz)
def freqz(b, a=1, worN=512, whole=False, plot=None, fs=6.283185307179586, include_nyquist=False):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    if whole or plot is not None or include_nyquist or b.ndim != 1 or a.ndim != 1:
        unsupported("the whole circle, a plot, or several filters")
    if isinstance(worN, int):
        w = np.linspace(0.0, np.pi, worN, endpoint=False)
    else:
        w = 2.0 * np.pi * np.asarray(worN) / fs
    upper = np.exp(-1j * w[:, None] * np.arange(b.shape[0])) @ (b + 0j)
    lower = np.exp(-1j * w[:, None] * np.arange(a.shape[0])) @ (a + 0j)
    return w * (fs / (2.0 * np.pi)), upper / lower
