"""Arrays with labels, of pandas and xarray, as values of the walk: numbers, and whose labels they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.abstract import MethodV, Parts, Value
from srcgrad.values.labels import Unread, is_frame
from srcgrad.values.objects import ObjectV
from srcgrad.values.signals import Refused
from srcgrad.values.store import UNDEFINED
from srcgrad.values.walk import Walk

LABELS = "labels"  # under which the store has the inputs, or the marks, whose labels these are


class Selected:
    """The labels of what a mask left over: those of nothing else."""


@dataclass(frozen=True, eq=False)
class LabelledV(ObjectV):
    """A ``Series``, ``DataFrame`` or ``DataArray``. What its methods do is in ``handlers.labelled``."""

    def attribute(self, e: Walk, name: str) -> Any:
        if name == "__class__":
            return Const(self.cls)
        found = getattr(self.cls, name, None)
        if found is None and is_frame(self.cls):
            return self.column(e, name)
        if callable(found):
            return MethodV(self, name)
        return e.call_method(self, name, [], {})

    def column(self, e: Walk, name: str) -> Any:
        """A column of a frame. Refused if it holds no numbers."""
        found = e.store.get(self.number, name)
        if found is UNDEFINED:
            raise e.raising(
                KeyError(name),
                f"the DataFrame has no column `{name}`",
                "the function itself raises here",
                "mend the function",
            )
        return self.read(e, found, f"the column `{name}`")

    def part(self, e: Walk, name: str) -> Any:
        return self.read(e, e.store.get(self.number, name), f"a `{self.cls.__name__}`")

    def read(self, e: Walk, found: Any, what: str) -> Any:
        """What is held under a name. Refused if that is no numbers."""
        if not isinstance(found, Const) or not isinstance(found.value, Unread):
            return found
        raise e.refuse(
            f"{what} has dtype {found.value.dtype}, or is computed later",
            "derivatives are of numbers in the memory of NumPy",
            "convert it before, with .astype(float), or .load() of xarray's",
        )

    def labels(self, e: Walk) -> tuple[Any, ...]:
        """The operands whose labels these are."""
        found: tuple[Any, ...] = e.store.get(self.number, LABELS)
        return found

    def set_attribute(self, e: Walk, name: str, value: Any) -> None:
        raise self.refuse(e, f"the attribute `{name}` is assigned", "it changes what was passed")

    def set_item(self, e: Walk, index: Any, value: Any) -> None:
        raise self.refuse(e, "a store into it", "it changes what was passed")

    def updated(self, e: Walk, key: str, value: Any) -> Any:
        raise self.refuse(e, "an update in place", "it changes what was passed")

    def truth(self, e: Walk) -> Any:
        raise self.refuse(e, "its truth", "pandas and xarray raise here, unless it has one element")

    def contains(self, e: Walk, item: Any) -> Any:
        if is_frame(self.cls) and isinstance(item, Const):
            return Const(item.value in self.parts(e)[1])
        raise self.refuse(e, "`in`", "what its labels are is not followed")

    def iterated(self, e: Walk) -> Any:
        if is_frame(self.cls):
            return Const(self.parts(e)[1])
        raise self.refuse(e, "a loop over it", "its items are no arrays of NumPy's")

    def operand(self, e: Walk) -> Any:
        raise self.refuse(e, "it", "what is made of it here is not known")

    def passed(self, e: Walk) -> Any:
        return self.operand(e)

    def refuse(self, e: Walk, what: str, why: str) -> Refused:
        """The refusal of what is done with it."""
        return e.refuse(
            f"a `{self.cls.__name__}` of {self.cls.__module__.partition('.')[0]}: "
            f"{what} is not supported",
            why,
            "go on with its .to_numpy()",
        )

    def members(self, content: dict[Any, Any]) -> dict[str, Any]:
        found = super().members(content)
        return dict(sorted(found.items(), key=lambda item: item[0] == LABELS))

    def parts(self, e: Walk) -> Parts:
        cls, keys, items = super().parts(e)
        held = [(key, item) for key, item in zip(keys, items, strict=True) if key != LABELS]
        return cls, tuple(key for key, _ in held), [item for _, item in held]

    def rebuilt(self, e: Walk, keys: tuple[Any, ...], items: list[Any], site: Any) -> Any:
        new = super().rebuilt(e, keys, items, site)
        e.store.set(new.number, LABELS, self.labels(e))
        return new

    def renewed(self, outside: Any, others: tuple[Any, ...]) -> LabelledV:
        return LabelledV(self.cls, outside=outside)


@dataclass(frozen=True, eq=False)
class PlacesV(Value):
    """``s.iloc``, ``df.loc``"""

    owner: LabelledV
    name: str

    def item(self, e: Walk, index: Any) -> Any:
        return e.call_method(self.owner, self.name, [index], {})


def made(e: Walk, cls: Any, labels: tuple[Any, ...], parts: dict[str, Any]) -> LabelledV:
    """A new one of these parts."""
    new = LabelledV(cls)
    for name, part in parts.items():
        e.store.set(new.number, name, part)
    e.store.set(new.number, LABELS, labels)
    return new


def label(e: Walk, value: Any, operand: Any) -> None:
    """Note of an input, and of its columns, that their labels are those of an operand."""
    if isinstance(value, LabelledV):
        e.store.set(value.number, LABELS, (operand,))
        for item in value.parts(e)[2]:
            label(e, item, operand)
