"""Types at compile time, and tuples of axes at run time."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core.errors import TypingError
from numba.cpython.unsafe.tuple import build_full_slice_tuple, tuple_setitem
from numba.extending import overload as numba_overload
from numba.extending import register_jitable as numba_register_jitable
from numba.np.numpy_support import as_dtype
from numpy.lib.stride_tricks import as_strided

__all__ = [
    "UNKNOWN",
    "axes_of",
    "broadcast",
    "build_full_slice_tuple",
    "cut_along",
    "dtype_of",
    "fill",
    "has",
    "inexact",
    "is_array",
    "is_number",
    "known",
    "ndim_of",
    "overload",
    "refuse",
    "register_jitable",
    "rows_of",
    "transposed",
    "tuple_setitem",
]


class _Unknown:
    pass


UNKNOWN = _Unknown()


def is_array(t: Any) -> bool:
    return isinstance(t, types.Array)


def is_number(t: Any) -> bool:
    return isinstance(t, types.Number | types.Boolean | types.Literal) and not isinstance(
        t, types.StringLiteral
    )


def ndim_of(t: Any) -> int:
    """The number of dimensions of a number or array. Raises ``TypingError`` for anything else."""
    if is_array(t):
        return int(t.ndim)
    if is_number(t):
        return 0
    raise refuse(f"a number or an array is needed, not {t}")


def dtype_of(t: Any) -> Any:
    """The dtype of a number or array."""
    return as_dtype(types.unliteral(t.dtype if is_array(t) else t))


def inexact(t: Any, real: bool = False) -> Any:
    """The dtype in which NumPy computes means and roots of such elements."""
    dtype = dtype_of(t)
    if dtype.kind not in "fc":
        return np.dtype(np.float64)
    return np.empty(0, dtype).real.dtype if real else dtype


def known(t: Any) -> Any:
    """The value that a type stands for: a literal, None, a tuple of literals; or ``UNKNOWN``."""
    if isinstance(t, types.Omitted):
        return t.value
    if isinstance(t, types.Literal):
        return t.literal_value
    if t is None or isinstance(t, bool | int | float | str) or type(t) is tuple:
        return t  # a default that was left out
    if isinstance(t, types.NoneType):
        return None
    if isinstance(t, types.BaseTuple):
        items = tuple(known(item) for item in t.types)
        return UNKNOWN if UNKNOWN in items else items
    return UNKNOWN


def refuse(why: str) -> TypingError:
    return TypingError(why)


OVERLOADED: set[Any] = set()  # the functions that this package teaches Numba
CHECKED = {"boundscheck": True}  # they do not inherit it, and most subscripts in them are data


def register_jitable(function: Any) -> Any:
    """Numba's decorator, for functions that check their subscripts."""
    OVERLOADED.add(function)
    return numba_register_jitable(**CHECKED)(function)


def overload(function: Any, first: bool = False, **options: Any) -> Callable[[Any], Any]:
    """Numba's decorator, which wants functions without annotations; they check their subscripts.

    What comes ``first`` is asked before Numba's own, which takes seconds to compile: that of a
    target goes before what is for all.
    """
    if first:
        options = {"target": "cpu", **options}

    def register(choose: Any) -> Any:
        OVERLOADED.add(function)

        @functools.wraps(choose)
        def bare(*args: Any, **named: Any) -> Any:
            impl = choose(*args, **named)
            if impl is not None:
                impl.__annotations__ = {}
            return impl

        choose.__annotations__ = bare.__annotations__ = {}
        return numba_overload(function, **{"jit_options": CHECKED, **options})(bare)

    return register


def as_it_stands(*functions: Any) -> None:
    """Let Numba compile functions of ``runtime`` as they stand: one text for both."""
    for function in functions:
        OVERLOADED.add(function)
        register_jitable(function)


# --- tuples of axes ---------------------------------------------------------------------------


def axes_of(axis: Any, shape: Any) -> Any:
    """``axis`` (None, an int, a tuple) as a tuple of axes counted from the front."""
    raise NotImplementedError


