"""Recursive filters along an axis, and the correlations that are their adjoints by coefficients."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


def filtered(b: Any, a: Any, x: Any, axis: int) -> Any:
    """``scipy.signal.lfilter`` from rest."""
    if np.size(x) == 0:
        return np.zeros(np.shape(x), np.result_type(b, a, x))
    return importlib.import_module("scipy.signal").lfilter(b, a, x, axis)


def lags(v: Any, u: Any, number: int, axis: int) -> Any:
    """The sums of ``v[n] * u[n - k]`` along an axis and over all others, for ``k`` up to ``number``."""
    v, u = np.moveaxis(v, axis, 0), np.moveaxis(u, axis, 0)
    found = np.zeros(number, np.result_type(v, u))
    for k in range(min(number, len(v))):
        found[k] = np.sum(v[k:] * u[: len(u) - k])
    return found
