"""What is known of a value when source is generated: its kind, dtype and symbolic shape.

``Kind.base`` is one of

=========  ==================================================================================
float      a Python float; likewise ``int``, ``bool``, ``complex``, ``str``, ``none``
scalar     a NumPy scalar of ``dtype``
array      an ndarray of ``dtype`` with ``shape``, a tuple of dimensions (None: rank unknown)
any        a number of ``dtype`` that may be a Python scalar, a NumPy scalar or an array
tuple      a runtime tuple (a shape, an index) of ``items``
list       a runtime list whose elements have the kind ``items[0]``
slice      a slice
tape       a list that the generated code pushes to and pops from
table      a dict from keys to places, or a set of keys
opaque     anything else: it may be handed on, never differentiated
=========  ==================================================================================

A dimension is an int, or a symbol: equal symbols are equal sizes. Every dimension has one, so two
shapes are known to be equal, or nothing is known of their relation.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Dim = int | str


@dataclass(frozen=True, slots=True)
class Kind:
    base: str
    dtype: str | None = None
    shape: tuple[Dim, ...] | None = None
    items: tuple[Any, ...] = ()
    dim: Dim | None = None  # of an int: the dimension it equals; of a list: "tuple" if it is one;
    # of a table: which one it is
    strides: tuple[int, ...] | None = None  # of an input, where the signature holds its layout

    @property
    def ndim(self) -> int | None:
        """The number of dimensions; None if unknown."""
        if self.base == "array":
            return None if self.shape is None else len(self.shape)
        return None if self.base == "any" else 0

    @property
    def numeric(self) -> bool:
        return self.dtype is not None

    @property
    def floating(self) -> bool:
        """Whether values of this kind carry derivatives."""
        return self.dtype is not None and is_floating(self.dtype)

    @property
    def is_mask(self) -> bool:
        """Whether a subscript of this kind selects elements."""
        return self.base == "array" and self.dtype == "bool"

    @property
    def immutable(self) -> bool:
        """Whether the value is a scalar, so that ``+=`` rebinds it."""
        return self.base in PYTHON_SCALARS or self.base == "scalar"

    @property
    def is_double(self) -> bool:
        """Whether the value is a number of 64 bits with a point."""
        return self.immutable and self.dtype == "float64"


PYTHON_SCALARS = {"float": "float64", "int": "int64", "bool": "bool", "complex": "complex128"}

FLOAT = Kind("float", "float64")
INT = Kind("int", "int64")
BOOL = Kind("bool", "bool")
COMPLEX = Kind("complex", "complex128")
STR = Kind("str")
NONE = Kind("none")
SLICE = Kind("slice")
OPAQUE = Kind("opaque")
TAPE = Kind("tape")
TABLE = Kind("table")

_numbers = itertools.count()


def fresh_dim() -> str:
    """A dimension that is known to equal no other."""
    return f"?{next(_numbers)}"


def parted(dim: str) -> tuple[str, int]:
    """``n`` and 2 of ``n-2``: the size that it is less than, and by how much."""
    name, _, less = dim.rpartition("-")
    return (name, int(less)) if name and less.isdigit() else (dim, 0)


def shrunk(dim: Dim, count: int) -> Dim:
    """The dimension that is ``count`` less: equal differences of one size are equal sizes."""
    if isinstance(dim, int):
        return max(dim - count, 0)
    name, less = parted(dim)
    count += less
    return f"{name}-{count}" if count > 0 else name


@functools.lru_cache(maxsize=256)
def is_floating(name: str) -> bool:
    return np.dtype(name).kind in "fc"


@functools.lru_cache(maxsize=256)
def name_of(dtype: np.dtype[Any]) -> str:
    return dtype.name


def scalar(dtype: Any) -> Kind:
    return Kind("scalar", name_of(np.dtype(dtype)))


def array(dtype: Any, shape: tuple[Dim, ...] | int | None = None) -> Kind:
    """The kind of an array; an int for ``shape`` is a rank with dimensions of unknown size."""
    if isinstance(shape, int):
        shape = tuple(fresh_dim() for _ in range(shape))
    return Kind("array", name_of(np.dtype(dtype)), shape)


def anything(dtype: Any) -> Kind:
    """A number or an array; a number or a 0-d array is one of shape ``()``."""
    return Kind("any", name_of(np.dtype(dtype)))


def int_of(dim: Dim | None) -> Kind:
    """The kind of an int that equals a dimension."""
    return Kind("int", "int64", dim=dim)


def varying(kind: Kind) -> Kind:
    """The kind of what changes in a loop: no int equals a dimension."""
    return INT if kind.base == "int" else kind


def shape_tuple(shape: tuple[Dim, ...] | None) -> Kind:
    """The kind of the tuple ``np.shape`` gives."""
    if shape is None:
        return Kind("tuple", items=(), dim="unknown")
    return Kind("tuple", items=tuple(int_of(dim) for dim in shape))


def of_constant(value: Any) -> Kind:
    """The kind of a value that is known when source is generated."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, np.generic):
        return scalar(value.dtype) if value.dtype.kind in "fciub" else OPAQUE
    if isinstance(value, int):
        return int_of(value)
    for python, kind in ((float, FLOAT), (complex, COMPLEX), (str, STR), (slice, SLICE)):
        if isinstance(value, python):
            return kind
    if value is None:
        return NONE
    if isinstance(value, tuple):
        return Kind("tuple", items=tuple(of_constant(item) for item in value))
    if isinstance(value, np.ndarray):
        return array(value.dtype, value.shape)
    return OPAQUE


