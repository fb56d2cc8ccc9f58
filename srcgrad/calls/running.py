"""Forward and reverse mode as these calls run them: with the options that their caller gave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.api import pullback
from srcgrad.calls.arguments import as_cotangents, floating_inputs, named, places
from srcgrad.calls.trees import floating, restored
from srcgrad.dispatch import Active, Options, asked, check_count, target
from srcgrad.gradient import grad
from srcgrad.tracebacks import hiding


def options_of(jit: Any, boundscheck: Any) -> Options:
    """Options as a caller says them. Raises ``InputError`` for a ``jit`` that says nothing."""
    return asked("vjp", options=Options(jit, boundscheck)).options


@hiding
def moved(options: Options, f: Any, inputs: Any, tangents: Any, argnums: Any = None) -> Any:
    """``(value, tangent)``; inputs that ``argnums`` does not name stand still."""
    chosen = None if argnums is None else places(argnums, len(inputs))
    key = id(f), "jvp", chosen, options
    derivative = Active.table.quick.get(key)
    if derivative is None:
        return api.call(f, inputs, tangents, asked("jvp", chosen, options), key)
    return derivative(f, inputs, tangents)


def moved_again(options: Options, f: Any, inputs: Any, tangents: Any, argnums: Any = None) -> Any:
    """The same, of a function that has run at these inputs before."""
    return moved(options, f, inputs, tangents, argnums)


def pulled(options: Options, f: Any, inputs: Any, argnums: Any) -> Any:
    """``(value, pull)``."""
    return pullback(f, *inputs, argnums=argnums, jit=options.jit, boundscheck=options.boundscheck)


@hiding
def of_gradient(options: Options, style: str, f: Any, inputs: Any, given: Any) -> Any:
    """The tangent ("jvp") or the gradients ("vjp") of the gradient of ``f``: one for each input.

    A plain function is found at once when it is asked for again.
    """
    table, key = Active.table, (id(f), style, "of the gradient", options)
    derivative = table.quick.get(key)
    if derivative is None:
        found = target(f)
        if found.function is not f:
            return of_bound_gradient(options, style, f, inputs, given)
        orders = target(grad(f, None)).orders
        derivative = table.derivative(f, replace(asked(style, None, options), orders=orders))
        table.remember(key, derivative)
    result = derivative(f, inputs, given)
    return result[1] if style == "jvp" else result


def of_bound_gradient(
    options: Options, style: str, f: Any, inputs: Any, given: Any, only: Any = None
) -> Any:
    """The same of methods and partial functions, of which what they are bound to stands still.

    So do all inputs but ``only`` these.
    """
    check_count(given, inputs)
    moving = floating_inputs(inputs) if only is None else only
    if style == "jvp":
        found = moved(options, grad(f, moving), inputs, given, only)[1]
    else:
        chosen = tuple([given[k] for k in moving])
        found = api.call(grad(f, moving), inputs, chosen, asked("vjp", moving, options))
    return for_each(moving, inputs, found)


def pulled_gradient(options: Options, f: Any, inputs: Any, given: Any, only: Any = None) -> Any:
    """The gradients of the gradient of ``f`` for several cotangents."""
    moving = floating_inputs(inputs) if only is None else only
    _, pull = pulled(options, grad(f, moving), inputs, moving)
    return for_each(moving, inputs, pull(tuple([given[k] for k in moving])))


def by_some(
    options: Options, style: str, f: Any, inputs: Any, given: Any, argnums: Any, has_aux: bool
) -> Any:
    """The same by the inputs that ``argnums`` names, of which ``given`` has one vector each."""
    order = named(argnums, len(inputs))
    moving = tuple(sorted(order))
    check_count(given, order)
    vectors: list[Any] = [None] * len(inputs)
    for k, vector in zip(order, given, strict=True):
        vectors[k] = vector
    aux: Any = None
    if has_aux:
        found, aux = gradient_and_aux(options, style, f, inputs, tuple(vectors), moving)
    elif style == "jvp":
        found = of_bound_gradient(options, style, f, inputs, tuple(vectors), moving)
    else:
        bars = dict(zip(moving, as_cotangents(moving, inputs, tuple(vectors))[0], strict=True))
        found = pulled_gradient(options, f, inputs, bars, moving)
    products = tuple([found[k] for k in order])
    return (products, aux) if has_aux else products


def gradient_and_aux(
    options: Options, style: str, f: Any, inputs: Any, given: Any, only: Any = None
) -> tuple[Any, Any]:
    """The tangent ("jvp") or the gradients ("vjp") of the gradient, and what ``f`` returns beside its value."""
    check_count(given, inputs)
    moving = floating_inputs(inputs) if only is None else only
    gradient = grad(f, moving, has_aux=True)
    if style == "jvp":
        (_, aux), (found, _) = moved(options, gradient, inputs, given, only)
    else:
        bars, many = as_cotangents(moving, inputs, given)
        front = np.shape(floating(bars)[0])[:1] if many else ()
        (_, aux), pull = pulled(options, gradient, inputs, moving)
        still = [np.zeros((*front, *np.shape(x)), np.result_type(x)) for x in floating(aux)]
        found = pull((bars, restored(aux, tuple(still))))
    return for_each(moving, inputs, found), aux


def for_each(moving: tuple[int, ...], inputs: Any, found: Any) -> tuple[Any, ...]:
    """What was found of the inputs that move, and None for each other one."""
    return tuple([found[moving.index(k)] if k in moving else None for k in range(len(inputs))])


def text(options: Options, style: str, f: Any, inputs: Any, argnums: Any = None) -> str:
    """The source that is generated for inputs like these: of several directions, if there is one."""
    request = asked(style, argnums, options)
    found, function, everything = api.derivative_of(f, inputs, request)
    entry = found.entry(function, everything)
    return str((entry.joint() or entry).source)
