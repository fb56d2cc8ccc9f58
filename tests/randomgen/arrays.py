"""Array expressions: each form gives an expression of exactly the wanted shape."""

from __future__ import annotations

from math import prod

from tests.randomgen import calls, expressions, singular
from tests.randomgen.kinds import FLOAT, Array, Expression, Kind, Shape, of_shape
from tests.randomgen.subscripts import mask_of, read_piece
from tests.randomgen.writer import BOUND, Writer


def broadcasting(w: Writer, shape: Shape) -> tuple[Kind, Kind]:
    """Two kinds that broadcast to a shape, in either order."""
    if not shape:
        return FLOAT, FLOAT
    full: Kind = Array(shape)
    form = w.chooser.weighted([(8, "same"), (5, "scalar"), (3, "lower"), (3, "ones"), (1, "cross")])
    if form == "same":
        return full, full
    other: Kind = FLOAT
    if form == "lower" and len(shape) > 1:
        other = Array(shape[1:])
        w.mark("broadcasting")
    elif form in ("ones", "cross"):
        flags = [w.chooser.chance(0.5) for _ in shape]
        other = Array(tuple(1 if flag else n for flag, n in zip(flags, shape, strict=True)))
        w.mark("broadcasting")
        if form == "cross":
            full = Array(tuple(n if flag else 1 for flag, n in zip(flags, shape, strict=True)))
    return (full, other) if w.chooser.chance(0.6) else (other, full)


def leaf(w: Writer, kind: Array, depth: int) -> Expression:
    """A variable of this shape, or else an array made from what there is."""
    held = expressions.container_read(w, kind)
    if held is not None:
        return held
    same = w.having(lambda other: other == kind)
    if same and w.chooser.chance(0.9):
        name = w.recent(same).name
        return Expression(name, BOUND, (name,), atom=True)
    if w.chooser.chance(0.5):
        made = read_piece(w, kind.shape)
        if made is not None:
            return made
    return allocation(w, kind, 0)


def allocation(w: Writer, kind: Array, depth: int) -> Expression:
    """A new array, active through a scalar where there is one."""
    shape = _shape_text(w, kind.shape)
    scalar = expressions.expression(w, FLOAT, depth)
    like = w.having(lambda other: other == kind)
    forms = [f"np.zeros({shape}) + {scalar.operand}", f"np.ones({shape}) * {scalar.operand}"]
    forms.append(f"np.full({shape}, {scalar.text})")
    if like:
        forms.append(f"np.ones_like({w.recent(like).name}) * {scalar.operand}")
    if len(kind.shape) == 1:
        forms.append(f"np.arange({kind.shape[0]}) * {scalar.operand}")
        forms.append(f"np.linspace(-0.5, 1.0, {kind.shape[0]}) * {scalar.operand}")
    text = w.chooser.pick(forms)
    return Expression(text, scalar.bound * (4 if "arange" in text else 1))


def _shape_text(w: Writer, shape: Shape) -> str:
    same = w.having(lambda other: other == Array(shape))
    if same and w.chooser.chance(0.4):
        return f"{w.recent(same).name}.shape"
    return str(shape[0]) if len(shape) == 1 else str(shape)


def arithmetic(w: Writer, kind: Array, depth: int) -> Expression:
    """A binary operation with broadcasting."""
    return expressions.arithmetic(w, kind, depth)


def elementwise(w: Writer, kind: Array, depth: int) -> Expression:
    """A function of each element."""
    return expressions.elementwise(w, kind, depth)


def conditional(w: Writer, kind: Array, depth: int) -> Expression:
    """A conditional expression of two arrays."""
    return expressions.conditional(w, kind, depth)


