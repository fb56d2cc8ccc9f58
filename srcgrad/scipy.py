"""SciPy's optimisers with derivatives from srcgrad, for parameters of any structure.

Each function takes what SciPy's takes, without derivatives: value and gradient, or residuals and
their Jacobian, come of one run where the method asks for both at a point. ``x0`` may be a tuple,
list, dict or object of numbers and arrays; what is found has its structure. Importing this module
imports ``scipy.optimize``.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np
import scipy.optimize

from srcgrad.calls.callbacks import of_structures, printer
from srcgrad.calls.hessians import hessian
from srcgrad.calls.jacobians import jacobian
from srcgrad.calls.shared_sweeps import Residuals, Seen, as_squares, as_value, told
from srcgrad.calls.vectors import (
    Unflatten,
    flatten,
    joined,
    model_at,
    value_at,
    values_at,
    weighted_at,
)
from srcgrad.errors import InputError
from srcgrad.gradient import value_and_grad
from srcgrad.tracebacks import hiding

WITHOUT_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
WITH_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
WITH_SPARSE = ("newton-cg", "trust-constr")
WITH_HESSIAN = ("dogleg", "trust-exact")
ROOTS_WITH_JACOBIAN = ("hybr", "lm")


@hiding
def minimize(
    f: Any,
    x0: Any,
    args: tuple[Any, ...] = (),
    method: str | None = None,
    *,
    constraints: Any = (),
    callback: Any = None,
    progress: Any = None,
    sparse: bool = False,
    **settings: Any,
) -> Any:
    """``scipy.optimize.minimize`` of ``f(x, *args)``, a function with one number as output.

    The method is given value and gradient by one run of reverse mode, and where it takes them the
    products of the Hessian with vectors, which share the forward sweep of that run, or the Hessian.

    Parameters
    ----------
    f : callable
        The function, whose output is one real number.
    x0 : float, array, or a structure of them
        Where the search begins.
    args : tuple
        Further arguments of ``f``.
    method : str or callable, optional
        That of SciPy.
    constraints
        Those of SciPy, dicts and ``NonlinearConstraint``: functions of the same structure, which get
        their derivatives, too. Linear ones and bounds are of the vector that ``srcgrad.flatten`` makes.
    callback : callable, optional
        Called with the structure where SciPy's is with the vector, as in ``intermediate_result.x``.
    progress : bool or callable, optional
        Called with iteration, value and the norm of the gradient; True prints them.
    sparse : bool
        Whether "Newton-CG" and "trust-constr" get a sparse Hessian, and the latter sparse Jacobians of the
        constraints.
    **settings
        What SciPy's function takes, as ``bounds``, ``tol`` and ``options``; derivatives of your own, too.
        ``bounds`` may be a pair of structures like ``x0``: all lower and all upper ones.

    Returns
    -------
    OptimizeResult
        SciPy's, whose ``x`` has the structure of ``x0``; ``jac``, ``hess`` and ``hess_inv`` are of the
        vector.

    Raises
    ------
    SrcgradError
        What ``srcgrad.grad`` raises.

    Examples
    --------
    >>> def bowl(p, centre):
    ...     return np.sum((p["x"] - centre) ** 2) + p["y"] ** 4
    >>> start = {"x": np.zeros(2), "y": 1.0}
    >>> found = srcgrad.scipy.minimize(bowl, start, (np.array([1.0, 2.0]),))
    >>> found.x["x"].round(3)
    array([1., 2.])
    """
    if settings.get("jac") is True:
        raise InputError(
            "jac=True says that the function gives its gradient, too\n"
            "  why: the gradient is computed of a function that gives the value alone\n"
            "  try: leave out jac=True, and return the value"
        )
    start, unflatten = flatten(x0)
    objective = functools.partial(value_at, f, unflatten.tree, tuple(args))
    chosen = _method(method, constraints, settings)
    settings = _bounded(settings, x0, len(start))
    sparse_hessian = sparse and chosen in WITH_SPARSE
    second = chosen in WITH_PRODUCTS and not {"hess", "hessp"} & settings.keys()
    products = second and not sparse_hessian and "jac" not in settings
    seen = Seen(value_and_grad(objective), products)
    if chosen in WITHOUT_GRADIENT or "jac" in settings:
        given: dict[str, Any] = {"fun": objective}
    else:
        given = {"fun": seen, "jac": True}
    if products:
        given["hessp"] = seen.product
    elif second:
        given["hess"] = hessian(objective, sparse=sparse_hessian)
    if chosen in WITH_HESSIAN:
        given["hess"] = hessian(objective)
    given.update(settings)  # the user's own derivatives are taken
    given["constraints"] = _constraints(constraints, unflatten, sparse and chosen == "trust-constr")
    given["callback"] = of_structures(callback, printer(progress), unflatten, seen)
    with told("minimising, evaluation", given.pop("fun"), progress, as_value) as fun:
        found = scipy.optimize.minimize(fun, start, method=method, **given)
    found.x = unflatten(found.x)
    return found


@hiding
def least_squares(
    f: Any,
    x0: Any,
    args: tuple[Any, ...] = (),
    *,
    progress: Any = None,
    sparse: bool = False,
    **settings: Any,
) -> Any:
    """``scipy.optimize.least_squares`` of the residuals ``f(x, *args)``, of any structure.

    The Jacobian is made by columns, or, where there are fewer residuals than parameters, by rows,
    which share the forward sweep of the residuals.

    Parameters
    ----------
    f : callable
        Gives the residuals, an array or a structure of real numbers.
    x0 : float, array, or a structure of them
        Where the search begins.
    args : tuple
        Further arguments of ``f``.
    progress : bool or callable, optional
        Called with the number of Jacobians so far, the sum of squares and the norm of its gradient;
        True prints them.
    sparse : bool
        Whether the Jacobian is a sparse array, for the methods "trf" and "dogbox".
    **settings
        What SciPy's function takes, as ``bounds``, ``loss`` and ``x_scale``, of the vector that
        ``srcgrad.flatten`` makes.

    Returns
    -------
    OptimizeResult
        SciPy's, whose ``x`` has the structure of ``x0``.

    Raises
    ------
    SrcgradError
        What ``srcgrad.jacobian`` raises.

    Examples
    --------
    >>> def residuals(p, t, y):
    ...     return p["a"] * np.exp(-p["b"] * t) - y
    >>> t = np.linspace(0.0, 1.0, 5)
    >>> start = {"a": 1.0, "b": 1.0}
    >>> found = srcgrad.scipy.least_squares(residuals, start, (t, 3.0 * np.exp(-2.0 * t)))
    >>> round(float(found.x["a"]), 3), round(float(found.x["b"]), 3)
    (3.0, 2.0)
    """
    start, unflatten = flatten(x0)
    residuals = functools.partial(values_at, f, unflatten.tree, tuple(args))
    shared = Residuals(residuals, len(start), printer(progress), sparse)
    given = {"jac": shared.jacobian, **_bounded(settings, x0, len(start))}
    with told("fitting, evaluation", shared, progress, as_squares) as fun:
        found = scipy.optimize.least_squares(fun, start, **given)
    found.x = unflatten(found.x)
    return found


@hiding
def root(
    f: Any,
    x0: Any,
    args: tuple[Any, ...] = (),
    method: str = "hybr",
    *,
    progress: Any = None,
    **settings: Any,
) -> Any:
    """``scipy.optimize.root`` of ``f(x, *args)``, whose output has as many numbers as ``x``.

    Methods that take a Jacobian get it. To differentiate by what the equations depend on, see
    ``srcgrad.root``.

    Parameters
    ----------
    f : callable
        Gives the equations, an array or a structure of real numbers.
    x0 : float, array, or a structure of them
        Where the search begins.
    args : tuple
        Further arguments of ``f``.
    method : str
        That of SciPy.
    progress : bool or callable, optional
        That of ``least_squares``.
    **settings
        What SciPy's function takes, as ``tol`` and ``options``.

    Returns
    -------
    OptimizeResult
        SciPy's, whose ``x`` has the structure of ``x0``.

    Raises
    ------
    SrcgradError
        What ``srcgrad.jacobian`` raises.

    Examples
    --------
    >>> def equations(x):
    ...     return np.stack([x[0] ** 2 - 2.0, x[0] * x[1] - 2.0])
    >>> srcgrad.scipy.root(equations, np.ones(2)).x.round(4)
    array([1.4142, 1.4142])
    """
    start, unflatten = flatten(x0)
    residuals = functools.partial(values_at, f, unflatten.tree, tuple(args))
    given: dict[str, Any] = dict(settings)
    function: Any = residuals
    if method in ROOTS_WITH_JACOBIAN:
        function = Residuals(residuals, len(start), printer(progress))
        given.setdefault("jac", function.jacobian)
    found = scipy.optimize.root(function, start, method=method, **given)
    found.x = unflatten(found.x)
    return found


@hiding
def curve_fit(
    f: Any, xdata: Any, ydata: Any, p0: Any = None, **settings: Any
) -> tuple[Any, np.ndarray[Any, Any]]:
    """``scipy.optimize.curve_fit`` of a model ``f(xdata, *parameters)``, with its Jacobian.

    Parameters
    ----------
    f : callable
        The model, which gives as many numbers as ``ydata`` has.
    xdata
        Handed on to ``f`` as it is.
    ydata : array or a structure of arrays
        What the model shall give.
    p0 : tuple, or list or array of numbers, optional
        Where the search begins. A tuple has one entry for each parameter, which may be an array or a
        structure; without it, all parameters are numbers and begin at 1.
    **settings
        What SciPy's function takes, as ``sigma``, ``absolute_sigma`` and ``bounds``.

    Returns
    -------
    parameters
        In the form of ``p0``.
    covariance : array of shape (n, n)
        That of the ``n`` numbers of the parameters, in order.

    Raises
    ------
    SrcgradError
        What ``srcgrad.jacobian`` raises.

    Examples
    --------
    >>> def line(x, slope, offset):
    ...     return slope * x + offset
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> found, covariance = srcgrad.scipy.curve_fit(line, x, 2.0 * x + 1.0)
    >>> found.round(6)
    array([2., 1.])
    """
    if p0 is None:
        p0 = np.ones(len(inspect.signature(f).parameters) - 1)
    plain = not isinstance(p0, tuple)
    parameters = tuple(np.asarray(p0, float).tolist()) if plain else p0
    start, unflatten = flatten(parameters)
    model = functools.partial(model_at, f, unflatten.tree, xdata)
    shared = Residuals(model, len(start), None)
    given = {"jac": lambda _, *p: shared.jacobian(np.array(p)), **settings}
    found = scipy.optimize.curve_fit(
        lambda _, *p: shared(np.array(p)), np.arange(np.size(ydata)), joined(ydata), start, **given
    )
    return (found[0] if plain else unflatten(found[0])), *found[1:]


# --- what is run ------------------------------------------------------------------------------------


def _method(method: Any, constraints: Any, settings: dict[str, Any]) -> str:
    """The method that SciPy takes, in lower case; of one's own: the word for none."""
    if callable(method):
        return ""
    if method is not None:
        return str(method).lower()
    if isinstance(constraints, list | tuple) and not constraints:
        return "l-bfgs-b" if settings.get("bounds") is not None else "bfgs"
    return "slsqp"


