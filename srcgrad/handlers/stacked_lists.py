"""``np.stack``, ``np.concatenate`` and their like of a list whose length is known at run time."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir.nodes import Const
from srcgrad.values.optional import is_operand
from srcgrad.values.sequences import TupleV, is_records
from srcgrad.values.walk import Walk

STACKING: dict[Any, str] = {
    np.stack: "stack",
    np.concatenate: "concatenate",
    np.array: "stack",
    np.asarray: "stack",
    np.hstack: "hstack",
    np.vstack: "vstack",
    np.column_stack: "column_stack",
}


def stacked(e: Walk, function: Any, owner: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """What these functions make of a list; None for another function."""
    style = STACKING.get(function)
    if style is None:
        return None
    if is_records(owner):
        if style != "stack":
            return None
        return e.call_constant(function, [e.as_operand(owner), *args], keywords)
    makes = function in (np.array, np.asarray)
    if keywords.keys() - {"axis"} and not makes:
        return _of_dtype(e, function, owner, args, dict(keywords))
    if style not in ("stack", "concatenate"):
        return _along_one_axis(e, style, owner)
    axis = args[0] if args and not makes else keywords.get("axis", Const(0))
    if axis == Const(None) and style == "concatenate":
        raise e.refuse(
            "np.concatenate(axis=None) of a list of unknown length is not supported",
            "its items are joined along an axis",
            "join what np.ravel makes of them",
        )
    some = (Const(True),) if function is np.stack else ()
    op = "stacked" if style == "stack" else "joined"
    return e.b.emit(op, owner, e.to_operand(axis), *some)


def _of_dtype(e: Walk, function: Any, owner: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
    """With ``dtype``, and no other option: as NumPy casts what it has joined."""
    axis = {"axis": keywords.pop("axis")} if "axis" in keywords else {}
    dtype = keywords.pop("dtype", None)
    if keywords or dtype is None:
        raise e.refuse(
            f"an option of `np.{function.__name__}` of a list of unknown length",
            "of these, `axis` and `dtype` are known",
            "leave it out",
        )
    found = stacked(e, function, owner, args, axis)
    return e.call_method(found, "astype", [dtype], {"casting": Const("same_kind")})


def _along_one_axis(e: Walk, style: str, owner: Any) -> Any:
    """``np.hstack``, ``vstack`` and ``column_stack``, by the number of dimensions of the items."""
    kind = e.b.kind(owner)
    rank = kind.items[0].ndim if kind.items and kind.items[0].numeric else None
    if rank is None and is_operand(owner):
        whole = e.b.emit("stacked", owner, Const(0))  # of lists of numbers, say
        if e.b.kind(whole).ndim == 2 and style == "vstack":
            return whole
    if rank is None:
        raise e.refuse(
            f"np.{style} of this list is not supported",
            "the number of dimensions of its items is not known",
            "use np.stack or np.concatenate",
        )
    stacks = {"hstack": rank == 0, "vstack": rank == 1, "column_stack": rank <= 1}[style]
    axis = {"hstack": min(1, max(rank - 1, 0)), "vstack": 0, "column_stack": 1}[style]
    if rank == 0 and style != "hstack":
        column = e.b.emit("stacked", owner, Const(0))
        rows, new = Const(slice(None)), Const(None)
        return e.get_item(column, TupleV((rows, new) if style == "vstack" else (new, rows)))
    return e.b.emit("stacked" if stacks else "joined", owner, Const(axis))
