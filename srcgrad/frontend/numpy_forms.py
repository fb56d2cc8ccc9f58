"""NumPy's functions that work on structure: several results, grids by subscript, functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad import definitions
from srcgrad.definitions import complexes, grids, linalg
from srcgrad.errors import MissingRule, ShortAxesWanted, SizesWanted
from srcgrad.frontend.values import IteratorV, PartialV, TupleV
from srcgrad.ir import Const, Let
from srcgrad.rules.registry import key_of

Handler = Callable[[Any, list[Any], dict[str, Any]], Any]
HANDLERS: dict[Any, Handler] = {}


def handles(*functions: Any) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        return handler

    return decorate


@handles(definitions.as_is)
def _as_is(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call that a definition makes of what it defines: on constants, and kept."""
    return several(e, e.call_library(args[0].value, args[1:], keywords))


@handles(definitions.by_rule)
def _by_rule(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    key = key_of(args[0].value)
    assert key is not None
    return e.call_operation(key, args[1:], keywords)


def _of_complex(key: str) -> Handler:
    def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(args[0], Const) and not e.array_constant(args[0]):
            return e.static(abs, args[0])
        operand = e.as_operand(args[0])
        if (e.b.kind(operand).dtype or "").startswith("complex"):
            return e.b.emit("modulus", operand)
        return e.call_operation(key, [operand, *args[1:]], keywords)

    return handler


HANDLERS[np.absolute], HANDLERS[abs] = _of_complex("np.absolute"), _of_complex("abs")


@handles(complex)
def _complex(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [*args, *keywords.values()]
    if all(isinstance(part, Const) for part in parts):
        return e.static(complex, *parts)
    real, imag = parts[0], parts[1] if len(parts) > 1 else Const(0.0)
    return e.binary("add", real, e.binary("mul", Const(1j), imag))


@handles(np.imag)
def _imag(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The imaginary part; of real numbers, zeros."""
    operand = e.as_operand(args[0])
    if (e.b.kind(operand).dtype or "").startswith("complex"):
        return e.b.emit("np.imag", operand)
    return Const(0.0) if e.b.kind(operand).immutable else e.b.emit("np.zeros_like", operand)


def _complex_form(function: Any, definition: Any) -> None:
    """What a function is for complex numbers, where its rule holds for real ones."""
    outer = HANDLERS.get(function)

    def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        operands = [e.as_operand(arg) for arg in args[:2] if not isinstance(arg, Const)]
        if any((e.b.kind(x).dtype or "").startswith("complex") for x in operands):
            return e.call_constant(definition, args, keywords)
        if outer is not None:
            return outer(e, args, keywords)
        return e.call_ruled(function, args, keywords)

    HANDLERS[function] = handler


for _function, _definition in complexes.FORMS.items():
    _complex_form(_function, _definition)


def several(e: Any, result: Any, cls: Any = tuple) -> Any:
    """A result that is a tuple, taken apart."""
    kind = e.b.kind(result) if isinstance(result, str) else None
    if kind is None or kind.base != "tuple" or kind.dim == "unknown":
        return result
    return TupleV(tuple(e.b.emit("getitem", result, Const(k)) for k in range(len(kind.items))), cls)


NAMED = {np.linalg.slogdet, np.linalg.eigh, np.linalg.qr, np.linalg.svd, np.linalg.eig}


def named_results(function: Any) -> Any:
    """The class of the tuple that a function returns."""
    return type(function(np.eye(1))) if function in NAMED else tuple


# --- grids and joins by subscript -------------------------------------------------------------

INDEXERS: dict[Any, Any] = {
    np.mgrid: grids.mgrid,
    np.ogrid: grids.ogrid,
    np.r_: grids.r_,
    np.c_: grids.c_,
    np.s_: None,
}


def is_indexer(value: Any) -> bool:
    return any(known is value for known in INDEXERS)


def indexer(e: Any, owner: Any, index: Any) -> Any:
    """``np.r_[a, 0, b]``, ``np.mgrid[0:n, 0:m]``; None for what is no such object."""
    found = next((d for o, d in INDEXERS.items() if o is owner), None)
    if found is None:
        return None
    parts = (
        e.items_of(index)
        if isinstance(index, TupleV)
        or (isinstance(index, Const) and isinstance(index.value, tuple))
        else (index,)
    )
    whole = isinstance(index, TupleV | Const) and len(parts) > 1
    return e.call_constant(
        found, [e.new_list([_ranged(e, part) for part in parts]), Const(whole)], {}
    )


def _ranged(e: Any, part: Any) -> Any:
    """A slice as ``(start, stop, step)``; anything else as it is."""
    if isinstance(part, Const) and isinstance(part.value, slice):
        cut = part.value
        return TupleV((Const(cut.start), Const(cut.stop), Const(cut.step)))
    if isinstance(part, str) and e.b.kind(part).base == "slice":
        made = next(s for s in e.b.block if isinstance(s, Let) and s.target == part)
        return TupleV(tuple(made.args))
    return part


@handles(np.ndindex)
def _ndindex(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    sizes = args if len(args) != 1 or e.kind_base(args[0]) == "int" else e.items_of(args[0])
    if not sizes:
        return TupleV((TupleV(()),))
    columns = e.call_constant(grids.indices, [TupleV(tuple(sizes))], {})
    return IteratorV("zip", columns.items)


@handles(np.ndenumerate)
def _ndenumerate(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    array = e.as_operand(args[0])
    numbers = _ndindex(e, [e.b.emit("np.shape", array)], {})
    return IteratorV("zip", (numbers, e.b.emit("np.ravel", array)))


# --- factorisations whose form depends on sizes -----------------------------------------------


def _sizes(e: Any, matrix: Any) -> tuple[int, int] | None:
    """The exact sizes of a matrix, or equal ones; None if they are not known."""
    shape = e.b.kind(matrix).shape
    if shape is None or len(shape) < 2:
        return None
    if shape[-1] == shape[-2]:
        return 1, 1
    if all(isinstance(dim, int) for dim in shape[-2:]):
        return shape[-2], shape[-1]
    e.want(SizesWanted)
    return None


@handles(np.linalg.qr)
def _qr(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    matrix = e.as_operand(args[0])
    sizes = _sizes(e, matrix)
    wide = sizes is not None and sizes[0] < sizes[1]
    definition = linalg.qr_wide if wide else linalg.qr
    return e.call_constant(definition, [matrix, *args[1:]], keywords)


@handles(np.linalg.svd)
def _svd(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    matrix = e.as_operand(args[0])
    given = (
        dict(zip(("full_matrices", "compute_uv", "hermitian"), args[1:], strict=False)) | keywords
    )
    uv = e.steering(given.get("compute_uv", Const(True)), "compute_uv")
    full = e.steering(given.get("full_matrices", Const(True)), "full_matrices")
    if not uv:
        return e.call_constant(linalg.svdvals, [matrix], {})
    if full:
        sizes = _sizes(e, matrix)
        if sizes is not None and sizes[0] != sizes[1]:
            return _full_svd(e, matrix)
    key = "complex_svd" if is_complex(e, matrix) else "np.linalg.svd"
    return e.call_operation(key, [matrix, Const(bool(full))], {})


def is_complex(e: Any, operand: Any) -> bool:
    return (e.b.kind(operand).dtype or "").startswith("complex")


@handles(np.linalg.eig)
def _eig(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Of a real matrix, values decide whether the result is real: it is kept, for constants."""
    matrix = e.as_operand(args[0])
    if is_complex(e, matrix):
        return e.call_operation("np.linalg.eig", [matrix], {})
    return e.call_library(np.linalg.eig, args, keywords)


@handles(np.linalg.eigvals)
def _eigvals(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    matrix = e.as_operand(args[0])
    if is_complex(e, matrix):
        return e.call_operation("np.linalg.eig", [matrix], {}).items[0]
    return e.call_library(np.linalg.eigvals, args, keywords)


def _full_svd(e: Any, matrix: Any) -> Any:
    """All singular vectors: beyond the first, no derivative is defined, so they are kept."""
    whole = e.call_library(np.linalg.svd, [matrix], {})
    values = e.call_constant(linalg.svdvals, [matrix], {})
    parts = [e.b.emit("getitem", whole, Const(k)) for k in (0, 2)]
    return TupleV((parts[0], values, parts[1]), type(np.linalg.svd(np.eye(1))))


@handles(np.cross)
def _cross(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Of vectors in a plane, numbers."""
    if len(args) == 2 and not keywords:
        ends = [(e.b.kind(e.as_operand(arg)).shape or (None,))[-1] for arg in args]
        if 3 not in ends and any(map(e.b.is_short, ends)):
            raise ShortAxesWanted
        if ends == [2, 2] and np.lib.NumpyVersion(np.__version__) < "2.5.0":  # which refuses them
            return e.call_constant(linalg.plane_cross, args, {})
    return e.call_ruled(np.cross, args, keywords)


# --- padding ----------------------------------------------------------------------------------

PAD_MODES = ("constant", "edge", "reflect", "symmetric", "wrap", "empty")


@handles(np.pad)
def _pad(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("array", "pad_width", "mode"), args, strict=False)) | keywords
    mode = given.get("mode", Const("constant"))
    if not isinstance(mode, Const) or mode.value not in PAD_MODES:
        name = mode.value if isinstance(mode, Const) else "unknown"
        raise e.refuse(
            f"np.pad has no derivative for the mode `{name}`",
            "it puts other numbers around an array than its own",
            "join the parts with np.concatenate",
            error=MissingRule,
        )
    fill = given.get("constant_values", Const(0))
    if not isinstance(fill, Const) and not isinstance(fill, TupleV):
        return e.call_constant(grids.padded, [given["array"], given["pad_width"], fill], {})
    return e.call_operation("np.pad", args, keywords)


# --- functions made of functions --------------------------------------------------------------


@handles(np.fromiter)
def _fromiter(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("iter", "dtype", "count"), args, strict=False)) | keywords
    items = given["iter"]
    if "count" in given:
        return e.call_ruled(np.fromiter, args, keywords)
    if not e.is_list(items):
        items = e.new_list(e.items_of(items))
    return e.call_constant(np.array, [items], {"dtype": given["dtype"]})


@handles(np.poly1d)
def _poly1d(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return PartialV(Const(np.polyval), (e.as_operand(args[0]),), ())


def _polynomial(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if len(args) > 1 or keywords:
        raise e.refuse(
            "a Polynomial with a domain is not supported",
            "its argument is scaled",
            "use np.polynomial.polynomial.polyval",
        )
    return PartialV(Const(grids.polynomial), (e.as_operand(args[0]),), ())


@handles(np.fromfunction)
def _fromfunction(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    dtype = keywords.pop("dtype", Const(float))
    shape = tuple(e.items_of(args[1]))
    numbers = [
        e.call_constant(grids.axis_numbers, [TupleV(shape), Const(k), dtype], {})
        for k in range(len(shape))
    ]
    return e.call(args[0], numbers, keywords)


# --- conversions ------------------------------------------------------------------------------


def converter(function: Any) -> Handler | None:
    """The handler of ``np.float64(x)`` and the like."""
    polynomial = sys.modules.get("numpy.polynomial")  # which NumPy imports at first use
    if polynomial is not None and function is polynomial.Polynomial:
        return _polynomial
    if isinstance(function, type) and issubclass(function, np.number | np.bool_):
        dtype = np.dtype(function)

        def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
            if not args or keywords:
                return Const(function()) if not args else e.call_unknown(function, args, keywords)
            if isinstance(args[0], Const) and not isinstance(args[0].value, tuple | np.ndarray):
                return e.static(function, args[0])
            return e.b.emit("astype", e.as_operand(args[0]), Const(dtype))

        return handler
    return None


# --- einsum with lists of axes ----------------------------------------------------------------


@handles(np.einsum)
def _einsum(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The form with subscripts; lists of axes become letters."""
    keywords = {k: v for k, v in keywords.items() if k not in ("optimize", "order", "casting")}
    if not (isinstance(args[0], Const) and isinstance(args[0].value, str)):
        operands, terms = (
            args[0 : len(args) // 2 * 2 : 2],
            [_letters(e, item) for item in args[1::2]],
        )
        text = ",".join(terms)
        if len(args) % 2:
            text += "->" + _letters(e, args[-1])
        args = [Const(text), *operands]
    return e.call_operation("np.einsum", args, keywords)


def _letters(e: Any, axes: Any) -> str:
    items = [item.value for item in e.items_of(axes)]
    return "".join("..." if item is Ellipsis else chr(ord("a") + item) for item in items)
