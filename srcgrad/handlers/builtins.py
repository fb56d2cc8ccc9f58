"""Builtins and functions that work on structure: each is elaborated by a function of its own."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any

import numpy as np

from srcgrad.definitions.tables import STANDS_FOR, Table
from srcgrad.handlers.table import FIRST, handles
from srcgrad.ir.nodes import Const
from srcgrad.rules.kept import LOOKS
from srcgrad.values.abstract import OptionalV, PartialV, Value
from srcgrad.values.dicts import DictV
from srcgrad.values.objects import ObjectV
from srcgrad.values.refusals import no_class
from srcgrad.values.sequences import TupleV
from srcgrad.values.store import UNDEFINED
from srcgrad.values.subclasses import may_have_attributes
from srcgrad.values.walk import Walk


def is_open(e: Walk, value: Any) -> bool:
    """Whether an iterable has a length that is known only at run time."""
    return e.unknown_length(value) and e.length_known(value) is None


# --- code and names that are not visible ---------------------------------------------------------

HIDDEN = {
    exec: "write the code out",
    eval: "write the expression out",
    compile: "write the code out",
    __import__: "write an import statement",
    globals: "read the variable by its name",
    locals: "read the variable by its name",
}


def _hidden(function: Any) -> None:
    """Refuse a function where it is called: in a branch that is not taken it does nothing."""
    shown = f"{function.__name__}()" if function in (globals, locals) else function.__name__

    def handler(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
        raise e.refuse(
            f"`{shown}` cannot be differentiated",
            "the code it runs or the names it reads are not visible in the source",
            HIDDEN[function],
        )

    handles(function)(handler)


for _function in HIDDEN:
    _hidden(_function)


@handles(len)
def _len(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[0]
    if isinstance(value, Value):
        return value.length(e)
    if isinstance(value, Const):
        return e.static(len, e.look_inside(value))
    kind = e.b.kind(value)
    if kind.base == "tuple" and kind.dim != "unknown":
        return Const(len(kind.items))
    return e.b.emit("len", value)


@handles(tuple, through=FIRST)
def _tuple(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if args and is_open(e, args[0]):
        whole = e.is_long_tuple(args[0])
        return args[0] if whole else e.as_tuple(e.listed(args[0], "tuple"))
    return TupleV(tuple(e.items_of(args[0]))) if args else TupleV(())


@handles(list, through=FIRST)
def _list(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if args and is_open(e, args[0]):
        return e.listed(args[0])
    return e.new_list(e.items_of(args[0]) if args else (), e.node)


@handles(dict)
def _dict(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return made(e, DictV(), args, keywords)


def made(e: Walk, like: DictV, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``dict(*args, **keywords)``, of the kind that ``like`` is."""
    if args and (is_table(args[0]) or is_open(e, args[0])):
        found = e.new_table((), like)
        items = e.call(e.attribute(args[0], "items"), [], {}) if is_table(args[0]) else args[0]
        e.each(items, "pairs", lambda pair: e.set_item(found, *e.items_of(pair)))
        e.call(e.attribute(found, "update"), [], keywords)
        return found
    return e.new_dict(pairs_of(e, args, keywords), like, e.node)


def is_table(value: Any) -> bool:
    """Whether a value is a dict whose keys are known only at run time."""
    return isinstance(value, ObjectV) and issubclass(value.cls, Table)


