"""What an exported derivative was made of: a hash of the primal, and of all that it calls."""

from __future__ import annotations

import hashlib
from types import FunctionType, ModuleType
from typing import Any

from srcgrad.source.text import definition
from srcgrad.values.outside import Contents


def primal_hash(guards: list[tuple[tuple[str, Any, Any], Any]]) -> str:
    """The hash of what the walk has read of a function: texts of functions, defaults, constants.

    Texts are taken as they are, without the place where they stand; numbers and arrays from
    outside are no part of it, since the derivative takes them as arguments.
    """
    parts = []
    for (sort, holder, name), value in guards:
        if sort == "code":
            parts.append((sort, getattr(holder, "__qualname__", ""), text_of(value)))
        else:
            parts.append((sort, str(name), content_of(value)))
    return hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def text_of(code: Any) -> Any:
    """The text of a function; what was compiled from it, where there is none."""
    try:
        text, _, _ = definition(code)
    except (OSError, TypeError, SyntaxError):
        return code.co_code, code.co_names, [repr(item) for item in code.co_consts]
    return [line.rstrip() for line in text.rstrip().splitlines()]


def content_of(value: Any) -> str:
    """Constants by value, all else by name: what functions do is known by their texts."""
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        return repr(value)
    if type(value) in (tuple, list):
        return f"({', '.join(map(content_of, value))})"
    if type(value) is dict:
        return "{" + ", ".join(f"{k!r}: {content_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, FunctionType | type):
        return value.__qualname__
    if isinstance(value, Contents):
        items = [content_of(item) for item in value.content]
        return f"{type(value.content).__name__} {sorted(items) if isinstance(value.content, set) else items}"
    shown = repr(value)
    known = "" if " at 0x" in shown else shown
    return f"{type(value).__qualname__} {getattr(value, '__name__', '')} {known}"
