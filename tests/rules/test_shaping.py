"""The rules of ``rules/shaping.py``: negative axes, no dimensions, no elements."""

from __future__ import annotations

import numpy as np
import pytest

from srcgrad.errors import MissingRule
from srcgrad.rules import registry
from srcgrad.runtime import (
    array_of,
    astype,
    copied,
    embedded,
    flat_of,
    inverse,
    negated,
    piece,
    rolled_to,
    undelete,
    undiag,
    undiagonal,
    unpad,
    unrepeat,
    untake,
    untake_along,
    untile,
)

from . import row, run, single, torch

rng = np.random.default_rng(0)


def a(*shape):
    return rng.normal(size=shape)


x3, x23, x234, x131 = a(3), a(2, 3), a(2, 3, 4), a(1, 3, 1)
zero_d, empty = np.array(1.5), a(0, 3)

ROWS = [
    # shapes and axes
    row(np.reshape, x234, (6, -1), torch=torch.reshape),
    row(np.reshape, x234, -1, torch=lambda x, s: torch.reshape(x, (s,))),
    row(np.reshape, x234, (4, 6), order="F"),
    row(np.reshape, x234, (2, 12)),
    row(np.reshape, empty, (3, 0, 2), torch=torch.reshape),
    row(np.reshape, zero_d, (1, 1), torch=torch.reshape),
    row(np.reshape, 2.5, (1,)),
    row(np.reshape, np.array([2.5]), ()),
    row(np.ravel, x234, torch=torch.ravel),
    row(np.ravel, x23, order="F"),
    row(np.ravel, zero_d),
    row(flat_of, x23),
    row(flat_of, x23, order="F"),
    row(np.transpose, x234, torch=lambda x: x.permute(2, 1, 0)),
    row(np.transpose, x234, (2, 0, 1), torch=torch.permute),
    row(np.transpose, x234, axes=(-1, 0, 1), torch=lambda x, axes: x.permute(axes)),
    row(np.transpose, x3),
    row(np.transpose, zero_d),
    row(np.swapaxes, x234, 0, -1, torch=torch.swapaxes),
    row(np.matrix_transpose, x234, torch=lambda x: x.mT),
    row(np.linalg.matrix_transpose, x23),
    row(np.moveaxis, x234, 0, -1, torch=torch.moveaxis),
    row(np.moveaxis, x234, (0, 1), (-1, 0), torch=torch.moveaxis),
    row(np.rollaxis, x234, 2),
    row(np.rollaxis, x234, 0, 3),
    row(np.rollaxis, x234, -1, 1),
    row(np.rollaxis, x234, 0, -1),
    row(np.expand_dims, x23, -1, torch=torch.unsqueeze),
    row(np.expand_dims, x23, (0, 2)),
    row(np.expand_dims, zero_d, 0, torch=torch.unsqueeze),
    row(np.squeeze, x131, torch=torch.squeeze),
    row(np.squeeze, x131, axis=-1, torch=lambda x, axis: torch.squeeze(x, axis)),
    row(np.squeeze, x131, (0, 2), torch=torch.squeeze),
    row(np.squeeze, a(1, 1)),
    row(np.atleast_1d, zero_d, torch=torch.atleast_1d),
    row(np.atleast_1d, 2.0),
    row(np.atleast_2d, x3, torch=torch.atleast_2d),
    row(np.atleast_3d, x3, torch=torch.atleast_3d),
    row(np.atleast_3d, x23, torch=torch.atleast_3d),
    row(np.broadcast_to, x3, (2, 3), torch=torch.broadcast_to),
    row(np.broadcast_to, x131, (4, 2, 3, 5), torch=torch.broadcast_to),
    row(np.broadcast_to, 2.0, (2, 3)),
    row(np.broadcast_to, zero_d, (2,)),
    row(np.broadcast_to, a(1, 3), (0, 3)),
    # copies and conversions
    row(np.copy, x23, torch=torch.clone),
    row(np.copy, 2.0),
    row(copied, x23),
    row(astype, x23, "float64"),
    row(astype, 2.0, "float64"),
    row(astype, x3, int),
    row(np.array, x23),
    row(np.array, 2.0),
    row(np.array, x23, dtype="float64"),
    row(np.array, x23, dtype=int),
    row(np.asarray, x23),
    row(np.asarray, zero_d, float),
    row(np.asanyarray, x23),
    row(np.ascontiguousarray, x23),
    row(np.ascontiguousarray, zero_d),
    row(np.asfortranarray, x23),
    # joining
    row(np.concatenate, (x23, a(4, 3), a(0, 3)), torch=torch.cat),
    row(np.concatenate, (x23, a(2, 1)), -1, torch=torch.cat),
    row(np.concatenate, [x23, x3, zero_d], axis=None),
    row(np.vstack, (x3, a(3), x23), torch=lambda xs: torch.cat([torch.atleast_2d(x) for x in xs])),
    row(np.vstack, (x234, a(5, 3, 4)), torch=torch.vstack),
    row(np.hstack, (x3, a(2)), torch=torch.hstack),
    row(np.hstack, (x23, a(2, 1)), torch=torch.hstack),
    row(np.hstack, (2.0, np.float64(3.0), x3)),
    row(np.column_stack, (x3, a(3, 2)), torch=torch.column_stack),
    row(np.dstack, (x3, a(3)), torch=torch.dstack),
    row(np.dstack, (x23, a(2, 3, 2)), torch=torch.dstack),
    row(np.stack, (x23, a(2, 3), a(2, 3)), torch=torch.stack),
    row(np.stack, (x23, a(2, 3)), -1, torch=torch.stack),
    row(np.stack, (2.0, 3.0)),
    row(array_of, (1.0, np.float64(2.0), 3.0)),
    row(array_of, (x23, a(2, 3))),
    row(array_of, (x3, a(3)), dtype="float64"),
    row(np.append, x23, a(4), torch=lambda a, b: torch.cat((a.ravel(), b.ravel()))),
    row(np.append, x23, a(2, 1), -1),
    row(np.append, x3, 2.0),
    row(piece, a(5), 1, (a(2), a(3))),
    row(piece, a(2, 4), 1, (a(2, 1), a(2, 3)), -1),
    row(piece, a(5), 0, (a(2, 2), 1.0), None),
    row(embedded, a(3), 1, (a(2), a(3)), 0, (5,)),
    row(embedded, 2.0, 1, (a(2, 2), 1.0), None, (5,)),
    # splitting
    row(np.split, x234, 3, 1),
    row(np.split, x23, (1,), axis=-1),
    row(np.split, a(6), np.array([1, 3])),
    row(np.array_split, x234, 3, -1),
    row(np.hsplit, x234, 3),
    row(np.hsplit, x3, (1,)),
    row(np.vsplit, x23, 2),
    row(np.dsplit, x234, 2),
    # reordering and repeating
    row(np.flip, x23, torch=lambda x: torch.flip(x, (0, 1))),
    row(np.flip, x234, (0, -1), torch=torch.flip),
    row(np.flip, x23, axis=1),
    row(np.fliplr, x23, torch=torch.fliplr),
    row(np.flipud, x23, torch=torch.flipud),
    row(np.rot90, x23, torch=torch.rot90),
    row(np.rot90, x234, 3, (1, -1), torch=torch.rot90),
    row(np.roll, x23, 2, torch=torch.roll),
    row(np.roll, x23, -1, axis=-1, torch=lambda x, k, axis: torch.roll(x, k, axis)),
    row(np.roll, x234, (1, -2), (0, 2), torch=torch.roll),
    row(np.tile, x23, (2, 2), torch=torch.tile),
    row(np.tile, x3, 3),
    row(np.tile, x23, (2, 1, 3), torch=torch.tile),
    row(np.tile, x234, (2,)),
    row(np.tile, 2.0, 3),
    row(np.tile, x3, 0),
    row(untile, a(4, 6), (2, 3), (2, 2)),
    row(np.repeat, x23, 2, -1, torch=torch.repeat_interleave),
    row(np.repeat, x23, 2, torch=torch.repeat_interleave),
    row(np.repeat, x3, np.array([1, 0, 3]), torch=torch.repeat_interleave),
    row(np.repeat, x23, (2, 3), axis=0),
    row(np.repeat, 2.0, 3),
    row(unrepeat, a(4), (3,), np.array([1, 0, 3])),
    row(unrepeat, a(12), (2, 3), 2),
    row(np.pad, x23, ((1, 1), (2, 0)), torch=lambda x, w: torch.nn.functional.pad(x, (2, 0, 1, 1))),
    row(np.pad, x23, 1),
    row(np.pad, x234, (1, 2)),
    row(np.pad, x3, 1, constant_values=3.0),
    row(np.pad, x23, ((0, 0), (1, 2)), mode="edge"),
    row(np.pad, x23, ((0, 5), (1, 2)), mode="reflect"),
    row(np.pad, x23, 1, mode="symmetric"),
    row(np.pad, x234, 2, "wrap"),
    row(unpad, a(4, 5), (2, 3), 1),
    row(unpad, a(4, 5), (2, 3), 1, "edge"),
    # diagonals and triangles
    row(np.diag, x3, torch=torch.diag),
    row(np.diag, x3, -1, torch=torch.diag),
    row(np.diag, x23, torch=torch.diag),
    row(np.diag, a(4, 3), -2, torch=torch.diag),
    row(undiag, a(4, 4), (3,), 1),
    row(undiag, a(2), (2, 3), 1),
    row(np.diagflat, x23, torch=torch.diagflat),
    row(np.diagflat, x3, 2, torch=torch.diagflat),
    row(np.diagonal, x23, torch=torch.diagonal),
    row(np.diagonal, x234, 1, 0, 2, torch=torch.diagonal),
    row(np.diagonal, x234, -1, -1, 1, torch=torch.diagonal),
    row(undiagonal, a(3, 2), (2, 3, 4), 0, 0, 2),
    row(undiagonal, a(3, 1), (2, 3, 4), 0, 0, 2),
    row(np.triu, x23, torch=torch.triu),
    row(np.triu, x234, -1, torch=torch.triu),
    row(np.tril, x23, 1, torch=torch.tril),
    row(np.tril, x3),
    # picking
    row(np.take, x234, 2, axis=-1),
    row(np.take, x23, np.array([[0, 1], [1, 1]]), 1),
    row(np.take, x23, np.array([0, -1, 5, 5]), torch=lambda x, i: torch.take(x, i % 6)),
    row(np.take, x23, (0, 1, 0), axis=0),
    row(np.take, x3, 1),
    row(np.take, x3, np.array([-4, 7]), mode="wrap"),
    row(np.take, x3, np.array([-4, 7]), mode="clip"),
    row(untake, a(2, 2), (3,), np.array([[0, 1], [1, 2]])),
    row(untake, a(2, 2), (2, 3), np.array([1, 1]), -1),
    row(np.take_along_axis, x23, np.array([[0, 2, 2], [1, 1, -1]]), -1),
    row(
        np.take_along_axis,
        x23,
        np.array([[0, 1, 1]]),
        0,
        torch=lambda x, i, d: torch.gather(x, d, i),
    ),
    row(np.take_along_axis, x23, np.array([0, 4, 4]), None),
    row(untake_along, a(1, 3), (2, 3), np.array([[0, 1, 1]]), 0),
    row(np.delete, x23, 1, axis=-1),
    row(np.delete, x23, np.array([0, -1])),
    row(undelete, a(2, 2), (2, 3), 1, -1),
    # no derivative
    row(inverse, (2, 0, 1)),
    row(negated, (2, -1)),
    row(rolled_to, 3, 0, 2),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("precision", [lambda row: row, single], ids=["double", "single"])
def test_rule(row, precision):
    run(precision(row))


@pytest.mark.parametrize("function", [np.reshape, np.ravel])
def test_orders_that_depend_on_the_layout_are_refused(function):
    arg = registry.Arg(registry.kinds.array("float64", ("n", "m")))
    rest = [registry.Arg(registry.kinds.INT, -1)] * (function is np.reshape)
    with pytest.raises(MissingRule, match="order"):
        registry.OPS[registry.key_of(function)].facts(
            arg, *rest, registry.Arg(registry.kinds.STR, "A")
        )


def test_padding_by_a_mode_that_does_not_copy_elements_is_refused():
    with pytest.raises(NotImplementedError, match="mode='mean'"):
        unpad(np.ones(4), (2,), 1, "mean")


@pytest.mark.parametrize("positions", [(2, 1), (1, -1)])
def test_splitting_into_pieces_that_may_overlap_is_refused(positions):
    arg = registry.Arg(registry.kinds.array("float64", ("n",)))
    with pytest.raises(MissingRule, match="ascending"):
        registry.OPS["np.split"].facts(
            arg, registry.Arg(registry.kinds.OPAQUE, positions), registry.Arg(registry.kinds.INT, 0)
        )
