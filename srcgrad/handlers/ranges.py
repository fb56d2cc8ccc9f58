"""Ranges that are used as sequences, and sets of what is known."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import RangeV, TupleV
from srcgrad.values.walk import Walk


@handles(set, frozenset)
def _set(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    return set_of(e, e.items_of(args[0]) if args else ())


def set_of(e: Walk, items: Any) -> Const:
    """A set of what is known; it is never changed."""
    items = [e.to_operand(item) if isinstance(item, TupleV) else item for item in items]
    if not all(isinstance(item, Const) for item in items):
        raise e.refuse(
            "a set cannot be differentiated",
            "it has no order, so its elements cannot be told apart",
            "use a tuple, a list or a dict",
        )
    found: Const = e.static(frozenset, Const([item.value for item in items]))
    return found


# --- ranges that are used as sequences --------------------------------------------------------


def range_item(e: Walk, owner: RangeV, index: Any) -> Any:
    known = e.constant_range(owner)
    if known is not None and isinstance(index, Const):
        return e.static(lambda r, i: r[i], Const(known), index)
    if isinstance(index, Const) and isinstance(index.value, slice):
        raise e.refuse(
            "a slice of this range is not supported",
            "its length is not known",
            "compute the bounds",
        )
    if isinstance(index, Const) and index.value < 0:
        index = e.binary("add", e.range_length(owner), index)
    return e.item_at(owner, index)


def range_contains(e: Walk, owner: RangeV, item: Any) -> Any:
    known = e.constant_range(owner)
    if known is not None and isinstance(item, Const):
        return Const(item.value in known)
    if not (isinstance(owner.step, Const) and owner.step.value > 0):
        raise e.refuse(
            "`in` a range of this step is not supported",
            "its sign is not known",
            "compare with the bounds",
        )
    least, most = e.binary("ge", item, owner.start), e.binary("lt", item, owner.stop)
    offset = e.binary("sub", item, owner.start)
    step = e.binary("eq", e.binary("mod", offset, owner.step), Const(0))
    result: Any = Const(True)
    for part in (least, most, step):
        if isinstance(result, Const):
            result = part if result.value else result
        elif not isinstance(part, Const):
            result = e.b.emit("bool_and", result, part)
        elif not part.value:
            return Const(False)
    return result
