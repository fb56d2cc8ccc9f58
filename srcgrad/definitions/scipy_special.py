"""``scipy.special``: sums of exponentials and the functions made of them."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcgrad.definitions import defines, unsupported


@defines(special.logsumexp)
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    a = np.asarray(a)
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    weights = np.exp(a - top)
    if b is not None:
        weights = b * weights
    total = np.sum(weights, axis=axis, keepdims=True)
    if not return_sign:
        return unkept(np.log(total) + top, axis, keepdims)
    if a.dtype.kind == "c":
        unsupported("return_sign=True of complex numbers")
    found = unkept(np.log(np.abs(total)) + top, axis, keepdims)
    return found, unkept(np.sign(total), axis, keepdims)


def unkept(found, axis, keepdims):
    if keepdims:
        return found
    return np.ravel(found)[0] if axis is None else np.squeeze(found, axis=axis)


@defines(special.softmax)
def softmax(x, axis=None):
    weights = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return weights / np.sum(weights, axis=axis, keepdims=True)


@defines(special.log_softmax)
def log_softmax(x, axis=None):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


@defines(special.huber)
def huber(delta, r):
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * r * r, delta * (size - 0.5 * delta))


@defines(special.pseudo_huber)
def pseudo_huber(delta, r):
    return delta * delta * (np.sqrt(1.0 + (r / delta) ** 2) - 1.0)


@defines(special.multigammaln)
def multigammaln(a, d):
    found = 0.25 * d * (d - 1) * np.log(np.pi)
    for k in range(d):
        found = found + special.gammaln(a - 0.5 * k)
    return found


@defines(special.agm)
def agm(a, b):  # DLMF 19.8.5
    return np.pi / 4 * (a + b) / special.ellipk(((a - b) / (a + b)) ** 2)


@defines(special.comb)
def comb(N, k, *, exact=False, repetition=False):
    if exact:
        unsupported("exact=True")
    n = np.asarray(N + k - 1 if repetition else N)
    fits = (k <= n) & (n >= 0) & (np.asarray(k) >= 0)
    return np.where(fits, special.binom(n, np.asarray(k)), 0.0)[()]


@defines(special.factorial)
def factorial(n, exact=False, extend="zero"):
    if exact or extend != "zero":
        unsupported("exact=True, extend=")
    n = np.asarray(n, dtype=np.float64) if np.ndim(n) > 0 else np.asarray(n)
    return np.where(n < 0, 0.0, special.gamma(n + 1.0))[()]


@defines(special.kelvin)
def kelvin(x):
    functions = (special.ber, special.bei, special.ker, special.kei)
    slopes = (special.berp, special.beip, special.kerp, special.keip)
    b, b_i, k, k_i = [function(x) for function in functions]
    bp, bp_i, kp, kp_i = [function(x) for function in slopes]
    return b + 1j * b_i, k + 1j * k_i, bp + 1j * bp_i, kp + 1j * kp_i


# --- derivatives of Bessel functions: DLMF 10.6.7 and 10.29.5, 10.51.1 and 10.51.4 --------------


def neighbours(function, v, z, n, step, last):
    if not isinstance(n, int) or n < 0:
        unsupported("an order of the derivative that is not known")
    if n == 0:
        return function(v, z)
    found = function(v - n, z)
    for k in range(1, n + 1):
        found = found + step**k * math.comb(n, k) * function(v - n + 2 * k, z)
    return last**n * found / np.float64(2.0**n)


@defines(special.jvp)
def jvp(v, z, n=1):
    return neighbours(special.jv, v, z, n, -1, 1)


@defines(special.yvp)
def yvp(v, z, n=1):
    return neighbours(special.yv, v, z, n, -1, 1)


@defines(special.h1vp)
def h1vp(v, z, n=1):
    return neighbours(special.hankel1, v, z, n, -1, 1)


@defines(special.h2vp)
def h2vp(v, z, n=1):
    return neighbours(special.hankel2, v, z, n, -1, 1)


@defines(special.ivp)
def ivp(v, z, n=1):
    return neighbours(special.iv, v, z, n, 1, 1)


@defines(special.kvp)
def kvp(v, z, n=1):
    return neighbours(special.kv, v, z, n, 1, -1)


def of_sphere(function, n, z, derivative, sign, last):
    if not derivative:
        return function(n, z)
    before = n * function(np.abs(n - 1), z)
    return last * (before + sign * (n + 1) * function(n + 1, z)) / (2 * n + 1)


@defines(special.spherical_jn)
def spherical_jn(n, z, derivative=False):
    return of_sphere(special.spherical_jn, n, z, derivative, -1, 1)


@defines(special.spherical_yn)
def spherical_yn(n, z, derivative=False):
    return of_sphere(special.spherical_yn, n, z, derivative, -1, 1)


@defines(special.spherical_in)
def spherical_in(n, z, derivative=False):
    return of_sphere(special.spherical_in, n, z, derivative, 1, 1)


@defines(special.spherical_kn)
def spherical_kn(n, z, derivative=False):
    return of_sphere(special.spherical_kn, n, z, derivative, 1, -1)


@defines(special.diric)
def diric(x, n):
    if not isinstance(n, int) or n < 1:
        unsupported("n that is not a whole number above 0")
    x = np.asarray(x).astype(np.float64)
    half = 0.5 * x
    low = np.abs(np.sin(half)) < 1e-9
    safe = np.where(low, 1.0, half)
    ends = np.power(-1.0, np.round(half / np.pi) * (n - 1))
    return np.where(low, ends, np.sin(n * safe) / (n * np.sin(safe)))
