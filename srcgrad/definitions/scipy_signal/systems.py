"""``scipy.signal``: polynomials of transfer functions, and those of continuous systems made discrete."""

from __future__ import annotations

import warnings
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from scipy import signal
from scipy.signal import _filter_design

from srcgrad.definitions import as_is, defines, unsupported


def of_scipy(name: str) -> Any:
    """A function of SciPy's that is not public; the definition of nothing where there is none."""
    places = _filter_design, getattr(_filter_design, "_pu", None)
    found = [getattr(place, name, None) for place in places]
    return defines(*[function for function in found if callable(function)][:1])


@of_scipy("_is_int_type")
def _is_int_type(x):
    return np.ndim(x) == 0 and (isinstance(x, bool) or np.asarray(x).dtype.kind in "iu")


@of_scipy("_validate_fs")
def _validate_fs(fs, allow_none=True):
    if fs is None and not allow_none:
        raise ValueError("Sampling frequency can not be none.")
    if np.ndim(fs) != 0:
        raise ValueError("Sampling frequency fs must be a single scalar.")
    return fs if fs is None else float(fs)


def paired(zeros):
    """Whether each complex number has its conjugate among them."""
    return np.all(np.sort(np.imag(zeros)) == np.sort(-np.imag(zeros)))


@of_scipy("poly")
def poly(seq_of_zeros, *, xp=None):
    zeros = np.atleast_1d(np.asarray(seq_of_zeros))
    found = np.ones(1, zeros.dtype)
    nothing = np.zeros(1, zeros.dtype)
    for k in range(zeros.shape[0]):
        found = np.concatenate([found, nothing]) - zeros[k] * np.concatenate([nothing, found])
    if zeros.dtype.kind != "c":
        return found
    if not paired(zeros):
        raise NotImplementedError("derivatives of polynomials with complex coefficients")
    return np.real(found)


def leading(values):
    """How many of the first of them are zero."""
    return np.argmax(np.concatenate([values != 0, np.ones(1, bool)]))


@defines(signal.normalize)
def normalize(b, a):
    num, den = np.asarray(b), np.atleast_1d(np.asarray(a))
    if den.ndim != 1:
        raise ValueError("Denominator polynomial must be rank-1 array.")
    if num.ndim > 2:
        raise ValueError("Numerator polynomial must be rank-1 or rank-2 array.")
    if np.all(den == 0):
        raise ValueError("Denominator must have at least on nonzero element.")
    den = den[leading(den) :]
    num, den = np.atleast_1d(num) / den[0], den / den[0]
    small = np.abs(num) <= 1e-14
    number = leading(~(small if num.ndim == 1 else np.all(small, axis=0)))
    if number > 0:
        warnings.warn(
            "Badly conditioned filter coefficients (numerator): the results may be meaningless",
            signal.BadCoefficients,
            stacklevel=2,
        )
    num = num[..., np.minimum(number, num.shape[-1] - 1) :]
    return (num[0], den) if num.ndim == 2 and num.shape[0] == 1 else (num, den)


@of_scipy("_resize")
def _resize(a, new_shape, xp=None):
    return np.resize(a, new_shape)


@of_scipy("_validate_sos")
def _validate_sos(sos, xp=None):
    sos = np.atleast_2d(np.asarray(sos))
    if sos.ndim != 2:
        raise ValueError("sos array must be 2D")
    if sos.shape[1] != 6:
        raise ValueError("sos array must be shape (n_sections, 6)")
    if not np.all(sos[:, 3] == 1):
        raise ValueError("sos[:, 3] should be all ones")
    return sos, sos.shape[0]


def places_of(z, p, k, pairing):
    """Which two roots each section has, for the numerators and for the denominators."""
    sos = signal.zpk2sos(z, p, k, pairing)
    found = np.zeros((2, len(sos), 2), int)
    for which, roots in enumerate((z, p)):
        roots = padded(roots, 2 * len(sos))
        left = list(range(len(roots)))
        for k in reversed(range(len(sos))):  # the first, which has the gain too, takes the rest
            _, b, c = sos[k, 3 * which : 3 * which + 3]
            i, j = min(
                combinations(left, 2),
                key=lambda at: (
                    abs(roots[at[0]] + roots[at[1]] + b) + abs(roots[at[0]] * roots[at[1]] - c)
                ),
            )
            found[which, k] = i, j
            left.remove(i)
            left.remove(j)
    return found


def padded(values, size):
    return np.concatenate([values, np.zeros(size - values.shape[0])])


def with_roots(first, second):
    """Polynomials of second degree, highest power first."""
    return np.stack(
        [np.ones(first.shape), -np.real(first + second), np.real(first * second)], axis=-1
    )


@defines(signal.zpk2sos)
def zpk2sos(z, p, k, pairing=None, *, analog=False):
    if analog or pairing == "minimal":
        unsupported("an analog filter, or fewest zeros at the origin")
    z, p = np.atleast_1d(np.asarray(z)), np.atleast_1d(np.asarray(p))
    order = as_is(places_of, z, p, k, pairing)
    number = order.shape[1]
    z, p = padded(z, 2 * number), padded(p, 2 * number)
    gains = np.where(np.arange(number) == 0, k, 1.0)[:, None]
    above = with_roots(z[order[0, :, 0]], z[order[0, :, 1]])
    below = with_roots(p[order[1, :, 0]], p[order[1, :, 1]])
    return np.concatenate([gains * above, below], axis=1)