def axis_reduction(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A reduction along one axis, some with `keepdims`."""
    shape = kind.shape
    axis = w.chooser.integer(0, len(shape))
    if 1 in shape and w.chooser.chance(0.7):
        axis = shape.index(1)
    keepdims = axis < len(shape) and shape[axis] == 1
    count = w.chooser.pick(w.dims)
    source = (*shape[:axis], count, *shape[axis + keepdims :])
    if len(source) > 3:
        return None
    made = expressions.expression(w, Array(source), depth)
    names = ["sum", "sum", "prod"] + ["mean", "max", "min", "var"] * (count > 0)
    name = w.chooser.pick(names)
    bounds = {"sum": count * made.bound, "var": made.bound**2, "prod": made.bound**count}
    shown = axis - len(source) if w.chooser.chance(0.3) else axis
    options = f"axis={shown}" + (", keepdims=True" if keepdims else "")
    if keepdims:
        w.mark("keepdims")
    bound = bounds.get(name, made.bound)
    if made.text.isidentifier() and w.chooser.chance(0.5):
        return Expression(f"{made.text}.{name}({options})", bound, atom=True)
    return Expression(f"np.{name}({made.text}, {options})", bound, atom=True)


def matmul(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A product of matrices, of a matrix and a vector, or of a stack of matrices."""
    shape, inner = kind.shape, w.chooser.pick(w.dims)
    if len(shape) == 1:
        pairs = [((*shape, inner), (inner,)), ((inner,), (inner, *shape))]
    elif len(shape) == 2:
        pairs = [((shape[0], inner), (inner, shape[1]))]
    else:
        stack, rows, columns = shape
        pairs = [
            ((stack, rows, inner), (stack, inner, columns)),
            ((stack, rows, inner), (inner, columns)),
            ((rows, inner), (stack, inner, columns)),
        ]
    left, right = w.chooser.pick(pairs)
    a = expressions.expression(w, Array(left), depth)
    b = expressions.expression(w, Array(right), depth)
    bound = max(1, inner) * a.bound * b.bound
    if w.chooser.chance(0.3):
        return Expression(f"np.matmul({a.text}, {b.text})", bound, atom=True)
    return Expression(f"{a.operand} @ {b.operand}", bound)


def transpose(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A permutation of the axes: a view."""
    shape = kind.shape
    rank = len(shape)
    if rank < 2:
        return None
    form = w.chooser.pick(["T", "transpose", "swapaxes", "moveaxis"])
    if form == "T":
        made = expressions.expression(w, Array(shape[::-1]), depth)
        return Expression(f"{made.operand}.T", made.bound, made.bases, atom=True)
    if form == "transpose":
        order = w.chooser.some(range(rank), rank)
        source = tuple(shape[order.index(axis)] for axis in range(rank))
        options = str(tuple(order))
    else:
        first, second = w.chooser.some(range(rank), 2)
        axes = list(range(rank))
        if form == "swapaxes":
            axes[first], axes[second] = axes[second], axes[first]
        else:
            axes.insert(first, axes.pop(second))
        source = tuple(shape[axis] for axis in axes)
        options = f"{first}, {second}"
    made = expressions.expression(w, Array(source), depth)
    return Expression(f"np.{form}({made.text}, {options})", made.bound, made.bases, atom=True)


def reshape(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A reshape, ravel, or an added or removed axis."""
    shape = kind.shape
    found = w.having(lambda other: isinstance(other, Array) and prod(other.shape) == prod(shape))
    different = [v.kind.shape for v in found if v.kind.shape and v.kind.shape != shape]
    if 1 in shape and w.chooser.chance(0.5) and len(shape) > 1:
        axis = shape.index(1)
        made = expressions.expression(w, Array(shape[:axis] + shape[axis + 1 :]), depth)
        text = f"np.expand_dims({made.text}, {axis})"
        if made.atom and axis == 0 and w.chooser.chance(0.5):
            text = f"{made.text}[None]"
        return Expression(text, made.bound, made.bases, atom=True)
    if len(shape) > 1 and prod(shape) <= 12:
        different.append((prod(shape),))
    if not different:
        return None
    made = expressions.expression(w, Array(w.chooser.pick(different)), depth)
    if len(shape) == 1 and w.chooser.chance(0.5):
        return Expression(f"{made.operand}.ravel()", made.bound, made.bases, atom=True)
    wanted = str(shape) if prod(shape) == 0 or w.chooser.chance(0.6) else str((-1, *shape[1:]))
    if w.chooser.chance(0.5):
        return Expression(f"np.reshape({made.text}, {wanted})", made.bound, made.bases, atom=True)
    return Expression(f"{made.operand}.reshape{wanted}", made.bound, made.bases, atom=True)


def subscript(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A piece of an array in scope."""
    return read_piece(w, kind.shape)


def where(w: Writer, kind: Array, depth: int) -> Expression | None:
    """`np.where` of a mask and two operands that broadcast."""
    mask = mask_of(w, kind.shape)
    if mask is None:
        return None
    left, right = broadcasting(w, kind.shape)
    a, b = expressions.expression(w, left, depth), expressions.expression(w, right, depth)
    return Expression(f"np.where({mask}, {a.text}, {b.text})", max(a.bound, b.bound), atom=True)


def join(w: Writer, kind: Array, depth: int) -> Expression | None:
    """A concatenation or stack of parts."""
    shape = kind.shape
    axis = w.chooser.integer(0, len(shape) - 1)
    count = shape[axis]
    if 1 <= count <= 3 and w.chooser.chance(0.4):
        rest = of_shape(shape[:axis] + shape[axis + 1 :])
        parts = [expressions.expression(w, rest, depth) for _ in range(count)]
        name = "stack"
        if len(shape) == 1:
            name = w.chooser.pick(["stack", "array"])
    else:
        split = w.chooser.integer(0, count)
        sizes = [(*shape[:axis], n, *shape[axis + 1 :]) for n in (split, count - split)]
        parts = [expressions.expression(w, Array(size), depth) for size in sizes]
        name = "concatenate"
    listed = ", ".join(part.text for part in parts)
    option = f", axis={axis}" if axis else ""
    bound = max(part.bound for part in parts)
    return Expression(f"np.{name}([{listed}]{option})", bound, atom=True)


def cumulative(w: Writer, kind: Array, depth: int) -> Expression:
    """A cumulative sum, a flip or a roll."""
    axis = w.chooser.integer(0, len(kind.shape) - 1)
    made = expressions.expression(w, kind, depth)
    name = w.chooser.pick(["cumsum", "flip", "roll"])
    if name == "roll":
        return Expression(f"np.roll({made.text}, 1, axis={axis})", made.bound, atom=True)
    bases = made.bases if name == "flip" else ()
    bound = made.bound * (4 if name == "cumsum" else 1)
    return Expression(f"np.{name}({made.text}, axis={axis})", bound, bases, atom=True)


FORMS = {
    "leaf": leaf,
    "arithmetic": arithmetic,
    "elementwise": elementwise,
    "axis_reduction": axis_reduction,
    "matmul": matmul,
    "transpose": transpose,
    "reshape": reshape,
    "subscript": subscript,
    "where": where,
    "masked_pole": singular.masked,
    "conditional_expression": conditional,
    "call": calls.call,
    "join": join,
    "cumulative": cumulative,
    "allocation": allocation,
}
