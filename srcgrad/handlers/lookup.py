"""The handler of a function: from the table, or by what sort of callable it is."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers import (
    array_making,  # noqa: F401  (these register handlers)
    array_methods,
    builtins,  # noqa: F401
    caches,
    checkpoints,
    collections,
    complex,  # noqa: F401
    constraints,
    dataclasses,  # noqa: F401
    derivatives,
    fits,
    flows,
    given,
    grids,  # noqa: F401
    integrals,
    iterating,  # noqa: F401
    itertools,  # noqa: F401
    library,
    linalg,  # noqa: F401
    numpy_functions,
    ordering,  # noqa: F401
    programs,
    ranges,  # noqa: F401
    solvers,
    stdlib,  # noqa: F401
    super,  # noqa: F401
    ufunc_methods,
    vectorized,
)
from srcgrad.handlers.table import HANDLERS, Handler


def handler_of(function: Any) -> Handler | None:
    """The handler of a function, if it has one."""
    try:
        found = given.handler(function) or HANDLERS.get(function)
        found = found or derivatives.derivative_handler(function)
    except TypeError:
        return derivatives.derivative_handler(function)
    if is_prange(function):
        return HANDLERS[range]
    return (
        found
        or ufunc_methods.ufunc_method(function)
        or numpy_functions.converter(function)
        or collections.made_by_fields(function)
        or library.bound(function)
        or library.factored(function)
        or array_methods.unbound(function)
        or vectorized.vectorized_function(function)
        or solvers.handler(function)
        or constraints.handler(function)
        or programs.handler(function)
        or fits.handler(function)
        or integrals.handler(function)
        or flows.handler(function)
        or checkpoints.handler(function)
        or caches.handler(function)
    )


def is_prange(function: Any) -> bool:
    """Whether a function is Numba's parallel ``range``."""
    return getattr(function, "__name__", "") == "prange" and (
        getattr(function, "__module__", None) or ""
    ).startswith("numba.")
