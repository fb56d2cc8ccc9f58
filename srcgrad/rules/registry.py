"""The registry of operations: how each is spelled, what is known of its result, its derivative.

A rule is a function whose *body* is the derivative code. It is read from its source, never
called. Its parameters are ``y_bar, y`` and the operation's own; a line ``x_bar = ...`` gives the
adjoint of ``x``, ``y_dot = ...`` the tangent of the result, other lines name intermediate values::

    @elementwise(np.log)
    def log(y_bar, y, x):
        x_bar = y_bar / x

``@elementwise``  the engine undoes broadcasting; the tangent follows from the same lines
``@linear``       the operation is jointly linear in the parameters with an adjoint: its tangent is
                  the operation itself, applied to the tangents
``@adjoint``      any other; a ``y_dot`` line gives the tangent
``constant``      the result carries no derivative

What else passes ask stands on the record, ``rules.operation.Op``, and is stated by keywords, as
``view="always"``. Of a function whose rule says nothing of it, the result may be any operand, or a
view of one.

A parameter annotated ``Several`` is a sequence of arrays, ``*xs`` likewise; their lines are read
once for each element ``x`` of ``xs`` with ``k`` its position.
"""

from __future__ import annotations

import builtins
import sys
from typing import Any

from srcgrad.ir import kinds
from srcgrad.rules import exceptions, lines
from srcgrad.rules.operation import (  # noqa: F401
    BY_FUNCTION,
    OPS,
    REQUIRED,
    UNKNOWN,
    Arg,
    Facts,
    Op,
    Param,
    Rule,
    Several,
    infer,
    key_of,
    known_value,
    literal,
    numeric_kinds,
    parameters,
    register,
    spelling_of,
)

LIBRARIES = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.linalg")


def _decorator(
    style: str, functions: tuple[Any, ...], facts: Facts, options: dict[str, Any]
) -> Any:
    def decorate(rule: Any) -> Any:
        if rule.__module__.startswith("srcgrad."):
            check_names(rule)
        else:
            lines.check(rule)
            lines.check_functions(functions)
        params = parameters(rule, skip=2)
        shared, given = Rule(rule, style), {**_usual(rule), **options}
        if isinstance(given.get("raises"), tuple):
            given["raises"] = exceptions.always(given["raises"])
        for function in functions:
            register(function, params, _facts_for(function, facts), rule=shared, **given)
        return rule

    return decorate


def _usual(rule: Any) -> dict[str, Any]:
    """What is taken where a rule states nothing: the worst, except of srcgrad's own rules."""
    own = rule.__module__.startswith("srcgrad.")
    return {} if own else {"view": "unknown", "raises": exceptions.anything}


def _facts_for(function: Any, facts: Any) -> Facts:
    """A family of facts (marked ``per_function``) is made for each function it serves."""
    return facts(function) if getattr(facts, "per_function", False) else facts


def elementwise(*functions: Any, facts: Any = None, **options: Any) -> Any:
    """Register the rule of elementwise functions; a decorator of the rule.

    The engine undoes broadcasting, and takes the tangent from the same lines.

    Parameters
    ----------
    *functions : callable
        The functions that share the rule.
    facts : optional
        What is known of the kind, dtype and shape of the result; by default what broadcasting and
        ``np.result_type`` give.
    **options
        What else passes ask of an operation, as ``holomorphic=True``; see ``rules.operation.Op``.

    Raises
    ------
    InputError
        With the line, if the rule holds what cannot be spliced in, as a branch, reads what does not
        exist, or states no adjoint.
    """
    from srcgrad.rules import facts as families

    return _decorator("elementwise", functions, facts or families.elementwise, options)


def linear(*functions: Any, facts: Any = None, **options: Any) -> Any:
    """Register the rule of functions that are linear in the parameters with an adjoint.

    A decorator of the rule. The tangent is the operation itself, applied to the tangents. Parameters
    and errors are those of ``elementwise``; without ``facts``, the result is a number or an array, of
    the dtype of the floating arguments together.
    """
    from srcgrad.rules import facts as families

    return _decorator("linear", functions, facts or families.floating, options)


def adjoint(*functions: Any, facts: Any = None, **options: Any) -> Any:
    """Register the rule of any other function; a decorator of the rule.

    A line ``y_dot = ...`` gives the tangent. Parameters and errors are those of ``linear``.
    """
    from srcgrad.rules import facts as families

    return _decorator("adjoint", functions, facts or families.floating, options)


def constant(*functions: Any, facts: Any = None, **options: Any) -> Any:
    """Register functions whose derivatives are zero: ``constant(np.sign)(lambda x: ...)``.

    Wherever there is one, by each of the parameters; these are given by what is decorated. Parameters
    are those of ``elementwise``.
    """
    from srcgrad.rules import facts as families

    def decorate(signature: Any) -> Any:
        given = {**_usual(signature), **options}
        for function in functions:
            register(
                function,
                parameters(signature),
                _facts_for(function, facts or families.elementwise),
                flat=True,
                **given,
            )
        return signature

    return decorate


def check_names(rule: Any) -> None:
    """Raise ``NameError`` if a rule reads a name that does not exist."""
    params = rule.__code__.co_varnames[: rule.__code__.co_argcount]
    for name in rule.__code__.co_names:
        known = (
            name in rule.__globals__
            or name in ("x_dot", "k", "x")
            or name.removesuffix("_dot") in params
            or hasattr(builtins, name)
            or any(hasattr(sys.modules.get(module), name) for module in LIBRARIES)
        )
        if not known:
            raise NameError(f"rule {rule.__name__} reads {name}, which is not defined")


__all__ = [
    "BY_FUNCTION",
    "OPS",
    "UNKNOWN",
    "Arg",
    "Op",
    "Param",
    "Rule",
    "Several",
    "adjoint",
    "constant",
    "elementwise",
    "infer",
    "key_of",
    "kinds",
    "linear",
    "register",
]
