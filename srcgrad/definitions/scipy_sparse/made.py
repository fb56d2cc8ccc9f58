"""``scipy.sparse``: matrices that are made of arrays, and of other matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_sparse.matrices import asformat
from srcgrad.definitions.scipy_sparse.parts import (
    BASE,
    compressed,
    converted,
    diagonals,
    handed,
    listed,
    of_arranged,
    pattern_of,
    with_data,
)
from srcgrad.runtime import sparse_arranged


def of_compressed(cls, arg1, shape, dtype, copy):
    """``(data, indices, indptr)``, ``(data, (row, column))``, a matrix, or a dense array."""
    form = "csr" if cls is sparse.csr_array or cls is sparse.csr_matrix else "csc"
    if isinstance(arg1, BASE):
        made = converted(arg1, form, copy)
        data = handed(made.data, dtype, False)
        return compressed(cls, data, made.indices, made.indptr, made._shape)
    if isinstance(arg1, tuple) and len(arg1) == 3:
        data, indices, indptr = arg1
        indices, indptr = np.asarray(indices), np.asarray(indptr)
        if shape is None:
            count, other = len(indptr) - 1, int(np.max(indices, initial=-1)) + 1
            shape = (count, other) if form == "csr" else (other, count)
        return compressed(cls, handed(data, dtype, copy), indices, indptr, shape)
    listing = of_places(sparse.coo_array, arg1, shape, dtype, False)
    made = converted(listing, form)
    return compressed(cls, made.data, made.indices, made.indptr, made._shape)


def in_dtype(a, dtype):
    return with_data(a, handed(a.data, dtype, False))


def of_places(cls, arg1, shape, dtype, copy):
    """``(data, (row, column))``, a matrix, or a dense array."""
    if isinstance(arg1, BASE):
        made = converted(arg1, "coo", copy)
        return listed(cls, handed(made.data, dtype, False), made.coords, made._shape)
    if isinstance(arg1, tuple) and len(arg1) == 2 and isinstance(arg1[1], tuple):
        data, places = arg1
        if len(places) != 2:
            unsupported("of one dimension")
        rows, columns = np.asarray(places[0]), np.asarray(places[1])
        if shape is None:
            shape = (int(np.max(rows)) + 1, int(np.max(columns)) + 1)
        return listed(cls, handed(data, dtype, copy), (rows, columns), shape)
    return unsupported("values decide which entries a dense array has")


def of_dense(dense):
    """A matrix of all elements of a dense array."""
    dense = np.asarray(dense)
    rows, columns = np.indices(dense.shape)
    return listed(
        sparse.coo_array, np.ravel(dense), (np.ravel(rows), np.ravel(columns)), dense.shape
    )


def matrix(a):
    if not isinstance(a, BASE):
        unsupported("values decide which entries a dense array has")
    return a


@defines(sparse.csr_array)
def csr_array(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_compressed(sparse.csr_array, arg1, shape, dtype, copy)


@defines(sparse.csr_matrix)
def csr_matrix(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_compressed(sparse.csr_matrix, arg1, shape, dtype, copy)


@defines(sparse.csc_array)
def csc_array(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_compressed(sparse.csc_array, arg1, shape, dtype, copy)


@defines(sparse.csc_matrix)
def csc_matrix(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_compressed(sparse.csc_matrix, arg1, shape, dtype, copy)


@defines(sparse.coo_array)
def coo_array(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_places(sparse.coo_array, arg1, shape, dtype, copy)


@defines(sparse.coo_matrix)
def coo_matrix(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_places(sparse.coo_matrix, arg1, shape, dtype, copy)


def of_diagonals(cls, arg1, shape, dtype, copy):
    if not isinstance(arg1, tuple) or shape is None:
        unsupported("made of this")
    data, offsets = arg1
    data = np.atleast_2d(handed(data, dtype, copy))
    return diagonals(cls, data, np.atleast_1d(np.asarray(offsets)), shape)


@defines(sparse.dia_array)
def dia_array(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_diagonals(sparse.dia_array, arg1, shape, dtype, copy)


@defines(sparse.dia_matrix)
def dia_matrix(arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    return of_diagonals(sparse.dia_matrix, arg1, shape, dtype, copy)


# --- diagonals ------------------------------------------------------------------------------------


def of_lists(cls, diagonals_given, offsets, shape, format, dtype):
    """A matrix whose diagonals are given, each as a number or an array."""
    if is_number(offsets):
        offsets = (offsets,)
        if np.ndim(diagonals_given) == 1:
            diagonals_given = (diagonals_given,)
    count = len(offsets)
    values = [np.atleast_1d(diagonals_given[k]) for k in range(count)]
    if shape is None:
        size = len(values[0]) + abs(offsets[0])
        shape = (size, size)
    if format is None or format == "dia":
        return in_dtype(of_rows(cls, values, offsets, shape), dtype)
    data, rows, columns = [], [], []
    for k in range(count):
        row, column = max(-offsets[k], 0), max(offsets[k], 0)
        length = min(shape[0] - row, shape[1] - column)
        data.append(np.broadcast_to(values[k], (length,)))
        rows.append(row + np.arange(length))
        columns.append(column + np.arange(length))
    places = np.concatenate(rows), np.concatenate(columns)
    made = listed(cls, np.concatenate(data), places, shape)
    return asformat(in_dtype(made, dtype), format)


def of_rows(cls, values, offsets, shape):
    """A matrix of diagonals, whose data is as wide as the columns that they reach."""
    count, small = len(offsets), min(shape)
    lengths = [min(shape[0] + offsets[k], shape[1] - offsets[k], small) for k in range(count)]
    before = [max(0, offsets[k]) for k in range(count)]
    width = max(0, *[before[k] + lengths[k] for k in range(count)])
    data = [
        np.pad(
            np.broadcast_to(values[k], (lengths[k],)),
            (before[k], width - before[k] - lengths[k]),
        )
        for k in range(count)
    ]
    made = sparse.dia_matrix if cls is sparse.coo_matrix else sparse.dia_array
    return diagonals(made, np.stack(data), np.array(offsets), shape)


def is_number(x):
    return not isinstance(x, (list, tuple)) and np.ndim(x) == 0


@defines(sparse.diags)
def diags(diagonals, offsets=0, shape=None, format=None, dtype=None):
    return of_lists(sparse.coo_matrix, diagonals, offsets, shape, format, dtype)


@defines(sparse.diags_array)
def diags_array(diagonals, /, *, offsets=0, shape=None, format=None, dtype=None):
    return of_lists(sparse.coo_array, diagonals, offsets, shape, format, dtype)


# --- of other matrices ----------------------------------------------------------------------------


def stacked(grid, format, dtype):
    """A matrix of a grid of matrices and None."""
    parts: Any = []
    numbers: Any = []
    arrays = False
    for row in grid:
        line = []
        for block in row:
            if block is None:
                line.append(-1)
            else:
                line.append(len(parts))
                arrays = arrays or not isinstance(block, sparse.spmatrix)
                parts.append(matrix(block))
        numbers.append(tuple(line))
    patterns = tuple([pattern_of(part) for part in parts])
    sizes = tuple([np.shape(part.data) for part in parts])
    form = "coo" if format is None else format
    if form not in ("csr", "csc", "coo"):
        unsupported("this format")
    found = sparse_arranged("bmat", form, patterns, sizes, tuple(numbers))
    data = np.concatenate([np.ravel(part.data) for part in parts])
    cls = class_of(form, arrays)
    return in_dtype(of_arranged(found, cls, data), dtype)


def class_of(form, arrays):
    if form == "csr":
        return sparse.csr_array if arrays else sparse.csr_matrix
    if form == "csc":
        return sparse.csc_array if arrays else sparse.csc_matrix
    return sparse.coo_array if arrays else sparse.coo_matrix


def formats_of(stack):
    """In which format SciPy stacks matrices of one format: a matter of its version."""
    one = sparse.csr_array(np.eye(2))
    return {form: stack([one.asformat(form)] * 2).format for form in ("csr", "csc", "coo")}


ABOVE, BESIDE = formats_of(sparse.vstack), formats_of(sparse.hstack)


def usual(blocks, format, chosen):
    """The format that SciPy chooses for a stack."""
    if format is not None:
        return format
    for form in ("csr", "csc"):
        same = [isinstance(block, BASE) and block._format == form for block in blocks]
        if all(same):
            return chosen[form]
    return "coo"


@defines(sparse.vstack)
def vstack(blocks, format=None, dtype=None):
    return stacked([[block] for block in blocks], usual(blocks, format, ABOVE), dtype)


@defines(sparse.hstack)
def hstack(blocks, format=None, dtype=None):
    return stacked([list(blocks)], usual(blocks, format, BESIDE), dtype)


@defines(sparse.bmat)
def bmat(blocks, format=None, dtype=None):
    return stacked(blocks, format, dtype)


if hasattr(sparse, "block_array"):

    @defines(sparse.block_array)
    def block_array(blocks, *, format=None, dtype=None):
        return stacked(blocks, format, dtype)


@defines(sparse.block_diag)
def block_diag(mats, format=None, dtype=None):
    count = len(mats)
    grid = [[mats[k] if k == j else None for j in range(count)] for k in range(count)]
    return stacked(grid, format, dtype)


@defines(sparse.tril)
def tril(A, k=0, format=None):
    return triangle("tril", A, k, format)


@defines(sparse.triu)
def triu(A, k=0, format=None):
    return triangle("triu", A, k, format)


def triangle(how, A, k, format):
    a = matrix(A)
    form = "coo" if format is None else format
    if form not in ("csr", "csc", "coo"):
        unsupported("this format")
    found = sparse_arranged(how, form, (pattern_of(a),), (np.shape(a.data),), (k,))
    cls = class_of(form, not isinstance(A, sparse.spmatrix))
    return of_arranged(found, cls, np.ravel(a.data))


@defines(sparse.kron)
def kron(A, B, format=None):
    """All products of an entry of the one and an entry of the other."""
    if format not in (None, "csr", "csc", "coo"):
        unsupported("this format")
    a, b = converted(matrix(A), "coo"), converted(matrix(B), "coo")
    (m, n), (p, q) = a._shape, b._shape
    rows = (a.coords[0][:, None] * p + b.coords[0]).ravel()
    columns = (a.coords[1][:, None] * q + b.coords[1]).ravel()
    data = (a.data[:, None] * b.data).ravel()
    arrays = not (isinstance(A, sparse.spmatrix) and isinstance(B, sparse.spmatrix))
    made = listed(class_of("coo", arrays), data, (rows, columns), (m * p, n * q))
    return made if format is None else converted(made, format)
