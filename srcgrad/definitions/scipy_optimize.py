"""``scipy.optimize``: the function of Rosenbrock, and least squares with bounds that hold or not."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from srcgrad.definitions import as_is, defines, unsupported
from srcgrad.runtime import stop_gradient


@defines(optimize.rosen)
def rosen(x):
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)


@defines(optimize.rosen_der)
def rosen_der(x):
    x = np.asarray(x)
    gap = x[1:] - x[:-1] ** 2
    none = np.zeros_like(x[:1])
    left = np.concatenate((-400 * gap * x[:-1] - 2 * (1 - x[:-1]), none))
    return left + np.concatenate((none, 200 * gap))


@defines(optimize.rosen_hess_prod)
def rosen_hess_prod(x, p):
    return optimize.rosen_hess(x) @ np.atleast_1d(p)


@defines(optimize.rosen_hess)
def rosen_hess(x):
    x = np.atleast_1d(x)
    none = np.zeros_like(x[:1])
    beside = -400 * x[:-1]
    inner = np.concatenate((1200 * x[:-1] ** 2 - 400 * x[1:] + 2, none))
    middle = inner + np.concatenate((none, 200 + 0.0 * x[1:]))
    return np.diag(middle) + np.diag(beside, 1) + np.diag(beside, -1)


def moving(found, formula):
    """What a solver found, with the derivatives of a formula for it."""
    return found + (formula - stop_gradient(formula))


@defines(optimize.nnls)
def nnls(A, b, **options):
    a, b = np.asarray(A), np.asarray(b)
    if "atol" in options or a.ndim != 2 or b.ndim != 1:
        unsupported("atol=, several right sides")
    a, b = a.astype(np.float64), b.astype(np.float64)
    found = as_is(nonnegative, stop_gradient(a), stop_gradient(b))
    found = np.reshape(np.asarray(found, dtype=np.float64), a.shape[1])
    free = found > 0.0
    x = moving(found, np.linalg.pinv(a * free) @ b * free)
    return x, np.linalg.norm(a @ x - b)


def nonnegative(a, b):
    return optimize.nnls(a, b)[0]


def bounded(a, b, low, high, options):
    """The solution of ``lsq_linear``, what is left of the right side, and half its square."""
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != np.float64 or b.dtype != np.float64 or b.ndim != 1:
        unsupported("single precision, several right sides")
    low, high = low + np.zeros(a.shape[1]), high + np.zeros(a.shape[1])
    given = [stop_gradient(x) for x in (a, b, low, high)]
    found = np.reshape(np.asarray(as_is(least, *given, **options), dtype=np.float64), (2, -1))
    free = found[1] == 0.0
    edge = np.where(free, 0.0, np.where(found[1] < 0.0, low, high))
    x = moving(found[0], edge + np.linalg.pinv(a * free) @ (b - a @ edge) * free)
    residual = a @ x - b
    return x, residual, 0.5 * residual @ residual


def least(a, b, low, high, **options):
    """What ``lsq_linear`` finds, and which numbers of it are at a bound."""
    found = optimize.lsq_linear(a, b, (low, high), **options)
    return np.stack((found.x, found.active_mask))
