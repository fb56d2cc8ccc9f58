"""What generated code calls where something is solved. NumPy only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def solution(found: Any, part: str) -> Any:
    """What a solver found, as a new array or number of double precision.

    Of an object that tells more, its attribute ``part``, and whether it was found.
    """
    value = np.array(getattr(found, part) if part else found, dtype=np.float64)
    result = value if value.ndim else value[()]
    if not part:
        return result
    return result, bool(getattr(found, "success", getattr(found, "converged", True)))


def check_solution(x: Any, slope: Any, residual: Any) -> None:
    """Raise ``SolveError`` if the equations have no derivative at ``x``, or ``x`` does not solve them.

    ``slope`` is the Jacobian of the ``residual`` at ``x``.
    """
    matrix = np.atleast_2d(np.asarray(slope))
    check_matrix(matrix, residual, np.size(x))
    if np.size(x):
        check_step(np.linalg.solve(matrix, np.ravel(residual)), x)


def check_matrix(matrix: Any, residual: Any, size: int) -> None:
    """Raise ``SolveError`` unless there are as many equations as unknowns, finite ones and no singular ones."""
    from srcgrad.errors import SolveError

    count = np.size(residual)
    if count != size:
        raise SolveError(
            f"{count} equations for {size} unknowns have no derivative\n"
            "  why: the implicit function theorem asks for as many as there are unknowns\n"
            "  try: minimize the sum of their squares"
        )
    check_finite_equations(matrix, residual)
    if size and _is_singular(matrix):
        raise SolveError(
            "the derivatives of the equations are singular at the solution\n"
            "  why: it is not an isolated one, or a double one, so it has no derivative\n"
            "  try: add the equation that tells solutions apart"
        )


def check_finite_equations(*values: Any) -> None:
    """Raise ``SolveError`` unless equations and their derivatives are finite."""
    from srcgrad.errors import SolveError

    if not all(np.all(np.isfinite(value)) for value in values):
        raise SolveError(
            "the equations or their derivatives are not finite at the solution\n"
            "  why: the derivative of a solution follows from them\n"
            "  try: look whether a solution was found"
        )


def check_independent(rows: Any) -> None:
    """Raise ``SolveError`` if the limits with these derivatives depend on each other."""
    from srcgrad.errors import SolveError

    if not len(rows):
        return
    scale = np.max(np.abs(rows), axis=1, initial=0.0)
    if not np.all(scale > 0.0) or np.linalg.matrix_rank(rows / scale[:, None]) < len(rows):
        raise SolveError(
            "the limits that are met at the solution depend on each other\n"
            "  why: more of them meet there than it takes, and which ones hold it is not decided\n"
            "  try: leave out what follows from other constraints"
        )


def check_step(step: Any, x: Any) -> None:
    """Raise ``SolveError`` if Newton's method would move ``x`` by so much that it is no solution."""
    from srcgrad.errors import SolveError

    if np.max(np.abs(step), initial=0.0) > 1e-3 * (1.0 + np.max(np.abs(x), initial=0.0)):
        raise SolveError(
            "no solution was found, and what is none has no derivative\n"
            f"  why: Newton's method would move it by {np.max(np.abs(step)):.1g}\n"
            "  try: start nearer to the solution, or ask the solver for more"
        )


def _is_singular(matrix: Any) -> bool:
    """Whether a matrix is, as far as its precision tells; rows and columns may differ in scale."""
    scale = np.max(np.abs(matrix), axis=1, keepdims=True)
    if np.any(scale == 0.0):
        return True
    matrix = matrix / scale
    scale = np.max(np.abs(matrix), axis=0, keepdims=True)
    if np.any(scale == 0.0):
        return True
    return not np.linalg.cond(matrix / scale) < 0.1 / np.finfo(np.float64).eps


def find_root(
    residual: Callable[..., Any], start: Any, args: tuple[Any, ...] = (), solver: Any = None
) -> Any:
    """``x`` with ``residual(x, *args) == 0``, a number or a vector of float64.

    By ``solver(f, start)``, or by Newton's method with differences of the residual, damped.
    Raises ``SolveError`` where it does not come to an end.
    """
    f = _bound(residual, args)
    if solver is not None:
        return _fitting(solver(f, start), start)
    x = np.atleast_1d(np.array(start, dtype=np.float64))
    shape = np.shape(start)

    def at(x: Any) -> Any:
        return np.atleast_1d(np.asarray(f(x if shape else x[0]), dtype=np.float64))

    r = at(x)
    for _ in range(100):
        slope = _differences(at, x, r)
        if not np.all(np.isfinite(slope)) or _is_singular(slope):
            break
        step = np.linalg.solve(slope, r)
        factor, before = 1.0, np.linalg.norm(r)
        after = at(x - step)
        while not np.linalg.norm(after) < before and factor > 1e-3:
            factor *= 0.5
            after = at(x - factor * step)
        small = np.max(np.abs(step), initial=0.0) <= 1e-12 * np.max(np.abs(x), initial=1e-3)
        if not np.linalg.norm(after) < before:
            if small or before <= 1e-14 or np.max(np.abs(step)) <= 1e-9 * np.max(np.abs(x)):
                return x if shape else x[0]
            break
        x, r = x - factor * step, after
        if small or before == 0.0:
            return x if shape else x[0]
    raise _not_found("Newton's method")


def _differences(at: Callable[..., Any], x: Any, r: Any) -> Any:
    """The Jacobian by differences."""
    columns = []
    for k in range(x.size):
        moved = x.copy()
        moved[k] += 1e-7 * max(abs(x[k]), 1e-3)
        columns.append((at(moved) - r) / (moved[k] - x[k]))
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


def find_fixed_point(
    step: Callable[..., Any], start: Any, args: tuple[Any, ...] = (), solver: Any = None
) -> Any:
    """``x`` with ``step(x, *args) == x``, a number or a vector of float64.

    By ``solver(f, start)``, or by steps until ``x`` stays where it is. Raises ``SolveError`` where
    that is not the case after 100 000 of them.
    """
    f = _bound(step, args)
    if solver is not None:
        return _fitting(solver(f, start), start)
    x = np.array(start, dtype=np.float64)[()]
    for _ in range(100_000):
        after = np.array(f(x), dtype=np.float64)[()]
        moved = np.max(np.abs(after - x), initial=0.0)
        x = after
        if moved <= 1e-15 * np.max(np.abs(x), initial=0.0):
            return x
        if not np.isfinite(moved):
            break
    raise _not_found("the iteration")


def _bound(function: Callable[..., Any], args: tuple[Any, ...]) -> Callable[..., Any]:
    return lambda x: function(x, *args)


def _fitting(found: Any, start: Any) -> Any:
    """What a solver found, as a new number or vector like the start."""
    x = np.array(found, dtype=np.float64)
    if x.shape != np.shape(start):
        raise ValueError(f"the solver gives shape {x.shape} for one of shape {np.shape(start)}")
    return x[()]


def _not_found(what: str) -> Exception:
    from srcgrad.errors import SolveError

    return SolveError(
        f"no solution was found: {what} does not come to an end\n"
        "  why: there is none near the start, or none that is isolated\n"
        "  try: start nearer to the solution, or pass a solver of your own"
    )
