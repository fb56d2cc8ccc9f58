"""The one table from a function to what its call means in the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.values.walk import Walk

Handler = Callable[[Walk, list[Any], dict[str, Any]], Any]

HANDLERS: dict[Any, Handler] = {}


def handles(*functions: Any) -> Callable[[Handler], Handler]:
    def decorate(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        return handler

    return decorate
