"""Interpolation of scattered data: the triangulation, and what is near, are constants."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.facts import shape_of
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import adjoint, constant, linear
from srcgrad.runtime import (
    curved_slopes,
    nearest_point,
    patch_vertices,
    simplex_vertices,
    slopes_across,
    slopes_solved,
)


def _numbers(more: int) -> Any:
    """Facts of numbers of points: an array of ``more`` axes than the places have."""

    def facts(points: Any, xi: Arg) -> Kind:
        return kinds.array("int64", None if xi.kind.ndim is None else xi.kind.ndim + more)

    return facts


for function, more in ((simplex_vertices, 0), (nearest_point, -1), (patch_vertices, 1)):
    name = function.__name__
    constant(function, facts=_numbers(more), cost=100, key=f"scipy.{name}", spelling=name)(
        lambda points, xi: None
    )


def _slopes(points: Any, values: Arg, *rest: Any) -> Kind:
    shape = shape_of(values.kind)
    return kinds.array("float64", None if shape is None else (*shape, 2))


def _values(points: Any, slopes: Arg) -> Kind:
    shape = shape_of(slopes.kind)
    return kinds.array("float64", None if shape is None else shape[:-1])


@adjoint(curved_slopes, facts=_slopes, cost=100)
def curved_slopes_(y_bar, y, points, values, tol, maxiter):  # of what the iteration leads to
    values_bar = slopes_across(points, y_bar)
    y_dot = slopes_solved(points, values_dot)


@linear(slopes_solved, facts=_slopes, cost=100)
def slopes_solved_(y_bar, y, points, values):
    values_bar = slopes_across(points, y_bar)


@linear(slopes_across, facts=_values, cost=100)
def slopes_across_(y_bar, y, points, slopes):
    slopes_bar = slopes_solved(points, y_bar)
