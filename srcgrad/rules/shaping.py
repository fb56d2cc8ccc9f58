"""Functions that reshape, reorder, join, repeat and pick elements. All are linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir.kinds import Kind
from srcgrad.rules import exceptions, shifts
from srcgrad.rules import joining_facts as joining
from srcgrad.rules import shape_facts as facts
from srcgrad.rules.facts import opaque, python_int
from srcgrad.rules.operation import Several
from srcgrad.rules.ranges import PLACES, WHOLE, first
from srcgrad.rules.registry import adjoint, constant, linear
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
    unbroadcast,
    undelete,
    undiag,
    undiagonal,
    unpad,
    unrepeat,
    untake,
    untake_along,
    untile,
)

VIEW = {"view": "always", "injective": True, "moves": WHOLE, "cost": 1}
WIDE = {"view": "always", "moves": WHOLE, "cost": 1}  # elements stand twice, or are only read
MAYBE = {"view": "maybe", "moves": WHOLE, "cost": 1}


def strided_alike(kind: Kind, *args: Any) -> str:
    """A vector is reshaped without a copy, whatever its stride."""
    return "always" if kind.ndim == 1 else "maybe"


def of_matrices(kind: Kind, *args: Any) -> str:
    """The diagonal of a matrix is a view, the matrix of a diagonal is not."""
    return "never" if kind.ndim == 1 else "maybe"


# --- shapes and axes ------------------------------------------------------------------------


@linear(
    np.reshape,
    **{**VIEW, "view": strided_alike},
    facts=facts.reshaped,
    by_layout=True,
    shift=shifts.reshaped,
)
def reshape(y_bar, y, a, shape, order="C"):
    a_bar = np.reshape(y_bar, np.shape(a), order=order)


@linear(np.ravel, facts=facts.raveled, **MAYBE, by_layout=True, shift=shifts.moved)
def ravel(y_bar, y, a, order="C"):
    a_bar = np.reshape(y_bar, np.shape(a), order=order)


@linear(
    flat_of,
    facts=facts.raveled,
    **MAYBE,
    by_layout=True,
    through=True,
    spelling="np.ravel",
    compiled="np.ravel",
)
def flat_of_(y_bar, y, a, order="C"):
    a_bar = np.reshape(y_bar, np.shape(a), order=order)


@linear(np.transpose, facts=facts.permuted, hermitian=True, **VIEW, shift=shifts.moved)
def transpose(y_bar, y, a, axes=None):
    a_bar = np.transpose(y_bar, inverse(axes))


@linear(np.swapaxes, facts=facts.permuted, hermitian=True, **VIEW)
def swapaxes(y_bar, y, a, axis1, axis2):
    a_bar = np.swapaxes(y_bar, axis1, axis2)


@linear(
    np.matrix_transpose,
    np.linalg.matrix_transpose,
    facts=facts.permuted,
    hermitian=True,
    **VIEW,
)
def matrix_transpose(y_bar, y, x):
    x_bar = np.swapaxes(y_bar, -1, -2)


@linear(np.moveaxis, facts=facts.permuted, **VIEW)
def moveaxis(y_bar, y, a, source, destination):
    a_bar = np.moveaxis(y_bar, destination, source)


@linear(np.rollaxis, facts=facts.permuted, **VIEW)
def rollaxis(y_bar, y, a, axis, start=0):
    a_bar = np.moveaxis(y_bar, rolled_to(np.ndim(y), axis, start), axis)


@linear(np.expand_dims, facts=facts.permuted, **VIEW, layout="like", shift=shifts.inserted)
def expand_dims(y_bar, y, a, axis):
    a_bar = np.squeeze(y_bar, axis=axis)


@linear(np.squeeze, facts=facts.squeezed, **VIEW, layout="like", shift=shifts.moved)
def squeeze(y_bar, y, a, axis=None):
    a_bar = np.reshape(y_bar, np.shape(a))


@linear(np.atleast_1d, np.atleast_2d, np.atleast_3d, facts=facts.permuted, **VIEW, layout="like")
def atleast(y_bar, y, x):
    x_bar = np.reshape(y_bar, np.shape(x))


@linear(np.broadcast_to, facts=facts.broadcasted, **WIDE)
def broadcast_to(y_bar, y, array, shape):
    array_bar = unbroadcast(y_bar, np.shape(array))


# --- copies and conversions -----------------------------------------------------------------


COPY = {
    "facts": facts.fresh_array,
    "moves": WHOLE,
    "alike": True,
    "copies": True,
    "raises": exceptions.arithmetic,
    "shift": shifts.same,
}


@linear(np.copy, **COPY, layout="like")
@linear(copied, **COPY, layout="C")
def copy(y_bar, y, a):
    a_bar = y_bar


@linear(astype, facts=facts.cast, converts=True, moves=WHOLE, shift=shifts.same)
def astype_(y_bar, y, x, dtype):
    x_bar = y_bar


@linear(np.array, facts=facts.converted, converts=True, moves=WHOLE)
def array(y_bar, y, x, dtype=None):
    x_bar = y_bar


@linear(np.asarray, facts=facts.converted, converts=True, hermitian=True, **MAYBE)
@linear(np.asanyarray, facts=facts.converted, **MAYBE)
def asarray(y_bar, y, x, dtype=None):
    x_bar = y_bar


@linear(np.ascontiguousarray, np.asfortranarray, facts=facts.contiguous, **MAYBE)
def ascontiguousarray(y_bar, y, x, dtype=None):
    x_bar = np.reshape(y_bar, np.shape(x))


# --- joining: an operand's adjoint is its piece of the whole ----------------------------------


@linear(np.concatenate, facts=joining.joined(1), moves=WHOLE)
def concatenate(y_bar, y, xs: Several, axis=0):
    x_bar = piece(y_bar, k, xs, axis)


@linear(np.vstack, facts=joining.joined(2, 0), moves=WHOLE)
def vstack(y_bar, y, xs: Several):
    x_bar = piece(y_bar, k, xs)


@linear(np.hstack, facts=joining.joined(1, 1), moves=WHOLE)
def hstack(y_bar, y, xs: Several):
    x_bar = piece(y_bar, k, xs, 1)


@linear(np.column_stack, facts=joining.joined(2, 1, column=True), moves=WHOLE)
def column_stack(y_bar, y, xs: Several):
    x_bar = piece(y_bar, k, xs, 1)


@linear(np.dstack, facts=joining.joined(3, 2), moves=WHOLE)
def dstack(y_bar, y, xs: Several):
    x_bar = piece(y_bar, k, xs, 2)


@linear(np.stack, facts=joining.stacked, moves=WHOLE)
def stack(y_bar, y, xs: Several, axis=0):
    x_bar = np.take(y_bar, k, axis=axis)


@linear(array_of, facts=joining.listed, moves=WHOLE, spelling="np.array", layout="C")
def array_of_(y_bar, y, xs: Several, dtype=None):
    x_bar = y_bar[k]


@linear(np.append, facts=joining.appended, moves=WHOLE)
def append(y_bar, y, arr, values, axis=None):
    arr_bar = piece(y_bar, 0, (arr, values), axis)
    values_bar = piece(y_bar, 1, (arr, values), axis)


@linear(piece, facts=joining.piece_of, moves=WHOLE, view="maybe", shape_only=("xs",), cost=1)
def piece_(y_bar, y, v, k, xs: Several, axis=0):
    v_bar = embedded(y_bar, k, xs, axis, np.shape(v))


@linear(embedded, facts=joining.embedded, moves=PLACES, shape_only=("xs",))
def embedded_(y_bar, y, v, k, xs: Several, axis, shape):
    v_bar = piece(y_bar, k, xs, axis)


# --- splitting: the result is a tuple of views, its adjoint a tuple of adjoints ----------------


@linear(np.split, np.array_split, facts=joining.split, **WIDE)
def split(y_bar, y, ary, indices_or_sections, axis=0):
    ary_bar = np.concatenate(y_bar, axis=axis)


@linear(np.hsplit, facts=joining.split, **WIDE)
def hsplit(y_bar, y, ary, indices_or_sections):
    ary_bar = np.hstack(y_bar)


@linear(np.vsplit, facts=joining.split, **WIDE)
def vsplit(y_bar, y, ary, indices_or_sections):
    ary_bar = np.vstack(y_bar)


@linear(np.dsplit, facts=joining.split, **WIDE)
def dsplit(y_bar, y, ary, indices_or_sections):
    ary_bar = np.dstack(y_bar)


# --- reordering and repeating -----------------------------------------------------------------


@linear(np.flip, facts=facts.unmoved, **VIEW)
def flip(y_bar, y, m, axis=None):
    m_bar = np.flip(y_bar, axis=axis)


@linear(np.fliplr, facts=facts.unmoved, **VIEW)
def fliplr(y_bar, y, x):
    x_bar = np.fliplr(y_bar)


@linear(np.flipud, facts=facts.unmoved, **VIEW)
def flipud(y_bar, y, x):
    x_bar = np.flipud(y_bar)


@linear(np.rot90, facts=facts.permuted, **VIEW)
def rot90(y_bar, y, m, k=1, axes=(0, 1)):
    m_bar = np.rot90(y_bar, -k, axes=axes)


@linear(np.roll, facts=facts.unmoved, moves=WHOLE)
def roll(y_bar, y, a, shift, axis=None):
    a_bar = np.roll(y_bar, negated(shift), axis=axis)


@linear(np.tile, facts=facts.tiled, moves=WHOLE)
def tile(y_bar, y, A, reps):
    A_bar = untile(y_bar, np.shape(A), reps)


@linear(untile, facts=facts.shape_argument, moves=WHOLE)
def untile_(y_bar, y, v, shape, reps):
    v_bar = np.tile(y_bar, reps)


@linear(np.repeat, facts=facts.along, moves=WHOLE)
def repeat(y_bar, y, a, repeats, axis=None):
    a_bar = unrepeat(y_bar, np.shape(a), repeats, axis)


@linear(unrepeat, facts=facts.shape_argument, moves=PLACES)
def unrepeat_(y_bar, y, v, shape, repeats, axis=None):
    v_bar = np.repeat(y_bar, repeats, axis=axis)


@adjoint(np.pad, facts=facts.padded, values=first, moves=PLACES, holomorphic=True)
def pad(y_bar, y, array, pad_width, mode="constant", constant_values=0):
    array_bar = unpad(y_bar, np.shape(array), pad_width, mode)
    y_dot = np.pad(array_dot, pad_width, mode=mode)


@linear(unpad, facts=facts.shape_argument, moves=WHOLE, view="maybe")
def unpad_(y_bar, y, v, shape, pad_width, mode="constant"):
    v_bar = np.pad(y_bar, pad_width, mode=mode)


# --- diagonals and triangles ------------------------------------------------------------------


@linear(np.diag, facts=facts.diagonal_matrix, moves=PLACES, view=of_matrices)
def diag(y_bar, y, v, k=0):
    v_bar = undiag(y_bar, np.shape(v), k)


@linear(undiag, facts=facts.shape_argument, moves=PLACES, view="maybe")
def undiag_(y_bar, y, v, shape, k=0):
    v_bar = np.diag(y_bar, k)


@linear(np.diagflat, facts=facts.flat_diagonal_matrix, moves=PLACES)
def diagflat(y_bar, y, v, k=0):
    v_bar = np.reshape(np.diag(y_bar, k), np.shape(v))


@linear(np.diagonal, facts=facts.diagonal_of, **WIDE)
def diagonal(y_bar, y, a, offset=0, axis1=0, axis2=1):
    a_bar = undiagonal(y_bar, np.shape(a), offset, axis1, axis2)


@linear(undiagonal, facts=facts.shape_argument, moves=PLACES)
def undiagonal_(y_bar, y, v, shape, offset=0, axis1=0, axis2=1):
    v_bar = unbroadcast(np.diagonal(y_bar, offset, axis1, axis2), np.shape(v))


@linear(np.triu, facts=facts.triangle, moves=PLACES)
def triu(y_bar, y, m, k=0):
    m_bar = unbroadcast(np.triu(y_bar, k), np.shape(m))


@linear(np.tril, facts=facts.triangle, moves=PLACES)
def tril(y_bar, y, m, k=0):
    m_bar = unbroadcast(np.tril(y_bar, k), np.shape(m))


# --- picking ----------------------------------------------------------------------------------


@linear(np.take, facts=facts.taken, moves=WHOLE, raises=exceptions.taking)
def take(y_bar, y, a, indices, axis=None, mode="raise"):
    a_bar = untake(y_bar, np.shape(a), indices, axis, mode)


@linear(untake, facts=facts.shape_argument, moves=PLACES)
def untake_(y_bar, y, v, shape, indices, axis=None, mode="raise"):
    v_bar = np.take(y_bar, indices, axis=axis, mode=mode)


@linear(np.take_along_axis, facts=facts.taken_along, moves=WHOLE, raises=exceptions.taking)
def take_along_axis(y_bar, y, arr, indices, axis):  # NumPy 2.3 gave the axis a default
    arr_bar = untake_along(y_bar, np.shape(arr), indices, axis)


@linear(untake_along, facts=facts.shape_argument, moves=PLACES)
def untake_along_(y_bar, y, v, shape, indices, axis):
    v_bar = np.take_along_axis(y_bar, indices, axis=axis)


@linear(np.delete, facts=facts.along, moves=PLACES, raises=exceptions.taking)
def delete(y_bar, y, arr, obj, axis=None):
    arr_bar = undelete(y_bar, np.shape(arr), obj, axis)


@linear(undelete, facts=facts.shape_argument, moves=PLACES)
def undelete_(y_bar, y, v, shape, obj, axis=None):
    v_bar = np.delete(y_bar, obj, axis=axis)


constant(inverse, facts=opaque, foldable=True, cost=1)(lambda axes: None)
constant(negated, facts=facts.negation, foldable=True, cost=1)(lambda shift: None)
constant(rolled_to, facts=python_int, cost=1)(lambda ndim, axis, start: None)
