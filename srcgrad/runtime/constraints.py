"""What generated code calls where something is minimized within limits: ``lower <= c(x) <= upper``.

At the solution ``g + J^T w = 0``, with the gradient ``g``, the Jacobian ``J`` of ``c`` and multipliers ``w``,
which are positive at upper limits, negative at lower ones, and zero in between (Karush, Kuhn and Tucker;
Nocedal and Wright, Numerical Optimization, 2006, chapter 12). SciPy calls these: it is imported.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.runtime.solving import (
    check_finite_equations,
    check_independent,
    check_matrix,
    check_step,
)

NEAR = 1e-4  # what may be a limit that is met, as far as a solver goes


def constrained(
    function: Callable[..., Any],
    forms: tuple[tuple[Any, ...], ...],
    free: tuple[Any, ...],
    *args: Any,
    **keywords: Any,
) -> Any:
    """``function(*args, **keywords)``, with constraints whose functions take ``free``, too."""
    made = [_constraint(form, free) for form in forms]
    return function(*args, constraints=made, **keywords)


def _constraint(form: tuple[Any, ...], free: tuple[Any, ...]) -> Any:
    """A constraint in the form that it was written in."""
    from scipy.optimize import LinearConstraint, NonlinearConstraint

    sort, function, slope, second, lower, upper, keep = form
    if sort in ("eq", "ineq"):
        given = {"type": sort, "fun": function, "args": free}
        return given if slope is None else {**given, "jac": slope}
    if sort == "linear":
        return LinearConstraint(function, lower, upper, keep)
    derivatives = {name: x for name, x in (("jac", slope), ("hess", second)) if x is not None}
    for name, given in derivatives.items():
        if callable(given):
            derivatives[name] = _with(given, free)
    return NonlinearConstraint(
        _with(function, free), lower, upper, keep_feasible=keep, **derivatives
    )


def _with(function: Callable[..., Any], free: tuple[Any, ...]) -> Callable[..., Any]:
    return lambda *x: function(*x, *free)


# --- the derivative ---------------------------------------------------------------------------------


def multipliers(g: Any, jacobian: Any, values: Any, lower: Any, upper: Any) -> Any:
    """Multipliers of the limits that are nearly met, of the signs that they must have.

    They make the slope as small as can be, by least squares.
    """
    from scipy.optimize import nnls

    weights = np.zeros(np.size(values))
    check_finite_equations(g, jacobian, values)
    above, below = (
        np.isfinite(end) & (np.abs(values - end) <= NEAR * (1.0 + np.abs(end)))
        for end in (upper, lower)
    )
    equal = lower == upper
    sides = [(np.flatnonzero(equal | above), 1.0), (np.flatnonzero(equal | below), -1.0)]
    columns = [sign * jacobian[k] for places, sign in sides for k in places]
    if not columns:
        return weights
    try:
        found = nnls(np.stack(columns, axis=1), -np.asarray(g))[0]
    except RuntimeError:  # it does not come to an end
        return weights
    signed = [(k, sign) for places, sign in sides for k in places]
    for (k, sign), weight in zip(signed, found, strict=True):
        weights[k] += sign * weight
    return weights


def active_set(
    hessian: Any, g: Any, jacobian: Any, values: Any, lower: Any, upper: Any, guess: Any
) -> Any:
    """1 for each upper limit that is met, and each equality, -1 for lower ones, and 0 for others.

    From the signs of ``guess``, by the primal-dual active set method for the quadratic model at the solution
    (Hintermueller, Ito and Kunisch, SIAM Journal on Optimization 13, 2002). Raises ``SolveError`` if the limits
    that are met depend on each other.
    """
    equal = lower == upper
    side = np.where(equal, 1, np.sign(guess)).astype(np.int64)
    n = np.size(g)
    for _ in range(30):
        on = side != 0
        rows = jacobian[on]
        matrix = np.block([[hessian, rows.T], [rows, np.zeros((len(rows), len(rows)))]])
        gap = np.where(side > 0, upper, lower)[on] - values[on]
        try:
            move = np.linalg.solve(matrix, np.concatenate([-g, gap]))
        except np.linalg.LinAlgError:
            break
        weights = np.zeros(len(side))
        weights[on] = move[n:]
        after = values + jacobian @ move[:n]
        left = np.where(weights * side > 0.0, side, 0)
        met = np.where(after > upper, 1, np.where(after < lower, -1, 0))
        new = np.where(equal, 1, np.where(on, left, met))
        if np.array_equal(new, side):
            break
        side = new
    check_independent(jacobian[side != 0])
    return side


def check_active(
    x: Any, weights: Any, slope: Any, residual: Any, side: Any, jacobian: Any, limits: Any
) -> None:
    """Raise ``SolveError`` if ``x`` is no minimum, or a limit is met and without it the minimum is there, too.

    ``slope`` is the Jacobian of the ``residual`` by ``x`` and the multipliers ``weights``; ``limits`` are the
    values of the constraints, and what they lie between. Whether a limit is met for certain is asked of Newton's
    method: it must stay so, by more than the solver was off.
    """
    from srcgrad.errors import SolveError

    values, lower, upper = limits
    n, matrix = np.size(x), np.atleast_2d(slope)
    check_matrix(matrix, residual, n + np.size(weights))
    if not n:
        return
    step = -np.linalg.solve(matrix, residual)
    check_step(step[:n], x)
    moved = np.abs(jacobian @ step[:n])
    noise = 10.0 * moved + 1e-14 * (np.abs(jacobian) @ np.abs(x) + np.abs(values))
    after, weights = values + jacobian @ step[:n], weights + step[n:]
    inside = np.minimum(after - lower, upper - after) > noise
    bent = np.abs(np.diag(np.linalg.inv(matrix))[n:])
    with np.errstate(divide="ignore", invalid="ignore"):
        released = np.where(bent > 0.0, weights * side / bent, weights * side * np.inf)
    gap = np.abs(np.where(side > 0, upper, lower) - values)
    held = released > noise + np.where(side != 0, 10.0 * gap, 0.0)
    if np.all((lower == upper) | np.where(side != 0, held, inside)):
        return
    raise SolveError(
        "a limit is met where the minimum would be without it, too, or the minimum was not found\n"
        "  why: the solution has a kink there, and no derivative; how near it is, the solver's precision tells\n"
        "  try: ask the solver for more precision, or take another point"
    )


# --- what is called in place of SciPy's own ---------------------------------------------------------


def programmed(function: Callable[..., Any], c: Any, *args: Any, **keywords: Any) -> Any:
    """What ``linprog`` found: the solution (NaN if there is none), whether there is one, why, and its steps."""
    found = function(c, *args, **keywords)
    x = np.full(np.size(c), np.nan) if found.x is None else np.array(found.x, dtype=np.float64)
    return x, bool(found.success), int(found.status), int(found.nit)


def fitted(
    function: Callable[..., Any],
    count: int,
    model: Callable[..., Any],
    slope: Any,
    free: tuple[Any, ...],
    *data: Any,
    **keywords: Any,
) -> Any:
    """The parameters that ``curve_fit`` finds for ``model(parameters, *free)``, ``count`` of them."""

    def run(_: Any, *parameters: Any) -> Any:
        return model(np.array(parameters, dtype=np.float64), *free)

    names = ["x", *(f"p{k}" for k in range(count))]
    sort = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, sort) for name in names])
    vars(run)["__signature__"] = signature
    if callable(slope):
        keywords["jac"] = lambda _, *p: slope(np.array(p, dtype=np.float64), *free)
    elif slope is not None:
        keywords["jac"] = slope
    return np.array(function(run, *data, **keywords)[0], dtype=np.float64)
