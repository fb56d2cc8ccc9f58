"""Stores into the real or imaginary part of an array: ``z.real = v``, ``z.imag[i] += v``.

An array's part is a view of it. What is stored is the complex number that has the new part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
