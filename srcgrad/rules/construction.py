"""Functions that make arrays from shapes and numbers, and those that read shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules import exceptions, shape_facts
from srcgrad.rules.facts import dim_of, dims_from, shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.ranges import zero
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.rules.shape_facts import array_or_scalar, dtype_of, strong_dtype, value_of
from srcgrad.runtime import dpower, linspace_bar, moved_by_start, shaped_like, unbroadcast


def made(dtype: Any, dims: Any) -> Kind:
    """An array, if its dtype is known."""
    return kinds.OPAQUE if dtype is None else kinds.array(dtype, dims)


def of_shape(shape: Any, dtype: Any) -> Kind:
    return made(dtype_of(dtype, "float64"), dims_from(shape))


def like(a: Arg, dtype: Any) -> Kind:
    return made(dtype_of(dtype, a.kind.dtype), shape_of(a.kind))


def filled(shape: Any, fill_value: Arg, dtype: Any) -> Kind:
    return made(dtype_of(dtype, fill_value.kind.dtype), dims_from(shape))


def filled_like(a: Arg, fill_value: Arg, dtype: Any) -> Kind:
    return like(a, dtype)


def reshaped_like(a: Arg, dtype: Any, shape: Any) -> Kind:
    return made(dtype_of(dtype, a.kind.dtype), dims_from(shape))


# --- constant arrays ------------------------------------------------------------------------

NEW = {"facts": of_shape, "cost": 2, "allocates": True, "layout": "C"}
LIKE = {
    "facts": like,
    "cost": 2,
    "shape_only": ("a",),
    "alike": True,
    "layout": "like",
    "raises": exceptions.arithmetic,
}
ZEROS = {"values": zero, "zeros": True, "silent": True}
constant(np.ones, **NEW)(lambda shape, dtype=float: None)
constant(np.empty, **NEW, values=zero)(lambda shape, dtype=float: None)
constant(np.zeros, **NEW, **ZEROS)(lambda shape, dtype=float: None)
constant(np.ones_like, **LIKE)(lambda a, dtype=None: None)
constant(np.empty_like, **LIKE, values=zero)(lambda a, dtype=None: None)
constant(np.zeros_like, **LIKE, **ZEROS)(lambda a, dtype=None: None)
SHAPED = {**LIKE, "facts": reshaped_like, "alike": False, "raises": exceptions.library}
constant(shaped_like, **SHAPED, **ZEROS, spelling="np.zeros_like")(
    lambda a, dtype=None, shape=None: None
)


@linear(np.full, **{**NEW, "facts": filled})
def full(y_bar, y, shape, fill_value, dtype=None):
    fill_value_bar = unbroadcast(y_bar, np.shape(fill_value))


@linear(np.full_like, **{**LIKE, "facts": filled_like})
def full_like(y_bar, y, a, fill_value, dtype=None):
    fill_value_bar = unbroadcast(y_bar, np.shape(fill_value))


def eye_facts(N: Arg, M: Arg, k: Arg, dtype: Arg) -> Kind:
    rows = dim_of(N)
    square = M.kind.base == "none"
    return made(dtype_of(dtype, "float64"), (rows, rows if square else dim_of(M)))


def identity_facts(n: Arg, dtype: Arg) -> Kind:
    return made(dtype_of(dtype, "float64"), (dim_of(n),) * 2)


constant(np.eye, np.tri, facts=eye_facts, cost=2, layout="C", raises=exceptions.counting)(
    lambda N, M=None, k=0, dtype=float: None
)
constant(np.identity, facts=identity_facts, layout="C")(lambda n, dtype=float: None)


def indices_facts(dimensions: Any, dtype: Arg) -> Kind:
    dims = dims_from(dimensions)
    return made(dtype_of(dtype, "int64"), None if dims is None else (len(dims), *dims))


constant(np.indices, facts=indices_facts)(lambda dimensions, dtype=int: None)


# --- ranges ---------------------------------------------------------------------------------


def arange_facts(start: Arg, stop: Arg, step: Arg, dtype: Arg) -> Kind:
    given = [arg for arg in (start, stop, step) if arg.kind.base != "none"]
    if any(not arg.kind.numeric for arg in given):
        return kinds.OPAQUE
    found = dtype_of(dtype, strong_dtype(*(arg.kind for arg in given)))
    values = [value_of(arg) for arg in given]
    dim: Any = kinds.fresh_dim()
    if all(isinstance(value, int | float) for value in values):
        dim = len(np.arange(*values))
    elif len(given) == 1 and start.kind.base == "int":
        dim = dim_of(start)
    elif len(given) == 2 and values[0] == 0 and stop.kind.base == "int":
        dim = dim_of(stop)
    return made(found, (dim,))


@adjoint(np.arange, facts=arange_facts, layout="C", raises=exceptions.counting)
def arange(y_bar, y, start, stop=None, step=None, dtype=None):  # where the length does not jump
    start_bar = np.sum(y_bar * moved_by_start(y, stop))
    step_bar = np.sum(y_bar * np.arange(np.size(y)))
    stop_bar = None
    y_dot = start_dot * moved_by_start(y, stop) + step_dot * np.arange(np.size(y))


constant(moved_by_start, facts=lambda y, stop: y.kind, shape_only=("y",), cost=2)(
    lambda y, stop: None
)


def linspace_facts(start: Arg, stop: Arg, num: Arg, *options: Arg) -> Kind:
    """``endpoint`` (and ``base``), ``dtype``, ``axis`` are the options."""
    dtype, axis = options[-2], value_of(options[-1])
    numbers = [arg.kind for arg in (start, stop, *options[1:-2])]
    found = dtype_of(dtype, kinds.result_dtype(kinds.FLOAT, *numbers))
    joint = kinds.broadcast("float64", start.kind, stop.kind)
    dims = shape_of(joint)
    if dims is None or not isinstance(axis, int):
        return made(found, None if dims is None else len(dims) + 1)
    place = axis % (len(dims) + 1)
    return made(found, (*dims[:place], dim_of(num), *dims[place:]))


@linear(np.linspace, facts=linspace_facts, layout="C")
def linspace(y_bar, y, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    start_bar = linspace_bar(y_bar, np.shape(start), 0, num, endpoint, axis)
    stop_bar = linspace_bar(y_bar, np.shape(stop), 1, num, endpoint, axis)


def logspace_facts(start: Arg, stop: Arg, num: Arg, endpoint: Arg, base: Arg, *rest: Arg) -> Kind:
    """Of one base: arrays of bases are not known."""
    if base.kind.ndim != 0:
        return kinds.OPAQUE
    return linspace_facts(start, stop, num, endpoint, base, *rest)


@adjoint(np.logspace, facts=logspace_facts, cost=10)
def logspace(y_bar, y, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    start_bar = linspace_bar(y_bar * y * np.log(base), np.shape(start), 0, num, endpoint, axis)
    stop_bar = linspace_bar(y_bar * y * np.log(base), np.shape(stop), 1, num, endpoint, axis)
    slope = dpower(base, np.linspace(start, stop, num, endpoint=endpoint, axis=axis))
    base_bar = np.sum(y_bar * slope)
    moved = np.linspace(start_dot, stop_dot, num, endpoint=endpoint, axis=axis)
    y_dot = y * np.log(base) * moved + slope * base_dot


@adjoint(linspace_bar, facts=lambda v, shape, *_: array_or_scalar(v.kind.dtype, dims_from(shape)))
def linspace_bar_(y_bar, y, v, shape, end, num, endpoint, axis):
    v_bar = np.linspace(y_bar * (1 - end), y_bar * end, num, endpoint=endpoint, axis=axis)
    y_dot = linspace_bar(v_dot, shape, end, num, endpoint, axis)


# --- shapes ---------------------------------------------------------------------------------


def shape_facts_of(a: Any) -> Kind:
    if isinstance(a, tuple) or not a.kind.numeric:
        return kinds.shape_tuple(None)
    return kinds.shape_tuple(shape_of(a.kind))


def ndim_facts(a: Any) -> Kind:
    return kinds.INT if isinstance(a, tuple) else kinds.int_of(a.kind.ndim)


SHAPE = {"shape_only": ("a",), "cost": 1, "raises": exceptions.nothing}
constant(np.shape, facts=shape_facts_of, **SHAPE)(lambda a: None)
constant(np.ndim, facts=ndim_facts, **SHAPE)(lambda a: None)
constant(np.size, facts=shape_facts.int_size, **SHAPE)(lambda a, axis=None: None)
constant(len, facts=shape_facts.length, **{**SHAPE, "raises": exceptions.measure})(lambda a: None)


def broadcast_shapes_facts(shapes: Any) -> Kind:
    found = [
        None if isinstance(s, Arg) and s.kind.dim == "unknown" else dims_from(s) for s in shapes
    ]
    if any(dims is None for dims in found):
        return kinds.shape_tuple(None)
    return kinds.shape_tuple(kinds.broadcast_dims(found))  # type: ignore[arg-type]


@constant(np.broadcast_shapes, facts=broadcast_shapes_facts, cost=1)
def broadcast_shapes(*shapes):
    pass