@defines(signal.sos2tf)
def sos2tf(sos):
    sos = np.asarray(sos)
    b = a = np.ones(1, np.result_type(sos, np.float32))
    for k in range(sos.shape[0]):
        b = np.convolve(b, sos[k, np.minimum(leading(sos[k, :3]), 2) : 3])
        a = np.convolve(a, sos[k, 3 + np.minimum(leading(sos[k, 3:]), 2) :])
    return b, a


def lags(taps, past, size):
    """What values of the past give to each of the next ``size``, by the taps but the first."""
    number = taps.shape[0]
    taps = np.concatenate([taps[1:], np.zeros(1)])
    past = np.concatenate([past, np.zeros(np.maximum(number - past.shape[0], 0))])[:number]
    found = np.convolve(taps, np.flip(past))[number - 1 :]
    return np.concatenate([found, np.zeros(np.maximum(size - number, 0))])[:size]


@defines(signal.lfiltic)
def lfiltic(b, a, y, x=None):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    y = np.atleast_1d(np.asarray(y))
    if a.ndim > 1 or b.ndim > 1 or y.ndim > 1:
        raise ValueError("Filter coefficients must be 1-D.")
    size = np.maximum(b.shape[0], a.shape[0]) - 1
    found = -lags(a, y, size)
    if x is not None:
        found = found + lags(b, np.atleast_1d(np.asarray(x)), size)
    if a[0] == 0.0:
        raise ValueError("First `a` filter coefficient must be non-zero.")
    given = (b, a, y) if x is None else (b, a, y, np.asarray(x))
    return (found / a[0]).astype(np.result_type(*given, np.float32))


@defines(signal.group_delay)
def group_delay(system, w=512, whole=False, fs=6.283185307179586):
    b, a = np.atleast_1d(np.asarray(system[0])), np.atleast_1d(np.asarray(system[1]))
    if b.dtype.kind == "c" or a.dtype.kind == "c":
        unsupported("complex coefficients")
    fs = _validate_fs(fs, allow_none=False)
    w = 512 if w is None else w
    if _is_int_type(w):
        w = np.linspace(0.0, 2.0 * np.pi if whole else np.pi, w, endpoint=False)
    else:
        w = 2.0 * np.pi * np.atleast_1d(np.asarray(w)) / fs
    c = np.convolve(b, np.flip(a))
    waves = np.exp(-1j * w[:, None] * np.arange(c.shape[0]))
    below = waves @ (c + 0j)
    found = np.real(waves @ (c * np.arange(c.shape[0]) + 0j) / below) - a.shape[0] + 1
    finite = np.isfinite(found)
    if not np.all(finite):
        warnings.warn("The group delay is singular at frequencies, setting to 0", stacklevel=2)
    elif np.any(np.abs(below) < 10 * np.finfo(float).eps):
        warnings.warn("The filter's denominator is extremely small at frequencies", stacklevel=2)
    return w * (fs / (2.0 * np.pi)), np.where(finite, found, 0.0)


def characteristic(A):
    """The characteristic polynomial of a matrix, by traces (Faddeev and LeVerrier)."""
    size = A.shape[0]
    if size > 8:
        raise NotImplementedError("derivatives of transfer functions of more than 8 states")
    power, found = np.zeros(A.shape), np.zeros(size + 1)
    found[0] = 1.0
    for k in range(1, size + 1):
        power = A @ power + found[k - 1] * np.eye(size)
        found[k] = -np.trace(A @ power) / k
    return found


def precise(parts):
    """Arrays of double precision, or of whole numbers."""
    for part in parts:
        if np.asarray(part).dtype not in (np.float64, np.int64):
            unsupported("another precision, or complex numbers")


@defines(signal.ss2tf)
def ss2tf(A, B, C, D, input=0):
    if A is None or B is None or C is None or D is None:
        unsupported("a matrix that is left out")
    precise((A, B, C, D))
    a, b = np.atleast_2d(np.asarray(A)), np.atleast_2d(np.asarray(B))
    c, d = np.atleast_2d(np.asarray(C)), np.atleast_2d(np.asarray(D))
    if input >= d.shape[1]:
        raise ValueError("System does not have the input specified.")
    column, passed = b[:, input : input + 1], d[:, input]
    den = characteristic(a)
    above = [
        characteristic(a - column @ c[k : k + 1]) + (passed[k] - 1.0) * den
        for k in range(c.shape[0])
    ]
    return np.stack(above), den


def powers_of(size):
    """The coefficients of ``(s + 1)**k (s - 1)**(size - 1 - k)``, highest first, one a column."""
    rows = [np.array([comb(k, i) for i in range(size)]) for k in range(size)]
    falling = [np.convolve(rows[size - 1 - k], [1]) for k in range(size)]
    signs = (-1.0) ** np.arange(size)
    return np.stack(
        [np.convolve(rows[k], falling[k] * signs)[:size] for k in range(size)], axis=1
    ).astype(float)


@defines(signal.bilinear)
def bilinear(b, a, fs=1.0):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    if b.ndim != 1 or a.ndim != 1:
        unsupported("several filters")
    fs = _validate_fs(fs, allow_none=False)
    size = np.maximum(b.shape[0] - leading(b), a.shape[0] - leading(a))
    b, a = b[np.maximum(b.shape[0] - size, 0) :], a[np.maximum(a.shape[0] - size, 0) :]
    return normalize(moved(b, size, fs), moved(a, size, fs))


def moved(values, size, fs):
    """Coefficients in powers of ``z``, highest first, of those in powers of ``s``."""
    order = np.arange(size - values.shape[0], size)
    scale = np.sqrt(fs * 2.0) ** (size - 1.0 - 2.0 * order)
    return as_is(powers_of, size)[:, order] @ (values * scale)
