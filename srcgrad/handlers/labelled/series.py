"""Series and frames of pandas: columns, rows by masks, sums."""

from __future__ import annotations

from typing import Any

from srcgrad.definitions import labelled as definitions
from srcgrad.handlers.labelled.joining import check, fitted, like, together
from srcgrad.handlers.labelled.tables import ELEMENTWISE, OF_SERIES, REDUCTIONS, Unfit, numbers_by
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import Value
from srcgrad.values.labelled import LabelledV, PlacesV, Selected, made
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk


def of_series(
    e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    if name == "__getitem__":
        return _selected(e, owner, args[0])
    if name == "dropna" and not args and not keywords:
        return _selected(e, owner, numbers_by(e, ELEMENTWISE["notna"], owner, [], {}))
    if name in ("iloc", "loc") and not args:
        return PlacesV(owner, name)
    if name == "iloc":
        return at_places(e, owner, args[0])
    if name == "loc":
        return _selected(e, owner, args[0])
    if name == "pipe" and args:
        return e.call(args[0], [owner, *args[1:]], keywords)
    if name in ("dot", "__matmul__") and len(args) == 1:
        _, values, other = together(e, owner, args[0])
        return e.call_constant(definitions.dot, [values, other], {})
    if name in REDUCTIONS:
        if args or "axis" in keywords:
            return None
        return numbers_by(e, REDUCTIONS[name], owner, [], keywords)
    if name not in OF_SERIES:
        return None
    args = [fitted(e, owner, arg) for arg in args]
    keywords = {key: fitted(e, owner, arg) for key, arg in keywords.items()}
    return like(e, owner, numbers_by(e, OF_SERIES[name], owner, args, keywords))


def _selected(e: Walk, owner: LabelledV, mask: Any) -> Any:
    """The rows for which a mask of them holds; None for any other subscript."""
    found = mask_of(e, owner, mask)
    if found is None:
        return None
    labels = (Const(Selected()),)
    return made(e, owner.cls, labels, {"values": e.get_item(owner.part(e, "values"), found)})


def at_places(e: Walk, owner: LabelledV, index: Any) -> Any:
    """``s.iloc[index]``: a number, or the series of a piece."""
    found = e.get_item(owner.part(e, "values"), index)
    if e.b.kind(found).ndim == 0:
        return found
    return made(e, owner.cls, (Const(Selected()),), {"values": found})


def mask_of(e: Walk, owner: LabelledV, mask: Any) -> Any:
    """The flags of a mask for the rows of ``owner``; None if it is none."""
    if isinstance(mask, LabelledV):
        if mask.cls.__name__ != "Series":
            return None
        check(e, owner, mask)
        mask = mask.part(e, "values")
    flags = isinstance(mask, str) and e.b.kind(mask).dtype == "bool" and e.b.kind(mask).ndim == 1
    return mask if flags else None


def of_frame(
    e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    names, items = owner.parts(e)[1:]
    if name == "__getitem__":
        return item_of(e, owner, args[0])
    if name in ("values", "to_numpy") and not args and not keywords and names:
        return matrix_of(e, owner)
    if name == "columns":
        return Const(names)
    if name in ("__len__", "shape", "size"):
        first = next((item for item in items if isinstance(item, LabelledV)), None)
        if first is None:
            return None
        rows = e.call_constant(len, [first.part(e, "values")], {})
        sizes = {"__len__": rows, "shape": TupleV((rows, Const(len(names))))}
        return sizes.get(name) or e.binary("mul", rows, Const(len(names)))
    if name == "assign" and not args:
        return assigned(e, owner, keywords)
    if name == "copy":
        return owner
    if name in ("__matmul__", "dot") and len(args) == 1 and not keywords:
        other = e.as_operand(args[0])
        if e.b.kind(other).ndim != 1:
            return None
        values = e.binary("matmul", matrix_of(e, owner), other)
        return made(e, _series_of(items), owner.labels(e), {"values": values})
    return None


def assigned(e: Walk, owner: LabelledV, columns: dict[str, Any]) -> Any:
    """``df.assign(c=...)``: a frame with other columns, or with more of them."""
    for name, value in columns.items():
        names, items = owner.parts(e)[1:]
        if isinstance(value, Value) and value.is_function:
            value = e.call(value, [owner], {})
        first = next(item for item in items if isinstance(item, LabelledV))
        values = together(e, first, value)[2]
        if e.b.kind(values).ndim == 0:
            args = [first.part(e, "values"), values]
            values = e.call_constant(definitions.filled, args, {})
        column = made(e, first.cls, owner.labels(e), {"values": values})
        parts = {**dict(zip(names, items, strict=True)), name: column}
        owner = made(e, owner.cls, owner.labels(e), parts)
    return owner


def _series_of(items: list[Any]) -> Any:
    return next(item.cls for item in items if isinstance(item, LabelledV))


def item_of(e: Walk, owner: LabelledV, index: Any) -> Any:
    """``df["a"]``, ``df[["a", "b"]]`` and ``df[mask]``; None for any other subscript."""
    names, items = owner.parts(e)[1:]
    if isinstance(index, Const) and isinstance(index.value, str):
        return owner.column(e, index.value)
    if isinstance(index, ListV | TupleV):
        chosen = [e.steering(item, "a name of a column") for item in e.items_of(index)]
        held = dict(zip(names, items, strict=True))
        parts = {name: held[name] if name in held else owner.column(e, name) for name in chosen}
        return made(e, owner.cls, owner.labels(e), parts) if len(parts) == len(chosen) else None
    found = mask_of(e, owner, index)
    if found is None:
        return None
    labels = (Const(Selected()),)
    left: dict[str, Any] = {}
    for name, item in zip(names, items, strict=True):
        left[name] = item
        if isinstance(item, LabelledV):
            values = e.get_item(item.part(e, "values"), found)
            left[name] = made(e, item.cls, labels, {"values": values})
    return made(e, owner.cls, labels, left)


def matrix_of(e: Walk, owner: LabelledV) -> Any:
    """The matrix of its columns; raises ``Unfit`` where pandas makes one of objects."""
    names = owner.parts(e)[1]
    columns = [owner.column(e, name).part(e, "values") for name in names]
    sorts = {e.b.kind(column).dtype == "bool" for column in columns}
    if len(sorts) != 1:
        raise Unfit
    return e.call_constant(definitions.columns, columns, {})
