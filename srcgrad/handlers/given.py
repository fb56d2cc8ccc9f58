"""Calls of functions whose derivatives the user has handed in: they are procedures, never followed."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from srcgrad.errors import InputError
from srcgrad.handlers.table import Handler
from srcgrad.ir import kinds
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const
from srcgrad.ir.procedures import Procedure
from srcgrad.runtime.given import Given, given
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


def handler(function: Any) -> Handler | None:
    """The handler of a function whose derivatives were handed in; None for any other."""
    found = given(function)
    return None if found is None else functools.partial(_call, found)


def _call(about: Given, e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    function, ndim = about.function, about.ndim
    e.check_states(function)
    name = str(getattr(function, "__name__", type(function).__name__))
    operands = [_operand(e, name, arg) for arg in _positional(e, function, args, keywords)]
    names = e.b.names
    params = [
        names.fresh(ir.base(x) or "x", _plain(e.b.kind(x))) for x in operands if x in names.kinds
    ]
    passed, rest = [x for x in operands if isinstance(x, str)], iter(params)
    inner = tuple(next(rest) if isinstance(x, str) else x for x in operands)
    dtype = _dtype(e, about, operands)
    results = tuple(_kind(dtype, n) for n in (ndim if isinstance(ndim, tuple) else (ndim,)))
    made = Procedure(name, results, names, family="given", parts=(function, inner), hands_on=True)
    made.called, made.new = "has a derivative of its own", True
    with e.b.nested() as body:
        call = Const(function), Const(dtype), Const(ndim), inner
        found = e.b.emit("called", *call, kind=made.kind)
        items = _items(e, found, ndim)
    made.define(tuple(params), body.block, items, e.b.origin)
    result = e.b.emit("procedure", Const(made), tuple(passed), kind=made.kind)
    items = _items(e, result, ndim)
    return TupleV(items) if isinstance(ndim, tuple) else items[0]


def _items(e: Walk, found: Any, ndim: Any) -> tuple[Any, ...]:
    """The results of a call, one by one."""
    if not isinstance(ndim, tuple) or len(ndim) == 1:
        return (found,)
    return tuple(e.b.emit("getitem", found, Const(k)) for k in range(len(ndim)))


def _positional(
    e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]
) -> tuple[Any, ...]:
    """All arguments by position: derivatives are called so."""
    if not keywords:
        return tuple(args)
    try:
        bound = inspect.signature(function).bind(*args, **keywords)
    except (TypeError, ValueError):
        bound = None
    if bound is None or bound.kwargs:
        raise e.refuse(
            "arguments are passed by name to a function with a derivative of its own",
            "its vjp takes them by position",
            "pass them by position",
        )
    return bound.args


def _operand(e: Walk, name: str, value: Any) -> Any:
    """An argument: a number, an array or a constant."""
    kind = e.b.kind(value) if isinstance(value, str) else kinds.NONE
    if kind.dtype is not None and kind.dtype.startswith("complex"):
        raise e.refuse(
            f"`{name}`, whose derivative is called, is passed complex numbers",
            "its vjp is one of real numbers",
            "pass real and imaginary part",
            error=InputError,
        )
    if isinstance(value, Const) or kind.numeric:
        return value
    raise e.refuse(
        f"`{name}`, whose derivative is called, is passed something else than numbers and arrays",
        "its vjp gives one gradient for each argument, which is an array or a number",
        "pass arrays, each as an argument of its own",
        error=InputError,
    )


def _plain(kind: Kind) -> Kind:
    return kinds.INT if kind.base == "int" else kind


def _dtype(e: Walk, about: Given, operands: list[Any]) -> str:
    """The dtype of the results: as it was stated, or that of the floating arguments together."""
    if about.dtype is not None:
        return about.dtype
    floating = [kind for kind in map(e.b.kind, operands) if kind.floating]
    return kinds.name_of(kinds.result_dtype(*floating)) if floating else "float64"


def _kind(dtype: str, ndim: int | None) -> Kind:
    if ndim is None:
        return kinds.anything(dtype)
    return kinds.array(dtype, ndim) if ndim else kinds.scalar(dtype)
