"""Algebraic identities, exact in floating point: values, NaN, infinities, shapes and dtypes.

A power of two is moved out of a product and joined with another (``2 * (b * y)`` is
``2 * b * y``); this is exact unless a product of the operands over- or underflows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.optimize import choices as choices  # it states identities
from srcgrad.optimize import pieces as pieces  # it states one, too
from srcgrad.optimize import products
from srcgrad.optimize.integers import gathered
from srcgrad.optimize.patterns import (
    RULES,
    Definitions,
    again,
    alike,
    definition,
    emitted,
    identity,
    is_number,
    power_of_two,
)
from srcgrad.optimize.signs import moved_sign, subtracted
from srcgrad.optimize.spread import without_spread
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import OPS


def rewrite(let: Let, definitions: Definitions, b: Builder) -> Let | Operand:
    """The simplest form of a statement: another statement, or an operand that is its value."""
    if OPS[let.op].arithmetic:
        let = without_spread(let, definitions, b)
        found = _weakened(let, b)
        if not isinstance(found, Let):
            return found
        let = found
    rule = RULES.get(let.op)
    if rule is None:
        return let
    found = rule(let, definitions, b)
    return let if found is None else found


def _weakened(let: Let, b: Builder) -> Let | Const:
    """``np.float64(2.0) * x`` as ``2.0 * x``, where ``x`` is no number of Python's own."""
    x, y = let.args
    if isinstance(x, str) and isinstance(y, str):
        return let
    strong = [isinstance(arg, Const) and type(arg.value) is np.float64 for arg in let.args]
    if not any(strong):
        return let
    if let.op == "mul" and all(
        s or is_number(arg) for s, arg in zip(strong, let.args, strict=True)
    ):
        return Const(np.float64(x.value) * np.float64(y.value))
    other = b.kind(y if strong[0] else x)
    if all(strong) or other.dtype != "float64" or other.base not in ("scalar", "array"):
        return let
    return again(
        let,
        let.op,
        *(Const(float(arg.value)) if s else arg for s, arg in zip(strong, let.args, strict=True)),
    )


@identity("mul")
def _mul(let: Let, definitions: Definitions, b: Builder) -> Any:
    x, y = let.args
    for one, other in ((x, y), (y, x)):
        if is_number(one, 1) and alike(other, let, b):
            return other
    found = moved_sign(let, definitions, b)
    if found is not None:
        return found
    if power_of_two(y) and not isinstance(x, Const):
        x, y = y, x
        let = again(let, "mul", x, y)
    inner = definition(y, "mul", definitions)
    if inner is not None and definitions.uses[str(inner.target)] > 1:
        return let  # computed anyhow
    if inner is not None and power_of_two(inner.args[0]) and let.adjoint:
        if power_of_two(x):
            return again(let, "mul", Const(x.value * inner.args[0].value), inner.args[1])
        if not isinstance(x, Const):
            scaled = _scaled(inner.args[0], x, definitions, b)
            return again(let, "mul", scaled, inner.args[1])
    if inner is not None and power_of_two(x) and let.adjoint:
        scaled = _scaled(x, inner.args[0], definitions, b)
        return again(let, "mul", scaled, inner.args[1])
    return let


def _scaled(factor: Const, x: Operand, definitions: Definitions, b: Builder) -> Operand:
    """``factor * x`` for a power of two, joined with one that ``x`` has."""
    if isinstance(x, Const):
        return Const(factor.value * x.value)
    inner = definition(x, "mul", definitions)
    if inner is not None and is_number(inner.args[0]):
        factor, x = Const(factor.value * inner.args[0].value), inner.args[1]
    return emitted("mul", factor, x, definitions=definitions, b=b)


@identity("add")
def _add(let: Let, definitions: Definitions, b: Builder) -> Any:
    x, y = let.args
    found = gathered(let, definitions, b) or products.joined(let, definitions, b)
    if found is not None:
        return found
    if x == y and isinstance(x, str) and let.adjoint:
        kind = b.kind(x)
        two = Const(2.0) if kind.immutable and kind.floating else Const(2)  # sizes stay ints
        return _mul(again(let, "mul", two, x), definitions, b)
    negated = definition(y, "neg", definitions)
    if negated is not None and let.adjoint:
        return again(let, "sub", x, negated.args[0])
    negated = definition(x, "neg", definitions)
    if negated is not None and let.adjoint:
        return again(let, "sub", y, negated.args[0])
    return None


@identity("neg")
def _neg(let: Let, definitions: Definitions, b: Builder) -> Any:
    inner = definition(let.args[0], "neg", definitions)
    return inner.args[0] if inner is not None and alike(inner.args[0], let, b) else None


