"""Families of facts for operations that move, join and create elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.errors import MissingRule
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.rules.facts import dims_from, per_function, shape_of
from srcgrad.rules.operation import UNKNOWN, Arg

Dims = tuple[Dim, ...] | None


# --- reading arguments ----------------------------------------------------------------------


def value_of(arg: Any) -> Any:
    """The constant that an argument, or a tuple of them, stands for; ``UNKNOWN`` if it is not."""
    if isinstance(arg, tuple):
        values = tuple(value_of(item) for item in arg)
        return UNKNOWN if any(value is UNKNOWN for value in values) else values
    return arg.const


def dtype_of(arg: Arg, default: Any) -> np.dtype[Any] | None:
    """The dtype that a ``dtype`` argument names; ``default`` for None; None if it is not known."""
    if not arg.known:
        return np.dtype(default) if arg.kind.base == "none" else None
    return np.dtype(default if arg.const is None else arg.const)


def strong_dtype(*found: Kind) -> np.dtype[Any]:
    """The dtype of operands that NumPy makes arrays first: Python's numbers are not weak."""
    return np.result_type(*(np.dtype(kind.dtype) for kind in found))


def index_shape(arg: Any) -> Dims:
    """The shape of an integer, an array of them, or a tuple display; None if it is not known."""
    if isinstance(arg, tuple):
        return (len(arg), *(index_shape(arg[0]) or ())) if arg else (0,)
    if arg.known:
        return np.shape(arg.const)
    if arg.kind.base == "tuple":
        return None if arg.kind.dim == "unknown" else (len(arg.kind.items),)
    return shape_of(arg.kind) if arg.kind.numeric else None


# --- arithmetic on dimensions ---------------------------------------------------------------


def dim_sum(dims: list[Dim]) -> Dim:
    """The sum of sizes, spelled as the sum of ints is: equal spellings are equal sizes."""
    total: Dim = dims[0] if dims else 0
    for dim in dims[1:]:
        both = isinstance(total, int) and isinstance(dim, int)
        total = total + dim if both else f"({total}+{dim})"  # type: ignore[operator]
    return total


def dim_product(dims: tuple[Dim, ...]) -> Dim:
    sizes = [dim for dim in dims if isinstance(dim, int)]
    symbols = [dim for dim in dims if not isinstance(dim, int)]
    if not symbols:
        return math.prod(sizes)
    if sizes and math.prod(sizes) != 1:
        symbols.append(math.prod(sizes))  # type: ignore[arg-type]
    total = symbols[0]
    for dim in symbols[1:]:
        total = f"({total}*{dim})"
    return total


def equal_dims(dims: list[Dim]) -> Dim:
    """The best name of a size that several dimensions must share."""
    return next((dim for dim in dims if isinstance(dim, int)), dims[0])


# --- one array in, one array out ------------------------------------------------------------


def moved(x: Arg, dims: Dims) -> Kind:
    """The kind of ``x`` with another shape; what 0-d numbers become differs between functions."""
    if x.kind.base == "array" or dims:
        return kinds.array(x.kind.dtype, dims)
    return kinds.anything(x.kind.dtype)


def unmoved(x: Arg, *options: Any) -> Kind:
    """The shape of ``x``, whatever the options are."""
    return moved(x, shape_of(x.kind))


def fresh_array(x: Arg, *options: Any) -> Kind:
    """An array, never a scalar, with the shape of ``x``."""
    return kinds.array(x.kind.dtype, shape_of(x.kind))


@per_function
def permuted(function: Any) -> Callable[..., Kind]:
    """Functions that reorder axes or add axes of size 1: the function itself is asked."""

    def facts(x: Arg, *options: Any) -> Kind:
        shape = shape_of(x.kind)
        values = [value_of(option) for option in options]
        if shape is None or any(value is UNKNOWN for value in values):
            return moved(x, None)
        sizes = tuple(range(2, 2 + len(shape)))
        try:
            found = function(np.broadcast_to(0.0, sizes), *values).shape
        except (ValueError, TypeError, IndexError):  # it will be raised when the code runs
            return moved(x, None)
        return moved(x, tuple(1 if size == 1 else shape[size - 2] for size in found))

    return facts


def reshaped(x: Arg, shape: Any, order: Any = None) -> Kind:
    check_order(order)
    have, dims = shape_of(x.kind), dims_from(shape)
    if dims is None:
        return moved(x, None)
    # an int that is no size of x may be -1 when the code runs
    wild = [
        k
        for k, dim in enumerate(dims)
        if dim == -1 or not (isinstance(dim, int) or (have is not None and dim in have))
    ]
    found = [kinds.fresh_dim() if k in wild else dim for k, dim in enumerate(dims)]
    if len(wild) == 1 and have is not None:
        found[wild[0]] = _remaining(have, [dim for k, dim in enumerate(dims) if k not in wild])
    return moved(x, tuple(found))


