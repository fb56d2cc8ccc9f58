"""Sparse Jacobians and Hessians: few products, and a SciPy array.

The pattern is found by running the function with index sets (``index_sets``), and kept where other
values cannot change it. Columns are coloured; the products of one colour each are taken together.
A new pattern is checked by one product more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad import api
from srcgrad.calls import colouring, index_sets
from srcgrad.calls.arguments import among, place
from srcgrad.calls.running import moved
from srcgrad.calls.set_numbers import Unfollowed
from srcgrad.dispatch import USUAL, Options, asked
from srcgrad.errors import InputError, SrcgradError

Array = np.ndarray[Any, Any]


class Pattern:
    """Where entries may stand, and the colours of the columns."""

    def __init__(self, matrix: Any, symmetric: bool) -> None:
        self.rows, self.columns = matrix.nonzero()
        self.shape = matrix.shape
        self.symmetric = symmetric
        self.colours = colouring.star(matrix) if symmetric else colouring.columns(matrix)
        self.count = int(self.colours.max(initial=-1)) + 1
        self.checked = False

    def entries(self, products: Array) -> Array:
        """The entries, of the products with the sums of the columns of each colour."""
        i, j = self.rows, self.columns
        if not self.symmetric:
            found: Array = products[self.colours[j], i]
            return found
        seen = np.zeros((self.count, self.shape[0]), int)
        np.add.at(seen, (self.colours[j], i), 1)
        alone = seen[self.colours[j], i] == 1  # else it is alone in its other place
        assert np.all(alone | (seen[self.colours[i], j] == 1)), "this is no star colouring"
        return np.where(alone, products[self.colours[j], i], products[self.colours[i], j])


class Kept:
    """The patterns that one function has found, with the entry that each belongs to."""

    def __init__(self) -> None:
        self.patterns: dict[Any, tuple[Any, Pattern]] = {}

    def __reduce__(self) -> Any:
        return Kept, ()


def sparse_at(
    options: Options,
    f: Any,
    argnums: Any,
    part: int | None,
    inputs: Any,
    symmetric: bool,
    kept: Kept,
) -> Any:
    """``(value, matrix)``: a ``csr_array`` with a row for each number of the output.

    None where the function cannot be followed. The output, or the ``part`` of it that is named, is one
    array or number, and so is the input.
    """
    x = inputs[place(argnums, len(inputs))] if isinstance(argnums, int) else None
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise InputError(
            "a sparse matrix is asked for by an input that is no real floating array\n"
            "  why: it has a column for each element of one array\n"
            "  try: srcgrad.flatten makes an array of a structure"
        )
    point = Point(f, argnums, part, inputs, x, options)
    found = followed(point, symmetric, kept)
    if found is None:
        return None
    pattern, key, entry = found
    value, matrix = point.matrix(pattern)
    if not pattern.checked:
        if not point.agrees(matrix):
            pattern, key = Pattern(whole(np.size(matrix @ np.zeros(x.size)), x.size), False), None
            value, matrix = point.matrix(pattern)
        pattern.checked = True
        if key is not None:
            kept.patterns[key] = entry, pattern
    return value, matrix


class Point:
    """A function at one point, of which products with the Jacobian are taken."""

    def __init__(
        self,
        f: Any,
        argnums: int,
        part: int | None,
        inputs: Any,
        x: Array,
        options: Options = USUAL,
    ) -> None:
        self.f, self.argnums, self.part, self.inputs, self.x = f, argnums, part, inputs, x
        self.options = options

    def products(self, seeds: Array) -> tuple[Any, Array]:
        """The value, and a row for each seed: the product of the Jacobian with it."""
        tangents = among(self.argnums, self.inputs, np.reshape(seeds, (len(seeds), *self.x.shape)))
        value, dots = moved(self.options, self.f, self.inputs, tangents, self.argnums)
        found = dots if self.part is None else dots[self.part]
        check_array(found)
        return value, np.reshape(found, (len(seeds), -1))

    def matrix(self, pattern: Pattern) -> tuple[Any, Any]:
        """The value, and the matrix."""
        from scipy.sparse import csr_array

        seeds = np.zeros((max(pattern.count, 1), self.x.size), self.x.dtype)
        seeds[pattern.colours, np.arange(self.x.size)] = 1.0
        value, products = self.products(seeds)
        places = pattern.rows, pattern.columns
        return value, csr_array((pattern.entries(products), places), shape=pattern.shape)

    def agrees(self, matrix: Any) -> bool:
        """Whether the matrix gives the product with a vector, as the function does."""
        v = np.random.default_rng(1).uniform(0.5, 1.0, (1, self.x.size)).astype(self.x.dtype)
        _, (expected,) = self.products(v)
        scale = abs(matrix) @ v[0] + abs(expected)
        tolerance = 1e-8 if matrix.dtype == np.float64 else 1e-3
        return not np.any(abs(matrix @ v[0] - expected) > tolerance * scale)


def check_array(found: Any) -> None:
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f":
        raise InputError(
            "a sparse matrix is asked for of an output that is no real array\n"
            "  why: it has a row for each element of one array\n"
            "  try: return one array"
        )


def as_sparse(dense: Any, columns: int) -> Any:
    """A Jacobian by one array, all of whose entries may stand."""
    from scipy.sparse import csr_array

    check_array(dense)
    flat = np.reshape(dense, (dense.size // max(columns, 1), columns))
    starts = np.arange(len(flat) + 1) * columns
    return csr_array((flat.ravel(), np.tile(np.arange(columns), len(flat)), starts), flat.shape)


def pattern_of(point: Point, symmetric: bool, kept: Kept) -> Pattern:
    """The pattern at a point; all entries of a function that cannot be followed, which is run for that."""
    found = followed(point, symmetric, kept)
    if found is not None:
        return found[0]
    _, nothing = point.products(np.zeros((1, point.x.size), point.x.dtype))
    return Pattern(whole(nothing.size, point.x.size), False)


def followed(point: Point, symmetric: bool, kept: Kept) -> tuple[Pattern, Any, Any] | None:
    """The pattern at a point; the key to keep it under, or None; the entry it belongs to.

    None where the function cannot be followed.
    """
    from scipy.sparse import csr_array

    inputs = point.inputs
    only = place(point.argnums, len(inputs))
    request = asked("jvp", only, point.options)
    found, function, everything = api.derivative_of(point.f, inputs, request)
    entry = found.entry(function, everything)
    values = (*everything, *entry.captured(function))
    shapes = tuple(np.shape(v) for v in values if isinstance(v, np.ndarray))
    key = id(entry), shapes
    if key in kept.patterns:
        return kept.patterns[key][1], key, entry
    number = len(everything) - len(inputs) + only
    try:
        run = index_sets.of_function(function, found.request, entry.specs, number, values)
        rows, by_values = run.rows(point.part), run.by_values
    except (
        Unfollowed,
        SrcgradError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ):
        return None
    columns = np.array([k for row in rows for k in sorted(row)], int)
    starts = np.cumsum([0, *map(len, rows)])
    matrix = csr_array((np.ones(len(columns)), columns, starts), shape=(len(rows), point.x.size))
    if symmetric:
        matrix = (matrix + matrix.T).tocsr()
    return Pattern(matrix, symmetric), None if by_values else key, entry


def whole(rows: int, columns: int) -> Any:
    """The pattern in which every entry may stand."""
    from scipy.sparse import csr_array

    return csr_array(np.ones((rows, columns)))
