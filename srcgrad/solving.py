"""``root`` and ``fixed_point``: implicit functions, differentiated at the solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcgrad.handlers.roots import register
from srcgrad.runtime.solving import find_fixed_point, find_root

Solver = Callable[[Callable[[Any], Any], Any], Any]


def root(residual: Any, x0: Any, *parameters: Any, solver: Solver | None = None) -> Any:
    """The ``x`` near ``x0`` with ``residual(x, *parameters) == 0``, in the structure of ``x0``.

    The derivative by ``parameters``, and by all that ``residual`` reads from around it, is that of the
    implicit function: with the Jacobian ``A`` of the residual by ``x`` and ``B`` by a parameter,
    ``A x_dot = -B p_dot``. By ``x0`` it is zero.

    Parameters
    ----------
    residual : callable
        Gives one equation for each number in ``x0``, in the same structure.
    x0 : float, array of float64, or a nested tuple, list or dict of them
        Where the search begins.
    *parameters
        Further arguments of ``residual``.
    solver : callable, optional
        ``solver(f, start)`` finds the solution: ``start`` is ``x0`` as a number or as one vector, and
        ``f`` takes and gives the like. It is called as it is, never followed, and must give the same
        result each time. Without one, Newton's method with differences is taken, damped.

    Returns
    -------
    float, array or structure
        The solution, like ``x0``.

    Raises
    ------
    SolveError
        Where no solution is found, or, from the derivative, where the equations are singular there or
        the solver's result does not solve them.
    ValueError
        For a solver that gives another shape.

    Examples
    --------
    >>> def square_root(a):
    ...     return srcgrad.root(lambda x, a: x * x - a, 1.0, a)
    >>> round(float(srcgrad.grad(square_root)(4.0)), 6)
    0.25
    """
    return _solved(find_root, residual, x0, parameters, solver)


def fixed_point(step: Any, x0: Any, *parameters: Any, solver: Solver | None = None) -> Any:
    """The ``x`` with ``step(x, *parameters) == x``, in the structure of ``x0``.

    Parameters
    ----------
    step : callable
        Takes ``x`` and ``parameters``, and gives the next ``x``, of the same structure.
    x0 : float, array of float64, or a nested tuple, list or dict of them
        Where the search begins.
    *parameters
        Further arguments of ``step``.
    solver : callable, optional
        As of ``root``. Without one, ``step`` is repeated until nothing changes any more.

    Returns
    -------
    float, array or structure
        The solution, like ``x0``. Its derivatives are those of ``root``.

    Raises
    ------
    SolveError, ValueError
        As ``root`` does.

    Examples
    --------
    >>> def orbit(m, e):
    ...     return srcgrad.fixed_point(lambda x, m, e: m + e * np.sin(x), 1.0, m, e)
    >>> round(float(srcgrad.grad(orbit)(1.0, 0.1)), 6)
    1.048628
    """
    return _solved(find_fixed_point, step, x0, parameters, solver)


def _solved(find: Any, function: Any, x0: Any, parameters: tuple[Any, ...], solver: Any) -> Any:
    leaves = list(_leaves(x0))
    if len(leaves) == 1 and not isinstance(x0, tuple | list | dict) and np.ndim(x0) < 2:
        start = np.array(x0, dtype=np.float64)[()]
        return find(lambda x: _array(function(x, *parameters)), start, (), solver)

    def flat(x: Any) -> Any:
        return _vector(function(_like(x0, _pieces(x, leaves)), *parameters))

    return _like(x0, _pieces(find(flat, _vector(x0), (), solver), leaves))


def _array(value: Any) -> Any:
    return np.asarray(value)[()]


def _vector(tree: Any) -> Any:
    return np.concatenate([np.ravel(np.asarray(leaf, dtype=np.float64)) for leaf in _leaves(tree)])


def _leaves(tree: Any) -> Iterator[Any]:
    """The numbers and arrays of a structure."""
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if not isinstance(tree, tuple | list):
        yield tree
        return
    for item in tree:
        yield from _leaves(item)


def _pieces(x: Any, leaves: list[Any]) -> Iterator[Any]:
    """The parts of a vector, in the shapes of ``leaves``."""
    at = 0
    for leaf in leaves:
        end = at + np.size(leaf)
        yield x[at:end].reshape(np.shape(leaf)) if np.ndim(leaf) else x[at]
        at = end


def _like(tree: Any, pieces: Iterator[Any]) -> Any:
    """A structure with other numbers and arrays."""
    if isinstance(tree, dict):
        return {key: _like(item, pieces) for key, item in tree.items()}
    if isinstance(tree, tuple | list):
        items = [_like(item, pieces) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    return next(pieces)


register("root", root, find_root)
register("fixed", fixed_point, find_fixed_point)
