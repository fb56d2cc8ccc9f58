"""``scipy.optimize``: the function of Rosenbrock, by which optimisers are tried out."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from srcgrad.definitions import defines


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
