"""Functions of distributions of ``scipy.stats``, and slopes that have no formula. SciPy is loaded.

What a distribution function is the integral of, and what a quantile solves, say their derivatives; of
others, as by shapes, they are differences: of the sixth order, with steps that become smaller until two
of them agree; NaN where none do. At a kink they are the mean of both sides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = (2e-2, 5e-3, 1e-3, 2e-4, 2e-5)  # relative
AGREED = 1e-7


def _called(name: str, method: str, *args: Any) -> Any:
    found = getattr(getattr(sys.modules["scipy.stats"], name), method)
    return found(*(arg for arg in args if arg is not None))


def dist_density(
    z: Any, name: str, method: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """A density or its logarithm, of the standard distribution of these shapes."""
    return _called(name, method, z, s0, s1, s2, s3)


def dist_below(
    z: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The distribution function."""
    return _called(name, "cdf", z, s0, s1, s2, s3)


def dist_above(
    z: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The survival function."""
    return _called(name, "sf", z, s0, s1, s2, s3)


def dist_log_below(
    z: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The logarithm of the distribution function."""
    return _called(name, "logcdf", z, s0, s1, s2, s3)


def dist_log_above(
    z: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The logarithm of the survival function."""
    return _called(name, "logsf", z, s0, s1, s2, s3)


def dist_quantile(
    q: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """Where the distribution function is ``q``."""
    return _called(name, "ppf", q, s0, s1, s2, s3)


def dist_upper_quantile(
    q: Any, name: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """Where the survival function is ``q``."""
    return _called(name, "isf", q, s0, s1, s2, s3)


def dist_mass(
    k: Any, name: str, method: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """A function of a discrete distribution at whole numbers."""
    return _called(name, method, k, s0, s1, s2, s3)


def dist_moment(
    name: str, method: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The mean, the variance or the entropy."""
    return np.asarray(_called(name, method, s0, s1, s2, s3), np.float64)[()]


# --- slopes -----------------------------------------------------------------------------------------


def slope_at(
    z: Any, name: str, method: str, s0: Any = None, s1: Any = None, s2: Any = None, s3: Any = None
) -> Any:
    """The slope of a density by its point, which stays inside of the support."""
    low, high = _called(name, "support", s0, s1, s2, s3)
    with np.errstate(all="ignore"):
        room = np.minimum(1.0, np.minimum(np.subtract(z, low), np.subtract(high, z)) / 4.0)
    found = _slope(lambda x: _called(name, method, x, s0, s1, s2, s3), z, np.maximum(room, 0.0))
    return np.where((np.asarray(z) > low) & (np.asarray(z) < high), found, 0.0)[()]


def slope_by(
    z: Any,
    name: str,
    method: str,
    k: int,
    s0: Any = None,
    s1: Any = None,
    s2: Any = None,
    s3: Any = None,
) -> Any:
    """The slope of a function of a distribution by its ``k``-th shape; ``z`` is None for moments."""
    shapes = [s0, s1, s2, s3]

    def moved(shape: Any) -> Any:
        return _called(name, method, z, *shapes[:k], shape, *shapes[k + 1 :])

    at = np.asarray(shapes[k], np.float64)
    return _slope(moved, at, np.where(at == 0.0, 1.0, np.abs(at)))[()]


@np.errstate(all="ignore")
def _slope(f: Callable[[Any], Any], at: Any, unit: Any) -> Any:
    """The slope of ``f``: the difference with the largest step that agrees with the next one."""
    at, value = np.asarray(at, np.float64), np.asarray(f(at), np.float64)
    found = np.full(np.broadcast_shapes(value.shape, at.shape), np.nan)
    before = _difference(f, at, STEPS[0] * unit)
    for step in STEPS[1:]:
        after = _difference(f, at, step * unit)
        near = AGREED * (np.abs(before) + np.abs(after)) + 1e-10 * np.abs(value) + 1e-13 / unit
        agrees = np.isnan(found) & (np.abs(after - before) <= near)
        found = np.where(agrees, after, found)
        if not np.any(np.isnan(found)):
            break
        before = after
    return found


def _difference(f: Callable[[Any], Any], at: Any, h: Any) -> Any:
    one, two, three = (np.subtract(f(at + k * h), f(at - k * h)) for k in (1, 2, 3))
    return (45.0 * one - 9.0 * two + three) / (60.0 * h)
