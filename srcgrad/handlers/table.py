"""The one table from a function to what its call means in the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.values.walk import Walk

Handler = Callable[[Walk, list[Any], dict[str, Any]], Any]

HANDLERS: dict[Any, Handler] = {}


LAZY: set[Handler] = set()  # those that take iterators as they are, not what they yield


def handles(*functions: Any, lazily: bool = False) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        if lazily:
            LAZY.add(handler)
        return handler

    return decorate
