"""Functions that make arrays of what there is: new ones, the same one, or views of it."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np

from srcgrad.errors import SizesWanted
from srcgrad.handlers.complex import viewed
from srcgrad.handlers.table import FIRST, handles
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.values.iterators import IteratorV
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk


@handles(np.squeeze)
def _squeeze(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Compiled code must know how many axes go: those of which all sizes are known."""
    x = e.as_operand(args[0])
    shape = e.b.kind(x).shape if isinstance(x, str) else None
    axis = (*args[1:], keywords.get("axis", Const(None)))[0]
    if e.compiled and axis == Const(None) and shape:
        sizes = [
            size if isinstance(size, int) else e.b.size(x, Const(k)) for k, size in enumerate(shape)
        ]
        known = [size.value if isinstance(size, Const) else size for size in sizes]
        if not all(isinstance(size, int) for size in known):
            e.want(SizesWanted)
        elif 1 not in known:
            return x
        else:
            axes = tuple(k for k, size in enumerate(known) if size == 1)
            return e.call_operation("np.squeeze", [x, Const(axes)], {})
    return e.call_operation("np.squeeze", args, keywords)


@handles(np.asanyarray)
def _any_array(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.asanyarray``: what is not followed may be an array of a class of its own, and stays."""
    operand = args[0]
    unknown = isinstance(operand, str) and e.b.kind(operand).base == "opaque"
    return operand if unknown else same_array(e, args, keywords)


@handles(np.asarray)
def same_array(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.asarray``: the array itself, if it is one of that dtype."""
    value, dtype = args[0], args[1] if len(args) > 1 else keywords.get("dtype", Const(None))
    if e.is_sequence(value) or isinstance(value, IteratorV) or e.is_numbers(value):
        value = e.as_operand(value)
    if isinstance(value, TupleV | ListV) or isinstance(value, Const):
        result = _display(e, value)
    else:
        operand = e.to_operand(value)
        if e.b.kind(operand).base == "opaque":
            return e.b.emit("np.asarray", operand, dtype)
        result = e.b.emit("np.asarray", operand) if e.b.kind(operand).immutable else operand
    if not isinstance(dtype, Const):
        raise unknown_dtype(e)
    if dtype.value is not None and np.dtype(dtype.value).name != e.b.kind(result).dtype:
        result = e.b.emit("astype", result, Const(np.dtype(dtype.value)))
    order = args[2] if len(args) > 2 else keywords.get("order", Const(None))
    return in_order(e, result, order)


def in_order(e: Walk, array: Any, order: Any) -> Any:
    """The array itself, if its memory is in this order."""
    if order in (Const(None), Const("K"), Const("k")) or not e.b.kind(array).ndim:
        return array
    written = str(getattr(order, "value", "")).upper()  # NumPy takes small letters, too
    made = {"C": "np.ascontiguousarray", "F": "np.asfortranarray"}.get(written)
    if written == "A" and e.b.kind(array).ndim == 1:
        return array
    if made is None:
        raise e.refuse(
            "this order of an array's elements is not supported",
            "it depends on the layout of what is passed",
            "use order='C' or order='F'",
        )
    return e.b.emit(made, array)


@handles(np.array)
def _array(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.array``: a new array, unless ``copy=False``."""
    copy = keywords.pop("copy", Const(True))
    if not isinstance(copy, Const):
        raise unknown_copy(e)
    order = keywords.pop("order", Const("K"))
    result = same_array(e, args, keywords)
    result = e.b.emit("np.copy", result) if _always(copy.value) and result == args[0] else result
    result = in_order(e, result, order)
    rank, wanted = e.b.kind(result).ndim, keywords.get("ndmin", Const(0))
    if isinstance(wanted, Const) and rank is not None and wanted.value > rank:
        return e.get_item(result, TupleV((*[Const(None)] * (wanted.value - rank), Const(...))))
    return result


def _always(copy: Any) -> bool:
    """Whether an argument ``copy`` asks for a copy, needed or not; SciPy passes NumPy's own names."""
    return copy.name == "ALWAYS" if isinstance(copy, enum.Enum) else bool(copy)


@handles(np.result_type)
def _result_type(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.result_type``: of what is known of its operands, where Python numbers are weak."""
    weak = {"float": Const(1.0), "int": Const(1), "complex": Const(1j)}
    found = []
    for arg in args:
        operand = e.to_operand(arg)
        plain = operand if isinstance(operand, Const) else weak.get(e.b.kind(operand).base)
        found.append(plain or Const(known_dtype(e, operand)))
    return e.static(np.result_type, *found)


@handles(np.common_type)
def _common_type(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.common_type``: of arrays of which only the dtypes matter."""
    dtypes = [known_dtype(e, e.as_operand(arg)) for arg in args]
    if any(may_be_real(e, dtype) for dtype in dtypes):
        return e.call_library(np.common_type, args, keywords)
    return e.static(np.common_type, *(Const(np.empty(0, dtype)) for dtype in dtypes))


@handles(np.iscomplexobj, np.isrealobj)
def _is_complex(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Whether an array is complex is known where its dtype is."""
    function, operand = e.callee, e.as_operand(args[0] if args else keywords["x"])
    dtype = e.b.kind(operand).dtype
    if dtype is None or may_be_real(e, dtype):
        return e.call_library(function, [operand], {})
    return e.static(function, Const(np.empty(0, dtype)))


def may_be_real(e: Walk, dtype: str) -> bool:
    """Whether what is complex by its kind may be real: eigenvalues decide that."""
    return e.or_real and np.dtype(dtype).kind == "c"


def known_dtype(e: Walk, operand: Any) -> Any:
    kind = e.b.kind(operand)
    if kind.dtype is None or kind.base == "any":
        raise e.refuse(
            "the dtype of this is not known",
            "it may be a number or an array",
            "name the dtype",
        )
    return np.dtype(kind.dtype)


@handles(np.promote_types)
def _promote_types(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.static(np.promote_types, *map(e.to_operand, args))


@handles(np.fromiter, through=FIRST)
def _from_iterator(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.fromiter``: an array of the first ``count`` items, or of all."""
    dtype = args[1] if len(args) > 1 else keywords["dtype"]
    count = args[2] if len(args) > 2 else keywords.get("count", Const(-1))
    found = same_array(e, [e.call_constant(list, args[:1], {}), dtype], {})
    if count == Const(-1):
        return found
    e.require(
        e.binary("ge", e.count(found), count), ValueError, "iterator too short for this count"
    )
    cut = slice(None, count.value) if isinstance(count, Const) else None
    bounds = (Const(None), count, Const(None))
    return e.get_item(found, e.b.emit("slice", *bounds) if cut is None else Const(cut))


@handles(np.ascontiguousarray)
def _contiguous(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    result = same_array(e, args, keywords)
    return e.b.emit("np.ascontiguousarray", result) if result == args[0] else result


def _display(e: Walk, value: Any) -> Any:
    """A new array from nested sequences."""
    if isinstance(value, Const):
        return e.b.emit(
            "array_literal",
            Const(np.array(value.value).tolist()),
            kind=kinds.of_constant(np.array(value.value)),
        )
    operand = e.as_operand(value)
    if isinstance(operand, Const):
        return e.b.emit(
            "array_literal", Const(operand.value.tolist()), kind=kinds.of_constant(operand.value)
        )
    return operand


@handles(np.real)
def _real(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The real part of what is real is itself."""
    operand = e.as_operand(args[0])
    part = viewed(e, operand, "real")
    if part is not None:
        return part
    dtype = e.b.kind(operand).dtype
    return operand if dtype and np.dtype(dtype).kind != "c" else e.b.emit("np.real", operand)


@handles(np.nan_to_num)
def _nan_to_num(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.nan_to_num``, which stores into the array itself for ``copy=False``."""
    copy = args[1] if len(args) > 1 else keywords.get("copy", Const(True))
    keywords = {key: value for key, value in keywords.items() if key != "copy"}
    x = args[0] if args else keywords.pop("x")
    keywords.update(zip(("nan", "posinf", "neginf"), args[2:], strict=False))
    result = e.call_ruled(np.nan_to_num, [x], keywords)
    if same_array(e, [x], {}) != x or e.b.kind(x).immutable or copy == Const(True):
        return result
    if copy != Const(False):
        raise unknown_copy(e)
    e.set_item(x, Const(Ellipsis), result)
    return x


@handles(np.require)
def _require(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.require``: the array itself where it is what is asked for."""
    given = {**dict(zip(("a", "dtype", "requirements"), args, strict=False)), **keywords}
    wanted = e.to_operand(given.get("requirements", Const(None)))
    letters = wanted.value if isinstance(wanted, Const) else "?"
    asked = {str(letter)[:1].upper() for letter in letters or ()}
    array = same_array(e, [given["a"]], {"dtype": given.get("dtype", Const(None))})
    if asked <= {"A", "W"}:
        return array
    if asked <= {"A", "W", "C"}:
        return e.b.emit("np.ascontiguousarray", array)
    return e.call_library(np.require, args, keywords)


@handles(np.asarray_chkfinite)
def _asarray_chkfinite(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    array = same_array(e, args, keywords)
    finite = e.b.emit("np.all", e.b.emit("np.isfinite", array))
    message = "array must not contain infs or NaNs"
    e.require(finite, ValueError, message)
    return array


def unknown_dtype(e: Walk) -> Any:
    return e.refuse(
        "the dtype of this array is not known",
        "`dtype` is computed as the function runs",
        "use a constant, or the dtype of an array",
    )


def unknown_copy(e: Walk) -> Any:
    return e.refuse(
        "whether this copies is not known",
        "`copy` decides what shares memory",
        "use a constant",
    )


@handles(np.diff)
def _diff(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.diff``, which for ``n=0`` gives the array itself."""
    n = args[1] if len(args) > 1 else keywords.get("n", Const(1))
    if n == Const(0):
        return same_array(e, args[:1], {})
    if e.takes("np.diff", args, keywords):
        return e.call_operation("np.diff", args, keywords)
    return e.call_definition(np.diff, args, keywords)


# --- splitting ------------------------------------------------------------------------------


@handles(np.split)
def _split(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    axis = args[2] if len(args) > 2 else keywords.get("axis", Const(0))
    return _cut(e, args, keywords, axis)


@handles(np.array_split)
def _array_split(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    axis = args[2] if len(args) > 2 else keywords.get("axis", Const(0))
    return _cut(e, args, keywords, axis, equal=False)


@handles(np.hsplit)
def _hsplit(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    ndim = e.b.kind(e.as_operand(args[0])).ndim
    return _cut(e, args, keywords, Const(0 if ndim == 1 else 1))


@handles(np.vsplit)
def _vsplit(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    _need_rank(e, args[0], 2)
    return _cut(e, args, keywords, Const(0))


@handles(np.dsplit)
def _dsplit(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    _need_rank(e, args[0], 3)
    return _cut(e, args, keywords, Const(2))


def _need_rank(e: Walk, array: Any, least: int) -> None:
    ndim = e.b.kind(e.as_operand(array)).ndim
    if ndim is not None and ndim < least:
        raise e.refuse(
            f"this splits an array of {ndim} dimensions",
            "NumPy itself raises ValueError here",
            f"pass one of {least} dimensions",
            raises=True,
        )


def _cut(e: Walk, args: list[Any], keywords: dict[str, Any], axis: Any, equal: bool = True) -> Any:
    """The pieces of an array along an axis, as views."""
    value = e.as_operand(args[0])
    parts = args[1] if len(args) > 1 else keywords["indices_or_sections"]
    if not isinstance(axis, Const):
        raise e.refuse(
            "the axis of this split is not known", "it decides the slices", "use a constant"
        )
    size = e.b.size(value, axis)
    if isinstance(parts, Const) and isinstance(parts.value, int):
        count = parts
        step, rest = e.binary("floordiv", size, count), e.binary("mod", size, count)
        cuts = [e.binary("mul", step, Const(k)) for k in range(1, count.value)]
        if equal:
            e.require(
                e.binary("eq", rest, Const(0)),
                ValueError,
                "array split does not result in an equal division",
            )
        else:
            cuts = [e.binary("add", cut, _smaller(e, rest, k)) for k, cut in enumerate(cuts, 1)]
    else:
        cuts = list(e.items_of(parts))
    bounds = [Const(0), *cuts, size]
    whole = [Const(slice(None))]
    before = whole * axis.value if axis.value >= 0 else [Const(Ellipsis)]
    after = whole * max(-1 - axis.value, 0)
    pieces = []
    for low, high in zip(bounds[:-1], bounds[1:], strict=True):
        index = TupleV((*before, e.b.emit("slice", low, high, Const(None)), *after))
        pieces.append(e.get_item(value, index))
    return e.new_list(pieces)


def _smaller(e: Walk, rest: Any, k: int) -> Any:
    """Of ``rest`` pieces that are longer by one, those among the first ``k``."""
    return (
        Const(min(rest.value, k)) if isinstance(rest, Const) else e.b.emit("min", (rest, Const(k)))
    )
