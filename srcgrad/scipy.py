"""SciPy's optimisers with derivatives from srcgrad, for parameters of any structure.

Each function takes what SciPy's takes, without derivatives: value and gradient, or residuals and
their Jacobian, come of one run where the method asks for both at a point. ``x0`` may be a tuple,
list, dict or object of numbers and arrays; what is found has its structure. Importing this module
imports ``scipy.optimize``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from srcgrad.api import pullback
from srcgrad.calls.hessians import hessian
from srcgrad.calls.jacobians import jacobian
from srcgrad.calls.vectors import (
    Unflatten,
    flatten,
    joined,
    model_at,
    value_at,
    values_at,
    weighted_at,
)
from srcgrad.gradient import value_and_grad

WITHOUT_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
WITH_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
WITH_SPARSE = ("newton-cg", "trust-constr")
WITH_HESSIAN = ("dogleg", "trust-exact")
ROOTS_WITH_JACOBIAN = ("hybr", "lm")


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
    Constraints of SciPy's forms, dicts and ``NonlinearConstraint``, are functions of the same
    structure and get their derivatives, too; a ``LinearConstraint`` is one of the vector.
    ``bounds`` are SciPy's, of the vector, or a pair of structures like ``x0``: lower and upper ones.
    ``callback`` is called with the structure. ``progress`` is called with iteration, value and the
    norm of the gradient; True prints them. With ``sparse``, "Newton-CG" and "trust-constr" get a sparse
    Hessian, and the latter sparse Jacobians of the constraints.

    Gives SciPy's ``OptimizeResult``, whose ``x`` has the structure of ``x0``; ``jac``, ``hess`` and
    ``hess_inv`` are of the vector that ``srcgrad.flatten`` makes. Raises what ``grad`` raises.
    """
    start, unflatten = flatten(x0)
    objective = functools.partial(value_at, f, unflatten.tree, tuple(args))
    chosen = _method(method, constraints, settings)
    settings = _bounded(settings, x0)
    sparse_hessian = sparse and chosen in WITH_SPARSE
    second = chosen in WITH_PRODUCTS and not {"hess", "hessp"} & settings.keys()
    products = second and not sparse_hessian and "jac" not in settings
    seen = _Seen(value_and_grad(objective), products)
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
    found = scipy.optimize.minimize(
        x0=start,
        method=method,
        constraints=_constraints(constraints, unflatten, sparse and chosen == "trust-constr"),
        callback=_callback(callback, _printer(progress), unflatten, seen),
        **given,
    )
    found.x = unflatten(found.x)
    return found


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
    which share the forward sweep of the residuals. With ``sparse`` it is a sparse array, for
    the methods "trf" and "dogbox". ``bounds`` are those of ``minimize``. ``progress`` is
    called with the number of Jacobians so far, the sum of squares and the norm of its gradient; True
    prints them.

    Gives SciPy's result, whose ``x`` has the structure of ``x0``. Raises what ``jacobian`` raises.
    """
    start, unflatten = flatten(x0)
    residuals = functools.partial(values_at, f, unflatten.tree, tuple(args))
    shared = _Residuals(residuals, len(start), _printer(progress), sparse)
    given = {"jac": shared.jacobian, **_bounded(settings, x0)}
    found = scipy.optimize.least_squares(shared, start, **given)
    found.x = unflatten(found.x)
    return found


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

    Methods that take a Jacobian get it, and ``progress`` is that of ``least_squares``.
    Gives SciPy's result, whose ``x`` has the structure of ``x0``. Raises what ``jacobian`` raises.
    """
    start, unflatten = flatten(x0)
    residuals = functools.partial(values_at, f, unflatten.tree, tuple(args))
    given: dict[str, Any] = dict(settings)
    function: Any = residuals
    if method in ROOTS_WITH_JACOBIAN:
        function = _Residuals(residuals, len(start), _printer(progress))
        given.setdefault("jac", function.jacobian)
    found = scipy.optimize.root(function, start, method=method, **given)
    found.x = unflatten(found.x)
    return found


