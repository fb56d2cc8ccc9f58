"""What generated code calls for derivatives of integrals. SciPy does them: the user has imported it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np


def integrated(
    function: Callable[..., Any],
    low: Any,
    high: Any,
    args: tuple[Any, ...],
    options: tuple[Any, ...],
) -> tuple[Any, ...]:
    """The integrals over ``t`` of all results of ``function(t, *args)``, as new arrays.

    ``options`` are the absolute and the relative error that are asked for, the most intervals, and
    where there are kinks, or None.
    """
    from scipy.integrate import IntegrationWarning, quad, quad_vec

    low, high = float(low), float(high)
    first = _results(function(_between(low, high), *args))
    absolute, relative, limit, points = options
    wanted: Any = {"epsabs": absolute, "epsrel": relative, "limit": limit, "points": points}

    def flat(t: float) -> Any:
        return np.concatenate([np.ravel(y) for y in _results(function(t, *args))])

    size = sum(np.size(y) for y in first)
    if low == high or size == 0:
        total = np.zeros(size)
    elif size == 1:
        total = np.array([quad(lambda t: flat(t)[0], low, high, **wanted)[0]])
    else:
        sign = 1.0 if low < high else -1.0
        found = quad_vec(
            flat, min(low, high), max(low, high), norm="max", full_output=True, **wanted
        )
        total, about = sign * found[0], found[2]
        if not about.success:
            warnings.warn(
                f"the derivative of an integral: {about.message}", IntegrationWarning, stacklevel=2
            )
    results, at = [], 0
    for y in first:
        piece = total[at : at + np.size(y)].reshape(np.shape(y)).astype(np.asarray(y).dtype)
        results.append(piece if piece.ndim else piece[()])
        at += np.size(y)
    return tuple(results)


def _results(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


def _between(low: float, high: float) -> float:
    """A number between two, which may be infinite."""
    if np.isfinite(low) and np.isfinite(high):
        return 0.5 * (low + high)
    if np.isfinite(low):
        return low + np.copysign(1.0, high)
    return high + np.copysign(1.0, low) if np.isfinite(high) else 0.0
