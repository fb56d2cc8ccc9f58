"""NumPy's functions that work on structure: several results, grids by subscript, functions."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from srcgrad import definitions
from srcgrad.definitions import grids, padding
from srcgrad.errors import MissingRule
from srcgrad.handlers.table import Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.rules.operation import key_of
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


@handles(definitions.as_is)
def _as_is(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call that a definition makes of what it defines: on constants, and kept."""
    made = e.call_library(args[0].value, args[1:], keywords)
    named = hasattr(e.stand_in_objects.get(made), "_fields") if isinstance(made, str) else False
    return made if named else several(e, made)


@handles(definitions.drawn)
def _drawn(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call_unknown(args[0].value, args[1:], keywords)


@handles(definitions.by_rule)
def _by_rule(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    key = key_of(args[0].value)
    assert key is not None
    return e.call_operation(key, args[1:], keywords)


def several(e: Walk, result: Any, cls: Any = tuple) -> Any:
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


# --- factorisations whose form depends on sizes -----------------------------------------------


# --- padding ----------------------------------------------------------------------------------

STATISTICS = ("linear_ramp", "mean", "median", "maximum", "minimum")
PAD_MODES = ("constant", "edge", "reflect", "symmetric", "wrap", "empty")


@handles(np.pad)
def _pad(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("array", "pad_width", "mode"), args, strict=False)) | keywords
    mode = given.get("mode", Const("constant"))
    if isinstance(mode, Const) and mode.value in STATISTICS:
        return e.call_constant(padding.pad, list(args), keywords)
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


# --- questions about dtypes -------------------------------------------------------------------


def _isdtype(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Of several sorts, too, which is no question of run time."""
    known = [
        Const(tuple(x.value for x in arg.items)) if _all_constant(arg) else arg for arg in args
    ]
    found = e.call_static(np.isdtype, known, keywords)
    return e.call_unknown(np.isdtype, args, keywords) if found is None else found


def _all_constant(value: Any) -> bool:
    return isinstance(value, TupleV) and all(isinstance(item, Const) for item in value.items)


if hasattr(np, "isdtype"):
    handles(np.isdtype)(_isdtype)


# --- functions made of functions --------------------------------------------------------------


@handles(np.poly1d)
def _poly1d(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    of_roots = keywords.get("r", Const(False))
    if len(args) != 1 or set(keywords) - {"r"} or not isinstance(of_roots, Const):
        raise e.refuse(
            "np.poly1d of another variable is not supported",
            "it is known by its coefficients, or roots, alone",
            "use np.poly and np.polyval",
        )
    from srcgrad.definitions import polynomial_classes

    coef = e.call_constant(np.poly, list(args), {}) if of_roots.value else args[0]
    return e.call_constant(polynomial_classes.poly1d, [coef], {})


def _series(function: Any) -> Handler | None:
    """The handler of ``Polynomial(c)``, of ``Chebyshev.fit(x, y, 3)`` and the like."""
    if "numpy.polynomial.polynomial" not in sys.modules:  # which NumPy imports at first use
        return None
    from srcgrad.definitions import polynomial_classes

    tables = (polynomial_classes.MAKERS, polynomial_classes.FITS)
    found = next((table[function] for table in tables if function in table), None)
    if found is None:
        return None
    return lambda e, args, keywords: e.call_constant(found, list(args), keywords)


@handles(np.fromfunction)
def _fromfunction(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
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
    series = _series(function)
    if series is not None:
        return series
    if isinstance(function, type) and issubclass(function, np.number | np.bool_):
        dtype = np.dtype(function)

        def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
            if not args or keywords:
                return Const(function()) if not args else e.call_unknown(function, args, keywords)
            if isinstance(args[0], Const) and not isinstance(args[0].value, tuple | np.ndarray):
                return e.static(function, args[0])
            return e.b.emit("astype", e.as_operand(args[0]), Const(dtype))

        return handler
    return None


# --- einsum with lists of axes ----------------------------------------------------------------


@handles(np.einsum)
def _einsum(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
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


def _letters(e: Walk, axes: Any) -> str:
    items = [item.value for item in e.items_of(axes)]
    return "".join("..." if item is Ellipsis else chr(ord("a") + item) for item in items)
