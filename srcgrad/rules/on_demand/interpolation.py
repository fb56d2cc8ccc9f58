"""Interpolation of scattered data: the triangulation, and what is near, are constants."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import constant
from srcgrad.runtime import nearest_point, simplex_vertices


def _vertices(points: Any, xi: Arg) -> Kind:
    return kinds.array("int64", xi.kind.ndim)


@constant(
    simplex_vertices,
    facts=_vertices,
    cost=100,
    key="scipy.simplex_vertices",
    spelling="simplex_vertices",
)
def _simplex_vertices(points, xi):
    pass


def _numbers(points: Any, xi: Arg) -> Kind:
    return kinds.array("int64", None if xi.kind.ndim is None else xi.kind.ndim - 1)


@constant(
    nearest_point,
    facts=_numbers,
    cost=100,
    key="scipy.nearest_point",
    spelling="nearest_point",
)
def _nearest_point(points, xi):
    pass
