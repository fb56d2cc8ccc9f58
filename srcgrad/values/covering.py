"""Whether a kind that is assumed of what goes round a loop describes what a pass leaves."""

from __future__ import annotations

from typing import Any

from srcgrad.ir.kinds import Kind


def covers(have: Kind, kind: Kind, widened: set[Any]) -> bool:
    """Whether values of ``kind`` are among those that ``have`` describes."""
    if have == kind:
        return True
    if have.base == kind.base == "int":
        return have.dim is None
    if have.base == kind.base == "array" and have.dtype == kind.dtype:
        if have.shape is None:
            return True
        return (
            kind.shape is not None
            and len(kind.shape) == len(have.shape)
            and all(x == y or x in widened for x, y in zip(have.shape, kind.shape, strict=True))
        )
    if have.base == kind.base == "list":
        return have.dim == kind.dim and (
            not kind.items or (bool(have.items) and covers(have.items[0], kind.items[0], widened))
        )
    if have.base == "any" and kind.numeric:
        return have.dtype == kind.dtype
    if have.base == kind.base == "tuple" and len(have.items) == len(kind.items):
        return have.dim == kind.dim and all(
            covers(x, y, widened) for x, y in zip(have.items, kind.items, strict=True)
        )
    return False
