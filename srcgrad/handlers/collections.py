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
from srcgrad.handlers.table import FIRST, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.dicts import DictV
from srcgrad.values.refusals import no_mapping
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


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
