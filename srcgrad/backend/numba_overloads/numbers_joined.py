"""``np.stack``, ``hstack``, ``vstack``, ``dstack`` and ``column_stack`` with numbers among the arrays.

Numba's own take arrays alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from srcgrad.backend.numba_overloads.common import is_number, known, overload


def as_arrays(xs: Any) -> Any:
    """The items of a tuple, with arrays of one element for numbers."""
    raise NotImplementedError


@overload(as_arrays)
def _as_arrays(xs: Any) -> Any:
    if len(xs) == 0:
        return lambda xs: ()
    if is_number(xs[0]):
        return lambda xs: (np.array([xs[0]]), *as_arrays(xs[1:]))
    return lambda xs: (xs[0], *as_arrays(xs[1:]))


def has_numbers(xs: Any) -> bool:
    return isinstance(xs, types.BaseTuple) and any(map(is_number, xs))


@overload(np.stack)
def _stack(arrays: Any, axis: Any = 0) -> Any:
    if has_numbers(arrays) and all(map(is_number, arrays)) and known(axis) in (0, -1):
        return lambda arrays, axis=0: np.concatenate(as_arrays(arrays))
    return None


@overload(np.hstack)
def _hstack(tup: Any) -> Any:
    return (lambda tup: np.hstack(as_arrays(tup))) if has_numbers(tup) else None


@overload(np.vstack)
def _vstack(tup: Any) -> Any:
    return (lambda tup: np.vstack(as_arrays(tup))) if has_numbers(tup) else None


@overload(np.dstack)
def _dstack(tup: Any) -> Any:
    return (lambda tup: np.dstack(as_arrays(tup))) if has_numbers(tup) else None


@overload(np.column_stack)
def _column_stack(tup: Any) -> Any:
    return (lambda tup: np.column_stack(as_arrays(tup))) if has_numbers(tup) else None
