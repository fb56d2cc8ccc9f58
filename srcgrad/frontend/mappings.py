"""The dicts of ``collections``, ``dict.fromkeys`` and what makes named tuples."""

from __future__ import annotations

import collections
from typing import Any

from srcgrad.frontend.special import HANDLERS, handles
from srcgrad.frontend.values import DictV
from srcgrad.ir import Const


def pairs_of(e: Any, args: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The pairs that ``dict(*args, **keywords)`` has."""
    made = HANDLERS[dict](e, args, keywords)
    return list(e.pairs(made))


@handles(collections.OrderedDict)
def _ordered(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    like = DictV(cls=collections.OrderedDict)
    return e.new_dict(pairs_of(e, args, keywords), like)


@handles(collections.defaultdict)
def _default(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    factory = args[0] if args and args[0] != Const(None) else None
    like = DictV(cls=collections.defaultdict, factory=factory)
    return e.new_dict(pairs_of(e, args[1:], keywords), like)


@handles(dict.fromkeys)
def _from_keys(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    value = args[1] if len(args) > 1 else Const(None)
    return e.new_dict([(key, value) for key in e.items_of(args[0])])
