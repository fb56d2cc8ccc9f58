"""Derivatives by element, and the traces of Jacobians and Hessians."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.calls import batches
from srcgrad.calls.arguments import bound, chosen
from srcgrad.calls.derived import derivative, made
from srcgrad.calls.jacobians import directions
from srcgrad.calls.running import options_of, pulled, text
from srcgrad.calls.trees import leaves, restored
from srcgrad.dispatch import Jit, Options
from srcgrad.errors import InputError
from srcgrad.gradient import grad
from srcgrad.tracebacks import hiding


@hiding
def elementwise_grad(
    f: Any = None, argnums: Any = 0, *, jit: Jit = False, boundscheck: bool = True
) -> Any:
    """The derivative of a function that works by element, as a function; or a decorator.

    It is the gradient of the sum of the outputs. If no other output depends on ``x[i]``, that is the
    derivative of ``f(x)[i]`` by ``x[i]``; what is broadcast gets the sum over the outputs it has gone
    into.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int or tuple of int
        The input, or inputs.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments, which gives the structure, shapes and dtypes of the input; a
        tuple for a tuple ``argnums``. ``source(*inputs)`` is the text of what runs.

    Raises
    ------
    SrcgradError
        When it is called, what ``vjp`` raises.

    Examples
    --------
    >>> srcgrad.elementwise_grad(np.sin)(np.zeros(2))
    array([1., 1.])
    """
    return made(_elementwise_grad, f, argnums, options_of(jit, boundscheck))


@hiding
def divergence(
    f: Any = None, argnums: int = 0, *, jit: Jit = False, boundscheck: bool = True
) -> Any:
    """The divergence of a function whose output has the structure and shapes of its input.

    The sum of the derivatives of ``f(x)[i]`` by ``x[i]``. Runs the forward sweep once and the reverse
    sweep for all numbers of the output, many at once.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int
        The input.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments, which gives a number of the input's dtype. ``source(*inputs)``
        is the text of what runs.

    Raises
    ------
    InputError
        When it is called, where output and input differ.
    SrcgradError
        What ``vjp`` raises.

    Examples
    --------
    >>> srcgrad.divergence(lambda x: x**2)(np.array([1.0, 2.0]))
    np.float64(6.0)
    """
    return made(_divergence, f, single(argnums, "a divergence"), options_of(jit, boundscheck))


@hiding
def laplacian(
    f: Any = None, argnums: int = 0, *, jit: Jit = False, boundscheck: bool = True
) -> Any:
    """The Laplacian of a function with a scalar output: the sum of its second derivatives.

    It is the divergence of the gradient.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int
        The input.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        A function of the same arguments, which gives a number of the input's dtype. ``source(*inputs)``
        is the text of what runs.

    Raises
    ------
    SrcgradError
        When it is called, what ``grad`` raises.

    Examples
    --------
    >>> srcgrad.laplacian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    np.float64(18.0)
    """
    return made(_laplacian, f, single(argnums, "a Laplacian"), options_of(jit, boundscheck))


def single(argnums: Any, what: str) -> Any:
    """The one input that is named; anything but several is refused later."""
    if isinstance(argnums, tuple | list):
        raise InputError(
            f"argnums of {what} is {argnums!r}\n  why: it is by one input\n  try: pass an int"
        )
    return argnums


def _source_of(f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any) -> str:
    """The generated source that these run."""
    f, inputs = bound(f, inputs, keywords)
    return text(options, "pullback", f, inputs, argnums)


def _source_of_laplacian(
    f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any
) -> str:
    return _source_of(grad(f, argnums), argnums, options, *inputs, **keywords)


@derivative(_source_of)
def _elementwise_grad(f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any) -> Any:
    f, inputs = bound(f, inputs, keywords)
    single = isinstance(argnums, int)
    value, pull = pulled(options, f, inputs, (argnums,) if single else argnums)
    ones = tuple([np.ones_like(y) for y in leaves(value, "the output")])
    bars = pull(restored(value, ones))
    return bars[0] if single else bars


@derivative(_source_of)
def _divergence(f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any) -> Any:
    return trace(options, f, argnums, inputs, keywords)


@derivative(_source_of_laplacian)
def _laplacian(f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any) -> Any:
    return trace(options, grad(f, argnums), argnums, inputs, keywords)


RULES = {
    elementwise_grad: (_elementwise_grad,),
    divergence: (_divergence,),
    laplacian: (_laplacian,),
}


def trace(options: Options, f: Any, argnums: Any, inputs: Any, keywords: Any) -> Any:
    """The trace of a Jacobian, by rows."""
    f, inputs = bound(f, inputs, keywords)
    value, pull = pulled(options, f, inputs, (argnums,))
    xs = leaves(chosen(argnums, inputs), "the input")
    ys = leaves(value, "the output")
    if [np.shape(y) for y in ys] != [np.shape(x) for x in xs]:
        raise InputError(
            "the output has other shapes than the input\n"
            "  why: a divergence is of a function from one space to itself\n"
            "  try: srcgrad.jacobian"
        )
    found = batches.diagonal_sum(pull, value, ys)
    if found is not None:
        return found
    total = 0.0
    for j, y in enumerate(ys):
        for i in range(np.size(y)):
            bars = pull(restored(value, directions(ys, j, i)))
            total = total + np.reshape(leaves(bars[0], "the gradient")[j], np.size(y))[i]
    return total
