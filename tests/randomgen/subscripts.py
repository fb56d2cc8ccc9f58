"""Subscripts that are in range: of a wanted shape for reading, of any shape for writing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from tests.randomgen.kinds import Array, Expression, Int, IntArray, Mask, Shape
from tests.randomgen.writer import BOUND, Writer


@dataclass(frozen=True)
class Piece:
    """A subscript: its text without brackets, the shape it selects, and the feature it shows."""

    text: str
    shape: Shape
    feature: str


def integer_of(w: Writer, value: int) -> str:
    """Text for a known integer: a literal, a variable, or a length."""
    forms = [str(value)]
    for variable in w.having(lambda kind: isinstance(kind, (Int, Array))):
        if isinstance(variable.kind, Int):
            if variable.kind.lo == variable.kind.hi == value:
                forms.append(variable.name)
        elif variable.kind.shape and variable.kind.shape[0] == value:
            forms.append(f"len({variable.name})")
        elif variable.kind.shape and variable.kind.shape[-1] == value:
            forms.append(f"{variable.name}.shape[-1]")
    return w.chooser.pick(forms)


def index(w: Writer, size: int) -> str:
    """An integer subscript of an axis of positive `size`: constant, a variable, or computed."""
    forms = []
    for variable in w.having(lambda kind: isinstance(kind, Int)):
        kind, name = variable.kind, variable.name
        if -size <= kind.lo and kind.hi < size:
            forms += [name] * 4
        else:
            forms.append(f"{name} % {size}")
        if -size <= kind.lo - 1 and kind.hi - 1 < size:
            forms.append(f"{name} - 1")
        if -size <= kind.lo + 1 and kind.hi + 1 < size:
            forms.append(f"{name} + 1")
    if forms and w.chooser.chance(0.7):
        return w.chooser.pick(forms)
    return str(w.chooser.integer(-size, size - 1))


def slice_of(w: Writer, size: int, count: int) -> str | None:
    """A slice of an axis of `size` that has `count` elements, or None where there is none."""
    if count > size:
        return None
    forms = [f"{start}:{start + count}" for start in range(size - count + 1)]
    forms.append(f":{count}")
    if count == size:
        forms += [":", ":", "::-1"]
    elif count:
        forms.append(f"-{count}:")
    if size and count == (size + 1) // 2:
        forms += ["::2", "::-2"]
    return w.chooser.pick(forms)


def vector_of_indices(w: Writer, size: int, count: int | None) -> tuple[str, int] | None:
    """Text and length of an integer array that subscripts an axis of `size`; repeats are usual."""
    fitting = [
        variable
        for variable in w.having(lambda kind: isinstance(kind, IntArray))
        if -size <= variable.kind.lo
        and variable.kind.hi < size
        and (count is None or variable.kind.count == count)
    ]
    if fitting:
        variable = w.chooser.pick(fitting)
        return variable.name, variable.kind.count
    if size == 0 or count == 0:
        return None
    length = w.chooser.integer(1, 3) if count is None else count
    numbers = [w.chooser.integer(-size, size - 1) for _ in range(length)]
    return f"np.array({numbers})", length


def read_piece(w: Writer, shape: Shape) -> Expression | None:
    """`x[...]` of exactly this shape, from some variable in scope."""
    candidates = [
        variable
        for variable in w.having(lambda kind: isinstance(kind, Array))
        if len(variable.kind.shape) >= max(1, len(shape))
    ]
    for _ in range(min(3, len(candidates))):
        variable = w.recent(candidates)
        text = _matching(w, variable.kind.shape, shape)
        if text is not None:
            bases = (variable.name,) if shape else ()
            return Expression(f"{variable.name}[{text}]", BOUND, bases, atom=True)
    return None


def _matching(w: Writer, source: Shape, target: Shape) -> str | None:
    """The text of a subscript that takes `source` to `target`, or None."""
    if target and source[1:] == target[1:] and w.chooser.chance(0.25):
        found = vector_of_indices(w, source[0], target[0])
        if found is not None:
            w.mark("fancy_read")
            return found[0]
    if source == target and w.chooser.chance(0.5):
        return "::-1"
    ways = [
        kept
        for kept in combinations(range(len(source)), len(target))
        if all(source[axis] >= count for axis, count in zip(kept, target, strict=True))
        and all(source[axis] > 0 for axis in range(len(source)) if axis not in kept)
    ]
    if not ways:
        return None
    kept = w.chooser.pick(ways)
    parts = []
    for axis, size in enumerate(source):
        if axis in kept:
            parts.append(slice_of(w, size, target[kept.index(axis)]))
        else:
            parts.append(index(w, size))
    w.mark("slice_read" if target else "element_read")
    return _shortened(w, parts)


def _shortened(w: Writer, parts: list[str]) -> str:
    """The parts of a subscript, without the full slices that an ellipsis or nothing stands for."""
    if len(parts) > 1 and parts[0] == ":" and parts[1] != ":" and w.chooser.chance(0.2):
        return ", ".join(["...", *parts[1:]])
    while len(parts) > 1 and parts[-1] == ":" and w.chooser.chance(0.7):
        parts = parts[:-1]
    return ", ".join(parts)


def write_piece(w: Writer, shape: Shape) -> Piece:
    """A subscript of an array of this shape that a store can use."""
    if w.chooser.chance(0.15):
        mask = mask_of(w, shape)
        if mask is not None:
            return Piece(mask, (), feature="store_mask")
    if w.chooser.chance(0.22):
        found = vector_of_indices(w, shape[0], None)
        if found is not None:
            text, count = found
            return Piece(text, (count, *shape[1:]), feature="store_fancy")
    parts, piece, feature = [], [], "store_element"
    for size in shape:
        if size and w.chooser.chance(0.65):
            parts.append(index(w, size))
        else:
            count = size if w.chooser.chance(0.5) else w.chooser.integer(0, size)
            parts.append(slice_of(w, size, count) or ":")
            piece.append(count)
            feature = "store_slice"
    return Piece(_shortened(w, parts), tuple(piece), feature=feature)


def mask_of(w: Writer, shape: Shape) -> str | None:
    """A boolean array of this shape: a variable, or a comparison of an array."""
    masks = w.having(lambda kind: kind == Mask(shape))
    arrays = w.having(lambda kind: kind == Array(shape))
    forms = [variable.name for variable in masks]
    if arrays:
        name = w.recent(arrays).name
        forms.append(f"{name} {w.chooser.pick(['>', '<'])} {w.chooser.number(-0.5, 0.5)}")
    return w.chooser.pick(forms) if forms else None
