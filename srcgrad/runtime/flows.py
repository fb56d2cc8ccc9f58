"""What generated code calls where differential equations are solved. SciPy does it: it is imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def trajectory(found: Any) -> tuple[Any, Any, bool]:
    """What ``solve_ivp`` found: the values, the times, and whether it came to the end."""
    return np.array(found.y, dtype=np.float64), np.array(found.t, dtype=np.float64), found.success


def interpolated(found: Any, times: Any, single: bool) -> Any:
    """What ``solve_ivp`` found, at other times: a column for each; a ``single`` one is asked for alone."""
    return np.array(found.sol(times[0])[:, None] if single else found.sol(times))


def in_order(times: Any, start: float) -> tuple[Any, Any]:
    """The times once each, as they follow from ``start`` on, and which of them each one is."""
    once, places = np.unique(times, return_inverse=True)
    if once[0] < start:
        return once[::-1], len(once) - 1 - places
    return once, places


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
    wanted = _settings(names, options)
    tolerance = np.asarray(wanted.get("atol", 1e-6))
    if tolerance.ndim:
        more = np.full(np.size(y0) - tolerance.size, tolerance.min())
        wanted["atol"] = np.concatenate([tolerance, more])
    once, places = in_order(times, start)
    span = start, float(once[-1])
    found = solve_ivp(lambda t, y: function(t, y, *args), span, y0, t_eval=once, **wanted)
    if not found.success or found.y.shape[1] != once.size:
        raise _not_found(found.message)
    return np.array(found.y[:, places])


def few_columns(count: int, width: int, y_bar: Any) -> bool:
    """Whether forward sensitivities by ``width`` numbers cost less than costates.

    These are one system of that many equations, which starts anew where ``y_bar`` is not zero.
    """
    return bool(count * width <= 100 + 10 * np.count_nonzero(np.any(y_bar != 0.0, axis=0)))


def costates(
    function: Callable[..., Any],
    back: Callable[..., Any],
    start: Any,
    y0: Any,
    times: Any,
    args: tuple[Any, ...],
    names: tuple[str, ...],
    options: tuple[Any, ...],
    y_bar: Any,
) -> Any:
    """The adjoints of ``y0``, and of what ``function`` reads, from those of the values at ``times``.

    ``back(t, y, *args, w)`` gives the adjoints of ``t``, ``y`` and what is read. The solution is
    computed once more, and what lies between its steps is interpolated; each step back is one reverse
    sweep of ``function``. Raises ``SolveError`` if a solver does not come to the end.
    """
    from scipy.integrate import solve_ivp

    times, start, n = np.asarray(times), float(start), np.size(y0)
    once, places = in_order(times, start) if times.size else (times, times.astype(int))
    each = np.zeros((n, once.size))
    np.add.at(each.T, places, np.transpose(y_bar))
    times, y_bar = once, each
    wanted = _settings(names, options)
    method, rtol = wanted.get("method", "RK45"), float(wanted.get("rtol", 1e-3))
    atol = float(np.min(wanted.get("atol", 1e-6)))
    wanted |= {"method": method, "rtol": max(0.1 * rtol, 3e-14), "atol": 0.1 * atol}
    y = _between(function, start, y0, times, args, wanted)

    def slope(t: float, z: Any) -> Any:
        bars = back(t, y(t), *args, z[:n])[1:]
        return -np.concatenate([np.ravel(bar) for bar in bars])

    scale = float(np.max(np.abs(y_bar), initial=0.0)) or 1.0
    wanted |= {"rtol": rtol, "atol": min(atol, rtol)}
    z = np.zeros_like(slope(start, np.zeros(n)))
    stops = [int(k) for k in np.flatnonzero(np.any(y_bar != 0.0, axis=0))]
    for number, k in reversed(list(enumerate(stops))):
        z[:n] += y_bar[:, k] / scale
        before = float(times[stops[number - 1]]) if number else start
        if before != times[k] and np.any(z):
            found = solve_ivp(slope, (float(times[k]), before), z, t_eval=[before], **wanted)
            if not found.success:
                raise _not_found(found.message)
            z = np.array(found.y[:, -1])
    return scale * z


def _between(
    function: Callable[..., Any], start: float, y0: Any, times: Any, args: Any, wanted: Any
) -> Callable[[float], Any]:
    """The solution, at any time."""
    from scipy.integrate import solve_ivp

    y0 = np.array(y0, dtype=np.float64)
    if times.size == 0 or times[-1] == start:
        return lambda t: y0
    span = start, float(times[-1])
    found = solve_ivp(lambda t, y: function(t, y, *args), span, y0, dense_output=True, **wanted)
    if not found.success:
        raise _not_found(found.message)
    return lambda t: np.ascontiguousarray(found.sol(t))


def _settings(names: tuple[str, ...], options: tuple[Any, ...]) -> dict[str, Any]:
    """The options of the solver, but for those of this equation alone: its Jacobian, and its end."""
    wanted = dict(zip(names, options, strict=True))
    return {k: x for k, x in wanted.items() if k not in OWN}


OWN = ("jac", "jac_sparsity", "lband", "uband", "t_bound")


def _not_found(message: str) -> Exception:
    from srcgrad.errors import SolveError

    return SolveError(
        f"the derivative of a differential equation was not found: {message}\n"
        "  why: it is the solution of another equation, which has the same method and tolerances\n"
        "  try: choose a method for stiff equations, or other tolerances"
    )
