"""Sparse matrices: the places of their entries, and what generated code does with what stands there.

``data`` is the array of entries that SciPy keeps in a format. Adjoints are formed at the places of entries
only. SciPy is imported where these are called; whoever has a sparse matrix has imported it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "assembled",
    "in_class",
    "sparse_arranged",
    "sparse_dense",
    "sparse_entries",
    "sparse_iterated",
    "sparse_matmul",
    "sparse_moved",
    "sparse_outer",
    "sparse_pattern",
    "sparse_place",
    "sparse_rmatmul",
    "sparse_shape",
    "sparse_solution",
    "sparse_solve",
    "sparse_solve_transposed",
    "sparse_solved_by",
    "sparse_unmoved",
]

Array = np.ndarray[Any, Any]
BLOCK = 1 << 22  # numbers that are multiplied at once


class Pattern:
    """Where the entries of a sparse matrix stand: the index arrays of its format, and its shape."""

    def __init__(self, form: str, places: tuple[Array, ...], shape: tuple[int, ...]) -> None:
        self.form, self.places, self.shape = form, places, tuple(map(int, shape))
        self.found: dict[Any, Any] = {}
        self.factored: tuple[Any, Any] = (None, None)

    def matrix(self, data: Array) -> Any:
        """SciPy's array with these entries. It may share memory with them."""
        import scipy.sparse

        made = getattr(scipy.sparse, f"{self.form}_array")
        indices = self.places if self.form == "coo" else self.places[0]
        given = (data, indices) if self.form in ("coo", "dia") else (data, *self.places)
        return made(given, shape=self.shape)

    def entries(self, shape: tuple[int, ...]) -> tuple[Array, Array, Array]:
        """Row, column and place in the flat data, which has this shape, of each entry."""
        if shape not in self.found:
            numbers = np.arange(1, int(np.prod(shape)) + 1).reshape(shape)
            listed = self.matrix(numbers).tocoo()
            self.found[shape] = (*listed.coords, listed.data - 1)
        found: tuple[Array, Array, Array] = self.found[shape]
        return found

    def factors(self, data: Array) -> Any:
        """The factorisation of the matrix, kept for the next solution; None of a singular one."""
        import scipy.sparse.linalg

        before, kept = self.factored
        if before is None or not np.array_equal(before, data):
            whole = data.astype(np.result_type(data, np.float32), copy=False)
            try:
                kept = scipy.sparse.linalg.splu(self.matrix(whole).tocsc(copy=True))
            except RuntimeError:
                kept = None
            self.factored = data.copy(), kept
        return kept


def sparse_pattern(form: str, places: tuple[Array, ...], shape: tuple[int, int]) -> Pattern:
    """The pattern of a matrix of this format."""
    return Pattern(form, places, shape)


def sparse_matmul(pattern: Pattern, data: Array, x: Array, like: Any = None) -> Array:
    """``A @ x``, which has the shape of ``like``, if that is given."""
    return _of_dtype(pattern.matrix(data) @ x, data, x)


def sparse_rmatmul(pattern: Pattern, data: Array, v: Array, like: Array) -> Array:
    """``A.T @ v``, which has the shape of ``like``."""
    return _of_dtype(pattern.matrix(data).T @ v, data, v)


