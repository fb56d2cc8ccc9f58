"""Sparse matrices by their entries: three products that are closed under differentiation.

``A @ x``, ``A.T @ y``, and the entries of ``y @ x.T`` where ``A`` has some: the adjoint of each is made of
the others. Solutions are by the theorem on implicit functions, as those of dense systems.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import opaque
from srcgrad.rules.linalg_facts import inexact
from srcgrad.rules.operation import Arg, Several, known_value
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.rules.shape_facts import strong_dtype
from srcgrad.runtime import (
    sparse_arranged,
    sparse_dense,
    sparse_entries,
    sparse_iterated,
    sparse_matmul,
    sparse_moved,
    sparse_outer,
    sparse_pattern,
    sparse_place,
    sparse_rmatmul,
    sparse_shape,
    sparse_solution,
    sparse_solve,
    sparse_solve_transposed,
    sparse_solved_by,
    sparse_unmoved,
)


def _named(function: Any) -> dict[str, Any]:
    name = function.__name__
    return {"key": f"scipy.sparse.{name}", "spelling": name}


def _product(pattern: Any, data: Arg, x: Arg, like: Arg) -> Kind:
    dtype = strong_dtype(data.kind, x.kind)
    if like.kind.base == "array":
        return kinds.array(dtype, like.kind.shape)
    if x.kind.shape is None:
        return kinds.array(dtype)
    return kinds.array(dtype, (kinds.fresh_dim(), *x.kind.shape[1:]))


def _outer(pattern: Any, v: Arg, x: Arg, like: Arg) -> Kind:
    return kinds.array(strong_dtype(v.kind, x.kind), like.kind.shape)


def _entries(pattern: Any, dense: Arg, like: Arg) -> Kind:
    return kinds.array(dense.kind.dtype, like.kind.shape)


def _dense(pattern: Any, data: Arg) -> Kind:
    return kinds.array(data.kind.dtype, 2)


def _solved(pattern: Any, data: Arg, b: Arg) -> Kind:
    return kinds.array(inexact(data, b), b.kind.shape)


def _moved(arranged: Any, data: Arg, rank: Arg) -> Kind:
    return kinds.array(data.kind.dtype, known_value(rank))


@constant(sparse_pattern, facts=opaque, view="held", **_named(sparse_pattern))
def _sparse_pattern(form, places: Several, shape):
    pass


@constant(sparse_arranged, facts=opaque, cost=20, **_named(sparse_arranged))
def _sparse_arranged(how, form, patterns: Several, shapes, index=()):
    pass


def _places(arranged: Any, number: Any) -> Kind:
    return kinds.array("int32", 1)


def _shape(arranged: Any) -> Kind:
    return Kind("tuple", items=(kinds.INT, kinds.INT))


@constant(sparse_place, facts=_places, **_named(sparse_place))
def _sparse_place(arranged, number):
    pass


@constant(sparse_shape, facts=_shape, **_named(sparse_shape))
def _sparse_shape(arranged):
    pass


BILINEAR = {"cost": 20, "holomorphic": True, "shape_only": ("like",)}


@adjoint(sparse_matmul, facts=_product, **BILINEAR, **_named(sparse_matmul))
def matmul(y_bar, y, pattern, data, x, like=None):
    pattern_bar = None
    data_bar = sparse_outer(pattern, y_bar, x, data)
    x_bar = sparse_rmatmul(pattern, data, y_bar, x)
    y_dot = sparse_matmul(pattern, data_dot, x, y) + sparse_matmul(pattern, data, x_dot, y)


@adjoint(sparse_rmatmul, facts=_product, **BILINEAR, **_named(sparse_rmatmul))
def rmatmul(y_bar, y, pattern, data, v, like):
    pattern_bar = None
    data_bar = sparse_outer(pattern, v, y_bar, data)
    v_bar = sparse_matmul(pattern, data, y_bar, v)
    y_dot = sparse_rmatmul(pattern, data_dot, v, like) + sparse_rmatmul(pattern, data, v_dot, like)


@adjoint(sparse_outer, facts=_outer, **BILINEAR, **_named(sparse_outer))
def outer(y_bar, y, pattern, v, x, like):
    pattern_bar = None
    v_bar = sparse_matmul(pattern, y_bar, x, v)
    x_bar = sparse_rmatmul(pattern, y_bar, v, x)
    y_dot = sparse_outer(pattern, v_dot, x, like) + sparse_outer(pattern, v, x_dot, like)


@linear(sparse_dense, facts=_dense, cost=20, **_named(sparse_dense))
def dense(y_bar, y, pattern, data):
    data_bar = sparse_entries(pattern, y_bar, data)


@linear(sparse_entries, facts=_entries, cost=20, shape_only=("like",), **_named(sparse_entries))
def entries(y_bar, y, pattern, dense, like):
    dense_bar = sparse_dense(pattern, y_bar)


SOLVED = {"cost": 100, "holomorphic": True}


@adjoint(sparse_solve, facts=_solved, **SOLVED, **_named(sparse_solve))
def solve(y_bar, y, pattern, data, b):
    pattern_bar = None
    t = sparse_solve_transposed(pattern, data, y_bar)
    data_bar = -sparse_outer(pattern, t, y, data)
    b_bar = t
    y_dot = sparse_solve(pattern, data, b_dot - sparse_matmul(pattern, data_dot, y, y))


@adjoint(sparse_solve_transposed, facts=_solved, **SOLVED, **_named(sparse_solve_transposed))
def solve_transposed(y_bar, y, pattern, data, b):
    pattern_bar = None
    t = sparse_solve(pattern, data, y_bar)
    data_bar = -sparse_outer(pattern, y, t, data)
    b_bar = t
    y_dot = sparse_solve_transposed(pattern, data, b_dot - sparse_rmatmul(pattern, data_dot, y, y))


@adjoint(sparse_solution, facts=lambda p, data, b, x: x.kind, **SOLVED, **_named(sparse_solution))
def solution(y_bar, y, pattern, data, b, x):
    pattern_bar = None
    t = sparse_solve_transposed(pattern, data, y_bar)
    data_bar = -sparse_outer(pattern, t, y, data)
    b_bar = t
    x_bar = None
    y_dot = sparse_solve(pattern, data, b_dot - sparse_matmul(pattern, data_dot, y, y))


def _solved_by(factors: Any, b: Arg, transposed: Any) -> Kind:
    return kinds.array(b.kind.dtype, b.kind.shape)


@linear(sparse_solved_by, facts=_solved_by, cost=20, **_named(sparse_solved_by))
def solved_by(y_bar, y, factors, b, transposed):
    b_bar = sparse_solved_by(factors, y_bar, not transposed)


def _iterated(solver: Any, pattern: Any, data: Arg, b: Arg, names: Any, options: Any) -> Kind:
    return Kind("tuple", items=(kinds.array(inexact(data, b), b.kind.shape), kinds.INT))


@constant(sparse_iterated, facts=_iterated, cost=100, **_named(sparse_iterated))
def _sparse_iterated(solver, pattern, data, b, names, options: Several):
    pass


@linear(sparse_moved, facts=_moved, cost=20, **_named(sparse_moved))
def moved(y_bar, y, arranged, data, rank):
    data_bar = sparse_unmoved(arranged, y_bar, data)


@linear(sparse_unmoved, facts=_entries, cost=20, shape_only=("like",), **_named(sparse_unmoved))
def unmoved(y_bar, y, arranged, made, like):
    made_bar = sparse_moved(arranged, y_bar, np.ndim(made))
