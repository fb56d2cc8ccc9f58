"""Functions of ``math``, ``operator`` and ``functools`` that are made of other operations."""

from __future__ import annotations

import functools
import math
import operator
import typing
from typing import Any

from srcgrad.handlers.table import FIRST, HANDLERS, Handler, handles
from srcgrad.ir import kinds
from srcgrad.ir.nodes import Const
from srcgrad.rules.kept import PURE, facts_of
from srcgrad.values.abstract import PartialV
from srcgrad.values.class_attributes import attribute_of_class, class_attribute, dispatched
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


@handles(math.log)
def _log(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Python computes ``log(x, base)`` as ``log(x) / log(base)``."""
    logs = [
        e.call_operation("math.log", [arg], {})
        if not isinstance(arg, Const)
        else e.static(math.log, arg)
        for arg in args
    ]
    return logs[0] if len(logs) == 1 else e.binary("truediv", *logs)


@handles(math.prod, through=FIRST)
def _prod(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = keywords.get("start", Const(1))
    if isinstance(args[0], str):
        return e.binary("mul", start, e.b.emit("np.prod", e.as_operand(args[0])))
    return functools.reduce(lambda a, b: e.binary("mul", a, b), e.items_of(args[0]), start)


@handles(math.dist)
def _dist(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    points = [e.items_of(arg) for arg in args]
    steps = [e.binary("sub", a, b) for a, b in zip(*points, strict=True)]
    return e.call_constant(math.hypot, steps, {})


@handles(math.modf)
def _modf(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    whole = e.b.emit("float", e.b.emit("math.trunc", e.to_operand(args[0])))
    return TupleV((e.binary("sub", args[0], whole), whole))


@handles(math.frexp)
def _frexp(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    x = e.to_operand(args[0])
    exponent = e.b.emit("exponent_of", x)
    return TupleV((e.b.emit("math.ldexp", x, e.b.emit("neg", exponent)), exponent))


def _sumprod(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    products = [
        e.binary("mul", a, b) for a, b in zip(e.items_of(args[0]), e.items_of(args[1]), strict=True)
    ]
    return functools.reduce(lambda a, b: e.binary("add", a, b), products, Const(0))


if hasattr(math, "sumprod"):
    handles(math.sumprod)(_sumprod)


@handles(divmod)
def _divmod(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV((e.binary("floordiv", *args), e.binary("mod", *args)))


@handles(pow)
def _pow(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    given = dict(zip(("base", "exp", "mod"), args, strict=False)) | keywords
    args = [given[name] for name in ("base", "exp", "mod") if name in given]
    if len(args) == 2:
        return e.binary("pow", *args)
    if all(isinstance(arg, Const) for arg in args):
        return e.static(pow, *args)
    return e.b.emit(
        "call", Const(pow), tuple(map(e.to_operand, args)), Const(()), (), kind=kinds.INT
    )


def _in_place(key: str) -> Handler:
    """``operator.iadd(x, y)``: what ``x += y`` makes of ``x``."""
    return lambda e, args, keywords: e.update(args[0], key, args[1])


for _key in (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("and", "or", "xor", "lshift", "rshift"),
):
    handles(getattr(operator, f"i{_key}"))(_in_place(_key))


@handles(operator.setitem)
def _setitem(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_item(*args)
    return Const(None)


@handles(operator.delitem)
def _delitem(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.delete_item(*args)
    return Const(None)


# --- what is said to type checkers -------------------------------------------------------------


@handles(typing.cast)
def _cast(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return args[1] if len(args) > 1 else keywords["val"]


def _itself(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return args[0] if args else keywords["val"]


for _name in ("assert_type", "reveal_type"):
    if hasattr(typing, _name):
        handles(getattr(typing, _name))(_itself)


# --- callables that were made from others -----------------------------------------------------


@handles(functools.wraps)
def _wraps(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A decorator that changes names and docstrings alone."""
    return Const(_unchanged)


def _unchanged(function: Any) -> Any:
    return function


@handles(_unchanged)
def _decorated(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``@wraps(f)``, and ``@njit`` with and without options."""
    made = bool(args) and not (isinstance(args[0], Const) and not callable(args[0].value))
    return args[0] if made else Const(_unchanged)


def call_made(e: Walk, function: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A call of ``itemgetter(k)``, ``partial(f, ...)`` and the like; None for anything else."""
    if isinstance(function, functools.partial):
        place = ("attribute", function, "args")
        fixed = e.capture(("args", id(function), ""), "args", function.args, place)
        named = e.capture(
            ("keywords", id(function), ""),
            "keywords",
            function.keywords,
            ("attribute", function, "keywords"),
        )
        inner = PartialV(
            Const(function.func),
            e.items_of(fixed),
            tuple((key.value, value) for key, value in e.pairs(named)),
        )
        return e.call(inner, args, keywords)
    if is_single_dispatch(function) and args:
        return e.call_constant(_chosen(e, function, args[0]), args, keywords)
    if isinstance(function, operator.itemgetter):
        found = [e.get_item(args[0], Const(key)) for key in function.__reduce__()[1]]
    elif isinstance(function, operator.attrgetter):
        found = [
            functools.reduce(e.attribute, name.split("."), args[0])
            for name in function.__reduce__()[1]
        ]
    elif isinstance(function, operator.methodcaller):
        return _method(e, function, args[0])
    elif _module(function) in TEXTS_AND_NUMBERS and facts_of(function) == PURE:
        plain = [e.plain(value) for value in [*args, *keywords.values()]]
        if not all(isinstance(value, Const) for value in plain):
            return None
        return e.static(
            lambda *found: function(
                *found[: len(args)], **dict(zip(keywords, found[len(args) :], strict=True))
            ),
            *plain,
        )
    elif (getattr(function, "__module__", None) or "").startswith("numba."):
        return _decorated(e, args, keywords)  # numba.njit and the like
    else:
        return None
    return found[0] if len(found) == 1 else TupleV(tuple(found))


def _chosen(e: Walk, function: Any, arg: Any) -> Any:
    """What is registered with a function of ``functools.singledispatch`` for the class of a value."""
    cls = HANDLERS[type](e, [arg], {}).value
    return e.look("dispatch", function, cls, function.dispatch(cls))


@handles(dispatched)
def _dispatched(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    owner, method, name, *rest = args
    if not rest:
        raise e.not_bound(f"`{name.value}` takes an argument, whose class decides what runs")
    chosen = _chosen(e, method.value.dispatcher, rest[0])
    of_class = isinstance(owner, Const) and isinstance(owner.value, type)
    bound = attribute_of_class if of_class else class_attribute
    return e.call(bound(e, owner.value if of_class else owner, chosen, name.value), rest, keywords)


def is_single_dispatch(function: Any) -> bool:
    """Whether ``functools.singledispatch`` made a function."""
    code = getattr(function, "__code__", None)
    return hasattr(function, "dispatch") and getattr(code, "co_filename", "") == functools.__file__


# modules of functions that give numbers and texts, and do nothing else
TEXTS_AND_NUMBERS = {"bisect", "statistics", "string", "textwrap"}


def _module(function: Any) -> str:
    return (getattr(function, "__module__", None) or "").removeprefix("_").split(".")[0]


def _method(e: Walk, function: Any, owner: Any) -> Any:
    maker, parts = function.__reduce__()
    keywords = maker.keywords if isinstance(maker, functools.partial) else {}
    name, *rest = (*maker.args, *parts) if isinstance(maker, functools.partial) else parts
    return e.call(
        e.attribute(owner, name),
        [Const(item) for item in rest],
        {key: Const(value) for key, value in keywords.items()},
    )
