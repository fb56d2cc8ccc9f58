"""Subscripts: reading and writing pieces of arrays.

The adjoint of a read adds into the piece it was read from, so that it costs no more than the
piece; the sweep itself does that (``reverse.py``). The facts are stated here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Const
from srcgrad.rules import exceptions, facts, shifts
from srcgrad.rules.operation import Arg, parameters, register
from srcgrad.rules.registry import constant, linear
from srcgrad.runtime import (
    add_at,
    check_axes,
    check_axis,
    check_exponent,
    check_index,
    check_labels,
    check_mask,
    check_place,
    check_places,
    check_size,
    check_some,
    group_codes,
    range_length,
    stored,
    stored_adjoint,
)


def parts_of(index: Any) -> list[Arg] | None:
    """The parts of an index."""
    if isinstance(index, tuple):
        return list(index)
    if index.known and isinstance(index.const, tuple):
        return [Arg(kinds.of_constant(item), item) for item in index.const]
    if index.kind.base == "tuple":
        return None if index.kind.dim == "unknown" else [Arg(kind) for kind in index.kind.items]
    return [index]


def is_advanced(part: Arg) -> bool:
    """Whether a part of an index makes NumPy gather, so that the result is a copy."""
    if part.known and (part.const is None or part.const is Ellipsis):
        return False
    return part.kind.base in ("array", "any", "list", "opaque") or (
        is_flag(part) or (part.known and isinstance(part.const, list | np.ndarray))
    )


def is_flag(part: Arg) -> bool:
    """Whether a part of an index is a truth value: a mask without axes, which makes one."""
    return part.kind.base == "bool" or (part.kind.base == "scalar" and part.kind.dtype == "bool")


def consumed(part: Arg) -> int:
    """The number of dimensions a part of an index stands for."""
    if is_flag(part) or (part.known and (part.const is None or part.const is Ellipsis)):
        return 0
    if part.kind.is_mask:
        return part.kind.ndim or 1
    return 1


SUBSCRIPTS = ("getitem", "setitem", "additem", "add_at", "stored_adjoint", "check_index")


class Placed(NamedTuple):
    """A part of an index, and the axes that it stands for."""

    operand: Any
    part: Arg
    axis: int
    count: int


def operands_of(index: Any) -> tuple[Any, ...]:
    """The parts of an index operand; those of a constant are constants."""
    operands = index if type(index) is tuple else (index,)
    if len(operands) == 1 and isinstance(operands[0], Const) and type(operands[0].value) is tuple:
        operands = tuple(map(Const, operands[0].value))
    return operands


def placed(index: Any, ndim: int, arg: Callable[[Any], Arg]) -> list[Placed] | None:
    """The parts of an index operand with their axes; None if they are not known.

    ``arg`` says of an operand what is known of it.
    """
    operands = operands_of(index)
    parts = [arg(operand) for operand in operands]
    if any(part.kind.base == "tuple" for part in parts):
        return None
    rest = ndim - sum(map(consumed, parts))
    axis, found = 0, []
    for operand, part in zip(operands, parts, strict=True):
        whole = part.known and part.const is Ellipsis
        count = max(rest, 0) if whole else consumed(part)
        found.append(Placed(operand, part, axis, count))
        axis += count
    return found if axis <= ndim else None


def slice_dim(part: Arg, dim: Dim) -> Dim:
    """The size of a slice of a dimension."""
    if part.known:
        if part.const == slice(None):
            return dim
        if isinstance(dim, int):
            return len(range(dim)[part.const])
        start, stop, step = part.const.start or 0, part.const.stop, part.const.step
        if step in (None, 1) and start >= 0 and (stop is None or stop < 0):
            return kinds.shrunk(dim, start - (stop or 0))
        if step == -1 and part.const.start is None and stop is None:
            return dim
        return f"{dim}[{part.const.start}:{part.const.stop}:{part.const.step}]"
    if part.kind.dim is not None:
        return f"{dim}[{part.kind.dim}]"
    return kinds.fresh_dim()


def getitem_facts(x: Arg, index: Any) -> Kind:
    kind = x.kind
    if kind.base == "tuple":
        return _item_of_tuple(kind, index)
    if kind.base == "list":
        return kind.items[0] if kind.items else kinds.OPAQUE
    if kind.base not in ("array", "any") or not kind.numeric:
        return kinds.OPAQUE
    parts = parts_of(index)
    if parts is None or kind.shape is None:
        return _unranked(kind, parts)
    shape = _subscripted(kind.shape, parts)
    if shape is None:
        return kinds.anything(kind.dtype)
    ellipsis = any(part.known and part.const is Ellipsis for part in parts)
    if shape or ellipsis:
        return kinds.array(kind.dtype, shape)
    return kinds.scalar(kind.dtype)


def _unranked(kind: Kind, parts: list[Arg] | None) -> Kind:
    if parts and any(
        part.kind.base == "slice"
        or (part.known and part.const is Ellipsis)
        or (is_advanced(part) and part.kind.ndim != 0)
        for part in parts
    ):
        return kinds.array(kind.dtype)
    return kinds.anything(kind.dtype)


def _item_of_tuple(kind: Kind, index: Any) -> Kind:
    if isinstance(index, tuple) or not index.known or kind.dim == "unknown":
        items = set(kind.items)
        return (
            kinds.INT
            if kind.dim == "unknown" or all(item.base == "int" for item in items)
            else kinds.OPAQUE
        )
    found = index.const
    if isinstance(found, slice):
        return Kind("tuple", items=kind.items[found])
    try:
        return kind.items[found]
    except (IndexError, TypeError):
        return kinds.OPAQUE


def _subscripted(shape: tuple[Dim, ...], parts: list[Arg]) -> tuple[Dim, ...] | None:
    """The shape of a subscript; None if it is not known."""
    used = sum(consumed(part) for part in parts)
    rest = len(shape) - used
    if rest < 0:
        return None
    full = any(part.known and part.const is Ellipsis for part in parts)
    expanded: list[Arg] = []
    whole = Arg(kinds.SLICE, slice(None))
    for part in parts:
        if part.known and part.const is Ellipsis:
            expanded.extend([whole] * rest or [part])  # of no axes, it separates all the same
        else:
            expanded.append(part)
    if not full:
        expanded.extend([whole] * rest)
    return _walk(shape, expanded)


def _walk(shape: tuple[Dim, ...], parts: list[Arg]) -> tuple[Dim, ...] | None:
    result: list[Dim] = []
    gathered: list[tuple[Dim, ...]] = []
    place: int | None = None
    split = False
    last_advanced = -2
    axis = 0
    gather = any(is_advanced(part) for part in parts)
    for position, part in enumerate(parts):
        if part.known and part.const is None:
            result.append(1)
            continue
        if part.known and part.const is Ellipsis:
            continue
        if part.kind.base == "slice":
            result.append(slice_dim(part, shape[axis]))
        elif is_advanced(part) or gather:
            found = _gathered(part)
            if found is None:
                return None
            gathered.append(found)
            if place is None:
                place = len(result)
            elif last_advanced != position - 1:
                split = True
            last_advanced = position
        elif part.kind.base not in ("int", "scalar", "bool", "float"):
            return None
        axis += consumed(part)
    if gathered:
        dims = kinds.broadcast_dims(gathered)
        at = 0 if split else (place or 0)
        result[at:at] = dims
    return tuple(result)


def _gathered(part: Arg) -> tuple[Dim, ...] | None:
    """What an advanced part of an index contributes to the shape."""
    if part.known and isinstance(part.const, list):
        return np.shape(part.const)
    if is_flag(part):
        return (int(bool(part.const)) if part.known else kinds.fresh_dim(),)
    if part.kind.base in ("int", "scalar"):
        return ()
    if part.kind.base != "array" or part.kind.shape is None:
        return None
    if part.kind.is_mask:
        return (kinds.fresh_dim() if part.kind.dim is None else part.kind.dim,)
    return part.kind.shape


def getitem(x, index):
    pass


def setitem(x, index, v):
    pass


SUBSCRIPT = {"raises": exceptions.subscripts}
STORE = {"effect": True, "stored": 2, **SUBSCRIPT}
register(
    operator.getitem,
    parameters(getitem),
    getitem_facts,
    key="getitem",
    view="always",  # of an array; the item of a list is held by it
    injective=True,
    follows=True,
    cost=1,
    shift=shifts.item,
    **SUBSCRIPT,
)
register(
    operator.setitem, parameters(setitem), facts.none, key="setitem", check="check_store", **STORE
)


def additem(x: Any, index: Any, v: Any) -> None:
    """``x[index] += v`` for an index without repetitions."""
    x[index] += v


register(additem, parameters(additem), facts.none, key="additem", check="check_update", **STORE)
register(add_at, parameters(add_at), facts.none, key="add_at", **STORE)


@linear(stored_adjoint, facts=getitem_facts)
def stored_adjoint_(y_bar, y, x, index):
    x_bar = stored(y_bar, index, x)


@linear(stored, facts=lambda v, index, like: like.kind, shape_only=("like",))
def stored_(y_bar, y, v, index, like):
    v_bar = stored_adjoint(y_bar, index)


PLACES = {"places": True}
SILENT = {"silent": True}
for check, shapes, form in (
    (check_index, ("x",), PLACES),
    (check_place, ("x",), {**PLACES, **SILENT}),
    (check_places, ("x",), {**PLACES, **SILENT}),
    (check_size, ("x",), SILENT),
    (check_exponent, ("p",), SILENT),
    (check_axis, ("axis", "ndim", "prefix"), SILENT),
    (check_axes, ("first", "second", "ndim"), SILENT),
    (check_some, ("size",), SILENT),
    (check_mask, ("x", "mask"), {}),
    (check_labels, ("a", "b"), SILENT),
):
    register(
        check,
        parameters(check),
        facts.none,
        key=check.__name__,
        effect=True,
        kept=True,
        asserts=True,
        shape_only=shapes,
        **form,
    )
constant(
    group_codes,
    facts=lambda frame, key: kinds.array("int64", 1),
    cost=100,
    key="group_codes",
    spelling="group_codes",
)(lambda frame, key: None)
ZERO_STEP = {"raises": exceptions.stepping}
register(
    range_length,
    parameters(range_length),
    facts.python_int,
    key="range_length",
    cost=1,
    **ZERO_STEP,
)
