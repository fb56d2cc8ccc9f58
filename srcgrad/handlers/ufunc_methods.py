"""Elaboration of the methods of ufuncs: ``np.add.at``, ``np.minimum.outer``, ``np.add.reduce``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.definitions import averages, reductions
from srcgrad.ir.nodes import Const
from srcgrad.values import signals
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk

REDUCTIONS: dict[Any, Any] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
    np.logaddexp: reductions.logaddexp_reduce,
    np.logaddexp2: reductions.logaddexp2_reduce,
}
ACCUMULATIONS: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


def ufunc_method(function: Any) -> Callable[..., Any] | None:
    """The handler of a method of a ufunc; None for any other function."""
    ufunc, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if not isinstance(ufunc, np.ufunc):
        return None
    if name == "reduce" and ufunc in REDUCTIONS:
        return functools.partial(_along, REDUCTIONS[ufunc])
    if name == "accumulate" and ufunc in ACCUMULATIONS:
        return functools.partial(_general, reductions.cumulated, ACCUMULATIONS[ufunc])
    if name in GENERAL:
        return functools.partial(_general, GENERAL[name], ufunc)
    return functools.partial(METHODS[name], ufunc) if name in METHODS else None


def _at(ufunc: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if ufunc not in (np.add, np.subtract):
        definition = reductions.at_unary if ufunc.nin == 1 else reductions.at_binary
        try:
            return e.call_constant(definition, [Const(ufunc), *args], keywords)
        except signals.Uncovered:
            raise e.refuse(
                f"np.{ufunc.__name__}.at is not supported for this index",
                "repeated elements are updated one after the other",
                "use an array of indices of one dimension",
            ) from None
    value = e.as_operand(args[2])
    if ufunc is np.subtract:
        value = e.b.emit("neg", value)
    e.writable(args[0])
    e.b.effect("add_at", args[0], e.index_operand(args[1]), value)
    return Const(None)


def _outer(ufunc: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``ufunc.outer(a, b)``: ``ufunc(a[..., None], b)`` with an axis for each one of ``b``."""
    a, b = (e.as_operand(arg) for arg in args)
    rank = e.b.kind(b).ndim
    if rank is None:
        raise e.refuse(
            f"the rank of an operand of np.{ufunc.__name__}.outer is not known",
            "it decides the axes of the result",
            "use an array of known rank",
        )
    if e.b.kind(a).base == "array" and rank:
        a = e.get_item(a, TupleV((Const(Ellipsis), *[Const(None)] * rank)))
    return e.call_constant(ufunc, [a, b], keywords)


def _along(function: Any, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.add.reduce(x)``: ``np.sum(x, axis=0)``"""
    if len(args) == 1:
        keywords = {"axis": Const(0), **keywords}
    if len(args) > 2:
        names = ("array", "axis", "dtype", "out", "keepdims", "initial", "where")
        keywords = {**dict(zip(names[2:], args[2:], strict=False)), **keywords}
        args = args[:2]
    if "dtype" in keywords:  # what is reduced is brought to it first
        keywords = dict(keywords)
        args = [
            e.call_constant(averages.in_dtype, [args[0], keywords.pop("dtype")], {}),
            *args[1:],
        ]
    return e.call_constant(function, args, keywords)


def _general(
    definition: Any, ufunc: Any, e: Walk, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """A method of any binary ufunc, element by element."""
    keywords = dict(keywords)
    out = keywords.pop("out", Const(None))
    try:
        found = e.call_constant(definition, [Const(ufunc), *args], keywords)
    except signals.Uncovered as error:
        raise e.refuse(
            f"np.{ufunc.__name__}.{definition.__name__} is not supported here",
            f"its definition does not cover {error}",
            "use NumPy's functions",
        ) from None
    if isinstance(out, Const) and out.value is None:
        return found
    e.set_item(out, Const(Ellipsis), found)
    return out


GENERAL = {
    "reduce": reductions.reduce,
    "accumulate": reductions.accumulate,
    "reduceat": reductions.reduceat,
}
METHODS: dict[str, Callable[..., Any]] = {"at": _at, "outer": _outer}
