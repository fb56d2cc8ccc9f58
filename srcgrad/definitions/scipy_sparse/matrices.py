"""``scipy.sparse``: what matrices are asked for, and their arithmetic, by the arrays that they are made of.

A matrix is its data and the pattern that its index arrays describe. What only moves and adds entries is
``arranged`` by SciPy itself, on numbers that tell where each entry came from.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from srcgrad.definitions import defines, unsupported
from srcgrad.definitions.scipy_sparse.parts import (
    BASE,
    COPIED,
    arranged,
    canonical,
    compressed,
    converted,
    handed,
    is_scalar,
    listed,
    maybe_copied,
    methods,
    of_arranged,
    of_columns,
    of_form,
    of_pairs,
    pattern_of,
    usual,
    with_data,
)
from srcgrad.runtime import (
    sparse_arranged,
    sparse_dense,
    sparse_matmul,
    sparse_moved,
)

# --- what they are asked for --------------------------------------------------------------------


@defines(*methods("shape", "get_shape"))
def shape(self):
    return self._shape


@defines(*methods("ndim"))
def ndim(self):
    return len(self._shape)


@defines(*methods("dtype"))
def dtype(self):
    return self.data.dtype


@defines(*methods("format", "getformat"))
def form(self):
    return self._format


@defines(*methods("T"))
def transposed(self):
    return transpose(self)


@defines(*methods("nnz", "getnnz", "size"))
def nnz(self, axis=None):
    if axis is not None:
        unsupported("axis=")
    return np.size(entries(self))


@defines(*methods("row"))
def row(self):
    return self.coords[0]


@defines(*methods("col"))
def col(self):
    return self.coords[1]


@defines(sparse.issparse)
def issparse(x):
    return isinstance(x, BASE)


# --- products ---------------------------------------------------------------------------------------


@defines(*methods("__matmul__", "dot", "_matmul_dispatch"))
def matmul(self, other):
    if is_scalar(other):
        return multiply(self, other)
    if isinstance(other, BASE):
        return product(self, other)
    return sparse_matmul(pattern_of(self), self.data, np.asarray(other))


@defines(*methods("__rmatmul__", "_rmatmul_dispatch"))
def rmatmul(self, other):
    if is_scalar(other):
        return multiply(self, other)
    other = np.asarray(other)
    if np.ndim(other) == 1:
        return sparse_matmul(pattern_of(transpose(self)), transpose(self).data, other)
    return np.transpose(
        sparse_matmul(pattern_of(transpose(self)), transpose(self).data, np.transpose(other))
    )


@defines(*methods("__mul__"))
def mul(self, other):
    return matmul(self, other) if isinstance(self, sparse.spmatrix) else multiply(self, other)


@defines(*methods("__rmul__"))
def rmul(self, other):
    return rmatmul(self, other) if isinstance(self, sparse.spmatrix) else multiply(self, other)


@defines(*methods("multiply"))
def multiply(self, other):
    if is_scalar(other):
        return with_data(self, self.data * other)
    if isinstance(other, BASE):
        return of_pairs("common", self, other)
    dense, listing = np.asarray(other), tocoo(self)
    if np.ndim(dense) != 2 or dense.shape[0] == 1 or dense.shape[1] == 1:
        dense = np.broadcast_to(dense, self._shape)
    return with_data(listing, listing.data * dense[listing.coords[0], listing.coords[1]])


def product(a, b):
    return of_pairs("pairs", a, b)


@defines(*methods("__truediv__"))
def truediv(self, other):
    if is_scalar(other):
        data = self.data if self.data.dtype.kind == "c" else self.data.astype(np.float64)
        return with_data(self, data * (1 / other))
    return unsupported("division by a matrix")


@defines(*methods("__iadd__", "__isub__"))
def iadd(self, other):
    return NotImplemented


@defines(*methods("__imul__"))
def imul(self, other):
    if not is_scalar(other):
        return NotImplemented
    self.data *= other
    return self


@defines(*methods("__itruediv__"))
def itruediv(self, other):
    if not is_scalar(other):
        return NotImplemented
    self.data *= 1.0 / other
    return self


@defines(*methods("__neg__"))
def neg(self):
    return with_data(self, -self.data)


@defines(*methods("__abs__"))
def absolute(self):
    one = canonical(self)
    return with_data(one, np.abs(one.data))


@defines(*methods("conj", "conjugate"))
def conj(self, copy=True):
    if self.data.dtype.kind == "c":
        return with_data(self, np.conj(self.data))
    return maybe_copied(self, copy)


@defines(*methods("getH"))
def hermitian(self):
    return conj(transpose(self))


@defines(*methods("copy"))
def copied(self):
    return with_data(self, self.data.copy())


@defines(*methods("astype"))
def astype(self, dtype, casting="unsafe", copy=True):
    return with_data(self, self.data.astype(dtype, copy=copy))


@defines(*methods("power"))
def power(self, n, dtype=None):
    if dtype is not None:
        unsupported("dtype=")
    one = canonical(self)
    return with_data(one, one.data**n)


@defines(*methods("__pow__"))
def pow(self, n):
    if isinstance(self, sparse.sparray):
        return power(self, n)
    if not isinstance(n, int) or n < 1:
        unsupported("this power")
    made = self
    for _ in range(n - 1):
        made = product(made, self)
    return made


# --- sums -------------------------------------------------------------------------------------------


def joined(a, b, sign):
    """``a + b`` or ``a - b``, in the format of the first."""
    form = "csc" if a._format == "csc" else "csr"
    found = sparse_arranged(
        "sum",
        form,
        (pattern_of(a), pattern_of(b)),
        (np.shape(a.data), np.shape(b.data)),
    )
    data = np.concatenate((np.ravel(a.data), sign * np.ravel(b.data)))
    return of_arranged(found, of_form(a, form), data)


@defines(*methods("__add__", "__radd__"))
def add(self, other):
    if isinstance(other, BASE):
        return joined(self, other, 1)
    if is_scalar(other) or isinstance(self, sparse.spmatrix):
        unsupported("a dense operand")
    return toarray(self) + other


@defines(*methods("__sub__"))
def sub(self, other):
    if isinstance(other, BASE):
        return joined(self, other, -1)
    if is_scalar(other) or isinstance(self, sparse.spmatrix):
        unsupported("a dense operand")
    return toarray(self) - other


@defines(*methods("__rsub__"))
def rsub(self, other):
    if isinstance(other, BASE):
        return joined(other, self, -1)
    if is_scalar(other) or isinstance(self, sparse.spmatrix):
        unsupported("a dense operand")
    return other - toarray(self)


@defines(*methods("sum"))
def total(self, axis=None, dtype=None, out=None):
    if dtype is not None or out is not None:
        unsupported("dtype= or out=")
    if axis is None:
        return np.sum(entries(self))
    if isinstance(self, sparse.spmatrix):
        unsupported("np.matrix as a result")
    ones = np.ones(self._shape[1 if axis in (1, -1) else 0], self.data.dtype)
    return matmul(self, ones) if axis in (1, -1) else rmatmul(self, ones)


@defines(*methods("mean"))
def mean(self, axis=None, dtype=None, out=None):
    if dtype is not None or out is not None:
        unsupported("dtype= or out=")
    if axis is None:
        return np.sum(entries(self)) / (self._shape[0] * self._shape[1])
    return total(self, axis) / self._shape[1 if axis in (1, -1) else 0]


def entries(a):
    """The entries that count: diagonals have some outside of the matrix."""
    return tocsr(a).data if a._format == "dia" else a.data


@defines(*methods("trace"))
def trace(self, offset=0):
    return np.sum(diagonal(self, offset))


@defines(*methods("diagonal"))
def diagonal(self, k=0):
    return sparse_moved(arranged("diagonal", "csr", self, k), np.ravel(self.data), 1)


# --- forms ------------------------------------------------------------------------------------------


@defines(*methods("toarray"))
def toarray(self, order=None, out=None):
    if order is not None or out is not None:
        unsupported("order= or out=")
    return sparse_dense(pattern_of(self), self.data)


@defines(*methods("todense"))
def todense(self, order=None, out=None):
    if isinstance(self, sparse.spmatrix):
        unsupported("np.matrix as a result")
    return toarray(self, order, out)


@defines(*methods("transpose"))
def transpose(self, axes=None, copy=False):
    if axes is not None and axes != (1, 0):
        unsupported("axes=")
    shape = self._shape[1], self._shape[0]
    if self._format == "dia":
        return of_columns(self, shape)
    if self._format == "coo":
        coords = self.coords[1], self.coords[0]
        return listed(type(self), handed(self.data, None, copy), coords, shape)
    if self._format not in ("csr", "csc"):
        return transpose(tocsr(self))
    cls = of_form(self, "csc" if self._format == "csr" else "csr")
    return compressed(cls, handed(self.data, None, copy), self.indices, self.indptr, shape)


@defines(*methods("tocsr"))
def tocsr(self, copy=False):
    return converted(self, "csr", copy)


@defines(*methods("tocsc"))
def tocsc(self, copy=False):
    return converted(self, "csc", copy)


@defines(*methods("tocoo"))
def tocoo(self, copy=None):
    return converted(self, "coo", COPIED[self._format] if copy is None else copy)


@defines(*methods("asformat"))
def asformat(self, format, copy=False):
    if format is None or format == self._format:
        return maybe_copied(self, copy)
    if format not in ("csr", "csc", "coo"):
        unsupported("this format")
    return converted(self, format, copy)


@defines(*methods("reshape"))
def reshape(self, *args, order="C", copy=False):
    shape = args[0] if len(args) == 1 else args
    if len(shape) != 2 or order != "C":
        unsupported("this shape")
    found = arranged("reshape", "coo", self, shape)
    return of_arranged(found, of_form(self, "coo"), np.ravel(self.data))


@defines(*methods("__getitem__"))
def item(self, key):
    keys = [as_key(part) for part in key] if isinstance(key, tuple) else [as_key(key)]
    odd = [isinstance(part, tuple | type(None) | type(Ellipsis)) for part in keys]
    if any(odd):
        unsupported("this subscript")
    if len(keys) == 2 and is_place(keys[0]) and is_place(keys[1]):
        return sparse_moved(arranged("item", "csr", self, *keys), np.ravel(self.data), 0)[()]
    flat = [is_place(part) for part in keys]
    if len(keys) > 2 or (any(flat) and isinstance(self, sparse.sparray)):
        unsupported("of one dimension")
    if len(keys) == 2 and is_list(keys[0]) and is_list(keys[1]):
        if np.ndim(keys[0]) == 1 and np.ndim(keys[1]) == 1:
            unsupported("places by two arrays")
    found = arranged("item", usual(self), self, *keys)
    return of_arranged(found, of_form(self, usual(self)), np.ravel(self.data))


def as_key(key):
    return np.asarray(key) if isinstance(key, list) else key


def is_place(key):
    return not isinstance(key, slice) and np.ndim(key) == 0


def is_list(key):
    return not isinstance(key, slice) and np.ndim(key) > 0
