"""Labels of pandas' and xarray's arrays, compared where generated code joins two of them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from srcgrad.errors import InputError


def same_labels(a: Any, b: Any, dims: tuple[str, ...] | None = None) -> bool:
    """Whether two series or frames have one index, or two arrays one along these dimensions."""
    if dims is None:
        return a.index is b.index or bool(a.index.equals(b.index))
    return all(_agree(a, b, dim) for dim in dims if dim in a.sizes and dim in b.sizes)


def _agree(a: Any, b: Any, dim: str) -> bool:
    """Whether two arrays have the same length along a dimension, and the same labels if both have any."""
    if a.sizes[dim] != b.sizes[dim]:
        return False
    return dim not in a.indexes or dim not in b.indexes or a.indexes[dim].equals(b.indexes[dim])


def group_codes(frame: Any, key: str) -> Any:
    """The number of the group that each row is in by a column, in the order of its values; -1 for none."""
    factorize = sys.modules["pandas"].factorize
    return np.asarray(factorize(frame[key], sort=True)[0], np.int64)


def check_labels(a: Any, b: Any, dims: tuple[str, ...] | None = None) -> None:
    """Raise ``InputError`` where two arrays would be joined by labels that differ."""
    if not same_labels(a, b, dims):
        raise InputError(
            f"a {type(a).__name__} and a {type(b).__name__} of different labels are joined\n"
            "  why: they are aligned by their labels there, and derivatives do not follow that\n"
            "  try: give them one index before, or join their .to_numpy()"
        )
