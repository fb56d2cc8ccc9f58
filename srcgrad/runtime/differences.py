"""Derivatives of ``scipy.special`` by parameters for which there is no formula, by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# what has neither a pole nor an end of its domain in the parameter; all else may have one at 0
ENTIRE = {"jv", "jve", "yv", "yve", "iv", "ive", "kv", "kve", "struve", "modstruve"}
ENTIRE |= {"hankel1", "hankel1e", "hankel2", "hankel2e"}
ENTIRE |= {"eval_genlaguerre", "eval_gegenbauer", "eval_jacobi"}


def difference(name: str, places: tuple[int, ...], *xs: Any) -> Any:
    """The mixed derivative of ``scipy.special.<name>(*xs)`` by the arguments ``places``.

    Central differences of fourth order (Abramowitz & Stegun 25.3.6), computed in double precision;
    their error is about 1e-11 of the size of the function. ``zeta_above_1(x, q)`` is
    ``zeta(1 + x, q)``, so that steps do not come near the pole.
    """
    import scipy.special as special

    def zeta_above_1(x: Any, q: Any) -> Any:
        return np.where(q == 1.0, special.zeta(x + 1.0), special.zeta(x + 1.0, q))

    function = zeta_above_1 if name == "zeta_above_1" else getattr(special, name)
    wide = [np.asarray(x, np.result_type(x, np.float64)) for x in xs]
    dtype = np.result_type(*xs)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    with np.errstate(all="ignore"):
        found = _slope(function, places, wide, name in ENTIRE)
    if found.dtype.kind == "c":  # also of real numbers
        dtype = np.result_type(dtype, np.complex64)
    return np.asarray(found, dtype)[()]


def _slope(
    function: Callable[..., Any], places: tuple[int, ...], xs: list[Any], entire: bool
) -> Any:
    if not places:
        return function(*xs)
    *rest, k = places
    size = np.abs(xs[k])
    relative = np.where(size == 0.0, 1.0, np.minimum(size, np.sqrt(size)))
    step = 1e-3 * (np.maximum(1.0, np.sqrt(size)) if entire else relative)

    def moved(number: int) -> Any:
        moved_xs = [*xs[:k], xs[k] + number * step, *xs[k + 1 :]]
        return _slope(function, tuple(rest), moved_xs, entire)

    return (8.0 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12.0 * step)


def with_place(places: tuple[int, ...], k: int) -> tuple[int, ...]:
    """The arguments ``places``, and the argument ``k``."""
    return (*places, k)