@overload(axes_of)
def _axes_of(axis: Any, shape: Any) -> Any:
    n = len(shape)
    if known(axis) is None:
        return lambda axis, shape: counted(shape)
    if isinstance(axis, types.BaseTuple):
        if len(axis) == 0:
            return lambda axis, shape: ()
        if len(axis) == 1:
            return lambda axis, shape: (axis[0] % n,)
        return lambda axis, shape: (axis[0] % n, *axes_of(axis[1:], shape))
    return lambda axis, shape: (axis % n,)


@register_jitable
def counted(shape: Any) -> Any:
    """``(0, 1, ..., len(shape) - 1)``"""
    result = shape
    for k in range(len(shape)):
        result = tuple_setitem(result, k, k)
    return result


def has(axes: Any, axis: Any) -> Any:
    """Whether ``axis`` is one of ``axes``."""
    raise NotImplementedError


@overload(has)
def _has(axes: Any, axis: Any) -> Any:
    if len(axes) == 0:
        return lambda axes, axis: False

    def impl(axes: Any, axis: Any) -> Any:
        for k in axes:
            if k == axis:
                return True
        return False

    return impl


@overload(math.prod)
def _prod(iterable: Any) -> Any:
    """Of a tuple of sizes."""
    if not isinstance(iterable, types.BaseTuple):
        return None
    if len(iterable) == 0:
        return lambda iterable: 1

    def impl(iterable: Any) -> Any:
        result = 1
        for size in iterable:
            result *= size
        return result

    return impl


@register_jitable
def transposed(x: Any, order: Any) -> Any:
    """``np.transpose(x, order)``, of which Numba's own takes seconds to compile."""
    shape, strides = x.shape, x.strides
    for k in range(len(order)):
        shape = tuple_setitem(shape, k, x.shape[order[k]])
        strides = tuple_setitem(strides, k, x.strides[order[k]])
    return as_strided(x, shape, strides)


@register_jitable
def fill(out: Any, x: Any) -> None:
    """``out[...] = x`` of one shape: a store of a slice takes seconds to compile."""
    if out.shape != x.shape:
        raise ValueError("arrays of different shapes are put together")
    for at in np.ndindex(x.shape):
        out[at] = x[at]


@register_jitable
def broadcast(x: Any, shape: Any) -> Any:
    """``np.broadcast_to(x, shape)`` of as many axes or more; Numba's own takes long to compile."""
    extra = len(shape) - x.ndim
    strides = shape
    for k in range(len(shape)):
        size, step = (x.shape[k - extra], x.strides[k - extra]) if k >= extra else (1, 0)
        if size != shape[k] and size != 1:
            raise ValueError("operands could not be broadcast together with remapped shapes")
        strides = tuple_setitem(strides, k, step if size != 1 else 0)
    return as_strided(x, shape, strides)


@register_jitable
def kept_first(shape: Any, axes: Any) -> Any:
    """The permutation that moves ``axes`` behind the others."""
    order = shape
    at = 0
    for k in range(len(shape)):
        if not has(axes, k):
            order = tuple_setitem(order, at, k)
            at += 1
    for k in range(len(shape)):
        if has(axes, k):
            order = tuple_setitem(order, at, k)
            at += 1
    return order


@register_jitable
def rows_of(x: Any, axes: Any) -> Any:
    """The elements of ``x`` that a reduction over ``axes`` joins, one row for each result."""
    moved = np.ascontiguousarray(transposed(x, kept_first(x.shape, axes)))
    length = count = 1
    for k in range(x.ndim):
        if has(axes, k):
            length *= x.shape[k]
        else:
            count *= x.shape[k]
    return moved.reshape((count, length))


@register_jitable
def cut_along(x: Any, axis: Any, start: Any, stop: Any) -> Any:
    """``x[start:stop]`` along ``axis``."""
    return x[tuple_setitem(build_full_slice_tuple(x.ndim), axis, slice(start, stop))]
