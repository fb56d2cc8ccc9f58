"""Factorisations whose result depends on the sizes at hand: ``qr``, ``svd``, ``eig``, ``cross``."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import complexes, linalg
from srcgrad.errors import ShortAxesWanted, SizesWanted
from srcgrad.handlers.complex import is_complex
from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


def _sizes(e: Walk, matrix: Any) -> tuple[int, int] | None:
    """The exact sizes of a matrix, or equal ones; None if they are not known."""
    shape = e.b.kind(matrix).shape
    if shape is None or len(shape) < 2:
        return None
    if shape[-1] == shape[-2]:
        return 1, 1
    rows, columns = shape[-2:]
    if isinstance(rows, int) and isinstance(columns, int):
        return rows, columns
    e.want(SizesWanted)
    return None


@handles(np.linalg.qr)
def _qr(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    matrix = e.as_operand(args[0])
    sizes = _sizes(e, matrix)
    wide = sizes is not None and sizes[0] < sizes[1]
    given = dict(zip(("mode",), args[1:], strict=False)) | keywords
    mode = e.steering(given.get("mode", Const("reduced")), "mode")
    if mode == "complete" and sizes is not None:
        if sizes[0] > sizes[1]:
            return _full_qr(e, matrix)
        mode = "reduced"
    definition = linalg.qr_wide if wide else linalg.qr
    return e.call_constant(definition, [matrix, Const(mode)], {})


def _full_qr(e: Walk, matrix: Any) -> Any:
    """Of more rows than columns: beyond the first, the columns of Q are not determined, and kept."""
    whole = e.call_library(np.linalg.qr, [matrix, Const("complete")], {})
    triangle = e.call_constant(
        linalg.taller, [matrix, e.call_constant(linalg.qr, [matrix, Const("r")], {})], {}
    )
    return TupleV((e.b.emit("getitem", whole, Const(0)), triangle), type(np.linalg.qr(np.eye(1))))


@handles(np.linalg.svd)
def _svd(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    matrix = e.as_operand(args[0])
    given = (
        dict(zip(("full_matrices", "compute_uv", "hermitian"), args[1:], strict=False)) | keywords
    )
    uv = e.steering(given.get("compute_uv", Const(True)), "compute_uv")
    full = e.steering(given.get("full_matrices", Const(True)), "full_matrices")
    if e.steering(given.get("hermitian", Const(False)), "hermitian"):
        found = e.call_constant(
            linalg.hermitian_svd if uv else linalg.hermitian_svdvals, [matrix], {}
        )
        return TupleV(found.items, type(np.linalg.svd(np.eye(1)))) if uv else found
    if not uv:
        return e.b.emit("np.linalg.svdvals", matrix)
    if full:
        sizes = _sizes(e, matrix)
        if sizes is not None and sizes[0] != sizes[1]:
            return _full_svd(e, matrix)
    key = "complex_svd" if is_complex(e, matrix) else "np.linalg.svd"
    return e.call_operation(key, [matrix, Const(bool(full))], {})


@handles(np.linalg.eig)
def _eig(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call_operation("np.linalg.eig", [e.as_operand(args[0])], {})


@handles(np.linalg.eigvals)
def _eigvals(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return e.call_operation("np.linalg.eig", [e.as_operand(args[0])], {}).items[0]


def _full_svd(e: Walk, matrix: Any) -> Any:
    """All singular vectors: beyond the first, no derivative is defined, so they are kept."""
    whole = e.call_library(np.linalg.svd, [matrix], {})
    values = e.b.emit("np.linalg.svdvals", matrix)
    parts = [e.b.emit("getitem", whole, Const(k)) for k in (0, 2)]
    return TupleV((parts[0], values, parts[1]), type(np.linalg.svd(np.eye(1))))


@handles(np.linalg.norm)
def _norm(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Of matrices, where their singular values or sums say what it is."""
    given = dict(zip(("x", "ord", "axis"), args, strict=False)) | keywords
    x, axis = e.as_operand(given["x"]), given.get("axis", Const(None))
    if axis == Const(None):
        matrix = e.b.kind(x).ndim == 2
    else:
        pair = axis.value if isinstance(axis, Const) else e.static_items(axis)
        matrix = isinstance(pair, tuple) and len(pair) == 2
    if matrix and given.get("ord") in MATRIX_ORDERS:
        return e.call_constant(linalg.norm_of_matrix, args, keywords)
    if is_complex(e, x):
        return e.call_constant(complexes.norm, args, keywords)
    if e.compiled and e.b.kind(x).ndim == 0 and not e.b.kind(x).immutable:
        return e.call_ruled(np.linalg.norm, [e.b.emit("getitem", x, Const(()))], keywords)
    return e.call_ruled(np.linalg.norm, args, keywords)


MATRIX_ORDERS = [Const(ord) for ord in (1, -1, 2, -2, np.inf, -np.inf, "nuc")]


@handles(np.cross)
def _cross(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    """Of vectors in a plane, numbers."""
    if len(args) == 2 and not keywords:
        ends = [(e.b.kind(e.as_operand(arg)).shape or (None,))[-1] for arg in args]
        if 3 not in ends and any(map(e.b.is_short, ends)):
            raise ShortAxesWanted
        if ends == [2, 2] and np.lib.NumpyVersion(np.__version__) < "2.5.0":  # which refuses them
            return e.call_constant(linalg.plane_cross, args, {})
        if sorted(ends, key=str) == [2, 3]:
            return e.call_constant(linalg.lifted_cross, args, {})
    return e.call_ruled(np.cross, args, keywords)
