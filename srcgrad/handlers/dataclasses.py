"""The functions of ``dataclasses``: ``replace``, ``asdict``, ``astuple``, ``fields``."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.objects import ObjectV
from srcgrad.values.sequences import TupleV
from srcgrad.values.trees import parts
from srcgrad.values.walk import Walk


def fields_of(e: Walk, value: Any) -> tuple[Any, ...]:
    """The fields of a dataclass, or of an instance of one."""
    cls = value.cls if isinstance(value, ObjectV) else getattr(value, "value", None)
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
        raise e.refuse("this is no dataclass", "it has no fields", "pass a dataclass")
    return dataclasses.fields(cls)


@handles(dataclasses.replace)
def _replace(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    found = fields_of(e, args[0])
    kept = {
        item.name: e.attribute(args[0], item.name)
        for item in found
        if item.init and item.name not in keywords
    }
    return e.instantiate(args[0].cls, [], {**kept, **keywords})


@handles(dataclasses.fields)
def _fields(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV(tuple(Const(item) for item in fields_of(e, args[0])))


@handles(dataclasses.is_dataclass)
def _is_dataclass(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    cls = args[0].cls if isinstance(args[0], ObjectV) else getattr(args[0], "value", None)
    return Const(dataclasses.is_dataclass(cls))


@handles(dataclasses.asdict)
def _asdict(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    pairs = [
        (Const(item.name), _plain(e, e.attribute(args[0], item.name), _asdict))
        for item in fields_of(e, args[0])
    ]
    return e.new_dict(pairs)


@handles(dataclasses.astuple)
def _astuple(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return TupleV(
        tuple(
            _plain(e, e.attribute(args[0], item.name), _astuple) for item in fields_of(e, args[0])
        )
    )


def _plain(e: Walk, value: Any, convert: Any) -> Any:
    """A field as ``asdict`` gives it: dataclasses inside converted, all else copied."""
    if isinstance(value, ObjectV) and dataclasses.is_dataclass(value.cls):
        return convert(e, [value], {})
    return copied(e, value, lambda item: _plain(e, item, convert))


@handles(copy.copy)
def _copy(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    if e.is_sequence(args[0]):
        return e.copy_of_list(args[0])
    return copied(e, args[0], lambda item: item)


@handles(copy.deepcopy)
def _deepcopy(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return copied(e, args[0], lambda item: _deepcopy(e, [item], {}))


def copied(e: Walk, value: Any, item: Any) -> Any:
    """A copy of a container, array or object; ``item`` gives what the copy holds."""
    if e.is_list(value):
        found = e.map_items(value, "copy", item)
        e.limit_as(found, value)
        return found
    cls, keys, items = parts(e, value)
    if isinstance(value, Value) and cls is not None:
        return value.rebuilt(e, keys, [item(part) for part in items], None)
    if isinstance(value, str) and e.b.kind(value).base == "array":
        return e.b.emit("np.copy", value)
    return value
