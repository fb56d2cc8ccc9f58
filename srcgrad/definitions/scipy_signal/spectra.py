"""``scipy.signal``: spectra of pieces of signals; windows by their parameters; responses."""

from __future__ import annotations

import numpy as np
from scipy import signal, special

from srcgrad.definitions import as_is, defines, unsupported

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


def pieces(x, taps, size, overlap, nfft, detrend):
    """The transforms of the pieces, along the last axis."""
    held = np.lib.stride_tricks.sliding_window_view(x, size, -1)[..., :: size - overlap, :]
    if detrend == "constant":
        held = held - np.mean(held, axis=-1, keepdims=True)
    elif detrend:
        unsupported("this trend")
    return np.fft.rfft(held * taps, nfft, axis=-1)


def scale_of(taps, fs, scaling):
    if scaling == "density":
        return 1.0 / (fs * np.sum(taps * taps))
    if scaling == "spectrum":
        return 1.0 / np.sum(taps) ** 2
    return unsupported("this scaling")


def both_sides(nfft):
    """How often a frequency of a half stands in the whole."""
    k = np.arange(nfft // 2 + 1)
    return np.where((k == 0) | (2 * k == nfft), 1.0, 2.0)


def real(x, axis, return_onesided):
    x = np.asarray(x)
    if x.dtype != np.float64 or not return_onesided:
        unsupported("numbers that are not of double precision, or both sides")
    return np.moveaxis(x, axis, -1)


def cross(x, y, same, fs, window, nperseg, noverlap, nfft, detrend, scaling):
    """The spectra of the pieces, frequencies last."""
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    taps = taps_of(window, size)
    found = pieces(x, taps, size, overlap, nfft, detrend)
    other = found if same else pieces(y, taps, size, overlap, nfft, detrend)
    return np.conj(found) * other * (scale_of(taps, fs, scaling) * both_sides(nfft)), size, nfft


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
    x = real(x, axis, return_onesided)
    if average != "mean":
        unsupported("a median")
    found, _, nfft = cross(x, x, True, fs, window, nperseg, noverlap, nfft, detrend, scaling)
    power = np.mean(np.real(found), axis=-2)
    return np.fft.rfftfreq(nfft, 1.0 / fs), np.moveaxis(power, -1, axis)


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
    x, y = real(x, axis, return_onesided), real(y, axis, return_onesided)
    if average != "mean":
        unsupported("a median")
    found, _, nfft = cross(x, y, False, fs, window, nperseg, noverlap, nfft, detrend, scaling)
    return np.fft.rfftfreq(nfft, 1.0 / fs), np.moveaxis(np.mean(found, axis=-2), -1, axis)


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
    frequencies, xx = welch(x, *given, axis=axis)
    _, yy = welch(y, *given, axis=axis)
    _, xy = csd(x, y, *given, axis=axis)
    return frequencies, np.abs(xy) ** 2 / xx / yy


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
    if nfft is not None:
        unsupported("nfft=")
    number = np.shape(x)[axis]
    return welch(x, fs, window, number, 0, number, detrend, return_onesided, scaling, axis)


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
    x = real(x, axis, return_onesided)
    if mode != "psd" or axis != -1:
        unsupported("this mode or axis")
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    if noverlap is None:
        overlap = size // 8
    found, size, nfft = cross(x, x, True, fs, window, size, overlap, nfft, detrend, scaling)
    times = np.arange(size / 2, x.shape[-1] - size / 2 + 1, size - overlap) / float(fs)
    return np.fft.rfftfreq(nfft, 1.0 / fs), times, np.swapaxes(np.real(found), -1, -2)


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
    x = real(x, axis, return_onesided)
    if boundary not in ("zeros", None) or axis != -1 or scaling != "spectrum":
        unsupported("this boundary, axis or scaling")
    size, overlap, nfft = sizes(x, window, nperseg, noverlap, nfft)
    taps, step = taps_of(window, size), size - overlap
    rest = [(0, 0)] * (x.ndim - 1)
    if boundary is not None:
        x = np.pad(x, [*rest, (size // 2, size // 2)])
    if padded:
        x = np.pad(x, [*rest, (0, (-(x.shape[-1] - size) % step) % size)])
    found = pieces(x, taps, size, overlap, nfft, detrend) * (1.0 / np.sum(taps))
    times = np.arange(size / 2, x.shape[-1] - size / 2 + 1, step) / float(fs)
    if boundary is not None:
        times = times - (size / 2) / fs
    return np.fft.rfftfreq(nfft, 1.0 / fs), times, np.swapaxes(found, -1, -2)


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


# --- windows --------------------------------------------------------------------------------------


def cut(found, M, sym):
    return found if sym else found[:M]


def length(M, sym, xp, device):
    if (xp is not None and xp is not np) or device is not None or M < 2:
        unsupported("another library, or a window of one element")
    return M if sym else M + 1


@defines(signal.windows.gaussian)
def gaussian(M, std, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    k = np.arange(n) - (n - 1.0) / 2.0
    return cut(np.exp(-(k * k) / (2.0 * std * std)), M, sym)


@defines(signal.windows.general_gaussian)
def general_gaussian(M, p, sig, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    k = np.arange(n) - (n - 1.0) / 2.0
    return cut(np.exp(-0.5 * np.abs(k / sig) ** (2.0 * p)), M, sym)


@defines(signal.windows.kaiser)
def kaiser(M, beta, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    half = (n - 1) / 2.0
    root = np.sqrt(1.0 - ((np.arange(n) - half) / half) ** 2.0)
    return cut(special.i0(beta * root) / special.i0(beta), M, sym)


@defines(signal.windows.exponential)
def exponential(M, center=None, tau=1.0, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    if center is None:
        center = (n - 1) / 2.0
    return cut(np.exp(-np.abs(np.arange(n) - center) / tau), M, sym)


@defines(signal.windows.tukey)
def tukey(M, alpha=0.5, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    alpha = np.minimum(alpha, 1.0)
    k = np.arange(n)
    width = np.floor(alpha * (n - 1) / 2.0)
    rise = 0.5 * (1.0 + np.cos(np.pi * (-1.0 + 2.0 * k / alpha / (n - 1))))
    fall = 0.5 * (1.0 + np.cos(np.pi * (-2.0 / alpha + 1.0 + 2.0 * k / alpha / (n - 1))))
    found = np.where(k <= width, rise, np.where(k >= n - width - 1, fall, 1.0))
    return cut(np.where(alpha <= 0.0, 1.0, found), M, sym)


@defines(signal.windows.general_cosine)
def general_cosine(M, a, sym=True):
    n = length(M, sym, None, None)
    at = np.linspace(-np.pi, np.pi, n)
    a = np.asarray(a)
    return cut(np.cos(at[:, None] * np.arange(a.shape[0])) @ a, M, sym)


@defines(signal.windows.general_hamming)
def general_hamming(M, alpha, sym=True, *, xp=None, device=None):
    n = length(M, sym, xp, device)
    return cut(alpha + (1.0 - alpha) * np.cos(np.linspace(-np.pi, np.pi, n)), M, sym)
