"""Derivatives along directions: forward mode as a decorator, and the linear map at a point."""

from __future__ import annotations

import copy
import functools
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.api import jvp, value_and_vjp, vjp
from srcgrad.calls.arguments import (
    among,
    as_cotangents,
    bound,
    chosen,
    floating_inputs,
    named,
    places,
)
from srcgrad.calls.derived import derivative, made
from srcgrad.calls.running import moved, moved_again, options_of, pulled, text
from srcgrad.calls.trees import floating, leaves, restored, zeros
from srcgrad.dispatch import USUAL, Jit, Options, asked, check_count
from srcgrad.dispatch.result_classes import formed
from srcgrad.errors import CotangentError, SrcgradError
from srcgrad.tracebacks import hiding


@hiding
def forward(f: Any = None, argnums: Any = 0, *, jit: Jit = False, boundscheck: bool = True) -> Any:
    """Forward mode as a function of ``f``'s arguments that gives ``(value, tangent)``; or a decorator.

    Parameters
    ----------
    f : callable, optional
        The function; without it, the result is a decorator.
    argnums : int or tuple of int
        The input, or inputs, that move.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    callable
        ``forward(f)(*inputs, tangent=...)`` is the derivative in the direction ``tangent``, of the
        structure and shape of the input; a tuple for a tuple ``argnums``. Without one, the input must
        be one number, and 1 is meant. The tangent that it gives has the structure, shape and dtype of
        the value. ``source(*inputs)`` is the text of what runs.

    Raises
    ------
    CotangentError
        When it is called, where a tangent is needed or does not fit.
    SrcgradError
        What ``jvp`` raises.

    Examples
    --------
    >>> srcgrad.forward(lambda x: x**3)(2.0)
    (8.0, np.float64(12.0))
    """
    return made(_forward, f, argnums, options_of(jit, boundscheck))


@hiding
def linearize(
    f: Any, *inputs: Any, argnums: Any = None, jit: Jit = False, boundscheck: bool = True
) -> tuple[Any, Linear]:
    """The value, and the linear map of tangents at these inputs.

    What happens to the inputs later changes nothing: they are copied.

    What the function computes is kept, as ``pullback`` keeps it, and ``push`` runs nothing of it
    again: it is the reverse sweep of the reverse sweep. Where that cannot be, because a rule has no
    second derivative, or because the shape of the output is known only when a function has run
    whose runs can be seen, each ``push`` runs ``f`` with its tangent.

    Parameters
    ----------
    f, *inputs
        The function and its inputs, as of ``vjp``.
    argnums : int or tuple of int, optional
        The inputs that move: ``push`` takes one tangent for each of these, in their order. None is all.
    jit, boundscheck
        Those of ``vjp``.

    Returns
    -------
    value
        The output of ``f``.
    push : callable
        ``push(*tangents)`` gives the tangent of the value, of its structure, shapes and dtypes, any
        number of times. There is one tangent for each input, of its structure and shape, or None for
        zeros; with one axis more in front, they are several. ``push.source`` is the text of what runs.

    Raises
    ------
    SrcgradError
        At once what ``jvp`` raises when a function is generated.

    Examples
    --------
    >>> value, push = srcgrad.linearize(lambda x, y: x * y, 3.0, 4.0)
    >>> float(push(1.0, None)), float(push(None, 1.0))
    (4.0, 3.0)
    """
    options = options_of(jit, boundscheck)
    inputs = copy.deepcopy(inputs)
    order = None if argnums is None else named(argnums, len(inputs))
    kept = kept_at(options, f, inputs)
    value, push = kept or (first_value(options, f, inputs), Linear(options, f, inputs))
    push._order = order
    return value, push


