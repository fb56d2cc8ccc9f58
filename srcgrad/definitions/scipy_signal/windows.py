"""``scipy.signal.windows``: windows by their parameters."""

from __future__ import annotations

import numpy as np
from scipy import signal, special

from srcgrad.definitions import defines, unsupported


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
