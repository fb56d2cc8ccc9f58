"""Arrays of xarray: sums over named dimensions."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.labelled.joining import fitted, like, spread
from srcgrad.handlers.labelled.tables import OF_ARRAYS, REDUCTIONS, numbers_by
from srcgrad.ir.nodes import Const
from srcgrad.values.labelled import LabelledV, made
from srcgrad.values.sequences import ListV, TupleV
from srcgrad.values.walk import Walk


def of_array(
    e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    if name == "transpose" or name == "T":
        dims = owner.part(e, "dims").value
        order = tuple(e.steering(arg, "a dimension") for arg in args) or dims[::-1]
        if set(order) != set(dims) or keywords:
            return None
        parts = {"values": spread(e, owner, order), "dims": Const(order)}
        return made(e, owner.cls, owner.labels(e), parts)
    if name in REDUCTIONS:
        return _reduced(e, owner, name, args, keywords)
    if name not in OF_ARRAYS:
        return None
    args = [fitted(e, owner, arg) for arg in args]
    keywords = {key: fitted(e, owner, arg) for key, arg in keywords.items()}
    return like(e, owner, numbers_by(e, OF_ARRAYS[name], owner, args, keywords))


def _reduced(
    e: Walk, owner: LabelledV, name: str, args: list[Any], keywords: dict[str, Any]
) -> Any:
    """``x.sum()``, ``x.mean("time")`` and the like, which drop dimensions."""
    given = dict(keywords)
    asked = args[0] if args else given.pop("dim", Const(None))
    dims = owner.part(e, "dims").value
    if isinstance(asked, ListV | TupleV):
        over = tuple(e.steering(item, "a dimension") for item in e.items_of(asked))
    else:
        found = e.steering(asked, "a dimension")
        over = dims if found is None else found if isinstance(found, tuple) else (found,)
    if not set(over) <= set(dims) or len(args) > 1 or "axis" in given:
        return None
    if name in ("var", "std"):
        given.setdefault("ddof", Const(0))
    axes = Const(tuple(dims.index(dim) for dim in over))
    values = numbers_by(e, REDUCTIONS[name], owner, [axes], given)
    left = tuple(dim for dim in dims if dim not in over)
    return made(e, owner.cls, owner.labels(e), {"values": values, "dims": Const(left)})
