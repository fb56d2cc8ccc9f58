"""Derivatives along directions: forward mode as a decorator, and the linear map at a point."""

from __future__ import annotations

import copy
import functools
from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.api import jvp, vjp
from srcgrad.calls.arguments import among, chosen
from srcgrad.calls.derived import derivative, made
from srcgrad.calls.trees import leaves, restored
from srcgrad.dispatch import asked
from srcgrad.errors import CotangentError


def forward(f: Any = None, argnums: Any = 0) -> Any:
    """Forward mode as a function of ``f``'s arguments that gives ``(value, tangent)``; or a decorator.

    ``forward(f)(*inputs, tangent=...)`` is the derivative in the direction ``tangent`` of the input
    ``argnums``, of its structure and shape; a tuple for ``argnums`` takes a tuple. Without one, the
    input must be one number, and 1 is meant, so that ``forward(f)(2.0)`` gives value and
    derivative. The tangent has the structure, shape and dtype of the value.

    Raises ``CotangentError`` where a tangent is needed or does not fit, and what ``jvp`` raises.
    """
    return made(_forward, f, argnums)


def linearize(f: Any, *inputs: Any) -> tuple[Any, Linear]:
    """``(value, push)``: ``push(*tangents)`` gives the tangent of the value, any number of times.

    There is one tangent for each input, of its structure and shape, or None for zeros. What happens
    to the inputs later changes nothing: they are copied. Each ``push`` runs ``f`` with its tangent.
    Raises at once what ``jvp`` raises when a function is generated.
    """
    inputs = copy.deepcopy(inputs)
    value, _ = jvp(f, inputs, (None,) * len(inputs))
    return value, Linear(f, inputs)


class Linear:
    """The derivative of a function at a point, as a linear map of tangents."""

    def __init__(self, f: Any, inputs: tuple[Any, ...]) -> None:
        self._f = f
        self._inputs = inputs

    def __call__(self, *tangents: Any) -> Any:
        """The tangent of the value."""
        return pushed(self._f, self._inputs, *tangents)

    @property
    def source(self) -> str:
        """The text of the generated module."""
        return _source_of(self._f, 0, *self._inputs)


def pushed(f: Any, inputs: Any, *tangents: Any) -> Any:
    """The tangent of the value of ``f`` at these inputs."""
    return jvp(f, inputs, tangents)[1]


def tangent_of(f: Any, tangents: Any, *inputs: Any) -> Any:
    """The tangent of the value, as a function of the inputs."""
    return jvp(f, inputs, tangents)[1]


def gradient_of(f: Any, cotangent: Any, *inputs: Any) -> Any:
    """The gradients for a cotangent, as a function of the inputs."""
    return vjp(f, inputs, cotangent)


def _source_of(f: Any, argnums: Any, *inputs: Any) -> str:
    found, function, everything = api.derivative_of(f, inputs, asked("jvp"))
    return str(found.entry(function, everything).source)


@derivative(_source_of)
def _forward(f: Any, argnums: Any, *inputs: Any, tangent: Any = None, **keywords: Any) -> Any:
    if keywords:
        f = functools.partial(f, **keywords)
    if tangent is None:
        tangent = one(chosen(argnums, inputs))
    return jvp(f, inputs, among(argnums, inputs, tangent))


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
