"""``scipy.signal``: polynomials of transfer functions, and those of continuous systems made discrete."""

from __future__ import annotations

import warnings
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
    b, a = b[leading(b) :], a[leading(a) :]
    size = np.maximum(b.shape[0], a.shape[0])
    return normalize(moved(b, size, fs), moved(a, size, fs))


def moved(values, size, fs):
    """Coefficients in powers of ``z``, highest first, of those in powers of ``s``."""
    order = np.arange(size - values.shape[0], size)
    scale = np.sqrt(fs * 2.0) ** (size - 1.0 - 2.0 * order)
    return as_is(powers_of, size)[:, order] @ (values * scale)