def result_dtype(*kinds: Kind) -> np.dtype[Any]:
    """The dtype NumPy 2 gives when these operands meet; Python scalars are weak."""
    parts: list[Any] = []
    for kind in kinds:
        if kind.base in ("float", "complex") or (kind.base == "int"):
            parts.append({"float": 1.0, "complex": 1j, "int": 1}[kind.base])
        else:
            parts.append(np.dtype(kind.dtype))
    return np.result_type(*parts)


def broadcast_dims(shapes: list[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """The symbolic shape of arrays of these shapes, joined elementwise."""
    rank = max((len(shape) for shape in shapes), default=0)
    result: list[Dim] = []
    for axis in range(-rank, 0):
        dims = {shape[axis] for shape in shapes if len(shape) >= -axis and shape[axis] != 1}
        sizes = {dim for dim in dims if isinstance(dim, int)}
        if not dims:
            result.append(1)
        elif len(dims) == 1:
            result.append(dims.pop())
        else:
            result.append(sizes.pop() if len(sizes) == 1 else fresh_dim())
    return tuple(result)


def fit(arrays: Iterable[Kind]) -> bool:
    """Whether arrays are known to have shapes that broadcast."""
    shapes = []
    for kind in arrays:
        if kind.shape is None:
            return False
        shapes.append(kind.shape)
    rank = max(map(len, shapes), default=0)
    return all(
        len({shape[axis] for shape in shapes if len(shape) >= -axis} - {1}) <= 1
        for axis in range(-rank, 0)
    )


def broadcast(dtype: Any, *kinds: Kind) -> Kind:
    """The kind of an elementwise NumPy result of ``dtype`` on operands of these kinds."""
    if any(kind.base in ("array", "any") and kind.shape is None for kind in kinds):
        certain = any(kind.base == "array" and kind.shape not in (None, ()) for kind in kinds)
        return array(dtype) if certain else anything(dtype)
    shapes = [kind.shape or () for kind in kinds if kind.base == "array"]
    dims = broadcast_dims(shapes)
    return array(dtype, dims) if dims else scalar(dtype)


def same_shape(a: Kind, b: Kind) -> bool:
    """Whether two kinds are known to have one shape."""
    if a.immutable and b.immutable:
        return True
    if a.base == "array" and b.base == "array":
        return a.shape is not None and a.shape == b.shape
    return (a.immutable and b.base == "array" and b.shape == ()) or (
        b.immutable and a.base == "array" and a.shape == ()
    )


def join(a: Kind, b: Kind) -> Kind | None:
    """The kind of a value that is of kind ``a`` or ``b``; None if they do not mix."""
    if a == b:
        return a
    if a.base == b.base and a.base in ("float", "int", "bool", "complex"):
        return replace(a, dim=None)
    if a.numeric and b.numeric:
        return _join_numbers(a, b)
    if a.base == b.base == "tuple" and len(a.items) == len(b.items) and a.dim == b.dim:
        items = [join(x, y) for x, y in zip(a.items, b.items, strict=True)]
        return None if None in items else Kind("tuple", items=tuple(items), dim=a.dim)
    if a.base == b.base == "list":
        return _join_lists(a, b)
    if a.base == b.base and a.base != "table":
        return Kind(a.base)
    return None


def _join_lists(a: Kind, b: Kind) -> Kind | None:
    """Lists join as their items do; one of which no item is known yet joins any."""
    if a.dim != b.dim:
        return None
    if not (a.items and b.items):
        return a if a.items else b
    item = join(a.items[0], b.items[0])
    return None if item is None else replace(a, items=(item,))


def _join_numbers(a: Kind, b: Kind) -> Kind | None:
    if a.base in PYTHON_SCALARS and b.base in PYTHON_SCALARS:
        order = ("bool", "int", "float", "complex")
        base = max(a.base, b.base, key=order.index)
        return Kind(base, PYTHON_SCALARS[base])
    dtype = np.dtype(a.dtype) if a.dtype == b.dtype else result_dtype(a, b)
    if a.base == b.base == "array":
        if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
            return array(dtype)
        dims = tuple(
            x if x == y else (y if x == "*" else fresh_dim())
            for x, y in zip(a.shape, b.shape, strict=True)
        )
        return array(dtype, dims)
    if a.immutable and b.immutable:
        return scalar(dtype)
    if all(kind.immutable or kind.shape == () for kind in (a, b)):
        return Kind("any", dtype.name, ())
    return anything(dtype)


def resized(kind: Kind, of: Callable[[Dim], Dim]) -> Kind:
    """A kind with other symbols for its sizes."""
    if kind.shape is not None:
        kind = replace(kind, shape=tuple(map(of, kind.shape)))
    if kind.dim is not None:
        kind = replace(kind, dim=of(kind.dim))
    if kind.items:
        items = (resized(item, of) if isinstance(item, Kind) else item for item in kind.items)
        kind = replace(kind, items=tuple(items))
    return kind


def takes(piece: Kind, given: Kind) -> bool:
    """Whether what is given surely fits where there is a piece of an array."""
    if given.immutable:
        return True
    if piece.shape is None or given.shape is None:
        return same_shape(piece, given)
    rest = len(piece.shape) - len(given.shape)
    return rest >= 0 and all(
        n in (m, 1) for m, n in zip(piece.shape[rest:], given.shape, strict=True)
    )


def describe(kind: Kind) -> str:
    """A kind as docstrings and ``--like`` spell it: ``float64[n, m]``, ``float``."""
    if kind.base == "array":
        if kind.shape is None:
            return f"{kind.dtype}[...]"
        dims = ", ".join(str(dim).replace("?", "_") for dim in kind.shape)
        return f"{kind.dtype}[{dims}]"
    if kind.base in ("scalar", "any"):
        return str(kind.dtype)
    if kind.base == "list" and kind.items:
        return f"list of {describe(kind.items[0])}"
    if kind.base == "tuple":
        return "(" + ", ".join(describe(item) for item in kind.items) + ")"
    return kind.base


def of_adjoint(kind: Kind) -> Kind:
    """The kind of the adjoint of a value: numbers have numbers of their dtype."""
    return scalar(kind.dtype) if kind.immutable else kind