def _remaining(have: tuple[Dim, ...], taken: list[Dim]) -> Dim:
    """The size that is left of ``have`` when the sizes of ``taken`` are used up."""
    left = list(have)
    number = 1
    for dim in taken:
        if dim in left:
            left.remove(dim)
        elif isinstance(dim, int):
            number *= dim
        else:
            return kinds.fresh_dim()
    sizes = math.prod(dim for dim in left if isinstance(dim, int))
    if number and sizes % number == 0 and (sizes or number == 1):
        symbols = [dim for dim in left if not isinstance(dim, int)]
        return dim_product((*symbols, sizes // number))
    return kinds.fresh_dim()


def raveled(x: Arg, order: Any = None) -> Kind:
    check_order(order)
    shape = shape_of(x.kind)
    return kinds.array(x.kind.dtype, (kinds.fresh_dim() if shape is None else dim_product(shape),))


def check_order(order: Any) -> None:
    """Refuse orders that depend on the memory layout of the operand."""
    if order is not None and order.const not in ("C", "F"):
        raise MissingRule("reshaping has a derivative for order='C' and order='F' only")


def squeezed(x: Arg, axis: Any) -> Kind:
    shape, value = shape_of(x.kind), value_of(axis)
    if shape is None or value is UNKNOWN:
        return moved(x, None)
    if value is None:
        if any(not isinstance(dim, int) for dim in shape):
            return moved(x, None)
        return moved(x, tuple(dim for dim in shape if dim != 1))
    axes = value if isinstance(value, tuple) else (value,)
    gone = {axis % len(shape) for axis in axes if shape}
    return moved(x, tuple(dim for k, dim in enumerate(shape) if k not in gone))


def broadcasted(x: Arg, shape: Any) -> Kind:
    return kinds.array(x.kind.dtype, dims_from(shape))


def resized(x: Arg, *options: Any) -> Kind:
    """The rank of ``x``, sizes unknown."""
    return kinds.array(x.kind.dtype, x.kind.ndim)


def same_rank_along(x: Arg, axis: Any) -> Dims:
    """The shape of ``x`` with an unknown size along ``axis``; None for the axis: flat."""
    shape, value = shape_of(x.kind), value_of(axis)
    if value is None:
        return (kinds.fresh_dim(),)
    if shape is None or value is UNKNOWN or not -len(shape) <= value < len(shape):
        return None if shape is None else tuple(kinds.fresh_dim() for _ in shape)
    return tuple(
        kinds.fresh_dim() if k == value % len(shape) else dim for k, dim in enumerate(shape)
    )


def along(x: Arg, _: Any, axis: Any) -> Kind:
    """``np.repeat``, ``np.delete``: another size along one axis."""
    return kinds.array(x.kind.dtype, same_rank_along(x, axis))


def padded(x: Arg, pad_width: Any, *options: Any) -> Kind:
    shape, width = shape_of(x.kind), value_of(pad_width)
    if shape is None or width is UNKNOWN or isinstance(width, dict):
        return kinds.array(x.kind.dtype, x.kind.ndim)
    pairs = np.broadcast_to(width, (len(shape), 2)).sum(axis=1)
    return kinds.array(
        x.kind.dtype,
        tuple(
            dim_sum([dim, int(extra)]) if extra else dim
            for dim, extra in zip(shape, pairs, strict=True)
        ),
    )


def tiled(x: Arg, reps: Any) -> Kind:
    counts, rank = index_shape(reps), x.kind.ndim
    if counts is None or rank is None or any(not isinstance(n, int) for n in counts):
        return kinds.array(x.kind.dtype)
    return kinds.array(x.kind.dtype, max(rank, int(counts[0]) if counts else 1))


def diagonal_matrix(x: Arg, k: Any) -> Kind:
    """``np.diag``."""
    shape = shape_of(x.kind)
    if shape is None or len(shape) not in (1, 2):
        return kinds.array(x.kind.dtype)
    if len(shape) == 2:
        square = shape[0] == shape[1] and value_of(k) == 0
        return kinds.array(x.kind.dtype, (shape[0] if square else kinds.fresh_dim(),))
    return kinds.array(x.kind.dtype, (_longer(shape[0], k),) * 2)


def _longer(dim: Dim, k: Any) -> Dim:
    value = value_of(k)
    if value is UNKNOWN:
        return kinds.fresh_dim()
    return dim_sum([dim, abs(int(value))]) if value else dim


def flat_diagonal_matrix(x: Arg, k: Any) -> Kind:
    shape = shape_of(x.kind)
    dim = kinds.fresh_dim() if shape is None else _longer(dim_product(shape), k)
    return kinds.array(x.kind.dtype, (dim, dim))


def diagonal_of(x: Arg, offset: Any, axis1: Any, axis2: Any) -> Kind:
    """``np.diagonal``: the two axes go, their diagonal is the last axis."""
    rest = without_two(x, axis1, axis2)
    return kinds.array(x.kind.dtype, None if rest is None else (*rest, kinds.fresh_dim()))


def without_two(x: Arg, axis1: Any, axis2: Any) -> Dims:
    shape, first, second = shape_of(x.kind), value_of(axis1), value_of(axis2)
    if shape is None or len(shape) < 2 or first is UNKNOWN or second is UNKNOWN:
        return None if shape is None else tuple(kinds.fresh_dim() for _ in shape[2:])
    gone = {first % len(shape), second % len(shape)}
    return tuple(dim for k, dim in enumerate(shape) if k not in gone)


def triangle(x: Arg, k: Any) -> Kind:
    shape = shape_of(x.kind)
    return kinds.array(x.kind.dtype, shape * 2 if shape is not None and len(shape) == 1 else shape)


def taken(a: Arg, indices: Any, axis: Any, *options: Any) -> Kind:
    shape, inner, value = shape_of(a.kind), index_shape(indices), value_of(axis)
    if value is None and inner is not None:
        return array_or_scalar(a.kind.dtype, inner)
    if shape is None or inner is None or value in (UNKNOWN, None):
        return kinds.anything(a.kind.dtype)
    place = value % len(shape) if shape else 0
    return array_or_scalar(a.kind.dtype, shape[:place] + inner + shape[place + 1 :])


def taken_along(arr: Arg, indices: Arg, axis: Any) -> Kind:
    """The rank of the indices; their sizes, as far as broadcasting leaves no doubt."""
    shape, inner, value = shape_of(arr.kind), shape_of(indices.kind), value_of(axis)
    if inner is None or shape is None or value in (UNKNOWN, None) or len(shape) != len(inner):
        return kinds.array(arr.kind.dtype, indices.kind.ndim)
    dims = list(kinds.broadcast_dims([shape, inner]))
    dims[value] = inner[value]
    return kinds.array(arr.kind.dtype, tuple(dims))


def array_or_scalar(dtype: Any, dims: Dims) -> Kind:
    """NumPy gives a scalar where no dimension is left."""
    if dims is None:
        return kinds.anything(dtype)
    return kinds.array(dtype, dims) if dims else kinds.scalar(dtype)


def converted(x: Arg, dtype: Any = None) -> Kind:
    """``np.array(x, dtype)``, ``np.asarray``: an array, never a scalar."""
    asked = dtype is not None and dtype.kind.base != "none"
    if not asked and x.kind.dtype is None:
        return kinds.OPAQUE
    found = dtype_of(dtype, None) if asked else np.dtype(x.kind.dtype)
    return kinds.OPAQUE if found is None else kinds.array(found, shape_of(x.kind))


def cast(x: Arg, dtype: Any) -> Kind:
    """``astype``: arrays stay arrays, numbers become NumPy scalars."""
    found = dtype_of(dtype, "float64")
    if found is None:
        return kinds.OPAQUE
    if x.kind.base == "array":
        return kinds.array(found, x.kind.shape)
    return kinds.anything(found) if x.kind.base == "any" else kinds.scalar(found)


# --- shapes as values ----------------------------------------------------------------------


def shape_argument(x: Arg, shape: Any, *options: Any) -> Kind:
    """The dtype of ``x`` and the shape that is given."""
    dims = dims_from(shape)
    return kinds.array(x.kind.dtype, dims)


def int_size(x: Arg, axis: Any) -> Kind:
    """``np.size``."""
    shape, value = shape_of(x.kind), value_of(axis)
    if shape is None or value is UNKNOWN or isinstance(value, tuple):
        return kinds.INT
    if value is None:
        return kinds.int_of(dim_product(shape))
    return kinds.int_of(shape[value]) if -len(shape) <= value < len(shape) else kinds.INT


def length(x: Arg | tuple[Any, ...]) -> Kind:
    """``len``."""
    if isinstance(x, tuple):
        return kinds.int_of(len(x))
    if x.kind.base == "tuple" and x.kind.dim is None:
        return kinds.int_of(len(x.kind.items))
    return kinds.int_of(x.kind.shape[0]) if x.kind.base == "array" and x.kind.shape else kinds.INT


def contiguous(x: Arg, dtype: Any) -> Kind:
    """``np.ascontiguousarray``: numbers become arrays of one element."""
    kind = converted(x, dtype)
    return kinds.array(kind.dtype, (1,)) if kind.shape == () else kind


def negation(shift: Any) -> Kind:
    if isinstance(shift, tuple):
        return Kind("tuple", items=(kinds.INT,) * len(shift))
    if shift.kind.base == "tuple":
        return Kind("tuple", items=(kinds.INT,) * len(shift.kind.items), dim=shift.kind.dim)
    return Kind("int", "int64") if shift.kind.base in ("int", "bool") else kinds.OPAQUE
