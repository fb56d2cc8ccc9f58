"""Attributes and methods of arrays, and which IR statements are plain arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import MethodDescriptorType, WrapperDescriptorType
from typing import Any

import numpy as np

from srcgrad.definitions import counting, in_place
from srcgrad.errors import SizesWanted
from srcgrad.handlers.table import Handler
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Let, Operand, Statement
from srcgrad.rules.operation import OPS
from srcgrad.values.abstract import MethodV
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk

# method of an array -> the function of NumPy that it is
METHODS: dict[str, Any] = {
    name: getattr(np, name)
    for name in (
        "sum",
        "mean",
        "prod",
        "max",
        "min",
        "var",
        "std",
        "cumsum",
        "cumprod",
        "argmax",
        "argmin",
        "any",
        "all",
        "dot",
        "swapaxes",
        "squeeze",
        "ravel",
        "copy",
        "round",
        "repeat",
        "diagonal",
        "trace",
        "take",
        "argsort",
        "searchsorted",
        "nonzero",
        "ptp",
        "conj",
        "conjugate",
        "choose",
        "argpartition",
        "put",
    )
} | {
    "sort": in_place.sort_in_place,
    "partition": in_place.partition_in_place,
    "clip": counting.clip_method,
}
OPERATOR_METHODS = {
    f"__{name}__": getattr(operator, f"__{name}__")
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "neg",
        "pos",
        "abs",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "getitem",
    )
}
SIZES = {"itemsize", "nbytes"}  # ints
LAYOUT = {"flags", "base", "data", "ctypes", "device"}  # of memory, not of values


def is_plain(statement: Statement) -> bool:
    """Whether a statement is arithmetic that cannot fail, so it may be computed in advance."""
    return isinstance(statement, Let) and OPS[statement.op].total


def tuple_attribute(e: Walk, kind: Kind, name: str) -> BaseException:
    """What is raised where a tuple is asked for an attribute that tuples have not."""
    if not all(item.base == "int" for item in kind.items):
        return e.refuse(
            f"this tuple is not known to have an attribute `{name}`",
            "tuples have none, or it is a named tuple in the result of a library's function",
            "take its item by number",
        )
    return e.raising(  # it is a shape
        AttributeError(f"'tuple' object has no attribute '{name}'"),
        f"tuples have no attribute `{name}`",
        "the function itself raises here",
        "make an array of it: np.array(x.shape)",
    )


def array_attribute(e: Walk, owner: str, name: str) -> Any:
    """``x.shape``, ``x.T``, ``x.sum`` of a number or array."""
    kind = e.b.kind(owner)
    if kind.base == "opaque" or owner in e.stand_in_objects:
        return e.attribute_of_library(owner, name)
    if kind.base == "tuple" and not hasattr(tuple, name):
        raise tuple_attribute(e, kind, name)
    if name == "shape":
        return e.b.emit("np.shape", owner)
    if name == "ndim":
        return e.b.emit("np.ndim", owner) if kind.ndim is None else Const(kind.ndim)
    if name == "size":
        return e.b.emit("np.size", owner)
    if name == "dtype" and kind.dtype is not None:
        if e.or_real and np.dtype(kind.dtype).kind == "c":
            return e.b.emit("dtype_of", owner)
        return Const(np.dtype(kind.dtype))
    if name == "T":
        return e.b.emit("np.transpose", owner)
    if name == "real" and kind.dtype is not None and np.dtype(kind.dtype).kind != "c":
        return owner
    if name == "strides" and kind.base == "array":
        return e.b.emit("strides_of", owner)
    if name in ("real", "imag"):
        return e.call(Const(getattr(np, name)), [owner], {})
    if name == "flat":
        if kind.ndim == 1:
            found = e.b.emit("getitem", owner, Const(Ellipsis))
        else:
            found = e.b.emit("flat_of" if kind.base == "array" else "np.ravel", owner)
        e.flat_views.add(str(found))
        return found
    if name == "mT":
        return e.call(Const(np.swapaxes), [owner, Const(-1), Const(-2)], {})
    if name in SIZES and kind.dtype is not None:
        size = Const(np.dtype(kind.dtype).itemsize)
        return size if name == "itemsize" else e.binary("mul", e.b.emit("np.size", owner), size)
    if name in LAYOUT:
        raise e.refuse(
            f"the attribute `{name}` is not supported",
            "it tells of memory, which generated code lays out by itself",
            "use what tells of values",
        )
    if kind.numeric and not hasattr(np.float64 if kind.immutable else np.ndarray, name):
        raise e.raising(
            AttributeError(name),
            f"numbers and arrays have no attribute `{name}`",
            "the function itself raises here",
            "mend the function",
        )
    return MethodV(owner, name)


def call_method(e: Walk, owner: str, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``x.name(*args)`` of a number, an array or a list."""
    if e.b.kind(owner).base == "str":
        return e.text_method(owner, name, args, keywords)
    if e.b.kind(owner).base == "opaque":
        return e.invoke(owner, name, args, keywords)
    special = SPECIAL.get(name)
    if special is not None:
        return special(e, owner, args, keywords)
    function = METHODS.get(name) or OPERATOR_METHODS.get(name)
    if function is None:
        raise e.refuse(
            f"the method `{name}` of arrays is not supported",
            REASONS.get(name, "no derivative is known through it"),
            "use NumPy's functions",
        )
    return e.call(Const(function), [owner, *args], keywords)


