"""Whether concrete values agree with what was inferred of them; structures of values.

Serves ``testing``: nested tuples, lists and dicts of arrays and numbers, leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.trees import leaves


def mismatch(kind: Kind, value: Any, sizes: dict[str, int]) -> str:
    """Why a value is not of a kind; empty if it is. ``sizes`` collects the symbols' sizes."""
    base = kind.base
    if base in ("opaque", "tape"):
        return ""
    if base in ("tuple", "list"):
        return _mismatch_sequence(kind, value, sizes)
    types = {
        "float": float,
        "int": int,
        "bool": bool,
        "complex": complex,
        "str": str,
        "none": type(None),
        "slice": slice,
        "scalar": np.generic,
        "array": np.ndarray,
    }
    if base in types and not (isinstance(value, types[base])):
        return "another type"
    if base in kinds.PYTHON_SCALARS and type(value) is not types[base]:
        return "another type"
    if kind.dtype is not None and dtype_of(value) != np.dtype(kind.dtype):
        return "another dtype"
    if base == "int" and kind.dim is not None and not _size_agrees(kind.dim, value, sizes):
        return f"not the size {kind.dim}"
    if base == "array" and kind.shape is not None:
        if len(kind.shape) != value.ndim:
            return "another rank"
        for dim, size in zip(kind.shape, value.shape, strict=True):
            if not _size_agrees(dim, size, sizes):
                return f"dimension {dim} is {size}"
    return ""


def _mismatch_sequence(kind: Kind, value: Any, sizes: dict[str, int]) -> str:
    if not isinstance(value, tuple | list):
        return "another type"
    if kind.dim == "unknown" or (kind.base == "list" and not kind.items):
        return ""
    items = kind.items if kind.base == "tuple" else kind.items * len(value)
    if len(items) != len(value):
        return "another length"
    return "".join(mismatch(k, v, sizes) for k, v in zip(items, value, strict=True))


def _size_agrees(dim: Any, size: int, sizes: dict[str, int]) -> bool:
    if isinstance(dim, int):
        return dim == size
    if dim.startswith("(") and "?" not in dim:
        try:
            return bool(eval(dim, {"__builtins__": {}}, sizes) == size)
        except (NameError, SyntaxError):
            pass
    return sizes.setdefault(dim, size) == size


# --- values ---------------------------------------------------------------------------------


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(map_leaves(function, item) for item in value))
    if isinstance(value, tuple | list):
        return type(value)(map_leaves(function, item) for item in value)
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    return function(value)


def copied(value: Any) -> Any:
    return map_leaves(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, value)


def assert_same(now: Any, before: Any, message: str) -> None:
    for new, old in zip(leaves(now), leaves(before), strict=True):
        if isinstance(old, np.ndarray):
            np.testing.assert_array_equal(new, old, err_msg=message)


def dtype_of(value: Any) -> np.dtype[Any]:
    return np.asarray(value).dtype


def is_floating(value: Any) -> bool:
    return isinstance(value, float | np.floating) or (
        isinstance(value, np.ndarray) and value.dtype.kind == "f"
    )


def has_arrays(value: Any) -> bool:
    return any(isinstance(leaf, np.ndarray | np.generic | float) for leaf in leaves(value))


def is_int_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        type(item) is int or is_int_tuple(item) for item in value
    )


def hidden_kind(value: Any) -> Kind:
    """The kind of an option whose value is not known when source is generated."""
    if isinstance(value, tuple):
        return Kind("tuple", items=tuple(hidden_kind(item) for item in value))
    return kinds.BOOL if isinstance(value, bool) else kinds.INT


def cast_like(value: Any, like: Any, dtype: Any = None) -> Any:
    """``value`` as a Python float, a NumPy scalar or an array, as ``like`` is one."""
    if type(like) is float:
        return float(value)
    if not isinstance(like, np.ndarray | np.generic):
        return value
    found = np.asarray(value).astype(dtype or like.dtype)
    return found if isinstance(like, np.ndarray) else found[()]


def in_double(value: Any) -> Any:
    """A floating value in double precision."""
    if is_floating(value) and not isinstance(value, float):
        return cast_like(value, value, "float64")
    return value


def inner_product(a: Any, b: Any) -> float:
    """The inner product of two structures of numbers, in double precision."""
    return float(
        sum(
            np.sum(np.asarray(x, "float64") * np.asarray(y, "float64"))
            for x, y in zip(leaves(a), leaves(b), strict=True)
        )
    )
