"""Families of facts for functions that join several arrays, or split one into several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.errors import MissingRule
from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.rules.facts import dims_from, per_function, shape_of
from srcgrad.rules.operation import UNKNOWN, Arg, numeric_kinds
from srcgrad.rules.shape_facts import (
    Dims,
    array_or_scalar,
    dim_product,
    dim_sum,
    dtype_of,
    equal_dims,
    index_shape,
    strong_dtype,
    value_of,
)


def joined(at_least: int, default_axis: int | None = None, column: bool = False) -> Any:
    """``np.concatenate`` and its kin; operands have at least so many dimensions."""

    def facts(xs: Any, axis: Any = None) -> Kind:
        if not isinstance(xs, tuple):
            return _of_sequence(xs)
        dtype = strong_dtype(*numeric_kinds(xs))
        place = value_of(axis) if axis is not None else default_axis
        shapes = [shape_of(x.kind) for x in xs]
        if place is None:
            flat = [kinds.fresh_dim() if s is None else dim_product(s) for s in shapes]
            return kinds.array(dtype, (dim_sum(flat),))
        promoted = [_promote(s, at_least, column) for s in shapes]
        known = [s for s in promoted if s is not None]
        if not known or place is UNKNOWN:
            return kinds.array(dtype, len(known[0]) if known else None)
        rank = len(known[0])
        if any(len(s) != rank for s in known) or rank == 0:
            return kinds.array(dtype)
        place = min(place, rank - 1) if axis is None else place % rank
        dims = [equal_dims(list(column)) for column in zip(*known, strict=True)]
        whole = len(known) == len(promoted)
        dims[place] = dim_sum([s[place] for s in known]) if whole else kinds.fresh_dim()
        return kinds.array(dtype, tuple(dims))

    return facts


def _promote(shape: Dims, at_least: int, column: bool) -> Dims:
    """The shape after ``np.atleast_1d``, ``_2d``, ``_3d`` or as a column."""
    if shape is None or len(shape) >= at_least:
        return shape
    if column:
        return (shape[0] if shape else 1, 1)
    if at_least == 3:
        return {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)]
    return (1,) * (at_least - len(shape)) + shape


def _of_sequence(xs: Arg) -> Kind:
    """A list or tuple of arrays whose elements the IR does not see one by one."""
    numeric = [kind for kind in xs.kind.items if kind.numeric]
    return kinds.array(strong_dtype(*numeric)) if numeric else kinds.OPAQUE


def stacked(xs: Any, axis: Any = None) -> Kind:
    """``np.stack``; without an axis ``np.array`` of numbers and arrays."""
    if not isinstance(xs, tuple):
        return _of_sequence(xs)
    dtype = strong_dtype(*numeric_kinds(xs)) if xs else np.dtype("float64")
    known = [s for s in (shape_of(x.kind) for x in xs) if s is not None]
    place = 0 if axis is None else value_of(axis)
    if (not known and xs) or place is UNKNOWN:
        return kinds.array(dtype, len(known[0]) + 1 if known else None)
    if len({len(shape) for shape in known}) > 1:  # NumPy raises
        return kinds.array(dtype)
    dims = [equal_dims(list(column)) for column in zip(*known, strict=True)]
    dims.insert(place % (len(dims) + 1), len(xs))
    return kinds.array(dtype, tuple(dims))


def listed(xs: Any, dtype: Any) -> Kind:
    kind = stacked(xs)
    found = dtype_of(dtype, kind.dtype) if kind.numeric else None
    return kinds.OPAQUE if found is None else kinds.array(found, kind.shape)


def appended(arr: Arg, values: Arg, axis: Any) -> Kind:
    return joined(0)((arr, values), axis)


def piece_of(y_bar: Arg, k: Any, xs: Any, axis: Any) -> Kind:
    """The piece of the adjoint of a joined array: the shape of that operand."""
    dims = shape_of(xs[k.const].kind) if k.known and isinstance(xs, tuple) else None
    return array_or_scalar(y_bar.kind.dtype, dims)


def embedded(v: Arg, k: Any, xs: Any, axis: Any, shape: Any) -> Kind:
    return kinds.array(v.kind.dtype, dims_from(shape))


# --- one array in, several out -------------------------------------------------------------


@per_function
def split(function: Any) -> Callable[..., Kind]:
    """``np.split`` and its kin: a tuple of arrays, if their number is known."""

    def facts(x: Arg, sections: Any, axis: Any = None) -> Kind:
        spec, count = value_of(sections), index_shape(sections)
        number = spec if isinstance(spec, int) else None
        if number is None and count and isinstance(count[0], int):
            number = count[0] + 1
        if number is not None and number > 2 and not isinstance(spec, int):
            check_ascending(spec)
        if number is None:
            return Kind("list", items=(kinds.array(x.kind.dtype),))
        shape = shape_of(x.kind)
        place = value_of(axis) if axis is not None else _split_axis(function, shape)
        if shape is None or not isinstance(place, int):
            return Kind("tuple", items=(kinds.array(x.kind.dtype),) * number)
        place, size = place % len(shape), shape[place]
        sizes: list[Dim] = [kinds.fresh_dim() for _ in range(number)]
        if isinstance(size, int) and spec is not UNKNOWN:
            sizes = [len(part) for part in np.array_split(range(size), spec)]
        elif isinstance(spec, int) and function is not np.array_split:
            sizes = sizes[:1] * number
        return Kind(
            "tuple",
            items=tuple(
                kinds.array(x.kind.dtype, (*shape[:place], dim, *shape[place + 1 :]))
                for dim in sizes
            ),
        )

    return facts


def check_ascending(positions: Any) -> None:
    """Refuse positions between which pieces may overlap."""
    one_sign = positions is not UNKNOWN and len({p < 0 for p in positions}) == 1
    if not one_sign or list(positions) != sorted(positions):
        raise MissingRule("np.split has a derivative for constant, ascending positions only")


def _split_axis(function: Any, shape: Dims) -> int:
    if function is np.hsplit:
        return 0 if shape is None or len(shape) == 1 else 1
    return 0 if function is np.vsplit else 2