def _bounded(settings: dict[str, Any], x0: Any, count: int) -> dict[str, Any]:
    """Settings with bounds of the ``count`` numbers, where they are given as two structures like ``x0``."""
    bounds = settings.get("bounds")
    vector = isinstance(x0, list | float) or (isinstance(x0, np.ndarray) and x0.ndim < 2)
    if type(bounds) is not tuple or len(bounds) != 2 or vector:  # SciPy's own forms
        return settings
    if isinstance(x0, np.ndarray) and any(np.shape(end) != x0.shape for end in bounds):
        return settings
    if not all(type(end) is type(x0) for end in bounds):
        return settings
    ends = [joined(end) for end in bounds]
    if any(len(end) != count for end in ends):
        raise ValueError(
            f"bounds have {[len(end) for end in ends]} floating numbers, x0 has {count}"
        )
    return {**settings, "bounds": scipy.optimize.Bounds(*ends)}


def _constraints(given: Any, unflatten: Unflatten, sparse: bool) -> Any:
    """Constraints with derivatives, as functions of vectors."""
    if isinstance(given, list | tuple):
        return [_constraint(item, unflatten, sparse) for item in given]
    return _constraint(given, unflatten, sparse)


def _constraint(given: Any, unflatten: Unflatten, sparse: bool) -> Any:
    if isinstance(given, dict):
        extra = tuple(given.get("args", ()))
        function = functools.partial(values_at, given["fun"], unflatten.tree, extra)
        made = {"type": given["type"], "fun": function, "jac": jacobian(function)}
        return {**made, "jac": given["jac"], "args": extra} if "jac" in given else made
    if not isinstance(given, scipy.optimize.NonlinearConstraint):
        return given  # linear ones and bounds are of vectors
    function = functools.partial(values_at, given.fun, unflatten.tree, ())
    return scipy.optimize.NonlinearConstraint(
        function,
        given.lb,
        given.ub,
        jac=jacobian(function, sparse=sparse) if isinstance(given.jac, str) else given.jac,
        hess=lambda x, v: hessian(functools.partial(weighted_at, function, v))(x),
        keep_feasible=given.keep_feasible,
    )


__all__ = ["curve_fit", "least_squares", "minimize", "root"]
