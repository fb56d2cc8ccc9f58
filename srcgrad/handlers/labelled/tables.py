"""Which methods and operators of pandas' and xarray's arrays are known, and by which definition."""

from __future__ import annotations

from typing import Any

from srcgrad.definitions import labelled as definitions
from srcgrad.values.labelled import LabelledV
from srcgrad.values.walk import Walk


class Unfit(Exception):
    """These arguments are not among those that are known."""


REDUCTIONS = {
    "sum": definitions.total,
    "prod": definitions.product,
    "mean": definitions.mean,
    "var": definitions.var,
    "std": definitions.std,
    "min": definitions.minimum,
    "max": definitions.maximum,
    "median": definitions.median,
    "count": definitions.count,
    "any": definitions.any_of,
    "all": definitions.all_of,
}
NUMBERS = {"to_numpy": definitions.to_numpy, "item": definitions.item}
ELEMENTWISE = {
    "abs": definitions.absolute,
    "__abs__": definitions.absolute,
    "__neg__": definitions.negative,
    "__pos__": definitions.positive,
    "__invert__": definitions.inverted,
    "clip": definitions.clip,
    "copy": definitions.copied,
    "astype": definitions.astype,
    "isna": definitions.isna,
    "isnull": definitions.isna,
    "notna": definitions.notna,
    "notnull": definitions.notna,
    "fillna": definitions.fillna,
    "where": definitions.where,
}
OF_ARRAYS = {**ELEMENTWISE, "clip": definitions.bounded}
OF_SERIES = {
    **ELEMENTWISE,
    "mask": definitions.mask,
    "cumsum": definitions.cumsum,
    "cumprod": definitions.cumprod,
    "shift": definitions.shift,
    "diff": definitions.diff,
    "pct_change": definitions.pct_change,
}
OPERATORS = {
    **{name: name for name in ("add", "sub", "mul", "truediv", "pow", "and", "or", "xor")},
    **{name: name for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "div": "truediv",
}
SWAPPED = {f"r{name}": key for name, key in OPERATORS.items()}
PROPERTIES = ("values", "data", "shape", "size", "ndim", "dtype", "dims")


def numbers_by(
    e: Walk, definition: Any, owner: LabelledV, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """A definition of the numbers of ``owner``; raises ``Unfit`` for what it does not take."""
    found = e.follow(definition, [owner.part(e, "values"), *args], keywords)
    if found is None:
        raise Unfit
    return found
