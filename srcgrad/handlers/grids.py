"""Index objects and grids: ``np.mgrid``, ``np.r_``, ``np.ndindex``, ``np.ndenumerate``."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.definitions import grids
from srcgrad.handlers.table import handles
from srcgrad.ir.nodes import Const, Let
from srcgrad.values.iterators import IteratorV
from srcgrad.values.sequences import TupleV
from srcgrad.values.walk import Walk

INDEXERS: dict[Any, Any] = {
    np.mgrid: grids.mgrid,
    np.ogrid: grids.ogrid,
    np.r_: grids.r_,
    np.c_: grids.c_,
    np.s_: None,
}


def is_indexer(value: Any) -> bool:
    return any(known is value for known in INDEXERS)


def indexer(e: Walk, owner: Any, index: Any) -> Any:
    """``np.r_[a, 0, b]``, ``np.mgrid[0:n, 0:m]``; None for what is no such object."""
    found = next((d for o, d in INDEXERS.items() if o is owner), None)
    if found is None:
        return None
    parts = (
        e.items_of(index)
        if isinstance(index, TupleV)
        or (isinstance(index, Const) and isinstance(index.value, tuple))
        else (index,)
    )
    whole = isinstance(index, TupleV | Const) and len(parts) > 1
    return e.call_constant(
        found, [e.new_list([_ranged(e, part) for part in parts]), Const(whole)], {}
    )


def _ranged(e: Walk, part: Any) -> Any:
    """A slice as ``(start, stop, step)``; anything else as it is."""
    if isinstance(part, Const) and isinstance(part.value, slice):
        cut = part.value
        return TupleV((Const(cut.start), Const(cut.stop), Const(cut.step)))
    if isinstance(part, str) and e.b.kind(part).base == "slice":
        made = next(s for s in e.b.block if isinstance(s, Let) and s.target == part)
        return TupleV(tuple(made.args))
    return part


@handles(np.ndindex)
def _ndindex(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    sizes = args if len(args) != 1 or e.kind_base(args[0]) == "int" else e.items_of(args[0])
    if not sizes:
        return TupleV((TupleV(()),))
    columns = e.call_constant(grids.indices, [TupleV(tuple(sizes))], {})

    def numbers(column: Any) -> IteratorV:  # they are Python's, whose precision is what they meet
        return IteratorV("map", (column,), function=lambda item: e.call_constant(int, [item], {}))

    return IteratorV("zip", tuple(map(numbers, columns.items)))


@handles(np.ndenumerate)
def _ndenumerate(e: Walk, args: list[Any], keywords: dict[str, Any]) -> Any:
    array = e.as_operand(args[0])
    numbers = _ndindex(e, [e.b.emit("np.shape", array)], {})
    return IteratorV("zip", (numbers, e.b.emit("np.ravel", array)))
