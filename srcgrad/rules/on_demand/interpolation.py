"""Interpolation of scattered data: the triangulation is a constant."""

from __future__ import annotations

from typing import Any

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.rules.operation import Arg
from srcgrad.rules.registry import constant
from srcgrad.runtime import simplex_vertices


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
