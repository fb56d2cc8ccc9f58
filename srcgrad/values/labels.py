"""Arrays with labels, of pandas and xarray: which classes they are, and what an input of them is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.errors import InputError

CLASSES = {"pandas": ("Series", "DataFrame"), "xarray": ("DataArray",)}


def is_labelled(cls: Any) -> bool:
    """Whether a class is one of these itself: classes that derive from them may mean something else."""
    package = str(getattr(cls, "__module__", "")).partition(".")[0]
    name = getattr(cls, "__name__", "")
    home = sys.modules.get(package) if name in CLASSES.get(package, ()) else None
    return getattr(home, name, None) is cls if home is not None else False


def is_frame(cls: Any) -> bool:
    """Whether it is that of a ``DataFrame``, whose parts are columns."""
    return is_labelled(cls) and cls.__name__ == "DataFrame"


class Unread:
    """What stands for a column that holds no numbers: equal to another of one dtype."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and other.dtype == self.dtype

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return f"a column of dtype {self.dtype}"


def parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The names of what is read of an input, and what they hold; raises ``InputError`` for others."""
    if is_frame(type(value)):
        check_columns(value)
        for name, dtype in zip(value.columns, value.dtypes, strict=True):
            yield str(name), value[name] if is_numeric(dtype) else Unread(str(dtype))
        return
    known = is_numeric(value.dtype) and not _lazy(value)
    yield "values", value.values if known else Unread(str(value.dtype))
    if hasattr(value, "dims"):
        yield "dims", value.dims


def is_numeric(dtype: Any) -> bool:
    """Whether it is a dtype of NumPy's that is supported."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fciub"


def _lazy(value: Any) -> bool:
    """Whether an array of xarray's is computed when it is asked for."""
    return hasattr(value, "dims") and not isinstance(value.variable._data, np.ndarray)


def check_columns(frame: Any) -> None:
    """Raise ``InputError`` for a frame whose columns are not told apart by texts."""
    names = list(frame.columns)
    if not all(type(name) is str for name in names) or len(set(names)) < len(names):
        raise InputError(
            "an input is a DataFrame whose columns have no names of their own\n"
            "  why: its columns are taken apart by their names\n"
            "  try: name each by another str, or pass .to_numpy()"
        )


def with_values(like: Any, parts: dict[str, Any]) -> Any:
    """An array with the labels of ``like``, of what stands in the place of its parts.

    Columns without any are left out; None if there is none at all.
    """
    cls = type(like)
    if is_frame(cls):
        held = {name: part.to_numpy() for name, part in parts.items() if part is not None}
        names = [name in held for name in like.columns]
        return cls(held, index=like.index, columns=like.columns[names]) if held else None
    values = parts["values"]
    if values is None:
        return None
    if hasattr(like, "dims"):
        return like.copy(data=values)
    return cls(values, index=like.index, name=like.name)
