"""``scipy.linalg``: Schur's form, and functions of matrices that the user writes."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.runtime import schur_form, stop_gradient


@defines(linalg.schur)
def schur(a, output="real", lwork=None, overwrite_a=False, sort=None, check_finite=True):
    a = np.asarray(a)
    if a.ndim != 2 or callable(sort):
        unsupported("stacks, sort= by a function")
    if output in ("complex", "c") and a.dtype.kind != "c":
        a = a.astype(np.result_type(a, np.complex64))
    if sort is None:
        return schur_form(a)
    number = as_is(linalg.schur, stop_gradient(a), sort=sort)[2]
    t, z = schur_form(a, sort)
    return t, z, number


@defines(linalg.rsf2csf)
def rsf2csf(T, Z, check_finite=True):
    """Each block of two is turned into a triangle, from the last to the first."""
    t, z = np.asarray(T), np.asarray(Z)
    if t.ndim != 2 or z.ndim != 2:
        unsupported("stacks")
    dtype = np.result_type(t, z, np.complex64)
    t, z = t.astype(dtype), z.astype(dtype)
    small = np.finfo(np.float64).eps
    for m in range(t.shape[0] - 1, 0, -1):
        if np.abs(t[m, m - 1]) > small * (np.abs(t[m - 1, m - 1]) + np.abs(t[m, m])):
            mu = np.linalg.eigvals(t[m - 1 : m + 1, m - 1 : m + 1])[0] - t[m, m]
            r = np.sqrt(np.abs(mu) ** 2 + np.abs(t[m, m - 1]) ** 2)
            c, s = mu / r, t[m, m - 1] / r
            g = np.stack([np.stack([np.conj(c), s]), np.stack([-s, c])])
            back = np.conj(np.transpose(g))
            t[m - 1 : m + 1, m - 1 :] = g @ t[m - 1 : m + 1, m - 1 :]
            t[: m + 1, m - 1 : m + 1] = t[: m + 1, m - 1 : m + 1] @ back
            z[:, m - 1 : m + 1] = z[:, m - 1 : m + 1] @ back
        t[m, m - 1] = 0.0
    return t, z


@defines(linalg.funm)
def funm(A, func, disp=True):
    """By the eigenvalues, each of which stands once."""
    a = np.asarray(A)
    if a.ndim != 2 or not disp:
        unsupported("stacks, disp=False")
    w, v = np.linalg.eig(a)
    back = np.linalg.inv(v)
    gaps = np.abs(w[:, None] - w) + np.eye(a.shape[0])
    small = np.sqrt(np.finfo(np.result_type(a, np.float32)).eps)
    if np.any(gaps == 0.0) or not np.allclose((v * w) @ back, a, small, small * np.max(np.abs(a))):
        raise NotImplementedError("derivatives of a function of a matrix with equal eigenvalues")
    found = (v * func(w + 0j)) @ back
    if a.dtype.kind == "c":
        return found
    if np.any(np.abs(np.imag(found)) > small * np.max(np.abs(found))):
        raise NotImplementedError("derivatives of real matrices whose function is complex")
    return np.real(found)
