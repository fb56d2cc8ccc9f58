"""What is kept of a generated function beside its text, as a Python literal that can be read back.

Containers stand for themselves; a dict with the key ``"$"`` stands for anything else. Objects of
the user's are written as the way to them: an import, or a place seen from the primal.
"""

from __future__ import annotations

import ast
import math
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np


class NotStorable(Exception):
    """The object means nothing to another process."""


def text(value: Any, classes: tuple[type, ...]) -> str:
    """``value`` as a literal; ``classes`` are the dataclasses that it may hold.

    Raises ``NotStorable`` for an object that cannot be found again by its name.
    """
    found = repr(encode(value, labels(classes)))
    if not found.isprintable():  # it is written as a comment, in one line
        raise NotStorable("a name of it is no plain text")
    return found


def parse(source: str, classes: tuple[type, ...]) -> Any:
    """The value that ``text`` has written. Raises ``NotStorable`` if an object is not there."""
    return decode(ast.literal_eval(source), {name: cls for cls, name in labels(classes).items()})


def labels(classes: tuple[type, ...]) -> dict[type, str]:
    """What stands for a class: ``kinds.Kind``."""
    return {cls: f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}" for cls in classes}


def encode(value: Any, names: dict[type, str]) -> Any:
    cls = type(value)
    if value is None or cls in (bool, int, str, bytes):
        return value
    if value is Ellipsis:
        return {"$": "..."}
    if cls is float:
        return value if math.isfinite(value) else {"$": "float", "as": repr(value)}
    if cls in (tuple, list):
        return cls([encode(item, names) for item in value])
    if cls is dict:
        return {
            "$": "dict",
            "items": [(encode(k, names), encode(v, names)) for k, v in value.items()],
        }
    if cls in names and is_dataclass(value):
        parts = [encode(getattr(value, item.name), names) for item in fields(value)]
        return {"$": names[cls], "of": parts}
    if isinstance(value, np.dtype):
        return {"$": "dtype", "as": value.str}
    return {"$": "import", "from": way_to(value)}


def decode(value: Any, classes: dict[str, type]) -> Any:
    cls = type(value)
    if cls in (tuple, list):
        return cls([decode(item, classes) for item in value])
    if cls is not dict:
        return value
    sort = value["$"]
    if sort == "...":
        return ...
    if sort == "float":
        return float(value["as"])
    if sort == "dict":
        return {decode(k, classes): decode(v, classes) for k, v in value["items"]}
    if sort == "dtype":
        return np.dtype(value["as"])
    if sort == "import":
        return imported(value["from"])
    return classes[sort](*[decode(item, classes) for item in value["of"]])


def way_to(value: Any) -> tuple[str, str]:
    """Module and qualified name of an object. Raises ``NotStorable`` if they do not lead to it."""
    if isinstance(value, type(sys)):
        way = (value.__name__, "")
    elif isinstance(value, np.ufunc):
        way = ("numpy", value.__name__)
    elif isinstance(value, Enum):
        way = (type(value).__module__, f"{type(value).__qualname__}.{value.name}")
    else:
        way = (str(getattr(value, "__module__", "")), str(getattr(value, "__qualname__", "")))
    if imported(way) is not value:
        raise NotStorable(f"{value!r} is not {'.'.join(way)}")
    return way


def imported(way: tuple[str, str]) -> Any:
    """The object, from modules that are loaded already: the primal has imported them."""
    module, path = way
    found = sys.modules.get(module)
    if found is None:
        raise NotStorable(f"{module} is not loaded")
    for part in path.split(".") if path else ():
        try:
            found = getattr(found, part)
        except AttributeError:
            raise NotStorable(f"there is no {module}.{path}") from None
    return found
