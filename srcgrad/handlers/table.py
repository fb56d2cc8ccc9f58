"""The one table from a function to what its call means in the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcgrad.values.walk import Walk

Handler = Callable[[Walk, list[Any], dict[str, Any]], Any]

HANDLERS: dict[Any, Handler] = {}


LAZY: set[Handler] = set()  # those that take iterators as they are, not what they yield
RUN_THROUGH: dict[Handler, slice] = {}  # the arguments that are iterated over
FIRST, ALL, REST = slice(1), slice(None), slice(1, None)


def handles(
    *functions: Any, lazily: bool = False, through: slice | None = None
) -> Callable[[Handler], Handler]:
    """``through``: the arguments that it iterates over, objects with ``__iter__`` as well."""

    def decorate(handler: Handler) -> Handler:
        for function in functions:
            HANDLERS[function] = handler
        if lazily:
            LAZY.add(handler)
        if through is not None:
            RUN_THROUGH[handler] = through
        return handler

    return decorate
