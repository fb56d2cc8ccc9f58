"""``einsum`` and its derivatives as products of views that are summed up: nests of loops.

Before::

    y = np.einsum("bij,bj->bi", a, x)

After::

    t = a * x[:, None, :]
    y = np.sum(t, axis=2)

A product of two matrices is one. What may have to be broadcast, or is a diagonal alone, stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from srcgrad.ir import kinds
from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Const, Operand
from srcgrad.rules.builder import Builder, dtype_operand
from srcgrad.runtime.linalg import einsum_labels

Labels = list[int]
Factor = tuple[Operand, Labels]  # an operand, and the label of each of its axes


def whole(b: Builder, args: tuple[Any, ...], kind: Kind) -> Operand | None:
    """``np.einsum`` of these arguments; None if it is not written out."""
    subscripts, xs = args[:2]
    found = labelled(b, subscripts, xs, kind)
    if found is None:
        return None
    terms, out = found
    return contracted(b, list(zip(xs, terms, strict=True)), out, kind)


def part(b: Builder, args: tuple[Any, ...], kind: Kind) -> Operand | None:
    """``einsum_part`` of these arguments, which see; None if it is not written out."""
    subscripts, slots, xs = args
    count = str(getattr(subscripts, "value", "")).partition("->")[0].count(",") + 1
    found = labelled(b, subscripts, xs[1 : count + 1], kind)
    numbers = slots.value if isinstance(slots, Const) else tuple(slot.value for slot in slots)
    *filled, place = numbers
    if found is None or b.kind(xs[place]).ndim is None:
        return None
    taken = [slot for slot in numbers if slot != -1]
    if len(set(taken)) < len(taken):
        return None
    terms, out = found
    values = dict(enumerate(xs[: count + 1]))
    values.update({slot: xs[count + 1 + k] for k, slot in enumerate(filled) if slot >= 0})
    labels = dict(enumerate([out, *terms]))
    mine = labels.pop(place)
    kind = kinds.array(kind.dtype, b.kind(xs[place]).shape) if mine else kinds.scalar(kind.dtype)
    return derivative(b, [(values[k], labels[k]) for k in labels], (xs[place], mine), kind)


def derivative(b: Builder, factors: list[Factor], by: Factor, kind: Kind) -> Operand | None:
    """The contraction of ``factors`` that has the shape of ``by``: a new array."""
    like, mine = by
    kept = list(dict.fromkeys(mine))
    dims = sizes(b, [*factors, by])
    if dims is None or (len(kept) < len(mine) and len(mine) != 2):
        return None
    free = [label for label in kept if not any(label in labels for _, labels in factors)]
    if free:  # what the result does not depend on
        shape = tuple(b.size(like, Const(mine.index(k)), kind=kinds.INT) for k in free)
        ones = kinds.array(kind.dtype, tuple(dims[k] for k in free))
        one = b.emit("np.full", shape, Const(1.0), dtype_operand(kind.dtype), kind=ones)
        factors = [(one, free), *factors]
    own = kinds.array(kind.dtype, tuple(dims[k] for k in kept)) if kept else kind
    found = contracted(b, factors, kept, own)
    if found is None:
        return None
    if len(kept) < len(mine):
        return b.emit("undiagonal", found, b.emit("np.shape", like), kind=kind)
    alone = len(factors) == 1 and b.kind(found).base == "array"
    return b.emit("copied", found, kind=kind) if alone else found


def labelled(
    b: Builder, subscripts: Any, xs: Sequence[Operand], kind: Kind
) -> tuple[list[Labels], Labels] | None:
    """The labels of the axes of the operands, and of the result, of real numbers of one dtype."""
    ranks = [b.kind(x).ndim if b.kind(x).dtype == kind.dtype else None for x in xs]
    if not isinstance(subscripts, Const) or type(subscripts.value) is not str or None in ranks:
        return None
    if "." in subscripts.value or kind.dtype not in ("float64", "float32"):
        return None
    like = [np.empty((0,) * (rank or 0)) for rank in ranks]
    terms, out = einsum_labels(subscripts.value, [None, *like])
    alike = len(terms) == len(ranks) and all(len(t) == n for t, n in zip(terms, ranks, strict=True))
    return (terms, out) if alike else None


def sizes(b: Builder, factors: list[Factor]) -> dict[int, Dim] | None:
    """The size of each label; None if they are not known to be equal."""
    found: dict[int, Dim] = {}
    for x, labels in factors:
        for label, dim in zip(labels, b.kind(x).shape or (), strict=True):
            if found.setdefault(label, dim) != dim:
                return None
    return found


def contracted(b: Builder, factors: list[Factor], out: Labels, kind: Kind) -> Operand | None:
    """The product of factors, summed up along all labels that are not in the result."""
    dims = sizes(b, factors)
    if dims is None:
        return None
    if is_matrix_product(factors, out):
        first, second = sorted(factors, key=lambda factor: out[0] not in factor[1])
        (inner,) = set(first[1]) & set(second[1])
        left = along(b, *first, [out[0], inner], dims)
        right = along(b, *second, [inner, out[1]], dims)
        return None if left is None or right is None else b.emit("matmul", left, right, kind=kind)
    summed = [label for label in dims if label not in out]
    order = [*out, *summed]
    if len(factors) == 1 and not summed and len(order) < len(factors[0][1]):
        return None  # a diagonal is a view
    found: Operand | None = None
    for x, labels in factors:
        factor = along(b, x, labels, order, dims)
        if factor is None:
            return None
        found = factor if found is None else product(b, found, factor, kind)
    if summed:
        axis = Const(tuple(range(len(out), len(order))) if out else None)
        found = b.emit("np.sum", found, axis, Const(None), Const(False), kind=kind)
    return found


def is_matrix_product(factors: list[Factor], out: Labels) -> bool:
    terms = [set(labels) for _, labels in factors]
    pair = len(terms) == 2 and all(len(labels) == 2 for _, labels in factors)
    return pair and all(map(len, terms)) and terms[0] ^ terms[1] == set(out) and len(out) == 2


def product(b: Builder, first: Operand, second: Operand, kind: Kind) -> Operand:
    """The product of two numbers, or arrays of the same axes of which some are of length 1."""
    shapes = [shape for shape in (b.kind(first).shape, b.kind(second).shape) if shape]
    if not shapes:
        return b.emit("mul", first, second)
    pairs = zip(*shapes, strict=True)
    joint = tuple(next((dim for dim in pair if dim != 1), 1) for pair in pairs)
    return b.emit("mul", first, second, kind=kinds.array(kind.dtype, joint))


def along(
    b: Builder, x: Operand, labels: Labels, order: Labels, dims: dict[int, Dim]
) -> Operand | None:
    """An operand with an axis for each label of ``order``, of length 1 where it has none."""
    if not labels:
        return x
    dtype = b.kind(x).dtype
    if len(set(labels)) < len(labels):
        if len(labels) != 2:
            return None
        x, labels = b.emit("np.diag", x, kind=kinds.array(dtype, (dims[labels[0]],))), labels[:1]
    turned = sorted(range(len(labels)), key=lambda k: order.index(labels[k]))
    if turned != list(range(len(labels))):
        shape = tuple(dims[labels[k]] for k in turned)
        axes = None if turned == [1, 0] else tuple(turned)
        x = b.emit("np.transpose", x, Const(axes), kind=kinds.array(dtype, shape))
    if len(order) > len(labels):
        index = tuple(Const(slice(None) if k in labels else None) for k in order)
        shape = tuple(dims[k] if k in labels else 1 for k in order)
        x = b.emit("getitem", x, index, kind=kinds.array(dtype, shape))
    return x


def by_stacks(
    b: Builder, y_bar: Operand, x: Operand, y: Operand, kind: Kind, of_first: bool
) -> Operand | None:
    """The adjoint of ``x @ y`` in one of them: a product, where no stack was repeated."""
    like, other = (x, y) if of_first else (y, x)
    mine, given, shape = (b.kind(v).shape or () for v in (like, y_bar, other))
    if not 2 <= len(shape) <= len(mine) or mine[:-2] != given[:-2] or None in mine[:-2]:
        return None
    if len(mine) == 2 or any(b.kind(v).dtype != "float64" for v in (like, y_bar, other)):
        return None
    if len(shape) > 2 and shape[:-2] != mine[:-2]:
        return None
    order = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2) if len(shape) > 2 else None
    turned = kinds.array("float64", (*shape[:-2], shape[-1], shape[-2]))
    turned_other = b.emit("np.transpose", other, Const(order), kind=turned)
    factors = (y_bar, turned_other) if of_first else (turned_other, y_bar)
    return b.emit("matmul", *factors, kind=kind)
