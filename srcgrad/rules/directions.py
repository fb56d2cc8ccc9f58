"""What operations do to several directions at once, which stand along a first axis.

A tangent or an adjoint is linear in its direction. For ``k`` of them, each value that depends on one
gets an axis in front, and each operation a form that leaves it alone: sums are over the axes behind
it, subscripts begin with ``:``. Elementwise operations need none; others without a form are done
one direction after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from srcgrad.ir.nodes import Const, Operand
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import OPS, Unjoined


class Joint(Protocol):
    """The rewriting of one function, as far as a form asks it; ranks are those of one direction."""

    b: Builder
    key: str  # of the operation

    def many(self, arg: Any) -> bool:
        """Whether an operand has the axis."""

    def moved(self, arg: Any) -> Any:
        """An operand with the axis."""

    def rank(self, arg: Any) -> int: ...
    def aligned(self, arg: Any, rank: int) -> Any:
        """An operand, to be broadcast against one of this rank and the axis."""

    def shape(self, shape: Any) -> tuple[Any, ...]:
        """A shape with the number of directions in front."""

    def rank_of_piece(self, x: Any, index: Any) -> int: ...
    def index(self, x: Any, index: Any) -> tuple[Any, ...]:
        """A subscript behind the axis."""


def over(*keys: str) -> Callable[[Any], Any]:
    """State the form of operations: a function of a ``Joint`` and the operands."""

    def decorate(form: Any) -> Any:
        for key in keys:
            OPS[key].over = form
        return form

    return decorate


WHOLE = Const(slice(None))


def shifted(axis: Any, rank: int) -> Any:
    """Axes behind the first one; all of them for None."""
    found = known(axis)
    if found is None:
        return Const(tuple(range(1, rank + 1)))
    if isinstance(found, tuple):
        return Const(tuple(k + 1 if k >= 0 else k for k in found))
    return Const(found + 1 if found >= 0 else found)


def known(arg: Any) -> Any:
    """A constant operand, or a tuple of them, as what it is. Raises ``Unjoined`` for others."""
    if isinstance(arg, tuple):
        return tuple(map(known, arg))
    if not isinstance(arg, Const) or isinstance(arg.value, bool):
        raise Unjoined
    return arg.value


# --- what leaves the axis alone as it is ------------------------------------------------------------


@over("ne")
def compared(joint: Joint, a: Any, b: Any) -> Operand:
    rank = max(joint.rank(a), joint.rank(b))
    return joint.b.emit(joint.key, joint.aligned(a, rank), joint.aligned(b, rank))


@over("np.copy", "copied", "owned", "same", "np.real", "np.imag", "mT")
def _as_it_is(v: Joint, x: Any, *rest: Any) -> Operand:
    return v.b.emit(v.key, v.moved(x), *rest)


@over("astype")
def _astype(v: Joint, x: Any, dtype: Any) -> Operand:
    return v.b.emit("astype", v.moved(x), Const(np.dtype(known(dtype))))


@over("float")
def _float(v: Joint, x: Any) -> Operand:
    return v.b.emit("astype", v.moved(x), Const(np.dtype("float64")))


# --- sums, and what undoes them -----------------------------------------------------------------


@over("np.sum", "np.mean")
def _sum(v: Joint, a: Any, axis: Any, dtype: Any, keepdims: Any) -> Operand:
    return v.b.emit(v.key, v.moved(a), shifted(axis, v.rank(a)), dtype, keepdims)


@over("unreduce")
def _unreduce(v: Joint, y_bar: Any, shape: Any, axis: Any, keepdims: Any) -> Operand:
    if v.many(shape) or not v.many(y_bar):
        raise Unjoined
    whole = v.shape(shape)
    rank = len(whole) - 1
    if keepdims == Const(True):
        return v.b.emit("np.broadcast_to", v.aligned(y_bar, rank), whole)
    if keepdims != Const(False):
        raise Unjoined
    return v.b.emit("unreduce", v.moved(y_bar), whole, shifted(axis, rank), keepdims)


@over("unbroadcast")
def _unbroadcast(v: Joint, x: Any, shape: Any) -> Operand:
    whole = v.shape(shape)
    extra = v.rank(x) - (len(whole) - 1)
    if extra == 0:
        return v.b.emit("unbroadcast", v.moved(x), whole)
    if extra < 0:
        raise Unjoined
    ones = (whole[0], *(Const(1),) * extra, *whole[1:])
    return v.b.emit("np.reshape", v.b.emit("unbroadcast", v.moved(x), ones), whole)


@over("inner")
def _inner(v: Joint, a: Any, b: Any) -> Operand:
    if "complex" in str(v.b.kind(a).dtype) or (v.many(a) and v.many(b)):
        raise Unjoined
    if v.rank(a) == v.rank(b) == 1:
        return _matmul(v, a, b)
    rank = max(v.rank(a), v.rank(b))
    product = v.b.emit("mul", v.aligned(a, rank), v.aligned(b, rank))
    return v.b.emit("np.sum", product, shifted(Const(None), rank)) if rank else product


@over("np.cumsum")
def _cumsum(v: Joint, a: Any, axis: Any, dtype: Any) -> Operand:
    if known(axis) is None:
        raise Unjoined
    return v.b.emit("np.cumsum", v.moved(a), shifted(axis, v.rank(a)), dtype)


# --- products of matrices -------------------------------------------------------------------------


@over("matmul", "np.matmul")
def _matmul(v: Joint, a: Any, b: Any) -> Operand:
    left, right = v.rank(a), v.rank(b)
    if v.many(a) and v.many(b):
        raise Unjoined
    if v.many(a) and (right <= 2 or left == right):
        return v.b.emit("matmul", v.moved(a), b)
    if v.many(b) and right == 1 and left <= 2:
        return v.b.emit("matmul", v.moved(b), a if left == 1 else v.b.emit("mT", a))
    if v.many(b) and right >= 2 and (left <= 2 or left == right):
        return v.b.emit("matmul", a, v.moved(b))
    raise Unjoined


@over("np.outer")
def _outer(v: Joint, a: Any, b: Any) -> Operand:
    if v.rank(a) != 1 or v.rank(b) != 1:
        raise Unjoined
    cut = (WHOLE, Const(None))
    left = (
        v.b.emit("getitem", v.moved(a), (WHOLE, *cut)) if v.many(a) else v.b.emit("getitem", a, cut)
    )
    right = v.b.emit("getitem", v.moved(b), (WHOLE, Const(None))) if v.many(b) else b
    return v.b.emit("mul", left, right)


# --- shapes ---------------------------------------------------------------------------------------


@over("np.reshape")
def _reshape(v: Joint, a: Any, shape: Any, order: Any) -> Operand:
    if known(order) not in ("C", None):
        raise Unjoined
    return v.b.emit("np.reshape", v.moved(a), v.shape(shape), order)


@over("np.ravel")
def _ravel(v: Joint, a: Any, order: Any) -> Operand:
    if known(order) not in ("C", None):
        raise Unjoined
    return v.b.emit("np.reshape", v.moved(a), (*v.shape(Const(())), Const(-1)))


@over("np.broadcast_to")
def _broadcast_to(v: Joint, array: Any, shape: Any) -> Operand:
    whole = v.shape(shape)
    return v.b.emit("np.broadcast_to", v.aligned(array, len(whole) - 1), whole)


@over("np.transpose")
def _transpose(v: Joint, a: Any, axes: Any) -> Operand:
    found = known(axes)
    order = tuple(reversed(range(v.rank(a)))) if found is None else found
    order = tuple(k % v.rank(a) + 1 for k in order)
    return v.b.emit("np.transpose", v.moved(a), Const((0, *order)))


@over("np.swapaxes", "np.moveaxis")
def _swapaxes(v: Joint, a: Any, first: Any, second: Any) -> Operand:
    rank = v.rank(a)
    return v.b.emit(v.key, v.moved(a), shifted(first, rank), shifted(second, rank))


@over("np.expand_dims", "np.flip")
def _flip(v: Joint, a: Any, axis: Any) -> Operand:
    return v.b.emit(v.key, v.moved(a), shifted(axis, v.rank(a)))


@over("np.roll")
def _roll(v: Joint, a: Any, shift: Any, axis: Any) -> Operand:
    rank = v.rank(a)
    if not v.many(a) or (known(axis) is None and rank != 1):  # it is rolled as one row
        raise Unjoined
    along = Const(1) if known(axis) is None else shifted(axis, rank)
    return v.b.emit("np.roll", v.moved(a), shift, along)


@over("np.concatenate", "np.stack")
def _concatenate(v: Joint, xs: Any, axis: Any) -> Operand:
    if known(axis) is None or not isinstance(xs, tuple):
        raise Unjoined
    return v.b.emit(v.key, tuple(map(v.moved, xs)), shifted(axis, v.rank(xs[0])))


@over("piece")
def _piece(v: Joint, x: Any, k: Any, xs: Any, axis: Any) -> Operand:
    place, rank = known(axis), v.rank(x)
    ranks = {v.rank(part) for part in xs}
    if any(map(v.many, xs)) or place is None or not -rank <= place < rank:
        raise Unjoined
    if ranks == {rank - 1}:  # they were stacked
        return v.b.emit("getitem", v.moved(x), (*(WHOLE,) * (place % rank + 1), k))
    if ranks != {rank}:
        raise Unjoined
    start: Operand = Const(0)
    for part in xs[: known(k)]:
        start = v.b.emit("add", start, v.b.size(part, Const(place % rank)))
    stop = v.b.emit("add", start, v.b.size(xs[known(k)], Const(place % rank)))
    cut = v.b.emit("slice", start, stop, Const(None))
    return v.b.emit("getitem", v.moved(x), (*(WHOLE,) * (place % rank + 1), cut))


# --- subscripts -----------------------------------------------------------------------------------


@over("getitem")
def _getitem(v: Joint, x: Any, index: Any) -> Operand:
    return v.b.emit("getitem", v.moved(x), v.index(x, index))


@over("setitem", "additem", "add_at")
def _store(v: Joint, x: Any, index: Any, value: Any) -> None:
    place = v.index(x, index)
    if v.many(value):
        rank = v.rank_of_piece(x, index)
        value = v.aligned(value, rank)
    v.b.effect(v.key, v.moved(x), place, value)


@over("check_index")
def _check_index(v: Joint, x: Any, index: Any) -> None:
    v.b.effect("check_index", v.moved(x), v.index(x, index))


@over("check_cotangent")
def _check_cotangent(v: Joint, y_bar: Any, shape: Any) -> None:
    v.b.effect("check_cotangent", v.moved(y_bar), v.shape(shape))


# --- tapes ------------------------------------------------------------------------------


@over("push")
def _push(v: Joint, xs: Any, x: Any) -> None:
    v.b.effect("push", v.moved(xs), v.moved(x))
