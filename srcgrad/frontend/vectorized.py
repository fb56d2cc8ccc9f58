"""Functions that ``np.vectorize`` or ``numba.vectorize`` made before: called for each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.definitions import grids
from srcgrad.ir import Const


def elementwise_of(function: Any) -> Any:
    """The function of numbers behind what is called on arrays; None if there is none."""
    if isinstance(function, np.vectorize):
        plain = function.signature is None and not function.excluded
        return function.pyfunc if plain else None
    if type(function).__name__ == "DUFunc" and type(function).__module__.startswith("numba."):
        return getattr(function._dispatcher, "py_func", None)
    return None


def find(function: Any) -> Callable[..., Any] | None:
    """The handler of a function that is called for each element."""
    inner = elementwise_of(function)
    if inner is None:
        return None

    def handler(e: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        return e.call_constant(grids.vectorized, [Const(inner), *args], keywords)

    return handler
