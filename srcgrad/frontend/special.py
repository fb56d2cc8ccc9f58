"""Builtins and functions that work on structure: each is elaborated by a function of its own."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad import kinds
from srcgrad.frontend import derivatives, ufuncs
from srcgrad.frontend.values import (
    DictV,
    FunctionV,
    IteratorV,
    ListV,
    MethodV,
    ObjectV,
    OptionalV,
    PartialV,
    RangeV,
    TupleV,
    same,
)
from srcgrad.ir import Const

Handler = Callable[[Any, list[Any], dict[str, Any]], Any]

# parameters of NumPy's functions that are structure, not arrays

# functions that may be called on constants when source is generated

HANDLERS: dict[Any, Handler] = {}


def handles(*functions: Any) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        return handler

    return decorate


def find(function: Any) -> Handler | None:
    """The handler of a function, if it has one."""
    try:
        found = HANDLERS.get(function) or derivatives.find(function)
    except TypeError:
        return derivatives.find(function)
    return found or ufuncs.find(function)


@handles(range)
def _range(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [e.to_operand(arg) for arg in args]
    if len(parts) == 1:
        return RangeV(Const(0), parts[0], Const(1))
    return RangeV(parts[0], parts[1], parts[2] if len(parts) > 2 else Const(1))


@handles(iter)
def _iter(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return IteratorV("iter", tuple(args))


@handles(enumerate)
def _enumerate(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    return IteratorV("enumerate", (args[0],), start)


@handles(zip)
def _zip(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return IteratorV("zip", tuple(args))


@handles(reversed)
def _reversed(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    items = e.static_items(args[0]) if not isinstance(args[0], RangeV) else None
    return TupleV(tuple(e.now(item) for item in reversed(items))) if items is not None else IteratorV("reversed",
                                                                              (args[0],))


@handles(len)
def _len(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[0]
    if isinstance(value, str):
        kind = e.b.kind(value)
        if kind.base == "tuple" and kind.dim != "unknown":
            return Const(len(kind.items))
        return e.b.emit("len", value)
    if isinstance(value, Const):
        return Const(len(value.value))
    if isinstance(value, ObjectV):
        return e.call(e.attribute(value, "__len__"), [], {})
    if isinstance(value, RangeV):
        return e.range_length(value)
    return Const(len(e.items_of(value)))


@handles(tuple)
def _tuple(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV(tuple(e.items_of(args[0]))) if args else TupleV(())


@handles(list)
def _list(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if args and e.is_list(args[0]):
        return args[0]
    return e.new_list(e.items_of(args[0]) if args else (), e.node)


@handles(dict)
def _dict(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    pairs: list[Any] = []
    if args:
        if isinstance(args[0], DictV):
            pairs.extend(e.pairs(args[0]))
        else:
            pairs.extend(tuple(e.items_of(item)) for item in e.items_of(args[0]))
    pairs.extend((Const(key), value) for key, value in keywords.items())
    return e.new_dict(pairs)


@handles(isinstance)
def _isinstance(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    value, classes = args[0], e.to_operand(args[1]).value
    if isinstance(value, OptionalV):
        there, none = _isinstance(e, [value.value, args[1]], {}), _isinstance(
            e, [Const(None), args[1]], {})
        return there if there == none else value.present if there.value else e.negate(
            value.present)
    if isinstance(value, Const):
        return Const(isinstance(value.value, classes))
    classes = classes if isinstance(classes, tuple) else (classes,)
    return Const(any(issubclass(class_of(e, value), cls) for cls in classes))


def class_of(e: Any, value: Any) -> type:
    """The Python class of an abstract value."""
    structures = {ListV: list, DictV: dict, FunctionV: type(find), RangeV: range}
    if type(value) in structures:
        return structures[type(value)]  # type: ignore[return-value]
    if isinstance(value, TupleV | ObjectV):
        return value.cls
    kind = e.b.kind(value)
    simple = {"float": float, "int": int, "bool": bool, "complex": complex, "str": str,
              "array": np.ndarray, "tuple": tuple, "slice": slice}
    if kind.base in simple:
        return simple[kind.base]
    if kind.base == "scalar":
        return np.dtype(kind.dtype).type
    raise e.refuse("the class of this value is not known", "it may be a number or an array",
                   "test something else")


@handles(type)
def _type(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(type(args[0].value) if isinstance(args[0], Const) else class_of(e, args[0]))


@handles(getattr)
def _getattr(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if len(args) == 3 and not _has(e, args[0], args[1].value):
        return args[2]
    return e.attribute(args[0], args[1].value)


@handles(hasattr)
def _hasattr(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(_has(e, args[0], args[1].value))


def _has(e: Any, value: Any, name: str) -> bool:
    if isinstance(value, Const):
        return hasattr(value.value, name)
    if isinstance(value, ObjectV):
        found = (value.number, name) in e.store.content
        return found or hasattr(value.cls, name)
    return hasattr(class_of(e, value), name)


@handles(setattr)
def _setattr(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_attribute(args[0], args[1].value, args[2])
    return Const(None)


@handles(callable)
def _callable(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[0]
    return Const(callable(value.value) if isinstance(value, Const) else
                 isinstance(value, FunctionV | MethodV | PartialV))


@handles(functools.partial)
def _partial(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return PartialV(args[0], tuple(args[1:]), tuple(keywords.items()))


@handles(map)
def _map(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    rows = zip(*(e.items_of(arg) for arg in args[1:]), strict=False)
    return TupleV(tuple(e.call(args[0], list(row), {}) for row in rows))


@handles(functools.reduce)
def _reduce(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    items = list(e.items_of(args[1]))
    value = args[2] if len(args) > 2 else items.pop(0)
    for item in items:
        value = e.call(args[0], [value, item], {})
    return value


@handles(sum)
def _sum(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    start = args[1] if len(args) > 1 else keywords.get("start", Const(0))
    if isinstance(args[0], str):
        total = e.b.emit("np.sum", e.as_operand(args[0]), Const(0))
        return total if same(start, Const(0)) else e.binary("add", start, total)
    items = list(e.items_of(args[0]))
    if items and same(start, Const(0)):
        start = items.pop(0)
    for item in items:
        start = e.binary("add", start, item)
    return start


def _extreme(key: str, numpy: Any) -> Handler:
    def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if len(args) == 1 and isinstance(args[0], str):
            return e.call_operation(f"np.{key}", [e.as_operand(args[0])], {})
        values = args if len(args) > 1 else list(e.items_of(args[0]))
        if keywords:
            raise e.refuse(f"`{key}` with keywords is not supported", "no rule covers them",
                           "write the comparison out")
        if all(isinstance(value, Const) for value in values):
            return Const(getattr(builtins, key)(value.value for value in values))
        result = values[0]
        for value in values[1:]:
            result = _pick(e, key, result, value)
        return result

    return handler


def _pick(e: Any, key: str, a: Any, b: Any) -> Any:
    """``max(a, b)`` as Python has it: ``b`` if it is greater, otherwise ``a``."""
    if all(e.b.kind(value).base == "int" for value in (a, b)):
        return e.b.emit(key, (a, b), kind=kinds.INT)
    cond = e.binary("gt" if key == "max" else "lt", b, a)
    if isinstance(cond, Const):
        return b if cond.value else a
    return e.branch(cond, lambda: b, lambda: a)[0]


HANDLERS[max] = _extreme("max", np.maximum)
HANDLERS[min] = _extreme("min", np.minimum)


def _any_all(key: str) -> Handler:
    def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(args[0], str):
            return e.b.emit(f"np.{key}", e.as_operand(args[0]))
        result: Any = Const(key == "all")
        for item in e.items_of(args[0]):
            test = e.truth(item)
            if isinstance(test, Const):
                if bool(test.value) != (key == "all"):
                    return Const(bool(test.value))
            elif isinstance(result, Const):
                result = test
            else:
                result = e.b.emit("bool_and" if key == "all" else "bool_or", result, test)
        return result

    return handler


HANDLERS[any] = _any_all("any")
HANDLERS[all] = _any_all("all")


@handles(slice)
def _slice(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [e.to_operand(arg) for arg in args]
    if all(isinstance(part, Const) for part in parts):
        return Const(slice(*(part.value for part in parts)))
    parts = [Const(None), *parts, Const(None)] if len(parts) == 1 else parts
    return e.b.emit("slice", *parts, *[Const(None)] * (3 - len(parts)))


@handles(np.ndarray)
def _ndarray(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call_constant(np.empty, args, keywords)


@handles(np.copyto)
def _copyto(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_item(args[0], Const(Ellipsis), args[1])
    return Const(None)


@handles(print)
def _print(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.b.effect("print", *e.handed(print, args, keywords))
    return Const(None)


@handles(str, repr, format)
def _text(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    if all(isinstance(arg, Const) for arg in args):
        return Const(str(args[0].value))
    return e.b.emit("text", tuple(e.to_operand(arg) for arg in args))


# --- methods of containers ------------------------------------------------------------------