def sparse_outer(pattern: Pattern, v: Array, x: Array, like: Array) -> Array:
    """The entries of ``v @ x.T`` at the places of those of a matrix, as an array like its data."""
    rows, columns, places = pattern.entries(np.shape(like))
    made = np.zeros(np.shape(like), np.result_type(v, x))
    flat = made.reshape(-1)
    step = max(BLOCK // max(int(np.prod(np.shape(v)[1:])), 1), 1)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        products = v[rows[part]] * x[columns[part]]
        flat[places[part]] = products if products.ndim == 1 else products.sum(axis=1)
    return made


def sparse_dense(pattern: Pattern, data: Array) -> Array:
    """``A.toarray()``"""
    made: Array = pattern.matrix(data).toarray()
    return made


def sparse_entries(pattern: Pattern, dense: Array, like: Array) -> Array:
    """The elements of a dense matrix at the places of entries, as an array like the data."""
    rows, columns, places = pattern.entries(np.shape(like))
    made = np.zeros(np.shape(like), dense.dtype)
    made.reshape(-1)[places] = dense[rows, columns]
    return made


def sparse_solve(pattern: Pattern, data: Array, b: Array) -> Array:
    """The solution of ``A @ x = b``; NaN of a singular matrix, as SciPy has it."""
    return _solved(pattern, data, b, "N")


def sparse_solve_transposed(pattern: Pattern, data: Array, b: Array) -> Array:
    """The solution of ``A.T @ x = b``."""
    return _solved(pattern, data, b, "T")


def sparse_solved_by(factors: Any, b: Array, transposed: bool) -> Array:
    """The solution of a system that SciPy has factored, or of the transposed one."""
    made: Array = factors.solve(b, "T" if transposed else "N")
    return made


def _solved(pattern: Pattern, data: Array, b: Array, way: str) -> Array:
    dtype = _solved_dtype(data, b)
    if not np.size(b):
        return np.zeros(np.shape(b), dtype)
    factors = pattern.factors(data)
    if factors is None:
        return np.full(np.shape(b), np.nan, dtype)
    own = factors.L.dtype
    if dtype.kind == "c" and own.kind != "c":
        made = factors.solve(b.real.astype(own), way) + 1j * factors.solve(b.imag.astype(own), way)
    else:
        made = factors.solve(b.astype(own), way)
    return np.asarray(made, dtype)


def sparse_iterated(
    solver: str,
    pattern: Pattern,
    data: Array,
    b: Array,
    names: tuple[str, ...],
    options: tuple[Any, ...],
) -> tuple[Array, int]:
    """What an iterative solver of SciPy's gives: a solution, and whether it converged."""
    import scipy.sparse.linalg

    given = dict(zip(names, options, strict=True))
    made, info = getattr(scipy.sparse.linalg, solver)(pattern.matrix(data), b, **given)
    return np.asarray(made, _solved_dtype(data, b)), int(info)


def sparse_solution(pattern: Pattern, data: Array, b: Array, x: Array) -> Array:
    """``x``, which solves ``A @ x = b``."""
    return x.copy()


def _solved_dtype(data: Array, b: Array) -> np.dtype[Any]:
    found = np.result_type(data, b)
    return found if found.kind in "fc" else np.dtype(float)


def _of_dtype(made: Any, *operands: Array) -> Array:
    return np.asarray(made, np.result_type(*operands))


# --- entries that go elsewhere ------------------------------------------------------------------


class Arranged:
    """Entries that are sums of others: ``sums`` has a row for each, ``pattern`` says where it stands.

    Without a pattern, they are the elements of a dense array of this ``shape``.
    """

    def __init__(self, sums: Any, pattern: Pattern | None, shape: tuple[int, ...]) -> None:
        self.sums, self.pattern, self.shape = sums, pattern, shape


def sparse_arranged(
    how: str,
    form: str,
    patterns: tuple[Pattern, ...],
    shapes: tuple[Any, ...],
    index: tuple[Any, ...] = (),
) -> Arranged:
    """The entries of a matrix that is made of others without arithmetic, in a format.

    ``how`` is "sum" of the matrices, "pairs", of entries that meet in a product; or what SciPy makes of
    them with ``index`` as arguments: "item", "diagonal", "reshape", "tril", "triu", "bmat" of a grid.
    ``shapes`` are those of the data.
    """
    if how not in ("sum", "pairs", "common"):
        return _moved(how, form, patterns, shapes, index)
    found = [pattern.entries(tuple(shape)) for pattern, shape in zip(patterns, shapes, strict=True)]
    if how != "sum":
        made = _pairs(how, form, found, patterns)
    else:
        sizes = [int(np.prod(shape)) for shape in shapes]
        starts = np.cumsum([0, *sizes])
        owners = [entries[2] + start for entries, start in zip(found, starts, strict=False)]
        rows, columns = (np.concatenate([entries[k] for entries in found]) for k in (0, 1))
        shape = patterns[0].shape
        made = _summed(form, rows, columns, np.concatenate(owners), shape, int(starts[-1]))
    return made if form == "coo" else _in_order(how, form, made, patterns, shapes)


def _moved(
    how: str,
    form: str,
    patterns: tuple[Pattern, ...],
    shapes: tuple[Any, ...],
    index: tuple[Any, ...],
) -> Arranged:
    """What SciPy makes of matrices of numbers, each of which tells where an entry comes from."""
    import scipy.sparse

    count = sum(int(np.prod(shape)) for shape in shapes)
    parts, sums, start, first = [], [], 0, 0
    for pattern, shape in zip(patterns, shapes, strict=True):
        rows, columns, owners = pattern.entries(tuple(shape))
        size = int(np.prod(shape))
        one = _summed("csr", rows, columns, owners + first, pattern.shape, count)
        length, each, shown, taken = one.sums.shape[0], one.sums, one.pattern, (-1,)
        if length == len(rows):  # no two at one place: in the format and order that they have
            length, own, shown, taken = size, np.arange(size), pattern, shape
            each = scipy.sparse.csr_array((np.ones(size), (own, own + first)), shape=(size, count))
        assert shown is not None
        numbers = np.arange(start + 1, start + 1 + length)
        parts.append(shown.matrix(numbers.reshape(taken)))
        sums.append(each)
        start, first = start + length, first + size
    joined = scipy.sparse.vstack(sums, format="csr")
    made = _made(how, form, parts, index)
    if not scipy.sparse.issparse(made):
        return Arranged(_chosen(np.reshape(made, -1), start) @ joined, None, np.shape(made))
    made = made.asformat(form)
    places = made.coords if form == "coo" else (made.indices, made.indptr)
    picked = _chosen(made.data, start)
    return Arranged(picked @ joined, Pattern(form, tuple(places), made.shape), made.shape)


def _pairs(how: str, form: str, found: list[Any], patterns: tuple[Pattern, ...]) -> Arranged:
    """The pairs of entries whose products add up to those of a product, or of one by elements."""
    (rows, inner, left), (outer, columns, right) = found
    shape: tuple[int, ...] = patterns[0].shape[0], patterns[1].shape[1]
    if patterns[0].shape[how == "pairs"] != patterns[1].shape[0]:
        raise ValueError(f"shapes {patterns[0].shape} and {patterns[1].shape} do not fit")
    if how == "common":
        width = max(shape[1], 1)
        inner = rows.astype(np.int64) * width + inner
        outer = outer.astype(np.int64) * width + columns
    places, inverse = np.unique(np.concatenate((inner, outer)), return_inverse=True)
    inner, outer = inverse[: len(inner)], inverse[len(inner) :]
    order = np.argsort(outer, kind="stable")
    counts = np.bincount(outer, minlength=len(places))
    starts = np.cumsum(counts) - counts
    many = counts[inner]
    first = np.repeat(np.arange(len(inner)), many)
    within = np.arange(len(first)) - np.repeat(np.cumsum(many) - many, many)
    second = order[np.repeat(starts[inner], many) + within]
    made = _summed(form, rows[first], columns[second], np.arange(len(first)), shape, len(first))
    assert made.pattern is not None
    made.pattern.places = (*made.pattern.places, left[first], right[second])
    return made


def _in_order(
    how: str, form: str, made: Arranged, patterns: tuple[Pattern, ...], shapes: tuple[Any, ...]
) -> Arranged:
    """The entries in the order that SciPy leaves them in, which need not be sorted."""
    one, *more = (
        pattern.matrix(np.ones(shape)).asformat(form)
        for pattern, shape in zip(patterns, shapes, strict=True)
    )
    for other in more:
        one = one @ other if how == "pairs" else one * other if how == "common" else one + other
    places: tuple[Array, ...] = (one.indices.copy(), one.indptr)
    one.data = np.arange(len(one.data))
    one.sort_indices()
    assert made.pattern is not None
    if len(one.data) != made.sums.shape[0]:
        return made
    pattern = Pattern(form, (*places, *made.pattern.places[2:]), made.shape)
    return Arranged(made.sums[np.argsort(one.data)], pattern, made.shape)


def _made(how: str, form: str, parts: list[Any], index: tuple[Any, ...]) -> Any:
    import scipy.sparse

    if how == "item":
        part = parts[0] if parts[0].format in ("csr", "csc") else parts[0].tocsr()
        whole = [isinstance(key, slice) or np.ndim(key) > 0 for key in index]
        if not all(whole):  # rows and columns of matrices have two axes
            part = getattr(scipy.sparse, f"{part.format}_matrix")(part)
        return part[index[0] if len(index) == 1 else index]
    if how == "bmat":
        grid = [[None if k < 0 else parts[k] for k in row] for row in index]
        return scipy.sparse.bmat(grid, format=form)
    if how in ("tril", "triu"):
        return getattr(scipy.sparse, how)(parts[0], *index)
    return getattr(parts[0], how)(*index)


def _chosen(numbers: Array, count: int) -> Any:
    """The matrix that picks elements, of ``count``, by their numbers from 1 on; 0 picks none."""
    import scipy.sparse

    there = np.flatnonzero(numbers)
    ones = np.ones(len(there))
    return scipy.sparse.csr_array((ones, (there, numbers[there] - 1)), shape=(len(numbers), count))


def _summed(
    form: str, rows: Array, columns: Array, owners: Array, shape: tuple[int, ...], count: int
) -> Arranged:
    """Entries, those at one place added up, in a format: sorted, as SciPy has it."""
    import scipy.sparse

    first, second = (columns, rows) if form == "csc" else (rows, columns)
    keys = first.astype(np.int64) * max(shape[0] if form == "csc" else shape[1], 1) + second
    places, slots = np.unique(keys, return_inverse=True)
    other = max(shape[0] if form == "csc" else shape[1], 1)
    major, minor = places // other, places % other
    sums = scipy.sparse.csr_array(
        (np.ones(len(slots)), (slots.reshape(-1), owners)), shape=(len(places), count)
    )
    kept = major.astype(np.int32), minor.astype(np.int32)
    if form == "coo":
        return Arranged(sums, Pattern("coo", kept, shape), shape)
    length = shape[1] if form == "csc" else shape[0]
    starts = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=length))])
    return Arranged(sums, Pattern(form, (kept[1], starts.astype(np.int32)), shape), shape)


