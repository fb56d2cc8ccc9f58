"""The dicts, the counter and the deque of ``collections``, and ``dict.fromkeys``."""

from __future__ import annotations

import collections
import functools
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from srcgrad.definitions.mappings import Chain
from srcgrad.errors import IntegersWanted
from srcgrad.handlers.builtins import made
from srcgrad.handlers.container_methods import container_method
from srcgrad.handlers.table import FIRST, Handler, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.dicts import DictV
from srcgrad.values.refusals import no_mapping
from srcgrad.values.sequences import TupleV
from srcgrad.values.subclasses import fills_fields
from srcgrad.values.walk import Walk


def made_by_fields(function: Any) -> Handler | None:
    """The handler of the ``__new__`` that a named tuple got; None for any other function."""
    named = isinstance(function, types.FunctionType) and function.__name__ == "__new__"
    return _by_fields if named and fills_fields(function) else None


def _by_fields(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    cls = args[0].value
    base = next(base for base in cls.__mro__ if _own_new(base) is e.callee)
    return replace(e.instantiate(base, args[1:], keywords), cls=cls)


def _own_new(cls: type) -> Any:
    found = vars(cls).get("__new__")
    return getattr(found, "__func__", found)


@handles(tuple.__new__)
def _of_class(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What classes of tuples make themselves of: a named tuple has as many items as fields."""
    cls, items = args[0].value, e.items_of(args[1]) if len(args) > 1 else ()
    fields = getattr(cls, "_fields", items)
    if cls is not tuple and not hasattr(cls, "_fields"):
        raise e.refuse(
            f"an instance of `{cls.__name__}` is not supported",
            "it is a tuple and more",
            "use a named tuple",
        )
    if len(fields) != len(items):
        what = f"Expected {len(fields)} arguments, got {len(items)}"
        raise e.raising(
            TypeError(what),
            f"a named tuple of {len(fields)} fields is made of {len(items)} items",
            "the function itself raises here",
            "pass one item for each field",
        )
    return TupleV(items, cls)


@handles(collections.OrderedDict)
def _ordered(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    like = DictV(cls=collections.OrderedDict)
    return made(e, like, args, keywords)


@handles(collections.defaultdict)
def _default(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    factory = args[0] if args and args[0] != Const(None) else None
    like = DictV(cls=collections.defaultdict, factory=factory)
    return made(e, like, args[1:], keywords)


@handles(collections.Counter, through=FIRST)
def _counter(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    found = e.new_dict((), DictV(cls=collections.Counter), e.node)
    e.call(e.attribute(found, "update"), args, keywords)
    return found


@handles(dict.fromkeys, through=FIRST)
def _from_keys(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[1] if len(args) > 1 else Const(None)
    return e.new_dict([(key, value) for key in e.items_of(args[0])], None, e.node)


# --- the methods that classes of mappings inherit ------------------------------------------------


@handles(Mapping.keys)
def _keys(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV(e.items_of(args[0]))


@handles(Mapping.values)
def _values(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV(tuple(e.get_item(args[0], key) for key in e.items_of(args[0])))


@handles(Mapping.items)
def _items(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    keys = e.items_of(args[0])
    return TupleV(tuple(TupleV((key, e.get_item(args[0], key))) for key in keys))


@handles(types.MappingProxyType)
def _proxy(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """The same dict, which cannot be changed by this name."""
    if not isinstance(args[0], DictV):
        raise no_mapping(e)
    return replace(args[0], cls=types.MappingProxyType)


@handles(collections.ChainMap)
def _chain(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call_constant(Chain, args, keywords)


@handles(collections.deque, through=FIRST)
def _deque(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """A list that may have a greatest length."""
    limit = args[1] if len(args) > 1 else keywords.get("maxlen", Const(None))
    if not isinstance(limit, Const):
        e.want(IntegersWanted)
        raise e.refuse(
            "the maxlen of this deque is not known", "it decides what is kept", "use a constant"
        )
    found = e.as_deque(e.new_list((), e.node, limit.value), limit.value)
    if not args:
        return found
    extend = e.list_method if e.is_sequence(found) else container_method_of(e)
    extend(found, "extend", [args[0]], {})
    return found


def container_method_of(e: Walk) -> Any:
    return functools.partial(container_method, e)
