"""Attributes and methods of arrays, and which IR statements are plain arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.frontend.values import MethodV, TupleV
from srcgrad.ir import Const, Let, Statement

PLAIN = {
    "add", "sub", "mul", "neg", "eq", "ne", "lt", "le", "gt", "ge", "not", "bool_and", "bool_or",
}

# method of an array -> the function of NumPy that it is
METHODS: dict[str, Any] = {
    name: getattr(np, name)
    for name in (
        "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "cumprod", "argmax", "argmin",
        "any", "all", "dot", "swapaxes", "squeeze", "ravel", "copy", "clip", "round", "repeat",
        "diagonal", "trace", "take", "argsort", "searchsorted", "nonzero", "ptp", "conj",
        "conjugate",
    )
}


def is_plain(statement: Statement) -> bool:
    """Whether a statement is arithmetic that cannot fail, so it may be computed in advance."""
    return isinstance(statement, Let) and statement.op in PLAIN


def array_attribute(e: Any, owner: str, name: str) -> Any:
    """``x.shape``, ``x.T``, ``x.sum`` of a number or array."""
    kind = e.b.kind(owner)
    if kind.base == "opaque":
        return e.b.emit("member", owner, Const(name))
    if name == "shape":
        return e.b.emit("np.shape", owner)
    if name == "ndim":
        return e.b.emit("np.ndim", owner) if kind.ndim is None else Const(kind.ndim)
    if name == "size":
        return e.b.emit("np.size", owner)
    if name == "dtype" and kind.dtype is not None:
        return Const(np.dtype(kind.dtype))
    if name == "T":
        return e.b.emit("np.transpose", owner)
    if name == "real" and kind.dtype is not None and np.dtype(kind.dtype).kind != "c":
        return owner
    if name == "strides" and kind.base == "array":
        return e.b.emit("strides_of", owner)
    if name in ("flat", "imag", "data", "base", "flags", "ctypes", "itemsize"):
        raise e.refuse(f"the attribute `{name}` is not supported",
                       "no derivative is known through it", "use NumPy's functions")
    return MethodV(owner, name)


def call_method(e: Any, owner: str, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``x.name(*args)`` of a number, an array or a list."""
    if e.b.kind(owner).base == "opaque":
        return e.invoke(owner, name, args, keywords)
    special = SPECIAL.get(name)
    if special is not None:
        return special(e, owner, args, keywords)
    function = METHODS.get(name)
    if function is None:
        raise e.refuse(f"the method `{name}` of arrays is not supported",
                       "no rule is registered for it", "use NumPy's functions")
    return e.call(Const(function), [owner, *args], keywords)


def _shape_arguments(args: list[Any]) -> Any:
    return args[0] if len(args) == 1 else TupleV(tuple(args))


def _reshape(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call(Const(np.reshape), [owner, _shape_arguments(args)], keywords)


def _transpose(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    if not args:
        return e.b.emit("np.transpose", owner)
    return e.call(Const(np.transpose), [owner, _shape_arguments(args)], keywords)


def _flatten(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call(Const(np.ravel), [e.b.emit("copied", owner)], {})


def _astype(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    copy = keywords.pop("copy", Const(True))
    dtype = e.to_operand([*args, *keywords.values()][0])
    if copy != Const(True) and not e.b.kind(owner).immutable and (
        not isinstance(dtype, Const) or np.dtype(dtype.value).name == e.b.kind(owner).dtype
    ):
        if copy == Const(False):
            return owner
        raise e.refuse("whether this copies is not known", "`copy` decides what shares memory",
                       "use a constant")
    return e.b.emit("astype", owner, dtype)


def _fill(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_item(owner, Const(Ellipsis), args[0])
    return Const(None)


def _item(e: Any, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    if args:
        return e.get_item(owner, args[0] if len(args) == 1 else TupleV(tuple(args)))
    kind = e.b.kind(owner)
    if kind.immutable:
        return owner
    flat = e.b.emit("np.ravel", owner)
    return e.b.emit("getitem", flat, Const(0))


SPECIAL = {
    "reshape": _reshape,
    "transpose": _transpose,
    "flatten": _flatten,
    "astype": _astype,
    "fill": _fill,
    "item": _item,
}
