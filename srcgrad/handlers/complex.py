"""Calls that make or take apart complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import complexes
from srcgrad.handlers.complex_parts import is_complex, viewed
from srcgrad.handlers.table import HANDLERS, Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.walk import Walk


def _of_complex(key: str) -> Handler:
    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(args[0], Const) and not e.array_constant(args[0]):
            if key == "abs":  # NumPy's own numbers are not Python's
                return e.static(abs, args[0])
        operand = e.as_operand(args[0])
        if (e.b.kind(operand).dtype or "").startswith("complex"):
            return e.b.emit("modulus", operand)
        return e.call_operation(key, [operand, *args[1:]], keywords)

    return handler


HANDLERS[np.absolute], HANDLERS[abs] = _of_complex("np.absolute"), _of_complex("abs")


@handles(complex)
def _complex(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("real", "imag"), args, strict=False)) | keywords
    if all(isinstance(part, Const) for part in given.values()):
        return e.static(
            lambda *parts: complex(**dict(zip(given, parts, strict=True))), *given.values()
        )
    real, imag = given.get("real", Const(0.0)), given.get("imag", Const(0.0))
    return e.binary("add", real, e.binary("mul", Const(1j), imag))


@handles(np.imag)
def _imag(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The imaginary part; of real numbers, zeros."""
    operand = e.as_operand(args[0])
    part = viewed(e, operand, "imag")
    if part is not None:
        return part
    if is_complex(e, operand):
        return e.b.emit("np.imag", operand)
    return Const(0.0) if e.b.kind(operand).immutable else e.b.emit("np.zeros_like", operand)


def _complex_form(function: Any, definition: Any) -> None:
    """What a function is for complex numbers, where its rule holds for real ones."""
    outer = HANDLERS.get(function)

    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        operands = [e.as_operand(arg) for arg in args[:2] if not isinstance(arg, Const)]
        if any((e.b.kind(x).dtype or "").startswith("complex") for x in operands):
            return e.call_constant(definition, args, keywords)
        if outer is not None:
            return outer(e, args, keywords)
        return e.call_ruled(function, args, keywords)

    HANDLERS[function] = handler


for _function, _definition in complexes.FORMS.items():
    _complex_form(_function, _definition)
