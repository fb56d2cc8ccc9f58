"""Whether an operation fits operands of some kinds, whatever their sizes are: it is tried out.

What functions of NumPy raise for the shapes of their operands depends on which sizes are equal, 1
or 0. So an operation on operands of known ranks, whose other arguments are known, is run on small
arrays of such sizes, a symbol having one size throughout.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from srcgrad.ir.kinds import Dim, Kind, parted
from srcgrad.ir.nodes import Const

SIMPLE = (int, float, bool, str, slice, type(None), type(Ellipsis), np.dtype, type)


TRIED: dict[tuple[str, Any], bool] = {}


class _Unknown(Exception):
    """An operand is not known well enough."""


def fits_always(of: Any) -> bool:
    """Whether an operation, an ``exceptions.Operation``, cannot fail by its shapes."""
    try:
        operands = tuple(_described(arg, of.kind_of) for arg in of.args)
        key = of.op.key, operands
        if key not in TRIED:
            TRIED[key] = _tried(of.op, operands)
        return TRIED[key]
    except (_Unknown, TypeError):
        return False


def _described(arg: Any, kind_of: Any) -> Any:
    """An argument as a key: its kind, its value, or a tuple of such."""
    if type(arg) is tuple:
        return tuple(_described(item, kind_of) for item in arg)
    if isinstance(arg, Const):
        parts = arg.value if isinstance(arg.value, tuple) else (arg.value,)
        if not all(isinstance(part, SIMPLE) for part in parts):
            raise _Unknown
        return "value", type(arg.value).__name__, arg.value
    kind = kind_of(arg)
    parts = kind.items if kind.base == "tuple" and kind.dim != "unknown" else (kind,)
    for part in parts:
        known = part.base in ("float", "complex", "bool", "scalar") or part.dim is not None
        if not (known or (part.base in ("array", "any") and part.shape is not None)):
            raise _Unknown
        if (
            part.base in ("array", "any")
            and part.dtype is not None
            and np.dtype(part.dtype).kind in "iu"
        ):
            raise _Unknown  # places, or counts
    return kind


def _tried(op: Any, operands: tuple[Any, ...]) -> bool:
    found = dict.fromkeys(symbol for operand in operands for symbol in _symbols(operand))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for sizes in _sizes(list(found)):
            try:
                op.apply([_sample(operand, sizes) for operand in operands])
            except Exception:
                return False
    return True


def _sizes(symbols: list[str]) -> Iterator[dict[str, int]]:
    """Sizes for the symbols: all alike, each one small among others, and all different."""
    for size in (0, 1, 2, 3):
        yield dict.fromkeys(symbols, size)
    for one in symbols if len(symbols) > 1 else ():
        for size in (0, 1):
            yield {**dict.fromkeys(symbols, 3), one: size}
    yield {symbol: k + 2 for k, symbol in enumerate(symbols)}
    yield {symbol: k + 2 for k, symbol in enumerate(reversed(symbols))}


def _symbols(operand: Any) -> Iterator[str]:
    if isinstance(operand, Kind):
        dims = (*(operand.shape or ()), operand.dim, *(item.dim for item in operand.items))
        yield from (parted(dim)[0] for dim in dims if isinstance(dim, str))
    elif isinstance(operand, tuple) and operand[:1] != ("value",):
        for item in operand:
            yield from _symbols(item)


def _size(dim: Dim, sizes: dict[str, int]) -> int:
    if isinstance(dim, int):
        return dim
    name, less = parted(dim)
    return max(sizes[name] - less, 0)


def _sample(operand: Any, sizes: dict[str, int]) -> Any:
    """An operand of these sizes; its numbers are 1."""
    if isinstance(operand, Kind):
        if operand.base == "tuple":
            return tuple(_sample(item, sizes) for item in operand.items)
        if operand.base in ("array", "any"):
            return np.ones([_size(dim, sizes) for dim in operand.shape or ()], operand.dtype)
        if operand.dim is not None:
            return _size(operand.dim, sizes)
        one = np.ones((), operand.dtype)[()]
        return one if operand.base == "scalar" else one.item()
    return operand[2] if operand[:1] == ("value",) else tuple(_sample(o, sizes) for o in operand)
