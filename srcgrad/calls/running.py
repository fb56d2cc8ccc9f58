"""Forward and reverse mode as these calls run them: with the options that their caller gave."""

from __future__ import annotations

from typing import Any

from srcgrad import api
from srcgrad.api import pullback, vjp
from srcgrad.calls.arguments import places
from srcgrad.dispatch import Active, Options, asked


def options_of(jit: Any, boundscheck: Any) -> Options:
    """Options as a caller says them. Raises ``InputError`` for a ``jit`` that says nothing."""
    return asked("vjp", options=Options(jit, boundscheck)).options


def moved(options: Options, f: Any, inputs: Any, tangents: Any, argnums: Any = None) -> Any:
    """``(value, tangent)``; inputs that ``argnums`` does not name stand still."""
    chosen = None if argnums is None else places(argnums, len(inputs))
    key = id(f), "jvp", chosen, options
    derivative = Active.table.quick.get(key)
    if derivative is None:
        return api.call(f, inputs, tangents, asked("jvp", chosen, options), key)
    return derivative(f, inputs, tangents)


def pulled(options: Options, f: Any, inputs: Any, argnums: Any) -> Any:
    """``(value, pull)``."""
    return pullback(f, *inputs, argnums=argnums, jit=options.jit, boundscheck=options.boundscheck)


def gradients(options: Options, f: Any, inputs: Any, cotangent: Any, argnums: Any) -> Any:
    """The gradients by the inputs that ``argnums`` names."""
    return vjp(
        f,
        inputs,
        cotangent,
        argnums=argnums,
        jit=options.jit,
        boundscheck=options.boundscheck,
    )


def text(options: Options, style: str, f: Any, inputs: Any, argnums: Any = None) -> str:
    """The source that is generated for inputs like these: of several directions, if there is one."""
    request = asked(style, argnums, options)
    found, function, everything = api.derivative_of(f, inputs, request)
    entry = found.entry(function, everything)
    return str((entry.joint() or entry).source)