def curve_fit(
    f: Any, xdata: Any, ydata: Any, p0: Any = None, **settings: Any
) -> tuple[Any, np.ndarray[Any, Any]]:
    """``scipy.optimize.curve_fit`` of a model ``f(xdata, *parameters)``, with its Jacobian.

    ``p0`` is a tuple with one entry for each parameter, which may be an array or a structure; or a
    list or array of numbers, as in SciPy; without it, all parameters are numbers and begin at 1.

    Gives the parameters in the form of ``p0``, and the covariance of their numbers as a matrix.
    Raises what ``jacobian`` raises.
    """
    if p0 is None:
        p0 = np.ones(len(inspect.signature(f).parameters) - 1)
    plain = not isinstance(p0, tuple)
    parameters = tuple(np.asarray(p0, float).tolist()) if plain else p0
    start, unflatten = flatten(parameters)
    model = functools.partial(model_at, f, unflatten.tree, xdata)
    shared = _Residuals(model, len(start), None)
    given = {"jac": lambda _, *p: shared.jacobian(np.array(p)), **settings}
    found = scipy.optimize.curve_fit(
        lambda _, *p: shared(np.array(p)), np.arange(np.size(ydata)), joined(ydata), start, **given
    )
    return (found[0] if plain else unflatten(found[0])), *found[1:]


# --- what is run ------------------------------------------------------------------------------------


class _Seen:
    """Value and gradient, and where they were last computed; ``products`` of the Hessian are wanted, too."""

    def __init__(self, function: Any, products: bool) -> None:
        self.function = function
        self.products = products
        self.x: Any = None
        self.found: Any = None
        self.pull: Any = None

    def __call__(self, x: Any) -> Any:
        self.x = np.array(x)
        if self.products:
            self.found, self.pull = pullback(self.function, np.array(x))
        else:
            self.found = self.function(np.array(x))
        return self.found

    def product(self, x: Any, v: Any) -> Any:
        """The Hessian, which is symmetric, by ``v``: a reverse sweep of value and gradient."""
        value, slope = self.at(x)
        return self.pull((np.zeros_like(value)[()], np.asarray(v, slope.dtype)))[0]

    def at(self, x: Any) -> Any:
        """Value and gradient at ``x``, computed if that is not where they were last."""
        return self.found if self.x is not None and np.array_equal(self.x, x) else self(x)


class _Residuals:
    """Residuals, and their Jacobian at the point where they were last computed."""

    def __init__(self, function: Any, count: int, progress: Any, sparse: bool = False) -> None:
        self.function = function
        self.count = 0 if sparse else count  # of parameters
        self.progress = progress
        self.columns = jacobian(function, mode="forward", sparse=sparse)
        self.x: Any = None
        self.value: Any = None
        self.pull: Any = None
        self.number = 0

    def __call__(self, x: Any) -> Any:
        self.x, self.pull = np.array(x), None
        if self.value is None or len(self.value) >= self.count:
            self.value = self.function(np.array(x))
        else:
            self.value, self.pull = pullback(self.function, np.array(x))
        return self.value

    def jacobian(self, x: Any) -> Any:
        if self.x is None or not np.array_equal(self.x, x):
            self(x)
        found = (
            self.columns(np.array(x))
            if self.pull is None
            else self.pull(np.eye(len(self.value), dtype=self.value.dtype))[0]
        )
        if self.progress is not None:
            self.number += 1
            slope = float(np.linalg.norm(2.0 * self.value @ found))
            self.progress(self.number, float(self.value @ self.value), slope)
        return found


def _method(method: Any, constraints: Any, settings: dict[str, Any]) -> str:
    """The method that SciPy takes, in lower case; of one's own: the word for none."""
    if callable(method):
        return ""
    if method is not None:
        return str(method).lower()
    if isinstance(constraints, list | tuple) and not constraints:
        return "l-bfgs-b" if settings.get("bounds") is not None else "bfgs"
    return "slsqp"


def _bounded(settings: dict[str, Any], x0: Any) -> dict[str, Any]:
    """Settings with bounds of the vector, where they are given as two structures like ``x0``."""
    bounds = settings.get("bounds")
    if type(bounds) is not tuple or len(bounds) != 2 or isinstance(x0, np.ndarray | list | float):
        return settings
    if not all(type(end) is type(x0) for end in bounds):
        return settings
    count = len(flatten(x0)[0])
    ends = [flatten(end)[0] for end in bounds]
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


def _printer(progress: Any) -> Any:
    """What is called on the way, or None."""
    if progress is True:
        return _print
    return progress or None


def _print(iteration: int, value: float, slope: float) -> None:
    print(f"iteration {iteration}: value {value:.10g}, gradient norm {slope:.3g}", flush=True)


def _callback(
    callback: Any, progress: Any, unflatten: Unflatten, seen: _Seen
) -> Callable[..., Any] | None:
    """SciPy's callback, with the structure for the vector."""
    if callback is None and progress is None:
        return None
    number = 0

    def told(x: Any, *state: Any) -> Any:
        nonlocal number
        number += 1
        if progress is not None:
            value, slope = seen.at(x)
            progress(number, float(value), float(np.linalg.norm(slope)))
        return None if callback is None else callback(unflatten(x), *state)

    return told


__all__ = ["curve_fit", "least_squares", "minimize", "root"]