def unbound(function: Any) -> Handler | None:
    """The handler of ``np.ndarray.fill`` and the like; None for any other function."""
    descriptor = isinstance(function, MethodDescriptorType | WrapperDescriptorType)
    if not descriptor or function.__objclass__ is not np.ndarray:
        return None
    name = function.__name__
    return lambda e, args, keywords: call_method(e, e.as_operand(args[0]), name, args[1:], keywords)


def _shape_arguments(args: list[Any]) -> Any:
    return args[0] if len(args) == 1 else TupleV(tuple(args))


def _reshape(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    copy = keywords.pop("copy", Const(None))
    if "shape" in keywords:
        args = [keywords.pop("shape")]
    result = e.call(Const(np.reshape), [owner, _shape_arguments(args)], keywords)
    return e.b.emit("np.copy", result) if copy == Const(True) else result


def _copy(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``x.copy()``, which is in C order; that of ``np.copy`` is in the order of ``x``."""
    order = args[0] if args else keywords.get("order", Const("C"))
    if e.b.kind(owner).base == "array" and order == Const("C"):
        return e.b.emit("copied", owner)
    return e.call(Const(np.copy), [owner, order], {})


def _transpose(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    if not args:
        return e.b.emit("np.transpose", owner)
    return e.call(Const(np.transpose), [owner, _shape_arguments(args)], keywords)


def _flatten(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call(Const(np.ravel), [e.b.emit("copied", owner), *args], keywords)


def _astype(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    copy = keywords.pop("copy", Const(True))
    dtype = e.to_operand(args[0] if args else keywords["dtype"])
    if (
        copy != Const(True)
        and not e.b.kind(owner).immutable
        and (not isinstance(dtype, Const) or np.dtype(dtype.value).name == e.b.kind(owner).dtype)
    ):
        if copy == Const(False):
            return owner
        raise e.refuse(
            "whether this copies is not known",
            "`copy` decides what shares memory",
            "use a constant",
        )
    return e.b.emit("astype", owner, dtype)


def _fill(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_item(owner, Const(Ellipsis), args[0])
    return Const(None)


def _item(e: Walk, owner: Operand, args: list[Any], keywords: dict[str, Any]) -> Any:
    if args:
        index = args[0] if len(args) == 1 else TupleV(tuple(args))
        many = isinstance(index, TupleV) or (
            isinstance(index, Const) and type(index.value) is tuple
        )
        found = e.get_item(owner if many else e.b.emit("np.ravel", owner), index)
        return _as_python(e, found)
    kind = e.b.kind(owner)
    if kind.immutable:
        return _as_python(e, owner)
    if kind.shape is None or any(size != 1 for size in kind.shape):
        several = e.b.emit("ne", e.b.emit("np.size", owner), Const(1))
        error = "can only convert an array of size 1 to a Python scalar"
        e.b.effect("raise_if", several, Const(ValueError), Const((error,)))
    flat = e.b.emit("np.ravel", owner)
    return _as_python(e, e.b.emit("getitem", flat, Const(0)))


PYTHONS = {"f": float, "c": complex, "i": int, "u": int, "b": bool}


def _as_python(e: Walk, value: Any) -> Any:
    """One of NumPy's numbers as Python's own, which raises where NumPy's gives infinity."""
    kind = e.b.kind(value)
    if kind.base != "scalar":
        return value
    made = PYTHONS.get(np.dtype(kind.dtype).kind)
    return value if made is None else e.call_constant(made, [value], {})


def _tolist(e: Walk, owner: Operand, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Nested lists, of arrays whose sizes are known; else the array, which is read like a list."""
    kind = e.b.kind(owner)
    if kind.immutable or kind.shape == ():
        return _item(e, owner, [], {})
    if kind.base != "array" or kind.shape is None:
        raise e.refuse(
            "`tolist` of this is not supported",
            "its rank is not known",
            "use an array of known rank",
        )
    if not isinstance(kind.shape[0], int):
        e.want(SizesWanted)
        raise e.refuse(
            "`tolist` of an array of unknown size is not supported",
            "a list is taken apart when source is generated",
            "use the array itself",
        )
    rows = [e.b.emit("getitem", owner, Const(k)) for k in range(kind.shape[0])]
    if len(kind.shape) == 1:
        return e.new_list([_as_python(e, row) for row in rows])
    return e.new_list([_tolist(e, row, [], {}) for row in rows])


def _compress(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call(Const(np.compress), [args[0], owner, *args[1:]], keywords)


def _view(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``x.view()``: of the numbers as they are."""
    given = [*args, *keywords.values()]
    kind = e.b.kind(owner)
    dtypes = [np.dtype(d.value) for d in given if isinstance(d, Const) and _is_dtype(d.value)]
    if kind.base != "array" or kind.dtype is None or len(dtypes) < len(given):
        raise _other_bytes(e)
    if any(dtype != np.dtype(kind.dtype) for dtype in dtypes):
        raise _other_bytes(e)
    return e.get_item(owner, Const(Ellipsis))


def _is_dtype(value: Any) -> bool:
    """Whether it names numbers of some kind; a class of arrays does not."""
    return isinstance(value, str | np.dtype) or (
        isinstance(value, type) and issubclass(value, np.number | int | float | complex)
    )


def _other_bytes(e: Walk) -> Exception:
    return e.refuse(
        "the method `view` of arrays is not supported",
        "it reads the bytes of numbers as other numbers",
        "use astype, or a subscript",
    )


def _is_integer(e: Walk, owner: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.binary("eq", e.binary("mod", owner, Const(1.0)), Const(0.0))


SPECIAL: dict[str, Callable[[Walk, Any, list[Any], dict[str, Any]], Any]] = {
    "reshape": _reshape,
    "copy": _copy,
    "transpose": _transpose,
    "flatten": _flatten,
    "astype": _astype,
    "fill": _fill,
    "item": _item,
    "__float__": lambda e, owner, args, keywords: e.call(Const(float), [owner], {}),
    "__len__": lambda e, owner, args, keywords: e.call(Const(len), [owner], {}),
    "tolist": _tolist,
    "compress": _compress,
    "is_integer": _is_integer,
    "view": _view,
}
REASONS = {
    "resize": "it changes an array's size in place",
    "setflags": "generated code decides by itself which arrays it writes",
    "byteswap": "it changes the bytes of numbers",
    "tobytes": "it reads the bytes of numbers",
}
