"""What generated code calls where something is solved. NumPy only."""

from __future__ import annotations

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
    from srcgrad.errors import SolveError

    matrix = np.atleast_2d(np.asarray(slope))
    count, size = np.size(residual), np.size(x)
    if count != size:
        raise SolveError(
            f"{count} equations for {size} unknowns have no derivative\n"
            "  why: the implicit function theorem asks for as many as there are unknowns\n"
            "  try: minimize the sum of their squares"
        )
    if not (np.all(np.isfinite(matrix)) and np.all(np.isfinite(residual))):
        raise SolveError(
            "the equations or their derivatives are not finite at the solution\n"
            "  why: the derivative of a solution follows from them\n"
            "  try: look whether a solution was found"
        )
    if size and _is_singular(matrix):
        raise SolveError(
            "the derivatives of the equations are singular at the solution\n"
            "  why: it is not an isolated one, or a double one, so it has no derivative\n"
            "  try: add the equation that tells solutions apart"
        )
    step = np.linalg.solve(matrix, np.ravel(residual)) if size else np.zeros(0)
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
