"""Elaboration of the methods of ufuncs: ``np.add.at``, ``np.minimum.outer``, ``np.add.reduce``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.frontend.values import TupleV
from srcgrad.ir import Const

REDUCTIONS: dict[Any, Any] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}
ACCUMULATIONS: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


def find(function: Any) -> Callable[..., Any] | None:
    """The handler of a method of a ufunc; None for any other function."""
    ufunc, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if not isinstance(ufunc, np.ufunc):
        return None
    if name in TABLES:
        other = TABLES[name].get(ufunc)
        return None if other is None else functools.partial(_along, other)
    return functools.partial(METHODS[name], ufunc) if name in METHODS else None


def _at(ufunc: Any, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if ufunc not in (np.add, np.subtract):
        raise e.refuse(f"np.{ufunc.__name__}.at is not supported", "it has no derivative code",
                       "use np.add.at")
    value = e.as_operand(args[2])
    if ufunc is np.subtract:
        value = e.b.emit("neg", value)
    e.writable(args[0])
    e.b.effect("add_at", args[0], e.index_operand(args[1]), value)
    return Const(None)


def _outer(ufunc: Any, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``ufunc.outer(a, b)``: ``ufunc(a[..., None], b)`` with an axis for each one of ``b``."""
    a, b = (e.as_operand(arg) for arg in args)
    rank = e.b.kind(b).ndim
    if rank is None:
        raise e.refuse(f"the rank of an operand of np.{ufunc.__name__}.outer is not known",
                       "it decides the axes of the result", "use an array of known rank")
    if e.b.kind(a).base == "array" and rank:
        a = e.get_item(a, TupleV((Const(Ellipsis), *[Const(None)] * rank)))
    return e.call_constant(ufunc, [a, b], keywords)


def _along(function: Any, e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.add.reduce(x)``: ``np.sum(x, axis=0)``"""
    if len(args) == 1:
        keywords = {"axis": Const(0), **keywords}
    return e.call_constant(function, args, keywords)


METHODS: dict[str, Callable[..., Any]] = {"at": _at, "outer": _outer}
TABLES = {"reduce": REDUCTIONS, "accumulate": ACCUMULATIONS}