@identity("np.sum")
def _sum(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The sum of ``-x`` is that of ``x``, negated: no array is negated for it."""
    if not let.adjoint:
        return None
    negated = definition(let.args[0], "neg", definitions)
    if negated is None:
        return products.inner(let, definitions, b) or products.divided(let, definitions, b)
    total = b.emit(let.op, negated.args[0], *let.args[1:], kind=b.names.kinds[str(let.target)])
    return again(let, "neg", total)


@identity("pow")
def _pow(let: Let, definitions: Definitions, b: Builder) -> Any:
    x, p = let.args
    return x if is_number(p, 1) and alike(x, let, b) else None


@identity("dpower")
def _dpower(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``dpower(x, 3)`` is ``3 * x ** 2``."""
    x, p = let.args
    if not is_number(p) or p.value == 0:
        return None
    if p.value == 1 and b.kind(x).dtype == b.names.kinds[str(let.target)].dtype:
        return None
    rest = p.value - 1
    if rest == 1:
        return again(let, "mul", p, x)
    if rest < 0 and (b.kind(x).base == "float" or x in definitions.python):
        return None  # 0.0 ** -1 raises, where NumPy gives inf
    return again(let, "mul", p, b.emit("pow", x, Const(rest)))


@identity("truediv")
def _div(let: Let, definitions: Definitions, b: Builder) -> Any:
    x, y = let.args
    if is_number(y, 1) and alike(x, let, b):
        return x
    return moved_sign(let, definitions, b)


@identity("sub")
def _sub(let: Let, definitions: Definitions, b: Builder) -> Any:
    return gathered(let, definitions, b) or subtracted(let, definitions, b)


@identity("getitem")
def _getitem(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``x[...]`` of an array is that array; what was kept of a sum's axes is left out at once."""
    x, index = let.args
    if index == Const(Ellipsis) and b.kind(x).base == "array" and b.kind(x).ndim:
        return x
    made = definitions.get(x) if let.adjoint and isinstance(x, str) else None
    if made is None or not made.adjoint or definitions.uses[x] > 1:
        return None
    if made.op == "neg":
        return again(let, "neg", b.emit("getitem", made.args[0], index))
    if made.op != "np.sum" or made.args[3] != Const(True):
        return None
    gone = _first_of_axes(index, b.kind(x).ndim)
    axis = made.args[1].value if isinstance(made.args[1], Const) else None
    axes = axis if isinstance(axis, tuple) else (axis,)
    if gone is None or any(type(k) is not int for k in axes):
        return None
    if sorted(k % (b.kind(x).ndim or 1) for k in axes) != gone:
        return None
    return again(let, "np.sum", *made.args[:3], Const(False))


def _first_of_axes(index: Any, ndim: int | None) -> list[int] | None:
    """The axes of which a subscript takes the first element, where it takes all of the others."""
    parts = index.value if isinstance(index, Const) else None
    if type(parts) is not tuple or ndim is None:
        return None
    at = next((k for k, part in enumerate(parts) if part is Ellipsis), len(parts))
    rest = (slice(None),) * (ndim - len(parts) + (at < len(parts)))
    whole = (*parts[:at], *rest, *parts[at + 1 :])
    taken = [type(part) is int and part == 0 for part in whole]
    left = [part for part, first in zip(whole, taken, strict=True) if not first]
    if not all(isinstance(part, slice) and part == slice(None) for part in left):
        return None
    return [k for k, first in enumerate(taken) if first]


@identity("np.ravel", "np.reshape")
def _alike(let: Let, definitions: Definitions, b: Builder) -> Any:
    """A vector is flat; a reshape to the shape that an array has gives the array."""
    x, kind = let.args[0], b.names.kinds[str(let.target)]
    if not let.adjoint or b.kind(x).base != "array" or kind.dtype != b.kind(x).dtype:
        return None
    flat = let.op == "np.ravel" and b.kind(x).ndim == 1
    return x if flat or (let.op == "np.reshape" and same_shape(b.kind(x), kind)) else None


def _is_elementwise(op: str) -> bool:
    return OPS[op].copies or OPS[op].elementwise


def _shape_sources(x: Operand, definitions: Definitions, b: Builder) -> list[Operand]:
    """Names whose shapes, broadcast, are the shape of ``x``; ``x`` itself if nothing is simpler."""
    made = definitions.get(x) if isinstance(x, str) else None
    if made is None or not _is_elementwise(made.op):
        return [x]
    arrays = [arg for arg in dict.fromkeys(ir.names(made.args)) if not b.kind(arg).immutable]
    alike_args = [arg for arg in arrays if same_shape(b.kind(arg), b.kind(x))]
    found: list[Operand] = []
    for arg in alike_args[:1] or arrays:
        found += [s for s in _shape_sources(arg, definitions, b) if s not in found]
    return found if 0 < len(found) <= 4 else [x]


@identity("np.shape")
def _shape(let: Let, definitions: Definitions, b: Builder) -> Any:
    """``shape(x ** 2)`` is ``shape(x)``: no array is computed for its shape."""
    found = _shape_sources(let.args[0], definitions, b)
    if found == [let.args[0]]:
        return _shape_of_product(let, definitions, b)
    if len(found) == 1:
        return again(let, "np.shape", found[0])
    if not let.adjoint:
        return None
    shapes = tuple(b.emit("np.shape", source) for source in found)
    return again(let, "np.broadcast_shapes", shapes)


def _shape_of_product(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The shape of a product that nothing else reads, from its operands."""
    made = definitions.get(let.args[0]) if isinstance(let.args[0], str) else None
    if made is None or OPS[made.op].check != "check_matmul" or definitions.uses[let.args[0]] > 1:
        return None
    x, y = made.args
    ranks = b.kind(x).ndim, b.kind(y).ndim
    if not let.adjoint or ranks not in ((2, 1), (1, 2), (2, 2)):
        return None
    for operand in (x, y):
        if same_shape(b.kind(operand), b.kind(let.args[0])):
            return again(let, "np.shape", operand)
    rows = b.emit("getitem", b.emit("np.shape", x), Const(slice(None, 1))) if ranks[0] > 1 else None
    columns = (
        b.emit("getitem", b.emit("np.shape", y), Const(slice(1, None))) if ranks[1] > 1 else None
    )
    if rows is None or columns is None:
        return rows or columns
    return again(let, "add", rows, columns)


def _shape_of(
    value: Operand, definitions: Definitions, b: Builder, told: dict[str, Any] | None = None
) -> Any:
    """The operand that holds the shape of a value, if there is one; each is asked for once."""
    told = {} if told is None else told
    if not isinstance(value, str):
        return definitions.shape(value)
    if value in told:
        return told[value]
    found = definitions.shape(value)
    made = definitions.get(value) if found is None else None
    if made is not None and made.op == "unbroadcast":
        found = made.args[1]
    elif made is not None and _is_elementwise(made.op):
        arrays = [arg for arg in ir.names(made.args) if not b.kind(arg).immutable]
        shapes = {_shape_of(arg, definitions, b, told) for arg in arrays}
        found = shapes.pop() if len(shapes) == 1 else None
    told[value] = found
    return found


@identity("count")
def _count(let: Let, definitions: Definitions, b: Builder) -> Any:
    """The number of elements that a mean is taken over, as the array's own size."""
    shape, axis = let.args
    made = definition(shape, "np.shape", definitions)
    if made is None or not isinstance(axis, Const):
        return None
    if axis.value is None:
        return again(let, "np.size", made.args[0], *OPS["np.size"].complete(made.args)[1:])
    if isinstance(axis.value, int) and b.kind(made.args[0]).ndim:
        return again(let, "getitem", shape, axis)
    return None


@identity("unbroadcast")
def _unbroadcast(let: Let, definitions: Definitions, b: Builder) -> Any:
    value, shape = let.args
    made = definition(shape, "np.shape", definitions)
    if made is not None and same_shape(b.kind(value), b.kind(made.args[0])):
        return value
    summed = made and _summed(b.kind(value), b.kind(made.args[0]))
    if summed:
        axis, keepdims = map(Const, summed)
        return again(let, "np.sum", value, axis, Const(None), keepdims)
    if _shape_of(value, definitions, b) == shape or alike(value, let, b):
        return value
    inner = definition(value, "unbroadcast", definitions)
    if inner is not None:
        return again(let, "unbroadcast", inner.args[0], shape)
    return _sum(let, definitions, b)


def _summed(have: Kind, want: Kind) -> tuple[Any, bool] | None:
    """``axis`` and ``keepdims`` of the sum that gives one shape from another; None if not known."""
    if want.immutable:
        return None, False
    if not (have.base == want.base == "array" and have.shape and want.shape):
        return None
    if have.shape[1:] == want.shape:
        return 0, False
    if len(have.shape) != len(want.shape):
        return None
    axes = tuple(k for k, dim in enumerate(want.shape) if dim != have.shape[k])
    if any(want.shape[k] != 1 for k in axes):
        return None
    return axes[0] if len(axes) == 1 else axes, True
