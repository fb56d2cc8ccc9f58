"""``scipy.linalg``: matrices of a special form, and systems of them."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.definitions.scipy_linalg.basics import alone
from srcgrad.definitions.scipy_linalg.factors import turned
from srcgrad.runtime import band_solve, band_transposed, stop_gradient

# --- matrices made of a few numbers ------------------------------------------------------------------


@defines(linalg.hankel)
def hankel(c, r=None):
    c = np.ravel(c)
    r = np.zeros_like(c) if r is None else np.ravel(r)
    line = np.concatenate((c, r[1:]))
    return line[np.arange(c.shape[0])[:, None] + np.arange(r.shape[0])[None, :]]


@defines(linalg.companion)
def companion(a):
    a = np.asarray(a)
    if a.ndim != 1:
        unsupported("stacks")
    first = -a[1:] / a[0]
    return np.concatenate(
        (first[None, :], np.eye(a.shape[0] - 2, a.shape[0] - 1, dtype=first.dtype))
    )


@defines(linalg.leslie)
def leslie(f, s):
    f, s = np.asarray(f), np.asarray(s)
    if f.ndim != 1:
        unsupported("stacks")
    return np.concatenate((f[None, :], np.zeros((s.shape[0], f.shape[0])))) + np.diag(s, -1)


@defines(linalg.fiedler)
def fiedler(a):
    a = np.asarray(a)
    return np.abs(a[..., :, None] - a[..., None, :])


@defines(linalg.convolution_matrix)
def convolution_matrix(a, n, mode="full"):
    a = np.asarray(a)
    if a.ndim != 1 or mode != "full":
        unsupported("stacks, or this mode")
    zeros = np.zeros(n - 1, dtype=a.dtype)
    line = np.concatenate((zeros, a, zeros))
    rows, columns = np.arange(a.shape[0] + n - 1)[:, None], np.arange(n)[None, :]
    return line[rows - columns + n - 1]


@defines(linalg.khatri_rao)
def khatri_rao(a, b):
    a, b = np.asarray(a), np.asarray(b)
    products = a[..., :, None, :] * b[..., None, :, :]
    return np.reshape(products, (*products.shape[:-3], -1, products.shape[-1]))


@defines(linalg.diagsvd)
def diagsvd(s, M, N):
    alone(1, s)
    whole = np.diag(s)
    below = np.zeros((M - whole.shape[0], whole.shape[1]), whole.dtype)
    beside = np.zeros((M, N - whole.shape[1]), whole.dtype)
    return np.concatenate((np.concatenate((whole, below)), beside), axis=1)


# --- Toeplitz and circulant matrices -------------------------------------------------------------------


def of_lines(c_or_cr):
    if isinstance(c_or_cr, tuple):
        return linalg.toeplitz(c_or_cr[0], c_or_cr[1])
    return linalg.toeplitz(c_or_cr)


@defines(linalg.solve_toeplitz)
def solve_toeplitz(c_or_cr, b, check_finite=True):
    alone(2, b)
    return np.linalg.solve(of_lines(c_or_cr), b * np.ones((), np.float64))


@defines(linalg.matmul_toeplitz)
def matmul_toeplitz(c_or_cr, x, check_finite=False, workers=None):
    alone(2, x)
    return of_lines(c_or_cr) @ x


@defines(linalg.solve_circulant)
def solve_circulant(c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0):
    c, b = np.asarray(c), np.asarray(b)
    if singular != "raise" or c.ndim != 1 or b.ndim > 2 or (baxis, outaxis) != (0, 0):
        unsupported("stacks, other axes, singular matrices")
    spectrum = np.fft.fft(c)
    spectrum = spectrum if b.ndim == 1 else spectrum[:, None]
    found = np.fft.ifft(np.fft.fft(b, axis=0) / spectrum, axis=0)
    return found if c.dtype.kind == "c" or b.dtype.kind == "c" else np.real(found)


# --- bands -------------------------------------------------------------------------------------------


@defines(linalg.solve_banded)
def solve_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    alone(2, ab, b)
    lower, upper = l_and_u
    return band_solve(np.asarray(ab), np.asarray(b), lower, upper)


def both_sides(ab, lower):
    """All diagonals of a symmetric or Hermitian matrix of which those of one side are given."""
    alone(2, ab)
    ab = np.asarray(ab)
    width = ab.shape[0] - 1
    if lower:
        other = np.conj(band_transposed(ab, width, 0))
        return np.concatenate((other[:-1], ab)), width
    return np.concatenate((ab, np.conj(band_transposed(ab, 0, width))[1:])), width


@defines(linalg.solveh_banded)
def solveh_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    alone(2, b)
    whole, width = both_sides(ab, lower)
    return band_solve(whole, np.asarray(b), width, width)


def lower_matrix(ab, lower):
    """The matrix of which the lower (or upper) diagonals are the rows of ``ab``, whole."""
    alone(2, ab)
    ab = np.asarray(ab)
    if not lower:
        ab = np.conj(band_transposed(ab, 0, ab.shape[0] - 1))
    n = ab.shape[1]
    rows, columns = np.arange(n)[:, None], np.arange(n)[None, :]
    near = (rows >= columns) & (rows - columns < ab.shape[0])
    half = np.where(near, ab[np.where(near, rows - columns, 0), columns], 0.0)
    return half + np.conj(np.transpose(np.tril(half, -1)))


@defines(linalg.eigvals_banded)
def eigvals_banded(a_band, lower=False, overwrite_a_band=False, select="a", **options):
    if select not in ("a", "all"):
        unsupported("a part of the spectrum")
    return np.linalg.eigvalsh(lower_matrix(a_band, lower))


@defines(linalg.eigvalsh_tridiagonal)
def eigvalsh_tridiagonal(d, e, select="a", **options):
    alone(1, d, e)
    if select not in ("a", "all"):
        unsupported("a part of the spectrum")
    return np.linalg.eigvalsh(np.diag(d) + np.diag(e, -1))


@defines(linalg.eigh_tridiagonal)
def eigh_tridiagonal(d, e, eigvals_only=False, select="a", **options):
    alone(1, d, e)
    if select not in ("a", "all"):
        unsupported("a part of the spectrum")
    w, v = np.linalg.eigh(np.diag(d) + np.diag(e, -1))
    if eigvals_only:
        return w
    given = as_is(linalg.eigh_tridiagonal, stop_gradient(d), stop_gradient(e))
    return w, turned(v, given[1])


@defines(linalg.eig_banded)
def eig_banded(
    a_band, lower=False, eigvals_only=False, overwrite_a_band=False, select="a", **options
):
    if select not in ("a", "all"):
        unsupported("a part of the spectrum")
    w, v = np.linalg.eigh(lower_matrix(a_band, lower))
    if eigvals_only:
        return w
    return w, turned(v, as_is(linalg.eig_banded, stop_gradient(a_band), lower)[1])


@defines(linalg.cholesky_banded)
def cholesky_banded(ab, overwrite_ab=False, lower=False, check_finite=True):
    half = np.linalg.cholesky(lower_matrix(ab, lower))
    n, width = half.shape[0], np.shape(ab)[0]
    rows = np.arange(width)[:, None] + np.arange(n)[None, :]
    inside = rows < n
    found = np.where(inside, half[np.where(inside, rows, 0), np.arange(n)[None, :]], 0.0)
    found = found if lower else np.conj(band_transposed(found, width - 1, 0))
    given = np.asarray(ab)
    inside = inside if lower else np.flip(inside)
    return np.where(inside, found, given)  # what is not read stays


@defines(linalg.cho_solve_banded)
def cho_solve_banded(cb_and_lower, b, overwrite_b=False, check_finite=True):
    cb, lower = cb_and_lower
    alone(2, cb, b)
    cb = np.asarray(cb)
    width = cb.shape[0] - 1
    if lower:
        half, other = (
            band_solve(cb, np.asarray(b), width, 0),
            np.conj(band_transposed(cb, width, 0)),
        )
        return band_solve(other, half, 0, width)
    other = np.conj(band_transposed(cb, 0, width))
    return band_solve(cb, band_solve(other, np.asarray(b), width, 0), 0, width)
