"""What generated code calls where differential equations are solved. SciPy does it: it is imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def trajectory(found: Any) -> tuple[Any, Any, bool]:
    """What ``solve_ivp`` found: the values, the times, and whether it came to the end."""
    return np.array(found.y, dtype=np.float64), np.array(found.t, dtype=np.float64), found.success


def flowed(
    function: Callable[..., Any],
    start: Any,
    y0: Any,
    times: Any,
    args: tuple[Any, ...],
    names: tuple[str, ...],
    options: tuple[Any, ...],
) -> Any:
    """The solution of ``dy/dt = function(t, y, *args)`` at ``times``, a column for each.

    ``y0`` is the value at ``start``, and ``names`` are the ``options`` of ``solve_ivp``. Raises ``SolveError``
    if that does not come to the end.
    """
    from scipy.integrate import solve_ivp

    times, start = np.asarray(times), float(start)
    if times.size == 0 or np.all(times == start):
        return np.repeat(np.array(y0, dtype=np.float64)[:, None], times.size, axis=1)
    wanted: Any = dict(zip(names, options, strict=True))
    tolerance = np.asarray(wanted.get("atol", 1e-6))
    if tolerance.ndim:
        more = np.full(np.size(y0) - tolerance.size, tolerance.min())
        wanted["atol"] = np.concatenate([tolerance, more])
    span = start, float(times[-1])
    found = solve_ivp(lambda t, y: function(t, y, *args), span, y0, t_eval=times, **wanted)
    if not found.success or found.y.shape[1] != times.size:
        from srcgrad.errors import SolveError

        raise SolveError(
            f"the derivative of a differential equation was not found: {found.message}\n"
            "  why: it is the solution of a larger equation, which has the same method and tolerances\n"
            "  try: choose a method for stiff equations, or other tolerances"
        )
    return np.array(found.y)
