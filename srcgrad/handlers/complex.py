"""Complex numbers: calls that make them or take them apart, and stores into their parts.

``z.real = v``, ``z.imag[i] += v``: an array's part is a view of it. What is stored is the complex number
that has the new part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.definitions import complexes
from srcgrad.handlers.table import HANDLERS, Handler, handles
from srcgrad.ir.kinds import takes
from srcgrad.ir.nodes import Const
from srcgrad.values.complex_parts import PartV
from srcgrad.values.walk import Walk

PARTS = ("real", "imag")
WHOLE = Const(Ellipsis)


def is_complex(e: Walk, operand: Any) -> bool:
    """Whether a number or array is complex."""
    return (e.b.kind(operand).dtype or "").startswith("complex")


def part_of(e: Walk, owner: Any, name: str) -> Any:
    """The part ``name`` of an array, to be stored into; None if it is no such part."""
    if name not in PARTS or not isinstance(owner, str) or e.b.kind(owner).base != "array":
        return None
    if is_complex(e, owner) or (name == "imag" and e.b.kind(owner).numeric):
        return PartV(owner, name)
    return None


def viewed(e: Walk, owner: Any, name: str) -> Any:
    """``owner.name`` as a view; None where it is as good as a copy, or no part of an array."""
    return part_of(e, owner, name) if e.parts and is_complex(e, owner) else None


VIEWS = ("transpose", "swapaxes", "reshape", "squeeze")  # as of the array, in its layout


def method_of_part(
    e: Walk, part: PartV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """``owner.real.fill(v)``, ``owner.imag.transpose()`` and the like."""
    if name == "fill":
        store_part(e, part, WHOLE, *args, **keywords)
        return Const(None)
    if name in VIEWS:
        return PartV(e.call_method(part.owner, name, args, keywords), part.name)
    return e.call_method(part.operand(e), name, args, keywords)


def set_part(e: Walk, owner: str, name: str, value: Any) -> bool:
    """``owner.name = value`` for the part of an array; whether it is one."""
    part = part_of(e, owner, name)
    if part is not None and is_complex(e, owner):
        store_part(e, part, WHOLE, value)
    elif part is not None:
        raise _raising(e, TypeError("array does not have imaginary part to set"))
    elif name == "real" and e.b.kind(owner).base == "array" and e.b.kind(owner).numeric:
        if value != owner:  # it is the array itself
            e.b.effect("setitem", owner, WHOLE, e.as_operand(value))
    elif name in PARTS and e.b.kind(owner).immutable and e.b.kind(owner).numeric:
        kind = e.b.kind(owner)
        cls = "numpy.generic" if kind.base == "scalar" else kind.base
        raise _raising(e, AttributeError(f"attribute '{name}' of '{cls}' objects is not writable"))
    else:
        return False
    return True


def store_part(e: Walk, part: PartV, index: Any, value: Any) -> None:
    """``owner.real[index] = value``."""
    if not is_complex(e, part.owner):
        raise _raising(e, ValueError("assignment destination is read-only"))
    place = e.index_operand(index)
    _put(e, part, place, _piece(e, part, place), e.as_operand(value))


def update_part(
    e: Walk, part: PartV, index: Any, key: str, value: Callable[[], Any], basic: bool
) -> None:
    """``owner.real[index] op= value()``: the item is read first, a view when it is written."""
    if not is_complex(e, part.owner):
        raise _raising(e, ValueError("output array is read-only"))
    place = e.index_operand(index)
    view = basic and e.b.kind(_piece(e, part, place)).base == "array"
    given = e.as_operand(value()) if view else None
    piece = _piece(e, part, place)
    whole = piece if e.b.kind(piece).immutable else e.b.emit("np.copy", piece)
    old = e.b.emit(f"np.{part.name}", whole)
    new = e.binary(key, old, given if view else value())
    _put(e, part, place, piece, e.as_operand(new))


def _piece(e: Walk, part: PartV, place: Any) -> Any:
    return part.owner if place == WHOLE else e.b.emit("getitem", part.owner, place)


def _put(e: Walk, part: PartV, place: Any, piece: Any, value: Any) -> None:
    """Store a part of ``piece``, which stands at ``place``."""
    if is_complex(e, value):
        if e.b.kind(piece).immutable:
            error = TypeError("float() argument must be a string or a real number, not 'complex'")
            raise _raising(e, error)
        raise e.refuse(
            "a complex array becomes the real or imaginary part of another",
            "NumPy warns, and drops its imaginary part",
            "write np.real(value)",
        )
    if not takes(e.b.kind(piece), e.b.kind(value)):
        e.b.effect("check_store", part.owner, place, e.b.emit("np.shape", value))
    e.b.effect("setitem", part.owner, place, e.b.emit(f"with_{part.name}", piece, value))


def _raising(e: Walk, error: Exception) -> BaseException:
    what = "this part of an array cannot be stored into"
    return e.raising(error, what, "the function itself raises here", "mend the function")


# --- calls ------------------------------------------------------------------------------------


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
