"""Sparse matrices as definitions take them apart, and put them together again."""

from __future__ import annotations

import inspect

import numpy as np
from scipy import sparse

from srcgrad.definitions import blank, unsupported
from srcgrad.runtime import (
    sparse_arranged,
    sparse_moved,
    sparse_pattern,
    sparse_place,
    sparse_shape,
)

FORMS = ("csr", "csc", "coo", "dia", "bsr")
CLASSES = [getattr(sparse, f"{form}_{kind}") for form in FORMS for kind in ("array", "matrix")]
BASE = next(cls for cls in CLASSES[0].__mro__ if cls.__name__ == "_spbase")

COPIED = {
    form: inspect.signature(getattr(sparse, f"{form}_array").tocoo).parameters["copy"].default
    for form in FORMS
}  # whether ``tocoo`` copies entries when nothing is said: a matter of SciPy's version


def methods(*names):
    """The functions behind these names in all classes; of properties, those that read them."""
    found = [
        vars(base)[name]
        for cls in CLASSES
        for base in cls.__mro__
        for name in names
        if name in vars(base)
    ]
    return [getattr(item, "fget", item) for item in found]


# --- patterns -------------------------------------------------------------------------------------


def pattern_of(a):
    if len(a._shape) != 2:
        unsupported("of one dimension")
    if a._format == "dia":
        return sparse_pattern("dia", (a.offsets,), a._shape)
    if a._format == "coo":
        return sparse_pattern("coo", a.coords, a._shape)
    return sparse_pattern(a._format, (a.indices, a.indptr), a._shape)


def compressed(cls, data, indices, indptr, shape):
    made = blank(cls)
    made.data = data
    made.indices = indices
    made.indptr = indptr
    made._shape = shape
    return made


def listed(cls, data, coords, shape):
    made = blank(cls)
    made.data = data
    made.coords = coords
    made._shape = shape
    return made


def diagonals(cls, data, offsets, shape):
    made = blank(cls)
    made.data = data
    made.offsets = offsets
    made._shape = shape
    return made


def with_data(a, data):
    """A matrix of the pattern of ``a``."""
    if a._format == "dia":
        return diagonals(type(a), data, a.offsets, a._shape)
    if a._format == "coo":
        return listed(type(a), data, a.coords, a._shape)
    return compressed(type(a), data, a.indices, a.indptr, a._shape)


def handed(data, dtype, copy):
    """Entries as a constructor takes them: in the same memory, unless it is told otherwise."""
    data = np.asarray(data) if dtype is None else np.asarray(data, dtype)
    return data.copy() if copy else data


def maybe_copied(a, copy):
    return with_data(a, a.data.copy()) if copy else a


def converted(a, form, copy=False):
    """A matrix in a format: itself, what shares its entries, or one of new entries, as SciPy has it."""
    if a._format == form:
        return maybe_copied(a, copy)
    if form == "coo" and a._format in ("csr", "csc"):
        major = np.repeat(np.arange(len(a.indptr) - 1).astype(a.indices.dtype), np.diff(a.indptr))
        coords = (major, a.indices) if a._format == "csr" else (a.indices, major)
        return listed(of_form(a, form), handed(a.data, None, copy), coords, a._shape)
    found = arranged("sum", form, a)
    return of_arranged(found, of_form(a, form), np.ravel(a.data))


def of_columns(a, shape):
    """The transposed of a matrix of diagonals, each of which has its entries in other places then."""
    size = max(shape)
    missing = max(0, size - np.shape(a.data)[1])
    padded = np.pad(a.data, ((0, 0), (0, missing)))
    offsets = -a.offsets
    places = np.arange(shape[1]) - (offsets % size)[:, None]
    rows = np.arange(len(offsets))[:, None]
    return diagonals(type(a), padded[rows, places], offsets, shape)


def of_form(a, form):
    """The class of matrices of a format that belongs to that of ``a``."""
    arrays = isinstance(a, sparse.sparray)
    if form == "csr":
        return sparse.csr_array if arrays else sparse.csr_matrix
    if form == "csc":
        return sparse.csc_array if arrays else sparse.csc_matrix
    return sparse.coo_array if arrays else sparse.coo_matrix


def usual(a):
    """The format of what is made of a matrix: its own, if that is one of lists of entries."""
    return a._format if a._format in ("csr", "csc", "coo") else "csr"


def arranged(how, form, a, *index):
    return sparse_arranged(how, form, (pattern_of(a),), (np.shape(a.data),), index)


def of_arranged(found, cls, data):
    """The matrix that was arranged, of this flat data."""
    moved = sparse_moved(found, data, 1)
    shape = sparse_shape(found)
    first, second = sparse_place(found, 0), sparse_place(found, 1)
    if cls is sparse.coo_array or cls is sparse.coo_matrix:
        return listed(cls, moved, (first, second), shape)
    return compressed(cls, moved, first, second, shape)


def is_scalar(x):
    return not isinstance(x, BASE) and np.ndim(x) == 0


def of_pairs(how, a, b):
    """A matrix of the products of all pairs of entries that meet."""
    patterns, shapes = (pattern_of(a), pattern_of(b)), (np.shape(a.data), np.shape(b.data))
    form = "csc" if a._format == "csc" else "csr"
    found = sparse_arranged(how, form, patterns, shapes)
    left, right = sparse_place(found, 2), sparse_place(found, 3)
    pairs = np.ravel(a.data)[left] * np.ravel(b.data)[right]
    return of_arranged(found, of_form(a, form), pairs)


def canonical(a):
    """A matrix without two entries at one place."""
    found = arranged("sum", usual(a), a)
    return of_arranged(found, of_form(a, usual(a)), np.ravel(a.data))
