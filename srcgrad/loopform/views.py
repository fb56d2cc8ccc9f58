"""Views as index arithmetic: ``x[1:, None].T`` is never made, its elements are those of ``x``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from srcgrad.analysis.bounds import bounds
from srcgrad.ir.kinds import Kind
from srcgrad.ir.nodes import Const, Function, Let, Operand


@dataclass(frozen=True)
class Fixed:
    """An axis of the array that the view stands at one place of."""

    at: Operand
    back: bool = field(default=False, compare=False)  # it may count from the end


@dataclass(frozen=True)
class Along:
    """An axis of the array that an axis of the view runs along: ``by + start + step * index``."""

    axis: int
    start: int = 0
    step: int = 1
    by: str = ""  # the name of an integer, which is not negative
    ends: bool = field(default=False, compare=False)  # it may end before the array does


@dataclass(frozen=True)
class View:
    """The elements of ``base`` that a view shows: for each axis of ``base``, which."""

    base: str
    parts: tuple[Fixed | Along, ...]
    ndim: int


class Views:
    """What the names of a function are views of."""

    def __init__(self, function: Function) -> None:
        self.kinds: dict[str, Kind] = function.kinds
        self.bounds = bounds(function)
        self.made = self.bounds.made
        self.found: dict[str, View] = {}

    def of(self, name: str) -> View:
        """``name`` as a view: of itself, if nothing is known of it."""
        if name not in self.found:
            let = self.made.get(name)
            view = None
            if isinstance(let, Let) and self.kinds[name].base == "array":
                if let.op == "getitem":
                    view = self.piece(let.args[0], let.args[1])
                elif let.op == "np.transpose":
                    view = self.transposed(*let.args)
                elif let.op == "np.expand_dims":
                    view = self.expanded(*let.args)
            self.found[name] = view or self.whole(name)
        return self.found[name]

    def whole(self, name: str) -> View:
        ndim = self.kinds[name].ndim or 0
        return View(name, tuple(Along(axis) for axis in range(ndim)), ndim)

    def transposed(self, x: Any, axes: Any) -> View | None:
        if not self.is_array(x):
            return None
        view = self.of(x)
        order = axes.value if isinstance(axes, Const) else None
        if order is None and axes == Const(None):
            order = tuple(reversed(range(view.ndim)))
        if not isinstance(order, tuple) or not all(type(k) is int for k in order):
            return None
        place = {k % view.ndim: axis for axis, k in enumerate(order)}
        return moved(view, {k: Along(axis) for k, axis in place.items()}, view.ndim)

    def expanded(self, x: Any, axis: Any) -> View | None:
        found = axis.value if isinstance(axis, Const) else None
        axes = found if isinstance(found, tuple) else (found,)
        if not self.is_array(x) or not all(type(k) is int for k in axes):
            return None
        view = self.of(x)
        ndim = view.ndim + len(axes)
        old = (k for k in range(ndim) if k not in {k % ndim for k in axes})
        return moved(view, {k: Along(axis) for k, axis in enumerate(old)}, ndim)

    def piece(self, x: Any, index: Any) -> View | None:
        """``x[index]`` as a view; None if the index gathers, or its slices are not constant."""
        if not self.is_array(x):
            return None
        view = self.of(x)
        parts = self.parts(index, view.ndim)
        if parts is None:
            return None
        table: dict[int, Fixed | Along] = {}
        axis = out = 0
        for part in parts:
            if is_const(part, None):
                out += 1
                continue
            found = self.along(part, out)
            if found is None:
                return None
            table[axis] = found
            axis += 1
            out += isinstance(found, Along)
        return moved(view, table, out)

    def along(self, part: Any, axis: int) -> Fixed | Along | None:
        """What one part of an index selects of an axis."""
        if isinstance(part, Const) and isinstance(part.value, slice):
            cut = part.value
            return self.cut(Const(cut.start), Const(cut.stop), Const(cut.step), axis)
        if isinstance(part, Const) and type(part.value) is not int:
            return None
        if isinstance(part, Const) or self.kinds[part].base == "int":
            low = self.bounds.low(part)
            return Fixed(part, back=low is None or low < 0)
        made = self.made.get(part)
        if isinstance(made, Let) and made.op == "slice":
            start, stop, step = made.args
            return self.cut(start, stop, step, axis)
        return None

    def cut(self, start: Operand, stop: Operand, step: Operand, axis: int) -> Along | None:
        """What a slice selects, if it is known not to begin at the end, nor to run backwards."""
        each = step.value if isinstance(step, Const) else 0
        each = 1 if each is None else each
        if type(each) is not int or each <= 0:
            return None
        ends = stop != Const(None)
        if isinstance(start, Const):
            first = 0 if start.value is None else start.value
            fits = type(first) is int and first >= 0
            return Along(axis, first, each, ends=ends) if fits else None
        low = self.bounds.low(start) if self.kinds[start].base == "int" else None
        return Along(axis, 0, each, start, ends) if low is not None and low >= 0 else None

    def parts(self, index: Any, ndim: int) -> list[Any] | None:
        """The parts of an index, one for each axis and new axis; None if there is a tuple unknown."""
        if isinstance(index, Const) and type(index.value) is tuple:
            index = tuple(map(Const, index.value))
        parts = list(index) if type(index) is tuple else [index]
        if not all(isinstance(part, Const) or self.plain(part) for part in parts):
            return None
        used = sum(not is_const(p, None) and not is_const(p, Ellipsis) for p in parts)
        rest = [Const(slice(None))] * (ndim - used)
        at = [k for k, part in enumerate(parts) if is_const(part, Ellipsis)]
        if len(at) > 1 or used > ndim:
            return None
        if at:
            return [*parts[: at[0]], *rest, *parts[at[0] + 1 :]]
        return parts + rest

    def plain(self, part: Any) -> bool:
        return isinstance(part, str) and self.kinds[part].base in ("int", "slice")

    def is_array(self, x: Any) -> bool:
        kind = self.kinds[x] if isinstance(x, str) else None
        return kind is not None and kind.base == "array" and kind.shape is not None


def subscript(parts: Iterable[Operand]) -> Any:
    """Places along the axes of an array as an index."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else found


def is_const(operand: Any, value: object) -> bool:
    return isinstance(operand, Const) and operand.value is value


def moved(view: View, table: dict[int, Fixed | Along], ndim: int) -> View | None:
    """A view of a view, each axis of which is placed as ``table`` says; None if that is no sum."""
    parts: list[Fixed | Along] = []
    for part in view.parts:
        if isinstance(part, Fixed):
            parts.append(part)
            continue
        inner = table[part.axis]
        if isinstance(inner, Along):
            if inner.by and (part.by or part.step != 1):
                return None
            start = part.start + part.step * inner.start
            step, ends = part.step * inner.step, part.ends or inner.ends
            parts.append(Along(inner.axis, start, step, part.by or inner.by, ends))
        elif part.by:
            return None
        elif part == Along(part.axis) and not (part.ends and inner.back):
            parts.append(inner)
        elif isinstance(inner.at, Const) and inner.at.value >= 0:
            parts.append(Fixed(Const(part.start + part.step * inner.at.value)))
        else:
            return None
    return View(view.base, tuple(parts), ndim)