class Linear:
    """The derivative of a function at a point, as a linear map of tangents."""

    def __init__(
        self, options: Options, f: Any, inputs: tuple[Any, ...], pull: Any = None, value: Any = None
    ) -> None:
        self._options = options
        self._f = f
        self._inputs = inputs
        self._pull = pull  # of the gradients
        self._value = value  # of the structure, without a cotangent
        self._order: tuple[int, ...] | None = None  # the inputs that move, if not all do

    @hiding
    def __call__(self, *tangents: Any) -> Any:
        """The tangent of the value."""
        if self._order is not None:
            check_count(tangents, self._order)
            given = dict(zip(self._order, tangents, strict=True))
            tangents = tuple([given.get(k) for k in range(len(self._inputs))])
        if self._pull is None:
            return moved(self._options, self._f, self._inputs, tangents)[1]
        moving = tuple(range(len(self._inputs)))
        bars, _ = as_cotangents(moving, self._inputs, tangents)
        return self._pull((self._value, bars))[0]

    @property
    def source(self) -> str:
        """The text of the generated module."""
        if self._pull is None:
            return text(self._options, "jvp", self._f, self._inputs)
        return str(self._pull.source)


def kept_at(options: Options, f: Any, inputs: tuple[Any, ...]) -> tuple[Any, Linear] | None:
    """Value and linear map of which the forward sweep is kept; None where there is none."""
    moving = floating_inputs(inputs)
    if not moving:
        return None
    try:
        request = asked("pullback", moving, options)
        found, function, everything = api.derivative_of(f, inputs, request)
        entry = found.entry(function, everything)
        bar = zero_cotangent(f, inputs, entry, everything)
        if bar is None:
            return None
        (value, _), pull = pulled(options, functools.partial(linearized, f), (bar, *inputs), (0,))
    except SrcgradError:
        return None
    nothing = restored(value, (None,) * len(floating(value)))
    return value, Linear(options, f, inputs, pull, nothing)


def zero_cotangent(f: Any, inputs: tuple[Any, ...], entry: Any, everything: tuple[Any, ...]) -> Any:
    """Zeros like the value, which is computed for that if nobody sees it and there is no other way."""
    expected = entry.expected
    try:
        found = expected.zeros(expected.sizes_of(everything))
        return formed(entry.facts.form, found)
    except KeyError:
        if not entry.facts.repeatable:
            return None
        return zeros(first_value(USUAL, f, inputs))


def first_value(options: Options, f: Any, inputs: tuple[Any, ...]) -> Any:
    """The value alone, by what each push runs where nothing is kept."""
    return moved(options, f, inputs, (None,) * len(inputs))[0]


def linearized(f: Any, cotangent: Any, *inputs: Any) -> Any:
    """The value and the gradients, which are linear in the cotangent."""
    return value_and_vjp(f, inputs, cotangent)


def pushed(f: Any, inputs: Any, *tangents: Any) -> Any:
    """The tangent of the value of ``f`` at these inputs."""
    return moved_again(USUAL, f, inputs, tangents)[1]


def tangent_of(f: Any, tangents: Any, *inputs: Any) -> Any:
    """The tangent of the value, as a function of the inputs."""
    return jvp(f, inputs, tangents)[1]


def gradient_of(f: Any, cotangent: Any, *inputs: Any) -> Any:
    """The gradients for a cotangent, as a function of the inputs."""
    return vjp(f, inputs, cotangent)


def _source_of(f: Any, argnums: Any, options: Options, *inputs: Any, **keywords: Any) -> str:
    f, inputs = bound(f, inputs, keywords)
    return text(options, "jvp", f, inputs, places(argnums, len(inputs)))


@derivative(_source_of)
def _forward(
    f: Any, argnums: Any, options: Options, *inputs: Any, tangent: Any = None, **keywords: Any
) -> Any:
    f, inputs = bound(f, inputs, keywords)
    if tangent is None:
        tangent = one(chosen(argnums, inputs))
    return moved(options, f, inputs, among(argnums, inputs, tangent), argnums)


def one(wanted: Any) -> Any:
    """The direction 1 of a single number."""
    found = leaves(wanted, "the input")
    if len(found) != 1 or np.shape(found[0]) != ():
        raise CotangentError(
            "the input is no single number, so a tangent is needed\n"
            "  why: without one, the input must be a number\n"
            "  try: pass tangent=, of the input's structure and shape"
        )
    return restored(wanted, (np.ones_like(found[0]),))


RULES = {forward: (_forward,)}
