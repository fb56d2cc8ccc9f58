"""What is spread over the axes of a sum meets an array of that shape: broadcasting spreads it.

Before::

    t = unreduce(y_bar, np.shape(x), 0, False)
    x_bar = t * x

After::

    x_bar = y_bar * x
"""

from __future__ import annotations

from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.optimize.patterns import Definitions, again, definition
from srcgrad.rules.builder import Builder


def without_spread(let: Let, definitions: Definitions, b: Builder) -> Let:
    """``unreduce(v, shape, ...) * w`` is ``v * w`` if ``w`` fills the axes that ``v`` lacks.

    So is ``np.expand_dims(v, axes) * w`` for a number ``v``, if ``w`` has as many axes.
    """
    args = list(let.args)
    for k in (0, 1):
        made = definition(args[k], "np.expand_dims", definitions)
        if made is not None and b.kind(made.args[0]).base == "scalar":
            rank = b.kind(args[k]).ndim
            if rank is not None and rank <= (b.kind(args[1 - k]).ndim or 0):
                args[k] = made.args[0]
        made = definition(args[k], "unreduce", definitions)
        if made is not None:
            args[k] = spread_by(made, b.kind(args[1 - k]), b.names.kinds[str(let.target)], b)
    return let if tuple(args) == let.args else again(let, let.op, *args)


def spread_by(made: Let, other: Kind, whole: Kind, b: Builder) -> Operand:
    """What ``unreduce`` spreads, if meeting the ``other`` spreads it over the ``whole``; else its result."""
    value, _, axis, keepdims = made.args
    same = same_shape(other, whole)
    if b.kind(value).immutable or keepdims == Const(True):
        return value if same else str(made.target)
    axes = axes_of(axis, b.kind(str(made.target)).ndim)
    if keepdims != Const(False) or axes is None:
        plain = same and isinstance(axis, Const) and isinstance(axis.value, int)
        one = plain and keepdims == Const(False)
        return b.emit("np.expand_dims", value, axis) if one else str(made.target)
    if not same and not fills(other, b.kind(str(made.target)), axes, whole):
        return str(made.target)
    if axes == tuple(range(len(axes))):
        return value
    return b.emit("np.expand_dims", value, axis)


def axes_of(axis: object, ndim: int | None) -> tuple[int, ...] | None:
    """The axes, from the front; None if they are not known."""
    value = axis.value if isinstance(axis, Const) else None
    if isinstance(axis, tuple) and all(isinstance(part, Const) for part in axis):
        value = tuple(part.value for part in axis)
    values = value if isinstance(value, tuple) else (value,)
    if ndim is None or not all(type(k) is int for k in values):
        return None
    return tuple(sorted(k % ndim for k in values))


def fills(other: Kind, spread: Kind, axes: tuple[int, ...], whole: Kind) -> bool:
    """Whether the other operand has the sizes of the whole along the axes that are spread."""
    if not spread.shape or not other.shape or spread.shape != whole.shape:
        return False
    missing = len(whole.shape or ()) - len(other.shape)
    return all(k >= missing and other.shape[k - missing] == spread.shape[k] for k in axes)
