"""Dicts of classes of the user's whose entries are attributes, too: ``d.key`` for ``d["key"]``."""

from __future__ import annotations

import ast
import inspect
from types import FunctionType
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.source.text import definition
from srcgrad.values.abstract import DictV, same
from srcgrad.values.walk import Walk


def entry_attribute(e: Walk, owner: DictV, name: str) -> Any:
    """``owner.name``, which the class does not have: an entry; None if that is none either."""
    key = Const(name)
    e.look_up(owner.cls, "__init__")
    asked = e.look_up(owner.cls, "__getattr__")
    if any(same(key, other) for other, _ in e.pairs(owner)) and _has_entries(owner.cls):
        return e.get_item(owner, key)
    return e.call_constant(asked, [owner, key], {}) if isinstance(asked, FunctionType) else None


def _has_entries(cls: type) -> bool:
    """Whether the entries of such dicts are their attributes."""
    asked = inspect.getattr_static(cls, "__getattr__", None)
    return asked in (dict.__getitem__, dict.get) or _is_own_dict(cls)


def made_of_entries(cls: type) -> bool:
    """Whether such a dict is made as a plain one, of its arguments alone."""
    return issubclass(cls, dict) and (cls.__init__ is dict.__init__ or _is_own_dict(cls))


def assigns_entries(cls: type) -> bool:
    """Whether ``d.key = v`` is ``d["key"] = v``."""
    assigned: Any = inspect.getattr_static(cls, "__setattr__", None)
    return assigned is dict.__setitem__ or (assigned is object.__setattr__ and _is_own_dict(cls))


def _is_own_dict(cls: type) -> bool:
    """Whether ``__init__`` is that of ``dict``, and then ``self.__dict__ = self``."""
    init = inspect.getattr_static(cls, "__init__", None)
    if not isinstance(init, FunctionType):
        return False
    try:
        _, tree, _ = definition(init.__code__)
    except OSError:
        return False
    lines = [
        ast.unparse(node)
        for node in (tree.body if tree else ())
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return (
        len(lines) == 2
        and lines[1] == "self.__dict__ = self"
        and ("__init__(" in lines[0] and lines[0].startswith(("super", "dict.")))
    )