def pairs_of(e: Walk, args: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The pairs that ``dict(*args, **keywords)`` has."""
    pairs: list[Any] = []
    if args:
        if isinstance(args[0], DictV) or (
            isinstance(args[0], ObjectV) and e.defines(args[0].cls, "keys")
        ):
            pairs.extend(e.pairs(args[0]))
        else:
            pairs.extend(tuple(e.items_of(item)) for item in e.items_of(args[0]))
    pairs.extend((Const(key), value) for key, value in keywords.items())
    return pairs


@handles(isinstance)
def _isinstance(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    value, classes = args[0], e.to_operand(args[1]).value
    if isinstance(value, OptionalV):
        there, none = (
            _isinstance(e, [value.value, args[1]], {}),
            _isinstance(e, [Const(None), args[1]], {}),
        )
        return there if there == none else value.present if there.value else e.negate(value.present)
    if isinstance(value, Const):
        if type(value.value) is frozenset and isinstance(set(), classes) != isinstance(
            frozenset(), classes
        ):
            raise _set_or_frozenset(e)
        return Const(isinstance(value.value, classes))
    classes = classes if isinstance(classes, tuple) else (classes,)
    return Const(any(issubclass(class_of(e, value), cls) for cls in classes))


SIMPLE = {
    "float": float,
    "int": int,
    "bool": bool,
    "complex": complex,
    "str": str,
    "array": np.ndarray,
    "tuple": tuple,
    "slice": slice,
}


def class_of(e: Walk, value: Any) -> type:
    """The Python class of an abstract value."""
    if value is UNDEFINED:
        raise e.refuse(
            "the class of this value is not known",
            "it is None at first, and then of one class on one path and of another on the other",
            "give it one structure on every path",
        )
    if isinstance(value, Value):
        cls = value.python_class(e)
        return STANDS_FOR.get(cls, cls)
    if e.is_list(value):
        return deque if e.is_deque(value) else tuple if e.is_long_tuple(value) else list
    kind = e.b.kind(value)
    if kind.base in SIMPLE:
        return SIMPLE[kind.base]
    if kind.base != "scalar":
        raise no_class(e)
    return np.dtype(kind.dtype).type


@handles(type)
def _type(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if len(args) != 1 or keywords:
        raise e.refuse(
            "a class is made by a call of `type`",
            "its methods are not known when source is generated",
            "write a class statement",
        )
    if isinstance(args[0], Const):
        if type(args[0].value) is frozenset:
            raise _set_or_frozenset(e)
        return Const(type(args[0].value))
    return Const(class_of(e, args[0]))


def _set_or_frozenset(e: Walk) -> BaseException:
    return e.refuse(
        "whether this is a `set` or a `frozenset` is not known",
        "both are known as what they contain when source is generated",
        "ask for both: isinstance(s, (set, frozenset))",
    )


@handles(getattr)
def _getattr(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    name = _name_of(e, args[1])
    if len(args) == 3 and not _has(e, args[0], name):
        return args[2]
    return e.attribute(args[0], name)


@handles(hasattr)
def _hasattr(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return Const(_has(e, args[0], _name_of(e, args[1])))


def _name_of(e: Walk, name: Any) -> Any:
    """The name of an attribute, which must be known."""
    if not isinstance(name, Const):
        raise e.refuse(
            "which attribute this is is not known",
            "its name is computed as the program runs",
            "name the attribute, or use a dict or a list",
        )
    return name.value


def _has(e: Walk, value: Any, name: str) -> bool:
    if isinstance(value, Const):
        return bool(e.has(value.value, name))
    if isinstance(value, ObjectV):
        if (value.number, name) in e.store.content or e.defines(value.cls, name):
            return True
        if e.defines(value.cls, "__getattr__"):
            raise e.refuse(
                f"whether this `{value.cls.__name__}` has `{name}` is not known",
                "its __getattr__ decides it, by what it raises",
                "read the attribute in a `try`, or ask the object another way",
            )
        return False
    cls = class_of(e, value)
    if not hasattr(cls, name) and may_have_attributes(cls):
        raise e.refuse(
            f"whether this `{cls.__name__}` has `{name}` is not known",
            "attributes beside what it contains are not kept",
            "keep it in an object of a class of its own",
        )
    return hasattr(cls, name)


@handles(setattr)
def _setattr(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.set_attribute(args[0], _name_of(e, args[1]), args[2])
    return Const(None)


@handles(object.__setattr__)
def _put(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``setattr`` past a ``__setattr__`` of the class, as that itself does, and frozen dataclasses."""
    owner, name, value = args
    if isinstance(owner, ObjectV):
        owner.set_by_default(e, _name_of(e, name), value)
    else:
        e.set_attribute(owner, _name_of(e, name), value)
    return Const(None)


@handles(delattr)
def _delattr(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.delete_attribute(args[0], _name_of(e, args[1]))
    return Const(None)


@handles(vars)
def _vars(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if not args or not isinstance(args[0], ObjectV):
        raise e.refuse(
            "`vars` of this is not supported",
            "its names are not known",
            "name the attributes",
        )
    return e.attribute(args[0], "__dict__")


@handles(callable)
def _callable(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[0]
    return Const(
        callable(value.value)
        if isinstance(value, Const)
        else isinstance(value, Value) and value.is_function
    )


@handles(functools.partial)
def _partial(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return PartialV(args[0], tuple(args[1:]), tuple(keywords.items()))


@handles(slice)
def _slice(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    parts = [e.to_operand(arg) for arg in args]
    if all(isinstance(part, Const) for part in parts):
        return Const(slice(*(part.value for part in parts)))
    parts = [Const(None), *parts, Const(None)] if len(parts) == 1 else parts
    return e.b.emit("slice", *parts, *[Const(None)] * (3 - len(parts)))


@handles(np.ndarray)
def _ndarray(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``np.ndarray(shape, dtype)``: a new array; of a buffer, what it shares is not known."""
    given = {**dict(zip(("shape", "dtype"), args, strict=False)), **keywords}
    if len(args) > 2 or not given.keys() <= {"shape", "dtype"}:
        raise e.refuse(
            "`np.ndarray` of a buffer is not supported",
            "it reads the memory of another array",
            "use slices, or np.reshape",
        )
    return e.call_constant(np.empty, [], given)


@handles(print)
def _print(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    e.b.effect("print", *e.handed(LOOKS, args, keywords))
    return Const(None)


@handles(format)
def _format(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if all(isinstance(arg, Const) for arg in args):
        return e.static(format, *args)
    spec = args[1] if len(args) > 1 else Const("")
    return e.b.emit("format", e.printable(args[0]), spec, Const(""))


@handles(str, repr)
def _text(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if all(isinstance(arg, Const) for arg in args):
        return Const(str(args[0].value))
    return e.b.emit("text", tuple(e.to_operand(arg) for arg in args))