def sparse_moved(arranged: Arranged, data: Array, rank: int) -> Array:
    """The new entries, or the dense array of this rank: of all matrices' data in one flat array."""
    made = (arranged.sums.astype(data.dtype) @ data).astype(data.dtype, copy=False)
    return made if arranged.pattern is not None else made.reshape(arranged.shape)


def sparse_unmoved(arranged: Arranged, made: Array, like: Array) -> Array:
    """The adjoint of ``sparse_moved``: an array like its data."""
    flat = np.reshape(made, -1)
    return np.asarray(arranged.sums.T.astype(flat.dtype) @ flat, flat.dtype)


def sparse_place(arranged: Arranged, number: int) -> Array:
    """An index array of what was arranged."""
    assert arranged.pattern is not None
    return arranged.pattern.places[number].copy()


def sparse_shape(arranged: Arranged) -> tuple[int, int]:
    """The shape of what was arranged."""
    rows, columns = arranged.shape
    return int(rows), int(columns)


# --- objects of libraries -------------------------------------------------------------------------


def assembled(cls: Any, names: tuple[str, ...], parts: tuple[Any, ...]) -> Any:
    """An object of a library's class from its attributes."""
    if "_shape" in names:
        given = dict(zip(names, parts, strict=True))
        shape, data = tuple(given.pop("_shape")), given.pop("data")
        places = tuple(given.values())
        first = places[0]
        form = (data, first) if len(places) == 1 else (data, *places)
        return cls(form, shape=shape, copy=False)
    if hasattr(cls, "construct_fast"):  # of splines: from these attributes in this order
        return cls.construct_fast(*parts)
    made = object.__new__(cls)
    for name, part in zip(names, parts, strict=True):
        object.__setattr__(made, name, part)
    return made


def in_class(made: Any, cls: Any) -> Any:
    """A sparse matrix in the class that generated code takes it for."""
    return made if type(made) is cls else cls(made)
