"""Rows and columns of pandas' frames by ``df.loc[rows, columns]`` and ``df.iloc[rows, columns]``."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.labelled.series import at_places, item_of
from srcgrad.ir.nodes import Const
from srcgrad.values.labelled import LabelledV, PlacesV, Selected, made
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


def of_places(e: Walk, owner: LabelledV, name: str, args: list[Any]) -> Any:
    """``df.loc``, ``df.iloc``, or what stands there; None where that is not followed."""
    if not args:
        return PlacesV(owner, name)
    index = args[0]
    several = isinstance(index, TupleV) and len(index.items) == 2
    rows, columns = index.items if several else (index, None)
    return (by_labels if name == "loc" else by_places)(e, owner, rows, columns)


def by_labels(e: Walk, owner: LabelledV, rows: Any, columns: Any) -> Any:
    """Of all rows, or of those that a mask tells."""
    found = owner if columns is None else item_of(e, owner, columns)
    if found is None or _is_all(rows):
        return found
    flags = isinstance(rows, LabelledV) or (
        isinstance(rows, str) and e.b.kind(rows).dtype == "bool"
    )
    return e.call_method(found, "__getitem__", [rows], {}) if flags else None


def by_places(e: Walk, owner: LabelledV, rows: Any, columns: Any) -> Any:
    """Of rows by their numbers: a number, a column of them, or a frame."""
    names, items = owner.parts(e)[1:]
    if columns is not None:
        number = e.steering(columns, "a number of a column")
        if type(number) is not int or not -len(names) <= number < len(names):
            return None
        return at_places(e, owner.column(e, names[number]), rows)
    labels = (Const(Selected()),)
    left: dict[str, Any] = {}
    for name, item in zip(names, items, strict=True):
        left[name] = item
        if isinstance(item, LabelledV):
            values = e.get_item(item.part(e, "values"), rows)
            if e.b.kind(values).ndim != 1:
                return None  # a row, as a series with the names of columns
            left[name] = made(e, item.cls, labels, {"values": values})
    return made(e, owner.cls, labels, left)


def _is_all(rows: Any) -> bool:
    return isinstance(rows, Const) and isinstance(rows.value, slice) and rows.value == slice(None)
