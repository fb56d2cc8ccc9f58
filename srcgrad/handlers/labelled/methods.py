"""Methods and properties of pandas' and xarray's arrays; what is not named in a table is refused."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.labelled.arrays import of_array
from srcgrad.handlers.labelled.groups import grouped
from srcgrad.handlers.labelled.joining import joined
from srcgrad.handlers.labelled.places import of_places
from srcgrad.handlers.labelled.series import of_frame, of_series
from srcgrad.handlers.labelled.tables import (
    NUMBERS,
    OPERATORS,
    PROPERTIES,
    SWAPPED,
    Unfit,
    numbers_by,
)
from srcgrad.handlers.labelled.windows import rolling
from srcgrad.values.labelled import LabelledV
from srcgrad.values.labels import is_frame
from srcgrad.values.signals import Uncovered
from srcgrad.values.walk import Walk


def method(e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    """``owner.name(*args, **keywords)``, or ``owner.name`` of a property."""
    try:
        found = _method(e, owner, name, args, keywords)
    except (Uncovered, Unfit):
        found = None
    if found is None:
        raise owner.refuse(e, f"`{name}`, or these arguments of it,", "it is not followed")
    return found


def _method(e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
    if name in ("loc", "iloc") and is_frame(owner.cls):
        return of_places(e, owner, name, args)
    if name == "groupby" and is_frame(owner.cls):
        return grouped(e, owner, args, keywords)
    if name == "rolling" and owner.cls.__name__ == "Series":
        return rolling(e, owner, args, keywords)
    if is_frame(owner.cls):
        return of_frame(e, owner, name, args, keywords)
    plain = name.strip("_")
    if name in PROPERTIES and not args:
        return _property(e, owner, name)
    if name == "__len__":
        return e.call_constant(len, [owner.part(e, "values")], {})
    if plain in OPERATORS and len(args) == 1 and not keywords:
        return joined(e, owner, OPERATORS[plain], args[0])
    if plain in SWAPPED and len(args) == 1 and not keywords:
        return joined(e, owner, SWAPPED[plain], args[0], True)
    if name == "__float__":
        return e.call_constant(float, [owner.part(e, "values")], {})
    if name in NUMBERS:
        return numbers_by(e, NUMBERS[name], owner, args, keywords)
    if owner.cls.__name__ == "Series":
        return of_series(e, owner, name, args, keywords)
    return of_array(e, owner, name, args, keywords)


def _property(e: Walk, owner: LabelledV, name: str) -> Any:
    values = owner.part(e, "values")
    if name in ("values", "data"):
        return values
    return owner.part(e, "dims") if name == "dims" else e.attribute(values, name)
