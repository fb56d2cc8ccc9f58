"""Sets of what is known."""

from __future__ import annotations

from typing import Any

from srcgrad.handlers.table import FIRST, handles
from srcgrad.ir.nodes import Const
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk


@handles(set, frozenset, through=FIRST)
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
