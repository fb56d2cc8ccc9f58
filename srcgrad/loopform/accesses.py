"""What the statements of a nest read and write, one element in each iteration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from srcgrad.ir.kinds import Dim, Kind
from srcgrad.ir.nodes import Const, Let
from srcgrad.loopform.views import Along, Fixed, View, Views
from srcgrad.rules.builder import Names


@dataclass(frozen=True)
class Through:
    """An axis of the array at the place that an array of integers gives."""

    index: Access


@dataclass(frozen=True)
class Access:
    """The elements of an array that a nest reads or writes: along which of its loops they lie."""

    base: str
    parts: tuple[Fixed | Along | Through, ...]

    @property
    def gathers(self) -> bool:
        """Whether several iterations may meet at one element, in any order."""
        return any(isinstance(part, Through) for part in self.parts)

    def disjoint(self, other: Access, places: Any, space: tuple[Dim, ...]) -> bool:
        """Whether two accesses to one array are of different elements, for certain."""
        for a, b in zip(self.parts, other.parts, strict=True):
            if isinstance(a, Fixed) and isinstance(b, Fixed):
                if places.differ(a.at, b.at):
                    return True
            elif isinstance(a, Along) and isinstance(b, Along) and a.by == b.by:
                if (a.axis, a.step) != (b.axis, b.step):
                    continue
                size = space[a.axis]
                if isinstance(size, int) and abs(a.start - b.start) >= size * a.step:
                    return True
        return False


@dataclass(frozen=True)
class Member:
    """A statement of a nest.

    ``sort`` is "value", a new array; "store", into an array; "sum" or "extremum", one along the
    innermost loops, or all; "sums" or "extrema", one along others. ``axes`` are the loops along which
    the result lies.
    """

    let: Let
    sort: str
    space: tuple[Dim, ...]
    reads: dict[str, Access]
    write: Access | None = None
    axes: tuple[int, ...] = ()


class Accesses:
    """What arrays are as accesses."""

    def __init__(self, names: Names, views: Views) -> None:
        self.names = names
        self.views = views

    def reads(self, args: Any, space: tuple[Dim, ...]) -> dict[str, Access] | None:
        """The accesses to all arrays among operands that meet elementwise; None if not all fit."""
        found: dict[str, Access] = {}
        for arg in args:
            if self.number(arg):
                continue
            access = self.access(arg, space) if isinstance(arg, str) else None
            if access is None:
                return None
            found[str(arg)] = access
        return found

    def number(self, operand: Any) -> bool:
        return isinstance(operand, str | Const) and self.names.kind(operand).immutable

    def access(
        self, name: str, space: tuple[Dim, ...], axes: tuple[int, ...] | None = None
    ) -> Access | None:
        """The elements of an array along loops; ``axes``: the loop of each of its axes."""
        kind = self.names.kinds[name]
        if kind.base != "array" or not kind.shape or len(kind.shape) > len(space):
            return None
        if axes is None:
            axes = tuple(range(len(space) - len(kind.shape), len(space)))
        for dim, axis in zip(kind.shape, axes, strict=True):
            if dim != space[axis] and dim != 1:
                return None
        return placed(self.views.of(name), kind, space, axes)


def placed(view: View, kind: Kind, space: tuple[Dim, ...], axes: tuple[int, ...]) -> Access | None:
    """The access to a view of this kind, of which each axis lies along a loop."""
    parts: list[Fixed | Along] = []
    for part in view.parts:
        if isinstance(part, Fixed):
            parts.append(part)
        elif (kind.shape or ())[part.axis] == 1 and space[axes[part.axis]] != 1:
            if part.by:
                return None
            parts.append(Fixed(Const(part.start)))
        else:
            parts.append(replace(part, axis=axes[part.axis]))
    return Access(view.base, tuple(parts))
